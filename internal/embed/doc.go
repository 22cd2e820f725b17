// Package embed holds the embedding networks: their architectures, their files (a
// [Bundle]), their form for inference (a [Network]) and for training (a [Trainable]).
//
// In come pictures as squares of RGB bytes; out come embeddings, vectors of length 1.
// Package recognise embeds photos and references with a Network, package train trains a
// Trainable, and package calibrate adds the calibration to a bundle.
//
//	network := embed.Default().Freeze()
//	network.Embed(out, pixels, count) // pixels: count pictures of Input x Input RGB bytes
//
// A bundle is a safetensors file with every tensor under its PyTorch name and in
// PyTorch's layout (timm's names for the backbone), so that other programs can read it.
// In memory, tensors have the layout of the kernels.
//
// architecture.go says which networks there are, layers.go makes one of layers, names.go
// and tensors.go map its tensors to PyTorch's. bundle.go, torch.go and the onnx files
// read and write files. fold.go folds batch normalisations, frozen.go and backbone.go
// run inference, and trainable.go, unit.go and chain.go run training.
package embed
