package conditiontrain

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"exemplar/internal/imaging"
)

// A little training brings the loss down, and the same samples and seed give the same
// file.
func TestTrain(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	made := func() []Sample {
		samples, err := Samples(t.Context(), Options{Documents: 2, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		return samples
	}
	samples := made()
	if len(samples) < 5 || !reflect.DeepEqual(samples, made()) {
		t.Fatalf("%d samples, or others from the same seed", len(samples))
	}
	train := func() (data []byte, first, last float64) {
		data, err := Train(t.Context(), samples, 20, 1, nil, nil, func(step int, loss float64) {
			if step == 1 {
				first = loss
			}
			last = loss
		})
		if err != nil {
			t.Fatal(err)
		}
		return data, first, last
	}
	data, first, last := train()
	if last > 0.7*first {
		t.Errorf("the loss went from %.3f to %.3f", first, last)
	}
	if again, _, _ := train(); !bytes.Equal(data, again) {
		t.Error("the same samples and seed gave another file")
	}
	if _, err := Train(t.Context(), nil, 1, 1, nil, nil, nil); err == nil {
		t.Error("trained on nothing")
	}
}

// What is said to have happened to a pixel is to be seen there, and elsewhere there is
// nothing but shadows.
func TestThingsHappenWhereItIsSaid(t *testing.T) {
	page := imaging.NewImage(200, 140)
	for i := range page.Pix {
		page.Pix[i] = byte(150 + i/3%40)
	}
	for what := Glare; what <= Stained; what++ {
		touched := 0
		for seed := range uint64(8) {
			s := newSpoilt(page)
			s.happens(what, random{rand.New(rand.NewPCG(seed, uint64(what)))})
			gone := s.paper
			s.onto([3]float64{})
			for i, truth := range s.truth {
				if truth != what {
					continue
				}
				touched++
				if d := math.Abs(luma(s.Pix[3*i:]) - luma(page.Pix[3*i:])); d < 4 && what != Covered {
					t.Fatalf("truth %d, seed %d: pixel %d differs by %.1f grey levels", what, seed, i, d)
				}
			}
			if (gone != nil) != (what == Torn) {
				t.Errorf("truth %d: paper is gone: %v", what, gone != nil)
			}
		}
		if touched < 2000 {
			t.Errorf("truth %d: %d pixels of 8 pictures", what, touched)
		}
	}
}
