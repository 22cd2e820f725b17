package capturesim

import (
	"bytes"
	"slices"
	"testing"

	"exemplar/internal/imaging"
)

// Whatever keeps the picture's frame resembles the original less with every
// level.
func TestSweepGrowsWorse(t *testing.T) {
	m := Surface("stone", 300, 384, 1) // nothing in it repeats
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for _, name := range Families() {
		if name == "perspective" || name == "rotation" {
			continue // another frame: see TestSweepMovesCorners
		}
		for seed := range seeds {
			last := 100.0
			for level := 1; level <= Levels; level++ {
				ratio := psnr(m, Sweep(name, level, m, seed))
				if !(ratio < last) {
					t.Errorf("%s, seed %d: level %d has a PSNR of %.2f dB, the level before %.2f", name, seed, level, ratio, last)
				}
				last = ratio
			}
		}
	}
}

// Rotated or seen from the side, the document fills less of its frame at every level.
func TestSweepMovesCorners(t *testing.T) {
	m := testPicture(300, 384)
	for _, name := range []string{"perspective", "rotation"} {
		last := 1.01
		for level := 1; level <= Levels; level++ {
			out := Sweep(name, level, m, 3)
			ground := 0
			for i := 0; i < len(out.Pix); i += 3 {
				if bytes.Equal(out.Pix[i:i+3], []byte{118, 114, 108}) {
					ground++
				}
			}
			filled := 1 - float64(ground)/float64(out.W*out.H)
			if filled >= last {
				t.Errorf("%s, level %d: the document fills %.3f of the frame, at the level before %.3f", name, level, filled, last)
			}
			last = filled
		}
	}
}

func TestSweepIsDeterministicAndTakesAnything(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 77}, {200, 150}} {
		m := testPicture(size[0], size[1])
		before := slices.Clone(m.Pix)
		for _, name := range Families() {
			for level := 1; level <= Levels; level++ {
				a, b := Sweep(name, level, m, 9), Sweep(name, level, m, 9)
				if !bytes.Equal(a.Pix, b.Pix) {
					t.Errorf("%s level %d of %v differs from itself", name, level, size)
				}
			}
		}
		if !bytes.Equal(before, m.Pix) {
			t.Errorf("sweep changed the picture it was given")
		}
	}
}

func TestContactSheet(t *testing.T) {
	m := testPicture(30, 50)
	sheet := ContactSheet([]*imaging.Image{m, m, m}, 2, 20)
	if sheet.W != 2*24+4 || sheet.H != 2*24+4 {
		t.Errorf("sheet of %d x %d pixels", sheet.W, sheet.H)
	}
}
