package differ

import (
	"cmp"
	"image"
	"slices"

	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// cellSide is the size of the cells in which differences are counted, pixels.
const cellSide = 8

// cellGrid divides a picture into cells; those at the right and lower edge may
// be smaller.
type cellGrid struct {
	w, h, columns, rows int
	covered             []bool // the cells that the other picture shows
}

// newCellGrid divides picture a. The map leads from its pixels to those of b.
func newCellGrid(a *imaging.Image, to geometry.Homography, b *imaging.Image) *cellGrid {
	const border = 2 // pixels that a scan may lack
	c := &cellGrid{w: a.W, h: a.H, columns: (a.W + cellSide - 1) / cellSide, rows: (a.H + cellSide - 1) / cellSide}
	c.covered = make([]bool, c.columns*c.rows)
	for i := range c.covered {
		c.covered[i] = true
		r := c.cell(i)
		for _, p := range [4]image.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, {X: r.Min.X, Y: r.Max.Y}, r.Max} {
			q := to.Apply(geometry.Point{X: float64(p.X) - 0.5, Y: float64(p.Y) - 0.5})
			c.covered[i] = c.covered[i] && q.X >= -border && q.Y >= -border &&
				q.X < float64(b.W+border) && q.Y < float64(b.H+border)
		}
	}
	return c
}

func (c *cellGrid) cell(i int) image.Rectangle {
	x, y := i%c.columns*cellSide, i/c.columns*cellSide
	return image.Rect(x, y, min(x+cellSide, c.w), min(y+cellSide, c.h))
}

// atEdge says whether a cell lies where a scan may show its end.
func (c *cellGrid) atEdge(i int) bool {
	const edge = 3 // cells
	x, y := i%c.columns, i/c.columns
	return min(x, y, c.columns-1-x, c.rows-1-y) < edge
}

// share is the share of the picture that rectangles cover, if none overlap.
func (c *cellGrid) share(of []image.Rectangle) float64 {
	area := 0
	for _, r := range of {
		area += r.Dx() * r.Dy()
	}
	return float64(area) / float64(c.w*c.h)
}

// details returns how strongly the pixels of two pictures lie outside of what
// the other one has beside them.
func (c *cellGrid) details(a, b *imaging.Gray) []float64 {
	const (
		noise   = 12 // levels that compression and grain make
		texture = 20 // levels from pixel to pixel of a cell that shows something
	)
	loA, hiA := extremes(a)
	loB, hiB := extremes(b)
	sums, ranges := make([]int, len(c.covered)), make([]int, len(c.covered))
	for y := range a.H {
		row := y / cellSide * c.columns
		for x := range a.W {
			i, k := y*a.W+x, row+x/cellSide
			va, vb := int(a.Pix[i]), int(b.Pix[i])
			d := max(va-int(hiB[i]), int(loB[i])-va, vb-int(hiA[i]), int(loA[i])-vb)
			sums[k] += max(0, d-noise)
			ranges[k] += int(hiA[i]) - int(loA[i])
		}
	}
	const area = cellSide * cellSide
	counted := make([]float64, len(sums))
	var textured []float64
	for k, sum := range sums {
		counted[k] = float64(sum) / area
		if c.covered[k] && ranges[k] > texture*area {
			textured = append(textured, counted[k])
		}
	}
	return c.strengths(counted, textured, minDetail)
}

// extremes returns the least and greatest level within half a pixel of each, to
// the sides and to the corners: halfway to the neighbour's.
func extremes(g *imaging.Gray) (lo, hi []byte) {
	lo, hi = make([]byte, len(g.Pix)), make([]byte, len(g.Pix))
	low, high := make([]byte, g.W), make([]byte, g.W)
	for y := range g.H {
		up, mid, down := g.Pix[max(0, y-1)*g.W:][:g.W], g.Pix[y*g.W:][:g.W], g.Pix[min(g.H-1, y+1)*g.W:][:g.W]
		for x, v := range mid {
			low[x], high[x] = min(up[x], v, down[x]), max(up[x], v, down[x])
		}
		toLo, toHi := lo[y*g.W:][:g.W], hi[y*g.W:][:g.W]
		for x, v := range mid {
			l, r := max(0, x-1), min(g.W-1, x+1)
			toLo[x] = byte((int(v) + int(min(low[l], low[x], low[r]))) / 2)
			toHi[x] = byte((int(v) + int(max(high[l], high[x], high[r])) + 1) / 2)
		}
	}
	return lo, hi
}

// tones returns how strongly the means of two pictures differ, of all channels
// together; at the edges, where scans have shadows, no more than weakly.
func (c *cellGrid) tones(a, b *imaging.Image) []float64 {
	sums := make([][3]int, len(c.covered))
	for y := range a.H {
		cells := sums[y/cellSide*c.columns:][:c.columns]
		for x := range a.W {
			i, s := 3*(y*a.W+x), &cells[x/cellSide]
			for k := range s {
				s[k] += int(a.Pix[i+k]) - int(b.Pix[i+k])
			}
		}
	}
	counted := make([]float64, len(sums))
	var usual []float64
	for i, s := range sums {
		area := float64(c.cell(i).Dx() * c.cell(i).Dy())
		for _, v := range s {
			counted[i] += max(float64(v), -float64(v)) / area
		}
		if c.covered[i] {
			usual = append(usual, counted[i])
		}
	}
	strengths := c.strengths(counted, usual, minTone)
	for i, s := range strengths {
		if c.atEdge(i) {
			strengths[i] = min(s, weak)
		}
	}
	return strengths
}

// strengths puts what was counted in the covered cells into units of what makes
// a difference: the given minimum, and several times what is usual.
func (c *cellGrid) strengths(counted, usual []float64, least float64) []float64 {
	const unusual = 4
	unit := least
	if len(usual) > 0 {
		slices.Sort(usual)
		unit = max(unit, unusual*usual[len(usual)/2])
	}
	out := make([]float64, len(counted))
	for i, v := range counted {
		if c.covered[i] {
			out[i] = v / unit
		}
	}
	return out
}

const (
	weak       = 0.4 // strength of a cell that belongs to a difference beside it
	enough     = 2   // strength of a difference, all its cells together
	maxRegions = 12

	// wordGap and lineGap, in pixels, are what words of a line and lines of a
	// paragraph may lie apart to be one difference.
	wordGap = 4 * cellSide
	lineGap = cellSide
)

// regions joins the cells that differ into rectangles of pixels, from the top
// down: neighbours, then what lies close together, then what it takes for
// no more than maxRegions.
func (c *cellGrid) regions(strength []float64) []image.Rectangle {
	var found []image.Rectangle
	seen := make([]bool, len(strength))
	for i, s := range strength {
		if s >= 1 && !seen[i] {
			if box, total := c.flood(strength, seen, i); total >= enough {
				found = append(found, box)
			}
		}
	}
	found = joined(found, wordGap, lineGap)
	for gap := lineGap; len(found) > maxRegions; gap += cellSide {
		found = joined(found, gap+wordGap-lineGap, gap)
	}
	for i, r := range found {
		found[i] = r.Inset(-cellSide / 2).Intersect(image.Rect(0, 0, c.w, c.h))
	}
	slices.SortFunc(found, func(a, b image.Rectangle) int {
		return cmp.Or(cmp.Compare(a.Min.Y, b.Min.Y), cmp.Compare(a.Min.X, b.Min.X))
	})
	return found
}

// flood gathers the cells that hang together with the first.
func (c *cellGrid) flood(strength []float64, seen []bool, first int) (box image.Rectangle, total float64) {
	seen[first] = true
	for queue := []int{first}; len(queue) > 0; {
		i := queue[0]
		queue = queue[1:]
		box = box.Union(c.cell(i))
		total += strength[i]
		x, y := i%c.columns, i/c.columns
		for ny := max(0, y-1); ny <= min(c.rows-1, y+1); ny++ {
			for nx := max(0, x-1); nx <= min(c.columns-1, x+1); nx++ {
				if n := ny*c.columns + nx; !seen[n] && strength[n] >= weak {
					seen[n] = true
					queue = append(queue, n)
				}
			}
		}
	}
	return box, total
}

// joined unites rectangles that are closer than the gaps to each other.
func joined(all []image.Rectangle, gapX, gapY int) []image.Rectangle {
	for again := true; again; {
		again = false
		var out []image.Rectangle
		for _, r := range all {
			about := image.Rect(r.Min.X-gapX, r.Min.Y-gapY, r.Max.X+gapX, r.Max.Y+gapY)
			near := slices.IndexFunc(out, about.Overlaps)
			if near < 0 {
				out = append(out, r)
				continue
			}
			out[near], again = out[near].Union(r), true
		}
		all = out
	}
	return all
}
