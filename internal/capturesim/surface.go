package capturesim

import (
	"fmt"
	"math"

	"exemplar/internal/imaging"
)

// surfaces are the drawn surfaces on which documents lie.
var surfaces = []struct {
	name string
	draw func(f *frame, r rng)
}{
	{"wood", drawWood}, {"cloth", drawCloth}, {"paper", drawPaper}, {"keyboard", drawKeyboard},
	{"desk", drawDesk}, {"stone", drawStone}, {"carpet", drawCarpet},
}

// SurfaceNames returns the names that Surface knows.
func SurfaceNames() []string {
	var names []string
	for _, s := range surfaces {
		names = append(names, s.name)
	}
	return names
}

// Surface draws something to lay documents on, w by h pixels, seen from above.
// It panics on an unknown name.
func Surface(name string, w, h int, seed uint64) *imaging.Image {
	for _, s := range surfaces {
		if s.name == name {
			var f frame
			f.resize(w, h)
			s.draw(&f, newRNG(seed))
			return f.image()
		}
	}
	panic(fmt.Sprintf("capturesim: unknown surface %q; known are %v", name, SurfaceNames()))
}

// field is a picture of one number per pixel.
type field struct {
	w, h int
	v    []float32
}

func newField(f *frame) *field { return &field{f.w, f.h, make([]float32, f.w*f.h)} }

// addNoise adds smooth noise in [-amplitude, amplitude] whose waves are about
// cellX by cellY pixels large.
func (f *field) addNoise(r rng, cellX, cellY, amplitude float64) {
	nx, ny := int(float64(f.w)/cellX)+3, int(float64(f.h)/cellY)+3
	lattice := make([]float32, nx*ny)
	for i := range lattice {
		lattice[i] = float32(r.around(amplitude))
	}
	columns := make([]float32, nx)
	for y := range f.h {
		at := float64(y) / cellY
		j := int(at)
		t := float32(smooth(at - float64(j)))
		upper, lower := lattice[j*nx:][:nx], lattice[(j+1)*nx:][:nx]
		for i := range columns {
			columns[i] = upper[i] + (lower[i]-upper[i])*t
		}
		f.addRow(y, columns, cellX)
	}
}

// addRow adds a row, interpolated from values at every cell-th pixel.
func (f *field) addRow(y int, columns []float32, cell float64) {
	row := f.v[y*f.w : (y+1)*f.w]
	step := 1 / cell
	at := 0.0
	for x := range row {
		i := int(at)
		row[x] += columns[i] + (columns[i+1]-columns[i])*float32(smooth(at-float64(i)))
		at += step
	}
}

func smooth(t float64) float64 { return t * t * (3 - 2*t) }

// addOctaves adds noise of several sizes, each half as large and as strong as
// the one before.
func (f *field) addOctaves(r rng, cell, amplitude float64, n int) {
	for range n {
		f.addNoise(r, cell, cell, amplitude)
		cell, amplitude = cell/2, amplitude/2
		if cell < 1 {
			return
		}
	}
}

// shade colours the picture: base scaled by 1 + value.
func (f *field) shade(dst *frame, base [3]float64) {
	for i, v := range f.v {
		k := 1 + float64(v)
		dst.px[i] = colorOf(base[0]*k, base[1]*k, base[2]*k)
	}
}

// colorOf makes a pixel of channels in 0..1, cutting what is outside.
func colorOf(r, g, b float64) uint64 {
	to := func(v float64) uint64 { return uint64(max(0, min(1, v))*255 + 0.5) }
	return pixel(to(r), to(g), to(b))
}

func drawWood(f *frame, r rng) {
	size := float64(max(f.w, f.h))
	warpY, grain := newField(f), newField(f)
	warpY.addNoise(r, size/2, size/5, 1)
	warpY.addNoise(r, size/3, size/14, 0.35)
	grain.addNoise(r, size/6, 2, 0.06)
	grain.addNoise(r, size/14, 1.3, 0.05)
	rings := r.between(4, 14)
	tone := r.between(0.4, 0.85)
	light := [3]float64{tone, tone * r.between(0.64, 0.8), tone * r.between(0.38, 0.6)}
	depth := r.between(0.1, 0.35)
	plank := size / r.between(1.5, 6)
	for y := range f.h {
		board := math.Floor(float64(y) / plank)
		seam := math.Abs(float64(y)/plank-board) * plank
		tint := 1 + 0.1*math.Sin(board*12.9)
		for x := range f.w {
			i := y*f.w + x
			phase := (float64(y)/size*1.5 + 0.25*float64(warpY.v[i]) + board*0.37) * rings
			t := phase - math.Floor(phase)
			k := tint * (1 - depth*t*t + float64(grain.v[i]))
			if seam < size/500 {
				k *= 0.6
			}
			f.px[i] = colorOf(light[0]*k, light[1]*k, light[2]*k)
		}
	}
}

func drawCloth(f *frame, r rng) {
	size := float64(max(f.w, f.h))
	folds := newField(f)
	folds.addNoise(r, size/2, size/3, 0.22)
	folds.addNoise(r, size/7, size/5, 0.1)
	folds.addNoise(r, 2, 2, 0.08)
	base := randomColor(r, 0.1, 0.85)
	stripe := randomColor(r, 0.1, 0.9)
	period, width := size/r.between(4, 30), r.between(0, 0.6)
	checked := r.chance(0.5)
	thread := 2 * math.Pi / r.between(2.5, 6)
	for y := range f.h {
		acrossY := math.Mod(float64(y)/period, 1) < width
		weaveY := math.Sin(float64(y) * thread)
		for x := range f.w {
			i := y*f.w + x
			c := base
			if math.Mod(float64(x)/period, 1) < width {
				c = mixColor(c, stripe, 0.5)
			}
			if checked && acrossY {
				c = mixColor(c, stripe, 0.5)
			}
			k := 1 + float64(folds.v[i]) + 0.07*weaveY*math.Sin(float64(x)*thread)
			f.px[i] = colorOf(c[0]*k, c[1]*k, c[2]*k)
		}
	}
}

func randomColor(r rng, lo, hi float64) [3]float64 {
	l, spread := r.between(lo, hi), 0.16*r.Float64()*r.Float64()+0.02
	return [3]float64{l + r.around(spread), l + r.around(spread), l + r.around(spread)}
}

func mixColor(a, b [3]float64, t float64) [3]float64 {
	for i := range a {
		a[i] += (b[i] - a[i]) * t
	}
	return a
}

func drawPaper(f *frame, r rng) {
	v := newField(f)
	size := float64(max(f.w, f.h))
	v.addNoise(r, size/2, size/2, 0.05)
	v.addNoise(r, 3, 3, 0.02)
	l := r.between(0.75, 0.97)
	v.shade(f, [3]float64{l, l * r.between(0.97, 1), l * r.between(0.9, 1)})
	if r.chance(0.4) { // ruled, or in squares
		period := size / r.between(15, 45)
		for y := range f.h {
			for x := range f.w {
				ruled := math.Mod(float64(y), period) < 1 || size > 300 && math.Mod(float64(x), period) < 1
				if ruled {
					f.px[y*f.w+x] = lerp(f.px[y*f.w+x], pixel(120, 150, 210), 120)
				}
			}
		}
	}
}

func drawDesk(f *frame, r rng) {
	v := newField(f)
	size := float64(max(f.w, f.h))
	v.addNoise(r, size/1.5, size/1.5, 0.12)
	v.addNoise(r, size/40, size/40, 0.015)
	v.addNoise(r, 1.5, 1.5, r.between(0, 0.06))
	v.shade(f, randomColor(r, 0.05, 0.9))
}

func drawStone(f *frame, r rng) {
	v := newField(f)
	size := float64(max(f.w, f.h))
	v.addOctaves(r, size/5, 0.2, 6)
	v.addNoise(r, 2.2, 2.2, r.between(0.03, 0.2))
	v.shade(f, randomColor(r, 0.3, 0.8))
}

func drawCarpet(f *frame, r rng) {
	v := newField(f)
	size := float64(max(f.w, f.h))
	v.addNoise(r, size/4, size/4, 0.12)
	v.addNoise(r, 6, 4, 0.2)
	v.addNoise(r, 2, 2, 0.3)
	v.shade(f, randomColor(r, 0.15, 0.6))
}

// drawKeyboard draws rows of keys with a sign on each.
func drawKeyboard(f *frame, r rng) {
	pitch := float64(max(f.w, f.h)) / r.between(8, 15)
	dark := r.between(0.03, 0.2)
	key := dark + r.between(0.04, 0.15)
	if r.chance(0.25) {
		dark, key = r.between(0.5, 0.7), r.between(0.8, 0.95)
	}
	f.fill(colorOf(dark, dark, dark*1.03))
	gap := pitch * 0.08
	for row := 0; float64(row)*pitch < float64(f.h)+pitch; row++ {
		x := -pitch * r.Float64()
		for x < float64(f.w) {
			w := pitch
			if r.chance(0.12) {
				w *= r.between(1.3, 2.2)
			}
			f.key(r, x+gap, float64(row)*pitch+gap, w-2*gap, pitch-2*gap, key)
			x += w
		}
	}
}

// key draws one key: a lighter cap with rounded corners and a small sign.
func (f *frame) key(r rng, x, y, w, h, light float64) {
	sign := 0.85
	if light > 0.5 {
		sign = 0.2
	}
	pattern := r.Uint64()
	for py := clamp(int(y), 0, f.h); py < clamp(int(y+h), 0, f.h); py++ {
		for px := clamp(int(x), 0, f.w); px < clamp(int(x+w), 0, f.w); px++ {
			u, v := (float64(px)-x)/h, (float64(py)-y)/h
			if corner(u, w/h) && corner(v, 1) && math.Hypot(cornerDistance(u, w/h), cornerDistance(v, 1)) > 0.12 {
				continue
			}
			k := light * (1.25 - 0.4*v)
			// A sign of 4 x 5 dots stands for the letter.
			if i, j := int((u-0.18)*14), int((v-0.2)*14); u > 0.18 && v > 0.2 && i < 4 && j < 5 && pattern>>(4*j+i)&1 == 1 {
				k = sign
			}
			f.px[py*f.w+px] = colorOf(k, k, k*1.02)
		}
	}
}

func corner(u, w float64) bool { return u < 0.12 || u > w-0.12 }

func cornerDistance(u, w float64) float64 {
	if u < 0.12 {
		return 0.12 - u
	}
	return u - (w - 0.12)
}
