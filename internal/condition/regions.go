package condition

import (
	"image"
	"math"
	"slices"
)

const (
	// leastArea is the share of the document that a region has at least, and
	// plainArea that from which on there is no doubt.
	leastArea, plainArea = 0.004, 0.016
)

// regions finds the places that something happened to: glare, things upon the
// document, missing parts and stains.
func (m *maps) regions() []Condition {
	found := map[Kind]*Condition{}
	taken := make([]bool, m.w*m.h)
	add := func(kind Kind, p *patch, f *facts) {
		if kind == "" {
			return
		}
		c := found[kind]
		if c == nil {
			c = &Condition{Kind: kind}
			found[kind] = c
		}
		c.Sure = c.Sure || m.isSure(kind, p, f)
		c.Share += float64(len(p.cells)) / float64(m.w*m.h)
		c.Where = append(c.Where, m.v.place(p.bounds))
		for _, i := range p.cells {
			taken[i] = true
			if kind == Stained || m.lost(i) {
				m.harm += 1 / float64(m.w*m.h)
			}
		}
	}
	blinded, odd := m.blinded(), m.odd()
	for i := range odd {
		odd[i] = odd[i] && !blinded[i]
	}
	for _, p := range m.patches(odd) {
		f := m.factsOf(p)
		add(m.kindOfOdd(p, &f), p, &f)
	}
	for _, p := range m.patches(blinded) {
		f := m.factsOf(p)
		if kind := m.kindOfLight(p, &f); kind != Glare || !m.isRim(p, taken) {
			add(kind, p, &f)
		}
	}
	var all []Condition
	for _, kind := range []Kind{Glare, Covered, Torn, Stained} {
		if c := found[kind]; c != nil {
			c.Strength = min(1, c.Share/plainArea)
			all = append(all, *c)
		}
	}
	return all
}

// isRim says whether a patch lies along others: torn fibres are white.
func (m *maps) isRim(p *patch, taken []bool) bool {
	near := 0
	for _, i := range p.cells {
		x, y := i%m.w, i/m.w
		for _, d := range [4][2]int{{3, 0}, {-3, 0}, {0, 3}, {0, -3}} {
			u, v := x+d[0], y+d[1]
			if u >= 0 && v >= 0 && u < m.w && v < m.h && taken[v*m.w+u] {
				near++
				break
			}
		}
	}
	return 2*near >= len(p.cells)
}

// patch is a group of cells that touch each other.
type patch struct {
	cells  []int
	bounds image.Rectangle
}

// patches returns the groups of marked cells, freed of what is one cell thin, that are large enough.
func (m *maps) patches(marked []bool) []*patch {
	opened := m.opened(marked)
	done := make([]bool, len(marked))
	var found []*patch
	for i, on := range opened {
		if !on || done[i] {
			continue
		}
		p := &patch{}
		done[i] = true
		for todo := []int{i}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			x, y := at%m.w, at/m.w
			p.cells = append(p.cells, at)
			p.bounds = p.bounds.Union(image.Rect(x, y, x+1, y+1))
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				u, v := x+d[0], y+d[1]
				if u < 0 || v < 0 || u >= m.w || v >= m.h {
					continue
				}
				if k := v*m.w + u; opened[k] && !done[k] {
					done[k] = true
					todo = append(todo, k)
				}
			}
		}
		if float64(len(p.cells)) >= leastArea*float64(m.w*m.h) {
			found = append(found, p)
		}
	}
	return found
}

// opened leaves the marked cells that are part of a marked square of two.
func (m *maps) opened(marked []bool) []bool {
	out := make([]bool, len(marked))
	for y := range m.h - 1 {
		for x := range m.w - 1 {
			i := y*m.w + x
			if marked[i] && marked[i+1] && marked[i+m.w] && marked[i+m.w+1] {
				out[i], out[i+1], out[i+m.w], out[i+m.w+1] = true, true, true, true
			}
		}
	}
	return out
}

const (
	// nearWhite is the level of a photo's darkest channel from which on it may be
	// blinded.
	nearWhite = 236
	// lighter is by how much glare lightens paper at least, washedOut what it leaves
	// of the print's contrast.
	lighter, washedOut = 0.1, 0.45
)

// blinded marks the cells in which the photo is lighter than it should be, without
// colour, or white where there should be print. Blank white cells between such
// belong to them.
func (m *maps) blinded() []bool {
	out := make([]bool, m.w*m.h)
	maybe := make([]bool, m.w*m.h) // white and without print in either picture
	for i := range out {
		if !m.inside[i] {
			continue
		}
		l := m.photo[i]
		darkest, lightest := min(l.r, l.g, l.b), max(l.r, l.g, l.b)
		bright := m.light[i] > max(lighter, 3.5*m.deviations.light) && lightest-darkest <= 40 && darkest > 150
		washed := m.lost(i) && m.gain[i] < washedOut && m.light[i] > -0.06 && darkest > 150
		veiled := m.texture[i] >= minTexture && m.gain[i] < 0.6 && m.light[i] > max(0.05, 2*m.deviations.light)
		out[i] = bright || washed || veiled
		maybe[i] = m.texture[i] < minTexture && m.own[i] < minTexture && darkest >= nearWhite
	}
	return m.closed(out, maybe)
}

// closed marks as well cells that may be, between two marked ones within three cells
// on opposite sides.
func (m *maps) closed(marked, maybe []bool) []bool {
	out := append([]bool(nil), marked...)
	const reach = 3
	for i, may := range maybe {
		if !may || marked[i] {
			continue
		}
		x, y := i%m.w, i/m.w
		sides := 0
		for _, d := range [4][2]int{{1, 0}, {0, 1}, {1, 1}, {1, -1}} {
			if m.reaches(marked, x, y, d[0], d[1], reach) && m.reaches(marked, x, y, -d[0], -d[1], reach) {
				sides++
			}
		}
		out[i] = sides >= 1
	}
	return out
}

func (m *maps) reaches(marked []bool, x, y, dx, dy, reach int) bool {
	for k := 1; k <= reach; k++ {
		u, v := x+k*dx, y+k*dy
		if u < 0 || v < 0 || u >= m.w || v >= m.h {
			return false
		}
		if marked[v*m.w+u] {
			return true
		}
	}
	return false
}

// facts are what is known of a patch.
type facts struct {
	n                 float64
	light             float64 // mean
	colored           float64 // mean of the larger one of |red| and |blue|
	visible, lost     float64 // cells
	white             float64 // share of cells that are near white
	lightened         float64 // share of cells that are lighter than the fit
	border            int     // cells on the document's outermost ring but one
	like              float64 // share of cells that have the colours of what is around
	own               float64 // mean deviation of the photo
	print             float64 // share of the textured cells with as much contrast as usual
	washed            float64 // share of the textured cells that have lost contrast
	textured          float64 // cells
	survived          float64 // share of the textured cells of its hull, those outside of it as well, whose print is seen
	thick             int     // the lesser side of its bounds
	redMean, blueMean float64 // means
	hard              float64 // how sharply its edge is drawn: 1 where all of the step lies within two pixels; 0 without a step
	rim               float64 // of the print about it, how much of its contrast is left; 1 without any
	full              float64 // share of its bounds that it fills
	coherent          float64 // their length as a share of colored: below 1 where cells differ
}

func (m *maps) factsOf(p *patch) facts {
	f := facts{n: float64(len(p.cells)), thick: min(p.bounds.Dx(), p.bounds.Dy())}
	for _, i := range p.cells {
		x, y := i%m.w, i/m.w
		f.light += m.light[i] / f.n
		f.colored += max(math.Abs(m.red[i]), math.Abs(m.blue[i])) / f.n
		f.redMean += m.red[i] / f.n
		f.blueMean += m.blue[i] / f.n
		f.own += m.own[i] / f.n
		if m.visible(i) {
			f.visible++
		}
		if m.lost(i) {
			f.lost++
		}
		if m.texture[i] >= minTexture {
			f.textured++
			if m.gain[i] < 0.6 {
				f.washed++
			}
			if m.gain[i] > 0.5 && m.gain[i] < 2 {
				f.print++
			}
		}
		if l := m.photo[i]; min(l.r, l.g, l.b) >= nearWhite {
			f.white += 1 / f.n
		}
		if m.light[i] > max(lighter/2, 2*m.deviations.light) {
			f.lightened += 1 / f.n
		}
		if x <= 1 || y <= 1 || x >= m.w-2 || y >= m.h-2 {
			f.border++
		}
	}
	f.print /= max(1, f.textured)
	f.washed /= max(1, f.textured)
	f.like = m.likeAround(p)
	f.rim = m.gainAbout(p)
	f.hard = m.hardness(p)
	f.full = f.n / float64(p.bounds.Dx()*p.bounds.Dy())
	f.coherent = math.Hypot(f.redMean, f.blueMean) / max(1e-6, f.colored)
	f.survived = m.survivors(p)
	return f
}

// isPicture says that a patch is a picture of the reference, such as a portrait: the
// reference itself changes at three of its sides or more. Another picture there is
// contents.
func (m *maps) isPicture(p *patch) bool {
	const in, out = 1, 2 // cells from the side
	b := p.bounds
	changes := 0
	for side := range 4 {
		var steps []float64
		from, to := b.Min.X, b.Max.X
		if side%2 == 1 {
			from, to = b.Min.Y, b.Max.Y
		}
		for k := from; k < to; k++ {
			at := func(d int) (x, y int) { // d cells within the side
				switch side {
				case 0:
					return k, b.Min.Y + d
				case 1:
					return b.Max.X - 1 - d, k
				case 2:
					return k, b.Max.Y - 1 - d
				}
				return b.Min.X + d, k
			}
			x0, y0 := at(in)
			x1, y1 := at(-out)
			if x0 < 0 || y0 < 0 || x0 >= m.w || y0 >= m.h || x1 < 0 || y1 < 0 || x1 >= m.w || y1 >= m.h {
				continue
			}
			l, r, bl := m.plainRef[y0*m.w+x0].logs()
			ol, or, ob := m.plainRef[y1*m.w+x1].logs()
			steps = append(steps, max(math.Abs(l-ol)/0.15, math.Abs(r-or)/0.08, math.Abs(bl-ob)/0.08))
		}
		if len(steps) > 0 && median(steps) > 1 {
			changes++
		}
	}
	return changes >= 3
}

// hardness is how much of the step in light at a patch's edge lies within two pixels:
// light fades out, paper and things end. It is 0 where there is no step.
func (m *maps) hardness(p *patch) float64 {
	in := map[int]bool{}
	for _, i := range p.cells {
		in[i] = true
	}
	const reach, least = 10, 10 // pixels to each side; grey levels of a step
	var shares []float64
	for _, i := range p.cells {
		x, y := i%m.w, i/m.w
		for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			u, v := x+d[0], y+d[1]
			if u < 0 || v < 0 || u >= m.w || v >= m.h || in[v*m.w+u] || !m.inside[v*m.w+u] {
				continue
			}
			cx, cy := margin+x*cellSide+cellSide/2, margin+y*cellSide+cellSide/2
			inner, outer, steepest := 0.0, 0.0, 0.0
			for k := range 3 {
				inner += m.v.luma(cx-(reach-k)*d[0], cy-(reach-k)*d[1]) / 3
				outer += m.v.luma(cx+(reach-k)*d[0], cy+(reach-k)*d[1]) / 3
			}
			step := outer - inner
			if math.Abs(step) < least {
				continue
			}
			for k := -reach; k <= reach; k++ {
				steepest = max(steepest, (m.v.luma(cx+(k+1)*d[0], cy+(k+1)*d[1])-m.v.luma(cx+(k-1)*d[0], cy+(k-1)*d[1]))/step)
			}
			shares = append(shares, steepest)
		}
	}
	if len(shares) < 6 {
		return 0
	}
	return quantile(shares, 0.3) // print beside the edge is steep, too
}

// gainAbout is the contrast of the print within two cells of a patch: glare fades out,
// other contents end.
func (m *maps) gainAbout(p *patch) float64 {
	in := map[int]bool{}
	for _, i := range p.cells {
		in[i] = true
	}
	var gains []float64
	for y := max(0, p.bounds.Min.Y-2); y < min(m.h, p.bounds.Max.Y+2); y++ {
		for x := max(0, p.bounds.Min.X-2); x < min(m.w, p.bounds.Max.X+2); x++ {
			i := y*m.w + x
			if in[i] || !m.visible(i) {
				continue
			}
			near := false
			for v := max(0, y-2); v <= min(m.h-1, y+2); v++ {
				for u := max(0, x-2); u <= min(m.w-1, x+2); u++ {
					near = near || in[v*m.w+u]
				}
			}
			if near {
				gains = append(gains, m.gain[i])
			}
		}
	}
	if len(gains) < 4 {
		return 1
	}
	return median(gains)
}

// survivors is the share of textured cells in an ellipse in the patch's bounds whose
// print is seen.
func (m *maps) survivors(p *patch) float64 {
	cx, cy := float64(p.bounds.Min.X+p.bounds.Max.X-1)/2, float64(p.bounds.Min.Y+p.bounds.Max.Y-1)/2
	rx, ry := float64(p.bounds.Dx())/2, float64(p.bounds.Dy())/2
	seen, all := 0.0, 0.0
	for y := p.bounds.Min.Y; y < p.bounds.Max.Y; y++ {
		for x := p.bounds.Min.X; x < p.bounds.Max.X; x++ {
			u, v := (float64(x)-cx)/rx, (float64(y)-cy)/ry
			i := y*m.w + x
			if u*u+v*v > 0.8 || !m.inside[i] || m.texture[i] < minTexture {
				continue
			}
			all++
			if m.visible(i) && m.gain[i] > washedOut {
				seen++
			}
		}
	}
	return seen / max(1, all)
}

// likeAround is the share of a patch's cells that have a colour that is seen around
// the document: the second largest of those of the four sides, that which the patch
// is nearest to left out, since what reaches in over an edge is seen beside it, too.
func (m *maps) likeAround(p *patch) float64 {
	const alike, few = 0.12, 8
	type logs struct{ light, red, blue float64 }
	var sides [4][]logs
	for k, a := range m.around {
		at := m.places[k]
		l, r, b := a.logs()
		for side, beyond := range [4]bool{at[1] < 0, at[0] >= m.w, at[1] >= m.h, at[0] < 0} {
			if beyond {
				sides[side] = append(sides[side], logs{l, r, b})
			}
		}
	}
	nearest, distance := 0, m.w+m.h
	for side, d := range [4]int{p.bounds.Min.Y, m.w - p.bounds.Max.X, m.h - p.bounds.Max.Y, p.bounds.Min.X} {
		if d < distance {
			nearest, distance = side, d
		}
	}
	var shares []float64
	for side, around := range sides {
		if side == nearest && distance < 4 || len(around) < few {
			continue
		}
		like := 0
		for _, i := range p.cells {
			l, r, b := m.bare[i].logs()
			for _, a := range around {
				if math.Abs(a.light-l) < 2*alike && math.Abs(a.red-r) < alike && math.Abs(a.blue-b) < alike {
					like++
					break
				}
			}
		}
		shares = append(shares, float64(like)/float64(len(p.cells)))
	}
	slices.Sort(shares)
	if len(shares) == 0 {
		return 0
	}
	return shares[max(0, len(shares)-2)]
}

// kindOfLight says what a patch of blinded cells is; nothing if it is contents.
func (m *maps) kindOfLight(p *patch, f *facts) Kind {
	added := f.lightened >= 0.6 && f.light >= 0.09 // light takes contrast away, a brighter lamp does not
	isThing := f.hard >= 0.6 && f.rim > 0.8 && f.white < 0.5 || m.isScan() && f.border >= 6 && f.hard >= 0.8
	switch {
	case f.thick < 3 || f.n-float64(f.border) < 0.35*f.n:
		return ""
	case isThing && f.thick >= 4 && (f.survived < 0.3 || f.hard >= 0.9 && f.survived < 0.5) && (math.Abs(f.light) > 0.025 || f.colored > 0.04):
		return m.gone(p, f)
	case added && (f.white >= 0.3 && (f.washed >= 0.2 || f.textured < 8) || f.washed >= 0.5 && f.survived < 0.6):
		return Glare
	case f.thick < 4 || f.survived > 0.3:
		return ""
	case f.lightened >= 0.3 || f.white >= 0.6:
		if f.lightened < 0.3 && (f.lost < 8 || f.rim > 0.85 && (f.lost < 0.03*float64(m.w*m.h) || f.full < 0.6 || f.survived > 0.15)) {
			return "" // contents that are not there
		}
		return Glare
	case f.lost >= 12 && f.thick >= 6 && (math.Abs(f.light) > 0.04 || f.colored > 0.04):
		return m.gone(p, f)
	}
	return ""
}

// isSure says that a patch is so plainly of a kind that it can be said. Print that is
// gone may be contents or another edition, and a colour may be another print run's.
// Chosen by eye so that hardly anything is said of clean captures of drawn documents
// and of the odd classes of the sets of photos that the benchmarks use.
func (m *maps) isSure(kind Kind, p *patch, f *facts) bool {
	share := f.n / float64(m.w*m.h)
	isGone := f.lost >= 0.85*f.textured && f.lost >= 10 && f.thick >= 7
	switch {
	case kind == Glare:
		return true
	case m.isPicture(p):
		return false
	case kind == Stained:
		return share >= 0.02 && f.thick >= 6 && f.light < -0.08 && f.colored > 0.08 && f.coherent > 0.85 && float64(f.border) < 0.3*f.n
	case kind == Torn: // nothing is printed on what is seen through the gap
		return share >= 0.03 && isGone && f.lost >= 0.95*f.textured && f.light < -0.3 && f.own < 20 && (m.isScan() || f.like >= 0.7)
	case kind == Covered:
		return share >= 0.045 && isGone && f.thick >= 9 && (f.colored > 0.2 || f.light < -0.6) && f.coherent > 0.75
	}
	return false
}

// isScan says that the document fills the picture.
func (m *maps) isScan() bool { return len(m.around) < m.w }

// gone says what a patch is whose print is not to be seen: torn away if it looks like
// what the document lies on, and where nothing can lie upon it, on a scanner.
func (m *maps) gone(p *patch, f *facts) Kind {
	if m.isScan() || f.like >= 0.6 || f.like >= 0.4 && f.border >= 3 {
		return Torn
	}
	return Covered
}

// odd marks the cells that have another colour than they should, or are dark.
func (m *maps) odd() []bool {
	out := make([]bool, m.w*m.h)
	m.softness = m.blur()
	color, dark := max(0.1, 4*m.deviations.color)+0.04*max(0, m.softness-1), max(0.12, 4*m.deviations.light)
	for i := range out {
		out[i] = m.inside[i] && (math.Abs(m.red[i]) > color || math.Abs(m.blue[i]) > color || m.light[i] < -dark)
	}
	return out
}

// kindOfOdd says what a patch of odd cells is; nothing if it is a shadow or contents.
func (m *maps) kindOfOdd(p *patch, f *facts) Kind {
	judged := f.visible + f.lost
	seen := f.visible / max(1, judged)
	colored := f.colored > 0.07 && f.coherent > 0.6
	kind := m.gone(p, f)
	switch {
	case f.n-float64(f.border) < 0.35*f.n: // the edge, where the fit ends
		return ""
	case judged >= 5 && seen >= 0.4: // the print is there
		if colored && f.coherent > 0.7 && f.full > 0.3 && f.light < -0.02 {
			return Stained
		}
		return "" // a shadow, or a white that the fit missed
	case f.thick < 3:
		return ""
	case f.border == 0 && f.full > 0.6 && m.isPicture(p):
		return ""
	case judged >= 5 && f.lost >= 4 && (f.coherent > 0.5 || f.light < -0.8 || f.like >= 0.6) && (math.Abs(f.light) > 0.3 || f.colored > 0.06 || f.hard >= 0.6):
		return kind
	case colored && f.light > -0.9 && f.light < -0.02 && f.own < 2*minTexture && f.like < 0.5 && f.full > 0.35:
		return Stained // on blank paper
	case f.light < -1 || f.own > 3*minTexture || f.colored > 0.15 && (f.border >= 3 || f.hard > 0.6) && f.coherent > 0.6 || f.like > 0.8 && f.border >= 3:
		return kind
	}
	return ""
}
