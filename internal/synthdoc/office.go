package synthdoc

import (
	"fmt"
	"strings"

	"exemplar/internal/canvas"
)

func a4Page(*sheet) (w, h float32) { return 1000, 1414 }

// letterHead draws sender and emblem, and returns the y below.
func (s *sheet) letterHead() float32 {
	r := s.design("head")
	band := s.bandColor()
	firm := s.firm()
	big := s.headStyle(r.between(34, 52), band.Toward(canvas.Black, 0.15))
	small := s.bodyStyle(19, s.dark)
	contact := digits(s.design("phone"), "+## ## ### ## ##") + "  ·  " + s.lang.name(s.design("street")) + " " + digits(s.design("house"), "##")
	switch r.IntN(4) {
	case 0:
		s.emblem(125, 120, 52, band, s.second)
		s.Text(200, 120, firm, big.Fit(firm, 520))
		s.Text(200, 155, contact, small)
		s.Line(70, 195, s.w-70, 195, 3, canvas.Solid(band))
	case 1:
		s.Rect(0, 0, s.w, 150, canvas.Solid(band))
		s.emblem(s.w-130, 75, 48, band.Readable(), s.second)
		big.Ink = canvas.Solid(band.Readable())
		s.Text(70, 80, firm, big.Fit(firm, 640))
		small.Ink = canvas.Solid(band.Readable())
		s.Text(70, 115, contact, small)
	case 2:
		big.Align, small.Align = canvas.Center, canvas.Center
		s.emblem(s.w/2, 90, 46, band, s.second)
		s.Text(s.w/2, 175, firm, big.Fit(firm, 800))
		s.Text(s.w/2, 208, contact, small)
	default:
		big.Align, small.Align = canvas.Right, canvas.Right
		s.Text(s.w-70, 110, firm, big.Fit(firm, 600))
		s.Text(s.w-70, 145, contact, small)
		s.emblem(120, 110, 46, band, s.second)
		s.Rect(0, 0, 18, s.h, canvas.Solid(band))
	}
	return 235
}

// firm is the invented sender.
func (s *sheet) firm() string {
	r := s.design("firm")
	return s.lang.name(r) + " " + pick(r, "& "+s.lang.name(r), "Ltd", "GmbH", "S.A.", "Co.", "Works", "Supply", "Services", "& Sons")
}

// customer prints the receiver's address.
func (s *sheet) customer(x, y float32, st canvas.Style) {
	for i, line := range []string{s.given() + " " + s.surname(), s.address(), s.ifFilled(s.lang.name(s.value("town")))} {
		s.Text(x, y+float32(i)*st.Size*1.35, line, st.Fit(line, 420))
	}
}

func drawInvoice(s *sheet) {
	y := s.letterHead()
	r := s.design("body")
	s.customer(80, y+60, s.bodyStyle(25, s.dark))
	s.facts(s.w-400, y+45+s.shift(12), 330, []field{
		{termNumber, s.ifFilled(digits(s.value("invoice"), "20##-#####"))},
		{termDate, s.ifFilled(s.lang.date(s.value("day"), 2019, 2026, s.dateStyle))},
		{termCustomer, s.ifFilled(digits(s.value("customer number"), "K#####"))},
	})
	title := s.headStyle(r.between(38, 54), s.dark)
	s.Text(80, y+255, s.headline(termInvoice), title)
	y = s.itemTable(80, y+300, s.w-160, r.upTo(8, 13), true)
	s.totals(y + 20)
	s.footer()
}

// facts prints captions with values at the right edge.
func (s *sheet) facts(x, y, w float32, facts []field) {
	caption, value := s.bodyStyle(22, s.dark.Toward(canvas.White, 0.3)), s.bodyStyle(23, s.dark)
	value.Align = canvas.Right
	for i, f := range facts {
		fy := y + float32(i)*36
		s.Text(x, fy, s.term(f.term), caption)
		s.Text(x+w, fy, f.value, value)
		s.Line(x, fy+9, x+w, fy+9, 1, canvas.Tinted(s.dark, 0.2))
	}
}

// itemTable draws a table of goods. Rows beyond the number of items stay empty.
func (s *sheet) itemTable(x, y, w float32, rows int, priced bool) float32 {
	r := s.design("table")
	rowHeight := r.between(36, 46)
	edges := []float32{0, r.between(0.07, 0.1), r.between(0.55, 0.62), r.between(0.68, 0.72), 0.85, 1}
	heads := []string{"№", s.term(termItem), s.term(termQuantity), s.term(termPrice), s.term(termAmount)}
	styleOf := r.IntN(4)
	headInk := s.dark
	if styleOf != 0 {
		s.Rect(x, y, w, rowHeight, canvas.Solid(s.accent))
		headInk = s.accent.Readable()
	}
	head := canvas.Style{Face: s.heading, Size: 20, Wide: s.bodyWide, Ink: canvas.Solid(headInk)}
	for i, h := range heads {
		s.cell(x+w*edges[i], y+rowHeight*0.68, w*(edges[i+1]-edges[i]), h, head, i > 1)
	}
	filled := 2 + s.trait("rows").IntN(rows-2)
	for row := range rows {
		top := y + rowHeight*float32(row+1)
		if styleOf == 2 && row%2 == 1 {
			s.Rect(x, top, w, rowHeight, canvas.Solid(s.light))
		}
		if row < filled && !s.doc.Blank {
			s.itemRow(x, top+rowHeight*0.68, w, edges, row, priced)
		}
	}
	bottom := y + rowHeight*float32(rows+1)
	s.tableLines(x, y, w, rowHeight, rows, edges, styleOf)
	return bottom
}

func (s *sheet) tableLines(x, y, w, rowHeight float32, rows int, edges []float32, styleOf int) {
	k := canvas.Tinted(s.dark, 0.65)
	bottom := y + rowHeight*float32(rows+1)
	if styleOf == 3 {
		s.Line(x, bottom, x+w, bottom, 3, k)
		return
	}
	for row := range rows + 2 {
		s.Line(x, y+rowHeight*float32(row), x+w, y+rowHeight*float32(row), 1.4, k)
	}
	if styleOf < 2 {
		for _, e := range edges {
			s.Line(x+w*e, y, x+w*e, bottom, 1.4, k)
		}
	}
}

func (s *sheet) itemRow(x, y, w float32, edges []float32, row int, priced bool) {
	g := s.value(fmt.Sprintf("item %d", row+1))
	cells := []string{fmt.Sprint(row + 1), s.lang.phrase(g, g.upTo(2, 4)), fmt.Sprint(g.upTo(1, 24)), "", ""}
	if priced {
		pieces, price := g.upTo(1, 24), amount(g, 2, 300)
		cells[2], cells[3], cells[4] = fmt.Sprint(pieces), cents(price), cents(price*float32(pieces))
		s.sum += price * float32(pieces)
	}
	st := s.bodyStyle(20, s.dark)
	for i, text := range cells {
		s.cell(x+w*edges[i], y, w*(edges[i+1]-edges[i]), text, st, i > 1)
	}
}

// cell sets text in a table cell.
func (s *sheet) cell(x, y, w float32, text string, st canvas.Style, toRight bool) {
	st = st.Fit(text, w-16)
	if toRight {
		st.Align = canvas.Right
		x += w - 16
	}
	s.Text(x+8, y, text, st)
}

// totals prints sum, tax and total of the table, which follow from its lines.
func (s *sheet) totals(y float32) {
	tax := s.sum * 0.19
	lines := []struct {
		term  int
		value float32
		y     float32
		style canvas.Style
	}{
		{termAmount, s.sum, 25, s.bodyStyle(24, s.dark)},
		{termTax, tax, 59, s.bodyStyle(24, s.dark)},
		{termTotal, s.sum + tax, 115, s.headStyle(30, s.dark)},
	}
	s.Rect(s.w-440, y+74, 360, 3, canvas.Solid(s.accent))
	for _, l := range lines {
		s.Text(s.w-440, y+l.y, s.term(l.term), l.style)
		l.style.Align = canvas.Right
		s.Text(s.w-85, y+l.y, s.ifFilled(cents(l.value)), l.style)
	}
}

// footer prints the sender's small print with the form's code and year.
func (s *sheet) footer() {
	note := s.design("note")
	st := s.bodyStyle(17, s.dark.Toward(canvas.White, 0.25))
	s.Line(80, s.h-105, s.w-80, s.h-105, 1.2, canvas.Tinted(s.dark, 0.4))
	s.Paragraph(80, s.h-78, 540, 23, s.lang.sentence(note, 22), st, false)
	st.Align = canvas.Right
	s.Text(s.w-80, s.h-78, digits(note, "@@-###/##")+" · "+s.year(), st)
	s.Text(s.w-80, s.h-52, s.lang.name(s.design("bank"))+" "+digits(s.design("account"), "@@## #### #### ####"), st)
}

func drawLetter(s *sheet) {
	y := s.letterHead()
	r := s.design("body")
	text := s.bodyStyle(r.between(22, 27), s.dark)
	s.customer(90, y+70, text)
	day := text
	day.Align = canvas.Right
	s.Text(s.w-90, y+70+s.shift(15), s.ifFilled(s.lang.date(s.value("day"), 2015, 2026, s.dateStyle)), day)
	y += 260
	if !s.doc.Blank {
		subject := s.headStyle(30, s.dark)
		line := s.lang.phrase(s.value("subject"), 6)
		s.Text(90, y, line, subject.Fit(line, s.w-180))
		y = s.bodyOfLetter(y+60, text, r.chance(0.5))
		g := s.trait("signature")
		s.signature(110, y+60, 230, penColor(g), g)
		s.Text(90, y+120, s.given()+" "+s.surname(), text)
	}
	if r.chance(0.3) {
		g := s.trait("stamp")
		s.stamp(s.w-230, s.h-330, 95, strings.ToUpper(s.firm()), s.year(), s.second, g)
	}
	s.footer()
}

func (s *sheet) bodyOfLetter(y float32, st canvas.Style, justified bool) float32 {
	for i := range 2 + s.trait("paragraphs").IntN(3) {
		if y > s.h-480 {
			break
		}
		g := s.value(fmt.Sprintf("paragraph %d", i+1))
		y = s.Paragraph(90, y, s.w-180, st.Size*1.42, s.lang.sentence(g, g.upTo(25, 65)), st, justified) + st.Size*0.8
	}
	return y
}
