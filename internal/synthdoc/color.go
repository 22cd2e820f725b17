package synthdoc

// rgb is a colour, 0..1 per channel.
type rgb struct{ r, g, b float32 }

var (
	black = rgb{0.08, 0.08, 0.09}
	white = rgb{1, 1, 1}
)

// hsl converts hue (turns), saturation and lightness.
func hsl(h, s, l float32) rgb {
	channel := func(n float32) float32 {
		k := n + h*12
		for k >= 12 {
			k -= 12
		}
		a := s * min(l, 1-l)
		return l - a*max(-1, min(k-3, 9-k, 1))
	}
	return rgb{channel(0), channel(8), channel(4)}
}

// toward moves c to d by share t.
func (c rgb) toward(d rgb, t float32) rgb {
	return rgb{c.r + (d.r-c.r)*t, c.g + (d.g-c.g)*t, c.b + (d.b-c.b)*t}
}

func (c rgb) luma() float32 { return 0.299*c.r + 0.587*c.g + 0.114*c.b }

// readable returns black or white, whichever is legible on c.
func (c rgb) readable() rgb {
	if c.luma() > 0.55 {
		return black
	}
	return white
}

// ink is what a shape is filled with: one colour, or a linear gradient from c
// (at from) to c2 (at to), in the canvas's units.
type ink struct {
	c, c2    rgb
	alpha    float32
	gradient bool
	from, to point
}

func solid(c rgb) ink                 { return ink{c: c, alpha: 1} }
func tinted(c rgb, alpha float32) ink { return ink{c: c, alpha: alpha} }

func blend(a, b rgb, from, to point) ink {
	return ink{c: a, c2: b, alpha: 1, gradient: true, from: from, to: to}
}
