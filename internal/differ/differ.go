// Package differ shows where two pictures differ that are of one kind: two
// editions of a card, two forms of one design. Registered pictures are clean and
// whole, so that it can look closer than a comparison with a photo does.
package differ

import (
	"image"

	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// Difference is where two pictures differ.
type Difference struct {
	// Regions are rectangles of the first picture's pixels, in the order of
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

// Between returns where picture b differs from a. onto maps b's pixels to a's.
//
// b is laid onto a, at a's exposure and sharpness, and each part of it moved to
// where its neighbours agree that it fits best. Then a pixel differs as far as it
// lies outside of what the other picture has within half a pixel of it, which
// forgives what alignment and compression leave; and a place differs whose tone
// does. What most places show (noise, paper that is bent) is no difference. What b
// does not cover is not compared.
func Between(a, b *imaging.Image, onto geometry.Homography) Difference {
	back, ok := onto.Inverse()
	if !ok || min(a.W, a.H) < 2*cellSide {
		return Difference{}
	}
	k := min(2, max(1, workSide/float64(max(a.W, a.H))))
	big := imaging.Resize(a, int(k*float64(a.W)+0.5), int(k*float64(a.H)+0.5))
	kx, ky := float64(a.W)/float64(big.W), float64(a.H)/float64(big.H)
	back = back.Multiply(&geometry.Homography{kx, 0, (kx - 1) / 2, 0, ky, (ky - 1) / 2, 0, 0, 1})

	cells := newCellGrid(big, back, b)
	laid := imaging.Warp(b, back, big.W, big.H)
	matchLevels(laid, big)
	tones, shade := cells.tones(big, laid)
	ga, gb := matchSharpness(big.Gray().Soften(), laid.Gray().Soften())
	gb = newShifts(ga, gb).apply(gb)
	matchLocally(gb, ga)
	details := cells.details(ga, gb)

	var d Difference
	found := cells.regions(details)
	d.Area = cells.share(found)
	both := cells.regions(greater(details, tones))
	d.Recoloured = shade > minTone || cells.share(both)-d.Area > mostToned
	if !d.Recoloured {
		found, d.Area = both, cells.share(both)
	}
	for _, r := range found {
		d.Regions = append(d.Regions, image.Rect(int(kx*float64(r.Min.X)), int(ky*float64(r.Min.Y)),
			min(a.W, int(kx*float64(r.Max.X)+0.99)), min(a.H, int(ky*float64(r.Max.Y)+0.99))))
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
