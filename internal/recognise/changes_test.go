package recognise

import (
	"image"
	"reflect"
	"testing"

	"exemplar/internal/alignment"
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
