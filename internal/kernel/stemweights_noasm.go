//go:build !amd64 || purego

package kernel

func stemWeights(dw, dOut, row []float32, q, k int) { stemWeightsGeneric(dw, dOut, row, q, k, 0) }

func floatsOfBytes(out []float32, in []byte) { floatsOfBytesGeneric(out, in) }
