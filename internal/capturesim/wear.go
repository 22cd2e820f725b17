package capturesim

import (
	"fmt"
	"math"
	"slices"

	"exemplar/internal/imaging"
)

// Wear is a condition in which a document may be seen. Damage of the paper is applied before
// the photo, effects of the camera after it.
type Wear string

// The conditions that [Worn] simulates.
const (
	Torn     Wear = "torn"      // a part of the paper is missing
	Stained  Wear = "stained"   // coffee, ink, grease
	Folded   Wear = "folded"    // creases from edge to edge
	Faded    Wear = "faded"     // the print is pale
	Covered  Wear = "covered"   // an object or a hand covers a part
	CutOff   Wear = "cut-off"   // a part lies outside of the photo
	Glaring  Wear = "glare"     // reflections of lamps
	Blurred  Wear = "blurred"   // out of focus, or moved
	OnScreen Wear = "screen"    // photographed from a screen
	Unworn   Wear = "unworn"    // none of the other conditions
	TooSmall Wear = "too-small" // a small part of a large photo
)

// Wears lists the conditions.
func Wears() []Wear {
	return []Wear{Unworn, Glaring, Covered, CutOff, Torn, Stained, Folded, Blurred, Faded, TooSmall, OnScreen}
}

// Worn is [Scene] with a document in one condition and no other: it ignores the probabilities
// in p of glare, fingers, blur, and of lying outside. It panics on an unknown condition.
func Worn(doc, background *imaging.Image, state Wear, p SceneParams, seed uint64) Photo {
	p.Glare, p.Fingers, p.Outside, p.Blur = 0, 0, 0, 0
	r := newRNG(seed ^ 0x5ea1)
	var f frame
	var paper []byte
	touched := 0.0
	switch state {
	case Unworn:
	case Glaring:
		p.Glare = 1
	case Covered:
		p.Fingers = 1
	case CutOff:
		p.Outside = 1
	case Blurred:
		p.Blur, p.blurMost = 1, true
	case TooSmall:
		p.SizeMin, p.SizeMax = 0.12, 0.2
	case OnScreen:
		p.screen = true
	case Torn, Stained, Folded, Faded:
		f.load(doc)
		before := slices.Clone(f.px)
		switch state {
		case Torn:
			paper = f.tear(r)
		case Stained:
			for range r.upTo(1, 3) {
				f.stain(r)
			}
		case Folded:
			for range r.upTo(1, 2) {
				f.crease(r)
			}
		case Faded:
			f.fade(r)
		}
		for i, px := range f.px {
			if paper != nil && paper[i] < 128 || plainlyDiffer(before[i], px) {
				touched += 1 / float64(len(f.px))
			}
		}
		doc = f.image()
	default:
		panic(fmt.Sprintf("capturesim: unknown state %q; known are %v", state, Wears()))
	}
	p.Paper = paper
	photo := Scene(doc, background, p, seed)
	photo.Touched += touched
	return photo
}

// tear removes a part of the paper, and returns the share of each pixel that is left. Torn
// fibres show along the edge.
func (f *frame) tear(r rng) []byte {
	w, h := float64(f.w), float64(f.h)
	size := math.Sqrt(w * h)
	jag := newField(f)
	jag.addOctaves(r, size/8, size*0.02, 5)
	var distance func(x, y float64) float64 // to the tear; negative beyond it
	switch r.IntN(3) {
	case 0: // a corner
		a, b := r.between(0.2, 0.5)*w, r.between(0.2, 0.5)*h
		left, top := r.chance(0.5), r.chance(0.5)
		distance = func(x, y float64) float64 {
			if !left {
				x = w - x
			}
			if !top {
				y = h - y
			}
			return (x/a + y/b - 1) * min(a, b) * 0.7
		}
	case 1: // a piece of one edge
		side, at := r.IntN(4), r.between(0.25, 0.75)
		reach, deep := r.between(0.15, 0.3), r.between(0.1, 0.25)*size
		distance = func(x, y float64) float64 {
			along, from := x/w, y
			switch side {
			case 1:
				from = h - y
			case 2:
				along, from = y/h, x
			case 3:
				along, from = y/h, w-x
			}
			t := (along - at) / reach
			return from - deep*(1-t*t)
		}
	default: // a hole
		cx, cy, radius := r.between(0.25, 0.75)*w, r.between(0.25, 0.75)*h, size*r.between(0.07, 0.15)
		k := r.between(0.6, 1.6)
		distance = func(x, y float64) float64 { return math.Hypot((x-cx)*k, (y-cy)/k) - radius }
	}
	paper := make([]byte, len(f.px))
	rim := max(1, size/250)
	for y := range f.h {
		for x := range f.w {
			i := y*f.w + x
			d := distance(float64(x), float64(y)) + float64(jag.v[i])
			paper[i] = byte(255 * max(0, min(1, d+0.5)))
			if d < rim*2 {
				f.px[i] = lerp(f.px[i], pixel(238, 234, 226), 200)
			}
		}
	}
	return paper
}

// stain simulates a spilled liquid: it multiplies the light, so that print remains visible.
func (f *frame) stain(r rng) {
	w, h := float64(f.w), float64(f.h)
	size := math.Sqrt(w * h)
	cx, cy, radius := r.between(0.15, 0.85)*w, r.between(0.15, 0.85)*h, size*r.between(0.08, 0.24)
	color := [][3]float64{{0.78, 0.62, 0.42}, {0.62, 0.47, 0.33}, {0.55, 0.62, 0.9}, {0.9, 0.86, 0.6}, {0.8, 0.5, 0.5}, {0.7, 0.68, 0.55}}[r.IntN(6)]
	rim, fill := r.between(0.3, 1), r.between(0, 1)
	edge, tone := newField(f), newField(f)
	edge.addOctaves(r, radius, radius*0.15, 4)
	tone.addOctaves(r, radius/2, 0.25, 3)
	for y := range f.h {
		for x := range f.w {
			i := y*f.w + x
			d := (math.Hypot(float64(x)-cx, float64(y)-cy) + float64(edge.v[i])) / radius
			k := 0.0
			if d < 1 {
				k = fill * (0.8 + float64(tone.v[i]))
				k = max(k, rim*math.Exp(-math.Abs(1-d)/0.08))
			} else {
				k = max(fill*0.8, rim) * math.Exp(-(d-1)/0.02)
			}
			k = max(0, min(1, k))
			red, green, blue := channels(f.px[i])
			by := func(v uint64, c float64) uint64 { return uint64(float64(v) * (1 - k*(1-c))) }
			f.px[i] = pixel(by(red, color[0]), by(green, color[1]), by(blue, color[2]))
		}
	}
}

// crease folds the paper from edge to edge, mostly across the middle or a third.
func (f *frame) crease(r rng) {
	w, h := float64(f.w), float64(f.h)
	at := []float64{0.5, 1. / 3, 2. / 3, r.between(0.2, 0.8)}[r.IntN(4)] + r.around(0.03)
	angle, lean := 0.0, r.around(0.08)
	if r.chance(0.5) == (w > h) {
		angle = math.Pi / 2
	}
	c, s := math.Cos(angle+lean), math.Sin(angle+lean)
	x0, y0 := at*w, at*h
	width := min(w, h) * r.between(0.02, 0.1)
	line := max(1, min(w, h)*r.between(0.001, 0.004))
	depth, worn := r.between(0.05, 0.2)*r.sign(), r.between(0.12, 0.5)
	white := r.chance(0.5)
	flank := r.around(0.12)
	for y := range f.h {
		for x := range f.w {
			var d float64
			if angle == 0 {
				d = (float64(x)-x0)*c + (float64(y)-h/2)*s
			} else {
				d = (float64(x)-w/2)*c + (float64(y)-y0)*s
			}
			shade := 1 + depth*math.Exp(-math.Abs(d)/width)*sign(d)
			if d > 0 {
				shade += flank
			}
			i := y*f.w + x
			p := gained(f.px[i], uint64(clamp(int(shade*128), 0, 256)))
			if k := worn * math.Exp(-d*d/(line*line)); k > 0.01 {
				if white {
					p = lerp(p, pixel(245, 243, 240), uint64(k*256))
				} else {
					p = lerp(p, pixel(40, 40, 40), uint64(k*200))
				}
			}
			f.px[i] = p
		}
	}
}

func sign(v float64) float64 {
	if v < 0 {
		return -1
	}
	return 1
}

// fade makes the print pale, like sunlight and bad toner.
func (f *frame) fade(r rng) {
	keep := r.between(0.2, 0.5)
	paper := [3]float64{r.between(235, 252), r.between(235, 250), r.between(222, 246)}
	for i, p := range f.px {
		red, green, blue := channels(p)
		to := func(v uint64, paper float64) uint64 { return uint64(max(0, min(255, paper-(paper-float64(v))*keep))) }
		f.px[i] = pixel(to(red, paper[0]), to(green, paper[1]), to(blue, paper[2]))
	}
}

// pixels simulates photographing a screen: rows of pixels, their interference with the
// sensor's, and a bluish white.
func (f *frame) pixels(r rng) {
	depth := r.between(0.05, 0.16)
	f.moire(r.between(2.2, 4), r.around(0.15), depth)
	f.moire(r.between(2.2, 4), math.Pi/2+r.around(0.15), depth*r.between(0.3, 1))
	f.moire(r.between(8, 40), r.angle(), depth*r.between(0.3, 0.9))
	t := newTone()
	t.balance(r.between(0.88, 1), r.between(0.95, 1), r.between(1, 1.08))
	t.apply(f)
}
