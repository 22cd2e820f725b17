package recognise

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Editions may differ in colour alone, which a comparison in grey does not see. Two
// references that lie in one photo have some places of one colour, by which the colour of
// the light is known, and others where their colours differ: these tell which of the two
// the photo shows.

const (
	// colourCell is the side in pixels of the squares of [Reference.colors] whose colours
	// are compared: a 64th of the longer side.
	colourCell = 4
	// Of one colour are places up to sameHue apart, of two those from otherHue on. By eye:
	// compression and scanners make 0.03.
	sameHue, otherHue = 0.05, 0.12
	// fewestCommon and fewestOther places must be seen of either sort. Of the common ones,
	// every fourth is looked at.
	fewestCommon, fewestOther = 10, 6
	// A photo is of one of two where four fifths of the places are nearer to it, and the
	// median is no further away than nearHue of what they differ by and goes at most pastHue
	// beyond; strayHue is how far off it may be in any direction. By eye, on
	// `go run ./bench/kinds -seed 1 -documents 50 drawn`.
	nearHue, pastHue, strayHue = 0.35, 0.4, 0.45
	// colourful is how much hue a place has that is no grey.
	colourful = 0.1
	// leastScale is how much of the colours a photo shows at least that is not in black and
	// white. Of the drawn captures hardly any has less than 0.7.
	leastScale = 0.6
)

// hue is the colour of a place without its brightness: ln R/G and ln B/G. Light of another
// colour moves all hues by the same.
type hue [2]float64

func hueOf(r, g, b float64) hue {
	const dark = 16 // levels: the hue of black is noise
	return hue{math.Log((r + dark) / (g + dark)), math.Log((b + dark) / (g + dark))}
}

func (h hue) minus(o hue) hue     { return hue{h[0] - o[0], h[1] - o[1]} }
func (h hue) times(k float64) hue { return hue{k * h[0], k * h[1]} }
func (h hue) dot(o hue) float64   { return h[0]*o[0] + h[1]*o[1] }
func (h hue) far(o hue) float64   { return math.Sqrt(h.minus(o).dot(h.minus(o))) }

// hueGrid has the hues of the cells of a reference.
type hueGrid struct {
	columns, rows int
	hues          []hue
}

func huesOf(m *imaging.Image) *hueGrid {
	g := &hueGrid{columns: m.W / colourCell, rows: m.H / colourCell}
	for i := range g.columns * g.rows {
		x, y := i%g.columns*colourCell, i/g.columns*colourCell
		var sum [3]float64
		for v := range colourCell {
			for u, at := 0, 3*((y+v)*m.W+x); u < colourCell; u, at = u+1, at+3 {
				for c := range sum {
					sum[c] += float64(m.Pix[at+c])
				}
			}
		}
		const n = colourCell * colourCell
		g.hues = append(g.hues, hueOf(sum[0]/n, sum[1]/n, sum[2]/n))
	}
	return g
}

// nearest is how far a hue is from the nearest of a cell and those about it: the two
// references may lie on each other by a cell amiss.
func (g *hueGrid) nearest(x, y int, h hue) float64 {
	least := math.Inf(1)
	for v := max(0, y-1); v <= min(g.rows-1, y+1); v++ {
		for u := max(0, x-1); u <= min(g.columns-1, x+1); u++ {
			least = min(least, h.far(g.hues[v*g.columns+u]))
		}
	}
	return least
}

// place is a cell of one reference with that of another which lies there too.
type place struct {
	at              planar.Point // in the first, shares of its sides
	own, its, photo hue
}

// colourLead says which of two references has the colours of the photo, where theirs
// differ: 1 for the first, -1 for the second, 0 if that is not known.
func (p *Photo) colourLead(a, b *Hypothesis) float64 {
	common, other := comparePlaces(a, b)
	if len(common) < fewestCommon || len(other) < fewestOther {
		return 0
	}
	common, other = p.seen(a, common), p.seen(a, other)
	if len(common) < fewestCommon || len(other) < fewestOther {
		return 0
	}
	return judgeHues(other, fitLight(common))
}

// comparePlaces returns the places where two references have one colour, and those where
// they have two. Contents say nothing, nor does what the photo hides.
func comparePlaces(a, b *Hypothesis) (common, other []place) {
	back, ok := b.Found.H.Inverse()
	if !ok {
		return nil, nil
	}
	across := back.Multiply(&a.Found.H)
	own, its := a.Reference.hues(), b.Reference.hues()
	aw, ah := a.Reference.Size()
	bw, bh := b.Reference.Size()
	for i, h := range own.hues {
		x, y := i%own.columns, i/own.columns
		q := place{at: planar.Pt((float64(x)+0.5)/float64(own.columns), (float64(y)+0.5)/float64(own.rows)), own: h}
		to := across.Apply(planar.Pt(q.at.X*float64(aw)-0.5, q.at.Y*float64(ah)-0.5))
		there := planar.Pt((to.X+0.5)/float64(bw), (to.Y+0.5)/float64(bh))
		if !(there.X >= 0 && there.Y >= 0 && there.X < 1 && there.Y < 1) {
			continue
		}
		u, v := int(there.X*float64(its.columns)), int(there.Y*float64(its.rows))
		q.its = its.hues[v*its.columns+u]
		switch far := q.own.far(q.its); {
		case far <= sameHue && x%2 == 0 && y%2 == 0:
			if a.Found.showsFormAt(q.at) && b.Found.showsFormAt(there) {
				common = append(common, q)
			}
		case far >= otherHue && its.nearest(u, v, q.own) >= otherHue && own.nearest(x, y, q.its) >= otherHue:
			if a.Found.showsFormAt(q.at) && b.Found.showsFormAt(there) {
				other = append(other, q)
			}
		}
	}
	return common, other
}

// showsFormAt says that the photo shows a place of a reference, in shares of its sides,
// and that nothing printed about it is contents: parts of a portrait look like form.
func (f *Found) showsFormAt(at planar.Point) bool {
	const about = 2 // cells
	kinds := f.seenKinds()
	x, y := int(at.X*float64(kinds.W)), int(at.Y*float64(kinds.H))
	if !f.rectified.Visible[y*kinds.W+x] {
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

// seen returns the places whose colour the photo shows, with that.
func (p *Photo) seen(a *Hypothesis, places []place) []place {
	g := a.Reference.hues()
	w, h := float64(a.Found.rectified.Reference.W), float64(a.Found.rectified.Reference.H)
	// Samples lie a third of a cell apart.
	dx, dy := w/float64(3*g.columns), h/float64(3*g.rows)
	kept := places[:0]
	for _, q := range places {
		x, y := q.at.X*w-0.5, q.at.Y*h-0.5
		middle, right, down := a.Found.rectified.At(planar.Pt(x, y)), a.Found.rectified.At(planar.Pt(x+dx, y)), a.Found.rectified.At(planar.Pt(x, y+dy))
		var ok bool
		if q.photo, ok = p.hueAbout(middle, right, down); ok {
			kept = append(kept, q)
		}
	}
	return kept
}

// hueAbout is the hue of nine pixels of the photo: about a point, with its neighbours to the
// right and below. What is too bright or too dark has none.
func (p *Photo) hueAbout(middle, right, down planar.Point) (hue, bool) {
	const n, darkest, brightest = 9, 24, 254
	var sum [3]float64
	for v := -1.0; v <= 1; v++ {
		for u := -1.0; u <= 1; u++ {
			x := int(middle.X + u*(right.X-middle.X) + v*(down.X-middle.X) + 0.5)
			y := int(middle.Y + u*(right.Y-middle.Y) + v*(down.Y-middle.Y) + 0.5)
			if x < 0 || y < 0 || x >= p.picture.W || y >= p.picture.H {
				return hue{}, false
			}
			for c, level := range p.picture.Pix[3*(y*p.picture.W+x):][:3] {
				sum[c] += float64(level) / n
			}
		}
	}
	most := max(sum[0], sum[1], sum[2])
	return hueOf(sum[0], sum[1], sum[2]), most > darkest && most < brightest
}

// light is what the light and the camera make of hues.
type light struct {
	scale       float64
	shift       hue
	showsColour bool // the photo shows the hues of the common places, so that it is not grey
}

func (l *light) of(h hue) hue { return hue{l.scale*h[0] + l.shift[0], l.scale*h[1] + l.shift[1]} }

// fitLight fits the light by the places where two references have one colour, robustly, as
// contents and what lies on the paper have others (iteratively reweighted least squares
// with the weights of Geman and McClure).
func fitLight(common []place) *light {
	// width is how far hues deviate that still count. Where there are few colours the scale
	// is 1: as if informed were seen of it.
	const width, informed, rounds = 0.1, 0.8, 4
	l := &light{scale: 1}
	for c := range l.shift {
		var all []float64
		for _, q := range common {
			all = append(all, q.photo[c]-q.own[c])
		}
		slices.Sort(all)
		l.shift[c] = all[len(all)/2]
	}
	weights := make([]float64, len(common))
	for range rounds {
		var n, xy, xx float64
		var x, y hue
		for i, q := range common {
			d := q.photo.far(l.of(q.own)) / width
			k := 1 / ((1 + d*d) * (1 + d*d))
			weights[i], n = k, n+k
			x, y = x.minus(q.own.times(-k)), y.minus(q.photo.times(-k))
		}
		x, y = x.times(1/n), y.times(1/n)
		for i, q := range common {
			dx := q.own.minus(x)
			xx += weights[i] * dx.dot(dx)
			xy += weights[i] * dx.dot(q.photo.minus(y))
		}
		l.showsColour = xx >= informed && xy >= xx/2
		l.scale = min(max((xy+informed)/(xx+informed), 0.3), 1.7)
		l.shift = y.minus(x.times(l.scale))
	}
	return l
}

// judgeHues says which of two references the places show that tell them apart, see
// [Photo.colourLead].
func judgeHues(other []place, l *light) float64 {
	var way, away []float64 // from the first (0) to the second (1), and from the nearer of both
	var contrast, hueOwn, hueIts, huePhoto float64
	for _, q := range other {
		own, its := l.of(q.own), l.of(q.its)
		apart := its.minus(own)
		way = append(way, q.photo.minus(own).dot(apart)/apart.dot(apart))
		away = append(away, min(q.photo.far(own), q.photo.far(its)))
		contrast += apart.dot(apart) / float64(len(other))
		hueOwn += own.far(l.shift) / float64(len(other))
		hueIts += its.far(l.shift) / float64(len(other))
		huePhoto += q.photo.far(l.shift) / float64(len(other))
	}
	slices.Sort(way)
	slices.Sort(away)
	low, middle, high := way[len(way)/5], way[len(way)/2], way[len(way)-1-len(way)/5]
	// A copy in black and white looks like the one of two that is grey there.
	isOwn := l.showsColour || min(hueOwn, huePhoto) >= colourful
	isIts := l.showsColour || min(hueIts, huePhoto) >= colourful
	switch {
	case l.scale < leastScale:
	case away[len(away)/2] > strayHue*math.Sqrt(contrast): // the colour of neither
	case isOwn && high < 0.5 && middle < nearHue && middle > -pastHue:
		return 1
	case isIts && low > 0.5 && middle > 1-nearHue && middle < 1+pastHue:
		return -1
	}
	return 0
}
