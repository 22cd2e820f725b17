package changedetect

import (
	"image"
	"math"
)

// Tally is how much of a reference's print a photo shows, and how much of it as
// something else, in cells.
type Tally struct {
	Form          float64 // print alike on every copy, as it should be
	OtherForm     float64 // another form in its place, or in that of contents
	Cluster       float64 // of OtherForm, in the square of clusterSide cells that holds most
	Contents      float64 // contents that are the reference's
	OtherContents float64 // contents that are not
}

// clusterSide is the side, in cells, of about a word or an emblem.
const clusterSide = 5

// Tally sums up the cells that are seen.
func (m *Map) Tally(seen []bool) Tally {
	var t Tally
	other := make([]float64, len(m.Logit))
	for i, logit := range m.Logit {
		if !m.Judged[i] || !seen[i] {
			continue
		}
		differs, form, filled := sigmoid(logit), sigmoid(m.Form[i]), sigmoid(m.Filled[i])
		other[i] = differs * form
		t.Form += (1 - differs) * (1 - filled)
		t.Contents += (1 - differs) * filled
		t.OtherForm += other[i]
		t.OtherContents += differs * (1 - form)
	}
	t.Cluster = most(other, m.W, clusterSide)
	return t
}

// Shown is the share of the reference's print that the photo shows, of all cells with print.
func (m *Map) Shown(seen []bool) float64 {
	sum, n := 0.0, 0.0
	for i, logit := range m.Logit {
		if m.Judged[i] {
			if n++; seen[i] {
				sum += 1 - sigmoid(logit)
			}
		}
	}
	return sum / max(1, n)
}

// ContentsShown is the share of the reference's contents that the photo shows, of those in
// cells that are seen.
func (m *Map) ContentsShown(seen []bool) float64 {
	shown, all := 0.0, 0.0
	for i, logit := range m.Logit {
		if m.Judged[i] && seen[i] {
			filled := sigmoid(m.Filled[i])
			shown, all = shown+filled*(1-sigmoid(logit)), all+filled
		}
	}
	return shown / max(1, all)
}

// Contents is the share of the reference's print that is contents.
func (m *Map) Contents() float64 { return m.contents(image.Rect(0, 0, m.W, m.H)) }

// IsContents says that most of the reference's print in a rectangle of pixels is
// contents.
func (m *Map) IsContents(in image.Rectangle) bool {
	return m.contents(image.Rect(in.Min.X/Cell, in.Min.Y/Cell, (in.Max.X+Cell-1)/Cell, (in.Max.Y+Cell-1)/Cell)) > 0.5
}

func (m *Map) contents(cells image.Rectangle) float64 {
	sum, n := 0.0, 0.0
	cells = cells.Intersect(image.Rect(0, 0, m.W, m.H))
	for y := cells.Min.Y; y < cells.Max.Y; y++ {
		for x := cells.Min.X; x < cells.Max.X; x++ {
			if i := y*m.W + x; m.Judged[i] {
				sum, n = sum+sigmoid(m.Filled[i]), n+1
			}
		}
	}
	return sum / max(1, n)
}

func sigmoid(x float32) float64 { return 1 / (1 + math.Exp(-float64(x))) }

// most returns the largest sum of a square of cells, given rows of w.
func most(cells []float64, w, side int) float64 {
	if len(cells) == 0 {
		return 0
	}
	h := len(cells) / w
	sums := make([]float64, (w+1)*(h+1)) // of all that lies above and to the left
	for y := range h {
		for x := range w {
			sums[(y+1)*(w+1)+x+1] = cells[y*w+x] + sums[y*(w+1)+x+1] + sums[(y+1)*(w+1)+x] - sums[y*(w+1)+x]
		}
	}
	best := 0.0
	for y := range max(1, h-side+1) {
		for x := range max(1, w-side+1) {
			right, below := min(w, x+side), min(h, y+side)
			best = max(best, sums[below*(w+1)+right]-sums[y*(w+1)+right]-sums[below*(w+1)+x]+sums[y*(w+1)+x])
		}
	}
	return best
}
