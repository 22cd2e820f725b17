package capturesim

import (
	"fmt"
	"math"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Levels is the number of severities of every family.
const Levels = 5

// family is one kind of disturbance with its five severities.
type family struct {
	name string
	// amounts are the five severities, in the unit that apply takes.
	amounts [Levels]float64
	apply   func(f *frame, s *scratch, amount float64, r rng)
}

// sweepSide is the shorter side, in pixels, to which a picture is reduced before it is
// disturbed: the size of a document in an ordinary photo. The strength of noise,
// compression and blur depends on the size of a picture.
const sweepSide = 384

// families lists the robustness sweep. Lengths are shares of the shorter side,
// angles are degrees.
var families = []family{
	{"blur", [Levels]float64{0.005, 0.01, 0.015, 0.022, 0.03}, sweepBlur},
	{"motion", [Levels]float64{0.015, 0.03, 0.05, 0.075, 0.11}, sweepMotion},
	{"noise", [Levels]float64{10, 20, 32, 45, 60}, sweepNoise},
	{"jpeg", [Levels]float64{40, 20, 10, 5, 2}, sweepJPEG},
	{"exposure", [Levels]float64{0.6, 1.1, 1.6, 2.2, 3}, sweepExposure},
	{"glare", [Levels]float64{0.2, 0.3, 0.4, 0.52, 0.65}, sweepGlare},
	{"shadow", [Levels]float64{0.25, 0.4, 0.55, 0.7, 0.85}, sweepShadow},
	{"perspective", [Levels]float64{12, 24, 35, 45, 54}, sweepPerspective},
	{"rotation", [Levels]float64{4, 9, 15, 25, 40}, sweepRotation},
	{"crop-error", [Levels]float64{0.015, 0.03, 0.05, 0.075, 0.11}, sweepCrop},
	{"occlusion", [Levels]float64{0.05, 0.1, 0.18, 0.28, 0.4}, sweepOcclusion},
	{"low-resolution", [Levels]float64{96, 64, 44, 30, 20}, sweepLowResolution},
}

// Families returns the names of the robustness sweep's disturbances.
func Families() []string {
	var names []string
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// Sweep returns the picture, reduced to 384 pixels on its shorter side,
// disturbed by one family at a level of 1 (slight) to 5 (severe). The same
// seed gives the same direction, place and pattern at every level. It panics
// on an unknown name or level.
func Sweep(name string, level int, m *imaging.Image, seed uint64) *imaging.Image {
	if level < 1 || level > Levels {
		panic(fmt.Sprintf("capturesim: sweep level %d, want 1 to %d", level, Levels))
	}
	for _, fam := range families {
		if fam.name == name {
			f := reduced(m, sweepSide)
			fam.apply(f, new(scratch), fam.amounts[level-1], newRNG(seed))
			return f.image()
		}
	}
	panic(fmt.Sprintf("capturesim: unknown family %q; known are %v", name, Families()))
}

// reduced returns the picture with at most side pixels on its shorter side.
func reduced(m *imaging.Image, side int) *frame {
	if short := min(m.W, m.H); short > side {
		m = imaging.ResizeArea(m, max(1, m.W*side/short), max(1, m.H*side/short))
	}
	f := new(frame)
	f.load(m)
	return f
}

func (f *frame) short() float64 { return float64(min(f.w, f.h)) }

func sweepBlur(f *frame, s *scratch, amount float64, _ rng) { f.gaussian(s, amount*f.short()) }

func sweepMotion(f *frame, s *scratch, amount float64, r rng) {
	f.motion(s, amount*f.short(), r.angle())
}

func sweepNoise(f *frame, _ *scratch, amount float64, r rng) { f.noise(r, amount, false) }

func sweepJPEG(f *frame, s *scratch, amount float64, _ rng) { f.jpeg(s, int(amount)) }

func sweepExposure(f *frame, _ *scratch, amount float64, r rng) {
	t := newTone()
	t.exposure(amount * r.sign())
	t.apply(f)
}

func sweepGlare(f *frame, _ *scratch, amount float64, r rng) {
	w, h := float64(f.w), float64(f.h)
	size := math.Sqrt(w * h)
	f.glare(glareSpot{w * r.between(0.25, 0.75), h * r.between(0.25, 0.75), size * amount * 1.25, size * amount * 0.8, r.angle(), 0.6 + amount})
}

func sweepShadow(f *frame, _ *scratch, amount float64, r rng) {
	f.shadow(halfPlane{r.angle(), r.around(0.25), f.short() * 0.02}, 1-amount)
}

// sweepPerspective shows the document from the side, cropped to its bounding box.
func sweepPerspective(f *frame, _ *scratch, amount float64, r rng) {
	direction := r.angle()
	cam := camera{focal: 1.6, distance: 1.6}
	cam.tilt(amount*math.Pi/180, direction, 0)
	f.reframe(func(p planar.Point) planar.Point { return cam.project(p.X, p.Y, 0) })
}

func sweepRotation(f *frame, _ *scratch, amount float64, r rng) {
	a := amount * math.Pi / 180 * r.sign()
	c, s := math.Cos(a), math.Sin(a)
	f.reframe(func(p planar.Point) planar.Point { return planar.Pt(c*p.X-s*p.Y, s*p.X+c*p.Y) })
}

// reframe moves the document's corners, given around (0, 0) with the longer
// side 1, and crops the result to their bounding box.
func (f *frame) reframe(place func(planar.Point) planar.Point) {
	w, h := float64(f.w), float64(f.h)
	long := max(w, h)
	q := planar.Rectangle(-w/2/long, -h/2/long, w/2/long, h/2/long)
	lo, hi := planar.Pt(math.Inf(1), math.Inf(1)), planar.Pt(math.Inf(-1), math.Inf(-1))
	for i, p := range q {
		q[i] = place(p)
		lo = planar.Pt(min(lo.X, q[i].X), min(lo.Y, q[i].Y))
		hi = planar.Pt(max(hi.X, q[i].X), max(hi.Y, q[i].Y))
	}
	// Enlarge the frame so that the document keeps its size in pixels.
	scale := long / max(1, min(hi.X-lo.X, hi.Y-lo.Y))
	var out frame
	out.resize(max(1, int((hi.X-lo.X)*scale)), max(1, int((hi.Y-lo.Y)*scale)))
	out.fill(pixel(118, 114, 108))
	for i := range q {
		q[i] = planar.Pt((q[i].X-lo.X)*scale, (q[i].Y-lo.Y)*scale)
	}
	warp(&out, f, quadToQuad(q, planar.Rectangle(0, 0, w, h)), keep)
	*f = out
}

func sweepCrop(f *frame, s *scratch, amount float64, r rng) {
	w, h := float64(f.w), float64(f.h)
	q := planar.Rectangle(0, 0, w, h)
	for i := range q {
		a := r.angle()
		q[i].X += amount * w * 1.4 * math.Cos(a)
		q[i].Y += amount * h * 1.4 * math.Sin(a)
	}
	out := &s.c
	out.resize(f.w, f.h)
	out.fill(pixel(118, 114, 108))
	warp(out, f, quadToQuad(planar.Rectangle(0, 0, w, h), q), keep)
	copy(f.px, out.px)
}

func sweepOcclusion(f *frame, _ *scratch, amount float64, r rng) {
	x, y := r.Float64(), r.Float64()
	color := pixel(r.Uint64N(256), r.Uint64N(256), r.Uint64N(256))
	side := math.Sqrt(amount)
	w, h := side*float64(f.w), side*float64(f.h)
	x0, y0 := x*(float64(f.w)-w), y*(float64(f.h)-h)
	f.box(int(x0), int(y0), int(x0+w), int(y0+h), color)
}

func sweepLowResolution(f *frame, s *scratch, amount float64, _ rng) {
	k := amount / f.short()
	if k < 1 {
		f.coarse(s, int(float64(f.w)*k), int(float64(f.h)*k))
	}
}
