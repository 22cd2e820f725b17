// Package eval measures how good answers and scores are. It computes every rate of the
// project: the decisions of a gallery with labels registered and left out, verification
// (FMR, FNMR, ROC, TPR at an FMR), identification in closed and open sets, and
// classification. Each rate has a 95 % interval over classes.
//
// Numbers go in and numbers come out. A [Set] holds samples with labels, and embeddings,
// a matrix of scores or the answers of a gallery (set.go); [Evaluate] judges it
// (evaluate.go) and output.go writes the [Result] as JSON and CSV. Package harness makes
// sets from galleries and other systems. Package report makes pages from results.
//
//	result, err := eval.Evaluate(ctx, set, eval.Options{Seed: 1})
//	fmt.Println(result.Verification.At(1e-4).TPR)
//
// Pairs are counted by tally.go, stream.go and comparisons.go; verification.go and
// identify.go make rates of them; openanswers.go counts decisions; openset.go judges
// scores in open sets; interval.go and uncertainty.go hold the statistics.
//
// docs/evaluation.md defines every number. A pair is accepted if its score reaches the
// threshold (score >= threshold), everywhere.
//
// The package decodes no image and runs no network.
package eval
