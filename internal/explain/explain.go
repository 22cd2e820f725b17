// Package explain draws, for people, what a decision rests on: a photo beside the
// reference it was compared with, and two references that resemble each other. It
// draws what internal/recognise found and looks for nothing itself.
package explain

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"exemplar/internal/alignment"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// Photo draws why a photo was, or was not, taken for a document: the two side by
// side, points that agree, where the document lies, which form agrees, which contents
// and which form differ, and the decision in words. picture is the reference's, in colour, at any size.
// The finding must have been compared: its Best is not nil.
func Photo(p *recognise.Photo, f *recognise.Finding, picture *imaging.Image) *imaging.Image {
	left, right := fitPanel(p.Picture()), fitPanel(picture)
	width := max(minWidth, 2*margin+left.W+between+right.W)
	words := layOut(f, float64(width-2*margin))
	out := newSheet(width, top+max(left.H, right.H)+margin+words.height+margin, paper)

	found, compared := &f.Best.Found, f.Best.Reference
	spare := width - 2*margin - left.W - between - right.W
	w, h := p.Size()
	photo := panel{image.Rect(0, 0, left.W, left.H).Add(image.Pt(margin+spare/2, top)), w, h}
	reference := panel{image.Rect(0, 0, right.W, right.H).Add(image.Pt(photo.frame.Max.X+between, top)), 0, 0}
	reference.w, reference.h = compared.Size()

	out.put(left, photo.frame.Min.X, photo.frame.Min.Y)
	out.put(right, reference.frame.Min.X, reference.frame.Min.Y)
	out.heading(photo, "Photo")
	out.heading(reference, "Reference  "+string(f.Best.Label))
	if found.Located {
		out.print(found.Print(compared), photo, reference)
		out.changes(found, photo, reference)
		out.conditions(f.Conditions, photo)
		out.location(found, photo)
		out.pairs(spread(p.Pairs(compared, found), maxPairs), photo, reference)
	}
	words.draw(out, margin, float64(top+max(left.H, right.H)+margin))
	return out.Image
}

// Sizes in pixels.
const (
	panelHeight, panelWidth = 700, 960
	margin                  = 36
	between                 = 56
	top                     = 64
	minWidth                = 1100
	maxPairs                = 60
)

var (
	paper    = color.NRGBA{250, 250, 248, 255}
	ink      = color.NRGBA{28, 32, 38, 255}
	faint    = color.NRGBA{104, 112, 122, 255}
	rule     = color.NRGBA{214, 216, 218, 255}
	accent   = color.NRGBA{37, 99, 235, 255}
	green    = color.NRGBA{22, 163, 74, 255}
	amber    = color.NRGBA{234, 150, 0, 255}
	red      = color.NRGBA{220, 38, 38, 255}
	white    = color.NRGBA{255, 255, 255, 255}
	violet   = color.NRGBA{147, 51, 234, 255}
	cyan     = color.NRGBA{8, 145, 178, 255}
	unmarked = color.NRGBA{148, 155, 164, 255}
)

func faded(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(math.Round(255 * share))
	return c
}

// fitPanel scales a picture to the size of a panel, up to twice its own.
func fitPanel(m *imaging.Image) *imaging.Image {
	k := min(float64(panelHeight)/float64(m.H), float64(panelWidth)/float64(m.W), 2)
	return imaging.Resize(m, max(1, int(float64(m.W)*k)), max(1, int(float64(m.H)*k)))
}

// panel shows a picture of w by h pixels in a frame of the sheet.
type panel struct {
	frame image.Rectangle
	w, h  int
}

// at maps a point of the picture, pixel centres on integers, to the sheet.
func (p *panel) at(q planar.Point) planar.Point {
	return planar.Point{
		X: float64(p.frame.Min.X) + (q.X+0.5)*float64(p.frame.Dx())/float64(p.w),
		Y: float64(p.frame.Min.Y) + (q.Y+0.5)*float64(p.frame.Dy())/float64(p.h),
	}
}

// all maps the corners of a quad.
func (p *panel) all(q [4]planar.Point) (on [4]planar.Point) {
	for i := range q {
		on[i] = p.at(q[i])
	}
	return on
}

func (c *sheet) heading(p panel, s string) {
	c.text(faint, bodyType, float64(p.frame.Min.X), float64(p.frame.Min.Y-16), shorten(bodyType, s, float64(p.frame.Dx())))
}

// changes frames the regions that surely show other print, in both pictures.
func (c *sheet) changes(f *recognise.Found, photo, reference panel) {
	onPhoto, onReference := c.within(photo.frame), c.within(reference.frame)
	for _, change := range f.Changes.Where {
		var there, here [4]planar.Point
		for i := range there {
			there[i], here[i] = photo.at(change.Photo[i]), reference.at(change.Reference[i])
		}
		onPhoto.frame(violet, there)
		onReference.frame(violet, here)
	}
}

// conditions frames the regions in which something happened to the document.
func (c *sheet) conditions(all []recognise.Condition, photo panel) {
	on := c.within(photo.frame)
	for _, condition := range all {
		for _, where := range condition.Where {
			var q [4]planar.Point
			for i, p := range where.Photo {
				q[i] = photo.at(p)
			}
			on.frame(cyan, q)
		}
	}
}

// frame outlines a quad so that it stands out from any picture.
func (c *sheet) frame(shade color.NRGBA, q [4]planar.Point) {
	c.outline(faded(white, 0.9), 5, q[:]...)
	c.outline(shade, 2.5, q[:]...)
}

// boxOf returns the corners of a rectangle of pixels.
func boxOf(r image.Rectangle) [4]planar.Point {
	return planar.Rectangle(float64(r.Min.X), float64(r.Min.Y), float64(r.Max.X), float64(r.Max.Y))
}

// location draws where the document lies, with its upper left corner marked.
func (c *sheet) location(f *recognise.Found, photo panel) {
	var q [4]planar.Point
	for i, p := range f.Quad {
		q[i] = photo.at(p)
	}
	on := c.within(photo.frame)
	on.frame(accent, q)
	on.dot(white, q[0], 8)
	on.dot(accent, q[0], 6)
}

func (c *sheet) pairs(pairs []alignment.Pair, photo, reference panel) {
	for _, p := range pairs {
		c.line(faded(accent, 0.35), photo.at(p.Photo), reference.at(p.Reference), 1.1)
	}
	for _, p := range pairs {
		for _, at := range [2]planar.Point{photo.at(p.Photo), reference.at(p.Reference)} {
			c.dot(faded(white, 0.9), at, 3.6)
			c.dot(accent, at, 2.5)
		}
	}
}

// spread returns n of the pairs that lie far from each other in the reference: each
// is the one that is furthest from those before it.
func spread(pairs []alignment.Pair, n int) []alignment.Pair {
	if len(pairs) <= n {
		return pairs
	}
	nearest := make([]float64, len(pairs))
	for i := range nearest {
		nearest[i] = math.Inf(1)
	}
	var out []alignment.Pair
	for next := 0; len(out) < n; {
		out = append(out, pairs[next])
		chosen, far := pairs[next].Reference, -1.0
		for i := range pairs {
			d := pairs[i].Reference
			nearest[i] = min(nearest[i], math.Hypot(d.X-chosen.X, d.Y-chosen.Y))
			if nearest[i] > far {
				next, far = i, nearest[i]
			}
		}
	}
	return out
}

// tenths writes a number with its sign and one digit; what rounds to zero has none.
func tenths(x float64) string {
	if x = math.Round(10*x) / 10; x == 0 {
		return "0.0"
	}
	return fmt.Sprintf("%+.1f", x)
}

func unsure(d *decide.Decision) bool { return IsUnsure(d.Outcome, d.Confidence, len(d.Candidates)) }

// figures are the numbers that the decision rests on, the confidence first.
func figures(finding *recognise.Finding) (out [][2]string) {
	d, f := &finding.Decision, &finding.Best.Found
	switch {
	case unsure(d):
		out = append(out, [2]string{Percent(d.Candidates[0].Confidence), "confidence in " + string(d.Candidates[0].Label) + "; --fpir asks for more"})
	case d.Confidence > 0:
		out = append(out, [2]string{Percent(d.Confidence), "confidence in the answer"})
	}
	if !f.Located {
		out = append(out, [2]string{"not found", "in the photo"})
	} else if accepts := "evidence for it; accepted from " + tenths(d.ThresholdLLR) + " on"; d.Basis == decide.ByGeometry {
		out = append(out, [2]string{tenths(d.LLR), accepts})
	} else if d.Basis == decide.ByExact {
		out = append(out, [2]string{tenths(d.LLR), accepts + ", but not as another copy (exact)"})
	}
	similarity := "similarity, whole picture"
	if d.Basis == decide.ByEmbedding {
		similarity += fmt.Sprintf("; accepted from %.3f on", d.Threshold)
	}
	out = append(out, [2]string{fmt.Sprintf("%.3f", d.Best.Score), similarity})
	if !f.Located {
		return out
	}
	inPlace := 0
	for _, b := range f.Blocks {
		if b.State == alignment.InPlace {
			inPlace++
		}
	}
	for _, c := range finding.Conditions {
		out = append(out, [2]string{Kind(string(c.Kind)), Percent(c.Share) + " of it"})
	}
	return append(out,
		[2]string{fmt.Sprintf("%d of %d", inPlace, f.Comparable), "parts agree in place"},
		[2]string{fmt.Sprintf("%.0f %%", 100*f.Changes.Share), "of the print differs"}, // as the reason rounds it
		[2]string{fmt.Sprint(f.Inliers), "points agree"},
		[2]string{Percent(min(1, f.Coverage)), "of its area has some"},
	)
}
