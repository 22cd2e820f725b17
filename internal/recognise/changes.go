package recognise

import (
	"image"
	"math"
	"slices"
	"sync"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Changes says where a photo shows other print than the reference that was found in
// it.
type Changes struct {
	Share float64 // of the reference's print that could be compared: how much of it is other
	Where []Change
}

// Change is a rectangle of a reference in which the photo shows other print.
type Change struct {
	Reference [4]planar.Point // clockwise from the upper left, in pixels of the reference's picture
	Photo     [4]planar.Point // the same corners, in pixels of the photo
}

const (
	// priorCells cells with a share priorShare of changed ones count beside those
	// that were seen: a few cells say little. By eye.
	priorCells, priorShare = 40, 0.1

	// surely is the probability from which on a cell is taken to have changed.
	// fewestCells changed cells that lie next to each other are worth showing. By
	// eye.
	surely      = 0.9
	fewestCells = 3
	maxChanges  = 12

	// leastStrokes is the share of what print has, from which on there are strokes in a
	// cell. fieldCells such cells are about a filled field, and leastWritten in all are no
	// photo's noise; wordCells of them on paper are a word, if they have asPrint of what print
	// has on the mean, and it is no line. By eye, on three forms, on every fourth photo of
	// forms and dvd_scene, and on drawn blank forms with a word.
	// mostNoise bounds what is taken for noise.
	leastStrokes, mostNoise  = 0.35, 0.9
	fieldCells, leastWritten = 10, 30
	wordCells, asPrint       = 6, 0.85

	// surelySame is the correlation with the reference from which on print that a region shows
	// where the paper is taken to be flat is the reference's. By eye: of the same picture it is
	// 0.98 and more.
	surelySame = 0.93

	// settled is the share of the blocks about a region that must agree: where the
	// paper curls away from the fit, most print seems to be other. By eye.
	settled = 0.5
)

// changesOf looks for other print where the reference was found. Where print is rare, the
// paper's bend is a guess: what flat, the photo on a flat reference, shows to be the same is no
// other print.
func changesOf(r *Reference, e *alignment.Evidence, rectified *alignment.Rectified, flat func() *imaging.Gray) Changes {
	seen := changedetect.Default().Detect(rectified.Reference, rectified.Photo)
	sum, n := priorCells*priorShare, float64(priorCells)
	changed := make([]bool, len(seen.Logit))
	for i, logit := range seen.Logit {
		if !seen.Judged[i] || !rectified.Visible[i] {
			continue
		}
		likely := 1 / (1 + math.Exp(-float64(logit)))
		sum, n = sum+likely, n+1
		changed[i] = likely > surely
	}
	c := Changes{Share: sum / n}
	asKept := r.pixelsOf(rectified)
	flat = sync.OnceValue(flat)
	for _, at := range patches(changed, seen.W) {
		if !isSettled(e.Blocks, at) || isSame(rectified.Reference, flat(), at) {
			continue
		}
		var found Change
		for i, corner := range planar.Rectangle(changedetect.Cell*float64(at.Min.X)-0.5, changedetect.Cell*float64(at.Min.Y)-0.5,
			changedetect.Cell*float64(at.Max.X)-0.5, changedetect.Cell*float64(at.Max.Y)-0.5) {
			found.Photo[i] = rectified.At(corner)
			found.Reference[i] = asKept(corner)
		}
		c.Where = append(c.Where, found)
	}
	return c
}

// isSame says that two pictures of one size show the same in some cells.
func isSame(a, b *imaging.Gray, cells image.Rectangle) bool {
	va, vb, both := spreads(a, b, pixels(cells))
	return va > 0 && vb > 0 && both >= surelySame*math.Sqrt(va*vb)
}

// spreads are the sums of the squared differences of two pictures' levels in a rectangle from their
// means, and of the products of both.
func spreads(a, b *imaging.Gray, in image.Rectangle) (ofA, ofB, both float64) {
	var n, sa, sb, saa, sbb, sab float64
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			u, v := float64(a.Pix[y*a.W+x]), float64(b.Pix[y*b.W+x])
			n, sa, sb, saa, sbb, sab = n+1, sa+u, sb+v, saa+u*u, sbb+v*v, sab+u*v
		}
	}
	return saa - sa*sa/n, sbb - sb*sb/n, sab - sa*sb/n
}

// seeWriting decides anew where what seems to be the same copy of a paper shows writing where
// the reference is blank.
func (e *evidenceSet) seeWriting(f *Finding) {
	if f.Decision.Copy != decide.SameCopy || f.Best == nil || !f.Best.Reference.plain() {
		return
	}
	if written := anyWritten(f.Best, f.Conditions); written > 0 {
		f.Decision.Best.Evidence.Written = written
		*f = e.decideOnce()
	}
}

// writing is how many cells show writing where a reference is blank: those of fields, none
// if they are few, and those of words.
type writing struct{ fields, words int }

// writtenIn counts the cells where a reference is blank and the photo shows writing in
// fields; 0 where they are few.
func writtenIn(f *Found) int { return writingIn(f).fields }

// anyWritten is writtenIn, and on paper counts words too. What covers the document, or glares, is
// no writing.
func anyWritten(h *Hypothesis, seen []Condition) int {
	w := writingIn(&h.Found)
	if w != (writing{}) && slices.ContainsFunc(seen, hidesPrint) {
		laid := h.Found.rectified
		visible := slices.Clone(laid.Visible)
		hideConditions(visible, laid.Reference.W/changedetect.Cell, h.Reference, seen, effectRim)
		w = findWriting(&h.Found, visible)
	}
	if w.fields > 0 || !h.Reference.plain() {
		return w.fields
	}
	return w.words
}

func writingIn(f *Found) writing {
	if f.rectified == nil {
		return writing{}
	}
	if f.written == nil {
		w := findWriting(f, f.rectified.Visible)
		f.written = &w
	}
	return *f.written
}

// findWriting looks for writing in the cells that are visible.
func findWriting(f *Found, visible []bool) (found writing) {
	laid := f.rectified
	print := changedetect.HasPrint(laid.Reference)
	strokes := changedetect.Strokes(laid.Reference, laid.Photo, func(i int) bool { return !print[i] })
	noise := noiseOf(strokes, print, visible)
	written := make([]bool, len(strokes))
	for i := range written {
		strokes[i] = (strokes[i] - noise) / (1 - noise)
		written[i] = strokes[i] > leastStrokes && visible[i]
	}
	w := laid.Reference.W / changedetect.Cell
	within := image.Rect(0, 0, w, len(written)/w)
	if !f.fillsPicture() { // a hand that holds the paper reaches over its edge
		within = within.Inset(2)
	}
	for _, at := range patches(written, w) {
		n, mean := strokesIn(strokes, written, w, at)
		if n < wordCells || !at.In(within) || !isSettled(f.Evidence.Blocks, at) {
			continue
		}
		if mean >= asPrint && min(at.Dx(), at.Dy()) > 1 {
			found.words += n
		}
		if n >= fieldCells {
			found.fields += n
		}
	}
	if found.fields < leastWritten {
		found.fields = 0
	}
	return found
}

// fillsPicture says that a document fills most of its picture, as a scan's does.
func (f *Found) fillsPicture() bool {
	const most = 0.85
	m := f.photo.picture
	return math.Abs(alignment.QuadArea(&f.Quad)) >= most*float64(m.W)*float64(m.H)
}

// noiseOf is how much of strokes most of the blank paper shows: in a dark and blurred photo the
// noise is as strong as the print. There is less writing than blank paper.
func noiseOf(strokes []float64, print, visible []bool) float64 {
	var blank []float64
	for i, s := range strokes {
		if !print[i] && visible[i] {
			blank = append(blank, s)
		}
	}
	if len(blank) == 0 {
		return 0
	}
	slices.Sort(blank)
	return min(blank[len(blank)/2], mostNoise)
}

// strokesIn counts the marked cells of a rectangle, and returns the mean of their strokes.
func strokesIn(strokes []float64, marked []bool, w int, at image.Rectangle) (n int, mean float64) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if i := y*w + x; marked[i] {
				n, mean = n+1, mean+strokes[i]
			}
		}
	}
	return n, mean / float64(max(1, n))
}

// pixelsOf returns the map from the pixels of a rectified reference to those of its own
// picture.
func (r *Reference) pixelsOf(rectified *alignment.Rectified) func(planar.Point) planar.Point {
	w, h := r.Size()
	kx, ky := float64(w)/float64(rectified.Reference.W), float64(h)/float64(rectified.Reference.H)
	return func(q planar.Point) planar.Point { return planar.Point{X: kx*(q.X+0.5) - 0.5, Y: ky*(q.Y+0.5) - 0.5} }
}

// isSettled says whether the blocks about a rectangle of cells lie where they should:
// none nearby is displaced, and enough of those around agree.
func isSettled(blocks []alignment.Block, cells image.Rectangle) bool {
	const near, far = alignment.BlockSide / 4, 2 * alignment.BlockSide
	at := image.Rect(cells.Min.X*changedetect.Cell, cells.Min.Y*changedetect.Cell, cells.Max.X*changedetect.Cell, cells.Max.Y*changedetect.Cell)
	compared, agree := 0, 0
	for i := range blocks {
		b := &blocks[i]
		block := image.Rect(b.X, b.Y, b.X+alignment.BlockSide, b.Y+alignment.BlockSide)
		switch {
		case b.State == alignment.NotComparable || !block.Overlaps(at.Inset(-far)):
			continue
		case b.State == alignment.Displaced && block.Overlaps(at.Inset(-near)):
			return false
		case b.State == alignment.InPlace:
			agree++
		}
		if !block.Overlaps(at) || b.State == alignment.InPlace {
			compared++
		}
	}
	return float64(agree) >= settled*float64(compared)
}

// patches returns the bounds of the first groups of marked cells, in the order of
// reading. Between two neighbours of a group lies at most one cell that is not
// marked.
func patches(marked []bool, w int) []image.Rectangle {
	return patchesOf(marked, w, func(_ image.Rectangle, cells int) bool { return cells >= fewestCells })
}

// patchesOf is patches of those groups that are worth it, by their bounds and number of cells.
func patchesOf(marked []bool, w int, isWorth func(bounds image.Rectangle, cells int) bool) []image.Rectangle {
	var found []image.Rectangle
	done := make([]bool, len(marked))
	for i, m := range marked {
		if m && !done[i] {
			if at, cells := patch(marked, done, w, i); isWorth(at, cells) && len(found) < maxChanges {
				found = append(found, at)
			}
		}
	}
	return found
}

// patch marks the group of a cell as done, and returns its bounds and size.
func patch(marked, done []bool, w, from int) (bounds image.Rectangle, cells int) {
	const reach = 2
	done[from] = true
	for todo := []int{from}; len(todo) > 0; {
		x, y := todo[len(todo)-1]%w, todo[len(todo)-1]/w
		todo = todo[:len(todo)-1]
		bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
		cells++
		for v := max(0, y-reach); v <= min(len(marked)/w-1, y+reach); v++ {
			for u := max(0, x-reach); u <= min(w-1, x+reach); u++ {
				if k := v*w + u; marked[k] && !done[k] {
					done[k] = true
					todo = append(todo, k)
				}
			}
		}
	}
	return bounds, cells
}
