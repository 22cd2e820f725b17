// Package tensorfile reads and writes files of tensors: safetensors, the part of ONNX that
// image networks need, and NumPy's npy. In come the bytes of a file; out come [Tensor]s by
// name, which refer to those bytes. Package embed stores bundles with it, package train
// features and start weights, package eval vectors of other systems.
//
// Files may come from anybody. The parsers check every length, offset and shape before they
// use it, and allocate no memory in proportion to a number that the file only states.
//
//	file, err := tensorfile.ParseSafetensors(data)
//	values, err := file.Tensors["head.2.weight"].Float32s()
//
// tensor.go has the tensors, safetensors.go, npy.go and the onnx files one format each.
// Not supported are object and Fortran-ordered arrays, quantised tensors, and control flow
// in ONNX.
package tensorfile
