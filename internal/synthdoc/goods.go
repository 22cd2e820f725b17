package synthdoc

import (
	"fmt"
	"math"
	"strings"

	"exemplar/internal/canvas"
)

func ticketPage(s *sheet) (w, h float32) { return 1200, s.design("height").between(430, 620) }

// drawTicket draws an entrance or travel ticket with a stub to tear off on
// either side.
func drawTicket(s *sheet) {
	r := s.design("ticket")
	band := s.bandColor()
	s.Rect(0, 0, s.w, s.h, canvas.Solid(s.light.Toward(canvas.White, r.Float32())))
	stub := s.w * r.between(0.22, 0.3)
	t := ticket{s, band, 0, s.w - stub}
	stubX := s.w - stub
	if r.chance(0.3) {
		t.x, stubX = stub, 0
	}
	t.ground(r)
	x, room := t.text(r)
	t.seats(x, s.h*0.68+s.shift(10), room)
	t.stub(stubX, stub)
	note := s.lang.phrase(s.design("note"), 9)
	s.Text(x, s.h-26, note, s.bodyStyle(17, s.dark).Fit(note, room))
}

// ticket is the part of a ticket that is not torn off: from x to x+width.
type ticket struct {
	*sheet
	band     canvas.RGB
	x, width float32
}

func (t ticket) ground(r rng) {
	switch r.IntN(3) {
	case 0:
		t.Rect(t.x, t.h-62, t.width, 62, canvas.Tinted(t.band, 0.18))
	case 1:
		t.hatch(t.x, 0, t.width, t.h, 12, 0.7, canvas.Tinted(t.band, 0.3))
	default:
		t.rosette(t.x+t.width*0.6, t.h*0.5, t.h*0.42, canvas.Tinted(t.band, 0.3), r)
	}
}

// text draws the picture and, next to it, the event. It returns where the text starts and
// how wide it may be.
func (t ticket) text(r rng) (x, room float32) {
	picture := t.width * r.between(0.25, 0.36)
	pictureX := t.x
	x, room = t.x+picture+35, t.width-picture-65
	if r.chance(0.25) {
		pictureX, x = t.x+t.width-picture, t.x+35
	}
	t.illustration(pictureX, 0, picture, t.h, r)
	t.emblem(x+40, 75, 40, t.band, t.second)
	venue := strings.ToUpper(t.lang.name(t.design("venue"))) + " " + t.term(termTicket)
	t.sheet.Text(x+100, 70, venue, t.headStyle(30, t.band.Toward(canvas.Black, 0.2)).Fit(venue, room-110))
	t.sheet.Text(x+100, 104, t.lang.name(t.design("place"))+" · "+t.year(), t.bodyStyle(22, t.dark))
	event := t.ifFilled(t.lang.name(t.value("event")) + " " + t.lang.name(t.value("event two")))
	t.sheet.Text(x, t.h*0.45, event, t.headStyle(62, t.dark).Fit(event, room))
	when := t.ifFilled(t.lang.date(t.value("day"), 2022, 2027, 2) + "   " + digits(t.value("time"), "1#:#0"))
	t.sheet.Text(x, t.h*0.45+48, when, t.bodyStyle(34, t.dark))
	return x, room
}

func (t ticket) seats(x, y, w float32) {
	for i, term := range []int{termRow, termSeat, termPrice} {
		left := x + float32(i)*w/3
		t.RoundRect(left, y, w/3-14, 84, 10, canvas.Tinted(t.band, 0.16))
		t.sheet.Text(left+14, y+25, t.term(term), t.bodyStyle(18, t.dark))
		g := t.value("seat " + fmt.Sprint(i))
		value := t.ifFilled([]string{digits(g, "@"), digits(g, "##"), cents(amount(g, 8, 120))}[i])
		t.sheet.Text(left+14, y+70, value, canvas.Style{Face: canvas.Bold, Size: 42, Ink: canvas.Solid(t.dark)}.Fit(value, w/3-40))
	}
}

func (t ticket) stub(x, w float32) {
	t.Rect(x, 0, w, t.h, canvas.Solid(t.band))
	tear := max(x, t.x)
	t.Dashes(tear, 0, tear, t.h, 4, 10, 9, canvas.Solid(canvas.White))
	on := t.band.Readable()
	mid := x + w/2
	st := t.bodyStyle(26, on)
	st.Align = canvas.Center
	t.sheet.Text(mid, 62, t.term(termTicket), st)
	d := min(w-70, t.h*0.46)
	t.Rect(mid-d/2-12, 90, d+24, d+24, canvas.Solid(canvas.White))
	t.matrixCode(mid-d/2, 102, d, canvas.Black, t.trait("matrix"))
	number := t.ifFilled(digits(t.value("number"), "@@ ######"))
	t.sheet.Text(mid, d+165, number, canvas.Style{Face: canvas.Mono, Size: 34, Align: canvas.Center, Ink: canvas.Solid(on)}.Fit(number, w-30))
	if room := t.h - d - 190; room > 60 {
		t.Rect(x+40, d+185, w-80, room-20, canvas.Solid(canvas.White))
		t.barcode(x+50, d+192, w-100, room-34, "", canvas.Black, t.trait("bars"))
	}
}

func labelPage(s *sheet) (w, h float32) {
	r := s.design("shape")
	return 1000, r.between(980, 1400)
}

// drawLabel draws a label of a bottle, a jar or a parcel.
func drawLabel(s *sheet) {
	r := s.design("label")
	band := s.bandColor()
	s.Rect(0, 0, s.w, s.h, canvas.Solid(s.light.Toward(pick(r, canvas.White, canvas.RGB{R: 0.97, G: 0.93, B: 0.82}, s.second), 0.5)))
	inset := r.between(18, 45)
	s.Stroke(new(canvas.Path).RoundRect(inset, inset, s.w-2*inset, s.h-2*inset, r.between(0, 70)), canvas.Identity, r.between(3, 10), canvas.Solid(band))
	ribbon := s.labelPicture(r)
	s.emblem(s.w/2, s.h*0.12, 70, band, canvas.White)
	brand := pick(r, s.lang.name(r), s.lang.name(r)+" & "+s.lang.name(r), "Old "+s.lang.name(r), s.lang.name(r)+" "+s.lang.name(r))
	s.Rect(inset, ribbon, s.w-2*inset, s.h*0.13, canvas.Solid(band))
	st := s.headStyle(s.h*0.095, band.Readable())
	st.Align = canvas.Center
	s.Text(s.w/2, ribbon+s.h*0.095, brand, st.Fit(brand, s.w*0.84))
	s.variety(band)
	s.labelFoot(band)
}

// labelPicture draws the picture in one of several shapes, and returns the position of
// the ribbon with the brand.
func (s *sheet) labelPicture(r rng) (ribbon float32) {
	art := s.design("picture")
	switch r.IntN(4) {
	case 0:
		s.illustration(s.w*0.14, s.h*0.12, s.w*0.72, s.h*0.34, art)
		return s.h * 0.47
	case 1: // in an oval
		oval := new(canvas.Path).Ellipse(s.w/2, s.h*0.3, s.w*0.36, s.h*0.18)
		s.Within(oval, func() { s.illustration(s.w*0.14, s.h*0.12, s.w*0.72, s.h*0.36, art) })
		s.Stroke(oval, canvas.Identity, 8, canvas.Solid(s.accent))
		return s.h * 0.49
	case 2: // below the brand
		s.illustration(s.w*0.1, s.h*0.33, s.w*0.8, s.h*0.27, art)
		return s.h * 0.19
	}
	s.illustration(0, 0, s.w, s.h*0.5, art) // across the label
	return s.h * 0.49
}

// variety prints the contents of the label: the kind of goods, amount, ingredients.
func (s *sheet) variety(band canvas.RGB) {
	g := s.value("variety")
	name := s.ifFilled(s.lang.phrase(g, 2))
	st := s.headStyle(64, s.dark)
	st.Align = canvas.Center
	s.Text(s.w/2+s.shift(20), s.h*0.67, name, st.Fit(name, s.w*0.75))
	fine := s.bodyStyle(22, s.dark)
	words := append([]string{s.term(termIngredients) + ":"}, s.lang.sentence(s.value("ingredients"), s.countIfFilled(18))...)
	s.Paragraph(s.w*0.1, s.h*0.74, s.w*0.46, 29, words, fine, false)
	amount := s.ifFilled(pick(s.trait("amount"), "250 g", "330 ml", "0,5 l", "750 ml", "1 kg", "100 g", "12 × 40 g"))
	s.Disc(s.w*0.77, s.h*0.76, s.w*0.085, canvas.Solid(s.second))
	st = canvas.Style{Face: canvas.Bold, Size: 42, Align: canvas.Center, Ink: canvas.Solid(s.second.Readable())}
	s.Text(s.w*0.77, s.h*0.76+14, amount, st.Fit(amount, s.w*0.14))
}

func (s *sheet) labelFoot(band canvas.RGB) {
	note := s.design("note")
	line := s.lang.name(note) + " · " + digits(note, "@@ ####") + " · " + pick(note, "est. ", "since ", "№ ") + s.year()
	s.Text(s.w*0.1, s.h-66, line, s.bodyStyle(20, s.dark).Fit(line, s.w*0.5))
	s.barcode(s.w*0.64, s.h-165, s.w*0.26, 105, digits(s.value("code"), "#### ####"), canvas.Black, s.trait("bars"))
}

func notePage(s *sheet) (w, h float32) { return 1200, s.design("size of note").between(520, 640) }

// drawBanknote draws a note of an invented bank.
func drawBanknote(s *sheet) {
	r := s.design("note face")
	band := s.bandColor()
	n := banknote{s, band.Toward(canvas.Black, 0.35), pick(r, s.w*0.1, s.w*0.62), pick(r, "5", "10", "20", "50", "100", "200", "500", "1000", "2000")}
	n.ground(r, band)
	n.vignette(r)
	n.denomination(band)
	bank := strings.ToUpper(s.term(termBank) + " " + s.lang.name(s.design("country")))
	st := s.headStyle(46, n.dark)
	st.Align = canvas.Center
	s.Text(s.w/2, 68, bank, st.Fit(bank, s.w*0.54))
	s.emblem(s.w*0.5+s.shift(30), s.h*0.3, 44, n.dark, s.light)
	n.numbers()
	small := s.design("note")
	s.Text(s.w*0.42, s.h-24, digits(small, "@## ")+s.lang.name(small)+" "+s.year(), s.bodyStyle(18, s.dark))
}

// banknote is a note that is being drawn.
type banknote struct {
	*sheet
	dark  canvas.RGB
	x     float32 // left edge of the vignette
	worth string
}

func (n banknote) ground(r rng, band canvas.RGB) {
	n.Rect(0, 0, n.w, n.h, canvas.Blend(n.light, n.light.Toward(n.second, 0.45), canvas.Point{X: 0, Y: 0}, canvas.Point{X: n.w, Y: 0}))
	n.guilloche(0, 0, n.w, n.h*0.55, r.upTo(16, 26), canvas.Tinted(band, 0.5), r)
	n.guilloche(0, n.h*0.45, n.w, n.h*0.55, r.upTo(16, 26), canvas.Tinted(n.second, 0.5), r)
	inset := float32(14)
	n.Frame(inset, inset, n.w-2*inset, n.h-2*inset, 3, canvas.Tinted(n.dark, 0.8))
	thread := n.w * r.between(0.46, 0.54)
	n.Dashes(thread, 0, thread, n.h, 13, 46, 14, canvas.Tinted(canvas.RGB{R: 0.62, G: 0.66, B: 0.7}, 0.85))
}

// vignette is the printed picture: it belongs to the design, not the contents.
func (n banknote) vignette(r rng) {
	w, h := n.w*0.27, n.h*0.7
	x, y := n.x, n.h*0.17
	oval := new(canvas.Path).Ellipse(x+w/2, y+h/2, w/2, h/2)
	if r.chance(0.4) {
		oval = new(canvas.Path).RoundRect(x, y, w, h, 30)
	}
	n.Within(oval, func() {
		if r.chance(0.6) {
			n.portrait(x, y, w, h, true, n.design("head of note"))
			n.Rect(x, y, w, h, canvas.Tinted(n.accent, 0.35))
		} else {
			n.illustration(x, y, w, h, r)
		}
		n.hatch(x, y, w, h, 4.5, 0.6, canvas.Tinted(n.light, 0.6))
	})
	n.Stroke(oval, canvas.Identity, 7, canvas.Solid(n.dark))
	n.Stroke(oval, canvas.Affine{A: 0.95, B: 0, C: (x + w/2) * 0.05, D: 0, E: 0.95, F: (y + h/2) * 0.05}, 2, canvas.Tinted(n.light, 0.9))
}

// denomination prints the value in the corners and large in a rosette.
func (n banknote) denomination(band canvas.RGB) {
	mid := n.w - n.x - n.w*0.135
	r := n.design("rosette")
	n.rosette(mid, n.h*0.5, n.h*0.32, canvas.Tinted(band, 0.85), r)
	n.rosette(mid, n.h*0.5, n.h*0.2, canvas.Tinted(n.second, 0.85), r)
	big := canvas.Style{Face: canvas.Bold, Size: n.h * 0.27, Wide: 0.9, Align: canvas.Center, Ink: canvas.Tinted(n.light, 0.9)}
	n.Text(mid+3, n.h*0.5+n.h*0.095+3, n.worth, big.Fit(n.worth, n.h*0.62))
	big.Ink = canvas.Solid(n.dark)
	n.Text(mid, n.h*0.5+n.h*0.095, n.worth, big.Fit(n.worth, n.h*0.62))
	corner := canvas.Style{Face: canvas.Bold, Size: 78, Wide: 0.9, Ink: canvas.Solid(n.dark)}.Fit(n.worth, 170)
	n.Text(38, 92, n.worth, corner)
	n.Text(38, n.h-34, n.worth, corner)
	corner.Align = canvas.Right
	n.Text(n.w-38, 92, n.worth, corner)
}

// numbers prints the serial number twice, and the governor's signature.
func (n banknote) numbers() {
	serial := n.ifFilled(digits(n.value("serial"), "@@ #######"))
	st := canvas.Style{Face: canvas.MonoBold, Size: 32, Align: canvas.Right, Ink: canvas.Solid(canvas.RGB{R: 0.6, G: 0.1, B: 0.1})}
	n.Text(n.w-40, n.h-38, serial, st)
	st.Ink = canvas.Solid(n.dark)
	n.TextOn(canvas.Turned(-1.5708, 50, n.h*0.25), serial, st)
	n.signature(n.w*0.43, n.h-80, 150, n.dark, n.design("governor"))
}

func coverPage(s *sheet) (w, h float32) {
	return 1000, pick(s.design("shape"), float32(1000), 1330, 1414, 1500)
}

// drawCover draws a book cover, a record sleeve or a poster.
func drawCover(s *sheet) {
	r := s.design("cover")
	band := s.bandColor()
	s.Rect(0, 0, s.w, s.h, canvas.Solid(band))
	picture := s.trait("picture")
	on := band.Readable()
	titleY := s.h * 0.16
	switch r.IntN(4) {
	case 0:
		s.illustration(0, 0, s.w, s.h, picture)
		s.Rect(0, s.h*0.05, s.w, s.h*0.17, canvas.Tinted(band, 0.75))
	case 1:
		s.illustration(s.w*0.1, s.h*0.28, s.w*0.8, s.h*0.56, picture)
	case 2:
		s.illustration(0, 0, s.w, s.h*0.7, picture)
		titleY = s.h * 0.8
	default:
		s.illustration(0, s.h*0.26, s.w, s.h*0.74, picture)
	}
	s.coverText(titleY, band, on)
}

func (s *sheet) coverText(y float32, band, on canvas.RGB) {
	g := s.value("title")
	title := s.ifFilled(strings.ToUpper(s.lang.phrase(g, g.upTo(1, 3))))
	st := s.headStyle(s.design("title size").between(90, 170), on)
	st.Align = canvas.Center
	s.Text(s.w/2+s.shift(18), y, title, st.Fit(title, s.w*0.86))
	author := canvas.Style{Face: s.body, Size: 40, Track: 0.06, Align: canvas.Center, Ink: canvas.Solid(on)}
	s.Text(s.w/2, y+62, s.given()+" "+s.surname(), author)
	foot := s.h - 42
	s.Rect(0, foot-46, s.w, 88, canvas.Tinted(band, 0.85))
	s.emblem(70, foot-4, 30, on, s.second)
	note := s.design("note")
	line := s.lang.phrase(note, 4) + " · " + s.year()
	s.Text(125, foot+8, line, canvas.Style{Face: s.body, Size: 26, Ink: canvas.Solid(on)}.Fit(line, s.w*0.7))
}

// illustration draws a picture: a landscape, a town, shapes, a sunburst, waves
// or a figure. Everything about it comes from g.
func (s *sheet) illustration(x, y, w, h float32, g rng) {
	hue := g.Float32()
	turn := func(d float32) float32 { return float32(math.Mod(float64(hue+d), 1)) }
	c := [4]canvas.RGB{
		canvas.HSL(hue, g.between(0.3, 0.9), g.between(0.7, 0.88)), canvas.HSL(turn(g.between(0.05, 0.5)), g.between(0.4, 0.9), g.between(0.45, 0.65)),
		canvas.HSL(turn(g.between(0, 0.2)), g.between(0.3, 0.8), g.between(0.2, 0.4)), canvas.HSL(turn(0.55), g.between(0.6, 0.9), g.between(0.5, 0.7)),
	}
	f := art{s, x, y, w, h, c, g}
	switch kind := g.IntN(7); {
	case kind == 6 && h > 0.9*w:
		s.portrait(x, y, w, h, g.chance(0.25), g)
	case kind == 0 || kind == 6:
		f.landscape()
	case kind == 1:
		f.town()
	case kind == 2:
		f.shapes()
	case kind == 3:
		f.sunburst()
	case kind == 4:
		f.waves()
	case kind == 5:
		f.garden()
	}
}
