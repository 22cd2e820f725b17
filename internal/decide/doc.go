// Package decide turns scores into decisions with evidence. It is pure: no
// files, no clocks, no randomness; the same candidates under the same policy
// give the same answer.
//
// A [Label] is a path in a tree (id-card/front/2nd-edition). A [Calibration]
// says how often an impostor reaches a score, and is fitted by
// [FitCalibration]. A [Policy] turns it into a threshold for a wished rate of
// accepted strangers and a gallery of a given size, and [Decide] applies it:
//
//	policy, err := decide.NewPolicy(calibration, 0.01, labels)
//	answer := decide.Decide(candidates, policy)
//	fmt.Println(answer.Verdict, answer.Label, answer.Reason)
//
// Where references were looked for in the probe, a candidate carries its
// [Geometry], and a [Proof] in the calibration (fitted by [FitProof]) says what
// that is worth as a likelihood ratio; then [Decide] goes by it, and between
// references that look alike by the places that tell them apart.
//
// It does not compute embeddings or scores; internal/gallery does.
package decide
