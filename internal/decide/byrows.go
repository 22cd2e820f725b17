package decide

import "exemplar/internal/scoremodel"

// A form that was registered blank is filled in by a word processor: what is written
// pushes the rows below it along the page, and hardly any form is in its place. So do the articles
// of an invoice. Then the rows are looked for one by one, and it is judged what they show.

const (
	// enoughShown is the share of a blank form's print that its rows must show where they are
	// found. Of filled copies of the odd forms of bench/proof/blank nine in ten show more; of
	// other forms of the same office, pages of kinds_forms that share a head and boxes, the one
	// that shows most has 0.5.
	enoughShown = 0.55
	// enoughFilled is the same of a paper that is filled in, under the same name. Of the odd families
	// of kinds_invoices other papers of a company, in another language or of another year, show 0.68
	// at most, and two copies that nothing else lets in 0.76 and 0.91.
	enoughFilled = 0.7
)

// inPlace is the LLR from which on so much of a blank form agrees in its place that what differs
// in its head has not moved: it is another issuer's. Of filled copies of the odd forms of
// bench/proof/blank whose head seems another none has more than -0.56; a drawn form of another
// issuer in the same design has 0.12.
const inPlace = -0.2

// MayBeFilled says that a candidate, whose form was looked at, may be a page whose rows have moved, so
// that it is worth following them: nothing else lets it in for sure.
func (p Policy) MayBeFilled(c *Candidate) bool {
	if p.WantsSameCopy(c) || c.Evidence == nil || c.Evidence.Form == nil {
		return false
	}
	form, model := c.Evidence.Form, p.Calibration.LLRModel
	llr := model.LLR(c.Evidence)
	return !form.Unsteady && !form.Strip && form.Rows == nil && !showsForm(form) && !(form.OtherHead && llr >= inPlace) &&
		llr < model.Threshold(model.LookAlikePrior, p.FPIR, p.Labels)+emblemDoubt
}

// showsRows says that the rows of the best are shown. Of a blank form that is enough of its print, or
// so much of its blocks that it would be accepted if they had not moved; another paper must show its
// name as well.
func (p Policy) showsRows(c *Candidate) bool {
	form, model := c.Evidence.Form, p.Calibration.LLRModel
	switch {
	case form == nil || form.Rows == nil || form.Rows.OtherName:
		return false
	case form.Rows.Blank:
		return form.Rows.Shown >= enoughShown || model.LLR(form.Rows.Undone) >= model.Threshold(model.LookAlikePrior, p.FPIR, p.Labels)
	}
	return form.Rows.Shown >= enoughFilled && form.Rows.Name >= SameEmblem && !form.OtherHead
}

// byRows changes the rule where the photo shows the rows of the best, and no other
// member of its family is registered that it may show as well: it is accepted from where on
// nothing unlike it is. Rows tell no editions apart: the label above is the answer, if there
// is one. ok is false where rows have nothing to say.
func (p Policy) byRows(ranked []scored, r rule) (_ rule, ok bool) {
	best := &ranked[0]
	if p.WantsSameCopy(&best.Candidate) || !p.showsRows(&best.Candidate) || !p.isOneMember(ranked) {
		return r, false
	}
	threshold, byKind := p.kindThreshold(), false
	if best.llr < threshold {
		threshold, byKind = p.shownThreshold(best.Evidence), true
	}
	if best.llr < threshold {
		return r, false
	}
	r.prior, r.own, r.threshold, r.byKind = 0, 0, threshold, byKind
	r.close, r.above = []Candidate{best.Candidate}, p.family(ranked)
	return r, true
}

// showsOtherName says that the photo shows rows, and another issuer's name above them. Where the name
// is shown in its place, and no more agrees once the rows are put back, they had not moved.
func showsOtherName(e *scoremodel.Evidence) bool {
	rows := e.Form.Rows
	if rows == nil || !rows.OtherName || rows.Shown < enoughShown {
		return false
	}
	inPlace := e.Form.Emblems > 0 && e.Form.Emblem >= SameEmblem
	return !inPlace || rows.Undone.LocallyConsistent > e.LocallyConsistent
}
