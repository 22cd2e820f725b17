package recognise

import (
	"image"
	"reflect"
	"testing"

	"exemplar/internal/geometry"
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
	page := func(verdict func(x, y int) geometry.Verdict) (blocks []geometry.Block) {
		for y := range 8 {
			for x := range 8 {
				blocks = append(blocks, geometry.Block{X: x * geometry.BlockSide, Y: y * geometry.BlockSide, Verdict: verdict(x, y)})
			}
		}
		return blocks
	}
	at := image.Rect(16, 12, 20, 14) // cells, in the block at (4, 3)
	for _, c := range []struct {
		name    string
		verdict func(x, y int) geometry.Verdict
		want    bool
	}{
		{"all agrees", func(x, y int) geometry.Verdict { return geometry.InPlace }, true},
		{"but the patch", func(x, y int) geometry.Verdict {
			if y == 3 && x == 4 {
				return geometry.Disagrees
			}
			return geometry.InPlace
		}, true},
		{"next to it elsewhere", func(x, y int) geometry.Verdict {
			if y == 3 && x >= 4 {
				return geometry.Elsewhere
			}
			return geometry.InPlace
		}, false},
		{"far from it elsewhere", func(x, y int) geometry.Verdict {
			if x == 7 {
				return geometry.Elsewhere
			}
			return geometry.InPlace
		}, true},
		{"nothing agrees", func(x, y int) geometry.Verdict { return geometry.Disagrees }, false},
	} {
		if got := isSettled(page(c.verdict), at); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
