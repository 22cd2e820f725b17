// Package conditiontrain trains the network of internal/condition: it makes samples,
// which are documents that something happened to, captured and laid on references,
// with what happened to each cell, and steps the network along the gradients of what
// it says of them.
//
//	samples, err := conditiontrain.Samples(ctx, conditiontrain.Options{Documents: 900, Seed: 1})
//	data, err := conditiontrain.Train(ctx, samples, 4000, 1, nil, about, nil)
//
// The command is tools/condition. Nothing that answers users imports this package.
package conditiontrain
