// Package embed holds the embedding networks: their architectures, their
// weights at rest (a [Bundle]), and the frozen form that turns pictures into
// embeddings (a [Network]).
//
//	network := embed.Default().Freeze()
//	network.Embed(out, pixels, count) // pixels: count pictures of Input x Input RGB bytes
//
// A bundle is a safetensors file that keeps every tensor under its name and in
// its layout in PyTorch (timm's names for the backbone), so that other programs
// can read it; inside, tensors are turned into the layout of the kernels.
package embed
