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
	// fewestCommon places of one colour must be seen to know the light, and mostCommon are
	// looked at. Where there are fewer, it is taken to be white, and colours tell that are
	// unlitHue apart: lamps make 0.5.
	fewestCommon, mostCommon, unlitHue = 10, 500, 1
	// A photo shows neither colour of a place if it is strayHue of what they differ by away
	// from both, and more than strayNoise. By eye, on
	// `go run ./bench/kinds -seed 1 -documents 45 drawn`.
	strayHue, strayNoise = 0.4, 0.08
	// doubtedPlaces are how many more places would be needed to be sure of the shares of few.
	doubtedPlaces = 3
	// colourful is how much hue a place has that is no grey.
	colourful = 0.1
	// leastScale is how much of the colours a photo shows at least that is not in black and
	// white. Of the drawn captures hardly any has less than 0.7.
	leastScale = 0.6
	// bright is the level from which on all channels of a place tell what light falls on it.
	bright = 60
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

// rgb are the levels of a place.
type rgb [3]float64

func (l *rgb) hue() hue { return hueOf(l[0], l[1], l[2]) }

// hueGrid has the colours of the cells of a reference.
type hueGrid struct {
	columns, rows int
	levels        []rgb
	hues          []hue
}

func huesOf(m *imaging.Image) *hueGrid {
	g := &hueGrid{columns: m.W / colourCell, rows: m.H / colourCell}
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
		g.levels, g.hues = append(g.levels, mean), append(g.hues, mean.hue())
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
	at            planar.Point // in the first, shares of its sides
	own, its      hue
	levels, photo rgb // of the first, and of the photo
}

// coloursOver says what the photo shows where two references have two colours: lead is the
// share of places with the colour of the first less that with the colour of the second,
// neither that with another.
func (p *Photo) coloursOver(a, b *Hypothesis) (lead, neither float64) {
	common, other := comparePlaces(a, b)
	common, other = p.seen(a, common), p.seen(a, other)
	l := &light{scale: 1, showsColour: true}
	if len(common) >= fewestCommon {
		l = fitLight(common)
	} else {
		other = slices.DeleteFunc(other, func(q place) bool { return q.own.far(q.its) < unlitHue })
	}
	return l.judge(other)
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
		q := place{at: planar.Pt((float64(x)+0.5)/float64(own.columns), (float64(y)+0.5)/float64(own.rows)), own: h, levels: own.levels[i]}
		to := across.Apply(planar.Pt(q.at.X*float64(aw)-0.5, q.at.Y*float64(ah)-0.5))
		there := planar.Pt((to.X+0.5)/float64(bw), (to.Y+0.5)/float64(bh))
		if !(there.X >= 0 && there.Y >= 0 && there.X < 1 && there.Y < 1) {
			continue
		}
		u, v := int(there.X*float64(its.columns)), int(there.Y*float64(its.rows))
		q.its = its.hues[v*its.columns+u]
		switch far := q.own.far(q.its); {
		case far <= sameHue:
			if a.Found.showsFormAt(q.at) && b.Found.showsFormAt(there) {
				common = append(common, q)
			}
		case far >= otherHue && its.nearest(u, v, q.own) >= otherHue && own.nearest(x, y, q.its) >= otherHue:
			if a.Found.showsFormAt(q.at) && b.Found.showsFormAt(there) {
				other = append(other, q)
			}
		}
	}
	return thin(common, mostCommon), other
}

// thin keeps about as many places, evenly.
func thin(places []place, most int) []place {
	step, kept := (len(places)+most-1)/most, places[:0]
	for i := 0; i < len(places); i += step {
		kept = append(kept, places[i])
	}
	return kept
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
		if q.photo, ok = p.levelsAbout(middle, right, down); ok {
			kept = append(kept, q)
		}
	}
	return kept
}

// levelsAbout are the levels of nine pixels of the photo: about a point, with its neighbours
// to the right and below. What is too bright or too dark has no colour.
func (p *Photo) levelsAbout(middle, right, down planar.Point) (mean rgb, ok bool) {
	const n, darkest, brightest = 9, 24, 254
	for v := -1.0; v <= 1; v++ {
		for u := -1.0; u <= 1; u++ {
			x := int(middle.X + u*(right.X-middle.X) + v*(down.X-middle.X) + 0.5)
			y := int(middle.Y + u*(right.Y-middle.Y) + v*(down.Y-middle.Y) + 0.5)
			if x < 0 || y < 0 || x >= p.picture.W || y >= p.picture.H {
				return rgb{}, false
			}
			for c, level := range p.picture.Pix[3*(y*p.picture.W+x):][:3] {
				mean[c] += float64(level) / n
			}
		}
	}
	most := max(mean[0], mean[1], mean[2])
	return mean, most > darkest && most < brightest
}

// light is what the light and the camera make of colours: first of levels, then of hues.
type light struct {
	gain        rgb // the logarithm
	scale       float64
	shift       hue
	showsColour bool // the photo shows the hues of the common places, so that it is not grey
}

func (l *light) of(h hue) hue { return hue{l.scale*h[0] + l.shift[0], l.scale*h[1] + l.shift[1]} }

// seenAs is the hue of a place in the photo, by white light.
func (l *light) seenAs(q *place) hue {
	return hueOf(q.photo[0]*math.Exp(-l.gain[0]), q.photo[1]*math.Exp(-l.gain[1]), q.photo[2]*math.Exp(-l.gain[2]))
}

// gainOf is what the light does to each channel, by the bright places: what is dark has too
// little colour left, and shifts less.
func gainOf(common []place) (gain rgb) {
	const dark = 4 // levels
	some := slices.DeleteFunc(slices.Clone(common), func(q place) bool { return slices.Min(q.levels[:]) < bright })
	if len(some) < fewestCommon {
		some = common
	}
	for c := range gain {
		var all []float64
		for i := range some {
			all = append(all, math.Log((some[i].photo[c]+dark)/(some[i].levels[c]+dark)))
		}
		slices.Sort(all)
		gain[c] = all[len(all)/2]
	}
	return gain
}

// fitLight fits the light by the places where two references have one colour, robustly, as
// contents and what lies on the paper have others (iteratively reweighted least squares
// with the weights of Geman and McClure).
func fitLight(common []place) *light {
	// width is how far hues deviate that still count. Where there are few colours the scale
	// is 1: as if informed were seen of it.
	const width, informed, rounds = 0.1, 0.8, 4
	l := &light{gain: gainOf(common), scale: 1}
	photo := make([]hue, len(common))
	for i := range common {
		photo[i] = l.seenAs(&common[i])
	}
	for c := range l.shift {
		var all []float64
		for i, q := range common {
			all = append(all, photo[i][c]-q.own[c])
		}
		slices.Sort(all)
		l.shift[c] = all[len(all)/2]
	}
	weights := make([]float64, len(common))
	for range rounds {
		var n, xy, xx float64
		var x, y hue
		for i, q := range common {
			d := photo[i].far(l.of(q.own)) / width
			k := 1 / ((1 + d*d) * (1 + d*d))
			weights[i], n = k, n+k
			x, y = x.minus(q.own.times(-k)), y.minus(photo[i].times(-k))
		}
		x, y = x.times(1/n), y.times(1/n)
		for i, q := range common {
			dx := q.own.minus(x)
			xx += weights[i] * dx.dot(dx)
			xy += weights[i] * dx.dot(photo[i].minus(y))
		}
		l.showsColour = xx >= informed && xy >= xx/2
		l.scale = min(max((xy+informed)/(xx+informed), 0.3), 1.7)
		l.shift = y.minus(x.times(l.scale))
	}
	return l
}

// judge tells places in which two references have two colours, see [Photo.coloursOver].
func (l *light) judge(other []place) (lead, neither float64) {
	if l.scale < leastScale {
		return 0, 0
	}
	var own, its, stray, hueOfPhoto float64
	for i := range other {
		q := &other[i]
		a, b, photo := l.of(q.own), l.of(q.its), l.seenAs(q)
		hueOfPhoto += photo.far(l.shift) / float64(len(other))
		switch fromOwn, fromIts := photo.far(a), photo.far(b); {
		case min(fromOwn, fromIts) > max(strayNoise, strayHue*a.far(b)):
			stray++
		case fromOwn < fromIts:
			own++
		default:
			its++
		}
	}
	if !l.showsColour && hueOfPhoto < colourful {
		return 0, 0 // a copy in black and white looks like the one of two that is grey there
	}
	n := own + its + stray + doubtedPlaces
	return (own - its) / n, stray / n
}
