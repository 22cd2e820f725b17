package differ

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
)

// levelMap maps the levels of one picture to those of another.
type levelMap struct{ gain, offset float64 }

// levelFit gathers pairs of levels for a weighted regression.
type levelFit struct{ n, x, y, xx, xy float64 }

func (f *levelFit) add(x, y, weight float64) {
	f.n += weight
	f.x += weight * x
	f.y += weight * y
	f.xx += weight * x * x
	f.xy += weight * x * y
}

// solve returns the regression; of levels that hardly vary the offset alone.
func (f *levelFit) solve() levelMap {
	if f.n == 0 {
		return levelMap{1, 0}
	}
	const flat = 16 // variance
	mx, my := f.x/f.n, f.y/f.n
	if v := f.xx/f.n - mx*mx; v > flat {
		if gain := (f.xy/f.n - mx*my) / v; gain > 0.5 && gain < 2 {
			return levelMap{gain, my - gain*mx}
		}
	}
	return levelMap{1, my - mx}
}

// levelWidths are the deviations, in levels, beyond which a pair counts little,
// step by step: the pairs of what differs drop out.
var levelWidths = [4]float64{24, 24, 16, 16}

// fitLevels fits the levels x to y robustly. each calls back with all pairs.
func fitLevels(each func(add func(x, y byte))) levelMap {
	l := levelMap{1, 0}
	for _, width := range levelWidths {
		var fit levelFit
		each(func(x, y byte) {
			d := (float64(y) - l.gain*float64(x) - l.offset) / width
			fit.add(float64(x), float64(y), 1/((1+d*d)*(1+d*d)))
		})
		l = fit.solve()
	}
	return l
}

// levelStep is the raster on which levels are compared, in pixels.
const levelStep = 3

// matchLevels brings m to the exposure of the picture it lies on, if that
// explains clearly more of it. All channels are mapped alike: another colour
// stays another colour.
func matchLevels(m, on *imaging.Image) {
	const alike, clearly = 16, 0.15
	each := func(do func(x, y byte)) {
		for y := 0; y < m.H; y += levelStep {
			for i := 3 * y * m.W; i < 3*(y+1)*m.W; i += 3 * levelStep {
				for c := range 3 {
					do(m.Pix[i+c], on.Pix[i+c])
				}
			}
		}
	}
	l := fitLevels(each)
	n, asIs, mapped := 0, 0, 0
	each(func(x, y byte) {
		n++
		if math.Abs(float64(x)-float64(y)) < alike {
			asIs++
		}
		if math.Abs(l.of(float64(x))-float64(y)) < alike {
			mapped++
		}
	})
	if float64(mapped-asIs) < clearly*float64(n) {
		return
	}
	var table [256]byte
	for v := range table {
		table[v] = level(l.of(float64(v)))
	}
	for i, v := range m.Pix {
		m.Pix[i] = table[v]
	}
}

func level(v float64) byte { return byte(min(max(v+0.5, 0), 255)) }

// tileSide is the size of the parts whose levels are matched each for itself.
const tileSide = 64

// matchLocally brings g's levels to those of the picture it lies on, tile by
// tile and smoothly in between: two photos are not lit alike.
func matchLocally(g, on *imaging.Gray) {
	columns, rows := (g.W+tileSide-1)/tileSide, (g.H+tileSide-1)/tileSide
	maps := make([]levelMap, columns*rows)
	for i := range maps {
		x0, y0 := i%columns*tileSide, i/columns*tileSide
		maps[i] = fitLevels(func(add func(x, y byte)) {
			for y := y0; y < min(y0+tileSide, g.H); y += levelStep {
				for x := x0; x < min(x0+tileSide, g.W); x += levelStep {
					add(g.Pix[y*g.W+x], on.Pix[y*g.W+x])
				}
			}
		})
	}
	row := make([]levelMap, columns)
	for y := range g.H {
		j, v := tileAt(y, rows)
		for i := range row {
			row[i] = mix(maps[j*columns+i], maps[min(j+1, rows-1)*columns+i], v)
		}
		for x, value := range g.Pix[y*g.W:][:g.W] {
			i, u := tileAt(x, columns)
			g.Pix[y*g.W+x] = level(mix(row[i], row[min(i+1, columns-1)], u).of(float64(value)))
		}
	}
}

func (l levelMap) of(v float64) float64 { return l.gain*v + l.offset }

func mix(a, b levelMap, share float64) levelMap {
	return levelMap{a.gain + share*(b.gain-a.gain), a.offset + share*(b.offset-a.offset)}
}

// tileAt returns the tile whose middle lies before a place, and how far the
// place is on the way to the next one's.
func tileAt(at, tiles int) (first int, share float64) {
	t := max((float64(at)+0.5)/tileSide-0.5, 0)
	first = min(int(t), tiles-1)
	return first, min(t-float64(first), 1)
}

// matchSharpness blurs the sharper of two pictures until it is as the other.
func matchSharpness(a, b *imaging.Gray) (*imaging.Gray, *imaging.Gray) {
	const alike, most = 1.2, 4
	ea, eb := edges(a), edges(b)
	for range most {
		switch {
		case ea > alike*eb:
			a = a.Soften()
			ea = edges(a)
		case eb > alike*ea:
			b = b.Soften()
			eb = edges(b)
		default:
			return a, b
		}
	}
	return a, b
}

// edges is the energy of the steps from pixel to pixel.
func edges(g *imaging.Gray) (sum float64) {
	for y := 1; y < g.H; y++ {
		row, above := g.Pix[y*g.W:][:g.W], g.Pix[(y-1)*g.W:][:g.W]
		n := 0
		for x := 1; x < len(row); x++ {
			dx, dy := int(row[x])-int(row[x-1]), int(row[x])-int(above[x])
			n += dx*dx + dy*dy
		}
		sum += float64(n)
	}
	return sum
}

const (
	patchSide  = 32
	patchReach = 4 // pixels: what a homography leaves of paper that is not flat
	patchStep  = 2 // every second pixel says enough
)

// shifts says for each patch of a picture by how much another one that lies on
// it is displaced there, in pixels.
type shifts struct {
	columns, rows int
	at            []shift
}

type shift struct{ x, y float64 }

func newShifts(on, g *imaging.Gray) *shifts {
	s := &shifts{columns: max(1, on.W/patchSide), rows: max(1, on.H/patchSide)}
	found := make([]*shift, s.columns*s.rows)
	for i := range found {
		x, y := i%s.columns*patchSide, i/s.columns*patchSide
		if isTextured(on, x, y) {
			dx, dy := bestShift(on, g, x, y)
			found[i] = finerShift(on, g, x, y, dx, dy)
		}
	}
	s.at = make([]shift, len(found))
	for i := range s.at {
		s.at[i] = s.agreed(found, i%s.columns, i/s.columns)
	}
	return s
}

// isTextured says whether a patch shows enough to be found by.
func isTextured(g *imaging.Gray, x0, y0 int) bool {
	const minDeviation = 6
	n, sum, squares := 0, 0, 0
	for y := y0; y < min(y0+patchSide, g.H); y += patchStep {
		for x := x0; x < min(x0+patchSide, g.W); x += patchStep {
			v := int(g.Pix[y*g.W+x])
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	return squares*n-sum*sum > minDeviation*minDeviation*n*n
}

// bestShift is where in g the patch at (x, y) fits best; a place that is further
// away has to fit better, since a ruled line fits all along itself.
func bestShift(on, g *imaging.Gray, x, y int) (bx, by int) {
	const perPixel = patchSide * patchSide / (patchStep * patchStep) / 2 // half a level
	least := patchDistance(on, g, x, y, 0, 0, math.MaxInt)
	for dy := -patchReach; dy <= patchReach; dy++ {
		for dx := -patchReach; dx <= patchReach; dx++ {
			far := perPixel * (max(dx, -dx) + max(dy, -dy))
			if d := far + patchDistance(on, g, x, y, dx, dy, least-far); d < least {
				bx, by, least = dx, dy, d
			}
		}
	}
	return bx, by
}

// patchDistance sums the absolute differences, or stops beyond limit.
func patchDistance(on, g *imaging.Gray, x0, y0, dx, dy, limit int) (sum int) {
	left, right := max(x0, -dx), min(x0+patchSide, g.W, g.W-dx)
	for y := y0; y < min(y0+patchSide, g.H) && sum < limit; y += patchStep {
		from := min(max(y+dy, 0), g.H-1)
		a, b := on.Pix[y*g.W:][:g.W], g.Pix[from*g.W:][:g.W]
		for x := left; x < right; x += patchStep {
			d := int(a[x]) - int(b[x+dx])
			sum += max(d, -d)
		}
	}
	return sum
}

// finerShift improves a shift by a step of Lucas and Kanade ("An iterative image
// registration technique", 1981): the least squares solution of
// gradient * step = difference, at most a pixel.
func finerShift(on, g *imaging.Gray, x0, y0, dx, dy int) *shift {
	const rest = 1e-2 // keeps the step at rest along a line
	var xx, xy, yy, xd, yd float64
	for y := max(y0, 1-dy); y < min(y0+patchSide, g.H, g.H-1-dy); y++ {
		row, a := g.Pix[(y+dy)*g.W:], on.Pix[y*g.W:]
		above, below := g.Pix[(y+dy-1)*g.W:], g.Pix[(y+dy+1)*g.W:]
		for x := max(x0, 1-dx); x < min(x0+patchSide, g.W, g.W-1-dx); x++ {
			i := x + dx
			gx := float64(int(row[i+1])-int(row[i-1])) / 2
			gy := float64(int(below[i])-int(above[i])) / 2
			d := float64(int(a[x]) - int(row[i]))
			xx, xy, yy = xx+gx*gx, xy+gx*gy, yy+gy*gy
			xd, yd = xd+gx*d, yd+gy*d
		}
	}
	s := &shift{float64(dx), float64(dy)}
	damping := rest*(xx+yy) + 1
	xx, yy = xx+damping, yy+damping
	det := xx*yy - xy*xy
	s.x += min(max((yy*xd-xy*yd)/det, -1), 1)
	s.y += min(max((xx*yd-xy*xd)/det, -1), 1)
	return s
}

// agreed is the median of what the patches about (x, y) found: one that shows
// something else does not decide where it lies.
func (s *shifts) agreed(found []*shift, x, y int) shift {
	const about = 2
	var xs, ys []float64
	for j := max(0, y-about); j <= min(s.rows-1, y+about); j++ {
		for i := max(0, x-about); i <= min(s.columns-1, x+about); i++ {
			if f := found[j*s.columns+i]; f != nil {
				xs, ys = append(xs, f.x), append(ys, f.y)
			}
		}
	}
	if len(xs) == 0 {
		return shift{}
	}
	slices.Sort(xs)
	slices.Sort(ys)
	return shift{xs[len(xs)/2], ys[len(ys)/2]}
}

// apply moves each patch of g back, by whole pixels and 1/32 of them; what lies
// outside is the nearest pixel.
func (s *shifts) apply(g *imaging.Gray) *imaging.Gray {
	const unit = 32
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for y := range g.H {
		for i, d := range s.at[min(y/patchSide, s.rows-1)*s.columns:][:s.columns] {
			dx, u := split(d.x, unit)
			dy, v := split(d.y, unit)
			top := g.Pix[min(max(y+dy, 0), g.H-1)*g.W:][:g.W]
			bottom := g.Pix[min(max(y+dy+1, 0), g.H-1)*g.W:][:g.W]
			end := (i + 1) * patchSide
			if i == s.columns-1 {
				end = g.W
			}
			for x := i * patchSide; x < end; x++ {
				l, r := min(max(x+dx, 0), g.W-1), min(max(x+dx+1, 0), g.W-1)
				upper := int(top[l])*(unit-u) + int(top[r])*u
				lower := int(bottom[l])*(unit-u) + int(bottom[r])*u
				out.Pix[y*g.W+x] = byte((upper*(unit-v) + lower*v + unit*unit/2) / (unit * unit))
			}
		}
	}
	return out
}

// split divides a length into whole pixels and what is left, in units of them.
func split(v float64, unit int) (whole, rest int) {
	all := int(math.Round(v * float64(unit)))
	whole = int(math.Floor(float64(all) / float64(unit)))
	return whole, all - whole*unit
}
