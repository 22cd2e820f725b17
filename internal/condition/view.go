package condition

import (
	"cmp"
	"image"
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

const (
	// side is the length in pixels at which colours are compared, cellSide the side of
	// the squares in which they are, and margin how far around is looked.
	side, cellSide, margin = 256, 4, 24
	// tileSide is the side of the squares in which the pixels of a screen are looked
	// for, and maxTiles how many of them.
	tileSide, maxTiles = 64, 7
)

// Prepare returns a reference's picture as it is compared.
func Prepare(picture *imaging.Image) *imaging.Image {
	k := side / float64(max(picture.W, picture.H))
	fit := func(n int) int { return max(4, int(float64(n)*k/cellSide+0.5)) * cellSide }
	return imaging.Resize(picture, fit(picture.W), fit(picture.H))
}

// Pair is a reference with the photo that was laid on it.
type Pair struct {
	Reference *imaging.Image // made by [Prepare]
	Photo     *imaging.Image
	Halves    *imaging.Halves // of Photo; nil where it is looked at once
	// At maps a place of the reference, in shares of its width and height, to pixels
	// of Photo. It is asked for places beyond the edges, too.
	At func(planar.Point) planar.Point

	// Fine and Laid are the two in grey, of one size, as large as the photo resolves,
	// Laid at half brightness.
	Fine, Laid *imaging.Gray

	// Print says of the print at a place, in shares of the reference's sides, what the
	// reference has there, and whether the photo has it; nil where nothing is known.
	Print func(x, y float64) Print

	// Outlines are where the document may end in the reference, which may show a table
	// around it; corners clockwise, in shares of its sides. Nil where nothing is known.
	Outlines func() [][4]planar.Point

	// Grows says that the document may be longer or shorter than the reference: another
	// receipt. Where it ends nothing is missed.
	Grows bool

	Length             float64 // of the document's longer side in the picture, pixels as sent
	ReferenceLength    float64 // of the reference's
	Mirrored, Inverted bool    // as the photo was found to be
}

// Print is what is known of the print at a place.
type Print struct {
	Judged   bool // the reference has print there, and the rest is known
	Contents bool // which other copies have otherwise
	Other    bool // the photo shows other print
}

// view is a pair, ready to be compared.
type view struct {
	*Pair
	photo  *imaging.Image // at the reference's places and margin pixels beyond each side
	inside []bool         // for each of its pixels: it is in the photo
}

// cells is the number of cells across and down.
func (v *view) cells() (w, h int) { return v.Reference.W / cellSide, v.Reference.H / cellSide }

// place is a rectangle of cells.
func (v *view) place(r image.Rectangle) Place {
	w, h := v.cells()
	x, y := float64(w), float64(h)
	return Place{float64(r.Min.X) / x, float64(r.Min.Y) / y, float64(r.Max.X) / x, float64(r.Max.Y) / y}
}

func newView(p *Pair) *view {
	v := &view{Pair: p}
	w, h := p.Reference.W+2*margin, p.Reference.H+2*margin
	v.photo, v.inside = imaging.NewImage(w, h), make([]bool, w*h)
	src, scaleX, scaleY := v.reduced()
	const step = 8
	for y0 := 0; y0 < h; y0 += step {
		left := [2]planar.Point{v.at(0, y0), v.at(0, y0+step)}
		for x0 := 0; x0 < w; x0 += step {
			right := [2]planar.Point{v.at(x0+step, y0), v.at(x0+step, y0+step)}
			for y := y0; y < min(h, y0+step); y++ {
				t := (float64(y-y0) + 0.5) / step
				a, b := planar.Between(left[0], left[1], t), planar.Between(right[0], right[1], t)
				for x := x0; x < min(w, x0+step); x++ {
					at := planar.Between(a, b, (float64(x-x0)+0.5)/step)
					i := y*w + x
					v.inside[i] = at.X >= -0.5 && at.Y >= -0.5 && at.X < float64(p.Photo.W)-0.5 && at.Y < float64(p.Photo.H)-0.5
					if v.inside[i] {
						sample(v.photo.Pix[3*i:][:3], src, (at.X+0.5)*scaleX-0.5, (at.Y+0.5)*scaleY-0.5)
					}
				}
			}
			left = right
		}
	}
	return v
}

// at maps the upper left corner of a pixel of v.photo to the photo.
func (v *view) at(x, y int) planar.Point {
	return v.At(planar.Point{X: float64(x-margin) / float64(v.Reference.W), Y: float64(y-margin) / float64(v.Reference.H)})
}

// reduced is the photo, halved while its pixels are much smaller than those of the reference, and
// how many of its pixels are one of the photo's across and down.
func (v *view) reduced() (src *imaging.Image, scaleX, scaleY float64) {
	const halved = 1.6
	a, b, c := v.At(planar.Pt(0.4, 0.4)), v.At(planar.Pt(0.6, 0.4)), v.At(planar.Pt(0.4, 0.6))
	area := math.Abs((b.X-a.X)*(c.Y-a.Y)-(b.Y-a.Y)*(c.X-a.X)) / 0.04
	perPixel := math.Sqrt(area / float64(v.Reference.W*v.Reference.H))
	halves := v.Halves
	if halves == nil {
		halves = imaging.NewHalves(v.Photo)
	}
	src = v.Photo
	for times := 1; perPixel > halved && min(src.W, src.H) >= 64; times++ {
		src = halves.Level(times)
		perPixel /= 2
	}
	return src, float64(src.W) / float64(v.Photo.W), float64(src.H) / float64(v.Photo.H)
}

// sample reads a picture between its pixels.
func sample(dst []byte, src *imaging.Image, x, y float64) {
	x, y = min(max(x, 0), float64(src.W)-1.001), min(max(y, 0), float64(src.H)-1.001)
	ix, iy := int(x), int(y)
	fx, fy := int((x-float64(ix))*256), int((y-float64(iy))*256)
	a, b := src.Pix[3*(iy*src.W+ix):][:6], src.Pix[3*((iy+1)*src.W+ix):][:6]
	for c := range 3 {
		top, bottom := int(a[c])<<8+fx*(int(a[c+3])-int(a[c])), int(b[c])<<8+fx*(int(b[c+3])-int(b[c]))
		dst[c] = byte((top<<8 + fy*(bottom-top) + 1<<15) >> 16)
	}
}

// tile is a square of the photo, at its own resolution, with what the reference has
// there.
type tile struct {
	photo     *imaging.Image
	reference *imaging.Gray // of Fine
}

// tiles cuts squares out of the photo where the reference has the least print.
func (m *maps) tiles() []tile {
	type place struct {
		x, y    int
		u, v    float64
		texture float64
	}
	var all []place
	const across = 7
	for j := range across {
		for i := range across {
			u, v := (float64(i)+0.5)/across, (float64(j)+0.5)/across
			at := m.v.At(planar.Pt(u, v))
			if !(math.Abs(at.X) < 1e6 && math.Abs(at.Y) < 1e6) {
				continue
			}
			p := place{int(at.X) - tileSide/2, int(at.Y) - tileSide/2, u, v, 0}
			if p.x < 0 || p.y < 0 || p.x+tileSide > m.v.Photo.W || p.y+tileSide > m.v.Photo.H {
				continue
			}
			p.texture = m.texture[min(m.h-1, int(v*float64(m.h)))*m.w+min(m.w-1, int(u*float64(m.w)))]
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.texture, b.texture) })
	f := m.v.Fine
	var tiles []tile
	for _, p := range all[:min(len(all), maxTiles)] {
		t := tile{m.v.Photo.Crop(p.x, p.y, tileSide, tileSide), &imaging.Gray{W: tileSide, H: tileSide}}
		x0, y0 := int(p.u*float64(f.W))-tileSide/2, int(p.v*float64(f.H))-tileSide/2
		for y := range tileSide {
			for x := range tileSide {
				t.reference.Pix = append(t.reference.Pix, f.Pix[min(max(y0+y, 0), f.H-1)*f.W+min(max(x0+x, 0), f.W-1)])
			}
		}
		tiles = append(tiles, t)
	}
	return tiles
}
