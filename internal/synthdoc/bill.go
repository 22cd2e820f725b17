package synthdoc

import (
	"fmt"
	"strings"

	"exemplar/internal/canvas"
)

// drawBill draws a business paper whose table is as long as the contents: a bill, an
// order, a statement, a payslip. What follows the table moves down with its length; the
// foot of the page does not.
func drawBill(s *sheet) {
	r := s.design("plan")
	b := &bill{sheet: s, r: r, x: r.between(55, 95)}
	b.width = s.w - 2*b.x
	y := b.head()
	y = b.parties(y)
	y = b.introduction(y)
	y = b.table(y)
	b.closing(y)
	if r.chance(0.7) {
		s.footer()
	}
}

type bill struct {
	*sheet
	r        rng
	x, width float32
}

// head draws the company and the title.
func (b *bill) head() float32 {
	title := b.headStyle(b.r.between(30, 58), b.dark)
	if b.r.chance(0.4) {
		title.Ink = canvas.Solid(b.bandColor())
	}
	name := b.headline(pick(b.r, termInvoice, termInvoice, termInvoice, termTotal, termNumber)) + pick(b.r, "", "", " "+strings.ToUpper(b.lang.phrase(b.r, 1)))
	if b.r.chance(0.45) {
		y := b.letterHead()
		b.Text(b.x, y+60, name, title.Fit(name, b.width*0.6))
		return y + 85
	}
	small := b.bodyStyle(b.r.between(17, 21), b.dark)
	big := b.headStyle(b.r.between(26, 44), b.dark)
	y := b.r.between(60, 100)
	left, at := b.x, b.x+b.width // company to one side, title to the other
	if b.r.chance(0.3) {
		left, at = at, left
		small.Align, big.Align = canvas.Right, canvas.Right
	} else {
		title.Align = canvas.Right
	}
	if b.r.chance(0.5) {
		mark := left + 40
		if big.Align == canvas.Right {
			mark = left - 40
		}
		b.emblem(mark, y+10, 38, b.bandColor(), b.second)
		y += 75
	}
	firm := b.firm()
	b.Text(left, y+20, firm, big.Fit(firm, b.width*0.55))
	for i, line := range b.imprintLines() {
		b.Text(left, y+50+float32(i)*small.Size*1.3, line, small.Fit(line, b.width*0.5))
	}
	b.Text(at, b.r.between(90, 150), name, title.Fit(name, b.width*0.42))
	return y + 50 + 4*small.Size*1.3
}

// imprintLines are the company's address and numbers.
func (b *bill) imprintLines() []string {
	street, house := b.design("street"), b.design("house")
	lines := []string{
		b.lang.name(street) + " " + digits(house, "##"),
		digits(house, "#####") + " " + b.lang.name(street),
		digits(b.design("phone"), "+## ### ######"),
		strings.ToLower(b.lang.name(b.design("firm"))) + "@" + strings.ToLower(b.lang.name(street)) + ".com",
	}
	return lines[:b.r.upTo(2, len(lines))]
}

// parties draws the recipient, and the numbers and dates of the paper.
func (b *bill) parties(y float32) float32 {
	st := b.bodyStyle(b.r.between(19, 25), b.dark)
	caption := b.headStyle(st.Size, b.dark)
	swapped := b.r.chance(0.3)
	x, factsX := b.x, b.x+b.width*0.58
	if swapped {
		x, factsX = b.x+b.width*0.55, b.x
	}
	if b.r.chance(0.5) {
		b.Text(x, y+30, b.term(pick(b.r, termCustomer, termAddress, termMember)), caption)
		y += 12
	}
	b.customer(x, y+50, st)
	fields := []field{
		{termNumber, b.ifFilled(digits(b.value("number"), pick(b.r, "20##-#####", "######", "@@-####")))},
		{termDate, b.ifFilled(b.lang.date(b.value("day"), 2012, 2026, b.dateStyle))},
		{termCustomer, b.ifFilled(digits(b.value("customer number"), "K#####"))},
		{termExpires, b.ifFilled(b.lang.date(b.value("due"), 2012, 2026, b.dateStyle))},
		{termPlace, b.ifFilled(b.lang.name(b.value("place")))},
	}[:b.r.upTo(2, 5)]
	switch b.r.IntN(3) {
	case 0:
		b.facts(factsX, y+40+b.shift(12), b.width*0.4, fields)
	case 1:
		for i, f := range fields {
			line := b.term(f.term) + ": " + f.value
			b.Text(factsX, y+45+float32(i)*st.Size*1.4, line, st.Fit(line, b.width*0.42))
		}
	default:
		b.strip(y+170, fields)
		return y + 260
	}
	return y + 60 + max(3*st.Size*1.35, float32(len(fields))*36)
}

// strip draws captions with their values below in a row across the page.
func (b *bill) strip(y float32, fields []field) {
	w := b.width / float32(len(fields))
	head, value := b.bodyStyle(17, b.accent.Readable()), b.bodyStyle(20, b.dark)
	b.Rect(b.x, y, b.width, 30, canvas.Solid(b.accent))
	for i, f := range fields {
		x := b.x + float32(i)*w + 8
		b.Text(x, y+22, b.term(f.term), head.Fit(b.term(f.term), w-12))
		b.Text(x, y+56, f.value, value.Fit(f.value, w-12))
	}
	b.Line(b.x, y+66, b.x+b.width, y+66, 1.2, canvas.Tinted(b.dark, 0.5))
}

func (b *bill) introduction(y float32) float32 {
	if !b.r.chance(0.4) {
		return y + 30
	}
	words := b.lang.sentence(b.design("introduction"), b.r.upTo(8, 22))
	return b.Paragraph(b.x, y+40, b.width, 26, words, b.bodyStyle(20, b.dark), false) + 14
}

// billTable is the style of a table.
type billTable struct {
	edges  []float32
	height float32
	lined  bool // between rows
	ruled  bool // between columns
	banded bool
	double bool // each item has a second line
	grid   bool // texts run over several lines, all cells are framed
}

// table draws as many rows as the contents have, and returns the y below.
func (b *bill) table(y float32) float32 {
	r := b.design("table")
	t := billTable{height: r.between(30, 46), lined: r.chance(0.5), ruled: r.chance(0.3), banded: r.chance(0.3), double: r.chance(0.25), grid: r.chance(0.25)}
	columns := r.upTo(3, 6)
	wide := r.IntN(2)
	total := float32(columns) + 2
	t.edges = append(t.edges, 0)
	at := float32(0)
	for i := range columns {
		at += 1 / total
		if i == wide {
			at += 2 / total
		}
		t.edges = append(t.edges, min(1, at))
	}
	b.tableHead(y, r, &t)
	room := int((b.h - 380 - y) / t.height)
	if t.double {
		room /= 2
	}
	rows := max(1, min(room, 1+int(b.trait("rows").Float32()*b.trait("rows").Float32()*24)))
	if b.doc.Blank {
		rows = 0
	}
	top := y + t.height
	for row := range rows {
		if t.grid {
			top = b.gridRow(top, row, &t)
			continue
		}
		top = b.tableRow(top, row, &t)
	}
	k := canvas.Tinted(b.dark, 0.6)
	b.Line(b.x, top, b.x+b.width, top, 1.6, k)
	if t.ruled {
		for _, e := range t.edges {
			b.Line(b.x+b.width*e, y, b.x+b.width*e, top, 1.2, k)
		}
	}
	return top
}

func (b *bill) tableHead(y float32, r rng, t *billTable) {
	ink := b.dark
	switch r.IntN(3) {
	case 0:
		b.Rect(b.x, y, b.width, t.height, canvas.Solid(b.accent))
		ink = b.accent.Readable()
	case 1:
		b.Rect(b.x, y, b.width, t.height, canvas.Solid(b.light))
	default:
		b.Line(b.x, y+t.height, b.x+b.width, y+t.height, 2, canvas.Solid(b.dark))
	}
	head := canvas.Style{Face: b.heading, Size: min(21, t.height*0.55), Wide: b.bodyWide, Ink: canvas.Solid(ink)}
	known := []int{termItem, termQuantity, termPrice, termTax, termAmount, termDate, termNumber, termRemarks, termClass}
	for i := range len(t.edges) - 1 {
		caption := b.term(known[(i+r.IntN(3))%len(known)])
		b.cell(b.x+b.width*t.edges[i], y+t.height*0.7, b.width*(t.edges[i+1]-t.edges[i]), caption, head, i > 1)
	}
}

func (b *bill) tableRow(y float32, row int, t *billTable) float32 {
	g := b.value(fmt.Sprintf("item %d", row+1))
	height := t.height
	if t.double {
		height *= 1.8
	}
	if t.banded && row%2 == 1 {
		b.Rect(b.x, y, b.width, height, canvas.Solid(b.light))
	}
	st := b.bodyStyle(min(21, t.height*0.58), b.dark)
	for i := range len(t.edges) - 1 {
		x, w := b.x+b.width*t.edges[i], b.width*(t.edges[i+1]-t.edges[i])
		text := digits(g, pick(g, "#.##", "##.##", "###.##", "#", "##"))
		if wide := w > b.width*0.25; wide {
			text = b.lang.phrase(g, g.upTo(1, 5))
			if t.double {
				more := b.lang.phrase(g, g.upTo(2, 6))
				b.cell(x, y+t.height*1.45, w, more, st, false)
			}
		} else if i == 0 {
			text = pick(g, fmt.Sprint(row+1), digits(g, "@@###"))
		} else if i == len(t.edges)-2 {
			price := amount(g, 2, 400)
			text = cents(price)
			b.sum += price
		}
		b.cell(x, y+t.height*0.7, w, text, st, i > 1)
	}
	if t.lined {
		b.Line(b.x, y+height, b.x+b.width, y+height, 1, canvas.Tinted(b.dark, 0.35))
	}
	return y + height
}

// gridRow is a row of framed cells, as high as its longest text.
func (b *bill) gridRow(y float32, row int, t *billTable) float32 {
	g := b.value(fmt.Sprintf("item %d", row+1))
	st := b.bodyStyle(min(19, t.height*0.5), b.dark)
	leading := st.Size * 1.25
	widest := 0
	for i := range len(t.edges) - 1 {
		if t.edges[i+1]-t.edges[i] > t.edges[widest+1]-t.edges[widest] {
			widest = i
		}
	}
	w := b.width * (t.edges[widest+1] - t.edges[widest])
	words := b.lang.sentence(g, g.upTo(4, int(4+w/14)))
	bottom := b.Paragraph(b.x+b.width*t.edges[widest]+8, y+st.Size*1.2, w-16, leading, words, st, false)
	bottom = max(y+t.height, bottom-leading*0.4)
	if bottom > b.h-240 {
		return y
	}
	k := canvas.Tinted(b.dark, 0.7)
	middle := (y+bottom)/2 + st.Size*0.35
	for i := range len(t.edges) - 1 {
		x, w := b.x+b.width*t.edges[i], b.width*(t.edges[i+1]-t.edges[i])
		b.Frame(x, y, w, bottom-y, 1.2, k)
		if i != widest {
			b.cell(x, middle, w, digits(g, pick(g, "#", "##.##", "####.##", "##")), st, i > 1)
		}
	}
	b.sum += amount(g, 5, 900)
	return bottom
}

// closing draws what follows the table: sums, terms, a signature.
func (b *bill) closing(y float32) {
	if b.r.chance(0.8) {
		b.totals(y + 10)
		y += 135
	}
	y += 25
	small := b.bodyStyle(b.r.between(17, 20), b.dark)
	for i := range b.r.upTo(0, 3) {
		g := b.design(fmt.Sprintf("terms %d", i))
		if y > b.h-230 {
			break
		}
		y = b.Paragraph(b.x, y+10, b.width*0.8, small.Size*1.35, b.lang.sentence(g, g.upTo(8, 26)), small, false)
	}
	if b.r.chance(0.35) && y < b.h-270 {
		g := b.trait("signature")
		b.Line(b.x, y+80, b.x+240, y+80, 1.3, canvas.Solid(b.dark))
		b.Text(b.x, y+102, b.term(termSignature), small)
		if !b.doc.Blank {
			b.signature(b.x+20, y+72, 190, penColor(g), g)
		}
	}
	if g := b.trait("stamp"); g.chance(0.12) && !b.doc.Blank {
		b.stamp(b.w*g.between(0.3, 0.8), b.h*g.between(0.4, 0.8), g.between(55, 95), strings.ToUpper(b.lang.name(g)), b.lang.date(g, 2015, 2026, 0), penColor(g), g)
	}
}

// drawStatement draws a paper of sections, each a title with captions and values below
// it. The contents decide how many sections and values there are, so that the positions
// of sections differ from copy to copy. Some papers have a picture or a code.
func drawStatement(s *sheet) {
	r := s.design("plan")
	b := &bill{sheet: s, r: r, x: r.between(55, 110)}
	b.width = s.w - 2*b.x
	y := b.head()
	if r.chance(0.5) {
		y = b.parties(y)
	}
	manner := r.IntN(4)
	for section := range r.upTo(2, 5) {
		if y = b.section(section, manner, y+r.between(14, 30)); y > s.h-260 {
			break
		}
	}
	if r.chance(0.35) && y < s.h-420 {
		y = b.picture(y + 20)
	}
	if r.chance(0.3) && y < s.h-420 {
		b.table(y + 20)
	}
	if r.chance(0.5) {
		s.footer()
	}
}

// section draws a title and as many entries as the contents have.
func (b *bill) section(n, manner int, y float32) float32 {
	g := b.design(fmt.Sprintf("section %d", n))
	title := b.headStyle(22, b.dark)
	switch manner {
	case 0:
		b.Rect(b.x, y, b.width, 34, canvas.Solid(b.accent))
		title.Ink = canvas.Solid(b.accent.Readable())
	case 1:
		b.Rect(b.x, y, b.width, 34, canvas.Solid(b.light))
	case 2:
		b.Line(b.x, y+34, b.x+b.width, y+34, 2, canvas.Solid(b.dark))
	}
	text := b.lang.phrase(g, g.upTo(1, 3))
	b.Text(b.x+8, y+25, text, title)
	y += 44
	st := b.bodyStyle(19, b.dark)
	most := g.upTo(3, 8)
	for i := range most {
		v := b.value(fmt.Sprintf("entry %d.%d", n, i))
		caption := b.lang.phrase(g, g.upTo(1, 3))
		if b.trait(fmt.Sprintf("has %d.%d", n, i)).chance(0.35) || b.doc.Blank {
			continue
		}
		if i%2 == 1 && manner == 1 {
			b.Rect(b.x, y, b.width, 30, canvas.Tinted(b.dark, 0.06))
		}
		b.Text(b.x+8, y+22, caption+":", st)
		value := pick(v, b.lang.name(v), cents(amount(v, 2, 5000)), b.lang.date(v, 2010, 2026, b.dateStyle), b.lang.phrase(v, v.upTo(2, 6)))
		b.Text(b.x+b.width*0.34, y+22, value, st.Fit(value, b.width*0.6))
		y += 31
		if manner == 3 {
			b.Line(b.x, y, b.x+b.width, y, 0.9, canvas.Tinted(b.dark, 0.3))
		}
	}
	return y
}

// picture draws a photo or a code, which belongs to the contents.
func (b *bill) picture(y float32) float32 {
	g := b.trait("picture")
	side := b.r.between(180, 340)
	x := pick(b.r, b.x, b.w/2-side/2, b.x+b.width-side)
	if b.doc.Blank {
		return y
	}
	switch b.r.IntN(4) {
	case 0:
		b.matrixCode(x, y, side*0.7, b.dark, g)
	case 1:
		b.portrait(x, y, side*0.8, side, false, g)
	case 2:
		b.barcode(x, y, side, side*0.3, digits(g, "############"), b.dark, g)
	default:
		b.illustration(x, y, side, side, g)
	}
	return y + side
}

// rollPage is the size of a receipt, whose length grows with the number of articles.
func rollPage(s *sheet) (w, h float32) {
	return 600, float32(760 + 34*rollArticles(s) + s.design("length").upTo(0, 160))
}

// rollArticles is the number of lines that a receipt lists.
func rollArticles(s *sheet) int {
	if s.doc.Blank {
		return 0
	}
	g := s.trait("articles")
	return 1 + int(g.Float32()*g.Float32()*28)
}

// drawRoll draws a receipt whose length depends on its contents: the shop's head, numbers
// of the receipt, articles, sums, thanks.
func drawRoll(s *sheet) {
	s.Rect(0, 0, s.w, s.h, canvas.Solid(canvas.White.Toward(s.paper, 0.4)))
	r := s.design("print")
	ink := canvas.Solid(canvas.RGB{R: 0.16, G: 0.16, B: 0.2}.Toward(canvas.RGB{R: 0.4, G: 0.38, B: 0.45}, r.Float32()))
	p := receiptRoll{s, canvas.Style{Face: pick(r, canvas.Mono, canvas.Mono, canvas.Regular, canvas.MonoBold), Size: r.between(21, 26), Wide: r.between(0.7, 0.95), Ink: ink}, r.between(45, 70)}
	p.rollHead(r)
	p.rollFacts(r)
	p.rule(r.IntN(3))
	twoLines := r.chance(0.4)
	for i := range rollArticles(s) {
		p.article(i, twoLines && i%2 == 1)
	}
	p.rule(r.IntN(3))
	p.sums(r)
	if r.chance(0.5) {
		p.print(p.term(termNumber), p.ifFilled(digits(p.value("card"), "**** ####")), 1)
	}
	p.rollThanks(r)
}

// rollHead prints the seller, centred or on the left, with or without an emblem.
func (p *receiptRoll) rollHead(r rng) {
	band := p.design("band")
	if band.chance(0.4) {
		p.emblem(p.w/2, p.y+40, 46, p.st.Ink.C, canvas.White)
		p.y += 120
	}
	name := strings.ToUpper(p.firm())
	st := canvas.Style{Face: pick(band, canvas.Bold, canvas.MonoBold, canvas.SmallCaps, canvas.BoldItalic, p.st.Face), Size: band.between(27, 54), Align: canvas.Center, Ink: p.st.Ink}
	p.Text(p.w/2, p.y, name, st.Fit(name, p.w-70))
	p.y += 36
	street := p.design("street")
	lines := []string{
		digits(street, "(######-@)"), strings.ToUpper(p.lang.name(street) + " " + digits(street, "##") + ", " + p.lang.name(street)),
		digits(street, "##### ") + strings.ToUpper(p.lang.name(street)), p.term(termPhone) + ": " + digits(street, "##-########"), digits(street, "ID ############"),
	}
	for _, line := range lines[r.IntN(2) : 3+r.IntN(3)] {
		p.center(line, 1)
	}
	p.y += 12 + p.shift(6)
	if r.chance(0.5) {
		p.center(strings.ToUpper(p.term(termInvoice)), 1.25)
	}
}

func (p *receiptRoll) rollFacts(r rng) {
	for i := range r.upTo(2, 5) {
		term := []int{termDate, termNumber, termCustomer, termCash, termMember}[i]
		text := digits(p.value(fmt.Sprintf("fact %d", i)), pick(r, "######", "##/####", "@@#-###"))
		if i == 0 {
			text = p.lang.date(p.value("day"), 2012, 2026, p.dateStyle) + " " + digits(p.value("time"), "1#:4#")
		}
		if r.chance(0.5) {
			p.print(p.term(term)+": "+p.ifFilled(text), "", 1)
		} else {
			p.print(p.term(term), p.ifFilled(text), 1)
		}
	}
}

func (p *receiptRoll) article(i int, second bool) {
	g := p.value(fmt.Sprintf("item %d", i+1))
	if second {
		p.print(fmt.Sprintf("  %d x %s", g.upTo(1, 6), cents(amount(g, 1, 40))), "", 1)
		return
	}
	price := amount(g, 1, 90)
	p.sum += price
	p.print(strings.ToUpper(p.lang.phrase(g, g.upTo(1, 4))), cents(price), 1)
}

func (p *receiptRoll) rollThanks(r rng) {
	note := p.design("note")
	p.y += 10
	p.center(p.term(termThanks), 1)
	for range r.upTo(0, 4) {
		p.center(p.lang.phrase(note, note.upTo(2, 5)), 1)
	}
	if p.h-p.y > 100 && r.chance(0.5) {
		p.barcode(110, p.y+5, p.w-220, 80, p.ifFilled(digits(p.value("code"), "############")), p.st.Ink.C, p.trait("bars"))
	}
}
