package recognise

import (
	"fmt"
	"testing"

	"exemplar/internal/canvas"
	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/splitmix"
	"exemplar/internal/synthdoc"
)

// contract is a form of text with captions and lines. Filled in, some lines hold an answer
// and others follow, so that all below is pushed along the page.
func contract(seed uint64, filled bool) *imaging.Image {
	c := canvas.New(700, 990, 1)
	c.Rect(0, 0, 700, 990, canvas.Solid(canvas.RGB{R: 250, G: 250, B: 250}))
	style := canvas.Style{Face: canvas.Regular, Size: 11, Ink: canvas.Solid(canvas.Black)}
	bold := canvas.Style{Face: canvas.Bold, Size: 12, Ink: canvas.Solid(canvas.Black)}
	y := float32(60)
	line := func(x float32, text string, s canvas.Style) {
		c.Text(x, y, text, s)
	}
	for i := range uint64(34) {
		at := splitmix.Hash(seed<<8 + i)
		switch {
		case i%7 == 0:
			y += 8
			line(220, fmt.Sprintf("%d. %s", i/7+1, words(at, 3)), bold)
		case i%3 == 1:
			line(50, words(at, 2)+":", style)
			if filled {
				for j := range at % 3 {
					line(200, words(at+7+j, 4), bold)
					y += 16
				}
			} else {
				line(200, "______________________________", style)
			}
		default:
			line(50, words(at, 10), style)
		}
		y += 18
	}
	return c.Image
}

// words are n invented ones.
func words(seed uint64, n int) (text string) {
	syllables := []string{"ta", "mo", "ren", "li", "ko", "sun", "da", "per", "wi", "ga", "lo", "nem"}
	for i := range n {
		if i > 0 {
			text += " "
		}
		for j := range 2 + splitmix.Hash(seed+uint64(i))%2 {
			text += syllables[splitmix.Hash(seed^uint64(100*i)^j<<20)%uint64(len(syllables))]
		}
	}
	return text
}

// What is filled in by a word processor pushes the rows of a blank form along the page:
// they are its form all the same. Another form of the same look is none.
func TestFilledFormsWhoseRowsMoved(t *testing.T) {
	papertest.SkipLong(t)
	for seed := range uint64(4) {
		g := gallery(t, newEntry("contract", contract(seed, false)))
		for _, c := range []struct {
			name  string
			photo *imaging.Image
			want  decide.Outcome
		}{{"filled", contract(seed, true), decide.Match}, {"another", contract(seed+10, true), decide.Unknown}} {
			r, err := g.Recognise(t.Context(), Input{Image: c.photo}, Options{FPIR: 0.01})
			if err != nil {
				t.Fatal(err)
			}
			d := r.Findings[0].Decision
			if d.Outcome != c.want {
				t.Errorf("seed %d, %s: %s (%s)", seed, c.name, d.Outcome, d.Reason)
			}
		}
	}
}

// Papers that are filled in, and letterheads, are no blank forms.
func TestIsBlankForm(t *testing.T) {
	for _, kind := range []string{"bill", "letter", "statement", "receipt"} {
		for i := range uint64(2) {
			if isBlankForm(drawn(synthdoc.Document{Kind: kind, Template: i, Content: i, Size: 760}).Gray()) {
				t.Errorf("%s %d seems blank", kind, i)
			}
		}
	}
	c := canvas.New(700, 990, 1)
	c.Rect(0, 0, 700, 990, canvas.Solid(canvas.RGB{R: 250, G: 250, B: 250}))
	for i := range uint64(12) {
		c.Text(60, 40+16*float32(i), words(i, 8), canvas.Style{Face: canvas.Regular, Size: 11, Ink: canvas.Solid(canvas.Black)})
	}
	if isBlankForm(c.Image.Gray()) {
		t.Error("print in the head alone seems a blank form")
	}
}

// Ruled boxes of a blank form are no contents; what is written into them is.
func TestBlankBoxesAreKnown(t *testing.T) {
	papertest.SkipLong(t)
	blank, filled := 0, 0
	templates := []uint64{3, 4, 7, 8, 41, 42, 43, 44}
	for _, template := range templates {
		form := synthdoc.Document{Kind: "form", Template: template, Content: template, Size: 1000}
		if isBlankForm(imaging.FitWithin(synthdoc.Draw(form), ReferenceSide).Gray()) {
			filled++
		}
		form.Blank = true
		if isBlankForm(imaging.FitWithin(synthdoc.Draw(form), ReferenceSide).Gray()) {
			blank++
		}
	}
	if filled > 1 || blank < 3 {
		t.Errorf("of %d forms %d are known to be blank, and %d are taken for blank where they are filled in", len(templates), blank, filled)
	}
}

// A word in a field that is empty in the reference makes another copy of it, and no match
// where the same copy is asked for.
func TestAWordInAnEmptyFieldIsAnotherCopy(t *testing.T) {
	papertest.SkipLong(t)
	for seed, word := range []string{"Yes", "12 May", "Lindqvist"} {
		blank := contract(uint64(seed), false)
		written := imaging.NewImage(blank.W, blank.H)
		copy(written.Pix, blank.Pix)
		c := canvas.New(blank.W, blank.H, 1)
		c.Image = written
		c.Text(500, 950, word, canvas.Style{Face: canvas.Regular, Size: 13, Ink: canvas.Solid(canvas.Black)})
		g := gallery(t, newEntry("contract", blank))
		for _, of := range []struct {
			name  string
			photo *imaging.Image
			exact bool
			want  decide.Outcome
			copy  decide.Copy
		}{
			{"the blank", blank, true, decide.Match, decide.SameCopy},
			{"the word", written, true, decide.Unknown, ""},
			{"the word, of the kind", written, false, decide.Match, decide.OtherCopy},
		} {
			r, err := g.Recognise(t.Context(), Input{Image: of.photo}, Options{FPIR: 0.01, Exact: of.exact})
			if err != nil {
				t.Fatal(err)
			}
			if d := r.Findings[0].Decision; d.Outcome != of.want || d.Copy != of.copy {
				t.Errorf("%q, %s: %s, copy %q (%s)", word, of.name, d.Outcome, d.Copy, d.Reason)
			}
		}
	}
}

// On a receipt that is as long as its articles form moves: what seems another form than that of
// both editions is theirs where each row is put where the photo has it.
func TestFormOfAReceiptMoves(t *testing.T) {
	papertest.SkipLong(t)
	at := splitmix.Hash(1<<32 + 12) // the roll of seed 1 of bench/kinds of which that was seen
	draw := func(contents uint64, edition int) *imaging.Image {
		return synthdoc.Draw(synthdoc.Document{Kind: "roll", Template: at, Content: splitmix.Hash(at ^ contents), Edition: edition})
	}
	e := DefaultModel().Embedder
	p := NewPhoto(e, draw(8, 1))
	lay := func(picture *imaging.Image) *Hypothesis {
		r := NewReference(e, picture).Reference
		return &Hypothesis{Reference: r, Found: p.Verify(r)}
	}
	first, second := lay(draw(1, 0)), lay(draw(2, 1))
	if !mayGrow(first, second) {
		t.Error("a receipt does not seem to grow")
	}
	inPlace := changedetect.TellApart(first.Found.laid(), second.Found.laid()).Both
	byRows := changedetect.TellApart(first.Found.laidByRows(), second.Found.laidByRows()).Both
	if inPlace <= littleForm || byRows > littleForm {
		t.Errorf("%.1f cells of another form in their places, %.1f by rows", inPlace, byRows)
	}
}
