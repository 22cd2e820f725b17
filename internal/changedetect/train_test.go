package changedetect

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/imaging"
)

// TestGradients compares backward with differences of the loss along random
// directions in the space of each parameter.
func TestGradients(t *testing.T) {
	n := formulaNetwork(t, smallAnswering())
	var p pass
	p.take(goldenPair())
	r := rand.New(rand.NewPCG(1, 1))
	s := Sample{Cells: make([]Truth, 21*11), Sorts: make([]Sort, 21*11)}
	for i := range s.Cells {
		s.Cells[i], s.Sorts[i] = Truth(r.IntN(5)), Sort(r.IntN(3))
	}
	d := make([]float32, answers*len(s.Cells))
	loss := func() float64 {
		n.pack()
		n.forward(&p)
		sum, _ := crossEntropy(d, p.logits(), &s)
		return sum
	}
	loss()
	n.backward(&p, d)
	for i, of := range n.tensors() {
		direction := make([]float32, len(of.Value))
		want := 0.0
		for k, g := range of.Grad {
			direction[k] = float32(r.NormFloat64())
			want += float64(direction[k]) * float64(g)
		}
		old := slices.Clone(of.Value)
		at := func(step float32) float64 {
			for k, v := range old {
				of.Value[k] = v + step*direction[k]
			}
			return loss()
		}
		// Kinks are many, and small steps drown in rounding: one of two must agree.
		const coarse, fine = 1e-4, 2e-5
		got, near := (at(coarse)-at(-coarse))/(2*coarse), (at(fine)-at(-fine))/(2*fine)
		at(0)
		if math.Abs(near-want) < math.Abs(got-want) {
			got = near
		}
		if want == 0 || math.Abs(got-want) > 0.03*math.Abs(want)+0.05 {
			t.Errorf("parameter %d, %s: the loss changes by %v, the gradient says %v", i, of.name, got, want)
		}
	}
}

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
	if want := math.Ln2 + 2*tail + tail + (3 + tail) + sortWeight*math.Ln2 + tail + 500 + sortWeight*500; math.Abs(loss-want) > 1e-9 || known != 5 {
		t.Errorf("loss %v of %d cells, want %v of 5", loss, known, want)
	}
	for i, want := range []float64{
		0.5, 0, 0,
		-over, -over, 0,
		-over, 1 - over, -sortWeight / 2,
		-over, 0, 0,
		1, 0, -sortWeight,
		0, 0, 0,
	} {
		if math.Abs(float64(d[i])-want) > 1e-6 {
			t.Errorf("gradient %d is %v, want %v", i, d[i], want)
		}
	}
}

func TestNewSample(t *testing.T) {
	ref := &imaging.Gray{W: 64, H: 35, Pix: make([]byte, 64*35)}
	for i := range ref.Pix {
		if x := i % 64; x < 42 { // blank on the right
			ref.Pix[i] = byte(x / 3 % 2 * 150)
		}
	}
	document := &imaging.Gray{W: 64, H: 35, Pix: slices.Clone(ref.Pix)}
	change := func(cell int, by byte) {
		for y := range Cell {
			for x := range Cell {
				document.Pix[(cell/8*Cell+y)*64+cell%8*Cell+x] += by
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
	got := NewSample(ref, ref, document, seen).Cells
	want := []Truth{Same, Changed, Unsure, Unsure, Same}
	if len(got) != 32 || !slices.Equal(got[:5], want) || got[7] != Unsure {
		t.Errorf("%v, want %v at the beginning", got, want)
	}
	if s := NewSample(drawing(7, 30, 1), ref, ref, nil); s.Cells != nil {
		t.Errorf("a sliver has cells %v", s.Cells)
	}
}

// toys are samples of bars, half of which lie on another picture on the left.
func toys() []Sample {
	var all []Sample
	for i := range uint64(6) {
		ref := drawing(256, 160, i)
		document := &imaging.Gray{W: 256, H: 160, Pix: slices.Clone(ref.Pix)}
		if i%2 == 0 {
			other := drawing(256, 160, i+100)
			for y := range 160 {
				copy(document.Pix[y*256:][:128], other.Pix[y*256:])
			}
		}
		seen := make([]bool, 32*20)
		for k := range seen {
			seen[k] = true
		}
		all = append(all, NewSample(ref, halved(document), document, seen))
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
	o.Checkpoint = filepath.Join(t.TempDir(), "checkpoint.safetensors")
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
	for i, p := range want.net.params() {
		if !reflect.DeepEqual(p.Value, got.net.params()[i].Value) {
			t.Fatalf("parameter %d is another", i)
		}
	}
	o.Seed++
	if _, err = Train(t.Context(), samples, o); err == nil || !strings.Contains(err.Error(), "of another training") {
		t.Errorf("went on with another training's checkpoint: %v", err)
	}
}

func TestTrainRefusesNoSamples(t *testing.T) {
	if _, err := Train(t.Context(), []Sample{NewSample(drawing(7, 7, 1), drawing(7, 7, 1), drawing(7, 7, 1), nil)}, Options{Steps: 1}); err == nil {
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

// TestStartKeepsWhatASmallerNetworkSays begins with the weights of a network of
// one answer and fewer outputs: the first answer is the same to the bit.
func TestStartKeepsWhatASmallerNetworkSays(t *testing.T) {
	data, err := newDetector(formulaNetwork(t, small)).Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	was, err := loadNetwork(small, data)
	if err != nil {
		t.Fatal(err)
	}
	larger := slices.Clone(smallAnswering())
	larger[6].out, larger[6].plus = 9, []string{"u", "v", "w"}
	more := layer{name: "w", from: "d2", size: 1, stride: 1, out: 8}
	n := newNetwork(slices.Insert(larger, 6, more))
	n.init(rand.New(rand.NewPCG(1, 2)))
	if err := n.start(data); err != nil {
		t.Fatal(err)
	}
	n.pack()
	var a, b pass
	a.take(goldenPair())
	b.take(goldenPair())
	was.forward(&a)
	n.forward(&b)
	for i, want := range a.logits() {
		if got := b.logits()[answers*i]; math.Abs(float64(got-want)) > 1e-5 {
			t.Fatalf("cell %d: %v, the smaller network says %v", i, got, want)
		}
	}
	if err := n.start([]byte("abc")); err == nil {
		t.Error("started from nothing")
	}
}
