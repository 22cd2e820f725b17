package canvas

// RGB is a colour, 0..1 per channel.
type RGB struct{ R, G, B float32 }

var (
	Black = RGB{0.08, 0.08, 0.09}
	White = RGB{1, 1, 1}
)

// HSL converts hue (turns), saturation and lightness.
func HSL(h, s, l float32) RGB {
	channel := func(n float32) float32 {
		k := n + h*12
		for k >= 12 {
			k -= 12
		}
		a := s * min(l, 1-l)
		return l - a*max(-1, min(k-3, 9-k, 1))
	}
	return RGB{channel(0), channel(8), channel(4)}
}

// Toward moves c to d by share t.
func (c RGB) Toward(d RGB, t float32) RGB {
	return RGB{c.R + (d.R-c.R)*t, c.G + (d.G-c.G)*t, c.B + (d.B-c.B)*t}
}

// Luma is how bright a colour looks, 0..1 (ITU-R BT.601).
func (c RGB) Luma() float32 { return 0.299*c.R + 0.587*c.G + 0.114*c.B }

// Readable returns black or white, whichever is legible on c.
func (c RGB) Readable() RGB {
	if c.Luma() > 0.55 {
		return Black
	}
	return White
}

// Ink is what a shape is filled with: one colour, or a linear gradient from one
// colour to another, in the canvas's units.
type Ink struct {
	C, c2    RGB
	alpha    float32
	gradient bool
	from, to Point
}

// Solid is an ink of one colour, Tinted one that lets through what it covers, and Blend
// a gradient.
func Solid(c RGB) Ink                 { return Ink{C: c, alpha: 1} }
func Tinted(c RGB, alpha float32) Ink { return Ink{C: c, alpha: alpha} }

// Blend runs from a at from to b at to.
func Blend(a, b RGB, from, to Point) Ink {
	return Ink{C: a, c2: b, alpha: 1, gradient: true, from: from, to: to}
}
