// Package scoremodel holds the statistics of a decision: how rarely something else
// reaches a score, and what the evidence of geometry is worth. It is pure. The
// calibration of a bundle is a [Calibration] as JSON; package calibrate fits it, and
// package decide decides by it.
//
//	calibration.go  FMR(score) of embeddings; fit.go fits it on scores of impostors
//	evidence.go     what was found of a reference in a probe, and its features
//	llrmodel.go     evidence -> likelihood ratio -> threshold; fitllr.go fits it on trials
//	constants.go    what was chosen and not fitted
//	survival.go     how many comparisons reach an LLR
//
// # By the embedding
//
//	c         cosine of the probe with a label's most alike reference
//	FMR(c)    share of impostors whose cosine with a label is c or more: [Calibration.FMR]
//	n         labels in the gallery
//	f         share of strangers that may be accepted (FPIR)
//	c*        threshold: FMR(c*) = 1 - (1-f)^(1/n)
//
// # By geometry
//
//	E         what was found of a reference in the probe: [Evidence]
//	x_i(E)    its features
//	b, w_i    Bias and Terms, w_i >= 0
//	LLR(E)    log10 of P(E | the probe shows the reference) / P(E | it shows a look-alike)
//	          = (b + sum of w_i x_i(E)) / ln 10, kept within [-6, 6]
//	F(t)      share of strangers whose best look-alike has an LLR of t or more (LookAlike)
//	G(t)      share of comparisons with something else whose LLR is t or more (Random)
//	p         prior of a look-alike: share of strangers that have one registered
//	FPIR(t,p) share of strangers accepted from t on = p F(t) + 1 - (1-G(t))^n
//	t(p)      threshold: FPIR(t(p), p) = f
//
// The prior depends on the gallery. Where another label looks like the probe too, the
// gallery holds look-alikes, and the probe may be a further one that is not
// registered. Then the best label must lead the other one by a margin that such a
// stranger hardly ever has:
//
//	p0        prior where nothing else looks like the probe: LookAlikePrior
//	k         LLR of the closest competitor, the best label that stands for another answer
//	m(k)      required margin = m0 + a k; m0 is UnregisteredMargin, a is MarginSlope
//	p(k)      the prior whose threshold is that margin: t(p(k)) = k + m(k),
//	          p0 if t(p0) is higher, and 1 if t(1) is lower
//
// So the threshold beside a competitor is t(p(k)): never lower than t(p0), which holds
// alone, and never higher than t(1), which holds if every stranger has a look-alike
// registered.
package scoremodel
