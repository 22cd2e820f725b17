package changedetect

import (
	"exemplar/internal/cellnet"
	"math"
	"os"
	"slices"
	"testing"

	"exemplar/internal/embed/formula"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/tensorfile"
)

// small is the network of tools/golden/change.py.
var small = []cellnet.Layer{
	{Name: "a", Size: 8, Stride: 4, Pad: 2, Out: 6, Act: kernel.ReLU},
	{Name: "b", From: "a", Size: 3, Stride: 2, Pad: 1, Out: 8, Act: kernel.ReLU},
	{Name: "d", From: "b", Size: 3, Stride: 2, Pad: 1, Out: 10, Act: kernel.ReLU},
	{Name: "d2", From: "d", Size: 5, Stride: 2, Pad: 2, Out: 7, Act: kernel.ReLU},
	{Name: "u", From: "d", Size: 1, Stride: 1, Out: 8},
	{Name: "v", From: "d2", Size: 1, Stride: 1, Out: 8},
	{Name: "f", From: "b", Plus: []string{"u", "v"}, Size: 3, Stride: 1, Pad: 1, Out: 5, Act: kernel.ReLU},
	{Name: "e", From: "f", Size: 1, Stride: 1, Out: 1},
}

// smallAnswering is small with all the answers of a cell.
func smallAnswering() []cellnet.Layer {
	table := slices.Clone(small)
	table[len(table)-1].Out = answers
	return table
}

// formulaNetwork has weights from the formula.
func formulaNetwork(t *testing.T, table []cellnet.Layer) *cellnet.Network {
	t.Helper()
	file := tensorfile.Safetensors{Tensors: map[string]tensorfile.Tensor{}}
	for _, p := range cellnet.New(pictures, table).Tensors() {
		file.Tensors[p.Name] = formula.Tensor(p.Name, p.Shape)
	}
	data, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	n, err := cellnet.Load(pictures, table, data)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// goldenPair are the pictures of tools/golden/change.py, with a rest beside the
// last cells that nobody must look at.
func goldenPair() (ref, laid *imaging.Gray) {
	const w, h, side, rest = 168, 88, 168, 5
	drawn := formula.Pictures(2, side)
	ref = &imaging.Gray{W: w + rest, H: h + rest, Pix: make([]byte, (w+rest)*(h+rest))}
	laid = &imaging.Gray{W: ref.W, H: ref.H, Pix: make([]byte, len(ref.Pix))}
	for y := range h {
		for x := range w {
			at, from := y*ref.W+x, 3*(y*side+x)
			ref.Pix[at], laid.Pix[at] = drawn[from], drawn[from+3*side*side]/2
			if y < 40 && x >= 100 {
				ref.Pix[at] = 90
			}
			if y < 60 && x >= 50 && x < 80 {
				laid.Pix[at] = ref.Pix[at] / 2
			}
		}
	}
	return ref, laid
}

func readGolden(t *testing.T, name string) []float32 {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		t.Fatal(err)
	}
	values, err := file.Tensors[name].Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestGoldenPair compares every fifth row and third column of the input.
func TestGoldenPair(t *testing.T) {
	want := readGolden(t, "pair")
	var p pass
	p.take(goldenPair())
	for channel := range pictures {
		for y := 0; y < p.In.H; y += 5 {
			for x := 0; x < p.In.W; x += 3 {
				if got := p.In.Row(y)[x*pictures+channel]; math.Abs(float64(got-want[0])) > 1e-5 {
					t.Fatalf("channel %d at (%d, %d) is %v, want %v", channel, x, y, got, want[0])
				}
				want = want[1:]
			}
		}
	}
}

func TestGoldenMap(t *testing.T) {
	logits, judged := readGolden(t, "logits"), readGolden(t, "judged")
	var p pass
	p.take(goldenPair())
	formulaNetwork(t, small).Forward(&p.Pass)
	got, print := p.Logits(), p.refSums.judged()
	if len(got) != 21*11 || len(got) != len(logits) || len(print) != len(judged) {
		t.Fatalf("%d logits and %d cells", len(got), len(print))
	}
	for i, want := range logits {
		if math.Abs(float64(got[i]-want)) > 1e-3 {
			t.Fatalf("logit %d is %v, want %v", i, got[i], want)
		}
		if print[i] != (judged[i] > 0) {
			t.Fatalf("cell %d judged: %v, want %v", i, print[i], judged[i] > 0)
		}
	}
}

// TestDetectSortsAnswers takes the three answers of a cell apart.
func TestDetectSortsAnswers(t *testing.T) {
	n := formulaNetwork(t, smallAnswering())
	ref, laid := goldenPair()
	var p pass
	p.take(ref, laid)
	n.Forward(&p.Pass)
	m := newDetector(n).Detect(ref, laid)
	if m.W != 21 || m.H != 11 || len(m.Logit) != 21*11 {
		t.Fatalf("map of %dx%d with %d cells", m.W, m.H, len(m.Logit))
	}
	for i := range m.Logit {
		if got, want := []float32{m.Logit[i], m.Form[i], m.Filled[i]}, p.Logits()[answers*i:][:answers]; !slices.Equal(got, want) {
			t.Fatalf("cell %d is %v, the network says %v", i, got, want)
		}
	}
}
