package recognise

import (
	"math"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/scoremodel"
)

// Editions may differ in colour alone, which a comparison in grey does not see. What ink takes
// from the light of the paper beside it has a colour that neither the light changes, nor blur,
// nor that print is faint: both mix ink with paper. It is known of every cell that has an edge
// of print in it or beside it. Two references that lie in one photo have some places of two
// colours: these tell which of the two the photo shows. What has there, or where both have
// one, yet another colour is a third one.

const (
	// colourCell is the side in pixels of the squares of [Reference.colors] whose colours
	// are compared: a 64th of the longer side.
	colourCell = 4
	// leastInk is the share of the light that print takes at least that has a colour, over a
	// cell and those about it, and softInk is added to that, since what is faint is noisy.
	leastInk, softInk = 0.05, 0.03
	// Of two colours are places from otherInk on, the length of what the shares of the channels
	// differ from their mean by, in means.
	otherInk = 0.15
	// A photo shows neither colour of a place if it is strayInk of what they differ by away
	// from both, and more than inkNoise; where both are of one colour, strayInBoth.
	strayInk, inkNoise, strayInBoth = 0.4, 0.15, 0.3
	// doubtedPlaces are how many more places would be needed to be sure of the shares of few,
	// and doubtedInBoth of those where both have one colour.
	doubtedPlaces, doubtedInBoth = 3, 10
	// A photo that is not in black and white has fewestColourful places as colourful as that.
	// Of forms in black and white fewer show some colour where another is printed.
	// All were chosen on 105 drawn documents, seeds 1 and 3 of bench/kinds.
	fewestColourful, colourful = 4, 0.15
	// Two pictures show a form in other colours if of the places that have a hue in both, and lie
	// where blocks agree, fewestHues at least, manyHues have quite another (see otherHue): hueful is
	// the length from which on there is one. Of 180 simulated scans of 30 drawn documents (glare, tears,
	// stains, covers, folds, fading) at most 8 % of these places have another hue; of their editions
	// in other colours (bench/kinds, seed 1) 32 % and more, of the others at most 3 %.
	hueful, fewestHues, manyHues = 0.25, 20, 0.25
)

// rgb are the levels of a place.
type rgb [3]float64

// minus is the distance of two colours.
func (c *rgb) minus(o *rgb) float64 {
	return math.Sqrt((c[0]-o[0])*(c[0]-o[0]) + (c[1]-o[1])*(c[1]-o[1]) + (c[2]-o[2])*(c[2]-o[2]))
}

// inkGrid has the colours of the print in the cells of a picture.
type inkGrid struct {
	columns, rows int
	levels        []rgb // below 0 where nothing is seen
}

func inksOf(m *imaging.Image) *inkGrid {
	g := &inkGrid{columns: m.W / colourCell, rows: m.H / colourCell}
	for i := range g.columns * g.rows {
		x, y := i%g.columns*colourCell, i/g.columns*colourCell
		var mean rgb
		for v := range colourCell {
			for u, at := 0, 3*((y+v)*m.W+x); u < colourCell; u, at = u+1, at+3 {
				for c := range mean {
					mean[c] += float64(m.Pix[at+c]) / (colourCell * colourCell)
				}
			}
		}
		g.levels = append(g.levels, mean)
	}
	return g
}

// ink is the colour of the print in a cell and those about it: what each channel loses of the
// brightest of them, less their mean, in means. ok is false where there is hardly any.
func (g *inkGrid) ink(x, y int) (colour rgb, ok bool) {
	colour, _, ok = g.inkAndPaper(x, y)
	return colour, ok
}

// inkAndPaper is ink, with the brightest of the cells.
func (g *inkGrid) inkAndPaper(x, y int) (colour, paper rgb, ok bool) {
	var sum rgb
	n, brightest := 0.0, -1.0
	for v := max(0, y-1); v <= min(g.rows-1, y+1); v++ {
		for u := max(0, x-1); u <= min(g.columns-1, x+1); u++ {
			l := &g.levels[v*g.columns+u]
			if l[0] < 0 {
				return colour, paper, false
			}
			if bright := l[0] + l[1] + l[2]; bright > brightest {
				paper, brightest = *l, bright
			}
			n++
			for c, level := range l {
				sum[c] += level
			}
		}
	}
	const dark = 10 // levels: what is darker has no colour
	if min(paper[0], paper[1], paper[2]) < dark {
		return colour, paper, false
	}
	mean, size := 0.0, 0.0
	for c := range colour {
		colour[c] = 1 - sum[c]/(n*paper[c])
		mean, size = mean+colour[c]/3, size+math.Abs(colour[c])/3
	}
	for c := range colour {
		colour[c] = (colour[c] - mean) / (math.Abs(mean) + softInk)
	}
	return colour, paper, size > leastInk
}

// seeColours says what the photo shows of the colours of two references. across maps the
// pixels of the one that was laid on the photo to those of the other.
func (p *Photo) seeColours(lead *scoremodel.FormLead, a, b *Hypothesis, across func(planar.Point) (planar.Point, bool)) {
	own, its, photo := a.Reference.inks(), b.Reference.inks(), p.inksOn(a)
	var first, second, neither, one, stray, colourfulPlaces float64
	var strays rgb
	strayed := 0.0
	w, h := float64(a.Found.rectified.Reference.W), float64(a.Found.rectified.Reference.H)
	bw, bh := float64(b.Found.rectified.Reference.W), float64(b.Found.rectified.Reference.H)
	for i := range own.levels {
		x, y := i%own.columns, i/own.columns
		of, ok := photo.ink(x, y)
		if !ok {
			continue
		}
		if of.minus(&rgb{}) > colourful {
			colourfulPlaces++
		}
		at := planar.Pt((float64(x)+0.5)/float64(own.columns), (float64(y)+0.5)/float64(own.rows))
		to, ok := across(planar.Pt(at.X*w, at.Y*h))
		there := planar.Pt(to.X/bw, to.Y/bh)
		if !ok || !(there.X >= 0 && there.Y >= 0 && there.X < 1 && there.Y < 1) || !a.Found.showsFormAt(at) || !b.Found.showsFormAt(there) {
			continue
		}
		c, ok := own.ink(x, y)
		d, both := its.ink(int(there.X*float64(its.columns)), int(there.Y*float64(its.rows)))
		if !ok || !both {
			continue
		}
		apart, fromOwn, fromIts := c.minus(&d), of.minus(&c), of.minus(&d)
		switch least := min(fromOwn, fromIts); {
		case apart <= otherInk:
			if one++; least > strayInBoth {
				stray++
				strayed += fromOwn
				for k := range strays {
					strays[k] += of[k] - c[k]
				}
			}
		case least > max(inkNoise, strayInk*apart):
			neither++
		case fromOwn < fromIts:
			first++
		default:
			second++
		}
	}
	if colourfulPlaces < fewestColourful {
		return // a copy in black and white looks like the one of two that is grey there
	}
	if n := first + second + neither; n >= fewestColourful {
		n += doubtedPlaces
		lead.Colour, lead.NoColour = (first-second)/n, neither/n
	}
	if stray >= fewestColourful { // shadows and hands have many colours, a third edition has one
		lead.Recoloured = stray / (one + doubtedInBoth) * strays.minus(&rgb{}) / strayed
	}
}

// hasOtherHues says that a picture shows the form of a reference in other colours, as another
// edition has. What happens to a copy (glare, a stain, a tear) leaves no print there that agrees,
// or takes its hue away.
func (p *Photo) hasOtherHues(h *Hypothesis) bool {
	if h.Found.rectified == nil {
		return false
	}
	own, photo := h.Reference.inks(), p.inksOn(h)
	hued, other := 0.0, 0.0
	for i, agrees := range h.agreeing(own.columns, own.rows) {
		x, y := i%own.columns, i/own.columns
		if !agrees || !h.Found.showsFormAt(planar.Pt((float64(x)+0.5)/float64(own.columns), (float64(y)+0.5)/float64(own.rows))) {
			continue
		}
		if coloured, isOther := huesAt(own, photo, x, y, hueful); coloured {
			if hued++; isOther {
				other++
			}
		}
	}
	return hued >= fewestHues && other >= manyHues*hued
}

// agreeing says of the cells of a raster on the reference which lie in blocks that agree.
func (h *Hypothesis) agreeing(columns, rows int) []bool {
	cells := make([]bool, columns*rows)
	w, height := h.Reference.Size()
	kx, ky := float64(columns)/float64(w), float64(rows)/float64(height)
	for i, corners := range h.Reference.Blocks(&h.Found) {
		if h.Found.Blocks[i].State != alignment.InPlace {
			continue
		}
		low, high := corners[0], corners[2]
		for y := max(0, int(low.Y*ky+0.5)); y < min(rows, int(high.Y*ky+0.5)); y++ {
			for x := max(0, int(low.X*kx+0.5)); x < min(columns, int(high.X*kx+0.5)); x++ {
				cells[y*columns+x] = true
			}
		}
	}
	return cells
}

// showsFormAt says that the photo shows a place of a reference, in shares of its sides,
// and that nothing printed about it is contents: parts of a portrait look like form.
func (f *Found) showsFormAt(at planar.Point) bool {
	const about = 2 // cells
	kinds := f.seenKinds()
	x, y := int(at.X*float64(f.rectified.Reference.W))/changedetect.Cell, int(at.Y*float64(f.rectified.Reference.H))/changedetect.Cell
	if x >= kinds.W || y >= kinds.H || !f.rectified.Visible[y*kinds.W+x] {
		return false
	}
	for v := max(0, y-about); v <= min(kinds.H-1, y+about); v++ {
		for u := max(0, x-about); u <= min(kinds.W-1, x+about); u++ {
			if i := v*kinds.W + u; kinds.Judged[i] && kinds.Filled[i] > 0 {
				return false
			}
		}
	}
	return true
}

// inksOn are the colours of the photo in the cells of a reference that was laid on it.
func (p *Photo) inksOn(a *Hypothesis) *inkGrid {
	g := *a.Reference.inks()
	w, h := float64(a.Found.rectified.Reference.W), float64(a.Found.rectified.Reference.H)
	// Samples lie a third of a cell apart.
	dx, dy := w/float64(3*g.columns), h/float64(3*g.rows)
	seen := make([]rgb, len(g.levels))
	for i := range seen {
		x, y := (float64(3*(i%g.columns))+1.5)*dx-0.5, (float64(3*(i/g.columns))+1.5)*dy-0.5
		at := a.Found.rectified.At
		seen[i] = p.levelsAbout(at(planar.Pt(x, y)), at(planar.Pt(x+dx, y)), at(planar.Pt(x, y+dy)))
	}
	g.levels = seen
	return &g
}

// levelsAbout are the levels of nine pixels of the photo: about a point, with its neighbours
// to the right and below.
func (p *Photo) levelsAbout(middle, right, down planar.Point) (mean rgb) {
	const n = 9
	for v := -1.0; v <= 1; v++ {
		for u := -1.0; u <= 1; u++ {
			x := int(middle.X + u*(right.X-middle.X) + v*(down.X-middle.X) + 0.5)
			y := int(middle.Y + u*(right.Y-middle.Y) + v*(down.Y-middle.Y) + 0.5)
			if x < 0 || y < 0 || x >= p.picture.W || y >= p.picture.H {
				return rgb{-1}
			}
			for c, level := range p.picture.Pix[3*(y*p.picture.W+x):][:3] {
				mean[c] += float64(level) / n
			}
		}
	}
	return mean
}
