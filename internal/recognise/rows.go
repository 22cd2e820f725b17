package recognise

import (
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/scoremodel"
)

// followRows looks for the rows of a page again where the decision cannot do with the form in its
// place: what is filled into a blank form by a word processor, and what stands in a table, pushes it
// along the page. It does so for the candidate that speaks most for itself.
func (e *evidenceSet) followRows() {
	var best *decide.Candidate
	for i := range e.candidates {
		c := &e.candidates[i]
		if e.mayBeOfKind(e.seen[c.Reference]) && (best == nil || e.llr(e.seen[c.Reference]) > e.llr(e.seen[best.Reference])) {
			best = c
		}
	}
	if best == nil || !e.policy.MayBeFilled(best) {
		return
	}
	h := e.seen[best.Reference]
	if blank := h.Reference.blank(); blank || best.Evidence.Form.MayShowName() {
		h.Found.followRows(blank)
	}
}

// rowsReach is how far rows may have moved, as a share of the reference's height. By eye.
const rowsReach = 0.15

// followRows says how much of a reference's print the photo shows if each row of it may
// have moved along the page, and whose name stands above.
func (f *Found) followRows(blank bool) {
	rows := f.rows()
	undone := *f.ForDecision
	undone.Comparable, undone.LocallyConsistent, undone.CorrelationP10 = rows.compared.Comparable, rows.compared.LocallyConsistent, rows.compared.CorrelationP10
	seen := &scoremodel.Rows{Blank: blank, Shown: rows.kinds.Shown(rows.laid.Visible), Undone: &undone}
	laid := emblem.Lay(rows.laid.Reference, rows.laid.Photo)
	seen.Name, seen.OtherName = rows.names(laid, f.itself.emblems())
	if !blank && rows.otherHeadline(laid) {
		seen.Name = 0 // another paper of the same company
	}
	f.ForDecision.Form.Rows = seen
}

// rows is [Found.withRows] as far as rows of a page move. It is made once.
func (f *Found) rows() *inRows {
	if f.inRows == nil {
		f.inRows = f.withRows(rowsReach)
	}
	return f.inRows
}

const (
	// farMoved is from how many pixels on print of the head has moved with its rows: what paper bends
	// and a fit that is a little off is less. mostMoved of the ink that is seen so well must have. By eye.
	farMoved, mostMoved = 5, 0.5
)

// headMoved says that print of the head is shown well, and most of it elsewhere: the page was found by
// its foot, and a table between the two has grown or shrunk.
func (f *Found) headMoved(r *Reference, form *scoremodel.Form) bool {
	if form.Unsteady || form.Strip || form.HeadCluster < leastOther || r.zone() > 0 {
		return false
	}
	laid, _ := f.laidEmblems()
	moved, shown := 0, 0
	for _, e := range f.itself.head() {
		if c, by := laid.Seen(&e); c >= wellShown {
			shown += e.Ink
			if max(by.X, -by.X, by.Y, -by.Y) >= farMoved {
				moved += e.Ink
			}
		}
	}
	return shown > 0 && float64(moved) > mostMoved*float64(shown)
}

// byRows is the same as if the rows had not moved; f itself where that cannot be seen.
func (f *Found) byRows() *Found {
	rows := f.rows()
	if rows.laid.Reference.W != f.rectified.Reference.W || rows.laid.Reference.H != f.rectified.Reference.H {
		return f
	}
	put := *f
	laid := rows.laid
	laid.Visible = slices.Clone(laid.Visible)
	across := laid.Reference.W / changedetect.Cell
	for i := range laid.Visible {
		p := rows.at(cellMiddle(i, across))
		laid.Visible[i] = laid.Visible[i] && p.X >= 0 && p.Y >= 0 && p.X < float64(f.photo.picture.W) && p.Y < float64(f.photo.picture.H)
	}
	put.rectified, put.kinds, put.print, put.putBack = &laid, rows.kinds, nil, true
	f.varied.mark(put.kinds)
	return &put
}

// inRows is a photo that was laid on a reference row by row.
type inRows struct {
	emblem.Rows
	by       alignment.Evidence // what they were looked for by
	compared alignment.Comparison
	laid     alignment.Rectified // of the photo with its rows put back
	kinds    *changedetect.Map
}

// withRows lays the photo on the reference with each row where the photo has it, up to a share
// of the reference's height away.
func (f *Found) withRows(reach float64) *inRows {
	ref := f.rectified.Reference
	margin := int(reach*float64(ref.H)) &^ 3
	var best inRows
	var photo *imaging.Gray
	for _, e := range []alignment.Evidence{f.Evidence, f.Evidence.Affine()} {
		seen := e.Beyond(f.photo.probe, margin)
		if rows := emblem.FollowRows(ref, seen, margin); photo == nil || rows.Gain() > best.Gain() {
			best.Rows, best.by, photo = rows, e, seen
		}
	}
	best.compared, best.laid = alignment.Settle(ref, best.Undo(photo), changedetect.Cell)
	best.kinds = changedetect.Kinds().Detect(best.laid.Reference, best.laid.Photo)
	return &best
}

// at is where a point of the reference lies in the photo.
func (r *inRows) at(p planar.Point) planar.Point {
	undone := r.laid.At(p)
	return r.by.At(planar.Pt(r.Place(undone.X, undone.Y)))
}

const (
	// growReach is rowsReach where a document is as long as its contents. Up to littleForm
	// cells of another form are no matter. growsBy is the ratio of the shapes of two references from
	// which on they are of one that is. By eye.
	growReach, littleForm, growsBy = 0.3, 1, 1.03
)

// mayGrow says that two editions are of a document that is as long as its contents: one is a
// strip, or the other is longer.
func mayGrow(a, b *Hypothesis) bool {
	r, o := a.Reference, b.Reference
	if !r.plain() || !o.plain() {
		return false
	}
	shape := float64(r.h*o.w) / float64(r.w*o.h)
	return max(shape, 1/shape) >= growsBy || r.isStrip(a.Found.seenKinds()) || o.isStrip(b.Found.seenKinds())
}

// laidByRows is [Found.laid] with each row of the reference where the photo has it.
func (f *Found) laidByRows() *changedetect.Laid {
	rows := f.withRows(growReach)
	l := &changedetect.Laid{Map: rows.kinds, Reference: rows.laid.Reference, Photo: rows.laid.Photo, Seen: rows.laid.Visible}
	for i := range l.Logit {
		l.At = append(l.At, rows.at(cellMiddle(i, l.W)))
	}
	return l
}

const (
	// Of a blank form hardly anything is contents of its own. Of 160 drawn forms, bills,
	// statements and invoices (internal/synthdoc, templates 1000 to 1039 of each) 83 have less than
	// blankContents if they are blank, and three if they are filled in; with 2 % these are 63 and
	// one. So has a list that is filled in, of which all seems print: its rows are looked for, too.
	// With 2 % one of the even forms of bench/proof/blank, of 2.1 %, is missed, which was seen before
	// this was chosen.
	blankContents = 0.03
	// leastForm cells of print make a form, and in leastMiddle of the rows of the middle
	// half of the page there is some: a letterhead has none there. By eye.
	leastForm, leastMiddle = 300, 0.25
	// leastWide cells of print on plain paper make a form of a page that lies wide. By eye: real
	// ones have 3,800 and more, drawn certificates up to 940, and notes are not plain.
	leastWide = 2000
)

// isBlankForm says that a reference is a form that nobody has filled in: a page with print down it,
// and none of it contents, as far as can be seen. A certificate has as few contents, and less print.
func isBlankForm(picture *imaging.Gray) bool {
	least := leastForm
	if picture.W > picture.H {
		if least = leastWide; !isPlain(picture) {
			return false
		}
	}
	own := ownPrint(alignment.Compared(picture, picture.W, picture.H), changedetect.Alone())
	form, contents := own.Count(FormAgrees), own.Count(ContentsAgree)
	if form < least || float64(contents) > blankContents*float64(form+contents) {
		return false
	}
	rows, printed := 0, 0
	const high = 4 // cells
	for y := own.H / 4; y+high <= own.H*3/4; y += high {
		rows++
		for _, s := range own.State[y*own.W : (y+high)*own.W] {
			if s != NoPrint {
				printed++
				break
			}
		}
	}
	return float64(printed) >= leastMiddle*float64(rows)
}
