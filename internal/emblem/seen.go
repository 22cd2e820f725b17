package emblem

import (
	"fmt"
	"image"
	"math"
	"slices"

	"exemplar/internal/imaging"
)

const (
	// reachX and reachY are how far an emblem may have moved, in pixels: contents that
	// grow push it along the page. By eye.
	reachX, reachY = 48, 80
	// edge pixels about an emblem belong to it.
	edge = 6
	// samples of an emblem are compared while it is looked for.
	samples = 400
	// farther is how many times fewer of them are compared in all rows.
	farther = 4
	// blank is a deviation of grey levels, at half brightness, below which nothing is
	// printed.
	blank = 2
)

// Laid is a photo that was laid on a reference, both at half their size.
type Laid struct {
	ref, photo small
	whole      *imaging.Gray // the photo at its own size
	above      int           // rows of the small photo above the reference
}

// Lay takes a reference and a photo, laid on it, of its size and at any brightness.
// Pictures of different sizes panic.
func Lay(ref, photo *imaging.Gray) Laid {
	if ref.W != photo.W || ref.H != photo.H {
		panic(fmt.Sprintf("emblem: a photo of %dx%d laid on a reference of %dx%d", photo.W, photo.H, ref.W, ref.H))
	}
	return Laid{ref: halved(ref), photo: halved(photo), whole: photo}
}

// Seen returns the normalised correlation of an emblem of the reference with the photo
// where that shows it best, in [0, 1], and how far that is from where it should be, in
// pixels. It is 0 where the photo shows nothing.
func (l Laid) Seen(e *Emblem) (correlation float64, moved image.Point) {
	return l.sought(e, samples, reachY/2)
}

// Under is the same with more of the photo: what lies above the reference in it, of the
// same width and an even number of rows.
func (l Laid) Under(above *imaging.Gray) Laid {
	if above.W != l.whole.W || above.H%2 != 0 {
		panic(fmt.Sprintf("emblem: %dx%d pixels above a photo of %d across", above.W, above.H, l.whole.W))
	}
	whole := &imaging.Gray{W: above.W, H: above.H + l.whole.H, Pix: slices.Concat(above.Pix, l.whole.Pix)}
	photo := small{w: l.photo.w, h: above.H/2 + l.photo.h, pix: slices.Concat(halved(above).pix, l.photo.pix)}
	return Laid{l.ref, photo, whole, above.H / 2}
}

// Sought is Seen in all rows of the photo: of a document that is longer or shorter than
// the reference, and was laid on it by its foot.
func (l Laid) Sought(e *Emblem) (correlation float64, moved image.Point) {
	_, about := l.sought(e, samples/farther, l.photo.h)
	return l.toThePixel(l.place(e), about)
}

// toThePixel looks for a part of the reference about a place, which is known to two
// pixels: small print that lies half a pixel aside correlates less.
func (l Laid) toThePixel(at image.Rectangle, about image.Point) (correlation float64, moved image.Point) {
	if at.Empty() {
		return 0, moved
	}
	part := l.ref.cut(at)
	t := part.template(image.Rect(0, 0, part.w, part.h), 1)
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			by := about.Add(image.Pt(dx, dy))
			from := image.Rect(2*at.Min.X, 2*(at.Min.Y+l.above), 2*at.Max.X, 2*(at.Max.Y+l.above)).Add(by)
			if !from.In(image.Rect(0, 0, l.whole.W, l.whole.H)) {
				continue
			}
			if c := t.correlation(halvedIn(l.whole, from), 0); c > correlation {
				correlation, moved = c, by
			}
		}
	}
	return correlation, moved
}

// place is where an emblem and its edge are in the small reference.
func (l Laid) place(e *Emblem) image.Rectangle {
	return image.Rect((e.Box.Min.X-edge)/2, (e.Box.Min.Y-edge)/2, (e.Box.Max.X+edge+1)/2, (e.Box.Max.Y+edge+1)/2).Intersect(image.Rect(0, 0, l.ref.w, l.ref.h))
}

// sought looks for an emblem as many rows up and down as reach, by so many samples of it.
func (l Laid) sought(e *Emblem, samples, reach int) (correlation float64, moved image.Point) {
	w, h := l.ref.w, l.ref.h
	at := l.place(e)
	if at.Empty() {
		return 0, moved
	}
	step := max(1, int(math.Sqrt(float64(at.Dx()*at.Dy())/float64(samples))))
	best, moved := l.ref.best(at, step, l.photo, image.Rect(
		max(-reachX/2, -at.Min.X), l.above+max(-reach, -at.Min.Y-l.above),
		min(reachX/2, w-at.Max.X)+1, l.above+min(reach, h-at.Max.Y)+1))
	if best == 0 {
		return 0, image.Point{}
	}
	moved.Y -= l.above
	return max(0, l.ref.template(at, 1).correlation(l.photo, (l.above+moved.Y)*w+moved.X)), moved.Mul(2)
}

// small is a picture at half its size.
type small struct {
	w, h int
	pix  []float32
}

func halved(g *imaging.Gray) small { return halvedIn(g, image.Rect(0, 0, g.W, g.H)) }

// halvedIn is a rectangle of a picture at half its size.
func halvedIn(g *imaging.Gray, in image.Rectangle) small {
	s := small{w: in.Dx() / 2, h: in.Dy() / 2}
	s.pix = make([]float32, 0, s.w*s.h)
	for y := range s.h {
		from := (in.Min.Y+2*y)*g.W + in.Min.X
		above, below := g.Pix[from:][:2*s.w], g.Pix[from+g.W:][:2*s.w]
		for x := range s.w {
			sum := int(above[2*x]) + int(above[2*x+1]) + int(below[2*x]) + int(below[2*x+1])
			s.pix = append(s.pix, float32(sum)/4)
		}
	}
	return s
}

// cut is a part of a picture.
func (s small) cut(at image.Rectangle) small {
	c := small{w: at.Dx(), h: at.Dy()}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		c.pix = append(c.pix, s.pix[y*s.w+at.Min.X:][:c.w]...)
	}
	return c
}

// template is some pixels of a picture: where they are in it, and their values less
// their mean.
type template struct {
	at      []int
	values  []float32
	mean    float32
	squares float64
}

// template takes every step-th pixel of a rectangle in both directions.
func (s small) template(of image.Rectangle, step int) template {
	most := (of.Dx()/step + 1) * (of.Dy()/step + 1)
	t := template{at: make([]int, 0, most), values: make([]float32, 0, most)}
	sum := 0.0
	for y := of.Min.Y; y < of.Max.Y; y += step {
		for x := of.Min.X; x < of.Max.X; x += step {
			t.at = append(t.at, y*s.w+x)
			t.values = append(t.values, s.pix[y*s.w+x])
			sum += float64(s.pix[y*s.w+x])
		}
	}
	t.mean = float32(sum / float64(len(t.at)))
	for i, v := range t.values {
		t.values[i] = v - t.mean
		t.squares += float64(t.values[i]) * float64(t.values[i])
	}
	return t
}

// correlation compares the template with a picture of the same width, shifted by a
// number of pixels.
func (t template) correlation(s small, shift int) float64 {
	var sum, squares, product float64
	for i, at := range t.at {
		v := float64(s.pix[at+shift])
		sum += v
		squares += v * v
		product += v * float64(t.values[i])
	}
	n := float64(len(t.at))
	spread := squares - sum*sum/n
	if spread <= blank*blank*n || t.squares == 0 {
		return 0
	}
	return product / math.Sqrt(spread*t.squares)
}
