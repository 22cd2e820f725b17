package imagediff

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
)

// matchSharpness blurs the sharper of two pictures until their gradient energies are
// about equal. ea is that of a.
func matchSharpness(a, b *imaging.Gray, ea float64) (*imaging.Gray, *imaging.Gray) {
	const alike, most = 1.2, 4 // largest quotient of the energies; largest number of blurs
	eb := edges(b)
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

// edges is the gradient energy: the sum of squared differences of neighbouring pixels.
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
	patchReach = 4 // pixels: largest displacement searched, which covers paper that is not quite flat
	patchStep  = 2 // rows and columns: every second pixel is compared, for speed
)

// shifts holds, for each patch of a picture, the displacement in pixels of a second
// picture that was warped onto it.
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
		s.at[i] = s.medianAround(found, i%s.columns, i/s.columns)
	}
	return s
}

// isTextured says whether a patch has enough contrast for its displacement to be found.
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

// bestShift returns the displacement at which the patch at (x, y) fits g best. A larger
// displacement must fit better, since a ruled line fits everywhere along itself.
func bestShift(on, g *imaging.Gray, x, y int) (bx, by int) {
	const perPixel = patchSide * patchSide / (patchStep * patchStep) / 2 // half a level per compared pixel
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

// patchDistance is the sum of absolute differences at a displacement. It stops adding
// once the sum exceeds limit.
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

// finerShift refines a displacement by one step of Lucas and Kanade ("An iterative
// image registration technique", 1981): the least squares solution of
// gradient * step = difference, limited to one pixel.
func finerShift(on, g *imaging.Gray, x0, y0, dx, dy int) *shift {
	const rest = 1e-2 // relative regularisation: no step along a line, where the gradient says nothing
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

// medianAround is the median displacement of the patches around (x, y), so that a patch
// with other print in it does not decide on its own position.
func (s *shifts) medianAround(found []*shift, x, y int) shift {
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

// apply undoes the displacement of each patch of g, to 1/32 of a pixel, bilinearly.
// Outside of g the nearest pixel is repeated.
func (s *shifts) apply(g *imaging.Gray) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for y := range g.H {
		for i, d := range s.at[min(y/patchSide, s.rows-1)*s.columns:][:s.columns] {
			end := (i + 1) * patchSide
			if i == s.columns-1 {
				end = g.W
			}
			d.apply(out.Pix[y*g.W:][i*patchSide:end], g, i*patchSide, y)
		}
	}
	return out
}

// apply fills out with the row of g that begins at (x0, y), displaced by d.
func (d shift) apply(out []byte, g *imaging.Gray, x0, y int) {
	const unit = 32
	dx, u := split(d.x, unit)
	dy, v := split(d.y, unit)
	top := g.Pix[min(max(y+dy, 0), g.H-1)*g.W:][:g.W]
	bottom := g.Pix[min(max(y+dy+1, 0), g.H-1)*g.W:][:g.W]
	// column interpolates between the two rows, in units of 1/32.
	column := func(x int) int {
		x = min(max(x, 0), g.W-1)
		return int(top[x])*(unit-v) + int(bottom[x])*v
	}
	left := column(x0 + dx)
	for i := range out {
		right := column(x0 + i + dx + 1)
		out[i] = byte((left*(unit-u) + right*u + unit*unit/2) / (unit * unit))
		left = right
	}
}

// split divides a length into whole pixels and the rest, in 1/unit of a pixel.
func split(v float64, unit int) (whole, rest int) {
	all := int(math.Round(v * float64(unit)))
	whole = int(math.Floor(float64(all) / float64(unit)))
	return whole, all - whole*unit
}
