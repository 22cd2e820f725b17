// Package eval measures how good scores are: verification (FMR, FNMR, ROC,
// TPR at an FMR), identification in closed and open sets, classification, each
// with 95 % intervals by resampling classes, and writes it as JSON, CSV and a
// self-contained HTML report.
//
// Numbers go in and numbers come out: a [Set] holds samples with labels and
// either embeddings or a matrix of scores, [Evaluate] judges it.
//
//	result, err := eval.Evaluate(ctx, set, eval.Options{Seed: 1})
//	fmt.Println(result.Verification.At(1e-4).TPR)
//
// docs/evaluation.md defines every number. A pair is accepted when its score
// reaches the threshold (score >= threshold), everywhere.
//
// The package decodes no image and runs no network.
package eval
