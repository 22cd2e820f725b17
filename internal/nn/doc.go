// Package nn holds the layers that the networks are made of.
//
// A layer owns its parameters and their gradients, and no activations: its
// methods work on slices that the caller provides, outputs first, so that the
// caller decides what is kept for the backward pass, what is computed again and
// what stays in the cache. Activations are NHWC; a layer that treats every
// position alike takes them as rows of channels.
//
//	l := nn.NewLinear(64, 32)
//	l.Pack()                          // after every change of the weights
//	l.Forward(out, in, rows)          // in (rows,64), out (rows,32)
//	l.Backward(dIn, dOut, in, rows)   // dIn is set, gradients of parameters are added to
//
// Backward mirrors Forward. It overwrites the gradient of the input, which may
// be nil where nobody wants it, and adds to the gradients of the parameters.
// Layers are not safe for concurrent use; replicas share the values of the
// parameters and have gradients of their own.
package nn
