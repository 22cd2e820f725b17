package emblem

import (
	"bytes"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// laidBeyond is a page at half brightness with blank rows above and below it, of which all
// from each of the given rows on lie as many pixels further down.
func laidBeyond(page *imaging.Gray, margin int, pushed map[int]int) *imaging.Gray {
	photo := &imaging.Gray{W: page.W, H: page.H + 2*margin, Pix: bytes.Repeat([]byte{120}, page.W*(page.H+2*margin))}
	by := 0
	for y := range page.H {
		by += pushed[y]
		if to := y + margin + by; to < photo.H {
			for x, v := range page.Pix[y*page.W:][:page.W] {
				photo.Pix[to*photo.W+x] = v / 2
			}
		}
	}
	return photo
}

// Rows that have moved along the page are found again, and are laid back to where they were.
func TestFollowRows(t *testing.T) {
	const margin = 80
	page := papertest.Page(t, 3, 0)
	off := func(laid *imaging.Gray) float64 {
		sum := 0
		for i, v := range laid.Pix {
			d := int(v) - int(page.Pix[i]/2)
			sum += max(d, -d)
		}
		return float64(sum) / float64(len(laid.Pix))
	}
	moved := laidBeyond(page, margin, map[int]int{page.H / 4: 22, page.H / 2: 18, page.H * 3 / 4: -24})
	rows := FollowRows(page, moved, margin)
	before := off(&imaging.Gray{W: page.W, H: page.H, Pix: moved.Pix[margin*page.W:][:page.W*page.H]})
	if after := off(rows.Undo(moved)); after > before/3 {
		t.Errorf("off by %.1f grey levels before and %.1f after", before, after)
	}
	laid := rows.Undo(moved)
	for _, y := range []int{page.H / 8, page.H * 3 / 8, page.H * 5 / 8} {
		u, v := rows.Place(float64(page.W/2), float64(y))
		if got, want := moved.Pix[(int(v)+margin)*page.W+int(u)], laid.Pix[y*page.W+page.W/2]; got != want {
			t.Errorf("the place of row %d has level %d, it was laid back as %d", y, got, want)
		}
	}
	still := laidBeyond(page, margin, nil)
	unmoved := FollowRows(page, still, margin)
	if off := off(unmoved.Undo(still)); off > 0 {
		t.Errorf("what did not move is off by %.2f", off)
	}
	other := laidBeyond(papertest.Page(t, 4, 0), margin, nil)
	if another := FollowRows(page, other, margin); !(another.Gain() < rows.Gain() && rows.Gain() < unmoved.Gain()) {
		t.Errorf("gains: another page %.1f, moved %.1f, unmoved %.1f", another.Gain(), rows.Gain(), unmoved.Gain())
	}
}

// A reference lower than a row has none, and a photo comes back as it is.
func TestFollowRowsOfALowReference(t *testing.T) {
	low := &imaging.Gray{W: 40, H: 12, Pix: bytes.Repeat([]byte{200}, 40*12)}
	photo := &imaging.Gray{W: 40, H: 20, Pix: bytes.Repeat([]byte{100}, 40*20)}
	rows := FollowRows(low, photo, 4)
	if laid := rows.Undo(photo); laid.W != 40 || laid.H != 12 || laid.Pix[0] != 100 {
		t.Errorf("%dx%d, %d", laid.W, laid.H, laid.Pix[0])
	}
}
