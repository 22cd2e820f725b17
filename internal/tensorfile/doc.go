// Package tensorfile reads and writes the files that tensors travel in:
// safetensors, the part of ONNX that image networks need, and NumPy's npy.
//
// The parsers take bytes from anywhere: every length, offset and shape is
// checked before it is believed, and nothing is allocated in proportion to a
// number that the file merely claims. A parsed [Tensor] refers to the bytes it
// was parsed from.
//
//	file, err := tensorfile.ParseSafetensors(data)
//	values, err := file.Tensors["head.2.weight"].Float32s()
//
// Not covered: object and Fortran-ordered arrays, quantised tensors, and ONNX
// control flow.
package tensorfile
