package emblem

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"
)

// bestOneByOne is what [small.best] computes, place by place.
func bestOneByOne(s small, of image.Rectangle, step int, photo small, shifts image.Rectangle) (best float64, at image.Point) {
	t := s.template(of, step)
	for dy := shifts.Min.Y; dy < shifts.Max.Y; dy++ {
		for dx := shifts.Min.X; dx < shifts.Max.X; dx++ {
			if c := t.correlation(photo, dy*s.w+dx); c > best {
				best, at = c, image.Pt(dx, dy)
			}
		}
	}
	return best, at
}

func TestBestIsThatOfAllPlacesOneByOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 200 {
		ref := small{w: 60 + r.IntN(60), h: 40 + r.IntN(60)}
		photo := small{w: ref.w, h: ref.h + r.IntN(50)}
		dark := r.IntN(2) * 60
		for range ref.w * ref.h {
			ref.pix = append(ref.pix, float32(4*dark+r.IntN(1021-4*dark))/4)
		}
		for range photo.w * photo.h {
			photo.pix = append(photo.pix, float32(r.IntN(509))/4)
		}
		x, y := r.IntN(ref.w-8), r.IntN(ref.h-8)
		of := image.Rect(x, y, x+1+r.IntN(ref.w-x), y+1+r.IntN(ref.h-y))
		moved := image.Pt(r.IntN(9)-4, r.IntN(9)-4)
		for v := of.Min.Y; v < of.Max.Y; v++ { // half of what is there is its own
			for u := of.Min.X; u < of.Max.X; u++ {
				if at := image.Pt(u, v).Add(moved); round%2 == 0 && at.In(image.Rect(0, 0, photo.w, photo.h)) {
					photo.pix[at.Y*photo.w+at.X] = float32(int(4*(ref.pix[v*ref.w+u]+photo.pix[at.Y*photo.w+at.X])/4)) / 4
				}
			}
		}
		shifts := image.Rect(max(-24, -of.Min.X), -of.Min.Y, min(24, ref.w-of.Max.X)+1, photo.h-of.Max.Y+1)
		step := 1 + r.IntN(5)
		want, where := bestOneByOne(ref, of, step, photo, shifts)
		got, at := ref.best(of, step, photo, shifts)
		if math.Abs(got-want) > 1e-6 || at != where {
			t.Fatalf("round %d: %v by %d in %v: %v at %v, one by one %v at %v", round, of, step, shifts, got, at, want, where)
		}
	}
}

func TestBestOfBlankPaperIsNowhere(t *testing.T) {
	s := small{w: 30, h: 30, pix: make([]float32, 900)}
	if c, _ := s.best(image.Rect(5, 5, 20, 20), 2, s, image.Rect(-3, -3, 4, 4)); c != 0 {
		t.Errorf("blank paper correlates with itself by %v", c)
	}
}
