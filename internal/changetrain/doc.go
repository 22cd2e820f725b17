// Package changetrain trains the detectors of internal/changedetect: it makes
// samples, which are captures of documents laid on references whose differences
// are known, and steps the network along the gradients of what it says of them.
//
//	samples, err := changetrain.KindSamples(ctx, changetrain.DrawnKinds(600, seed, nil), opts)
//	detector, err := changetrain.Train(ctx, samples, changetrain.Options{Steps: 10000, Kinds: true})
//	data, err := detector.Encode(about)
//
// The command is tools/change. Nothing that answers users imports this package.
package changetrain
