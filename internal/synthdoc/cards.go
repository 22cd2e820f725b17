package synthdoc

import (
	"fmt"
	"strings"
)

// Cards have the proportions of ISO/IEC 7810 ID-1, 85.60 x 53.98 mm.
func cardPage(*sheet) (w, h float32) { return 1000, 631 }

// cardGround draws the security print or the plain face of a card.
func (s *sheet) cardGround() {
	r := s.design("ground")
	from, to := s.light, s.light.toward(hsl(r.Float32(), 0.5, 0.85), 0.8)
	s.rect(0, 0, s.w, s.h, blend(from, to, point{0, 0}, point{s.w, s.h * r.between(0.2, 1)}))
	k := tinted(s.accent, r.between(0.25, 0.45))
	switch r.IntN(4) {
	case 0:
		s.guilloche(0, r.between(0, 150), s.w, r.between(350, 600), r.upTo(12, 24), k, r)
	case 1:
		s.rosette(s.w*r.between(0.3, 0.8), s.h*r.between(0.35, 0.65), r.between(160, 280), k, r)
		s.rosette(s.w*r.between(0.2, 0.9), s.h*r.between(0.35, 0.65), r.between(100, 180), tinted(s.second, 0.3), r)
	case 2:
		s.hatch(0, 0, s.w, s.h, r.between(7, 14), r.between(-0.8, 0.8), k)
	default:
		s.guilloche(0, 0, s.w, 320, r.upTo(8, 16), k, r)
		s.guilloche(0, 300, s.w, 320, r.upTo(8, 16), tinted(s.second, 0.3), r)
	}
}

// bandColor is the colour of the title band, which differs between editions.
func (s *sheet) bandColor() rgb {
	r := s.design("band")
	return s.accent.toward(hsl(r.Float32(), r.between(0.4, 0.9), r.between(0.3, 0.5)), r.between(0.25, 0.8))
}

// field is a printed caption with the value that is filled in below it.
type field struct {
	term  int
	value string
}

// stack draws fields one below the other, and returns the y after the last.
func (s *sheet) stack(x, y, width, step float32, fields []field, size float32) float32 {
	caption := s.bodyStyle(size*0.58, s.accent.toward(black, 0.25))
	value := style{face: s.heading, size: size, wide: s.bodyWide, ink: solid(s.dark)}
	for _, f := range fields {
		s.text(x, y, s.term(f.term), caption)
		s.text(x, y+size*1.02, f.value, value.fit(f.value, width))
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
	onBand := band.readable()
	if r.chance(0.65) {
		s.rect(0, 0, s.w, height, blend(band, band.toward(s.second, 0.5), point{0, 0}, point{s.w, 0}))
	} else {
		onBand = band.toward(black, 0.2)
		s.rect(40, height, s.w-80, 3, solid(band))
	}
	text := float32(s.w * 0.5)
	alignment := center
	switch side := r.IntN(3); side {
	case 0:
		text, alignment = 150, left
		s.emblem(85, height/2, height*0.38, onBand, band.toward(s.light, 0.8))
	case 1:
		text, alignment = s.w-150, right
		s.emblem(s.w-85, height/2, height*0.38, onBand, band.toward(s.light, 0.8))
	default:
		s.emblem(75, height/2, height*0.36, onBand, band.toward(s.light, 0.8))
	}
	big, small := s.headStyle(height*0.38, onBand), s.bodyStyle(height*0.21, onBand)
	big.align, small.align = alignment, alignment
	name := strings.ToUpper(s.country())
	s.text(text, height*0.45, name, big.fit(name, s.w-260))
	s.text(text, height*0.8, title, small.fit(title, s.w-260))
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
		s.rect(x, y, w, h, tinted(white, 0.5))
		s.frame(x, y, w, h, 3, tinted(s.accent, 0.6))
		return
	}
	s.portrait(x, y, w, h, grey, g)
	s.frame(x, y, w, h, 2, tinted(s.dark, 0.35))
}

// ghost draws the portrait again, small and washed out.
func (s *sheet) ghost(x, y, w, h float32) {
	if s.doc.Blank {
		return
	}
	s.portrait(x, y, w, h, true, s.trait("portrait"))
	s.rect(x-1, y-1, w+2, h+2, tinted(s.light, 0.55))
}

// signatureField draws a caption, a line and the holder's signature.
func (s *sheet) signatureField(x, y, w float32) {
	s.text(x, y+40, s.term(termSignature), s.bodyStyle(19, s.accent.toward(black, 0.25)))
	s.line(x, y+18, x+w, y+18, 1.5, tinted(s.dark, 0.5))
	if g := s.trait("signature"); !s.doc.Blank {
		s.signature(x+w*0.1, y+8, w*0.75, penColor(g), g)
	}
}

// imprint draws the small print of edition: the printer's code and the year.
func (s *sheet) imprint(x float32) {
	note := s.design("note")
	code := digits(note, pick(note, "@@-###", "@####", "###.##@", "№ ##-@@"))
	st := s.bodyStyle(19, s.dark)
	st.align = right
	s.text(x, s.h-22, code+"  "+s.year(), st)
}

func drawIdentityBack(s *sheet) {
	s.cardGround()
	r := s.design("back")
	band := s.bandColor()
	s.rect(0, 0, s.w, r.between(30, 60), solid(band))
	fields := []field{{termAddress, s.address()}, {termAuthority, s.lang.name(s.design("authority"))}, {termPlace, s.ifFilled(s.lang.name(s.value("birthplace")))}}
	s.stack(55, 120+s.shift(9), 520, 84, fields, 32)
	s.emblem(s.w-150, 175, 80, band, s.light)
	if r.chance(0.5) {
		s.barcode(s.w-360, 300, 300, 105, s.ifFilled(digits(s.value("number"), "############")), black, s.trait("bars"))
	} else {
		s.matrixCode(s.w-230, 275, 160, black, s.trait("matrix"))
	}
	s.machineZone(440)
	s.imprint(s.w - 55)
}

// machineZone prints the three lines of machine-readable characters.
func (s *sheet) machineZone(y float32) {
	s.rect(0, y-15, s.w, s.h-y+15, tinted(white, 0.75))
	if s.doc.Blank {
		return
	}
	r := s.value("machine zone")
	st := style{face: mono, size: 47, ink: solid(black)}
	for i, line := range []string{"I<@@@#########<#<<<<<<<<<<<<<<", "######<#@######@@@<<<<<<<<<<<#", digits(r, "@@@@@@<<@@@@@<@@@") + "<<<<<<<<<<<<<"} {
		s.text(55, y+48+float32(i)*47, digits(r, line), st.fit(line, s.w-110))
	}
}

func drawLicence(s *sheet) {
	s.cardGround()
	top := s.titleBand(s.term(termLicence))
	r := s.design("columns")
	photoW := r.between(225, 260)
	s.photo(45, top+45, photoW, photoW*1.28, r.chance(0.5))
	values := []string{s.surname(), s.given(), s.born(), s.issued(), s.expires(), s.number(), s.address()}
	number := style{face: medium, size: 24, ink: solid(s.accent.toward(black, 0.2))}
	text := style{face: s.body, size: 33, wide: s.bodyWide, ink: solid(s.dark)}
	names := []string{"1.", "2.", "3.", "4a.", "4b.", "5.", "8."}
	x, y := photoW+85+s.shift(10), top+70
	for i, v := range values {
		s.text(x, y, names[i], number)
		s.text(x+52, y, v, text.fit(v, s.w-x-90))
		y += 51
	}
	s.signatureField(55, s.h-78, 230)
	classes := strings.Split(pick(s.trait("classes"), "B|BE", "AM|B", "A|B|C1", "B|C|CE|D", "B"), "|")
	s.text(x, s.h-58, "9.", number)
	for i, c := range classes {
		if !s.doc.Blank {
			s.roundRect(x+52+float32(i)*82, s.h-94, 70, 46, 8, tinted(s.accent, 0.16))
			s.text(x+87+float32(i)*82, s.h-61, c, style{face: bold, size: 33, align: center, ink: solid(s.dark)})
		}
	}
	s.ghost(s.w-150, top+40, 105, 130)
	s.imprint(s.w - 45)
}

func drawMembership(s *sheet) {
	r := s.design("face")
	base := s.bandColor()
	dark := base.toward(black, r.between(0.2, 0.65))
	s.rect(0, 0, s.w, s.h, blend(base, dark, point{0, 0}, point{s.w * r.between(0.2, 1), s.h}))
	s.swoosh(r, base)
	on := base.toward(dark, 0.6).readable()
	s.emblem(120, 120, 66, on, s.second)
	club := s.lang.name(s.design("club")) + " " + pick(s.design("club type"), "Club", "Union", "Museum", "Library", "Sport", "Plus", "Garden")
	st := s.headStyle(62, on)
	s.text(215, 140+s.shift(10), club, st.fit(club, s.w-280))
	s.text(215, 190, s.term(termMember)+" "+s.year(), s.bodyStyle(32, on))
	holder := s.ifFilled(strings.ToUpper(s.given() + " " + s.surname()))
	s.text(60, s.h-130, holder, style{face: s.body, size: 46, track: 0.04, ink: solid(on)}.fit(holder, 520))
	s.text(60, s.h-70, s.ifFilled(digits(s.value("member"), "#### #### ####")), style{face: mono, size: 40, ink: solid(on)})
	switch r.IntN(3) {
	case 0:
		s.roundRect(s.w-265, s.h-245, 205, 205, 12, solid(white))
		s.matrixCode(s.w-250, s.h-230, 175, black, s.trait("matrix"))
	case 1:
		s.roundRect(s.w-400, s.h-175, 345, 130, 8, solid(white))
		s.barcode(s.w-380, s.h-160, 305, 108, s.ifFilled(digits(s.value("member"), "#############")), black, s.trait("bars"))
	default:
		s.photo(s.w-250, s.h-330, 195, 250, false)
	}
	note := s.design("note")
	s.text(60, s.h-28, s.lang.phrase(note, 6), s.bodyStyle(21, on.toward(base, 0.25)))
}

// swoosh draws large soft shapes across a card.
func (s *sheet) swoosh(r rng, base rgb) {
	for range r.upTo(2, 5) {
		k := tinted(base.toward(pick(r, white, s.second, black), 0.6), r.between(0.12, 0.35))
		switch r.IntN(3) {
		case 0:
			s.disc(r.between(0, s.w), r.between(0, s.h), r.between(120, 420), k)
		case 1:
			p, y := new(path), r.between(0, s.h)
			p.moveTo(0, y)
			p.cubeTo(s.w*0.3, y-r.between(-250, 250), s.w*0.6, y+r.between(-250, 250), s.w, r.between(0, s.h))
			p.lineTo(s.w, s.h)
			p.lineTo(0, s.h)
			p.close()
			s.fill(p, identity, k)
		default:
			x := r.between(-200, s.w)
			s.fill(new(path).polygon(point{x, 0}, point{x + r.between(60, 300), 0}, point{x + 500, s.h}, point{x + 250, s.h}), identity, k)
		}
	}
}

func drawBankCard(s *sheet) {
	r := s.design("face")
	base := s.bandColor()
	if r.chance(0.3) {
		base = base.toward(black, 0.7)
	}
	s.rect(0, 0, s.w, s.h, blend(base.toward(s.second, r.between(0, 0.6)), base, point{s.w, 0}, point{0, s.h}))
	s.swoosh(r, base)
	on := base.readable()
	bank := s.lang.name(s.design("bank")) + " " + pick(s.design("bank type"), "Bank", "Credit", "Savings", "Pay", "Direct")
	s.emblem(105, 100, 52, on, s.second)
	s.text(180, 122, bank, s.headStyle(56, on).fit(bank, 560))
	s.chip(95, 215+s.shift(8), 132)
	for i := range 3 { // contactless waves
		p, d := new(path), float32(16+14*i)
		p.moveTo(265+d*0.6, 268-d)
		p.quadTo(265+d*1.5, 268, 265+d*0.6, 268+d)
		s.stroke(p, identity, 6, solid(on))
	}
	number := digits(s.value("card number"), "#### #### #### ####")
	embossed := style{face: mono, size: 72, wide: 1.02, ink: tinted(black, 0.4)}
	if n := s.ifFilled(number); n != "" {
		s.text(93, 433, n, embossed.fit(n, 815))
		embossed.ink = solid(on)
		s.text(90, 430, n, embossed.fit(n, 815))
	}
	holder := s.ifFilled(strings.ToUpper(s.given() + " " + s.surname()))
	s.text(90, 560, holder, style{face: mono, size: 40, ink: solid(on)}.fit(holder, 500))
	s.text(90, 490, s.term(termExpires), s.bodyStyle(20, on))
	s.text(300, 492, s.ifFilled(s.cardExpiry()), style{face: mono, size: 38, ink: solid(on)})
	s.scheme(s.w-150, s.h-100, on)
	note := s.design("note")
	st := s.bodyStyle(24, on)
	st.align = right
	s.text(s.w-60, 110, pick(note, "debit", "credit", "prepaid", "business", "classic", "gold")+" "+s.year()[2:], st)
}

func (s *sheet) cardExpiry() string {
	g := s.value("expiry")
	return fmt.Sprintf("%02d/%d", g.upTo(1, 12), g.upTo(27, 34))
}

// scheme draws the sign of an invented card network.
func (s *sheet) scheme(x, y float32, on rgb) {
	r := s.design("scheme")
	a, b := hsl(r.Float32(), 0.8, 0.5), hsl(r.Float32(), 0.8, 0.6)
	switch r.IntN(3) {
	case 0:
		s.fill(new(path).star(x-28, y, 62, 40, 3, 0.3), identity, tinted(a, 0.9))
		s.fill(new(path).star(x+36, y, 62, 40, 3, 0.8), identity, tinted(b, 0.8))
	case 1:
		s.roundRect(x-85, y-45, 170, 90, 45, solid(a))
		s.disc(x+40, y, 36, solid(b))
	default:
		name := strings.ToUpper(s.lang.name(r))
		st := style{face: boldItalic, size: 60, align: center, ink: solid(on)}
		s.text(x, y+20, name, st.fit(name, 220))
	}
}
