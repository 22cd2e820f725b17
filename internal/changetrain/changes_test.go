package changetrain

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

func TestChangeSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	run := func() []Sample {
		samples, err := ChangeSamples(t.Context(), families.DrawnFamilies(2, 7), families.Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		return samples
	}
	samples := run()
	var likenesses []float64
	mixed := 0
	for _, s := range samples {
		n := map[Truth]int{}
		for _, truth := range s.Cells {
			n[truth]++
		}
		if n[Changed]+n[Form] == 0 {
			likenesses = append(likenesses, likeness(&s))
		} else if n[Same] > 0 {
			mixed++
		}
	}
	if len(likenesses) < 5 || mixed < 5 {
		t.Errorf("of %d samples %d are the same and %d a little of both", len(samples), len(likenesses), mixed)
	}
	slices.Sort(likenesses)
	if m := likenesses[len(likenesses)/2]; m < 0.8 { // glare and fingers lower the others
		t.Errorf("photos correlate with their own references by %.2f in the median", m)
	}
	if !reflect.DeepEqual(samples, run()) {
		t.Error("the same seed gave other samples")
	}
}

// likeness is the correlation of photo and reference over the cells that are
// known to be the same.
func likeness(s *Sample) float64 {
	var n, x, y, xx, yy, xy float64
	columns := s.Ref.W / cell
	for i, truth := range s.Cells {
		for k := 0; k < cell*cell && truth == Same; k++ {
			at := (i/columns*cell+k/cell)*s.Ref.W + i%columns*cell + k%cell
			a, b := float64(s.Ref.Pix[at]), float64(s.Laid.Pix[at])
			n, x, y, xx, yy, xy = n+1, x+a, y+b, xx+a*a, yy+b*b, xy+a*b
		}
	}
	return (n*xy - x*y) / math.Sqrt((n*xx-x*x)*(n*yy-y*y))
}

// An edited copy differs from its picture, in less than half of it.
func TestEditedFamilies(t *testing.T) {
	papertest.SkipUnderRace(t)
	dir := t.TempDir()
	for i := range 4 {
		d := synthdoc.Document{Kind: synthdoc.Kinds()[i], Template: uint64(i), Size: 200}
		if err := os.WriteFile(filepath.Join(dir, d.Kind+".png"), imaging.EncodePNG(synthdoc.Draw(d)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pool, err := dataset.OpenPool(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for i, source := range EditedFamilies(pool, 6, 1) {
		f, err := source()
		if err != nil {
			t.Fatal(err)
		}
		again, _ := EditedFamilies(pool, 6, 1)[i]()
		if !reflect.DeepEqual(f, again) {
			t.Errorf("family %d is another at the second time", i)
		}
		own, edited, other := f.Members[0], f.Members[1], 0
		for k := range own.Pix {
			if own.Pix[k] != edited.Pix[k] {
				other++
			}
		}
		if other == 0 || other > len(own.Pix)/2 || len(f.Shots) != editedCaptures {
			t.Errorf("family %d: %d of %d values differ, %d shots", i, other, len(own.Pix), len(f.Shots))
		}
	}
}
