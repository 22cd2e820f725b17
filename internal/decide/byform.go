package decide

import (
	"math"
	"slices"

	"exemplar/internal/label"
	"exemplar/internal/scoremodel"
)

// A photo that shows a reference's form and other contents is another copy of its
// kind. The LLR, which asks for the same print, is then low: as low as that of
// another edition or of another company with the same template. It tells what is of
// that family from what is not; form tells its members apart.

const (
	// noiseOfForm is up to where another form may be the photo's noise: the weighted
	// mean of the logarithms of 1 and the cells that show it in the place with most, and
	// of 1 and all of them. The weight is of a logistic regression on simulated captures
	// of drawn documents and of forms of ../shared/data/fields, laid on copies (327) and
	// on other editions and issuers (577). The limit was chosen on the odd families of
	// kinds_forms: of those copies 82 and 91 % stay below it, of the others a third.
	// `go run ./tools/kinds` prints the shares on captures of its own, and what another weight
	// would bring: with -drawn 90 -seed 2, on 207 copies and 143 look-alikes, the copy shows
	// less of another form in 84.3 % of the pairs, and in 84.5 % by the weight fitted there, 0.88.
	noiseOfForm   = 2.5
	clusterWeight = 0.75
	// SameEmblem is the correlation from which on an emblem is the reference's, and
	// OtherEmblem the one up to which it is another. emblemLead is by how much one of two
	// references must show its emblems better. emblemDoubt is how much more must speak for
	// a reference whose emblem is not shown. ownContents is the share of a reference's
	// print from which on it is no blank form. By eye, on the odd families of
	// kinds_invoices and kinds_forms, with the even ones in view.
	SameEmblem, OtherEmblem, emblemLead, emblemDoubt = 0.85, 0.6, 0.1, 2
	ownContents                                      = 0.06
	// enoughHead cells of form in the head, where there are no emblems, are a company's
	// letters. By eye: a line of a name and one of an address.
	enoughHead = 40
	// mostOwn is the share of a reference's own contents from which on a photo shows this very
	// copy. By eye: of copies of forms 0.99, of other editions, which are filled in otherwise,
	// at most 0.26.
	mostOwn = 0.95
	// LeastCoverage is how widely features must agree: in a narrow part of a page of
	// print alone the lines of any other page seem to agree. By eye.
	LeastCoverage = 0.25
	// leastAgreement is the share of the blocks that agree at least where the form alone speaks for a
	// kind. Of copies of odd families of kinds_invoices and kinds_forms that are no strips 0.26 and
	// more agree, of drawn ones (bench/kinds, seeds 1 and 4) 0.2 and more; of cards of another company
	// with the same block of captions 0.19 did at most.
	leastAgreement = 0.2
	// leastPersonal is the least cosine of a personal document with another copy of it. Of
	// those of other holders all have 0.6 and more. By eye.
	leastPersonal = 0.5
	// unsteadyContents is the share of a card's print from which on what differs may be other
	// contents. On notes it is 0.07 at most: what differs on them is another note. By eye.
	unsteadyContents = 0.15
	// kindLead is by how much the best must lead what it outshows, in the score of the
	// KindModel. Of drawn cards (`go run ./bench/kinds -seed 1 drawn`) most lead those of
	// another issuer by 1 to 2; of real strangers that show the form of one of two companies
	// on one template (kinds_invoices) none leads the other by more than 0.4.
	kindLead = 0.7
	// memberLead is how many margins the best must lead another member of its family,
	// besides being told from it by blocks. By eye.
	memberLead = 1.5
)

// besideOutshown lowers the threshold of what is not accepted to what it is without the
// competitors that the best outshows.
func (p Policy) besideOutshown(ranked []scored, r rule) rule {
	best := &ranked[0]
	if best.llr >= r.threshold || p.WantsSameCopy(&best.Candidate) {
		return r
	}
	left := slices.DeleteFunc(slices.Clone(ranked), best.outshows)
	if competitor, prior := p.closestCompetitor(left); prior < r.prior {
		r.competitor, r.prior, r.own = competitor, prior, prior
		r.threshold = p.Calibration.LLRModel.Threshold(prior, p.FPIR, p.Labels)
	}
	return r
}

// outshows says that the photo shows the form of the best, and not that of another, which
// is much less like it in all: a card of another issuer in one design. On a strip form
// moves, of editions it is alike, and what differs on notes is another note.
func (c *scored) outshows(other scored) bool {
	own, its := c.Evidence.Form, other.Evidence.Form
	switch {
	case other.Label == c.Label || isEdition(c, &other) || !isWide(c.Evidence):
		return false
	case own == nil || own.Strip:
		return false
	case c.surelyOutshows(&other):
		return true
	case own.Unsteady && own.Contents < unsteadyContents:
		return false
	}
	return showsForm(own) && (its == nil || !showsForm(its)) && c.kindScore()-other.kindScore() >= kindLead
}

func (c *scored) kindScore() float64 { return scoremodel.DefaultKindModel().Score(c.llr, c.Evidence) }

// Copy says whether a photo of a kind shows the very copy that was registered.
type Copy string

// The copies.
const (
	SameCopy  Copy = "same"   // as far as can be seen
	OtherCopy Copy = "other"  // it has other contents, or a changed line
	NoCopy    Copy = "unsure" // the photo's noise may hide the difference, or be it
)

// muchChanged is a share of changed print that is no photo's noise. Of other copies of
// forms, invoices and cards nine in ten have a changed region or so much; of photos of
// the same form one in twenty.
const muchChanged = 0.15

func copyOf(e *scoremodel.Evidence) Copy {
	switch {
	case e.Changes > 0 || e.Changed >= muchChanged || e.Written > 0:
		return OtherCopy
	case LooksUnchanged(e):
		return SameCopy
	}
	return NoCopy
}

// IsOfKind says whether an LLR is high enough to be that of something of the same
// family: of strangers without a look-alike registered, FPIR reach it.
func (p Policy) IsOfKind(llr float64) bool { return llr >= p.kindThreshold() }

func (p Policy) kindThreshold() float64 {
	return p.Calibration.LLRModel.FamilyThreshold(p.FPIR, p.Labels)
}

// byForm changes the rule where the same copy was not asked for, and form was looked at, on
// plain paper, or the reference is a personal document: of these every copy has another
// portrait, other names and numbers, so that little need agree. What shows the form of the best, or its emblems, is accepted from
// a lower threshold on. What shows another form is another member of the family, or
// may be: the label above is the answer, if there is one.
func (p Policy) byForm(ranked []scored, r rule) rule {
	best := &ranked[0]
	form := best.Evidence.Form
	if byRows, ok := p.byRows(ranked, r); ok {
		return byRows
	}
	if p.WantsSameCopy(&best.Candidate) || !isWide(best.Evidence) || !agreesAtAll(best.Evidence) {
		return r
	}
	member, ofKind := p.isOneMember(ranked), p.IsOfKind(best.llr)
	above := p.family(ranked)
	if form == nil || form.Unsteady {
		return p.byCard(best, r, member, above)
	}
	switch shown := showsForm(form); {
	case ofKind && member && (showsOwnContents(best.Evidence) || best.llr < r.threshold && (shown || form.Strip || showsEmblems(form) && !p.hasEditions(ranked) || p.isToldByEmblems(ranked))):
		r.prior, r.own, r.threshold = 0, 0, p.kindThreshold()
		r.close = []Candidate{best.Candidate}
	case !ofKind && member && SeemsShown(best.Evidence) && best.llr >= p.shownThreshold(best.Evidence):
		r.threshold, r.byKind = p.shownThreshold(best.Evidence), true
		r.close = []Candidate{best.Candidate}
		if !shown && !form.Strip { // emblems tell no editions apart
			r.above = above
		}
	case !ofKind:
	case above == "" && !shown && !form.Strip && showsOtherEmblem(form):
		r.threshold += emblemDoubt
	case above != "" && (best.llr < r.threshold || !shown && !(member && mayHaveMoved(form))):
		r.prior, r.threshold, r.above = 0, p.kindThreshold(), above
	}
	return r
}

// agreesAtAll says that of what is no strip so much agrees, or that the whole is so alike, that its
// form may be shown: where a block of captions alone was found, the form about it seems to be there
// and is not.
func agreesAtAll(e *scoremodel.Evidence) bool {
	return e.LocallyConsistent >= leastAgreement || e.Cosine >= narrowCosine || e.Form != nil && e.Form.Strip
}

// byCard is byForm for what is no print on plain paper: form and holder speak for a kind
// there, and never against it.
func (p Policy) byCard(best *scored, r rule, member bool, above Label) rule {
	if !p.IsOfKind(best.llr) || best.llr >= r.threshold {
		return r
	}
	form := best.Evidence.Form
	shown := form != nil && showsForm(form) && form.Contents >= unsteadyContents
	switch {
	case member && (shown || best.Evidence.Personal && best.Evidence.Cosine >= leastPersonal):
		r.prior, r.own, r.threshold = 0, 0, p.kindThreshold()
		r.close = []Candidate{best.Candidate}
	case shown && above != "":
		r.prior, r.threshold, r.above = 0, p.kindThreshold(), above
	}
	return r
}

// MayBeOfKind says whether evidence is so close to that of something of the same family
// that it is worth looking at its form.
func (p Policy) MayBeOfKind(llr float64, e *scoremodel.Evidence) bool {
	return p.IsOfKind(llr) || e.HasComparison() && llr >= p.shownThreshold(e)
}

func (p Policy) shownThreshold(e *scoremodel.Evidence) float64 {
	return scoremodel.DefaultKindModel().Threshold(p.FPIR, p.Labels, e)
}

// SeemsShown says that a photo seems to show the form of a reference, or its emblems. Of
// what is of another family hardly any does.
func SeemsShown(e *scoremodel.Evidence) bool {
	f := e.Form
	switch {
	case f == nil || e.Coverage < LeastCoverage:
		return false
	case f.Strip:
		return showsHead(f) || f.Emblems > 0 && f.Emblem >= SameEmblem
	}
	return showsForm(f) || showsEmblems(f)
}

// showsForm says that all of another form that the photo shows may be its noise.
func showsForm(f *scoremodel.Form) bool { return isNoise(f.Cluster, f.Other) }

func isNoise(cluster, other float64) bool { return noise(cluster, other) <= 1 }

func noise(cluster, other float64) float64 {
	return (clusterWeight*math.Log1p(cluster) + (1-clusterWeight)*math.Log1p(other)) / noiseOfForm
}

// NoiseOfForm is how much of another form a photo shows; up to 1 it may be noise.
func NoiseOfForm(f *scoremodel.Form) float64 { return noise(f.Cluster, f.Other) }

// showsEmblems says that the photo shows the large print of the reference, and about it
// no other form: who it is of. That is enough where the reference has contents of its
// own, since these are never quite told from form, and where they grow they push the
// form below them. Where all of the head is shown, half an emblem is enough: some of it
// may be contents, as the number of an invoice is. On a blank form every other form
// counts.
func showsEmblems(f *scoremodel.Form) bool {
	switch {
	case f.Contents < ownContents:
		return false
	case f.Emblems == 0:
		return showsHead(f) || f.Address && !f.OtherHead
	}
	if f.Emblem > OtherEmblem && showsHead(f) {
		return true
	}
	return f.Emblem >= SameEmblem && (f.Moved || isNoise(f.HeadCluster, f.HeadOther))
}

// showsOwnContents says that the photo shows what is filled into the reference, as no other
// member of its family does, and in no place surely other print: another form in one is then
// noise.
func showsOwnContents(e *scoremodel.Evidence) bool {
	f := e.Form
	return f != nil && f.Contents >= ownContents && f.OwnShown >= mostOwn && copyOf(e) != OtherCopy && !f.OtherHead && !showsOtherEmblem(f)
}

// isCopyRatherThan says that the photo shows what is filled into the reference, and not what is
// filled into another.
func (c *scored) isCopyRatherThan(other *scored) bool {
	return showsOwnContents(c.Evidence) && !showsOwnContents(other.Evidence)
}

// showsHead says that there is enough form in the reference's head, and that the photo
// shows no other.
func showsHead(f *scoremodel.Form) bool {
	return f.Head >= enoughHead && isNoise(f.HeadCluster, f.HeadOther)
}

// isOneMember says that no other member of the family is registered that the photo
// may show as well, as far as can be seen.
func (p Policy) isOneMember(ranked []scored) bool {
	best := &ranked[0]
	for i := range ranked[1:] {
		other := &ranked[1+i]
		if p.isRivalOfKind(best, other) {
			if best.isToldByForm(other) || best.isCopyRatherThan(other) || other.Evidence.Form != nil && best.outshows(*other) || !isEdition(best, other) && best.showsEmblemsOver(other) {
				continue
			}
			lead := best.llr - other.llr
			return lead > memberLead*p.Calibration.LLRModel.Margin && discriminate(best.Evidence, other.Evidence).separates() && best.formMayBeOver(other)
		}
	}
	return true
}

// isToldByEmblems says that the closest of the other members of the family is another
// company, by its emblems, and that the photo shows those of the best: what is left are
// other papers of the best's own company.
func (p Policy) isToldByEmblems(ranked []scored) bool {
	best := &ranked[0]
	for i := range ranked[1:] {
		if other := &ranked[1+i]; p.isRivalOfKind(best, other) {
			return best.isOfAnotherCompany(other)
		}
	}
	return false
}

// isRivalOfKind says that another candidate rivals the best, and may be of its kind: an
// edition whose form was looked at does.
func (p Policy) isRivalOfKind(best, other *scored) bool {
	if _, looked := best.over(other); looked && isEdition(best, other) {
		return true
	}
	return p.IsOfKind(other.llr) && best.isRivalledBy(other) // which takes longer
}

// showsOtherEmblem says that the photo shows other large print where the reference has its
// emblems: it is of another company, though all else may agree.
func showsOtherEmblem(f *scoremodel.Form) bool {
	return f.Emblems > 0 && f.Emblem <= OtherEmblem && !isNoise(f.HeadCluster, f.HeadOther)
}

// showsEmblemsOver says that the photo shows the emblems of the first and not those of
// the other.
func (c *scored) showsEmblemsOver(other *scored) bool {
	own, its := c.Evidence.Form, other.Evidence.Form
	if own == nil || its == nil || own.Emblems == 0 || its.Emblems == 0 {
		return false
	}
	return showsEmblems(own) && its.Emblem <= own.Emblem-emblemLead || c.isOfAnotherCompany(other)
}

// isOfAnotherCompany says that the photo shows the emblems of the first, and quite other
// ones than those of the other: whatever else the two have in common, the photo is of
// none but the first.
func (c *scored) isOfAnotherCompany(other *scored) bool {
	own, its := c.Evidence.Form, other.Evidence.Form
	return own != nil && its != nil && own.Emblems > 0 && its.Emblems > 0 && own.Contents >= ownContents &&
		own.Emblem >= SameEmblem && its.Emblem <= OtherEmblem && !isEdition(c, other)
}

// preferEmblems puts another label of the family first where the photo shows its emblems,
// and other ones where the best has its own: much the same contents may make that of
// another company more alike.
func (p Policy) preferEmblems(ranked []scored) {
	best := &ranked[0]
	if best.Evidence.Form == nil || !showsOtherEmblem(best.Evidence.Form) {
		return
	}
	for i := range ranked[1:] {
		if other := ranked[1+i]; p.isRivalOfKind(best, &other) && !isEdition(best, &other) && other.showsEmblemsOver(best) {
			copy(ranked[1:], ranked[:1+i])
			ranked[0] = other
			return
		}
	}
}

// family is the label above the best candidate and its rivals of the same family;
// empty if there is none.
func (p Policy) family(ranked []scored) Label {
	best := &ranked[0]
	common := best.Label
	for i := range ranked[1:] {
		other := &ranked[1+i]
		if p.isRivalOfKind(best, other) && best.llr-other.llr < p.Calibration.LLRModel.UnregisteredMargin {
			common = label.CommonAncestor(common, other.Label)
		}
	}
	if common == best.Label {
		return common.Parent()
	}
	return common
}
