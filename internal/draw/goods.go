package draw

import (
	"fmt"
	"math"
	"strings"
)

func ticketPage(s *sheet) (w, h float32) { return 1200, s.design("height").between(430, 620) }

// drawTicket draws an entrance or travel ticket with a stub to tear off.
func drawTicket(s *sheet) {
	r := s.design("ticket")
	band := s.bandColor()
	s.rect(0, 0, s.w, s.h, solid(s.light.toward(white, r.Float32())))
	stub := s.w * r.between(0.72, 0.78)
	s.ticketPicture(r, band, stub)
	event := s.ifFilled(s.lang.name(s.value("event")) + " " + s.lang.name(s.value("event two")))
	x := s.w * 0.3
	s.emblem(x+40, 75, 40, band, s.second)
	s.text(x+100, 70, strings.ToUpper(s.lang.name(s.design("venue")))+" "+s.term(termTicket), s.headStyle(30, band.toward(black, 0.2)))
	s.text(x+100, 104, s.lang.name(s.design("place"))+" · "+s.year(), s.bodyStyle(22, s.dark))
	s.text(x, s.h*0.45, event, s.headStyle(62, s.dark).fit(event, stub-x-30))
	s.text(x, s.h*0.45+48, s.ifFilled(s.lang.date(s.value("day"), 2022, 2027, 2)+"   "+digits(s.value("time"), "1#:#0")), s.bodyStyle(34, s.dark))
	s.seats(x, s.h*0.68+s.shift(10), stub-x-30, band)
	s.stub(stub, band)
	note := s.lang.phrase(s.design("note"), 9)
	s.text(x, s.h-26, note, s.bodyStyle(17, s.dark).fit(note, stub-x-30))
}

func (s *sheet) ticketPicture(r rng, band rgb, stub float32) {
	s.illustration(0, 0, s.w*0.27, s.h, r)
	switch r.IntN(3) {
	case 0:
		s.rect(s.w*0.27, s.h-62, stub-s.w*0.27, 62, tinted(band, 0.18))
	case 1:
		s.hatch(s.w*0.27, 0, stub-s.w*0.27, s.h, 12, 0.7, tinted(band, 0.3))
	default:
		s.rosette(s.w*0.55, s.h*0.5, s.h*0.42, tinted(band, 0.3), r)
	}
}

func (s *sheet) seats(x, y, w float32, band rgb) {
	for i, term := range []int{termRow, termSeat, termPrice} {
		left := x + float32(i)*w/3
		s.roundRect(left, y, w/3-14, 84, 10, tinted(band, 0.16))
		s.text(left+14, y+25, s.term(term), s.bodyStyle(18, s.dark))
		g := s.value("seat " + fmt.Sprint(i))
		value := []string{digits(g, "@"), digits(g, "##"), cents(amount(g, 8, 120))}[i]
		s.text(left+14, y+70, s.ifFilled(value), style{face: bold, size: 42, ink: solid(s.dark)})
	}
}

func (s *sheet) stub(x float32, band rgb) {
	s.rect(x, 0, s.w-x, s.h, solid(band))
	s.dashes(x, 0, x, s.h, 4, 10, 9, solid(white))
	on := band.readable()
	mid := (x + s.w) / 2
	st := s.bodyStyle(26, on)
	st.align = center
	s.text(mid, 62, s.term(termTicket), st)
	d := min(s.w-x-70, s.h*0.46)
	s.rect(mid-d/2-12, 90, d+24, d+24, solid(white))
	s.matrixCode(mid-d/2, 102, d, black, s.trait("matrix"))
	number := s.ifFilled(digits(s.value("number"), "@@ ######"))
	s.text(mid, d+165, number, style{face: mono, size: 34, align: center, ink: solid(on)})
	if room := s.h - d - 190; room > 60 {
		s.rect(x+40, d+185, s.w-x-80, room-20, solid(white))
		s.barcode(x+50, d+192, s.w-x-100, room-34, "", black, s.trait("bars"))
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
	s.rect(0, 0, s.w, s.h, solid(s.light.toward(pick(r, white, rgb{0.97, 0.93, 0.82}, s.second), 0.5)))
	inset := r.between(18, 45)
	s.stroke(new(path).roundRect(inset, inset, s.w-2*inset, s.h-2*inset, r.between(0, 70)), identity, r.between(3, 10), solid(band))
	s.illustration(s.w*0.14, s.h*0.12, s.w*0.72, s.h*0.34, r)
	s.emblem(s.w/2, s.h*0.12, 70, band, white)
	brand := pick(r, s.lang.name(r), s.lang.name(r)+" & "+s.lang.name(r), "Old "+s.lang.name(r), s.lang.name(r)+" "+s.lang.name(r))
	ribbon := s.h * 0.47
	s.rect(inset, ribbon, s.w-2*inset, s.h*0.13, solid(band))
	st := s.headStyle(s.h*0.095, band.readable())
	st.align = center
	s.text(s.w/2, ribbon+s.h*0.095, brand, st.fit(brand, s.w*0.84))
	s.variety(band)
	s.labelFoot(band)
}

// variety prints what the label's contents are: the kind of goods, amount,
// ingredients.
func (s *sheet) variety(band rgb) {
	g := s.value("variety")
	name := s.ifFilled(s.lang.phrase(g, 2))
	st := s.headStyle(64, s.dark)
	st.align = center
	s.text(s.w/2+s.shift(20), s.h*0.67, name, st.fit(name, s.w*0.75))
	fine := s.bodyStyle(22, s.dark)
	words := append([]string{s.term(termIngredients) + ":"}, s.lang.sentence(s.value("ingredients"), s.countIfFilled(18))...)
	s.paragraph(s.w*0.1, s.h*0.74, s.w*0.46, 29, words, fine, false)
	amount := s.ifFilled(pick(s.trait("amount"), "250 g", "330 ml", "0,5 l", "750 ml", "1 kg", "100 g", "12 × 40 g"))
	s.disc(s.w*0.77, s.h*0.76, s.w*0.085, solid(s.second))
	st = style{face: bold, size: 42, align: center, ink: solid(s.second.readable())}
	s.text(s.w*0.77, s.h*0.76+14, amount, st.fit(amount, s.w*0.14))
}

func (s *sheet) labelFoot(band rgb) {
	note := s.design("note")
	line := s.lang.name(note) + " · " + digits(note, "@@ ####") + " · " + pick(note, "est. ", "since ", "№ ") + s.year()
	s.text(s.w*0.1, s.h-66, line, s.bodyStyle(20, s.dark).fit(line, s.w*0.5))
	s.barcode(s.w*0.64, s.h-165, s.w*0.26, 105, digits(s.value("code"), "#### ####"), black, s.trait("bars"))
}

func notePage(s *sheet) (w, h float32) { return 1200, s.design("size of note").between(520, 640) }

// drawBanknote draws a note of an invented bank.
func drawBanknote(s *sheet) {
	r := s.design("note face")
	band := s.bandColor()
	n := banknote{s, band.toward(black, 0.35), pick(r, s.w*0.1, s.w*0.62), pick(r, "5", "10", "20", "50", "100", "200", "500", "1000", "2000")}
	n.ground(r, band)
	n.vignette(r)
	n.denomination(band)
	bank := strings.ToUpper(s.term(termBank) + " " + s.lang.name(s.design("country")))
	st := s.headStyle(46, n.dark)
	st.align = center
	s.text(s.w/2, 68, bank, st.fit(bank, s.w*0.54))
	s.emblem(s.w*0.5+s.shift(30), s.h*0.3, 44, n.dark, s.light)
	n.numbers()
	small := s.design("note")
	s.text(s.w*0.42, s.h-24, digits(small, "@## ")+s.lang.name(small)+" "+s.year(), s.bodyStyle(18, s.dark))
}

// banknote is a note being drawn.
type banknote struct {
	*sheet
	dark  rgb
	x     float32 // left edge of the vignette
	worth string
}

func (n banknote) ground(r rng, band rgb) {
	n.rect(0, 0, n.w, n.h, blend(n.light, n.light.toward(n.second, 0.45), point{0, 0}, point{n.w, 0}))
	n.guilloche(0, 0, n.w, n.h*0.55, r.upTo(16, 26), tinted(band, 0.5), r)
	n.guilloche(0, n.h*0.45, n.w, n.h*0.55, r.upTo(16, 26), tinted(n.second, 0.5), r)
	inset := float32(14)
	n.frame(inset, inset, n.w-2*inset, n.h-2*inset, 3, tinted(n.dark, 0.8))
	thread := n.w * r.between(0.46, 0.54)
	n.dashes(thread, 0, thread, n.h, 13, 46, 14, tinted(rgb{0.62, 0.66, 0.7}, 0.85))
}

// vignette is the printed picture: it belongs to the design, not the contents.
func (n banknote) vignette(r rng) {
	w, h := n.w*0.27, n.h*0.7
	x, y := n.x, n.h*0.17
	oval := new(path).ellipse(x+w/2, y+h/2, w/2, h/2)
	if r.chance(0.4) {
		oval = new(path).roundRect(x, y, w, h, 30)
	}
	n.within(oval, func() {
		if r.chance(0.6) {
			n.portrait(x, y, w, h, true, n.design("head of note"))
			n.rect(x, y, w, h, tinted(n.accent, 0.35))
		} else {
			n.illustration(x, y, w, h, r)
		}
		n.hatch(x, y, w, h, 4.5, 0.6, tinted(n.light, 0.6))
	})
	n.stroke(oval, identity, 7, solid(n.dark))
	n.stroke(oval, affine{0.95, 0, (x + w/2) * 0.05, 0, 0.95, (y + h/2) * 0.05}, 2, tinted(n.light, 0.9))
}

// denomination prints the value in the corners and large in a rosette.
func (n banknote) denomination(band rgb) {
	mid := n.w - n.x - n.w*0.135
	r := n.design("rosette")
	n.rosette(mid, n.h*0.5, n.h*0.32, tinted(band, 0.85), r)
	n.rosette(mid, n.h*0.5, n.h*0.2, tinted(n.second, 0.85), r)
	big := style{face: bold, size: n.h * 0.27, wide: 0.9, align: center, ink: tinted(n.light, 0.9)}
	n.text(mid+3, n.h*0.5+n.h*0.095+3, n.worth, big.fit(n.worth, n.h*0.62))
	big.ink = solid(n.dark)
	n.text(mid, n.h*0.5+n.h*0.095, n.worth, big.fit(n.worth, n.h*0.62))
	corner := style{face: bold, size: 78, wide: 0.9, ink: solid(n.dark)}.fit(n.worth, 170)
	n.text(38, 92, n.worth, corner)
	n.text(38, n.h-34, n.worth, corner)
	corner.align = right
	n.text(n.w-38, 92, n.worth, corner)
}

// numbers prints the serial number twice, and the governor's signature.
func (n banknote) numbers() {
	serial := n.ifFilled(digits(n.value("serial"), "@@ #######"))
	st := style{face: monoBold, size: 32, align: right, ink: solid(rgb{0.6, 0.1, 0.1})}
	n.text(n.w-40, n.h-38, serial, st)
	st.ink = solid(n.dark)
	n.textOn(turned(-1.5708, 50, n.h*0.25), serial, st)
	n.signature(n.w*0.43, n.h-80, 150, n.dark, n.design("governor"))
}

func coverPage(s *sheet) (w, h float32) {
	return 1000, pick(s.design("shape"), float32(1000), 1330, 1414, 1500)
}

// drawCover draws a book cover, a record sleeve or a poster.
func drawCover(s *sheet) {
	r := s.design("cover")
	band := s.bandColor()
	s.rect(0, 0, s.w, s.h, solid(band))
	picture := s.trait("picture")
	on := band.readable()
	titleY := s.h * 0.16
	switch r.IntN(4) {
	case 0:
		s.illustration(0, 0, s.w, s.h, picture)
		s.rect(0, s.h*0.05, s.w, s.h*0.17, tinted(band, 0.75))
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

func (s *sheet) coverText(y float32, band, on rgb) {
	g := s.value("title")
	title := s.ifFilled(strings.ToUpper(s.lang.phrase(g, g.upTo(1, 3))))
	st := s.headStyle(s.design("title size").between(90, 170), on)
	st.align = center
	s.text(s.w/2+s.shift(18), y, title, st.fit(title, s.w*0.86))
	author := style{face: s.body, size: 40, track: 0.06, align: center, ink: solid(on)}
	s.text(s.w/2, y+62, s.given()+" "+s.surname(), author)
	foot := s.h - 42
	s.rect(0, foot-46, s.w, 88, tinted(band, 0.85))
	s.emblem(70, foot-4, 30, on, s.second)
	note := s.design("note")
	line := s.lang.phrase(note, 4) + " · " + s.year()
	s.text(125, foot+8, line, style{face: s.body, size: 26, ink: solid(on)}.fit(line, s.w*0.7))
}

// illustration draws a picture: a landscape, a town, shapes, a sunburst, waves
// or a figure. Everything about it comes from g.
func (s *sheet) illustration(x, y, w, h float32, g rng) {
	hue := g.Float32()
	turn := func(d float32) float32 { return float32(math.Mod(float64(hue+d), 1)) }
	c := [4]rgb{
		hsl(hue, g.between(0.3, 0.9), g.between(0.7, 0.88)), hsl(turn(g.between(0.05, 0.5)), g.between(0.4, 0.9), g.between(0.45, 0.65)),
		hsl(turn(g.between(0, 0.2)), g.between(0.3, 0.8), g.between(0.2, 0.4)), hsl(turn(0.55), g.between(0.6, 0.9), g.between(0.5, 0.7)),
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
