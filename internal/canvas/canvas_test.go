package canvas

import (
	"image"
	"math"
	"testing"
)

// drawn is the share of a white picture that black ink covers.
func drawn(c *Canvas, paint func()) float64 {
	for i := range c.Image.Pix {
		c.Image.Pix[i] = 255
	}
	paint()
	sum := 0
	for _, v := range c.Image.Pix {
		sum += 255 - int(v)
	}
	return float64(sum) / float64(255*len(c.Image.Pix))
}

// Shapes cover their area, whatever the scale, and what lies outside is left out.
func TestShapesCoverTheirArea(t *testing.T) {
	ink := Solid(RGB{})
	for _, scale := range []float32{0.5, 1, 3.7} {
		c := New(int(100*scale), int(100*scale), scale)
		for _, shape := range []struct {
			name  string
			paint func()
			want  float64
		}{
			{"rectangle", func() { c.Rect(10, 20, 50, 30.5, ink) }, 0.1525},
			{"outside", func() { c.Rect(-50, -50, 60, 60, ink) }, 0.01},
			{"disc", func() { c.Disc(50, 50, 30, ink) }, math.Pi * 0.09},
			{"round rectangle", func() { c.RoundRect(10, 10, 60, 40, 10, ink) }, 0.24 - (4-math.Pi)*0.01},
			{"line", func() { c.Line(10, 10, 70, 90, 4, ink) }, 0.04},
			{"half", func() { c.Rect(0, 0, 100, 100, Tinted(RGB{}, 0.5)) }, 0.5},
			{"gradient", func() { c.Rect(0, 0, 100, 100, Blend(RGB{}, RGB{1, 1, 1}, Point{}, Point{X: 100})) }, 0.5},
			{"cut", func() { c.Within(new(Path).Rect(0, 0, 50, 100), func() { c.Rect(25, 0, 50, 100, ink) }) }, 0.25},
		} {
			if got := drawn(c, shape.paint); math.Abs(got-shape.want) > 0.012 { // a pixel of the edges
				t.Errorf("%s at scale %g covers %.4f, want %.4f", shape.name, scale, got, shape.want)
			}
		}
	}
}

func TestClippedDrawsWithin(t *testing.T) {
	c := New(100, 100, 1)
	part := c.Clipped(image.Rect(20, 20, 60, 70)).Clipped(image.Rect(40, 0, 100, 100))
	if got := drawn(c, func() { part.Rect(0, 0, 100, 100, Solid(RGB{})) }); math.Abs(got-0.1) > 1e-9 {
		t.Errorf("%g is covered, want 0.1", got)
	}
}

func TestMutedDrawsNothing(t *testing.T) {
	c := New(50, 50, 1)
	c.Muted = true
	if got := drawn(c, func() { c.Rect(0, 0, 50, 50, Solid(RGB{})); c.Text(5, 40, "M", Style{Face: Bold, Size: 40}) }); got != 0 {
		t.Errorf("%g is drawn", got)
	}
}

// Text ends where Measure says, on every side that it is aligned to.
func TestTextIsAsLongAsMeasured(t *testing.T) {
	style := Style{Face: Regular, Size: 20, Ink: Solid(RGB{})}
	length := style.Measure("HHHH")
	for _, align := range []Align{Left, Center, Right} {
		style.Align = align
		c := New(200, 40, 1)
		drawn(c, func() { c.Text(100, 30, "HHHH", style) })
		first, last := c.Image.W, 0
		for i, v := range c.Image.Pix {
			if x := i / 3 % c.Image.W; v < 128 {
				first, last = min(first, x), max(last, x)
			}
		}
		from := 100 - float64(length)*float64(align)/2
		if math.Abs(float64(first)-from) > 3 || math.Abs(float64(last)-from-float64(length)) > 3 {
			t.Errorf("alignment %d: from %d to %d, want %.0f and %.0f more", align, first, last, from, length)
		}
	}
	if fitted := style.Fit("HHHH", length/2); math.Abs(float64(fitted.Measure("HHHH")-length/2)) > 0.1 {
		t.Errorf("fitted into %.1f it is %.1f long", length/2, fitted.Measure("HHHH"))
	}
}
