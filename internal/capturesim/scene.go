package capturesim

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// SceneParams are the parameters of photos of whole documents. Fields are probabilities
// unless their comment gives another unit.
type SceneParams struct {
	Width, Height int     // of the photo, pixels
	SizeMin       float64 // least longer side of the document as a share of the photo's
	SizeMax       float64
	Tilt          float64 // largest angle between the line of sight and the document's normal, degrees
	Turn          float64 // largest rotation of the document in the picture, degrees (180: any)

	Bend    float64 // bent or curled paper
	Clutter float64 // other papers beside or under it
	Fingers float64 // hands that hold or cover it
	Outside float64 // partly outside the photo
	Shade   float64 // shadow edges and slopes of light
	Glare   float64
	Blur    float64 // defocus or motion
	Dim     float64 // too dark or too bright, wrong white
	Noise   float64 // mean strength of the sensor's noise, 0..1
	Quality int     // lowest JPEG quality; the highest is 95

	// Others are pictures of other papers that may lie next to the document. If there are
	// none, sheets with lines of text are drawn.
	Others []*imaging.Image

	// Paper is how much there is of each pixel of the document, row by row; nil for all.
	Paper []byte

	// Of [Worn]:
	blurMost bool // blur is plainly seen
	screen   bool // a screen shows the document
}

// Everyday are the photos of people who take a little care.
func Everyday() SceneParams {
	return SceneParams{Width: 1024, Height: 768, SizeMin: 0.4, SizeMax: 0.95, Tilt: 30, Turn: 180,
		Bend: 0.4, Clutter: 0.35, Fingers: 0.2, Outside: 0.05, Shade: 0.5, Glare: 0.2, Blur: 0.25, Dim: 0.4, Noise: 0.25, Quality: 60}
}

// Hard are the photos of people who take no care: the document is small, seen from the
// side, bent, held in a hand, in bad light, out of focus.
func Hard() SceneParams {
	return SceneParams{Width: 1024, Height: 768, SizeMin: 0.22, SizeMax: 1, Tilt: 50, Turn: 180,
		Bend: 0.6, Clutter: 0.6, Fingers: 0.45, Outside: 0.2, Shade: 0.8, Glare: 0.45, Blur: 0.5, Dim: 0.7, Noise: 0.5, Quality: 30}
}

// Plain shows the document flat and in good light, from any side: for tests of geometry.
func Plain() SceneParams {
	return SceneParams{Width: 640, Height: 480, SizeMin: 0.4, SizeMax: 0.8, Tilt: 40, Turn: 180, Quality: 95}
}

// Photo is a document laid into a photo.
type Photo struct {
	Image *imaging.Image
	// Quad holds the document's upper left, upper right, lower right and lower left
	// corner, in pixels of Image; (0, 0) is the centre of the first pixel. Corners may
	// lie outside of the image.
	Quad [4]planar.Point
	// Shown is how much of each pixel shows the document, row by row: 0 on the ground and
	// on what covers it.
	Shown []byte
	// Touched is the share of the document's area where the condition of [Worn] is plain to
	// see, if it is Torn, Stained or Glaring: by 24 grey levels or more.
	Touched float64
	// Visible is the share of the document's area that is inside the picture and not
	// covered.
	Visible float64
}

// scene is a photo being made.
type scene struct {
	scratch
	p    SceneParams
	r    rng
	out  frame
	mask []byte // how much of each pixel shows the document
	view placedCamera
	doc  *sheet3D
}

// Scene lays a document into a photo. It lies on the background picture or, if that is
// nil, on a drawn surface. The same arguments give the same photo.
func Scene(doc, background *imaging.Image, p SceneParams, seed uint64) Photo {
	s := &scene{p: p, r: newRNG(seed)}
	if s.r.chance(0.4) {
		s.p.Width, s.p.Height = p.Height, p.Width // held upright
	}
	s.out.resize(s.p.Width, s.p.Height)
	s.mask = make([]byte, len(s.out.px))
	s.doc = newSheet3D(doc)
	s.doc.paper = p.Paper
	if s.r.chance(p.Bend) {
		s.doc.bend = newBend(s.r)
		if s.doc.round > 0 { // plastic hardly bends
			s.doc.bend.height *= 0.2
		}
	}
	s.aim()
	s.ground(background)
	s.clutter()
	s.castShadow(s.doc, s.r.between(0.15, 0.45))
	s.render(s.doc, s.mask)
	s.hands()
	quad := s.doc.quad(&s.view)
	visible := s.visible(quad)
	s.light()
	s.expose()
	before := slices.Clone(s.out.px)
	s.reflections(quad)
	glare := s.changed(before)
	s.shoot()
	return Photo{s.out.image(), quadFromFirst(quad), s.mask, glare, visible}
}

// changed is the share of the pixels that show the document which are others by now.
func (s *scene) changed(before []uint64) float64 {
	n, other := 0, 0
	for i, shown := range s.mask {
		if shown < 128 {
			continue
		}
		n++
		if plainlyDiffer(before[i], s.out.px[i]) {
			other++
		}
	}
	return float64(other) / float64(max(1, n))
}

// plainlyDiffer says that two pixels differ as anybody can see.
func plainlyDiffer(a, b uint64) bool {
	const plain = 24
	r0, g0, b0 := channels(a)
	r1, g1, b1 := channels(b)
	return max(r0, r1)-min(r0, r1) >= plain || max(g0, g1)-min(g0, g1) >= plain || max(b0, b1)-min(b0, b1) >= plain
}

// placedCamera is a camera, and the position of its picture in the photo.
type placedCamera struct {
	cam          camera
	scale        float64 // pixels per unit of the camera's picture
	offX, offY   float64
	toPlane, toP planar.Homography // photo to plane (z = 0), and back
}

func (o *placedCamera) project(x, y, z float64) planar.Point {
	p := o.cam.project(x, y, z)
	return planar.Pt(o.offX+o.scale*p.X, o.offY+o.scale*p.Y)
}

// unit returns the length in pixels of the document's longer side (one unit of the plane)
// at the point the camera looks at.
func (o *placedCamera) unit() float64 { return o.scale * o.cam.focal / o.cam.distance }

// updateMaps computes the maps between photo and plane after a change of the camera.
func (o *placedCamera) updateMaps() {
	o.toP = then(o.cam.plane(), planar.Homography{o.scale, 0, o.offX, 0, o.scale, o.offY, 0, 0, 1})
	o.toPlane = o.toP.Adjugate()
}

// aim chooses the camera's position and the document's position in the photo.
func (s *scene) aim() {
	r := s.r
	long := float64(max(s.p.Width, s.p.Height))
	size := r.between(s.p.SizeMin, s.p.SizeMax)
	// A phone's lens is equivalent to 24 to 40 mm on a frame 36 mm wide.
	s.view.cam.focal = r.between(0.7, 1.1)
	s.view.cam.distance = max(0.85, s.view.cam.focal/size)
	s.view.scale = long * size * s.view.cam.distance / s.view.cam.focal
	// The power makes slight tilts more frequent than strong ones.
	lean := s.p.Tilt * math.Pow(r.Float64(), 1.3) * math.Pi / 180
	s.view.cam.tilt(lean, r.angle(), s.turn())
	s.view.updateMaps()
	s.position()
}

// turn chooses the rotation of the document, in radians: mostly near a multiple of 90
// degrees.
func (s *scene) turn() float64 {
	most := s.p.Turn
	if s.r.chance(0.3) {
		return s.r.around(most) * math.Pi / 180
	}
	quarter := 0.0
	if most >= 90 {
		quarter = 90 * float64(s.r.IntN(4))
	}
	return (quarter + s.r.around(min(most, 14))) * math.Pi / 180
}

// position reduces the scale until the document fits into the photo, and moves it to a
// random position inside, or with the probability Outside partly outside.
func (s *scene) position() {
	w, h := float64(s.p.Width), float64(s.p.Height)
	lo, hi := bounds(s.doc.quad(&s.view))
	if k := min(0.98*w/(hi.X-lo.X), 0.98*h/(hi.Y-lo.Y)); k < 1 {
		s.view.scale *= k
		lo, hi = planar.Pt(lo.X*k, lo.Y*k), planar.Pt(hi.X*k, hi.Y*k)
	}
	bw, bh := hi.X-lo.X, hi.Y-lo.Y
	x, y := s.r.Float64()*(w-bw), s.r.Float64()*(h-bh)
	if s.r.chance(0.5) { // most people aim at it
		x, y = (x+(w-bw)/2)/2, (y+(h-bh)/2)/2
	}
	if s.r.chance(s.p.Outside) {
		out := s.r.between(0.05, 0.4)
		switch s.r.IntN(4) {
		case 0:
			x = -out * bw
		case 1:
			x = w - (1-out)*bw
		case 2:
			y = -out * bh
		default:
			y = h - (1-out)*bh
		}
	}
	s.view.offX, s.view.offY = x-lo.X, y-lo.Y
	s.view.updateMaps()
}

func bounds(q [4]planar.Point) (lo, hi planar.Point) {
	lo, hi = q[0], q[0]
	for _, p := range q[1:] {
		lo = planar.Pt(min(lo.X, p.X), min(lo.Y, p.Y))
		hi = planar.Pt(max(hi.X, p.X), max(hi.Y, p.Y))
	}
	return lo, hi
}

// ground fills the photo with the surface on which the document lies.
func (s *scene) ground(background *imaging.Image) {
	var f frame
	if background != nil {
		f.load(background)
		s.wall(&f)
		return
	}
	const w, h = 800, 600
	f.resize(w, h)
	surfaces[s.r.IntN(len(surfaces))].draw(&f, s.r)
	// The surface lies in the document's plane. The size of its pattern relative to the
	// document is random.
	units := s.r.between(1.2, 3.5) / s.view.cam.focal * s.view.cam.distance
	angle := s.r.angle()
	c, sn := math.Cos(angle)*w/units, math.Sin(angle)*w/units
	warpTiled(&s.out, &f, then(s.view.toPlane, planar.Homography{c, -sn, w / 2, sn, c, h / 2, 0, 0, 1}))
}

// wall uses a random part of a picture, with the photo's aspect ratio, without
// perspective.
func (s *scene) wall(f *frame) {
	w, h := float64(s.out.w), float64(s.out.h)
	k := min(float64(f.w)/w, float64(f.h)/h) * s.r.between(0.6, 1)
	x, y := s.r.Float64()*(float64(f.w)-k*w), s.r.Float64()*(float64(f.h)-k*h)
	for k > tooCoarse && f.w > 8 && f.h > 8 {
		var half frame
		f.halve(&half)
		*f = half
		k, x, y = k/2, x/2, y/2
	}
	warp(&s.out, f, planar.Homography{k, 0, x, 0, k, y, 0, 0, 1}, replicate)
}

// warpTiled warps a texture that is repeated endlessly by reflection.
func warpTiled(dst, src *frame, h planar.Homography) {
	small := *src
	for spread(&h, planar.Pt(float64(dst.w)/2, float64(dst.h)/2)) > tooCoarse && small.w > 8 {
		var half frame
		small.halve(&half)
		small = half
		h = then(h, planar.Homography{0.5, 0, 0, 0, 0.5, 0, 0, 0, 1})
	}
	for y := range dst.h {
		row := dst.row(y)
		for x := range row {
			p := h.Apply(planar.Pt(middle(x), middle(y)))
			row[x] = small.sample(reflect(fromFirst(p.X), small.w), reflect(fromFirst(p.Y), small.h))
		}
	}
}

// reflect folds a coordinate into 0..n-1.
func reflect(x float64, n int) float64 {
	if n == 1 || math.IsNaN(x) || math.Abs(x) > 1e7 {
		return 0
	}
	period := 2 * float64(n-1)
	x = math.Abs(x)
	x -= period * math.Floor(x/period)
	return min(x, period-x)
}

// sample interpolates the frame bilinearly at a position inside it; (0, 0) is the centre
// of the first pixel.
func (f *frame) sample(x, y float64) uint64 {
	ix, iy := int(x), int(y)
	fx, fy := uint64((x-float64(ix))*256), uint64((y-float64(iy))*256)
	x1, y1 := min(ix+1, f.w-1), min(iy+1, f.h-1)
	top := lerp(f.px[iy*f.w+ix], f.px[iy*f.w+x1], fx)
	bottom := lerp(f.px[y1*f.w+ix], f.px[y1*f.w+x1], fx)
	return lerp(top, bottom, fy)
}

// clutter lays other papers next to and under the document.
func (s *scene) clutter() {
	if !s.r.chance(s.p.Clutter) {
		return
	}
	for range s.r.upTo(1, 3) {
		paper := s.otherPaper()
		angle, reach := s.r.angle(), s.r.between(0.55, 1.3)
		paper.x, paper.y = reach*math.Cos(angle), reach*math.Sin(angle)
		paper.turn = s.r.around(math.Pi)
		if s.r.chance(0.6) {
			paper.turn = s.r.around(0.25)
		}
		paper.size = s.r.between(0.5, 1.5)
		s.castShadow(paper, s.r.between(0.1, 0.3))
		s.render(paper, nil)
	}
}

func (s *scene) otherPaper() *sheet3D {
	if n := len(s.p.Others); n > 0 {
		return newSheet3D(s.p.Others[s.r.IntN(n)])
	}
	return newSheet3D(textSheet(s.r))
}

// textSheet draws a sheet with bars in place of words.
func textSheet(r rng) *imaging.Image {
	var f frame
	f.resize(300, 420)
	l := r.between(0.8, 0.98)
	f.fill(colorOf(l, l, l*r.between(0.93, 1)))
	ink := colorOf(0.25, 0.25, 0.3)
	left, right, leading := r.upTo(20, 45), 300-r.upTo(20, 45), r.upTo(9, 16)
	for y := r.upTo(25, 80); y < 390; y += leading {
		if r.chance(0.1) {
			continue
		}
		end := right
		if r.chance(0.2) {
			end = left + r.upTo(40, 200)
		}
		for x := left; x < end; {
			w := r.upTo(6, 30)
			f.box(x, y, min(x+w, end), y+leading/3, ink)
			x += w + 4
		}
	}
	return f.image()
}

// visible returns the share of the document that the mask shows.
func (s *scene) visible(q [4]planar.Point) float64 {
	area := 0.0
	for i, p := range q {
		n := q[(i+1)%4]
		area += (p.X*n.Y - n.X*p.Y) / 2
	}
	sum := 0
	for _, m := range s.mask {
		sum += int(m)
	}
	return min(1, float64(sum)/255/max(1, math.Abs(area)))
}
