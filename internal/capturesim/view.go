package capturesim

import (
	"math"
	"sync"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// Config are the probabilities of the disturbances of a training capture. Strength
// scales all their magnitudes; 1 is that of the reference recipe.
type Config struct {
	Strength float64
	Clean    float64 // no disturbance, only reduction to the input's size

	Corners float64 // errors of the corners; otherwise crop, rotation and perspective
	Coarse  float64 // down-up scaling
	Light   float64 // gradient or shadow edge
	Glare   float64
	Tone    float64 // gamma, contrast, exposure
	Color   float64 // white balance, grey, channel swap, inversion, saturation
	Blur    float64 // Gaussian or motion
	Boxes   float64 // occlusion
	Noise   float64
	JPEG    float64

	// Not in the reference recipe.
	Defocus, ISO, Multiplicative, Fold, Moire, Print float64

	// Backgrounds are pictures on which documents lie. If there are none, drawn surfaces
	// are used.
	Backgrounds []*imaging.Image
}

// Full is the captured view of the reference recipe.
func Full() Config {
	return Config{Strength: 1, Corners: 0.5, Coarse: 0.3, Light: 0.5, Glare: 0.3, Tone: 0.6,
		Color: 0.78, Blur: 0.36, Boxes: 0.12, Noise: 0.35, JPEG: 0.45}
}

// Light is the lightly captured view of the reference recipe: about a third of the
// strength, fewer disturbances, and half of the captures clean.
func Light() Config {
	return Config{Strength: 0.35, Clean: 0.5, Corners: 0.7, Coarse: 0.1, Light: 0.3, Glare: 0.1, Tone: 0.4,
		Color: 0.3, Blur: 0.15, Boxes: 0, Noise: 0.15, JPEG: 0.3}
}

// Wide is Full and the disturbances of cameras, scanners and printers that the reference
// recipe lacks.
func Wide() Config {
	c := Full()
	c.Defocus, c.ISO, c.Multiplicative, c.Fold, c.Moire, c.Print = 0.1, 0.15, 0.08, 0.12, 0.06, 0.06
	return c
}

// Capture makes training captures. It is safe for concurrent use.
type Capture struct {
	cfg         Config
	backgrounds []*frame
	pool        sync.Pool
}

// backgroundSide is the longer side, in pixels, to which backgrounds are reduced. Little
// of them shows next to a document in a network's input.
const backgroundSide = 192

// NewCapture prepares the backgrounds. If cfg has none, it draws 32 surfaces.
func NewCapture(cfg Config) *Capture {
	c := &Capture{cfg: cfg}
	c.pool.New = func() any { return new(viewer) }
	pictures := cfg.Backgrounds
	if len(pictures) == 0 {
		for i := range uint64(32) {
			pictures = append(pictures, Surface(SurfaceNames()[i%uint64(len(SurfaceNames()))], backgroundSide, backgroundSide, i))
		}
	}
	for _, m := range pictures {
		f := new(frame)
		f.load(imaging.FitWithin(m, backgroundSide))
		c.backgrounds = append(c.backgrounds, f)
	}
	return c
}

// View writes one capture of the picture to dst as size x size RGB bytes.
func (c *Capture) View(dst []byte, size int, src *imaging.Image, seed uint64) {
	c.ViewOf(dst, size, NewSource(src), 0, seed)
}

// ViewOf is View for a form of a prepared picture. The same seed gives the same capture.
func (c *Capture) ViewOf(dst []byte, size int, src *Source, form Form, seed uint64) {
	v := c.pool.Get().(*viewer)
	defer c.pool.Put(v)
	v.r, v.cfg, v.scale = newRNG(seed), &c.cfg, float64(size)/128
	v.out.resize(size, size)
	if v.r.chance(c.cfg.Clean) {
		v.clean(src, form)
	} else {
		v.place(src, form, c.backgrounds)
		v.photograph()
	}
	v.out.store(dst)
}

// viewer holds the state of one capture, for reuse.
type viewer struct {
	scratch
	out   frame
	r     rng
	cfg   *Config
	scale float64 // factor for lengths that are given for an input of 128 pixels
}

// clean reduces the form to the input's size by area averaging, as recognition does.
func (v *viewer) clean(src *Source, form Form) {
	img := form.Apply(src.img)
	v.c.load(imaging.ResizeArea(img, v.out.w, v.out.h))
	copy(v.out.px, v.c.px)
}

// place warps the form into the view. It is the only geometric step.
func (v *viewer) place(src *Source, form Form, backgrounds []*frame) {
	size := float64(v.out.w)
	var shown [4]planar.Point // the view's corners, where the document is the unit square
	if v.r.chance(v.cfg.Corners) {
		shown = v.cornerError()
	} else {
		shown = v.crop()
	}
	full := form.corners(form.window(src.img.W, src.img.H))
	toSource := then(quadToQuad(planar.Rectangle(0, 0, size, size), shown), squareTo(full))
	level, sx, sy := src.level(spread(&toSource, planar.Pt(size/2, size/2)))
	toSource = then(toSource, planar.Homography{sx, 0, 0, 0, sy, 0, 0, 0, 1})
	e := replicate
	if exceedsSquare(shown) {
		e = v.background(backgrounds)
	}
	warpRect(&v.out, level, toSource, e, form.window(level.w, level.h))
}

// cornerError moves the corners as an inexact corner detector does.
func (v *viewer) cornerError() [4]planar.Point {
	sigma := v.r.between(0, 0.05) * v.cfg.Strength
	q := planar.Rectangle(0, 0, 1, 1)
	for i := range q {
		q[i].X += sigma * max(-2.5, min(2.5, v.r.NormFloat64()))
		q[i].Y += sigma * max(-2.5, min(2.5, v.r.NormFloat64()))
	}
	return q
}

// crop frames the document as a person does by hand: too close or too far, rotated,
// tilted.
func (v *viewer) crop() [4]planar.Point {
	k := v.cfg.Strength
	scale := 1 + k*v.r.between(-0.15, 0.18)
	angle := k * v.r.around(12) * math.Pi / 180
	tilt := k * v.r.between(0, 0.06)
	dx, dy := k*v.r.around(0.05), k*v.r.around(0.05)
	c, s := math.Cos(angle)*scale, math.Sin(angle)*scale
	q := planar.Rectangle(-0.5, -0.5, 0.5, 0.5)
	for i, p := range q {
		p.X += v.r.around(tilt)
		p.Y += v.r.around(tilt)
		q[i] = planar.Pt(0.5+dx+c*p.X-s*p.Y, 0.5+dy+s*p.X+c*p.Y)
	}
	return q
}

// exceedsSquare says whether the view shows anything beyond the document.
func exceedsSquare(q [4]planar.Point) bool {
	for _, p := range q {
		if p.X < 0 || p.X > 1 || p.Y < 0 || p.Y > 1 {
			return true
		}
	}
	return false
}

// background prepares the surroundings of the document: a picture, one colour, or the
// document's edge pixels repeated.
func (v *viewer) background(backgrounds []*frame) edges {
	switch v.r.IntN(3) {
	case 0:
		b := backgrounds[v.r.IntN(len(backgrounds))]
		zoom := v.r.between(0.5, 1) * float64(min(b.w, b.h)) / float64(v.out.w)
		angle := v.r.angle()
		c, s := zoom*math.Cos(angle), zoom*math.Sin(angle)
		half := float64(v.out.w) / 2
		x, y := float64(b.w)*v.r.between(0.4, 0.6), float64(b.h)*v.r.between(0.4, 0.6)
		warp(&v.out, b, planar.Homography{c, -s, x - c*half + s*half, s, c, y - s*half - c*half, 0, 0, 1}, replicate)
		return keep
	case 1:
		v.out.fill(v.color())
		return keep
	}
	return replicate
}

func (v *viewer) color() uint64 {
	return pixel(v.r.Uint64N(256), v.r.Uint64N(256), v.r.Uint64N(256))
}

// photograph applies light, lens and sensor, in the order in which light meets them.
func (v *viewer) photograph() {
	f, r, k, p := &v.out, v.r, v.cfg.Strength, v.cfg
	if r.chance(p.Print) {
		f.printed(r, &v.scratch, k*r.Float64())
	}
	if r.chance(p.Fold) {
		f.fold(r.angle(), r.around(0.5), k*r.between(0.1, 0.5))
	}
	if r.chance(p.Coarse) {
		side := int(v.scale * (96 - r.between(0, 48)*min(1, k)))
		f.coarse(&v.scratch, side, side)
	}
	if r.chance(p.Light) {
		v.light()
	}
	if r.chance(p.Glare) {
		v.glare()
	}
	if r.chance(p.Moire) {
		f.moire(r.between(2.5, 9), r.angle(), k*r.between(0.03, 0.15))
	}
	v.develop()
	if r.chance(p.Blur) {
		v.blur()
	}
	if r.chance(p.Defocus) {
		f.defocus(&v.scratch, v.scale*k*r.between(0.8, 2.8))
	}
	if r.chance(p.Boxes) {
		v.boxes()
	}
	v.sensor()
}

func (v *viewer) light() {
	r, k := v.r, v.cfg.Strength
	if r.chance(0.5) {
		v.out.gradient(r.angle(), k*r.between(0.1, 0.5))
		return
	}
	edge := halfPlane{r.angle(), r.around(0.6), v.scale * r.between(1, 20)}
	v.out.shadow(edge, 1-k*r.between(0.2, 0.65))
}

func (v *viewer) glare() {
	r, size := v.r, float64(v.out.w)
	for range r.upTo(1, 2) {
		v.out.glare(glareSpot{r.between(0, size), r.between(0, size), size * r.between(0.1, 0.45), size * r.between(0.06, 0.35),
			r.angle(), v.cfg.Strength * r.between(0.3, 1)})
	}
}

// develop changes tones and colours as the processing in cameras does.
func (v *viewer) develop() {
	r, k := v.r, v.cfg.Strength
	doTone, doColor := r.chance(v.cfg.Tone), r.chance(v.cfg.Color)
	if !doTone && !doColor {
		return
	}
	t := newTone()
	if doTone {
		t.gamma(math.Exp(k * r.around(0.45)))
		t.contrast(1 + k*r.between(-0.45, 0.35))
		t.exposure(k * r.between(-1.1, 0.5)) // less upwards: white paper would saturate
	}
	if doColor {
		v.recolor(t)
	}
	t.apply(&v.out)
}

func (v *viewer) recolor(t *tone) {
	r, k := v.r, v.cfg.Strength
	switch x := r.Float64(); {
	case x < 0.45: // white balance
		t.balance(1+k*r.around(0.25), 1+k*r.around(0.12), 1+k*r.around(0.3))
	case x < 0.6:
		t.saturate(1 - min(1, k))
	case x < 0.75:
		t.saturate(1 + k*r.between(-0.7, 0.8))
	case x < 0.9 && k > 0.5:
		order := [][3]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
		t.permute(order[r.IntN(len(order))])
	case k > 0.5:
		t.invert()
	default:
		t.brighten(k * r.around(0.1))
	}
}

func (v *viewer) blur() {
	r, k := v.r, v.cfg.Strength
	if r.chance(0.6) {
		v.out.gaussian(&v.scratch, v.scale*k*r.between(0.4, 1.9))
		return
	}
	v.out.motion(&v.scratch, v.scale*k*r.between(2, 8), r.angle())
}

func (v *viewer) boxes() {
	r, size := v.r, v.out.w
	for range r.upTo(1, 2) {
		w, h := int(float64(size)*r.between(0.08, 0.35)), int(float64(size)*r.between(0.08, 0.35))
		x, y := r.IntN(size)-w/2, r.IntN(size)-h/2
		v.out.box(x, y, x+w, y+h, v.color())
	}
}

// sensor adds noise and compression.
func (v *viewer) sensor() {
	f, r, k, p := &v.out, v.r, v.cfg.Strength, v.cfg
	switch {
	case r.chance(p.ISO):
		f.iso(r, &v.scratch, k*r.between(0.2, 1.2))
	case r.chance(p.Multiplicative):
		f.multiplicative(r, k*r.between(0.03, 0.13))
	case r.chance(p.Noise):
		f.noise(r, k*r.between(2, 22), r.chance(0.3))
	}
	if r.chance(p.JPEG) {
		f.jpeg(&v.scratch, 90-int(min(1, k)*r.between(0, 78)))
	}
}
