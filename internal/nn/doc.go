// Package nn holds the layers of the networks with their forward and backward passes, one
// file for each, and the optimiser and learning rate schedule of all trainings. Packages
// embed, changedetect and train build on it; it calls package kernel.
//
// A layer has its parameters and their gradients, and no activations. Its methods work on
// slices that the caller provides, outputs first. The caller thereby decides what is kept
// for the backward pass, what is computed again, and what stays in the cache. Activations
// are NHWC; a layer that treats all positions alike takes them as rows of channels.
//
//	l := nn.NewLinear(64, 32)
//	l.Pack()                          // after every change of the weights
//	l.Forward(out, in, rows)          // in (rows,64), out (rows,32)
//	l.Backward(dIn, dOut, in, rows)   // dIn is set, gradients of parameters are added to
//
// Backward mirrors Forward. It overwrites the gradient of the input, for which some layers
// accept nil, and adds to the gradients of the parameters. Layers are not safe for
// concurrent use; replicas share the values of the parameters and have gradients of their
// own.
package nn
