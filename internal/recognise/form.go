package recognise

import (
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
)

// lookAtForm sees for the candidate that speaks most for itself whether the photo
// shows its form, if it is print on plain paper. One look takes as long as half a
// comparison, so the others have none.
func (e *evidenceSet) lookAtForm() {
	if e.policy.Calibration.LLRModel == nil {
		return
	}
	var best *Hypothesis
	for i := range e.candidates {
		h := e.seen[e.candidates[i].Reference]
		if h == nil || e.candidates[i].Evidence == nil || !h.Found.ForDecision.HasComparison() {
			continue
		}
		if best == nil || e.llr(h) > e.llr(best) {
			best = h
		}
	}
	if best == nil || !best.Reference.plain() || !e.policy.IsOfKind(e.llr(best)) {
		return
	}
	form := best.Found.lookAtForm(best.Reference)
	for _, h := range e.seen { // what another reference of the label shows too is no other form
		if h != best && h.Label == best.Label && h.Found.ForDecision.HasComparison() && e.policy.IsOfKind(e.llr(h)) {
			other := h.Found.lookAtForm(h.Reference)
			form.Other, form.Cluster = min(form.Other, other.Other), min(form.Cluster, other.Cluster)
		}
	}
}

// lookAtForm returns how far the photo shows the reference's form, which becomes part
// of the evidence.
func (f *Found) lookAtForm(r *Reference) *scoremodel.Form {
	if f.ForDecision.Form == nil {
		t := f.seenKinds().Tally(f.rectified.Visible)
		f.ForDecision.Form = &scoremodel.Form{
			Other: t.OtherForm, Cluster: t.Cluster,
			Strip: float64(max(r.w, r.h)) >= stripShape*float64(min(r.w, r.h)),
		}
	}
	return f.ForDecision.Form
}

// stripShape is how many times longer than wide a strip of paper is. A sheet is 1.41
// to 1.55 times, a till's receipt mostly twice and more. By eye.
const stripShape = 1.7

const (
	// plainShare of a picture within plainLevels of the brightest twentieth is
	// paper. Of forms and invoices nine in ten have 0.63 and more, of banknotes none
	// has more than 0.55.
	plainShare  = 0.6
	plainLevels = 28
)

// isPlain says whether a picture is mostly blank paper.
func isPlain(g *imaging.Gray) bool {
	if len(g.Pix) == 0 {
		return false
	}
	sorted := slices.Sorted(slices.Values(g.Pix))
	bright := int(sorted[len(sorted)*19/20]) - plainLevels
	paper, _ := slices.BinarySearchFunc(sorted, bright, func(v byte, level int) int { return int(v) - level - 1 })
	return float64(len(sorted)-paper) > plainShare*float64(len(sorted))
}
