// Package recognise says what a photo shows, by the references of a gallery. It
// is the engine: everything between a picture file and a decision, in one pass.
//
//	engine := recognise.New(store, model)
//	result, err := engine.Recognise(ctx, data, recognise.Options{FPIR: 0.01})
//	fmt.Println(result.Findings[0].Decision.Label)
//
// The pass, and the files that hold it:
//
//	photo.go      OpenPhoto: decode within limits, inspect, scale
//	recognise.go  the pass: embed, search, gather the evidence, decide
//	search.go     which references may be there (shortlist, coarse and fine match)
//	verify.go     where a reference lies and how much of it agrees: the evidence
//	changes.go    regions where the photo shows other print
//	form.go       whether the photo shows the reference's form and emblems, on paper
//	several.go    more than one document in a photo (areas.go: which part is whose)
//	reference.go  NewReference, the only way to make a reference of a picture
//	cache.go      references that were used lately, and the index of all
//	follow.go     the index is kept up to date
//	neighbours.go other references that resemble a registered one
//
// It draws nothing (internal/explain does) and decides nothing itself
// (internal/decide does).
package recognise
