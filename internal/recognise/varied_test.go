package recognise

import (
	"fmt"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
)

// houseTicket is a ticket of a theatre on which a play is printed large.
func houseTicket(play string, number uint64) *imaging.Image {
	c := canvas.New(1100, 420, 1)
	paper, house := canvas.RGB{R: 0.98, G: 0.94, B: 0.88}, canvas.RGB{R: 0.47, G: 0.078, B: 0.31}
	write := func(x, y, size float32, face *canvas.Face, ink canvas.RGB, text string) {
		c.Text(x, y, text, canvas.Style{Face: face, Size: size, Ink: canvas.Solid(ink)})
	}
	c.Rect(0, 0, 1100, 420, canvas.Solid(paper))
	c.Rect(0, 0, 180, 420, canvas.Solid(house))
	for i, line := range []string{"CITY", "THEATRE"} {
		write(15, 180+50*float32(i), 34, canvas.Bold, paper, line)
	}
	write(15, 300, 24, canvas.Regular, paper, "ADMIT ONE")
	write(210, 52, 24, canvas.Regular, house, "Ticket for")
	write(210, 113, 56, canvas.Bold, canvas.Black, play)
	for i, caption := range []string{"Date", "Begin", "Row", "Seat"} {
		x := []float32{210, 460, 620, 740}[i]
		write(x, 182, 24, canvas.Regular, house, caption)
		write(x, 228, 40, canvas.Bold, canvas.Black, []string{fmt.Sprintf("%02d.05.2026", 1+number%28), "19:00", fmt.Sprint(10 + number*7%40), fmt.Sprint(10 + number*13%50)}[i])
	}
	write(210, 290, 22, canvas.Regular, canvas.Black, "No refund. Late comers are seated in the interval. Keep until the end.")
	write(400, 358, 30, canvas.Bold, canvas.Black, fmt.Sprintf("Price EUR %d.%02d", 20+number*11%80, number*37%100))
	for i := range uint64(8) {
		c.Disc(206+20*float32(i), 347, 6, canvas.Solid(house))
	}
	c.Line(901, 0, 901, 420, 2, canvas.Solid(house))
	for x, i := float32(925), uint64(0); x < 1070; i++ {
		w := 2 + float32(splitmix.Hash(number<<8+i)%3)*2
		c.Rect(x, 40, w, 340, canvas.Solid(canvas.Black))
		x += w + 2 + float32(splitmix.Hash(number<<16+i)%3)*2
	}
	return c.Image
}

// What differs between the references of a label is contents, however large it is printed.
func TestReferencesTeachWhatIsContents(t *testing.T) {
	papertest.SkipLong(t)
	one := gallery(t, newEntry("ticket", houseTicket("Hamlet, Prince of Denmark", 7)))
	two := gallery(t, newEntry("ticket", houseTicket("Hamlet, Prince of Denmark", 7)), newEntry("ticket", houseTicket("Swan Lake", 11)))
	told := 0
	for i, play := range []string{"The Magic Flute", "Mother Courage", "Carmen"} {
		picture := houseTicket(play, 20+uint64(i))
		if recognised(t, one, picture, Options{FPIR: 0.01}).Findings[0].Decision.Outcome == decide.Unknown {
			told++ // one reference cannot know that plays change
		}
		if d := recognised(t, two, picture, Options{FPIR: 0.01}).Findings[0].Decision; d.Outcome != decide.Match {
			t.Errorf("%s: %v, %s", play, d.Outcome, d.Reason)
		}
	}
	if told == 0 {
		t.Error("one reference is enough, so this test shows nothing")
	}
}

// companyInvoice is an invoice whose logo, a letter in a square, and name stand in one line.
func companyInvoice(initial, name, street string, house canvas.RGB, number uint64) *imaging.Image {
	c := canvas.New(1240, 1754, 1)
	write := func(x, y, size float32, face *canvas.Face, ink canvas.RGB, text string) {
		c.Text(x, y, text, canvas.Style{Face: face, Size: size, Ink: canvas.Solid(ink)})
	}
	white, grey := canvas.RGB{R: 1, G: 1, B: 1}, canvas.RGB{R: 0.31, G: 0.31, B: 0.31}
	c.Rect(0, 0, 1240, 1754, canvas.Solid(white))
	c.Rect(80, 70, 120, 120, canvas.Solid(house))
	write(108, 162, 92, canvas.Bold, white, initial)
	write(225, 122, 40, canvas.Bold, house, name)
	write(225, 165, 24, canvas.Regular, grey, street+", phone 0221 555 029")
	c.Line(80, 215, 1160, 215, 4, canvas.Solid(house))
	write(80, 284, 16, canvas.Regular, grey, name+", "+street)
	for i := range uint64(4) {
		y := 328 + 38*float32(i)
		write(80, y, 28, canvas.Regular, canvas.Black, words(number*9+i, 2))
		write(760, y, 24, canvas.Bold, grey, []string{"Invoice no.", "Date", "Customer no.", "Our contact"}[i])
		write(950, y, 24, canvas.Regular, canvas.Black, fmt.Sprint(10000+splitmix.Hash(number<<4+i)%80000))
	}
	write(80, 570, 52, canvas.Bold, canvas.Black, "INVOICE")
	c.Rect(80, 620, 1080, 50, canvas.Solid(house))
	columns := []float32{95, 180, 700, 860, 1030}
	for i, caption := range []string{"Pos.", "Description", "Quantity", "Unit price", "Amount"} {
		write(columns[i], 655, 26, canvas.Bold, white, caption)
	}
	for i := range uint64(9) {
		at := splitmix.Hash(number<<5 + i)
		for k, text := range []string{fmt.Sprint(i + 1), words(at, 2), fmt.Sprint(1 + at%20), fmt.Sprintf("%d.%02d", at%300, at/7%100), fmt.Sprintf("%d.%02d", at%5000, at/11%100)} {
			write(columns[k], 705+60*float32(i), 26, canvas.Regular, canvas.Black, text)
		}
	}
	c.Line(80, 1230, 1160, 1230, 2, canvas.Solid(canvas.Black))
	for i, caption := range []string{"Net", "VAT 19 %", "Total EUR"} {
		write(860, 1300+44*float32(i), 26, canvas.Bold, canvas.Black, caption)
		write(1030, 1300+44*float32(i), 26, canvas.Bold, canvas.Black, fmt.Sprintf("%d.%02d", splitmix.Hash(number+uint64(i))%20000, number%100))
	}
	write(80, 1505, 24, canvas.Regular, canvas.Black, "Please pay within 14 days. Goods remain our property until they are paid in full.")
	c.Line(80, 1560, 1160, 1560, 3, canvas.Solid(house))
	for i, block := range []string{name, "Bank: Sparkasse", "Managing director: K. Hartmann"} {
		write(80+370*float32(i), 1598, 18, canvas.Regular, grey, block)
		write(80+370*float32(i), 1624, 18, canvas.Regular, grey, []string{street, "BIC COKSDE33", "Register 4471"}[i])
	}
	return c.Image
}

// Another company with the same layout has another logo and name, in a photo in which they look
// alike at a quarter of their size.
func TestALogoAndANameInOneLineAreAnothers(t *testing.T) {
	papertest.SkipLong(t)
	hartmann := func(number uint64) *imaging.Image {
		return companyInvoice("H", "Hartmann Office Supplies GmbH", "Ringstrasse 12, 50667 Cologne", canvas.RGB{R: 0.63, G: 0.078, B: 0.12}, number)
	}
	g := gallery(t, newEntry("hartmann", hartmann(3)))
	far := capturesim.Plain()
	far.Width, far.Height, far.Tilt, far.Turn, far.SizeMin, far.SizeMax = 1200, 900, 8, 10, 0.55, 0.57
	for i := range uint64(2) {
		own := capturesim.Scene(hartmann(5+i), nil, far, i).Image
		brandt := companyInvoice("B", "Brandt Garden Centre GmbH", "Parkallee 7, 20146 Hamburg", canvas.RGB{R: 0.08, G: 0.4, B: 0.16}, 5+i)
		other := capturesim.Scene(brandt, nil, far, i).Image
		if d := recognised(t, g, own, Options{FPIR: 0.01}).Findings[0].Decision; d.Outcome != decide.Match {
			t.Errorf("another copy is %v: %s", d.Outcome, d.Reason)
		}
		if d := recognised(t, g, other, Options{FPIR: 0.01}).Findings[0].Decision; d.Outcome != decide.Unknown {
			t.Errorf("another company is %v at %.2f: %s", d.Outcome, d.Confidence, d.Reason)
		}
	}
}
