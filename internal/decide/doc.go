// Package decide turns scores into decisions with evidence. It is pure: no
// files, no clocks, no randomness; the same candidates under the same policy
// give the same answer.
//
// A [Label] is a path in a tree (id-card/front/2nd-edition). A
// [scoremodel.Calibration] says how often an impostor reaches a score. A [Policy]
// turns it into a threshold for a wished rate of accepted strangers and a gallery of
// a given size, and [Decide] applies it:
//
//	policy, err := decide.NewPolicy(calibration, 0.01, labels)
//	answer := decide.Decide(candidates, policy)
//	fmt.Println(answer.Outcome, answer.Label, answer.Confidence, answer.Reason)
//
// Where references were looked for in the probe, a candidate carries its
// [scoremodel.Evidence], and the [scoremodel.LLRModel] of the calibration says what
// that is worth as a likelihood ratio. Then [Decide] goes by it, and between
// references that look alike by the blocks that tell them apart.
//
// # The model
//
//	x      LLR of a reference: log10 of how many times likelier its evidence is if the
//	       probe shows it than if it shows a look-alike ([scoremodel.LLRModel.LLR])
//	F(x)   share of strangers whose look-alikes reach x (LookAlike), G(x) of comparisons
//	       with something else that do (Random); both counted on trials
//	s      share of strangers that have a look-alike registered: LookAlikePrior, or more where
//	       another label looks like the probe too ([scoremodel.LLRModel.LookAlikePriorGiven])
//	t      threshold: s F(t) + 1 - (1-G(t))^n = FPIR, for n labels ([scoremodel.LLRModel.Threshold])
//	match  x >= t, and no other label within Margin that single blocks do not rule out
//
// Without geometry x is the cosine, and t where FMR(t) = 1 - (1-FPIR)^(1/n).
//
// # Confidence
//
// At the threshold for an FPIR of 0.01, e, a label is taken to be as likely right as
// wrong. From there on the odds grow as fast as look-alikes, or impostors, get
// rarer, since documents that are registered hardly do:
//
//	e      t for FPIR = 0.01
//	odds   exp(-Slope (x-e)) by geometry, Slope that of the tail of F;
//	       FMR(e) / FMR(x) by the embedding
//	P      odds / (1 + odds), between 0.02 and 0.999: the trials speak for no more
//
// P is the probability of the best candidate, and of those that cannot be told from
// it, which share it. The other candidates share 1 - P by their own odds. None of it
// depends on the FPIR that is asked for: that says from which P on a label is
// accepted, 0.5 for 0.01.
//
// The confidence of a match is what its labels have of P; that of an unknown is 1 - P.
// So a match is never less sure of its label than an unknown of its candidate under
// the same FPIR; where hardly any stranger may be accepted an unknown is unsure, and
// where many may, a match.
//
// The prior is that half of what is sent is registered: with such pictures the odds
// were measured to be even where they are said to be (TestConfidenceIsCalibrated).
// Where most is registered, matches are surer than they say.
//
// Where nothing is registered, it is certain that nothing registered is shown: 1.
//
// # Constants
//
// Those of the calibration are described in package scoremodel. In the code:
// enoughSeparating 3 and contraryAllowed 1, evenFPIR 0.01, hardlyAny 0.05 and the
// shares in the sentences are by eye.
//
// It does not compute embeddings or scores; internal/vectorindex does.
package decide
