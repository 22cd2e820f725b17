package recognise

import (
	"image"
	"math"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
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

	// fieldCells cells with strokes are about a filled field, and leastWritten in all are
	// no photo's noise. By eye, on three forms and on every fourth photo of forms and dvd_scene.
	fieldCells, leastWritten = 10, 30

	// settled is the share of the blocks about a region that must agree: where the
	// paper curls away from the fit, most print seems to be other. By eye.
	settled = 0.5
)

// changesOf looks for other print where the reference was found.
func changesOf(r *Reference, e *alignment.Evidence, rectified *alignment.Rectified) Changes {
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
	for _, at := range patches(changed, seen.W) {
		if !isSettled(e.Blocks, at) {
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

// writtenIn counts the cells where a reference is blank and the photo shows writing; 0
// where they are few.
func writtenIn(f *Found) int {
	if f.written == nil {
		n := countWritten(f)
		f.written = &n
	}
	return *f.written
}

func countWritten(f *Found) int {
	laid := f.rectified
	if laid == nil {
		return 0
	}
	print := changedetect.HasPrint(laid.Reference)
	written := changedetect.Written(laid.Reference, laid.Photo, func(i int) bool { return !print[i] })
	for i := range written {
		written[i] = written[i] && laid.Visible[i]
	}
	sum, w := 0, laid.Reference.W/changedetect.Cell
	for _, at := range patches(written, w) {
		if n := marksIn(written, w, at); n >= fieldCells && isSettled(f.Evidence.Blocks, at) {
			sum += n
		}
	}
	if sum < leastWritten {
		return 0
	}
	return sum
}

// marksIn counts the marked cells of a rectangle.
func marksIn(marked []bool, w int, at image.Rectangle) int {
	n := 0
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for _, m := range marked[y*w+at.Min.X : y*w+at.Max.X] {
			if m {
				n++
			}
		}
	}
	return n
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
	var found []image.Rectangle
	done := make([]bool, len(marked))
	for i, m := range marked {
		if m && !done[i] {
			if at, cells := patch(marked, done, w, i); cells >= fewestCells && len(found) < maxChanges {
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
