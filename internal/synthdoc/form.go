package synthdoc

import (
	"fmt"
	"strings"

	"exemplar/internal/canvas"
)

// drawForm draws an official form: titles, numbered boxes with captions, check boxes, a
// table, explanations, and a line for the signature. The design decides the layout, the
// contents what is typed or handwritten in the boxes.
func drawForm(s *sheet) {
	r := s.design("grid")
	f := &formGrid{sheet: s, r: r, x: r.between(50, 85), style: r.IntN(4)}
	f.width = s.w - 2*f.x
	y := f.titles()
	f.writtenByHand = s.trait("hand").chance(0.45)
	f.pen = penColor(s.trait("hand"))
	for section := 1; y < s.h-545; section++ { // no section is higher than 290
		y = f.section(section, y)
	}
	f.closing(max(y, s.h-300))
	s.imprint(s.w - f.x)
}

type formGrid struct {
	*sheet
	r             rng
	x, width      float32
	style         int
	boxes         int
	writtenByHand bool
	pen           canvas.RGB
}

func (f *formGrid) titles() float32 {
	s := f.sheet
	band := s.bandColor()
	authority := strings.ToUpper(s.lang.name(s.design("authority")) + " " + s.term(termAuthority))
	title := s.term(pick(f.r, termApplication, termRemarks, termIdentity, termLicence, termCertificate, termInvoice)) + " " + digits(f.r, "@-##")
	small, big := s.bodyStyle(20, s.dark), s.headStyle(f.r.between(34, 46), s.dark)
	shift := s.shift(14)
	switch f.r.IntN(3) {
	case 0:
		s.emblem(f.x+42, 85, 42, band, s.light)
		s.Text(f.x+105, 68, authority, small)
		s.Text(f.x+105, 118, title, big.Fit(title, f.width-330))
	case 1:
		small.Align, big.Align = canvas.Center, canvas.Center
		s.Text(s.w/2+shift, 62, authority, small)
		s.Text(s.w/2+shift, 116, title, big.Fit(title, f.width-320))
		s.emblem(f.x+40, 88, 36, band, s.light)
	default:
		s.Rect(f.x, 40, f.width, 105, canvas.Solid(band))
		small.Ink, big.Ink = canvas.Solid(band.Readable()), canvas.Solid(band.Readable())
		s.Text(f.x+20, 75, authority, small)
		s.Text(f.x+20, 123, title, big.Fit(title, f.width-340))
		s.emblem(f.x+f.width-240, 92, 36, band.Readable(), s.light)
	}
	f.Rect(f.x+f.width-190+shift/3, 43, 182, 64, canvas.Solid(s.paper))
	f.box(f.x+f.width-185+shift/3, 45, 175, 60, s.term(termNumber), s.ifFilled(digits(s.value("form number"), "###### / ##")))
	return f.explanation(175)
}

// explanation prints small running text across the form.
func (f *formGrid) explanation(y float32) float32 {
	st := f.bodyStyle(18, f.dark)
	words := f.lang.sentence(f.design("explanation"), f.r.upTo(18, 45))
	return f.Paragraph(f.x, y+12, f.width, 24, words, st, f.r.chance(0.5)) + 8
}

// section draws a title and one of several blocks, and returns the y below.
func (f *formGrid) section(n int, y float32) float32 {
	g := f.design(fmt.Sprintf("section %d", n))
	title := fmt.Sprintf("%d. %s", n, f.lang.phrase(g, g.upTo(2, 4)))
	st := f.headStyle(23, f.dark)
	if f.style == 1 {
		f.Rect(f.x, y, f.width, 34, canvas.Solid(f.accent))
		st.Ink = canvas.Solid(f.accent.Readable())
	}
	f.Text(f.x+8, y+25, title, st)
	y += 44
	switch g.IntN(6) {
	case 0:
		return f.checks(g, n, y)
	case 1:
		return f.table(g, n, y)
	case 2:
		return f.lines(g, n, y)
	}
	for range g.upTo(2, 3) {
		y = f.row(g, y)
	}
	return y + 12
}

// captions are the captions of boxes.
var captions = []int{termSurname, termGivenName, termBorn, termNationality, termNumber, termAddress, termPlace, termPhone, termDate, termAmount, termCustomer, termClass}

// row draws one to four boxes side by side.
func (f *formGrid) row(g rng, y float32) float32 {
	height := g.between(58, 72)
	n := g.upTo(1, 4)
	x := f.x
	for i := range n {
		w := (f.x + f.width - x) / float32(n-i)
		if i < n-1 {
			w *= g.between(0.75, 1.25)
		}
		f.boxes++
		term := captions[g.IntN(len(captions))]
		f.box(x, y, w, height, f.term(term), f.ifFilled(f.contents(term, f.value(fmt.Sprintf("box %d", f.boxes)))))
		x += w
	}
	return y + height
}

func (f *formGrid) contents(term int, g rng) string {
	switch term {
	case termBorn, termDate:
		return f.lang.date(g, 1950, 2026, f.dateStyle)
	case termNumber, termPhone, termCustomer:
		return digits(g, "### ## ## ##")
	case termAmount:
		return cents(amount(g, 10, 9000))
	case termAddress:
		return f.lang.name(g) + " " + digits(g, "##")
	case termClass:
		return digits(g, "@#")
	}
	return f.lang.name(g)
}

// box draws a caption and its content in the form's style, one of four.
func (f *formGrid) box(x, y, w, h float32, caption, content string) {
	k := canvas.Tinted(f.dark, 0.75)
	switch f.style {
	case 0, 1:
		f.Frame(x, y, w, h, 1.6, k)
	case 2:
		f.Rect(x+3, y+20, w-6, h-24, canvas.Solid(f.light))
		f.Line(x+3, y+h-4, x+w-3, y+h-4, 1.4, k)
	default:
		f.Dashes(x+4, y+h-6, x+w-8, y+h-6, 1.6, 3, 4, k)
	}
	st := f.bodyStyle(15.5, f.dark)
	f.Text(x+8, y+17, caption, st.Fit(caption, w-12))
	f.fillIn(x+12, y+h-13, w-20, content)
}

// fillIn writes content as the person who filled in the form does.
func (f *formGrid) fillIn(x, y, w float32, content string) {
	if content == "" {
		return
	}
	if f.writtenByHand {
		st := canvas.Style{Face: canvas.Italic, Size: 30, Slant: 0.12, Wide: 0.9, Ink: canvas.Solid(f.pen)}
		hand(f.Canvas, x, y, content, st.Fit(content, w), f.trait("writing "+content))
		return
	}
	st := canvas.Style{Face: canvas.Mono, Size: 25, Ink: canvas.Solid(canvas.RGB{R: 0.1, G: 0.1, B: 0.16})}
	f.Text(x, y, content, st.Fit(content, w))
}

func (f *formGrid) checks(g rng, section int, y float32) float32 {
	n := g.upTo(3, 8)
	columns := g.upTo(2, 3)
	st := f.bodyStyle(19, f.dark)
	for i := range n {
		x := f.x + float32(i%columns)*f.width/float32(columns)
		top := y + float32(i/columns)*36
		f.Frame(x+4, top, 21, 21, 1.6, canvas.Solid(f.dark))
		option := f.lang.phrase(g, g.upTo(1, 3))
		f.Text(x+36, top+18, option, st.Fit(option, f.width/float32(columns)-45))
		if f.trait(fmt.Sprintf("check %d.%d", section, i)).chance(0.35) && !f.doc.Blank {
			f.Line(x+5, top+2, x+25, top+20, 3.2, canvas.Solid(f.pen))
			f.Line(x+24, top+1, x+6, top+20, 3.2, canvas.Solid(f.pen))
		}
	}
	return y + float32((n+columns-1)/columns)*36 + 14
}

func (f *formGrid) table(g rng, section int, y float32) float32 {
	rows, columns, height := g.upTo(2, 5), g.upTo(3, 6), float32(38)
	w := f.width / float32(columns)
	head := f.bodyStyle(18, f.dark)
	head.Face = f.heading
	f.Rect(f.x, y, f.width, height, canvas.Tinted(f.accent, 0.15))
	for i := range columns {
		caption := f.lang.phrase(g, g.upTo(1, 2))
		f.Text(f.x+float32(i)*w+8, y+26, caption, head.Fit(caption, w-14))
		for row := range rows {
			name := fmt.Sprintf("cell %d.%d.%d", section, row, i)
			if f.trait("has "+name).chance(0.7) && !f.doc.Blank {
				v := f.value(name)
				f.fillIn(f.x+float32(i)*w+10, y+height*float32(row+2)-11, w-18, digits(v, pick(v, "###", "##.##", "@-##", "####")))
			}
		}
	}
	k := canvas.Tinted(f.dark, 0.75)
	for row := range rows + 2 {
		f.Line(f.x, y+height*float32(row), f.x+f.width, y+height*float32(row), 1.5, k)
	}
	for i := range columns + 1 {
		f.Line(f.x+float32(i)*w, y, f.x+float32(i)*w, y+height*float32(rows+1), 1.5, k)
	}
	return y + height*float32(rows+1) + 16
}

// lines draws ruled lines for a longer answer.
func (f *formGrid) lines(g rng, section int, y float32) float32 {
	n := g.upTo(2, 4)
	used := f.trait(fmt.Sprintf("lines %d", section)).IntN(n + 1)
	for i := range n {
		y += 38
		f.Line(f.x, y, f.x+f.width, y, 1.4, canvas.Tinted(f.dark, 0.7))
		if i < used {
			v := f.value(fmt.Sprintf("answer %d.%d", section, i))
			f.fillIn(f.x+10, y-9, f.width-20, f.ifFilled(f.lang.phrase(v, v.upTo(4, 8))))
		}
	}
	return y + 18
}

// closing draws declaration, date, signature and sometimes a stamp.
func (f *formGrid) closing(y float32) {
	y = f.explanation(y)
	day := f.ifFilled(f.lang.date(f.value("day"), 2015, 2026, f.dateStyle))
	f.box(f.x, y+20, f.width*0.3, 75, f.term(termDate), day)
	f.box(f.x+f.width*0.38, y+20, f.width*0.32, 75, f.term(termSignature), "")
	if g := f.trait("signature"); !f.doc.Blank {
		f.signature(f.x+f.width*0.42, y+78, 190, f.pen, g)
	}
	if g := f.trait("stamp"); g.chance(0.35) && !f.doc.Blank {
		f.stamp(f.x+f.width*0.86, y+70, 82, strings.ToUpper(f.lang.name(f.design("authority"))+" "+f.term(termAuthority)), f.year(), penColor(g), g)
	}
}
