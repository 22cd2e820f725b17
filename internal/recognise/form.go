package recognise

import (
	"cmp"
	"image"
	"maps"
	"slices"
	"sync"

	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
	"exemplar/internal/label"
	"exemplar/internal/planar"
	"exemplar/internal/scoremodel"
)

// mostRivals are looked at beside the candidate that speaks most for itself. By eye: a
// look takes as long as half a comparison.
const mostRivals = 3

// lookAtForm sees for the candidate that speaks most for itself whether the photo
// shows its form, and for its closest rivals, which may be
// of the same family. Other references of the best label may show it where that one
// does not. Of what is no print on plain paper it looks only where its print alone does
// not decide.
func (e *evidenceSet) lookAtForm() {
	if e.policy.Calibration.LLRModel == nil {
		return
	}
	var found []*decide.Candidate
	for i := range e.candidates {
		if c := &e.candidates[i]; e.mayBeOfKind(e.seen[c.Reference]) && c.Evidence != nil {
			found = append(found, c)
		}
	}
	if len(found) == 0 {
		return
	}
	slices.SortStableFunc(found, func(a, b *decide.Candidate) int {
		return cmp.Compare(e.llr(e.seen[b.Reference]), e.llr(e.seen[a.Reference]))
	})
	best := found[0]
	best.Others = nil
	for _, id := range slices.Sorted(maps.Keys(e.seen)) {
		if h := e.seen[id]; h.Label == best.Label && id != best.Reference && e.mayBeOfKind(h) {
			other := *best
			take(&other, h)
			e.takeContents(&other)
			best.Others = append(best.Others, other)
		}
	}
	own := append([]decide.Candidate{*best}, best.Others...)
	onPaper := slices.ContainsFunc(own, func(c decide.Candidate) bool { return e.seen[c.Reference].Reference.plain() })
	if first := e.seen[best.Reference]; !onPaper && (!e.policy.IsOfKind(e.llr(first)) || len(found) == 1 && e.isSure(first) && decide.LooksUnchanged(best.Evidence)) {
		return
	}
	for _, c := range own { // of one kind: all are of paper if one is
		h := e.seen[c.Reference]
		h.Found.LookAtForm(h.Reference)
	}
	looked := append([]*Hypothesis{e.seen[best.Reference]}, e.rivalsOf(found, onPaper)...)
	for _, h := range looked[1:] {
		h.Found.seeForm(h.Reference)
	}
	e.tellApart(looked)
}

// rivalsOf are those of the first that are looked at: its editions, and what lies on paper as
// it does.
func (e *evidenceSet) rivalsOf(found []*decide.Candidate, onPaper bool) []*Hypothesis {
	var editions, others []*Hypothesis
	for i, c := range found[1:] {
		switch h := e.seen[c.Reference]; {
		case label.CommonAncestor(c.Label, found[0].Label) != "":
			editions = append(editions, h)
		case i < mostRivals && h.Reference.plain() == onPaper:
			others = append(others, h)
		}
	}
	all := append(editions, others...)
	return all[:min(len(all), mostRivals)]
}

// mayBeOfKind says that a reference was found, and so that its form is worth a look.
func (e *evidenceSet) mayBeOfKind(h *Hypothesis) bool {
	return h != nil && h.Found.ForDecision != nil && e.policy.MayBeOfKind(e.llr(h), h.Found.ForDecision)
}

// isSure says that a hypothesis is accepted whatever else looks like the photo.
func (e *evidenceSet) isSure(h *Hypothesis) bool {
	return e.llr(h) >= e.policy.Calibration.LLRModel.Threshold(1, e.policy.FPIR, e.policy.Labels)
}

// tellApart compares the forms of references that lie in one photo: of editions, labels
// below a common one, each with each, and their colours; of the best with any other, where
// it is not accepted whatever looks like it.
func (e *evidenceSet) tellApart(looked []*Hypothesis) {
	for _, h := range looked {
		h.Found.ForDecision.Form.Over = nil
	}
	laid := make([]*changedetect.Laid, len(looked))
	at := func(i int) *changedetect.Laid {
		if laid[i] == nil {
			laid[i] = looked[i].Found.laid()
		}
		return laid[i]
	}
	for i, h := range looked {
		for j, other := range looked[:i] {
			editions := label.CommonAncestor(h.Label, other.Label) != ""
			if h.Label == other.Label || !editions && (j > 0 || e.isSure(other)) {
				continue
			}
			seen := changedetect.TellApart(at(i), at(j))
			lead := scoremodel.FormLead{Reference: other.ID, Own: seen.First, Its: seen.Second, Neither: seen.Neither, Both: seen.Both}
			if editions {
				e.photo.seeColours(&lead, h, other, at(i).Across(at(j)))
				if lead.Both > littleForm && mayGrow(h, other) {
					lead.Both = min(lead.Both, changedetect.TellApart(h.Found.laidByRows(), other.Found.laidByRows()).Both)
				}
			}
			a, b := h.Found.ForDecision.Form, other.Found.ForDecision.Form
			a.Over, b.Over = append(a.Over, lead), append(b.Over, lead.Reversed(h.ID))
		}
	}
}

// laid is what the photo shows of each cell of the reference, and where.
func (f *Found) laid() *changedetect.Laid {
	l := &changedetect.Laid{Map: f.seenKinds(), Reference: f.rectified.Reference, Photo: f.rectified.Photo, Seen: f.rectified.Visible}
	for i := range l.Logit {
		l.At = append(l.At, f.rectified.At(cellMiddle(i, l.W)))
	}
	return l
}

// cellMiddle is the middle of cell i of rows of w cells.
func cellMiddle(i, w int) planar.Point {
	corner := cellCorner(i%w, i/w)
	return planar.Pt(corner.X+changedetect.Cell/2, corner.Y+changedetect.Cell/2)
}

// LookAtForm returns how far the photo shows the form of a reference that was located in
// it, which becomes part of the evidence.
func (f *Found) LookAtForm(r *Reference) *scoremodel.Form {
	f.seeForm(r)
	f.seeHead(r)
	return f.ForDecision.Form
}

// seeForm is LookAtForm without what is asked of the best candidate alone: see [Found.seeHead].
func (f *Found) seeForm(r *Reference) {
	if f.ForDecision.Form == nil {
		kinds := f.seenKinds()
		t := kinds.Tally(f.rectified.Visible)
		form := &scoremodel.Form{
			Other: t.OtherForm, Cluster: t.Cluster, Contents: kinds.Contents(), OwnShown: kinds.ContentsShown(f.rectified.Visible), Unsteady: !r.plain(), Strip: r.isStrip(kinds),
		}
		f.tallyHead(r, form)
		f.ForDecision.Form = form
	}
}

// tallyHead adds to the form what the photo shows of the head.
func (f *Found) tallyHead(r *Reference, form *scoremodel.Form) {
	kinds := f.seenKinds()
	head := kinds.Tally(headOf(kinds, f.rectified.Visible))
	form.Head, form.HeadOther, form.HeadCluster = head.Form, head.OtherForm, head.Cluster
	form.Emblems, form.Emblem, form.Moved = 0, 1, false
	if r.plain() {
		f.seeEmblems(r, form, kinds)
	}
}

// seeHead adds to the form whether the photo shows another issuer, or another paper of the same one:
// another head, another place of the form, or writing where the reference is blank.
func (f *Found) seeHead(r *Reference) {
	if f.headSeen {
		return
	}
	f.headSeen = true
	form, kinds := f.ForDecision.Form, f.seenKinds()
	if r.plain() {
		form.Beside = f.writtenBeside(kinds)
	}
	head, moved := f, isMoved(form)
	if f.headMoved(r, form) {
		head = f.byRows()
		head.tallyHead(r, form)
	}
	form.OtherHead = head.hasOtherHead(r, form, head.seenKinds()) || f.showsOtherPlace(r, form, kinds) || head.showsOtherLogo(r, form) || f.showsOtherShop(r, form)
	form.Moved = form.Moved || moved
}

// seeHeadOfBest looks at the head of the best, if nobody did, since it was a rival of another.
func (e *evidenceSet) seeHeadOfBest(f *Finding) bool {
	if of := f.Decision.Best.Evidence; of == nil || of.Form == nil || f.Best == nil || f.Best.Found.headSeen {
		return false
	}
	f.Best.Found.seeHead(f.Best.Reference)
	return true
}

const (
	// headShare of a page is its head, from the top: a company's letters stand there.
	// emblemShare is up to where an emblem of the head may begin. By eye.
	headShare, emblemShare = 0.3, 0.45
	// plainEmblem is how much ink an emblem must have of that of the largest one. By eye.
	plainEmblem = 0.25
	// mostEmblems are looked for.
	mostEmblems = 4
	// longerShare of its length is how much longer than the reference a document may be: a
	// table that has grown pushes the head away from the foot that it was found by. By eye.
	longerShare = 0.6
	// inPlace is up to how many pixels away an emblem lies where it should: from two on
	// the network sees other print.
	inPlace = 1
)

// headOf returns which of the visible cells are of the head.
func headOf(kinds *changedetect.Map, visible []bool) []bool {
	head := make([]bool, len(visible))
	copy(head, visible[:int(headShare*float64(kinds.H))*kinds.W])
	return head
}

// longer is what was laid on the reference, with what lies above it in the photo: a document
// that has grown is found by its foot. It is made when it is first asked for.
func (f *Found) longer(laid emblem.Laid) func() emblem.Laid {
	return sync.OnceValue(func() emblem.Laid {
		return laid.Under(f.Evidence.Above(f.photo.probe, f.rowsAbove()))
	})
}

// straight is the same by [alignment.Evidence.Affine]: perspective that was found by the foot alone
// leads the head astray.
func (f *Found) straight() emblem.Laid {
	ref, rows, e := f.rectified.Reference, f.rowsAbove(), f.Evidence.Affine()
	all := e.Beyond(f.photo.probe, rows)
	part := func(from, high int) *imaging.Gray {
		return &imaging.Gray{W: all.W, H: high, Pix: all.Pix[from*all.W : (from+high)*all.W]}
	}
	return emblem.Lay(ref, part(rows, ref.H)).Under(part(0, rows))
}

// rowsAbove is how many rows above the reference belong to a longer document: an even number.
func (f *Found) rowsAbove() int { return int(longerShare*float64(f.rectified.Reference.H)) &^ 1 }

// seeEmblems looks for the emblems in the head of a reference that are form. What glare lies on, or
// what the photo cuts off, says nothing.
func (f *Found) seeEmblems(r *Reference, form *scoremodel.Form, kinds *changedetect.Map) {
	largest, looked := 0, 0
	ref := f.rectified.Reference
	laid, sought := f.laidEmblems()
	for _, e := range f.itself.emblems() {
		if float64(e.Box.Min.Y) >= emblemShare*float64(ref.H) || kinds.IsContents(e.Box) {
			continue
		}
		largest = max(largest, e.Ink)
		if float64(e.Ink) < plainEmblem*float64(largest) || looked == mostEmblems {
			break
		}
		looked++
		correlation, moved := laid.Seen(&e)
		if correlation < decide.SameEmblem {
			if c, by := sought(&e); c >= decide.SameEmblem {
				correlation, moved = c, by
			}
		}
		if correlation < decide.SameEmblem && f.isCutOff(e.Box) || correlation <= decide.OtherEmblem && f.photo.glares(r, f, e.Box) {
			continue
		}
		form.Emblems++
		form.Emblem = min(form.Emblem, correlation)
		form.Moved = form.Moved || max(moved.X, -moved.X, moved.Y, -moved.Y) > inPlace
	}
}

// isCutOff says that print of the reference, in pixels, lies at the edge of the photo or
// beyond it: what is not seen of it is not other print. The cells along the reference's own edge
// do not tell, since they end with the photo where a document fills it.
func (f *Found) isCutOff(box image.Rectangle) bool {
	w := f.rectified.Reference.W / changedetect.Cell
	cells := image.Rect(box.Min.X/changedetect.Cell-1, box.Min.Y/changedetect.Cell-1, (box.Max.X-1)/changedetect.Cell+2, (box.Max.Y-1)/changedetect.Cell+2).
		Intersect(image.Rect(1, 1, w-1, len(f.rectified.Visible)/w-1))
	for y := cells.Min.Y; y < cells.Max.Y; y++ {
		if slices.Contains(f.rectified.Visible[y*w+cells.Min.X:y*w+cells.Max.X], false) {
			return true
		}
	}
	return false
}

const (
	// stripShape is how many times longer than wide a strip of paper is, or the print of
	// one that was scanned on a sheet. A sheet is 1.41 to 1.55 times, its print up to
	// 1.6, a till's receipt mostly twice and more. By eye.
	stripShape = 1.7
	// specks is the share of print beyond each edge of it that is dirt. By eye.
	specks = 0.02
)

// isStrip says that a reference is long and narrow, as a till's receipt is. What is wide, as
// a cheque, a ticket or a note, has all of its form in its place.
func (r *Reference) isStrip(kinds *changedetect.Map) bool {
	return float64(r.h) >= stripShape*float64(r.w) || isColumn(kinds)
}

// isColumn says that the print of a reference is a column, as on a strip of paper that
// lies on a sheet.
func isColumn(kinds *changedetect.Map) bool {
	columns, rows, n := make([]int, kinds.W), make([]int, kinds.H), 0
	for i, print := range kinds.Judged {
		x, y := i%kinds.W, i/kinds.W
		if print && x > 0 && y > 0 && x < kinds.W-1 && y < kinds.H-1 { // scanners leave edges
			columns[x]++
			rows[y]++
			n++
		}
	}
	return n > 0 && float64(extent(rows, n)) >= stripShape*float64(extent(columns, n))
}

// extent is the length of what is left of n parts in rows, without specks at both ends.
func extent(rows []int, n int) int {
	from, to, before, after := 0, len(rows), specks*float64(n), specks*float64(n)
	for ; from < to && float64(rows[from]) <= before; from++ {
		before -= float64(rows[from])
	}
	for ; to > from && float64(rows[to-1]) <= after; to-- {
		after -= float64(rows[to-1])
	}
	return to - from
}

const (
	// plainShare of a picture within plainLevels of the brightest twentieth is
	// paper. Of forms and invoices nine in ten have 0.63 and more, of banknotes none
	// has more than 0.55.
	plainShare  = 0.6
	plainLevels = 28
)

// IsPlain says whether a reference is print on plain paper, of which the form is
// looked at.
func (r *Reference) IsPlain() bool { return r.plain() }

// isPlain says whether a picture is mostly blank paper.
func isPlain(g *imaging.Gray) bool {
	if len(g.Pix) == 0 {
		return false
	}
	bright, of := brightTwentieth(g)
	paper := 0
	for _, n := range of[max(0, bright-plainLevels+1):] {
		paper += n
	}
	return float64(paper) > plainShare*float64(len(g.Pix))
}

// brightTwentieth is the level from which on the brightest twentieth of a picture's pixels are, and
// how many pixels each level has. A picture without pixels panics.
func brightTwentieth(g *imaging.Gray) (bright int, of [256]int) {
	for _, v := range g.Pix {
		of[v]++
	}
	for below := of[0]; below <= len(g.Pix)*19/20; below += of[bright] {
		bright++
	}
	return bright, of
}
