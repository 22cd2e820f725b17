package calibrate

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"exemplar/internal/change"
)

func TestChangeSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	run := func() []change.Sample {
		samples, err := ChangeSamples(t.Context(), DrawnFamilies(3, 7), TrialOptions{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		return samples
	}
	samples := run()
	var likenesses []float64
	mixed := 0
	for _, s := range samples {
		n := map[change.Truth]int{}
		for _, truth := range s.Cells {
			n[truth]++
		}
		if n[change.Changed] == 0 {
			likenesses = append(likenesses, likeness(&s))
		} else if n[change.Same] > 0 {
			mixed++
		}
	}
	if len(likenesses) < 8 || mixed < 8 {
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
func likeness(s *change.Sample) float64 {
	var n, x, y, xx, yy, xy float64
	columns := s.Ref.W / change.Cell
	for i, truth := range s.Cells {
		for k := 0; k < change.Cell*change.Cell && truth == change.Same; k++ {
			at := (i/columns*change.Cell+k/change.Cell)*s.Ref.W + i%columns*change.Cell + k%change.Cell
			a, b := float64(s.Ref.Pix[at]), float64(s.Laid.Pix[at])
			n, x, y, xx, yy, xy = n+1, x+a, y+b, xx+a*a, yy+b*b, xy+a*b
		}
	}
	return (n*xy - x*y) / math.Sqrt((n*xx-x*x)*(n*yy-y*y))
}
