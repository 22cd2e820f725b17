package imagediff

import (
	"math"

	"exemplar/internal/imaging"
)

// levelMap maps grey levels linearly: gain*v + offset.
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

// solve returns the regression line. Where the levels hardly vary, or the gain is
// outside (0.5, 2), it fits the offset alone.
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

// levelWidths are the scale parameters, in levels, of the iterations of the robust fit:
// pairs that deviate by more lose their weight. By eye.
var levelWidths = [4]float64{24, 24, 16, 16}

// levelPairs is the joint histogram of the levels of two aligned pictures. Documents
// have few levels, so fitting the histogram is faster than fitting all pixels.
type levelPairs struct {
	count [1 << 16]int32 // of pair x<<8 | y
	seen  []uint16       // the pairs whose count is not 0
}

func (p *levelPairs) add(x, y byte) {
	pair := uint16(x)<<8 | uint16(y)
	if p.count[pair] == 0 {
		p.seen = append(p.seen, pair)
	}
	p.count[pair]++
}

func (p *levelPairs) clear() {
	for _, pair := range p.seen {
		p.count[pair] = 0
	}
	p.seen = p.seen[:0]
}

// fit fits y = gain*x + offset by iteratively reweighted least squares with the weights
// 1/(1+(d/width)²)² of Geman and McClure.
func (p *levelPairs) fit() levelMap {
	l := levelMap{1, 0}
	for _, width := range levelWidths {
		var fit levelFit
		for _, pair := range p.seen {
			x, y := float64(pair>>8), float64(pair&0xFF)
			d := (y - l.of(x)) / width
			fit.add(x, y, float64(p.count[pair])/((1+d*d)*(1+d*d)))
		}
		l = fit.solve()
	}
	return l
}

// improved says whether the map brings clearly more of the pairs within 16 levels of
// each other: at least 15 % of all.
func (p *levelPairs) improved(l levelMap) bool {
	const alike, clearly = 16, 0.15
	all, asIs, mapped := int32(0), int32(0), int32(0)
	for _, pair := range p.seen {
		x, y, n := float64(pair>>8), float64(pair&0xFF), p.count[pair]
		all += n
		if math.Abs(x-y) < alike {
			asIs += n
		}
		if math.Abs(l.of(x)-y) < alike {
			mapped += n
		}
	}
	return float64(mapped-asIs) >= clearly*float64(all)
}

// levelStep is the distance, in pixels, between the pixels that are compared.
const levelStep = 3

// matchExposure changes m, in place, to the exposure of the picture on, if that explains
// clearly more of it. All channels get the same map, so another colour stays another
// colour.
func matchExposure(m, on *imaging.Image) {
	pairs := new(levelPairs)
	for y := 0; y < m.H; y += levelStep {
		for i := 3 * y * m.W; i < 3*(y+1)*m.W; i += 3 * levelStep {
			for c := range 3 {
				pairs.add(m.Pix[i+c], on.Pix[i+c])
			}
		}
	}
	l := pairs.fit()
	if !pairs.improved(l) {
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

func level(v float64) byte { return byte(min(max(int(v+0.5), 0), 255)) }

// tileSide is the side, in pixels, of the tiles that matchLocally fits one by one.
const tileSide = 64

// matchLocally changes the levels of g, in place, to those of the picture on. Every tile
// has a map of its own, since light varies over a photo; between the middles of tiles
// the maps are interpolated.
func matchLocally(g, on *imaging.Gray) {
	columns, rows := (g.W+tileSide-1)/tileSide, (g.H+tileSide-1)/tileSide
	maps := tileMaps(g, on, columns, rows)
	shares := make([]float64, g.W)
	for x := range shares {
		_, shares[x] = tileAt(x, columns)
	}
	row := make([]levelMap, columns)
	for y := range g.H {
		j, share := tileAt(y, rows)
		for i := range row {
			row[i] = mix(maps[j*columns+i], maps[min(j+1, rows-1)*columns+i], share)
		}
		mapRow(g.Pix[y*g.W:][:g.W], row, shares)
	}
}

// tileMaps fits the map of each tile.
func tileMaps(g, on *imaging.Gray, columns, rows int) []levelMap {
	maps := make([]levelMap, columns*rows)
	pairs := new(levelPairs)
	for i := range maps {
		x0, y0 := i%columns*tileSide, i/columns*tileSide
		pairs.clear()
		for y := y0; y < min(y0+tileSide, g.H); y += levelStep {
			for x := x0; x < min(x0+tileSide, g.W); x += levelStep {
				pairs.add(g.Pix[y*g.W+x], on.Pix[y*g.W+x])
			}
		}
		maps[i] = pairs.fit()
	}
	return maps
}

// mapRow maps the levels of a row of pixels. tiles are the maps of a row of tiles, and
// shares[x] is the weight of the second of the two tiles between whose middles x lies.
func mapRow(pix []byte, tiles []levelMap, shares []float64) {
	from := 0
	for i, a := range tiles {
		b := tiles[min(i+1, len(tiles)-1)]
		gain, offset := b.gain-a.gain, b.offset-a.offset
		to := min((i+1)*tileSide+tileSide/2, len(pix))
		for x := from; x < to; x++ {
			l := levelMap{a.gain + shares[x]*gain, a.offset + shares[x]*offset}
			pix[x] = level(l.of(float64(pix[x])))
		}
		from = to
	}
}

func (l levelMap) of(v float64) float64 { return l.gain*v + l.offset }

func mix(a, b levelMap, share float64) levelMap {
	return levelMap{a.gain + share*(b.gain-a.gain), a.offset + share*(b.offset-a.offset)}
}

// tileAt returns the tile whose middle is the last before a position, and the
// position's share of the way to the middle of the next tile.
func tileAt(at, tiles int) (first int, share float64) {
	t := max((float64(at)+0.5)/tileSide-0.5, 0)
	first = min(int(t), tiles-1)
	return first, min(t-float64(first), 1)
}
