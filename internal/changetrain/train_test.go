package changetrain

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"exemplar/internal/changedetect"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/train/checkpoint"
)

// TestCrossEntropy counts by hand what six cells cost, and what nothing is known
// of.
func TestCrossEntropy(t *testing.T) {
	logits := []float32{
		0, 9, 9, // the same
		3, 3, 9, // another form
		3, 3, 0, // other contents, on contents
		3, 9, 9, // another of an unknown sort
		500, 9, -500, // the same, on contents
		9, 9, 9, // unknown
	}
	s := Sample{
		Cells: []Truth{Same, Form, Contents, Changed, Same, Unsure},
		Sorts: []Sort{Unsorted, Unsorted, Filled, Unsorted, Filled, Filled},
	}
	d := make([]float32, len(logits))
	loss, known := crossEntropy(d, logits, &s)
	tail, over := math.Log1p(math.Exp(-3)), 1/(1+math.Exp(3))
	high := 1 / (1 + math.Exp(-9))
	alarm := func(p float64) float64 { return -math.Log(1 - p*high) }
	slope := func(p float64) float64 { return p * high * (1 - high) / (1 - p*high) }
	want := math.Ln2 + alarm(0.5) + // the same
		tail + tail + // another form
		tail + (3 + tail) + sortWeight*math.Ln2 + // other contents
		tail + // unknown sort
		500 + alarm(1) + sortWeight*500 // the same, on contents
	if math.Abs(loss-want) > 1e-6 || known != 5 {
		t.Errorf("loss %v of %d cells, want %v of 5", loss, known, want)
	}
	for i, want := range []float64{
		0.5, slope(0.5), 0,
		-over, -over, 0,
		-over, 1 - over, -sortWeight / 2,
		-over, 0, 0,
		1, slope(1), -sortWeight,
		0, 0, 0,
	} {
		if math.Abs(float64(d[i])-want) > 1e-6 {
			t.Errorf("gradient %d is %v, want %v", i, d[i], want)
		}
	}
}

func TestPlacedSample(t *testing.T) {
	ref := &imaging.Gray{W: 64, H: 35, Pix: make([]byte, 64*35)}
	for i := range ref.Pix {
		if x := i % 64; x < 42 { // blank on the right
			ref.Pix[i] = byte(x / 3 % 2 * 150)
		}
	}
	document := &imaging.Gray{W: 64, H: 35, Pix: slices.Clone(ref.Pix)}
	change := func(at int, by byte) {
		for y := range cell {
			for x := range cell {
				document.Pix[(at/8*cell+y)*64+at%8*cell+x] += by
			}
		}
	}
	change(1, 20)
	change(2, 5)
	change(7, 20) // where there is no print
	seen := make([]bool, 8*4)
	for i := range seen {
		seen[i] = i != 3
	}
	got := placedSample(ref, ref, document, seen).Cells
	want := []Truth{Same, Changed, Unsure, Unsure, Same}
	if len(got) != 32 || !slices.Equal(got[:5], want) || got[7] != Unsure {
		t.Errorf("%v, want %v at the beginning", got, want)
	}
	if s := placedSample(papertest.Bars(7, 30, 1), ref, ref, nil); s.Cells != nil {
		t.Errorf("a sliver has cells %v", s.Cells)
	}
}

// Where the document ends before the reference does, or is blank, its print is
// another.
func TestLaidDifferingKnowsBlankPaper(t *testing.T) {
	ref := &imaging.Gray{W: 160, H: 80, Pix: make([]byte, 160*80)}
	for i := range ref.Pix {
		if ref.Pix[i] = 220; i%160 < 120 && i%160/3%2 == 0 { // blank on the right
			ref.Pix[i] = 40
		}
	}
	laid := papertest.Halved(ref)
	for i := range laid.Pix {
		if i/160 >= 40 { // ends half way down
			laid.Pix[i] = 100
		}
	}
	got := laidDiffering(ref, laid)
	for i, truth := range got {
		x, y := i%20, i/20
		want := Same
		switch {
		case x >= 14 || y == 3 || y == 4 || y == 5:
			continue // near the ends
		case y >= 6:
			want = Changed
		}
		if truth != want {
			t.Errorf("cell %d, %d is %v, want %v", x, y, truth, want)
		}
	}
}

// toys are samples of bars, half of which lie on another picture on the left.
func toys() []Sample {
	var all []Sample
	for i := range uint64(6) {
		ref := papertest.Bars(256, 160, i)
		document := &imaging.Gray{W: 256, H: 160, Pix: slices.Clone(ref.Pix)}
		if i%2 == 0 {
			other := papertest.Bars(256, 160, i+100)
			for y := range 160 {
				copy(document.Pix[y*256:][:128], other.Pix[y*256:])
			}
		}
		seen := make([]bool, 32*20)
		for k := range seen {
			seen[k] = true
		}
		all = append(all, placedSample(ref, papertest.Halved(document), document, seen))
	}
	return all
}

func TestTrainLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	var losses []float64
	_, err := Train(t.Context(), toys(), Options{Steps: 60, Seed: 1, Kinds: true, Progress: func(_ int, loss float64) { losses = append(losses, loss) }})
	if err != nil {
		t.Fatal(err)
	}
	mean := func(x []float64) (sum float64) {
		for _, v := range x {
			sum += v / float64(len(x))
		}
		return sum
	}
	first, last := mean(losses[:5]), mean(losses[55:])
	t.Logf("loss %.3f, then %.3f", first, last)
	if last > first/2 {
		t.Errorf("loss %.3f, then %.3f", first, last)
	}
}

// TestSteps holds the losses of four steps to what they were: a change of them is a
// change of what is learnt.
func TestSteps(t *testing.T) {
	for kinds, want := range map[bool][]float64{
		false: {5.04269965, 4.58882032, 3.07222214, 1.41072487},
		true:  {3.80237741, 3.05181966, 1.34207454, 0.553710553},
	} {
		run, err := newTraining(toys(), Options{Steps: 100, Seed: 3, Kinds: kinds})
		if err != nil {
			t.Fatal(err)
		}
		for step, w := range want {
			// Processors round differently, and steps add to it.
			if loss := run.learn(); math.Abs(loss-w) > 1e-5*w {
				t.Errorf("kinds %v, step %d: loss %.9g, want %.9g", kinds, step+1, loss, w)
			}
		}
	}
}

func encoded(t *testing.T, d *changedetect.Detector) []byte {
	t.Helper()
	data, err := d.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestTrainResumes trains in one go on one core, and interrupted on several:
// the weights are the same to the bit.
func TestTrainResumes(t *testing.T) {
	samples := toys()
	o := Options{Steps: 4, Seed: 3}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want, err := Train(t.Context(), samples, o)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GOMAXPROCS(3)
	o.Checkpoint = filepath.Join(t.TempDir(), "a.checkpoint")
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(step int, _ float64) {
		if step == 2 {
			stop()
		}
	}
	if _, err = Train(ctx, samples, o); err == nil {
		t.Fatal("an interrupted training is done")
	}
	steps := 0
	o.Progress = func(int, float64) { steps++ }
	got, err := Train(t.Context(), samples, o)
	if err != nil {
		t.Fatal(err)
	}
	if steps != 2 {
		t.Errorf("went on for %d steps, not 2", steps)
	}
	if !bytes.Equal(encoded(t, want), encoded(t, got)) {
		t.Fatal("the weights are others")
	}
	o.Seed++
	if _, err = Train(t.Context(), samples, o); err == nil || !errors.Is(err, checkpoint.ErrOther) {
		t.Errorf("went on with another training's checkpoint: %v", err)
	}
}

func TestTrainRefusesNoSamples(t *testing.T) {
	if _, err := Train(t.Context(), []Sample{placedSample(papertest.Bars(7, 7, 1), papertest.Bars(7, 7, 1), papertest.Bars(7, 7, 1), nil)}, Options{Steps: 1}); err == nil {
		t.Error("trained on nothing")
	}
}

func BenchmarkStep(b *testing.B) {
	t, err := newTraining(toys(), Options{Steps: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		t.learn()
	}
}
