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

// followRows looks for the rows of a blank form again where the decision cannot do with
// the form in its place: what is filled in by a word processor pushes it along the page.
// It does so for the candidate that speaks most for itself.
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
	if h := e.seen[best.Reference]; h.Reference.blank() {
		h.Found.followRows()
	}
}

// rowsReach is how far rows may have moved, as a share of the reference's height. By eye.
const rowsReach = 0.15

// followRows says how much of a reference's print the photo shows if each row of it may
// have moved along the page.
func (f *Found) followRows() {
	rows := f.withRows(rowsReach)
	undone := *f.ForDecision
	undone.Comparable, undone.LocallyConsistent, undone.CorrelationP10 = rows.compared.Comparable, rows.compared.LocallyConsistent, rows.compared.CorrelationP10
	f.ForDecision.Form.Rows = &scoremodel.Rows{Shown: rows.kinds.Shown(rows.laid.Visible), Undone: &undone, OtherName: rows.showOtherName(f.itself.emblems())}
}

const (
	// replacedName of the print in place of an emblem must seem another form once rows are put back,
	// and otherName is up to what it correlates then, there or anywhere. Of filled copies of the odd
	// forms of bench/proof/blank what seems so correlates by 0.89 and more; of drawn lists of another
	// company on the same template (see filledList in the tests) the name seems another form by 0.59
	// and more, and correlates by 0.46 to 0.72.
	replacedName, otherName = 0.5, 0.78
	// leastName is how much ink a name has of that of the largest print of the head: a number beside
	// a headline has less. By eye.
	leastName = 0.5
)

// showOtherName says that the photo shows other large print in place of some in the head of the
// reference, by its emblems: it is of another issuer, whose rows look the same.
func (r *inRows) showOtherName(emblems []emblem.Emblem) bool {
	laid, high := emblem.Lay(r.laid.Reference, r.laid.Photo), float64(r.laid.Reference.H)
	inHead := slices.DeleteFunc(slices.Clone(emblems), func(e emblem.Emblem) bool { return float64(e.Box.Min.Y) >= emblemShare*high })
	return slices.ContainsFunc(inHead, func(e emblem.Emblem) bool {
		if float64(e.Ink) < leastName*float64(inHead[0].Ink) {
			return false
		}
		seen := r.kinds.Print(e.Box, r.laid.Visible)
		if seen.Cells < leastPrint || seen.OtherForm < replacedName || seen.Contents > mayBeEntry {
			return false
		}
		inPlace, _ := laid.Seen(&e)
		elsewhere, _ := laid.Sought(&e)
		return max(inPlace, elsewhere) <= otherName
	})
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
