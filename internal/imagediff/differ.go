// Package imagediff shows where two pictures differ that are of one kind: two
// editions of a card, two forms of one design. Registered pictures are clean and
// whole, so that it can look closer than a comparison with a photo does.
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
	// Recoloured says that the tone differs over so much of the picture that no
	// region is made of that: another colour, or another scanner's.
	Recoloured bool
	Area       float64 // of the regions, as a share of the picture
}

// workSide is the longer side in pixels to which smaller pictures are enlarged,
// at most twice, so that a pixel is little to forgive.
const workSide = 768

// Subject is a picture that others are held against. What this takes of it is
// worked out once; it may be used by several goroutines.
type Subject struct {
	w, h   int            // of the picture as it came
	kx, ky float64        // its pixels to one of those that are looked at
	big    *imaging.Image // what is looked at; nil if it is too small
	grid
	means    [][3]float64
	gray     *imaging.Gray // softened
	contrast *contrast     // of gray
	edges    float64       // of gray
}

// NewSubject prepares a picture, which it keeps.
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

// Differs returns where a picture differs from the subject. onto maps its pixels
// to the subject's.
//
// The picture is laid onto the subject, at its exposure and sharpness, and each
// part of it moved to where its neighbours agree that it fits best. Then a pixel
// differs as far as it lies outside of what the other picture has within half a
// pixel of it, which forgives what alignment and compression leave; and a place
// differs whose tone does. What most places show (noise, paper that is bent) is no
// difference. What the picture does not cover is not compared.
func (s *Subject) Differs(m *imaging.Image, onto planar.Homography) Difference {
	back, ok := onto.Inverse()
	if !ok || s.big == nil {
		return Difference{}
	}
	toOwn := planar.Resizing(s.kx, s.ky)
	back = back.Multiply(&toOwn)
	cells := newCellGrid(s.grid, back, m)
	laid := imaging.Warp(m, back, s.big.W, s.big.H)
	matchLevels(laid, s.big)
	tones, shade := cells.tones(s.means, cells.means(laid))
	own, other := matchSharpness(s.gray, laid.Gray().Soften(), s.edges)
	contrast := s.contrast
	if own != s.gray {
		contrast = cells.contrast(own)
	}
	other = newShifts(own, other).apply(other)
	matchLocally(other, own)
	details := cells.details(own, other, contrast)

	var d Difference
	found := cells.regions(details)
	d.Area = cells.share(found)
	both := cells.regions(greater(details, tones))
	d.Recoloured = shade > minTone || cells.share(both)-d.Area > mostToned
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
	// minDetail and minTone are the levels of 256, mean of its pixels, by which a
	// cell has to differ, of a full contrast and of three channels together. A
	// changed letter makes 5 and more in its cell, compression less than 1.
	minDetail = 2
	minTone   = 3 * 20
	// fullContrast is the range of levels about a pixel, halfway to its neighbours,
	// of black print on white, as a cell's mean: scans of fine print have less.
	fullContrast = 30
	// mostToned is the share of the picture up to which another tone makes regions.
	mostToned = 0.35
)

func greater(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range out {
		out[i] = max(a[i], b[i])
	}
	return out
}
