package exemplar

import (
	"image"

	"exemplar/internal/recognise"
)

// The bounds of what is shown as another form (by eye): as many regions as of other print, and
// none so small or thin that it may be the edge of a document that lies a little elsewhere.
const (
	mostOtherForm   = 12
	fewestFormCells = 6
)

// otherForm are the regions of a photo where it shows another form than the reference that was
// found in it, as [Geometry.Quad].
func otherForm(found *recognise.Found, reference *recognise.Reference, p *recognise.Photo) (where [][4][2]float64) {
	seen := found.Print(reference)
	done := make([]bool, len(seen.State))
	for i := range seen.State {
		at, cells := formPatch(seen, done, i)
		if cells < fewestFormCells || min(at.Dx(), at.Dy()) < 2 || len(where) == mostOtherForm {
			continue
		}
		_, upper := seen.Run(at.Min.Y, at.Min.X, at.Max.X)
		_, lower := seen.Run(at.Max.Y-1, at.Min.X, at.Max.X)
		quad := upper
		quad[2], quad[3] = lower[2], lower[3]
		where = append(where, asSent(p, quad))
	}
	return where
}

// formPatch marks the cells of another form about one as done, and returns their bounds and
// number. Between two neighbours lies at most one other cell.
func formPatch(seen *recognise.PrintMap, done []bool, from int) (bounds image.Rectangle, cells int) {
	const reach = 2
	todo := []int{from}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if done[i] || seen.State[i] != recognise.FormDiffers {
			continue
		}
		done[i] = true
		x, y := i%seen.W, i/seen.W
		bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
		cells++
		for v := max(0, y-reach); v <= min(seen.H-1, y+reach); v++ {
			for u := max(0, x-reach); u <= min(seen.W-1, x+reach); u++ {
				todo = append(todo, v*seen.W+u)
			}
		}
	}
	return bounds, cells
}
