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
// # The rule
//
// The symbols are those of package scoremodel.
//
//	x      LLR of a label's best reference; best label: the one of highest x
//	k      LLR of the closest competitor
//	t      threshold t(p(k)) for the wished FPIR and the number of labels
//	match  x >= t, and no other label is within Margin of x that blocks do not tell apart
//
// If x < t because of a competitor, but hardly any print of the probe is other than the
// best label's, then what tells the look-alikes apart cannot be seen. The label that
// they have in common is then accepted from t(p0) on.
//
// Print on plain paper is also judged by its form, unless the same copy is asked for.
// With t0 = t(0), the threshold for strangers without a look-alike, and
//
//	o      clusterWeight ln(1+cluster) + (1-clusterWeight) ln(1+other), of scoremodel.Form;
//	       oh the same of its head
//	same   the emblems, the large print in the head, correlate by SameEmblem and more;
//	other  by OtherEmblem and less, and oh > noiseOfForm
//	head   enoughHead cells of form in the head, and oh <= noiseOfForm
//	whose  the reference has contents of its own (ownContents), and its emblems are the
//	       same, and have moved or oh <= noiseOfForm; or it has none, or half of them are
//	       shown (more than OtherEmblem), and head
//	seems  o <= noiseOfForm or whose; of a strip of paper: same, or head
//	ts     the threshold of the scoremodel.KindModel for what seems shown
//
// and features that agree in at least LeastCoverage of the reference, or in narrowCoverage
// where the cosine is narrowCosine, o <= narrowNoise noiseOfForm, and head:
//
//	match        x >= t0, and o <= noiseOfForm or whose or a strip of paper, or the closest
//	             competitor is of another company; or x >= ts and seems; and the best leads
//	             every competitor that reaches t0 by memberLead margins and by blocks, or by
//	             emblemLead in its emblems, or is of another company
//	label above  x >= t0 otherwise, or x >= t and o > noiseOfForm, but for a strip without
//	             another emblem; or x >= ts and only whose, if there is a label above
//	unknown      other, no strip, x < t + emblemDoubt and no label above
//
// Of a page (byrows.go) that shows another form, the rows are looked for one by one,
// since what is filled in pushes them along the page. If they show enoughShown of a blank
// form's print, or its blocks come to t(p0) as if the rows had not moved, or enoughFilled
// of another paper's print and its name, and the best leads likewise, it is a match from
// t0 on, or from ts; or the label above, if there is one. If they show another name in the
// head, it is another issuer's.
//
// The best label is another one of its family, if the probe shows other emblems than its
// own, and those of that one.
//
// No competitor is what agrees with the probe where the best label does not,
// foreignContents times as often as where it does: the two have contents in common with
// the probe, and no form.
//
// If that does not come to a match with the best label, each of its other references of
// which EnoughSeen of the blocks could be compared is put in the place of the best one,
// and answers if it comes to one.
//
// A competitor is of another company if the probe shows the emblems of the best, and
// other ones than its own. It does not raise p(k).
//
// What the best label outshows raises no threshold either: o <= noiseOfForm of the best and,
// if somebody looked, more of the other; the best leads it by kindLead in the score of the
// KindModel; they are no editions of one label, and the best is no strip, and no card
// without contents of its own (unsteadyContents). From a score of sureOfKind on it is enough
// that it leads by sureLead, that o <= sureNoise noiseOfForm, and that the other's form is
// not plainly shown (surelyNoise); a card has contents of its own from sureContents on. A
// competitor of the family that is outshown need not be led by blocks.
//
// A personal document (scoremodel.Evidence.Personal) of which nobody looked at the form is
// a match from t0 on, if it leads its competitors likewise and its cosine is leastPersonal.
//
// Of two look-alikes neither x nor blocks tell, since contents may be alike by chance. The
// form does, where the two differ, with the weights of editions.go:
//
//	told   editionOwn (ln(1+own) - ln(1+its)) + editionColour colour: of which of the two it is
//	l      editionBias + editionTold min(told, MostTold) - editionBoth ln(1+both)
//	       - editionNoColour nocolour - editionRecoloured recoloured, of scoremodel.FormLead:
//	       the logarithm of the odds that it is the one, and neither the other nor a third
//
// Of two that have no label in common, it is
//
//	l      issuerBias + issuerOwn ln(1+own) - issuerIts ln(1+its) - issuerNeither ln(1+neither)
//	       - issuerOtherForm o / noiseOfForm
//
// which tells two editions that do not differ in colour as well, from surelyPrinted and
// seemsPrinted on.
//
// The best is the one of higher l. Of two editions, which lie below a common label, it is
// the answer if l >= surelyTold; blocks, margins and emblems count only from seemsTold on.
// Else the label above both is. An edition is no competitor: what would be accepted without
// it is accepted, with one of the two or the label above. Of two others, l >=
// toldFromIssuer, the other does not raise p(k).
//
// What comes to a match is none, but the label above it, if the head of the best is another
// (scoremodel.Form.OtherHead), or if it is a letterhead alone: muchBeside times its print is
// written where it is blank, and nobody said that its contents vary.
//
// What is no print on plain paper (Unsteady) looks worn and so like another form. There
// form speaks for a label alone, if the reference has contents of its own
// (unsteadyContents): x >= t0 and o <= noiseOfForm is a match, or the label above where
// the best does not lead; all else is as without form.
//
// Where no reference was looked for, x is the cosine c, and t its threshold c*.
//
// # Confidence
//
// At the threshold for an FPIR of 0.01, e, a label is taken to be as likely right as
// wrong. From there on the odds grow as fast as look-alikes, or impostors, get
// rarer, since documents that are registered hardly do:
//
//	e      t for FPIR = 0.01
//	odds   exp(-Slope (x-e)) by geometry, Slope being that of the tail of F;
//	       FMR(e) / FMR(x) by the embedding
//	P      odds / (1 + odds), between 0.02 and 0.999: the trials speak for no more
//
// P is the probability of the best candidate, and of those that cannot be told from
// it, which share it. The other candidates share 1 - P by their own odds. None of it
// depends on the FPIR that is asked for: that says from which P on a label is
// accepted, 0.5 for 0.01.
//
// Where the head of the best is another one, the odds are those of changeCertainty: glare or a
// bent page may look so.
//
// Where an edition is told from another by its form, P is multiplied by the probability of
// that, 1 / (1 + exp(-l)).
//
// Where the best shows another form, and the label above is the answer, that has P, and each
// candidate 1 - changeCertainty of what it had.
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
// The calibration holds Margin, the curves, and what scoremodel.Constants says. Here
// are evenFPIR, mostCertain and leastCertain, which say where they come from; and by
// eye: changeCertainty 0.9, hardlyAny 0.05, SeparatingBlocks 3, contraryAllowed 1 and
// foreignContents 2, and the shares in the sentences. Those of form and emblems are in byform.go, editions.go and surekind.go.
//
// It does not compute embeddings or scores; internal/vectorindex does.
package decide
