package emblem

import (
	"fmt"
	"image"
	"math"

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
	// blank is a deviation of grey levels, at half brightness, below which nothing is
	// printed.
	blank = 2
)

// Laid is a photo that was laid on a reference, both at half their size.
type Laid struct{ ref, photo small }

// Lay takes a reference and a photo, laid on it, of its size and at any brightness.
// Pictures of different sizes panic.
func Lay(ref, photo *imaging.Gray) Laid {
	if ref.W != photo.W || ref.H != photo.H {
		panic(fmt.Sprintf("emblem: a photo of %dx%d laid on a reference of %dx%d", photo.W, photo.H, ref.W, ref.H))
	}
	return Laid{halved(ref), halved(photo)}
}

// Seen returns the normalised correlation of an emblem of the reference with the photo
// where that shows it best, in [0, 1], and how far that is from where it should be, in
// pixels. It is 0 where the photo shows nothing.
func (l Laid) Seen(e *Emblem) (correlation float64, moved image.Point) {
	bounds := image.Rect(0, 0, l.ref.w, l.ref.h)
	at := image.Rect((e.Box.Min.X-edge)/2, (e.Box.Min.Y-edge)/2, (e.Box.Max.X+edge+1)/2, (e.Box.Max.Y+edge+1)/2).Intersect(bounds)
	if at.Empty() {
		return 0, moved
	}
	rough := l.ref.template(at, max(1, int(math.Sqrt(float64(at.Dx()*at.Dy())/samples))))
	best := 0.0
	for dy := max(-reachY/2, -at.Min.Y); dy <= min(reachY/2, bounds.Max.Y-at.Max.Y); dy++ {
		for dx := max(-reachX/2, -at.Min.X); dx <= min(reachX/2, bounds.Max.X-at.Max.X); dx++ {
			if c := rough.correlation(l.photo, dy*bounds.Dx()+dx); c > best {
				best, moved = c, image.Pt(dx, dy)
			}
		}
	}
	if best == 0 {
		return 0, moved
	}
	return max(0, l.ref.template(at, 1).correlation(l.photo, moved.Y*bounds.Dx()+moved.X)), moved.Mul(2)
}

// small is a picture at half its size.
type small struct {
	w, h int
	pix  []float32
}

func halved(g *imaging.Gray) small {
	s := small{w: g.W / 2, h: g.H / 2}
	s.pix = make([]float32, 0, s.w*s.h)
	for y := range s.h {
		above, below := g.Pix[2*y*g.W:][:g.W], g.Pix[(2*y+1)*g.W:][:g.W]
		for x := range s.w {
			sum := int(above[2*x]) + int(above[2*x+1]) + int(below[2*x]) + int(below[2*x+1])
			s.pix = append(s.pix, float32(sum)/4)
		}
	}
	return s
}

// template is some pixels of a picture: where they are in it, and their values less
// their mean.
type template struct {
	at      []int
	values  []float32
	squares float64
}

// template takes every step-th pixel of a rectangle in both directions.
func (s small) template(of image.Rectangle, step int) template {
	var t template
	sum := 0.0
	for y := of.Min.Y; y < of.Max.Y; y += step {
		for x := of.Min.X; x < of.Max.X; x += step {
			t.at = append(t.at, y*s.w+x)
			t.values = append(t.values, s.pix[y*s.w+x])
			sum += float64(s.pix[y*s.w+x])
		}
	}
	mean := float32(sum / float64(len(t.at)))
	for i, v := range t.values {
		t.values[i] = v - mean
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
