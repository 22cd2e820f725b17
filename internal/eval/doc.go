// Package eval measures how good answers and scores are: a gallery's decisions
// with labels registered and left out, verification (FMR, FNMR, ROC, TPR at an
// FMR), identification in closed and open sets, classification, each with a 95 %
// interval over classes, and writes it as JSON and CSV. Every rate of the project
// is computed here.
//
// Numbers go in and numbers come out: a [Set] holds samples with labels and
// embeddings, a matrix of scores or a gallery's answers, [Evaluate] judges it.
// Package harness makes sets of galleries and of other systems, package report
// makes pages of results.
//
//	result, err := eval.Evaluate(ctx, set, eval.Options{Seed: 1})
//	fmt.Println(result.Verification.At(1e-4).TPR)
//
// docs/evaluation.md defines every number. A pair is accepted when its score
// reaches the threshold (score >= threshold), everywhere.
//
// The package decodes no image and runs no network.
package eval
