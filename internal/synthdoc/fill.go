package synthdoc

import (
	"fmt"

	"exemplar/internal/canvas"
	"exemplar/internal/imaging"
)

// Field is an area of a form that may be filled in, in pixels of the form's picture.
type Field struct {
	Kind string     `json:"kind"` // text, check, radio, choice or signature
	Box  [4]float32 `json:"box"`  // left, top, right, bottom
	Max  int        `json:"max"`  // largest number of characters; 0 if unknown
	Comb bool       `json:"comb"` // one character per cell, Max cells
}

// FillIn returns a copy of a form's picture with contents in some of its fields, typed or
// handwritten by one person in one colour. content is a seed.
func FillIn(form *imaging.Image, fields []Field, content uint64) *imaging.Image {
	s := &sheet{doc: Document{Content: content}, w: float32(form.W), h: float32(form.H)}
	s.Canvas = canvas.New(form.W, form.H, 1)
	copy(s.Image.Pix, form.Pix)
	r := s.trait("filling")
	f := filler{sheet: s, lang: &languages[r.IntN(len(languages))], share: r.between(0.25, 1), byHand: r.chance(0.35), pen: penColor(r)}
	f.face = pick(r, canvas.Mono, canvas.Mono, canvas.Regular, canvas.Regular, canvas.Medium, canvas.Bold, canvas.MonoBold)
	f.size = r.between(0.55, 0.85)
	f.most = r.between(10, 16) * float32(max(form.W, form.H)) / 1024
	f.wide = r.between(0.8, 1.05)
	if !f.byHand && r.chance(0.7) {
		f.pen = canvas.RGB{R: 0.05, G: 0.05, B: 0.08}
	}
	for i, field := range fields {
		if g := s.trait(fmt.Sprint("field ", i)); g.chance(f.share) {
			f.fill(field, g)
		}
	}
	if g := s.trait("stamp"); g.chance(0.12) {
		r := s.h * g.between(0.04, 0.07)
		s.stamp(s.w*g.between(0.2, 0.9), s.h*g.between(0.2, 0.9), r, f.lang.name(g), digits(g, "20##"), penColor(g), g)
	}
	return s.Image
}

// filler is the style of the person who fills in a form.
type filler struct {
	*sheet
	lang   *language
	share  float32 // share of the fields that get contents
	byHand bool
	pen    canvas.RGB
	face   *canvas.Face
	size   float32 // of letters, as a share of the field's height
	most   float32 // largest size of letters, pixels
	wide   float32
}

func (f *filler) fill(field Field, g rng) {
	x0, y0, x1, y1 := field.Box[0], field.Box[1], field.Box[2], field.Box[3]
	w, h := x1-x0, y1-y0
	if w < 3 || h < 3 {
		return
	}
	switch field.Kind {
	case "check", "radio":
		if g.chance(0.45) {
			f.tick(x0, y0, w, h, g)
		}
		return
	case "signature":
		f.signature(x0+w*0.05, y1-h*0.3, min(w*0.8, h*6), f.pen, g)
		return
	}
	if field.Comb && field.Max > 1 {
		f.comb(field, g)
		return
	}
	lines := 1
	if most := int(h / (f.most * 1.25)); h > 2.6*f.most && g.chance(0.8) {
		lines = g.upTo(1, max(1, min(most, 6)))
	}
	leading := min(h/float32(lines), f.most*1.3)
	for i := range lines {
		text := f.answer(w/f.most, field.Max, g)
		f.line1(x0+w*0.02+1, y0+leading*(float32(i)+0.8), w*0.96, min(f.most, leading*f.size), text, g)
	}
}

// line1 writes one line of contents.
func (f *filler) line1(x, y, w, size float32, text string, g rng) {
	st := canvas.Style{Face: f.face, Size: size, Wide: f.wide, Ink: canvas.Solid(f.pen)}
	if f.byHand {
		st.Face, st.Slant, st.Size = canvas.Italic, 0.12, size*1.15
		hand(f.Canvas, x, y, text, st.Fit(text, w), g)
		return
	}
	if g.chance(0.15) {
		st.Align = canvas.Right
		x += w
	}
	f.Text(x, y, text, st.Fit(text, w))
}

// answer invents the contents of a field that has room for so many letters.
func (f *filler) answer(room float32, most int, g rng) string {
	if most > 0 && most < 12 {
		return digits(g, "###########"[:most])
	}
	if room < 5 {
		return digits(g, pick(g, "##", "#", "@"))
	}
	if room < 9 {
		return digits(g, pick(g, "####", "###.##", "##/##", "#,###"))
	}
	if room < 18 || g.chance(0.3) {
		return digits(g, pick(g, "##,###", "###-##-####", "##/##/20##", "#####.##", "#,###", "@@ #####"))
	}
	name := f.lang.name(g) + " " + f.lang.name(g)
	if room > 40 && g.chance(0.5) {
		return name + ", " + f.lang.phrase(g, g.upTo(1, 4)) + digits(g, " ##")
	}
	return name
}

func (f *filler) comb(field Field, g rng) {
	x0, y0, x1, y1 := field.Box[0], field.Box[1], field.Box[2], field.Box[3]
	step := (x1 - x0) / float32(field.Max)
	st := canvas.Style{Face: f.face, Size: min(f.most, (y1-y0)*f.size*1.1), Align: canvas.Center, Ink: canvas.Solid(f.pen)}
	for i := range g.upTo(max(1, field.Max/2), field.Max) {
		f.Text(x0+step*(float32(i)+0.5), y1-(y1-y0)*0.22, digits(g, pick(g, "#", "#", "@")), st)
	}
}

// tick marks a box: crossed, hooked, filled or dotted.
func (f *filler) tick(x, y, w, h float32, g rng) {
	k, thick := canvas.Solid(f.pen), max(0.9, min(w, h)*g.between(0.1, 0.2))
	switch g.IntN(4) {
	case 0:
		f.Line(x+w*0.15, y+h*0.15, x+w*0.85, y+h*0.85, thick, k)
		f.Line(x+w*0.85, y+h*0.15, x+w*0.15, y+h*0.85, thick, k)
	case 1:
		f.Line(x+w*0.1, y+h*0.5, x+w*0.4, y+h*0.9, thick, k)
		f.Line(x+w*0.4, y+h*0.9, x+w*1.1, y-h*0.2, thick, k)
	case 2:
		f.Rect(x+w*0.2, y+h*0.2, w*0.6, h*0.6, k)
	default:
		st := canvas.Style{Face: f.face, Size: h * 1.1, Align: canvas.Center, Ink: k}
		f.Text(x+w/2, y+h*0.88, "X", st)
	}
}

// hand writes a line by hand: position, size and angle vary from letter to letter.
func hand(c *canvas.Canvas, x, y float32, s string, st canvas.Style, r rng) {
	if c.Muted {
		return
	}
	pen := float32(0)
	slope := r.between(-0.02, 0.01)
	line := new(canvas.Path)
	for _, letter := range s {
		g := st.Face.Glyph(letter)
		size := st.Size * r.between(0.92, 1.08)
		place := canvas.Turned(r.between(-0.06, 0.06), x+pen, y+slope*pen+r.between(-0.04, 0.04)*st.Size)
		line.AddGlyph(g, canvas.Affine{A: size * st.Width(), B: -st.Slant * size, C: 0, D: 0, E: size, F: 0}.Then(place))
		pen += (g.Advance*r.between(0.93, 1.04) + st.Track) * st.Size * st.Width()
	}
	c.Fill(line, canvas.Identity, st.Ink)
}
