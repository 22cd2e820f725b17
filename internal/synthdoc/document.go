// Package synthdoc draws synthetic documents: cards, licences, tickets, receipts,
// invoices, forms, letters, certificates, labels, banknotes, pages and covers.
//
// In comes a [Document], a few numbers and switches; out comes its picture, always the
// same one. What is printed and what is filled in are chosen independently, so that
// look-alikes of a document can be drawn as well: see [Siblings] and [LookAlikes]. Packages train and
// calibrate call it for samples, the command line for its demonstrations.
//
//	a := synthdoc.Document{Kind: "form", Template: 7, Content: 1}
//	b := a
//	b.Content = 2              // the same form, filled in by someone else
//	picture := synthdoc.Draw(a)
//
// document.go lists the kinds of document, sheet.go has what all of them share, and
// cards.go, form.go, office.go, bill.go, papers.go and goods.go draw them. parts.go,
// emblem.go and art.go draw what they are composed of, words.go has the text, and package
// canvas draws it all. forms.go and fill.go fill in pictures of real forms.
//
// All names, numbers and emblems are invented. The typefaces are the Go fonts,
// narrowed, spaced and slanted; there is no Chinese, Japanese or Arabic text.
package synthdoc

import (
	"fmt"
	"slices"

	"exemplar/internal/canvas"
	"exemplar/internal/imaging"
	"exemplar/internal/splitmix"
)

// Document says what to draw. Template and Content are seeds; 0 is a seed like any other.
type Document struct {
	Kind     string // one of Kinds
	Template uint64 // the printed design: layout, colours, typefaces, emblem
	Content  uint64 // what is filled in: names, numbers, dates, portrait
	Edition  int    // 0 is the first; others differ from it in small details of the print
	Issuer   int    // 0 is the first; others print the same template under another name and address
	Headline int    // 0 is the first; others are other papers of the company: an invoice's is a delivery note
	Changed  int    // 0, or n to give the n-th filled-in field another value
	Blank    bool   // nothing is filled in
	Size     int    // longer side in pixels; 0 leaves it to the template (400-1200)
}

// layout draws one kind of document.
type layout struct {
	kind string
	// page returns the size of the design, in units of the layout.
	page func(s *sheet) (w, h float32)
	draw func(s *sheet)
}

// layouts lists every kind by name, in one place rather than in init functions.
func layouts() []layout {
	return []layout{
		{"bank-card", cardPage, drawBankCard},
		{"banknote", notePage, drawBanknote},
		{"bill", a4Page, drawBill},
		{"certificate", certificatePage, drawCertificate},
		{"cover", coverPage, drawCover},
		{"driving-licence", cardPage, drawLicence},
		{"form", a4Page, drawForm},
		{"id-card", cardPage, drawIdentityCard},
		{"id-card-back", cardPage, drawIdentityBack},
		{"invoice", a4Page, drawInvoice},
		{"label", labelPage, drawLabel},
		{"letter", a4Page, drawLetter},
		{"membership", cardPage, drawMembership},
		{"page", bookPage, drawPage},
		{"receipt", receiptPage, drawReceipt},
		{"roll", rollPage, drawRoll},
		{"statement", a4Page, drawStatement},
		{"ticket", ticketPage, drawTicket},
	}
}

// Kinds returns the kinds of document that can be drawn, sorted.
func Kinds() []string {
	var kinds []string
	for _, l := range layouts() {
		kinds = append(kinds, l.kind)
	}
	return kinds
}

// Draw draws the document. It panics if the kind is not one of Kinds.
func Draw(d Document) *imaging.Image {
	l := find(d.Kind)
	if d.Changed > 0 {
		return render(l, d, fieldToChange(l, d))
	}
	return render(l, d, "")
}

func find(kind string) layout {
	all := layouts()
	i := slices.IndexFunc(all, func(l layout) bool { return l.kind == kind })
	if i < 0 {
		panic(fmt.Sprintf("synthdoc: unknown kind %q; known are %v", kind, Kinds()))
	}
	return all[i]
}

// Limits of the longer side, in pixels. Letters are illegible below the first, and more
// than the second shows no more.
const (
	minSize = 100
	maxSize = 4000
)

// newSheet prepares an empty sheet of the document's size.
func newSheet(l layout, d Document, changed string) *sheet {
	s := &sheet{doc: d, changed: changed}
	s.theme = newTheme(s)
	s.w, s.h = l.page(s)
	size := d.Size
	if size == 0 {
		size = s.design("size").upTo(8, 18) * 50
	}
	size = max(minSize, min(maxSize, size))
	scale := float32(size) / max(s.w, s.h)
	s.Canvas = canvas.New(max(1, int(s.w*scale+0.5)), max(1, int(s.h*scale+0.5)), scale)
	return s
}

func render(l layout, d Document, changed string) *imaging.Image {
	s := newSheet(l, d, changed)
	s.ground(s.paper)
	l.draw(s)
	s.grain()
	return s.Image
}

// fieldToChange runs the layout without drawing and names the field that
// Document.Changed asks for. Numbers past the last field start again at the first.
func fieldToChange(l layout, d Document) string {
	s := newSheet(l, d, "")
	s.Muted = true
	l.draw(s)
	if len(s.fields) == 0 {
		return ""
	}
	return s.fields[(d.Changed-1)%len(s.fields)]
}

// Siblings returns the documents that are hardest to distinguish from d, by the name of
// what differs: "contents" (the same form filled in otherwise), "edition", "line" (one
// field), "design" (the same contents on another form) and "blank" (nothing filled in).
func Siblings(d Document) map[string]Document {
	contents, edition, line, design, blank := d, d, d, d, d
	contents.Content = splitmix.Hash(d.Content ^ 0xc0)
	edition.Edition = d.Edition + 1
	line.Changed = d.Changed + 1 + int(splitmix.Hash(d.Content^d.Template)%8)
	design.Template = splitmix.Hash(d.Template ^ 0xde)
	blank.Blank = true
	return map[string]Document{"contents": contents, "edition": edition, "line": line, "design": design, "blank": blank}
}
