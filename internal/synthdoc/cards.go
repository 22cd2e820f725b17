package synthdoc

import (
	"fmt"
	"strings"

	"exemplar/internal/canvas"
)

// Cards have the proportions of ISO/IEC 7810 ID-1, 85.60 x 53.98 mm.
func cardPage(*sheet) (w, h float32) { return 1000, 631 }

// cardGround draws the security print or the plain face of a card.
func (s *sheet) cardGround() {
	r := s.design("ground")
	from, to := s.light, s.light.Toward(canvas.HSL(r.Float32(), 0.5, 0.85), 0.8)
	s.Rect(0, 0, s.w, s.h, canvas.Blend(from, to, canvas.Point{X: 0, Y: 0}, canvas.Point{X: s.w, Y: s.h * r.between(0.2, 1)}))
	k := canvas.Tinted(s.accent, r.between(0.25, 0.45))
	switch r.IntN(4) {
	case 0:
		s.guilloche(0, r.between(0, 150), s.w, r.between(350, 600), r.upTo(12, 24), k, r)
	case 1:
		s.rosette(s.w*r.between(0.3, 0.8), s.h*r.between(0.35, 0.65), r.between(160, 280), k, r)
		s.rosette(s.w*r.between(0.2, 0.9), s.h*r.between(0.35, 0.65), r.between(100, 180), canvas.Tinted(s.second, 0.3), r)
	case 2:
		s.hatch(0, 0, s.w, s.h, r.between(7, 14), r.between(-0.8, 0.8), k)
	default:
		s.guilloche(0, 0, s.w, 320, r.upTo(8, 16), k, r)
		s.guilloche(0, 300, s.w, 320, r.upTo(8, 16), canvas.Tinted(s.second, 0.3), r)
	}
}

// bandColor is the colour of the title band, which differs between editions.
func (s *sheet) bandColor() canvas.RGB {
	r := s.design("band")
	return s.accent.Toward(canvas.HSL(r.Float32(), r.between(0.4, 0.9), r.between(0.3, 0.5)), r.between(0.25, 0.8))
}

// field is a printed caption with the value that is filled in below it.
type field struct {
	term  int
	value string
}

// stack draws fields one below the other, and returns the y after the last.
func (s *sheet) stack(x, y, width, step float32, fields []field, size float32) float32 {
	caption := s.bodyStyle(size*0.58, s.accent.Toward(canvas.Black, 0.25))
	value := canvas.Style{Face: s.heading, Size: size, Wide: s.bodyWide, Ink: canvas.Solid(s.dark)}
	for _, f := range fields {
		s.Text(x, y, s.term(f.term), caption)
		s.Text(x, y+size*1.02, f.value, value.Fit(f.value, width))
		y += step
	}
	return y
}

// ifFilled returns v, or nothing on a blank document.
func (s *sheet) ifFilled(v string) string {
	if s.doc.Blank {
		return ""
	}
	return v
}

// The fields of a person are the same on every document with the same contents.
func (s *sheet) surname() string { return s.ifFilled(s.lang.name(s.value("surname"))) }
func (s *sheet) given() string   { return s.ifFilled(s.lang.name(s.value("given"))) }
func (s *sheet) born() string {
	return s.ifFilled(s.lang.date(s.value("born"), 1940, 2006, s.dateStyle))
}
func (s *sheet) issued() string {
	return s.ifFilled(s.lang.date(s.value("issued"), 2014, 2024, s.dateStyle))
}
func (s *sheet) expires() string {
	return s.ifFilled(s.lang.date(s.value("expires"), 2026, 2038, s.dateStyle))
}
func (s *sheet) number() string {
	return s.ifFilled(digits(s.value("number"), pick(s.design("number"), "@@ ######", "@########", "###-###-###", "@@####@##")))
}
func (s *sheet) address() string {
	r := s.value("address")
	return s.ifFilled(s.lang.name(r) + " " + digits(r, "##") + ", " + digits(r, "####") + " " + s.lang.name(r))
}

// country is the issuing state, invented by the design.
func (s *sheet) country() string {
	return s.term(termRepublic) + " " + s.lang.name(s.design("country"))
}

// titleBand draws the head of an identity document, and returns its height.
func (s *sheet) titleBand(title string) float32 {
	r := s.design("title")
	height := r.between(88, 128)
	band := s.bandColor()
	onBand := band.Readable()
	if r.chance(0.65) {
		s.Rect(0, 0, s.w, height, canvas.Blend(band, band.Toward(s.second, 0.5), canvas.Point{X: 0, Y: 0}, canvas.Point{X: s.w, Y: 0}))
	} else {
		onBand = band.Toward(canvas.Black, 0.2)
		s.Rect(40, height, s.w-80, 3, canvas.Solid(band))
	}
	text := float32(s.w * 0.5)
	alignment := canvas.Center
	switch side := r.IntN(3); side {
	case 0:
		text, alignment = 150, canvas.Left
		s.emblem(85, height/2, height*0.38, onBand, band.Toward(s.light, 0.8))
	case 1:
		text, alignment = s.w-150, canvas.Right
		s.emblem(s.w-85, height/2, height*0.38, onBand, band.Toward(s.light, 0.8))
	default:
		s.emblem(75, height/2, height*0.36, onBand, band.Toward(s.light, 0.8))
	}
	big, small := s.headStyle(height*0.38, onBand), s.bodyStyle(height*0.21, onBand)
	big.Align, small.Align = alignment, alignment
	name := strings.ToUpper(s.country())
	s.Text(text, height*0.45, name, big.Fit(name, s.w-260))
	s.Text(text, height*0.8, title, small.Fit(title, s.w-260))
	return height
}

func drawIdentityCard(s *sheet) {
	s.cardGround()
	top := s.titleBand(s.term(termIdentity))
	r := s.design("columns")
	photoW, photoH := r.between(235, 275), r.between(310, 350)
	px, tx := float32(50), photoW+95
	if r.chance(0.25) {
		px, tx = s.w-50-photoW, 55
	}
	photoY := top + 30
	s.photo(px, photoY, photoW, photoH, r.chance(0.4))
	fields := []field{
		{termSurname, s.surname()}, {termGivenName, s.given()}, {termBorn, s.born()},
		{termNationality, s.ifFilled(s.lang.name(s.value("nationality")))}, {termNumber, s.number()},
	}
	room := s.w - photoW - 190
	s.stack(tx, top+58+s.shift(9), room*0.62, r.between(76, 84), fields, 37)
	s.stack(tx+room*0.66, top+58, room*0.4, 80, []field{{termIssued, s.issued()}, {termExpires, s.expires()}}, 30)
	s.signatureField(tx+room*0.62, s.h-95, room*0.36)
	s.imprint(s.w - 60)
	if r.chance(0.6) { // a second, pale portrait, against forgery
		s.ghost(tx+room*0.74, top+235, 105, 130)
	}
}

// photo draws the holder, or the empty frame of a blank.
func (s *sheet) photo(x, y, w, h float32, grey bool) {
	g := s.trait("portrait")
	if s.doc.Blank {
		s.Rect(x, y, w, h, canvas.Tinted(canvas.White, 0.5))
		s.Frame(x, y, w, h, 3, canvas.Tinted(s.accent, 0.6))
		return
	}
	s.portrait(x, y, w, h, grey, g)
	s.Frame(x, y, w, h, 2, canvas.Tinted(s.dark, 0.35))
}

// ghost draws the portrait again, small and washed out.
func (s *sheet) ghost(x, y, w, h float32) {
	if s.doc.Blank {
		return
	}
	s.portrait(x, y, w, h, true, s.trait("portrait"))
	s.Rect(x-1, y-1, w+2, h+2, canvas.Tinted(s.light, 0.55))
}

// signatureField draws a caption, a line and the holder's signature.
func (s *sheet) signatureField(x, y, w float32) {
	s.Text(x, y+40, s.term(termSignature), s.bodyStyle(19, s.accent.Toward(canvas.Black, 0.25)))
	s.Line(x, y+18, x+w, y+18, 1.5, canvas.Tinted(s.dark, 0.5))
	if g := s.trait("signature"); !s.doc.Blank {
		s.signature(x+w*0.1, y+8, w*0.75, penColor(g), g)
	}
}

// imprint draws the small print of edition: the printer's code and the year.
func (s *sheet) imprint(x float32) {
	note := s.design("note")
	code := digits(note, pick(note, "@@-###", "@####", "###.##@", "№ ##-@@"))
	st := s.bodyStyle(19, s.dark)
	st.Align = canvas.Right
	s.Text(x, s.h-22, code+"  "+s.year(), st)
}

func drawIdentityBack(s *sheet) {
	s.cardGround()
	r := s.design("back")
	band := s.bandColor()
	s.Rect(0, 0, s.w, r.between(30, 60), canvas.Solid(band))
	fields := []field{{termAddress, s.address()}, {termAuthority, s.lang.name(s.design("authority"))}, {termPlace, s.ifFilled(s.lang.name(s.value("birthplace")))}}
	s.stack(55, 120+s.shift(9), 520, 84, fields, 32)
	s.emblem(s.w-150, 175, 80, band, s.light)
	if r.chance(0.5) {
		s.barcode(s.w-360, 300, 300, 105, s.ifFilled(digits(s.value("number"), "############")), canvas.Black, s.trait("bars"))
	} else {
		s.matrixCode(s.w-230, 275, 160, canvas.Black, s.trait("matrix"))
	}
	s.machineZone(440)
	s.imprint(s.w - 55)
}

// machineZone prints the three lines of machine-readable characters.
func (s *sheet) machineZone(y float32) {
	s.Rect(0, y-15, s.w, s.h-y+15, canvas.Tinted(canvas.White, 0.75))
	if s.doc.Blank {
		return
	}
	r := s.value("machine zone")
	st := canvas.Style{Face: canvas.Mono, Size: 47, Ink: canvas.Solid(canvas.Black)}
	for i, line := range []string{"I<@@@#########<#<<<<<<<<<<<<<<", "######<#@######@@@<<<<<<<<<<<#", digits(r, "@@@@@@<<@@@@@<@@@") + "<<<<<<<<<<<<<"} {
		s.Text(55, y+48+float32(i)*47, digits(r, line), st.Fit(line, s.w-110))
	}
}

func drawLicence(s *sheet) {
	s.cardGround()
	top := s.titleBand(s.term(termLicence))
	r := s.design("columns")
	photoW := r.between(225, 260)
	s.photo(45, top+45, photoW, photoW*1.28, r.chance(0.5))
	values := []string{s.surname(), s.given(), s.born(), s.issued(), s.expires(), s.number(), s.address()}
	number := canvas.Style{Face: canvas.Medium, Size: 24, Ink: canvas.Solid(s.accent.Toward(canvas.Black, 0.2))}
	text := canvas.Style{Face: s.body, Size: 33, Wide: s.bodyWide, Ink: canvas.Solid(s.dark)}
	names := []string{"1.", "2.", "3.", "4a.", "4b.", "5.", "8."}
	x, y := photoW+85+s.shift(10), top+70
	for i, v := range values {
		s.Text(x, y, names[i], number)
		s.Text(x+52, y, v, text.Fit(v, s.w-x-90))
		y += 51
	}
	s.signatureField(55, s.h-78, 230)
	classes := strings.Split(pick(s.trait("classes"), "B|BE", "AM|B", "A|B|C1", "B|C|CE|D", "B"), "|")
	s.Text(x, s.h-58, "9.", number)
	for i, c := range classes {
		if !s.doc.Blank {
			s.RoundRect(x+52+float32(i)*82, s.h-94, 70, 46, 8, canvas.Tinted(s.accent, 0.16))
			s.Text(x+87+float32(i)*82, s.h-61, c, canvas.Style{Face: canvas.Bold, Size: 33, Align: canvas.Center, Ink: canvas.Solid(s.dark)})
		}
	}
	s.ghost(s.w-150, top+40, 105, 130)
	s.imprint(s.w - 45)
}

func drawMembership(s *sheet) {
	r := s.design("face")
	base := s.bandColor()
	dark := base.Toward(canvas.Black, r.between(0.2, 0.65))
	s.Rect(0, 0, s.w, s.h, canvas.Blend(base, dark, canvas.Point{X: 0, Y: 0}, canvas.Point{X: s.w * r.between(0.2, 1), Y: s.h}))
	s.swoosh(r, base)
	on := base.Toward(dark, 0.6).Readable()
	s.emblem(120, 120, 66, on, s.second)
	club := s.lang.name(s.design("club")) + " " + pick(s.design("club type"), "Club", "Union", "Museum", "Library", "Sport", "Plus", "Garden")
	st := s.headStyle(62, on)
	s.Text(215, 140+s.shift(10), club, st.Fit(club, s.w-280))
	s.Text(215, 190, s.term(termMember)+" "+s.year(), s.bodyStyle(32, on))
	holder := s.ifFilled(strings.ToUpper(s.given() + " " + s.surname()))
	s.Text(60, s.h-130, holder, canvas.Style{Face: s.body, Size: 46, Track: 0.04, Ink: canvas.Solid(on)}.Fit(holder, 520))
	s.Text(60, s.h-70, s.ifFilled(digits(s.value("member"), "#### #### ####")), canvas.Style{Face: canvas.Mono, Size: 40, Ink: canvas.Solid(on)})
	switch r.IntN(3) {
	case 0:
		s.RoundRect(s.w-265, s.h-245, 205, 205, 12, canvas.Solid(canvas.White))
		s.matrixCode(s.w-250, s.h-230, 175, canvas.Black, s.trait("matrix"))
	case 1:
		s.RoundRect(s.w-400, s.h-175, 345, 130, 8, canvas.Solid(canvas.White))
		s.barcode(s.w-380, s.h-160, 305, 108, s.ifFilled(digits(s.value("member"), "#############")), canvas.Black, s.trait("bars"))
	default:
		s.photo(s.w-250, s.h-330, 195, 250, false)
	}
	note := s.design("note")
	s.Text(60, s.h-28, s.lang.phrase(note, 6), s.bodyStyle(21, on.Toward(base, 0.25)))
}

// swoosh draws large soft shapes across a card.
func (s *sheet) swoosh(r rng, base canvas.RGB) {
	for range r.upTo(2, 5) {
		k := canvas.Tinted(base.Toward(pick(r, canvas.White, s.second, canvas.Black), 0.6), r.between(0.12, 0.35))
		switch r.IntN(3) {
		case 0:
			s.Disc(r.between(0, s.w), r.between(0, s.h), r.between(120, 420), k)
		case 1:
			p, y := new(canvas.Path), r.between(0, s.h)
			p.MoveTo(0, y)
			p.CubeTo(s.w*0.3, y-r.between(-250, 250), s.w*0.6, y+r.between(-250, 250), s.w, r.between(0, s.h))
			p.LineTo(s.w, s.h)
			p.LineTo(0, s.h)
			p.Close()
			s.Fill(p, canvas.Identity, k)
		default:
			x := r.between(-200, s.w)
			s.Fill(new(canvas.Path).Polygon(canvas.Point{X: x, Y: 0}, canvas.Point{X: x + r.between(60, 300), Y: 0}, canvas.Point{X: x + 500, Y: s.h}, canvas.Point{X: x + 250, Y: s.h}), canvas.Identity, k)
		}
	}
}

func drawBankCard(s *sheet) {
	r := s.design("face")
	base := s.bandColor()
	if r.chance(0.3) {
		base = base.Toward(canvas.Black, 0.7)
	}
	s.Rect(0, 0, s.w, s.h, canvas.Blend(base.Toward(s.second, r.between(0, 0.6)), base, canvas.Point{X: s.w, Y: 0}, canvas.Point{X: 0, Y: s.h}))
	s.swoosh(r, base)
	on := base.Readable()
	bank := s.lang.name(s.design("bank")) + " " + pick(s.design("bank type"), "Bank", "Credit", "Savings", "Pay", "Direct")
	s.emblem(105, 100, 52, on, s.second)
	s.Text(180, 122, bank, s.headStyle(56, on).Fit(bank, 560))
	s.chip(95, 215+s.shift(8), 132)
	for i := range 3 { // contactless waves
		p, d := new(canvas.Path), float32(16+14*i)
		p.MoveTo(265+d*0.6, 268-d)
		p.QuadTo(265+d*1.5, 268, 265+d*0.6, 268+d)
		s.Stroke(p, canvas.Identity, 6, canvas.Solid(on))
	}
	number := digits(s.value("card number"), "#### #### #### ####")
	embossed := canvas.Style{Face: canvas.Mono, Size: 72, Wide: 1.02, Ink: canvas.Tinted(canvas.Black, 0.4)}
	if n := s.ifFilled(number); n != "" {
		s.Text(93, 433, n, embossed.Fit(n, 815))
		embossed.Ink = canvas.Solid(on)
		s.Text(90, 430, n, embossed.Fit(n, 815))
	}
	holder := s.ifFilled(strings.ToUpper(s.given() + " " + s.surname()))
	s.Text(90, 560, holder, canvas.Style{Face: canvas.Mono, Size: 40, Ink: canvas.Solid(on)}.Fit(holder, 500))
	s.Text(90, 490, s.term(termExpires), s.bodyStyle(20, on))
	s.Text(300, 492, s.ifFilled(s.cardExpiry()), canvas.Style{Face: canvas.Mono, Size: 38, Ink: canvas.Solid(on)})
	s.scheme(s.w-150, s.h-100, on)
	note := s.design("note")
	st := s.bodyStyle(24, on)
	st.Align = canvas.Right
	s.Text(s.w-60, 110, pick(note, "debit", "credit", "prepaid", "business", "classic", "gold")+" "+s.year()[2:], st)
}

func (s *sheet) cardExpiry() string {
	g := s.value("expiry")
	return fmt.Sprintf("%02d/%d", g.upTo(1, 12), g.upTo(27, 34))
}

// scheme draws the sign of an invented card network.
func (s *sheet) scheme(x, y float32, on canvas.RGB) {
	r := s.design("scheme")
	a, b := canvas.HSL(r.Float32(), 0.8, 0.5), canvas.HSL(r.Float32(), 0.8, 0.6)
	switch r.IntN(3) {
	case 0:
		s.Fill(new(canvas.Path).Star(x-28, y, 62, 40, 3, 0.3), canvas.Identity, canvas.Tinted(a, 0.9))
		s.Fill(new(canvas.Path).Star(x+36, y, 62, 40, 3, 0.8), canvas.Identity, canvas.Tinted(b, 0.8))
	case 1:
		s.RoundRect(x-85, y-45, 170, 90, 45, canvas.Solid(a))
		s.Disc(x+40, y, 36, canvas.Solid(b))
	default:
		name := strings.ToUpper(s.lang.name(r))
		st := canvas.Style{Face: canvas.BoldItalic, Size: 60, Align: canvas.Center, Ink: canvas.Solid(on)}
		s.Text(x, y+20, name, st.Fit(name, 220))
	}
}
