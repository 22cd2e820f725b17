package conditiontrain

import (
	"math"

	"exemplar/internal/imaging"
)

// Truth is what happened to a place.
type Truth uint8

// The truths, in the order of the network's answers.
const (
	Nothing Truth = iota
	Glare
	Covered
	Torn
	Stained
	Unsure Truth = 255 // a rim, or too little to be seen
)

// spoilt is a picture to which things happen, with the truth of each pixel.
type spoilt struct {
	*imaging.Image
	truth []Truth
	paper []byte // how much there is of each pixel; nil for all
}

func newSpoilt(m *imaging.Image) *spoilt {
	s := &spoilt{Image: imaging.NewImage(m.W, m.H), truth: make([]Truth, m.W*m.H)}
	copy(s.Pix, m.Pix)
	return s
}

// each visits the pixels; x and y are in shorter sides.
func (s *spoilt) each(visit func(i int, x, y float64, px []byte)) {
	unit := float64(min(s.W, s.H))
	for y := range s.H {
		for x := range s.W {
			i := y*s.W + x
			visit(i, float64(x)/unit, float64(y)/unit, s.Pix[3*i:][:3])
		}
	}
}

func (s *spoilt) span() (w, h float64) {
	unit := float64(min(s.W, s.H))
	return float64(s.W) / unit, float64(s.H) / unit
}

// level is a grey level.
func level(v float64) byte { return byte(max(0, min(255, v))) }

// rim is how near to an outline nothing is known, in shorter sides.
const rim = 0.012

// mark notes what happened at a distance to an outline.
func (s *spoilt) mark(i int, d float64, is Truth) {
	switch {
	case d < -rim:
		s.truth[i] = is
	case d < rim:
		s.truth[i] = Unsure
	}
}

// fade makes all of the print pale, which is nothing that happens in a place.
func (s *spoilt) fade(r random) {
	keep, paper := r.in(0.25, 0.7), r.in(225, 252)
	for i, v := range s.Pix {
		s.Pix[i] = level(paper - (paper-float64(v))*keep)
	}
}

// tear takes paper away: at an edge, or a hole.
func (s *spoilt) tear(r random) {
	w, h := s.span()
	var region shape
	if r.chance(0.6) {
		region = r.edged(w, h, r.in(0.2, 0.65))
	} else {
		region = r.spot(w, h, 0.08, 0.22)
	}
	region = r.frayed(region, r.in(0.003, 0.05), r.in(0.05, 0.3))
	white, burnt := r.in(0, 0.012), r.chance(0.2)
	if r.chance(0.3) {
		white = 0
	}
	s.paper = make([]byte, s.W*s.H)
	unit := float64(min(s.W, s.H))
	s.each(func(i int, x, y float64, px []byte) {
		d := region(x, y)
		s.mark(i, d, Torn)
		s.paper[i] = level(255 * (0.5 + d*unit))
		if d < white {
			for c := range px {
				if burnt {
					px[c] /= 4
				} else {
					px[c] = 255 - (255-px[c])/6
				}
			}
		}
	})
}

// onto shows a colour where the paper is gone.
func (s *spoilt) onto(color [3]float64) {
	if s.paper == nil {
		return
	}
	s.each(func(i int, _, _ float64, px []byte) {
		k := float64(s.paper[i]) / 255
		for c := range px {
			px[c] = level(k*float64(px[c]) + (1-k)*color[c])
		}
	})
	s.paper = nil
}

// stain lets something run into the paper, through which the print is seen.
func (s *spoilt) stain(r random) {
	w, h := s.span()
	region := r.frayed(r.spot(w, h, 0.1, 0.38), r.in(0.005, 0.08), r.in(0.05, 0.4))
	if r.chance(0.25) {
		region = r.frayed(r.edged(w, h, r.in(0.2, 0.8)), r.in(0.005, 0.08), r.in(0.05, 0.4))
	}
	var absorbs [3]float64
	for c := range absorbs {
		absorbs[c] = r.in(0.05, 1)
	}
	if r.chance(0.5) { // brown or yellow
		absorbs = [3]float64{r.in(0.1, 0.4), r.in(0.3, 0.6), r.in(0.6, 1)}
	}
	depth, soft := r.in(0.22, 1), r.in(0.004, 0.05)
	cloud, uneven := r.noise(r.in(0.1, 0.5)), r.in(0, 0.4)
	ring := r.in(0, 0.8)
	width := r.in(0.01, 0.05)
	hollow := r.chance(0.45) // a ring alone, or nearly
	inner := 1.0
	if hollow {
		inner = r.in(0, 0.4)
	}
	strongest := depth * max(absorbs[0], absorbs[1], absorbs[2])
	s.each(func(i int, x, y float64, px []byte) {
		d := region(x, y)
		if d > 3*soft {
			return
		}
		k := inner*step(-d/soft)*(1+uneven*cloud(x, y)) + ring*math.Exp(-(d+width)*(d+width)/width/width)
		for c := range px {
			px[c] = level(float64(px[c]) * math.Exp(-depth*k*absorbs[c]))
		}
		switch seen := strongest * k; {
		case seen > 0.16:
			s.truth[i] = Stained
		case seen > 0.04:
			s.truth[i] = Unsure
		}
	})
}

// cover lays a thing on the picture.
func (s *spoilt) cover(r random) {
	w, h := s.span()
	var region shape
	if r.chance(0.4) {
		region = r.edged(w, h, r.in(0.2, 0.6))
	} else {
		region = r.spot(w, h, 0.08, 0.27)
	}
	if r.chance(0.3) {
		region = r.frayed(region, r.in(0.003, 0.04), r.in(0.05, 0.4))
	}
	material := r.material()
	shadow, far := r.in(0, 0.5), r.in(0.01, 0.08)
	s.each(func(i int, x, y float64, px []byte) {
		d := region(x, y)
		s.mark(i, d, Covered)
		switch {
		case d < 0:
			color := material(x, y, d)
			for c := range px {
				px[c] = level(color[c])
			}
		case d < far:
			k := 1 - shadow*(1-d/far)
			for c := range px {
				px[c] = level(k * float64(px[c]))
			}
		}
	})
}

// material is what a thing looks like at a place at a distance within its outline.
func (r random) material() func(x, y, d float64) [3]float64 {
	base := [3]float64{r.in(5, 250), r.in(5, 250), r.in(5, 250)}
	switch r.IntN(4) {
	case 0: // grey, black, white, metal
		v := r.in(10, 250)
		base = [3]float64{v, v * r.in(0.9, 1), v * r.in(0.82, 1)}
	case 1: // skin, wood, leather
		v := r.in(60, 235)
		base = [3]float64{v, v * r.in(0.66, 0.82), v * r.in(0.45, 0.7)}
	}
	grain, rough := r.noise(r.in(0.01, 0.15)), r.in(0, 0.25)
	shade, gx, gy := r.in(0, 0.5), r.in(-0.5, 0.5), r.in(-0.5, 0.5)
	lines, pitch, ink := r.chance(0.25), r.in(0.02, 0.06), r.in(0.2, 0.8)
	return func(x, y, d float64) [3]float64 {
		k := 1 + rough*grain(x, y) + gx*(x-0.5) + gy*(y-0.5) - shade*math.Exp(20*d)
		if lines && math.Mod(y+10, pitch) < pitch/2.5 && grain(4*x, 9*math.Floor(y/pitch)) > -0.3 && d < -0.03 {
			k *= ink
		}
		return [3]float64{base[0] * k, base[1] * k, base[2] * k}
	}
}

const (
	// seenLight is by how many grey levels glare changes what is to be called so, and
	// unseenLight up to how many nobody would see.
	seenLight, unseenLight = 14, 4
)

// glare mirrors a lamp, a window or a tube in the part of the picture that lies about
// (cx, cy) and is size long, in pixels.
func (s *spoilt) glare(r random, cx, cy, size float64) {
	unit := float64(min(s.W, s.H))
	for n := 1 + r.IntN(3); n > 0; n-- {
		x0, y0, angle := (cx+r.in(-0.4, 0.4)*size)/unit, (cy+r.in(-0.4, 0.4)*size)/unit, r.in(0, math.Pi)
		c, sn := math.Cos(angle), math.Sin(angle)
		rx := size / unit * r.in(0.05, 0.22)
		ry := rx * r.in(0.2, 1)
		kind, strength := r.IntN(4), r.in(0.35, 1.5)
		edge, halo := r.in(0.05, 0.5), r.in(0, 0.35)
		power := r.in(1, 3)
		bow := r.in(-0.6, 0.6) / rx
		tint := [3]float64{r.in(0.93, 1), r.in(0.95, 1), r.in(0.9, 1)}
		s.each(func(i int, x, y float64, px []byte) {
			u, v := ((x-x0)*c+(y-y0)*sn)/rx, ((y-y0)*c-(x-x0)*sn)/ry
			far := u*u + v*v
			if far > 30 && kind != 2 {
				return
			}
			var k float64
			switch kind {
			case 0: // a lamp
				k = math.Exp(-math.Pow(far, power))
			case 1: // a pane
				k = step((1-math.Abs(u))/edge) * step((1-math.Abs(v))/edge)
			case 2: // a tube
				k = step((2.5-math.Abs(u))/edge) * math.Exp(-math.Pow(math.Abs(v*2.5+bow*rx*u*u), 2*power))
			default:
				k = step((1 - math.Sqrt(far)) / edge)
			}
			k = strength * (k + halo*math.Exp(-far/3))
			before := luma(px)
			for ch := range px {
				px[ch] = level(float64(px[ch]) + k*(262*tint[ch]-0.75*float64(px[ch])))
			}
			switch added := luma(px) - before; {
			case k > 0.2 && added > seenLight:
				s.truth[i] = Glare
			case k > 0.05 || added > unseenLight:
				if s.truth[i] != Glare {
					s.truth[i] = Unsure
				}
			}
		})
	}
}

func luma(px []byte) float64 {
	return 0.299*float64(px[0]) + 0.587*float64(px[1]) + 0.114*float64(px[2])
}
