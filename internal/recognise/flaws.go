package recognise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// A picture may be so poor that whatever it shows is not recognised. Then the answer says
// so, and what to do: it is the picture's fault, and no new kind of document. Constants by
// eye, on drawn documents whose photos were darkened, softened and made smaller: sharp photos
// and scans lie at 0.34 and above in [sharpness], those out of focus by three pixels at 0.17.
const (
	darkest   = 90   // level that a picture's lightest hundredth has at least, if it is not dark
	fullLight = 220  // level that it is given in a dark one
	mostLight = 8    // more light than that is noise
	softest   = 0.2  // sharpness below which a picture is blurred
	fewPixels = 300  // of the longer side of a picture as it was sent, below which it is too small
	sharpSide = 16   // of the squares that sharpness is measured in, pixels
	plainest  = 0.1  // share of the squares that have most contrast, which it is measured by
	hundredth = 0.99 // see darkest
	seemsIt   = 0.25 // share that agrees of what may be the document, and tells its size
)

// flaws are what is wrong with a picture as a whole.
type flaws struct{ dark, blurred, small bool }

// flawsOf looks at a picture in which nothing was recognised, and at the most likely document,
// if that was found in it.
func flawsOf(picture upright, p *Photo, best *Hypothesis) flaws {
	long := max(picture.scaleX*float64(picture.W), picture.scaleY*float64(picture.H))
	if p != nil && best != nil && best.Found.Located && best.Found.ForDecision.LocallyConsistent >= seemsIt {
		var sent [4]planar.Point
		for i, corner := range best.Found.Quad {
			sent[i] = p.AsSent(corner)
		}
		long = min(long, longest(&sent))
	}
	return flaws{dark: picture.dark, blurred: sharpness(picture.Gray()) < softest, small: long < fewPixels}
}

// inLight gives a dark picture the light that it lacks; dark is false, and the picture as it
// was, where it lacks none.
func inLight(m *imaging.Image) (lighter *imaging.Image, dark bool) {
	level := lightest(m)
	if level >= darkest {
		return m, false
	}
	gain := min(mostLight, fullLight/float64(max(1, level)))
	lighter = imaging.NewImage(m.W, m.H)
	for i, v := range m.Pix {
		lighter.Pix[i] = byte(min(255, gain*float64(v)))
	}
	return lighter, true
}

// lightest is the level that only a hundredth of a picture exceeds, by a seventh of its pixels.
func lightest(m *imaging.Image) int {
	var histogram [256]int
	all := 0
	for i := 0; i < len(m.Pix); i += 7 * 3 {
		histogram[(299*int(m.Pix[i])+587*int(m.Pix[i+1])+114*int(m.Pix[i+2]))/1000]++
		all++
	}
	level, n := 0, histogram[0]
	for level < 255 && float64(n) < hundredth*float64(all) {
		level++
		n += histogram[level]
	}
	return level
}

// sharpness is how much of the contrast in a small square neighbours have, in [0, 1], at the
// plainest edges of a picture.
func sharpness(g *imaging.Gray) float64 {
	type square struct {
		contrast int
		step     float64 // between neighbours, as a share of it
	}
	var all []square
	for y := 0; y+sharpSide < g.H; y += sharpSide {
		for x := 0; x+sharpSide < g.W; x += sharpSide {
			if contrast, step := contrastIn(g, x, y); contrast > 0 {
				all = append(all, square{contrast, float64(step) / float64(contrast)})
			}
		}
	}
	if len(all) == 0 {
		return 1 // nothing tells
	}
	slices.SortFunc(all, func(a, b square) int { return cmp.Compare(b.contrast, a.contrast) })
	all = all[:max(1, int(plainest*float64(len(all))))]
	slices.SortFunc(all, func(a, b square) int { return cmp.Compare(a.step, b.step) })
	return all[len(all)*3/4].step
}

// contrastIn returns the difference of the lightest and the darkest pixel of a square, and
// the largest between neighbours.
func contrastIn(g *imaging.Gray, x, y int) (contrast, step int) {
	low, high := 255, 0
	for v := y; v < y+sharpSide; v++ {
		row, below := g.Pix[v*g.W+x:][:sharpSide+1], g.Pix[(v+1)*g.W+x:][:sharpSide]
		for u := range sharpSide {
			a := int(row[u])
			low, high = min(low, a), max(high, a)
			step = max(step, int(row[u+1])-a, a-int(row[u+1]), int(below[u])-a, a-int(below[u]))
		}
	}
	return high - low, step
}

// blame says of an answer that is unknown what is wrong with the picture, first.
func (f flaws) blame(d *decide.Decision) {
	if d.Basis == "" || d.Basis == decide.ByExact {
		return
	}
	var what, todo []string
	for _, flaw := range []struct {
		is         bool
		says, todo string
	}{{f.dark, "dark", "with more light"}, {f.blurred, "blurred", "sharp"}, {f.small, "too small", "closer"}} {
		if flaw.is {
			what, todo = append(what, flaw.says), append(todo, flaw.todo)
		}
	}
	if len(what) == 0 {
		return
	}
	says := "the picture is " + strings.Join(what, " and ")
	d.Summary = says + ", " + d.Summary
	d.Reason = fmt.Sprintf("%s: take it again, %s; %s", says, strings.Join(todo, " and "), d.Reason)
}
