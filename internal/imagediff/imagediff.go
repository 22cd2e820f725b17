// Package imagediff shows where two registered pictures of similar documents
// differ: two editions of a card, two forms of one design.
//
// Package recognise calls it when a reference is registered, and when it explains
// what separates two references. In come the two pictures and the homography from
// one to the other; out comes a [Difference], rectangles in pixels of the first.
// References are clean and whole, so it resolves smaller differences than package
// alignment does in a photo.
//
// imagediff.go holds the steps. In their order: levels.go matches the exposure,
// align.go the sharpness and the position of each part, cells.go counts the
// differences in cells of 8 pixels and joins cells into rectangles. ranges.go
// does the innermost loops on eight pixels at a time.
package imagediff

import (
	"image"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Difference is where two pictures differ.
type Difference struct {
	// Regions are rectangles of the subject's pixels, in the order of
	// reading, at most maxRegions.
	Regions []image.Rectangle
	// Recoloured says that the colour differs over most of the picture (another
	// paper, another scanner). Regions then show differences of print alone.
	Recoloured bool
	Area       float64 // of the regions, as a share of the picture
}

// workSide is the longer side in pixels to which smaller pictures are enlarged, at
// most by 2. The tolerance of half a pixel then hides less of the document.
const workSide = 768

// Subject is a picture that others are compared with. Its own part of the work is
// done once. Several goroutines may use it at the same time.
type Subject struct {
	w, h   int            // of the picture as it was given
	kx, ky float64        // pixels of that picture per pixel of big
	big    *imaging.Image // the picture, enlarged to workSide; nil if it is too small to compare
	grid
	means    [][3]float64
	gray     *imaging.Gray // softened
	contrast *contrast     // of gray
	edges    float64       // gradient energy of gray
}

// NewSubject prepares a picture and keeps a reference to it. A picture with a side
// under 16 pixels is accepted; nothing differs from it.
func NewSubject(m *imaging.Image) *Subject {
	s := &Subject{w: m.W, h: m.H}
	if min(m.W, m.H) < 2*cellSide {
		return s
	}
	k := min(2, max(1, workSide/float64(max(m.W, m.H))))
	s.big = imaging.Resize(m, int(k*float64(m.W)+0.5), int(k*float64(m.H)+0.5))
	s.kx, s.ky = float64(m.W)/float64(s.big.W), float64(m.H)/float64(s.big.H)
	s.grid = newGrid(s.big.W, s.big.H)
	s.means = s.grid.means(s.big)
	s.gray = s.big.Gray().Soften()
	s.contrast, s.edges = s.grid.contrast(s.gray), edges(s.gray)
	return s
}

// Differs returns where the picture m differs from the subject. onto maps pixels
// of m to pixels of the subject; if it has no inverse, nothing differs.
//
// The picture is warped onto the subject, and its exposure and sharpness are
// matched to the subject's. Each patch is moved by the median of the displacements
// that fit best around it. Two kinds of difference are then counted. Of edges: a
// pixel differs by as much as it exceeds the range of the other picture within
// half a pixel, which tolerates errors of alignment and compression. Of colour: a
// cell differs by its mean. The median over all cells (noise, bent paper) is the
// baseline above which a cell counts. What the picture does not cover is not
// compared.
func (s *Subject) Differs(m *imaging.Image, onto planar.Homography) Difference {
	back, ok := onto.Inverse()
	if !ok || s.big == nil {
		return Difference{}
	}
	toOwn := planar.Resizing(s.kx, s.ky)
	back = back.Multiply(&toOwn)
	cells := newCellGrid(s.grid, back, m)
	laid := imaging.Warp(m, back, s.big.W, s.big.H)
	matchExposure(laid, s.big)
	colours, baseline := cells.colourDifference(s.means, cells.means(laid))
	own, other := matchSharpness(s.gray, laid.Gray().Soften(), s.edges)
	contrast := s.contrast
	if own != s.gray {
		contrast = cells.contrast(own)
	}
	other = newShifts(own, other).apply(other)
	matchLocally(other, own)
	edgeDiffs := cells.edgeDifference(own, other, contrast)

	var d Difference
	found := cells.regions(edgeDiffs)
	d.Area = cells.share(found)
	both := cells.regions(greater(edgeDiffs, colours))
	d.Recoloured = baseline > minColour || cells.share(both)-d.Area > maxColourShare
	if !d.Recoloured {
		found, d.Area = both, cells.share(both)
	}
	for _, r := range found {
		d.Regions = append(d.Regions, image.Rect(int(s.kx*float64(r.Min.X)), int(s.ky*float64(r.Min.Y)),
			min(s.w, int(s.kx*float64(r.Max.X)+0.99)), min(s.h, int(s.ky*float64(r.Max.Y)+0.99))))
	}
	return d
}

const (
	// minEdge and minColour are the least mean differences of a cell that count, in
	// levels of 256: of edges at full contrast, and of the three channels' sum. A
	// changed letter makes 5 and more of its cell's edges, compression less than 1.
	minEdge   = 2
	minColour = 3 * 20
	// fullContrast is the cell mean of the range around a pixel (see outside) where
	// black is printed on white. Scans of fine print have less.
	fullContrast = 30
	// maxColourShare is the share of the picture up to which another colour makes
	// regions; beyond it the whole picture counts as recoloured.
	maxColourShare = 0.35
)

func greater(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = max(a[i], b[i])
	}
	return out
}
