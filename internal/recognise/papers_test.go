package recognise

import (
	"fmt"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
)

// officePaper is a page with a company's address above, a recipient's beside it, and a table that is as
// long as its contents, with notes below: drawn apart from internal/synthdoc, which networks learnt from.
type officePaper struct {
	template, company, contents uint64
	name                        float32 // size of the company's name, pixels; other print has 10
}

func (p officePaper) draw() *imaging.Image {
	const w, h, left = 760, 1075, 60
	s := officeSheet{canvas.New(w, h, 1)}
	s.Rect(0, 0, w, h, canvas.Solid(canvas.RGB{R: 251, G: 251, B: 250}))
	form := func(i uint64) uint64 { return splitmix.Hash(p.template<<10 + i) }
	its := func(i uint64) uint64 { return splitmix.Hash(p.company<<12 + 77 + i) }
	entry := func(i uint64) uint64 { return splitmix.Hash(p.contents<<14 + 99 + i) }
	issuer, recipient := float32(left), float32(460)
	if form(1)%2 == 0 {
		issuer, recipient = 420, left
	}
	s.bold(issuer, 70, p.name, words(its(1), 2))
	s.line(issuer, 86, words(its(2), 3))
	s.line(issuer, 99, fmt.Sprint(words(its(3), 2), " ", its(4)%9000))
	s.line(issuer, 112, fmt.Sprint("tel ", its(5)%9_000_000))
	for i := range uint64(3) {
		s.line(recipient, 160+13*float32(i), words(entry(i), 2))
	}
	s.bold(left, 230, 14, words(form(2), 2))
	for i := range uint64(4) {
		s.line(left, 255+15*float32(i), words(form(3+i), 1)+":")
		s.line(left+130, 255+15*float32(i), words(entry(10+i), 1))
	}
	y := float32(340)
	columns := 4 + form(9)%3
	across := func(x uint64) float32 { return left + float32(x)*640/float32(columns) }
	for x := range columns {
		s.bold(across(x), y, 10, words(form(20+x), 1))
	}
	s.Rect(left, y+4, 640, 1, canvas.Solid(canvas.Black))
	for r := range 4 + entry(30)%8 {
		y += 18
		s.line(left, y, words(entry(300+r), 2))
		for x := uint64(1); x < columns; x++ {
			s.line(across(x), y, fmt.Sprintf("%d.%02d", entry(100+r*columns+x)%900, entry(200+r*columns+x)%100))
		}
	}
	s.Rect(left, y+12, 640, 1, canvas.Solid(canvas.Black))
	s.bold(420, y+32, 11, words(form(40), 1))
	s.bold(620, y+32, 11, fmt.Sprint(entry(41)%9000))
	for i := range uint64(3) {
		s.line(left, y+72+14*float32(i), words(form(50+i), 9))
	}
	s.line(left, y+142, words(form(60), 2))
	s.Rect(left, y+182, 200, 1, canvas.Solid(canvas.Black))
	for i := range uint64(2) {
		s.line(left, 1020+12*float32(i), words(form(70+i), 5)+words(its(8+i), 3))
	}
	return s.Image
}

type officeSheet struct{ *canvas.Canvas }

func (s officeSheet) line(x, y float32, text string) {
	s.Text(x, y, text, canvas.Style{Face: canvas.Regular, Size: 10, Ink: canvas.Solid(canvas.Black)})
}

func (s officeSheet) bold(x, y, size float32, text string) {
	s.Text(x, y, text, canvas.Style{Face: canvas.Bold, Size: size, Ink: canvas.Solid(canvas.Black)})
}

// Other copies of a company's paper are known though its table grows and its recipient is another, and
// the paper of another company on the same template is not, as far as the name is larger than the rest.
func TestOfficePapersOfTwoCompanies(t *testing.T) {
	papertest.SkipLong(t)
	const templates = 6
	for _, c := range []struct {
		name         float32
		least, other int // copies that are known, and papers of others that may be taken for one
	}{{16, 6, 1}, {11, 5, 2}} {
		known, taken := 0, 0
		for template := range uint64(templates) {
			registered := officePaper{template, 1, 1, c.name}
			g := gallery(t, newEntry("paper", registered.draw()))
			matches := func(p officePaper) bool {
				r, err := g.Recognise(t.Context(), Input{Image: p.draw()}, Options{FPIR: 0.01})
				if err != nil {
					t.Fatal(err)
				}
				return r.Findings[0].Decision.Outcome == decide.Match
			}
			if matches(officePaper{template, 1, 2, c.name}) {
				known++
			}
			if matches(officePaper{template, 2, 2, c.name}) {
				taken++
			}
		}
		t.Logf("name of %v: %d known, %d of others taken", c.name, known, taken)
		if known < c.least || taken > c.other {
			t.Errorf("name of %v pixels: of %d papers %d other copies are known, %d of another company taken for one", c.name, templates, known, taken)
		}
	}
}
