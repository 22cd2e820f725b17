package condition

import (
	"math"
	"slices"
)

// screen says whether the photo shows the pixels of a screen, or their beat with the
// camera's: waves of one length over all of the document.
func (m *maps) screen() []Condition {
	tiles := m.tiles()
	const middle = 1.3
	if m.isScan() || len(tiles) < 3 { // fine print has waves in a scan, too
		return nil
	}
	const hint = 3 // tiles: where none of them has a wave, there is no screen
	var above []float64
	for i, t := range tiles {
		if i == hint && slices.Max(above) < middle {
			return nil
		}
		photo, reference := peaks(t)
		above = append(above, math.Log(photo/max(1, reference)))
	}
	return whole(Screen, logistic(median(above), middle, 0.4))
}

// peaks is how many times the strongest wave of the photo stands above those of
// nearly the same length and direction, and that of the reference. Long waves are
// shadows and print.
func peaks(t tile) (photo, reference float64) {
	const n = tileSide
	var re, im [n * n]float64 // two real channels in one transform
	var sums [2]float64
	for i := range re {
		p := t.photo.Pix[3*i:][:3]
		re[i] = float64(p[0]) + 2*float64(p[1]) + float64(p[2])
		im[i] = 4 * float64(t.reference.Pix[i])
		sums[0], sums[1] = sums[0]+re[i], sums[1]+im[i]
	}
	for i := range re {
		w := window[i%n] * window[i/n]
		re[i], im[i] = (re[i]-sums[0]/(n*n))*w, (im[i]-sums[1]/(n*n))*w
	}
	fourier2(re[:], im[:])
	var power [2][n * n]float64
	for i := range re {
		k := (n-i/n)%n*n + (n-i%n)%n // the opposite wave
		a, b := re[i]+re[k], im[i]-im[k]
		c, d := im[i]+im[k], re[i]-re[k]
		power[0][i], power[1][i] = a*a+b*b, c*c+d*d
	}
	return prominence(&power[0]), prominence(&power[1])
}

// prominence is the largest ratio of a wave's power, with its eight neighbours', to
// that of the forty around them.
func prominence(power *[tileSide * tileSide]float64) float64 {
	const n, lowest, least = tileSide, 5, 16
	best := 0.0
	for y := range n {
		for x := range n/2 + 1 {
			fx, fy := x, min(y, n-y)
			if fx*fx+fy*fy < lowest*lowest || !isPeak(power, x, y) {
				continue
			}
			inner, outer := 0.0, 0.0
			for dy := -3; dy <= 3; dy++ {
				for dx := -3; dx <= 3; dx++ {
					p := power[(y+dy+n)%n*n+(x+dx+n)%n]
					if dx*dx <= 1 && dy*dy <= 1 {
						inner += p
					} else {
						outer += p
					}
				}
			}
			best = max(best, inner/9/(outer/40+least*n))
		}
	}
	return best
}

func isPeak(power *[tileSide * tileSide]float64, x, y int) bool {
	const n = tileSide
	p := power[y*n+x]
	return p > power[y*n+(x+1)%n] && p > power[y*n+(x+n-1)%n] && p > power[(y+1)%n*n+x] && p > power[(y+n-1)%n*n+x]
}

// window is Hann's; twiddles are the roots of unity.
var window, cosines, sines = func() (w, c, s [tileSide]float64) {
	for i := range tileSide {
		s[i], c[i] = math.Sincos(-2 * math.Pi * float64(i) / tileSide)
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/tileSide)
	}
	return w, c, s
}()

// fourier2 is the discrete Fourier transform of a square of tileSide.
func fourier2(re, im []float64) {
	const n = tileSide
	var r, i [n]float64
	for y := range n {
		fourier(re[y*n:][:n], im[y*n:][:n])
	}
	for x := range n {
		for y := range n {
			r[y], i[y] = re[y*n+x], im[y*n+x]
		}
		fourier(r[:], i[:])
		for y := range n {
			re[y*n+x], im[y*n+x] = r[y], i[y]
		}
	}
}

// fourier transforms tileSide numbers in place, by radix 2 (Cooley and Tukey 1965).
func fourier(re, im []float64) {
	const n = tileSide
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			re[i], re[j], im[i], im[j] = re[j], re[i], im[j], im[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		for k := range size / 2 {
			c, s := cosines[k*n/size], sines[k*n/size]
			for i := k; i < n; i += size {
				j := i + size/2
				tr, ti := re[j]*c-im[j]*s, re[j]*s+im[j]*c
				re[j], im[j] = re[i]-tr, im[i]-ti
				re[i], im[i] = re[i]+tr, im[i]+ti
			}
		}
	}
}
