// Package scoremodel holds the statistics of a decision: how rarely something else
// reaches a score, and what the evidence of geometry is worth. It is pure, and is
// what the calibration of a bundle holds.
//
//	calibration.go  FMR(score) of embeddings; fit.go fits it on scores of impostors
//	evidence.go     what was found of a reference in a probe, and its features
//	llrmodel.go     evidence -> likelihood ratio -> threshold; fitllr.go fits it on trials
//	survival.go     how many comparisons reach an LLR
//
// Package decide makes decisions of it.
package scoremodel
