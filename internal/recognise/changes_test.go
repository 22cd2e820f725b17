package recognise

import (
	"image"
	"reflect"
	"strings"
	"testing"

	"exemplar/internal/alignment"
	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

func TestPatches(t *testing.T) {
	const w = 10
	rows := []string{
		"xx........",
		"x.........",
		"..........",
		"....x.x..x", // one cell between two does not part them
		"...x......",
		"..........",
		".........x", // as does two
	}
	var marked []bool
	for _, row := range rows {
		for _, c := range row {
			marked = append(marked, c == 'x')
		}
	}
	want := []image.Rectangle{image.Rect(0, 0, 2, 2), image.Rect(3, 3, 7, 5)}
	if got := patches(marked, w); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Where the print about a patch lies elsewhere, or hardly any of it agrees, the
// paper is bent; where all but the patch agrees, the patch is another.
func TestIsSettled(t *testing.T) {
	page := func(verdict func(x, y int) alignment.BlockState) (blocks []alignment.Block) {
		for y := range 8 {
			for x := range 8 {
				blocks = append(blocks, alignment.Block{X: x * alignment.BlockSide, Y: y * alignment.BlockSide, State: verdict(x, y)})
			}
		}
		return blocks
	}
	at := image.Rect(16, 12, 20, 14) // cells, in the block at (4, 3)
	for _, c := range []struct {
		name    string
		verdict func(x, y int) alignment.BlockState
		want    bool
	}{
		{"all agrees", func(x, y int) alignment.BlockState { return alignment.InPlace }, true},
		{"but the patch", func(x, y int) alignment.BlockState {
			if y == 3 && x == 4 {
				return alignment.Disagrees
			}
			return alignment.InPlace
		}, true},
		{"next to it elsewhere", func(x, y int) alignment.BlockState {
			if y == 3 && x >= 4 {
				return alignment.Displaced
			}
			return alignment.InPlace
		}, false},
		{"far from it elsewhere", func(x, y int) alignment.BlockState {
			if x == 7 {
				return alignment.Displaced
			}
			return alignment.InPlace
		}, true},
		{"nothing agrees", func(x, y int) alignment.BlockState { return alignment.Disagrees }, false},
	} {
		if got := isSettled(page(c.verdict), at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// In photos as blurred, pale and noisy as these two of a certificate, blank paper shows as much as
// print: that is no writing. What cannot be read is not said to be of another form.
func TestNoiseIsNoWriting(t *testing.T) {
	const seed = 9<<32 + 3
	d := synthdoc.Document{Kind: "certificate", Template: seed, Content: seed, Size: 800}
	g, pictures := engineWith(t, map[string]synthdoc.Document{"certificate/plain": d})
	picture := pictures["certificate/plain"]
	for i := range uint64(2) {
		const side = 320
		square := imaging.NewImage(side, side)
		capturesim.NewCapture(capturesim.Full()).View(square.Pix, side, picture, seed*1000003+seed*101+i)
		photo := imaging.Resize(square, side*picture.W/max(picture.W, picture.H), side*picture.H/max(picture.W, picture.H))
		found := recognised(t, g, photo, Options{FPIR: 0.01}).Findings[0].Decision
		if found.Label != "certificate" && found.Label != "certificate/plain" || found.Copy == decide.OtherCopy || strings.Contains(found.Reason, "written") {
			t.Errorf("photo %d: %s, %s", i+1, found.Label, found.Reason)
		}
		if found.OtherForm && !strings.Contains(found.Reason, "too blurred to tell certificate/plain from another certificate, so the sub-label stays open; take it again, sharp") {
			t.Errorf("photo %d: %s", i+1, found.Reason)
		}
	}
}

// Hands that hold a paper, over its edge and upon its blank margin, are no writing.
func TestHandsAreNoWriting(t *testing.T) {
	for kind, number := range map[string]uint64{"bill": 20, "letter": 11} {
		seed := 6<<32 + number
		d := synthdoc.Document{Kind: kind, Template: seed, Content: seed}
		g, pictures := engineWith(t, map[string]synthdoc.Document{kind: d})
		photo := capturesim.Scene(pictures[kind], nil, capturesim.Everyday(), seed*1000003+seed*101).Image
		found := recognised(t, g, photo, Options{FPIR: 0.01}).Findings[0].Decision
		if found.Outcome != decide.Match || found.Copy == decide.OtherCopy {
			t.Errorf("%s: %s, %s", kind, found.Outcome, found.Reason)
		}
	}
}
