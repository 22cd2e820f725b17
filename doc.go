// Package exemplar recognises documents from one registered image each.
//
// Register one picture of a document, and photos, scans and screenshots of it
// are recognised from then on, without training. What was never registered is
// answered [Unknown].
//
//	g, err := exemplar.Open("documents.gallery", exemplar.Options{Mode: exemplar.ReadWrite})
//	...
//	_, err = g.Register(ctx, []exemplar.Item{{Label: "id-card/front", Source: "card.jpg", Picture: exemplar.FromBytes(card)}}, exemplar.RegisterOptions{})
//	result, err := g.Classify(ctx, exemplar.FromReader(photo), exemplar.ClassifyOptions{})
//	answer := result.Answer()
//	fmt.Println(answer.Decision, answer.Label, answer.Confidence, answer.Reason)
//
// Many pictures are classified with [Gallery.ClassifyBatch], every document in one
// with [ClassifyOptions].All. What an [Answer] holds is told in docs/answers.md.
//
// A label is a path (id-card/front/2nd-edition); sub-labels are registered like
// any other. A [Gallery] is a file that several processes may use at once, and
// everything here is safe for concurrent use.
//
// The words are those of ISO/IEC 19795: a probe is a picture to be recognised,
// a reference one that was registered; FMR is the share of impostors that reach
// a score, FPIR the share of strangers that a gallery of some size accepts.
package exemplar
