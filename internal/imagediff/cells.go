package imagediff

import (
	"cmp"
	"image"
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// cellSide is the size of the cells in which differences are counted, pixels.
const cellSide = 8

// grid divides a picture into cells, row by row. The last cells of rows and columns
// may be smaller.
type grid struct{ w, h, columns, rows int }

func newGrid(w, h int) grid {
	return grid{w: w, h: h, columns: (w + cellSide - 1) / cellSide, rows: (h + cellSide - 1) / cellSide}
}

func (c *grid) cells() int { return c.columns * c.rows }

func (c *grid) cell(i int) image.Rectangle {
	x, y := i%c.columns*cellSide, i/c.columns*cellSide
	return image.Rect(x, y, min(x+cellSide, c.w), min(y+cellSide, c.h))
}

// cellGrid is the grid of a picture with what a second, warped picture covers of it.
type cellGrid struct {
	grid
	covered []bool // the cells that lie in the second picture
}

// newCellGrid finds which cells b covers; to maps pixels of the grid's picture to
// pixels of b.
func newCellGrid(of grid, to planar.Homography, b *imaging.Image) *cellGrid {
	const border = 2 // pixels by which a scan may be cut too narrow
	c := &cellGrid{of, make([]bool, of.cells())}
	for i := range c.covered {
		c.covered[i] = true
		r := c.cell(i)
		for _, p := range [4]image.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, {X: r.Min.X, Y: r.Max.Y}, r.Max} {
			q := to.Apply(planar.Point{X: float64(p.X) - 0.5, Y: float64(p.Y) - 0.5})
			c.covered[i] = c.covered[i] && q.X >= -border && q.Y >= -border &&
				q.X < float64(b.W+border) && q.Y < float64(b.H+border)
		}
	}
	return c
}

// atEdge says whether a cell is so near the edge of the picture that a scan may show
// the end of the paper there.
func (c *cellGrid) atEdge(i int) bool {
	const edge = 3 // cells
	x, y := i%c.columns, i/c.columns
	return min(x, y, c.columns-1-x, c.rows-1-y) < edge
}

// share is the share of the picture that the rectangles cover. They must not overlap.
func (c *cellGrid) share(of []image.Rectangle) float64 {
	area := 0
	for _, r := range of {
		area += r.Dx() * r.Dy()
	}
	return float64(area) / float64(c.w*c.h)
}

// edgeDifference returns for each cell by how much pixels of one picture exceed the
// range of the other around them (see outside), relative to the contrast of a.
func (c *cellGrid) edgeDifference(a, b *imaging.Gray, contrast *contrast) []float64 {
	const noise = 12 // levels: what compression and grain make at full contrast
	share := min(max(contrast.strongest/fullContrast, 0.5), 1)
	tolerance := int(noise*share + 0.5)
	sums := make([]int, c.cells())
	for y := range a.H {
		cells, rowB := sums[y/cellSide*c.columns:][:c.columns], b.Pix[y*a.W:][:a.W]
		for x, v := range a.Pix[y*a.W:][:a.W] {
			// The range around a pixel contains it: only a pixel that differs can exceed it.
			if d := int(v) - int(rowB[x]); d > tolerance || -d > tolerance {
				cells[x/cellSide] += max(0, outside(a, b, x, y)-tolerance)
			}
		}
	}
	counted := make([]float64, len(sums))
	var printed, plain []float64
	for k, sum := range sums {
		counted[k] = float64(sum) / (cellSide * cellSide)
		switch {
		case !c.covered[k]:
		case contrast.cells[k] > contrast.strongest/3:
			printed = append(printed, counted[k])
		default:
			plain = append(plain, counted[k])
		}
	}
	return c.strengths(counted, max(median(printed), median(plain)), minEdge*share)
}

// outside is by how much the pixel of either picture exceeds the range of the other
// one there. The range is what linear interpolation reaches half a pixel away in the
// eight directions: the extremes of the means of the pixel and each neighbour.
func outside(a, b *imaging.Gray, x, y int) int {
	va, vb := int(a.Pix[y*a.W+x]), int(b.Pix[y*b.W+x])
	if va < vb {
		a, b, va, vb = b, a, vb, va
	}
	aboutA, aboutB := about(a, x, y), about(b, x, y)
	least, greatest := a.Pix[y*a.W+x], b.Pix[y*b.W+x]
	for i, row := range aboutA {
		for k, v := range row {
			least, greatest = min(least, v), max(greatest, aboutB[i][k])
		}
	}
	return max(va-(vb+int(greatest)+1)/2, (va+int(least))/2-vb)
}

// about returns the pixel at (x, y) and its eight neighbours, row by row. At the edge
// of the picture the outermost pixels are repeated.
func about(g *imaging.Gray, x, y int) (rows [3][3]byte) {
	left, right := max(0, x-1), min(x+1, g.W-1)
	for i, j := range [3]int{max(0, y-1), y, min(y+1, g.H-1)} {
		r := g.Pix[j*g.W:][:g.W]
		rows[i] = [3]byte{r[left], r[x], r[right]}
	}
	return rows
}

// contrast holds the mean range of the pixels of each cell (see outside), and its 98th
// percentile over the cells.
type contrast struct {
	cells     []float64
	strongest float64
}

func (c *grid) contrast(g *imaging.Gray) *contrast {
	sums := make([]int, c.cells())
	low, high := newEnds(g.W), newEnds(g.W)
	for y := range g.H {
		row := g.Pix[y*g.W:][:g.W]
		verticalExtremes(low, high, g.Pix[max(0, y-1)*g.W:][:g.W], row, g.Pix[min(g.H-1, y+1)*g.W:][:g.W])
		addRanges(sums[y/cellSide*c.columns:][:c.columns], row, low, high)
	}
	of := make([]float64, len(sums))
	for i, sum := range sums {
		of[i] = float64(sum) / (cellSide * cellSide)
	}
	sorted := slices.Sorted(slices.Values(of))
	return &contrast{of, sorted[len(sorted)*98/100]}
}

// colourDifference returns for each cell how strongly its mean colour differs between
// the two pictures, and the baseline: the median difference in levels, summed over the
// channels. What a displacement of 1.5 pixels explains is subtracted. Near the edges,
// where scans have shadows, a difference is at most weak.
func (c *cellGrid) colourDifference(ma, mb [][3]float64) (strengths []float64, baseline float64) {
	const displaced = 1.5 / cellSide // a displacement of 1.5 pixels, in cells
	counted := make([]float64, len(ma))
	var covered []float64
	for i := range ma {
		step := 0.0 // largest difference to a neighbouring cell
		for _, n := range [4]int{i - 1, i + 1, i - c.columns, i + c.columns} {
			if n >= 0 && n < len(ma) {
				step = max(step, distance(&ma[i], &ma[n]))
			}
		}
		counted[i] = max(0, distance(&ma[i], &mb[i])-displaced*step)
		if c.covered[i] {
			covered = append(covered, counted[i])
		}
	}
	baseline = median(covered)
	strengths = c.strengths(counted, baseline, minColour)
	for i, s := range strengths {
		if c.atEdge(i) {
			strengths[i] = min(s, weak)
		}
	}
	return strengths, baseline
}

// means returns the mean of each channel in each cell.
func (c *grid) means(m *imaging.Image) [][3]float64 {
	sums := make([][3]int, c.cells())
	for y := range m.H {
		cells := sums[y/cellSide*c.columns:][:c.columns]
		row := m.Pix[3*y*m.W:][:3*m.W]
		for i := 0; i < len(row); i += 3 {
			s, p := &cells[i/(3*cellSide)], row[i:i+3]
			s[0] += int(p[0])
			s[1] += int(p[1])
			s[2] += int(p[2])
		}
	}
	out := make([][3]float64, len(sums))
	for i, s := range sums {
		area := float64(c.cell(i).Dx() * c.cell(i).Dy())
		out[i] = [3]float64{float64(s[0]) / area, float64(s[1]) / area, float64(s[2]) / area}
	}
	return out
}

func distance(a, b *[3]float64) float64 {
	return math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1]) + math.Abs(a[2]-b[2])
}

// strengths divides the values of the covered cells by the threshold of a difference:
// the given minimum, or four times the baseline if that is more.
func (c *cellGrid) strengths(counted []float64, baseline, least float64) []float64 {
	const aboveBaseline = 4
	unit := max(least, aboveBaseline*baseline)
	out := make([]float64, len(counted))
	for i, v := range counted {
		if c.covered[i] {
			out[i] = v / unit
		}
	}
	return out
}

func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[len(of)/2]
}

const (
	weak       = 0.4 // least strength of a cell that joins a difference next to it
	enough     = 2   // least strength of a difference, summed over its cells
	maxRegions = 12

	// wordGap and lineGap, in pixels, are the largest gaps between words of a line and
	// lines of a paragraph that still count as one difference.
	wordGap = 4 * cellSide
	lineGap = cellSide
	// rowHeight, in pixels, is the height of the rows in which regions are sorted.
	rowHeight = 3 * cellSide
)

// regions joins the cells that differ into rectangles of pixels, in the order of
// reading. First it joins neighbouring cells, then rectangles that are close to each
// other, then the cheapest pairs until at most maxRegions are left.
func (c *cellGrid) regions(strength []float64) []image.Rectangle {
	var found []image.Rectangle
	seen := make([]bool, len(strength))
	for i, s := range strength {
		if s >= 1 && !seen[i] {
			if box, total := c.flood(strength, seen, i); total >= enough && !c.isScansEdge(box) {
				found = append(found, box)
			}
		}
	}
	found = fewer(joined(found, wordGap, lineGap))
	for i, r := range found {
		found[i] = r.Inset(-cellSide / 2).Intersect(image.Rect(0, 0, c.w, c.h))
	}
	slices.SortFunc(found, func(a, b image.Rectangle) int {
		return cmp.Or(cmp.Compare(a.Min.Y/rowHeight, b.Min.Y/rowHeight), cmp.Compare(a.Min.X, b.Min.X))
	})
	return found
}

// isScansEdge says whether a rectangle is a narrow strip along an edge of the picture:
// the shadow of the paper in a scan, or the table next to it.
func (c *cellGrid) isScansEdge(r image.Rectangle) bool {
	const thin, long = 3 * cellSide, 3
	inner := image.Rect(cellSide, cellSide, c.w-cellSide, c.h-cellSide)
	thickness, length := min(r.Dx(), r.Dy()), max(r.Dx(), r.Dy())
	return !r.In(inner) && thickness <= thin && length >= long*thickness
}

// flood gathers the cells of at least weak strength that are connected with the first,
// and returns their bounding box and the sum of their strengths.
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

// joined unites rectangles that are closer to each other than the gaps, in pixels.
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

// fewer unites pairs of rectangles until at most maxRegions are left, each time the
// pair whose union adds the least area.
func fewer(all []image.Rectangle) []image.Rectangle {
	area := func(r image.Rectangle) int { return r.Dx() * r.Dy() }
	for len(all) > maxRegions {
		a, b, least := 0, 0, math.MaxInt
		for i := range all {
			for j := range i {
				if cost := area(all[i].Union(all[j])) - area(all[i]) - area(all[j]); cost < least {
					a, b, least = j, i, cost
				}
			}
		}
		all[a] = all[a].Union(all[b])
		all = joined(slices.Delete(all, b, b+1), 0, 0)
	}
	return all
}
