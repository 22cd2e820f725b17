package changetrain

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/imaging"
)

// worn is a document that went through many hands: folded, crumpled, faded,
// stained. Nothing on it is other print. The strengths are by eye.
func worn(m *imaging.Image, r *rand.Rand) *imaging.Image {
	w := &wearing{cloned(m), make([]float32, m.W*m.H), r}
	for i := range w.gain {
		w.gain[i] = 1
	}
	if r.IntN(3) > 0 {
		w.crumple(3+r.IntN(12), 0.05+0.2*r.Float64())
	}
	for range r.IntN(5) {
		w.crease()
	}
	for range r.IntN(3) {
		w.stain()
	}
	w.apply(0.5+0.5*r.Float64(), 120+80*r.Float64())
	if r.IntN(2) == 0 {
		w.speckle(m.W * m.H / (200 + r.IntN(2000)))
	}
	return w.Image
}

// wearing is a picture and by how much its light is changed at each pixel.
type wearing struct {
	*imaging.Image
	gain []float32
	r    *rand.Rand
}

// crumple shades the paper by smooth noise of n cells a side.
func (w *wearing) crumple(n int, strength float64) {
	nodes := make([]float64, (n+1)*(n+1))
	for i := range nodes {
		nodes[i] = strength * w.r.NormFloat64()
	}
	for y := range w.H {
		v := float64(y) / float64(w.H) * float64(n)
		j, fv := int(v), v-math.Floor(v)
		for x := range w.W {
			u := float64(x) / float64(w.W) * float64(n)
			i, fu := int(u), u-math.Floor(u)
			at := j*(n+1) + i
			top := nodes[at] + fu*(nodes[at+1]-nodes[at])
			bottom := nodes[at+n+1] + fu*(nodes[at+n+2]-nodes[at+n+1])
			w.gain[y*w.W+x] *= float32(math.Exp(top + fv*(bottom-top)))
		}
	}
}

// crease folds the paper once along a line: the print on it is rubbed off, one side
// lies in the shade.
func (w *wearing) crease() {
	angle := float64(w.r.IntN(2))*math.Pi/2 + 0.15*w.r.NormFloat64()
	nx, ny := math.Cos(angle), math.Sin(angle)
	at := nx*w.r.Float64()*float64(w.W) + ny*w.r.Float64()*float64(w.H)
	side := float64(max(w.W, w.H))
	width, shade, rubbed := side*(0.001+0.004*w.r.Float64()), 0.3*w.r.Float64(), 0.9*w.r.Float64()
	wave, phase := side*0.004*w.r.Float64(), 6*w.r.Float64()
	for y := range w.H {
		for x := range w.W {
			along := ny*float64(x) - nx*float64(y)
			d := nx*float64(x) + ny*float64(y) - at + wave*math.Sin(phase+along/side*25)
			if d > -6*width && d < 20*width {
				if d > 0 {
					w.gain[y*w.W+x] *= float32(1 - shade*math.Exp(-d/(6*width)))
				}
				keep := 1 - rubbed*math.Exp(-d*d/(width*width))
				for c := range 3 {
					v := &w.Pix[3*(y*w.W+x)+c]
					*v = byte(float64(*v)*keep + 225*(1-keep))
				}
			}
		}
	}
}

// stain darkens an ellipse, most at its rim.
func (w *wearing) stain() {
	cx, cy := w.r.Float64()*float64(w.W), w.r.Float64()*float64(w.H)
	side := float64(min(w.W, w.H))
	rx, ry, dark := side*(0.05+0.2*w.r.Float64()), side*(0.05+0.2*w.r.Float64()), 0.1+0.35*w.r.Float64()
	for y := range w.H {
		for x := range w.W {
			d := math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry)
			if d < 1 {
				w.gain[y*w.W+x] *= float32(1 - dark*(0.6+0.4*d*d*d*d))
			}
		}
	}
}

// apply shades the picture and fades it: of its contrast the given share is left,
// about a level of grey.
func (w *wearing) apply(contrast, level float64) {
	for i, gain := range w.gain {
		for c := range 3 {
			v := &w.Pix[3*i+c]
			faded := level + contrast*(float64(*v)-level)
			*v = byte(max(0, min(255, faded*float64(gain))))
		}
	}
}

// speckle sets dots of dirt and of paper where print flaked off.
func (w *wearing) speckle(n int) {
	for range n {
		x, y, v := w.r.IntN(w.W), w.r.IntN(w.H), byte(60+w.r.IntN(180))
		for c := range 3 {
			w.Pix[3*(y*w.W+x)+c] = v
		}
		if w.r.IntN(3) == 0 && x+1 < w.W {
			for c := range 3 {
				w.Pix[3*(y*w.W+x+1)+c] = v
			}
		}
	}
}
