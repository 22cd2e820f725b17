package synthdoc

import (
	"fmt"
	"strings"

	"exemplar/internal/canvas"
)

func certificatePage(s *sheet) (w, h float32) {
	if s.design("turn").chance(0.7) {
		return 1414, 1000
	}
	return 1000, 1414
}

func drawCertificate(s *sheet) {
	r := s.design("border")
	band := s.bandColor()
	s.Rect(0, 0, s.w, s.h, canvas.Solid(s.paper.Toward(canvas.RGB{R: 0.98, G: 0.95, B: 0.86}, 0.7)))
	s.border(r, band)
	mid := s.w / 2
	s.emblem(mid, s.h*0.17, 62, band, s.light)
	place := func(st canvas.Style) canvas.Style { st.Align = canvas.Center; return st }
	title := strings.ToUpper(s.term(termCertificate))
	s.Text(mid, s.h*0.33, title, place(s.headStyle(84, band.Toward(canvas.Black, 0.3))).Fit(title, s.w*0.7))
	s.Paragraph(s.w*0.2, s.h*0.41, s.w*0.6, 36, s.lang.sentence(s.design("words"), 14), place(s.bodyStyle(26, s.dark)), false)
	holder := s.ifFilled(s.given() + " " + s.surname())
	st := place(canvas.Style{Face: pick(r, canvas.BoldItalic, canvas.Italic, canvas.SmallCaps), Size: 68, Ink: canvas.Solid(s.dark)})
	s.Text(mid, s.h*0.57, holder, st.Fit(holder, s.w*0.6))
	s.Dashes(s.w*0.25, s.h*0.585, s.w*0.75, s.h*0.585, 1.5, 6, 5, canvas.Tinted(s.dark, 0.6))
	g := s.value("reason")
	s.Paragraph(s.w*0.22, s.h*0.64, s.w*0.56, 34, s.lang.sentence(g, s.countIfFilled(20)), place(s.bodyStyle(25, s.dark)), false)
	s.certificateFoot(band)
}

// countIfFilled returns n, or 0 on a blank.
func (s *sheet) countIfFilled(n int) int {
	if s.doc.Blank {
		return 0
	}
	return n
}

func (s *sheet) certificateFoot(band canvas.RGB) {
	y := s.h * 0.83
	st := s.bodyStyle(21, s.dark)
	st.Align = canvas.Center
	for i, x := range []float32{s.w * 0.25, s.w * 0.75} {
		s.Line(x-130, y, x+130, y, 1.5, canvas.Solid(s.dark))
		s.Text(x, y+28, []string{s.term(termDate), s.term(termSignature)}[i], st)
	}
	day := s.ifFilled(s.lang.date(s.value("day"), 1990, 2026, 2))
	s.Text(s.w*0.25, y-12, day, st)
	if g := s.trait("signature"); !s.doc.Blank {
		s.signature(s.w*0.75-95, y-8, 190, penColor(g), g)
	}
	s.seal(s.w/2+s.shift(25), y-20, 68, s.second, s.design("seal"))
	note := s.design("note")
	s.Text(s.w/2, s.h-62, digits(note, "@@-####")+" · "+s.lang.name(note)+" · "+s.year(), s.centered(17))
}

func (s *sheet) centered(size float32) canvas.Style {
	st := s.bodyStyle(size, s.dark)
	st.Align = canvas.Center
	return st
}

// border draws the ornamental frame of a certificate.
func (s *sheet) border(r rng, c canvas.RGB) {
	outer := r.between(26, 44)
	s.Frame(outer, outer, s.w-2*outer, s.h-2*outer, r.between(4, 14), canvas.Solid(c))
	inner := outer + r.between(16, 40)
	s.Frame(inner, inner, s.w-2*inner, s.h-2*inner, 2, canvas.Solid(c))
	step := r.between(26, 44)
	kind := r.IntN(3)
	middle := (outer + inner) / 2
	ornament := func(x, y float32) {
		switch kind {
		case 0:
			s.Disc(x, y, (inner-outer)*0.24, canvas.Solid(s.second))
		case 1:
			s.Fill(new(canvas.Path).Star(x, y, (inner-outer)*0.45, (inner-outer)*0.18, 4, 0), canvas.Identity, canvas.Solid(s.second))
		default:
			s.Ring(x, y, (inner-outer)*0.3, 2, canvas.Solid(s.second))
		}
	}
	for x := inner; x < s.w-inner; x += step {
		ornament(x, middle)
		ornament(x, s.h-middle)
	}
	for y := inner; y < s.h-inner; y += step {
		ornament(middle, y)
		ornament(s.w-middle, y)
	}
}

func receiptPage(s *sheet) (w, h float32) {
	return 600, float32(s.design("length").upTo(1000, 1600))
}

// drawReceipt prints a till receipt: shop, articles, sums, thanks.
func drawReceipt(s *sheet) {
	s.Rect(0, 0, s.w, s.h, canvas.Solid(canvas.White.Toward(s.paper, 0.4)))
	r := s.design("print")
	f := pick(r, canvas.Mono, canvas.Mono, canvas.Mono, canvas.Regular, canvas.MonoBold)
	ink := canvas.Solid(canvas.RGB{R: 0.16, G: 0.16, B: 0.2}.Toward(canvas.RGB{R: 0.2, G: 0.16, B: 0.35}, r.Float32()))
	p := receiptRoll{s, canvas.Style{Face: f, Size: r.between(23, 29), Wide: r.between(0.7, 0.95), Ink: ink}, 60}
	p.shop(r)
	p.rule(r.IntN(3))
	p.articles(r)
	p.rule(r.IntN(3))
	p.sums(r)
	p.thanks(r)
}

// receiptRoll prints line below line; y is the next baseline.
type receiptRoll struct {
	*sheet
	st canvas.Style
	y  float32
}

func (p *receiptRoll) print(leftText, rightText string, size float32) {
	st := p.st
	st.Size *= size
	p.Text(35, p.y, leftText, st.Fit(leftText, p.w-70-st.Measure(rightText)-20))
	st.Align = canvas.Right
	p.Text(p.w-35, p.y, rightText, st)
	p.y += st.Size * 1.32
}

func (p *receiptRoll) center(text string, size float32) {
	st := p.st
	st.Size *= size
	st.Align = canvas.Center
	p.Text(p.w/2, p.y, text, st.Fit(text, p.w-60))
	p.y += st.Size * 1.34
}

func (p *receiptRoll) rule(kind int) {
	switch kind {
	case 0:
		p.Dashes(35, p.y-12, p.w-35, p.y-12, 2.2, 9, 6, p.st.Ink)
	case 1:
		p.center(strings.Repeat("=", 34), 1)
		return
	default:
		p.center(strings.Repeat("*", 36), 1)
		return
	}
	p.y += 24
}

func (p *receiptRoll) shop(r rng) {
	if r.chance(0.6) {
		p.emblem(p.w/2, p.y+45, 52, p.st.Ink.C, canvas.White)
		p.y += 145
	}
	band := p.design("band") // the shop's name: size and face change with editions
	name := strings.ToUpper(p.firm())
	st := canvas.Style{Face: pick(band, canvas.Bold, canvas.MonoBold, canvas.SmallCaps, canvas.BoldItalic), Size: band.between(38, 60), Align: canvas.Center, Ink: p.st.Ink}
	p.Text(p.w/2, p.y, name, st.Fit(name, p.w-70))
	p.y += 42
	street := p.design("street")
	p.center(p.lang.name(street)+" "+digits(street, "##"), 1)
	p.center(digits(street, "#### ")+p.lang.name(street), 1)
	p.center(p.term(termPhone)+" "+digits(street, "## ### ####"), 1)
	p.center(digits(street, "ID ###-###-###"), 1)
	p.y += 14
	p.print(p.ifFilled(p.lang.date(p.value("day"), 2016, 2026, p.dateStyle)), p.ifFilled(digits(p.value("time"), "1#:4#")), 1)
	p.print(p.ifFilled(digits(p.value("slip"), "#### ##")), p.ifFilled(digits(p.value("till"), "K#")), 1)
	p.y += p.shift(8)
}

func (p *receiptRoll) articles(r rng) {
	p.print(p.term(termItem), p.term(termAmount), 1)
	room := int((p.h - p.y - 430) / (p.st.Size * 1.32))
	twoLines := r.chance(0.35)
	if twoLines {
		room /= 2
	}
	if p.doc.Blank {
		return
	}
	n := max(1, min(room, p.trait("articles").upTo(2, 14)))
	for i := range n {
		g := p.value(fmt.Sprintf("item %d", i+1))
		name := strings.ToUpper(p.lang.phrase(g, g.upTo(1, 3)))
		pieces, price := 1, amount(g, 1, 90)
		if twoLines {
			pieces = g.upTo(1, 6)
			p.print(name, "", 1)
			name = fmt.Sprintf("  %d x %s", pieces, cents(price))
		}
		p.sum += price * float32(pieces)
		p.print(name, cents(price*float32(pieces))+pick(g, "", " A", " *"), 1)
	}
}

func (p *receiptRoll) sums(r rng) {
	percent := pick(r, 7, 19, 20, 21, 6)
	p.print(p.term(termTotal), p.ifFilled(cents(p.sum)), r.between(1.2, 1.7))
	p.print(fmt.Sprintf("%s %d %%", p.term(termTax), percent), p.ifFilled(cents(p.sum*float32(percent)/float32(100+percent))), 1)
	p.print(p.term(termCash), p.ifFilled(cents(10*float32(int(p.sum/10)+1))), 1)
	p.y += 16
}

func (p *receiptRoll) thanks(r rng) {
	note := p.design("note")
	p.center(p.term(termThanks), 1)
	p.center(p.lang.phrase(note, 4), 1)
	p.center(digits(note, "@@-## ")+p.year(), 0.8)
	if room := p.h - p.y; room > 150 && r.chance(0.75) {
		p.barcode(110, p.y+5, p.w-220, min(115, room-50), p.ifFilled(digits(p.value("code"), "############")), p.st.Ink.C, p.trait("bars"))
	}
}

func bookPage(*sheet) (w, h float32) { return 1000, 1480 }

// drawPage draws a page of a book: its layout is the design, its text the
// contents.
func drawPage(s *sheet) {
	r := s.design("layout")
	s.Rect(0, 0, s.w, s.h, canvas.Solid(canvas.White.Toward(canvas.RGB{R: 0.96, G: 0.92, B: 0.8}, r.Float32())))
	margin := r.between(90, 150)
	columns := 1
	if r.chance(0.35) {
		columns = 2
	}
	text := s.bodyStyle(r.between(19, 30)/float32(columns)*r.between(1, 1.35), s.dark)
	s.runningHead(margin)
	y := margin + 40
	if g := s.trait("chapter"); g.chance(0.3) && !s.doc.Blank {
		title := s.lang.phrase(g, 3)
		s.Text(margin, y+40, title, s.headStyle(46, s.dark).Fit(title, s.w-2*margin))
		y += 110
	}
	gap := float32(40)
	w := (s.w - 2*margin - gap*float32(columns-1)) / float32(columns)
	for column := range columns {
		s.textColumn(column, margin+float32(column)*(w+gap), y, w, s.h-margin-40, text, r.chance(0.75))
	}
}

// runningHead prints the book's title, the page number, and the line between.
func (s *sheet) runningHead(margin float32) {
	band, note := s.design("band"), s.design("note")
	head := s.bodyStyle(20, s.dark)
	head.Face = pick(band, canvas.Italic, canvas.SmallCaps, s.body)
	y := margin - 20 + s.shift(10)
	s.Text(margin+60, y, s.lang.phrase(s.design("book"), 3)+", "+s.year(), head)
	s.emblem(margin+20, y-8, 17, s.dark, s.paper)
	s.Line(margin, y+14, s.w-margin, y+14, band.between(0.8, 3), canvas.Solid(s.dark))
	s.Text(margin, s.h-margin+70, s.lang.phrase(note, 5), s.bodyStyle(16, s.dark))
	head.Align = canvas.Right
	s.Text(s.w-margin, y, s.ifFilled(digits(s.trait("folio"), "###")), head)
}

// textColumn fills a column with paragraphs, headings and now and then a
// figure or a table.
func (s *sheet) textColumn(column int, x, y, w, bottom float32, st canvas.Style, justified bool) {
	leading := st.Size * 1.4
	for i := 0; y < bottom-3*leading && !s.doc.Blank; i++ {
		name := fmt.Sprintf("paragraph %d.%d", column, i)
		g := s.trait(name)
		switch {
		case i > 0 && g.chance(0.13) && y < bottom-w*0.6:
			s.illustration(x, y-st.Size*0.6, w, w*0.5, g)
			y += w*0.5 + leading
			s.Text(x, y-leading*0.45, s.lang.phrase(g, 4), canvas.Style{Face: canvas.Italic, Size: st.Size * 0.85, Ink: st.Ink})
			y += leading * 0.6
		case i > 0 && g.chance(0.15):
			title := s.lang.phrase(g, 3)
			s.Text(x, y+st.Size*0.4, title, s.headStyle(st.Size*1.2, s.dark).Fit(title, w))
			y += leading * 1.6
		default:
			room := int((bottom - y) / leading * w / (st.Size * 3.4))
			words := s.lang.sentence(s.value(name), min(g.upTo(30, 90), max(6, room)))
			y = s.Paragraph(x, y, w, leading, words, st, justified) + leading*0.3
		}
	}
}
