package embed

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"exemplar/internal/embed/formula"
	"exemplar/internal/papertest"
	"exemplar/internal/tensorfile"
)

// shared returns the path of a file that is not part of the repository, or skips the test.
func shared(t testing.TB, name string) string {
	t.Helper()
	return papertest.Shared(t, filepath.Join("../../../shared/data", name))
}

func readNpy(t testing.TB, path string) tensorfile.Tensor {
	t.Helper()
	data, err := tensorfile.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := tensorfile.ParseNpy(data)
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

func float32s(t testing.TB, tensor tensorfile.Tensor) []float32 {
	t.Helper()
	values, err := tensor.Float32s()
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// checkClose compares raw embeddings (n,dim): every value within tolerance, and
// every cosine at least 0.99999.
func checkClose(t *testing.T, what string, got, want []float32, dim int, tolerance float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	if apart := maxApart(got, want); !(apart <= tolerance) {
		t.Errorf("%s: apart by %.2e, want at most %.0e", what, apart, tolerance)
	}
	for i := 0; i < len(want); i += dim {
		if c := cosine(got[i:i+dim], want[i:i+dim]); !(c >= 0.99999) {
			t.Errorf("%s: cosine %.7f at %d", what, c, i/dim)
		}
	}
}

func maxApart(a, b []float32) float64 {
	apart := 0.0
	for i := range a {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		if !(d <= apart) { // NaN counts as apart
			apart = d
		}
	}
	return apart
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

// TestNetworksMatchPyTorch compares every head, several widths and input sizes
// with PyTorch's results, in both forms of the network.
func TestNetworksMatchPyTorch(t *testing.T) {
	for name, tensor := range goldenNetworks(t) {
		t.Run(name, func(t *testing.T) {
			b := goldenBundle(t, name)
			want, pixels := float32s(t, tensor), formula.Pictures(2, b.Arch.Input)
			got := make([]float32, len(want))
			b.Freeze().EmbedRaw(got, pixels, 2)
			checkClose(t, "frozen", got, want, b.Arch.Embedding, 1e-4)
			_, got = b.layers().evaluate(pixels, 2)
			checkClose(t, "layers", got, want, b.Arch.Embedding, 1e-4)
		})
	}
}

// goldenNetworks returns PyTorch's raw embeddings of the formula's first two
// pictures, by network.
func goldenNetworks(t testing.TB) map[string]tensorfile.Tensor {
	t.Helper()
	data, err := os.ReadFile("testdata/networks.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		t.Fatal(err)
	}
	return golden.Tensors
}

// goldenBundle makes the network of that name: "reference", or width, head,
// embedding and input of one from the formula.
func goldenBundle(t testing.TB, name string) *Bundle {
	t.Helper()
	if name == "reference" {
		return reference(t)
	}
	arch := Architecture{Backbone: "lcnet"}
	if _, err := fmt.Sscan(name, &arch.Width, &arch.Head, &arch.Embedding, &arch.Input); err != nil {
		t.Fatal(err)
	}
	return formulaBundle(t, arch)
}

// reference returns the network that was trained in PyTorch, of which real pictures' embeddings
// were recorded.
func reference(t testing.TB) *Bundle {
	t.Helper()
	var files [2][]byte
	for i, name := range []string{"reference/reference.safetensors", "reference/reference.json"} {
		var err error
		if files[i], err = os.ReadFile(shared(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := ImportTorch(files[0], files[1])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReferenceGoldens compares embeddings of real pictures with those that were recorded
// when the reference network was trained.
func TestReferenceGoldens(t *testing.T) {
	b := reference(t)
	for _, c := range []struct{ inputs, embeddings string }{
		{"inputs.npy", "embeddings.npy"},
		{"photos_inputs.npy", "photos_embeddings.npy"},
	} {
		pixels := readNpy(t, shared(t, "reference/"+c.inputs))
		want := float32s(t, readNpy(t, shared(t, "reference/"+c.embeddings)))
		n := pixels.Shape[0]
		got := make([]float32, len(want))
		b.Freeze().EmbedRaw(got, pixels.Data, n)
		checkClose(t, c.embeddings, got, want, 256, 1e-4)
		_, got = b.layers().evaluate(pixels.Data, n)
		checkClose(t, c.embeddings+" by layers", got, want, 256, 1e-4)
	}
}

func TestReferenceLastMap(t *testing.T) {
	pixels := readNpy(t, shared(t, "reference/inputs.npy"))
	nchw := float32s(t, readNpy(t, shared(t, "reference/last_map.npy")))
	n := pixels.Shape[0]
	want := make([]float32, len(nchw))
	for i := range n {
		eachPair([]int{16, 256}, []int{1, 0}, func(ours, torch int) { want[i*4096+ours] = nchw[i*4096+torch] })
	}
	// Values reach 22.6, where float32 sums of 256 products in another order are
	// apart by some 1e-5 of that.
	const tolerance = 4e-4
	b := reference(t)
	network := b.Freeze()
	s := network.newScratch()
	network.lastMaps(s, pixels.Data, n)
	checkClose(t, "frozen", s.last[:len(want)], want, 4096, tolerance)
	got, _ := b.layers().evaluate(pixels.Data, n)
	checkClose(t, "layers", got, want, 4096, tolerance)
}
