package capturesim

import "math"

// scratch is the working memory of a capture, for reuse.
type scratch struct {
	a, b, c, d frame
	planes     [3][]float32
	steps      []tap
}

// gaussian blurs f with a standard deviation of sigma pixels.
func (f *frame) gaussian(s *scratch, sigma float64) {
	if sigma < 0.15 {
		return
	}
	if sigma > 3 { // at half the size a quarter of the work gives the same blur
		f.atHalf(s, func(half *frame, sub *scratch) {
			half.gaussian(sub, math.Sqrt(sigma*sigma-0.75)/2)
		})
		return
	}
	weights := gaussianWeights(sigma)
	f.convolveRows(&s.a, weights)
	s.a.convolveColumns(f, weights)
}

// gaussianWeights returns the weights of the centre and of the pixels at distance 1, 2,
// ... The weights of the whole symmetric kernel sum to 256.
func gaussianWeights(sigma float64) []uint64 {
	radius := max(1, int(math.Ceil(2.6*sigma)))
	values, sum := make([]float64, radius+1), 0.0
	for i := range values {
		values[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += values[i]
		if i > 0 {
			sum += values[i]
		}
	}
	weights, left := make([]uint64, radius+1), uint64(256)
	for i := radius; i > 0; i-- {
		weights[i] = uint64(values[i]/sum*256 + 0.5)
		left -= 2 * weights[i]
	}
	weights[0] = left
	return weights
}

func (f *frame) convolveRows(dst *frame, weights []uint64) {
	dst.resize(f.w, f.h)
	radius := len(weights) - 1
	line := make([]uint64, f.w+2*radius)
	for y := range f.h {
		src := f.row(y)
		copy(line[radius:], src)
		for i := range radius {
			line[i], line[len(line)-1-i] = src[0], src[f.w-1]
		}
		out := dst.row(y)
		for x := range out {
			out[x] = line[x+radius]*weights[0] + laneHalf
		}
		for k := 1; k <= radius; k++ {
			w, before, after := weights[k], line[radius-k:], line[radius+k:]
			for x := range out {
				out[x] += (before[x] + after[x]) * w
			}
		}
		for x := range out {
			out[x] = out[x] >> 8 & laneMask
		}
	}
}

func (f *frame) convolveColumns(dst *frame, weights []uint64) {
	dst.resize(f.w, f.h)
	for y := range f.h {
		out, middle := dst.row(y), f.row(y)
		for x := range out {
			out[x] = middle[x]*weights[0] + laneHalf
		}
		for k := 1; k < len(weights); k++ {
			w, above, below := weights[k], f.row(max(0, y-k)), f.row(min(f.h-1, y+k))
			for x := range out {
				out[x] += (above[x] + below[x]) * w
			}
		}
		for x := range out {
			out[x] = out[x] >> 8 & laneMask
		}
	}
}

// atHalf works on f at half its size and stretches the result over f again.
func (f *frame) atHalf(s *scratch, work func(half *frame, s *scratch)) {
	var half frame
	f.halve(&half)
	work(&half, &scratch{})
	f.enlarge(&half)
}

// tap is an element of a kernel: its offset from the pixel, and its weight.
type tap struct {
	dx, dy int
	weight uint64
}

// normalize sets the weights of equal taps so that they sum to 256.
func normalize(taps []tap) {
	n := uint64(len(taps))
	for i := range taps {
		taps[i].weight = 256 * uint64(i+1) / n
		taps[i].weight -= 256 * uint64(i) / n
	}
}

// motion blurs f along a line of the given length (pixels) and direction.
func (f *frame) motion(s *scratch, length, angle float64) {
	if length < 1 {
		return
	}
	if length > 24 {
		f.atHalf(s, func(half *frame, sub *scratch) { half.motion(sub, length/2, angle) })
		return
	}
	n := max(2, int(length+1))
	taps := s.steps[:0]
	for i := range n {
		t := length * (float64(i)/float64(n-1) - 0.5)
		taps = append(taps, tap{int(math.Round(t * math.Cos(angle))), int(math.Round(t * math.Sin(angle))), 0})
	}
	s.steps = taps
	normalize(taps)
	f.convolve(s, taps)
}

// defocus blurs f with a disc of the given radius (pixels).
func (f *frame) defocus(s *scratch, radius float64) {
	if radius < 0.6 {
		return
	}
	if radius > 5 {
		f.atHalf(s, func(half *frame, sub *scratch) { half.defocus(sub, radius/2) })
		return
	}
	taps := s.steps[:0]
	reach := int(radius + 0.5)
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			if float64(dx*dx+dy*dy) <= radius*radius+0.5 {
				taps = append(taps, tap{dx, dy, 0})
			}
		}
	}
	s.steps = taps
	normalize(taps)
	f.convolve(s, taps)
}

// convolve replaces every pixel by the weighted sum of the pixels at the taps. Beyond the
// edge the nearest pixel is repeated.
func (f *frame) convolve(s *scratch, taps []tap) {
	pad := 0
	for _, t := range taps {
		pad = max(pad, t.dx, -t.dx, t.dy, -t.dy)
	}
	p := &s.a
	p.resize(f.w+2*pad, f.h+2*pad)
	for y := range p.h {
		src, out := f.row(clamp(y-pad, 0, f.h-1)), p.row(y)
		for i := range pad {
			out[i], out[pad+f.w+i] = src[0], src[f.w-1]
		}
		copy(out[pad:], src)
	}
	for y := range f.h {
		out := f.row(y)
		for x := range out {
			out[x] = laneHalf
		}
		for _, t := range taps {
			src := p.px[(y+pad+t.dy)*p.w+pad+t.dx:][:len(out)]
			for x := range out {
				out[x] += src[x] * t.weight
			}
		}
		for x := range out {
			out[x] = out[x] >> 8 & laneMask
		}
	}
}

// coarse reduces f to w by h pixels and enlarges it again, as if it had been captured
// with so few pixels.
func (f *frame) coarse(s *scratch, w, h int) {
	w, h = clamp(w, 1, f.w), clamp(h, 1, f.h)
	f.shrink(&s.a, &s.b, w, h)
	f.enlarge(&s.a)
}
