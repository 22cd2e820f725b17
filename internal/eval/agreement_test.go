package eval

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

const (
	sharedBench     = "../../../shared/data/bench"
	sharedReference = "../../../shared/data/reference"
)

// benchSets embeds one of the shared bench sets in some ways.
func benchSets(t *testing.T, name string, ways ...way) []*Set {
	t.Helper()
	folder, err := dataset.ReadFolder(papertest.Shared(t, filepath.Join(sharedBench, name)))
	if err != nil {
		t.Fatal(err)
	}
	sets := make([]*Set, len(ways))
	for i, w := range ways {
		sets[i] = &Set{Name: name, Dim: w.dim, Ignore: folder.Ignore}
	}
	for _, x := range folder.Samples {
		data, err := os.ReadFile(filepath.Join(folder.Root, x.Path))
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := imaging.Decode(data, imaging.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range sets {
			s.Samples = append(s.Samples, Sample{Sample: x})
			s.Embeddings = append(s.Embeddings, ways[i].embed(m)...)
		}
	}
	return sets
}

// way is a way to embed pictures.
type way struct {
	dim   int
	embed func(*imaging.Image) []float32
}

func referenceNetwork(t *testing.T) func(*imaging.Image) []float32 {
	t.Helper()
	tensors, err := os.ReadFile(filepath.Join(sharedReference, "reference.safetensors"))
	if err != nil {
		t.Skip("no reference network: ", err)
	}
	description, err := os.ReadFile(filepath.Join(sharedReference, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := embed.ImportTorch(tensors, description)
	if err != nil {
		t.Fatal(err)
	}
	network := bundle.Freeze()
	return func(m *imaging.Image) []float32 {
		out := make([]float32, 256)
		network.Embed(out, imaging.ResizeArea(m, 128, 128).Pix, 1)
		return out
	}
}

// Another implementation judged the reference network on the same sets; its
// figures are in percent with one decimal. The pictures' decoding may differ by
// a grey level, hence an image or two.
func TestAgreesWithAnotherImplementation(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes many pictures")
	}
	network := referenceNetwork(t)
	for _, x := range []struct {
		set                   string
		tpr, rank1, one, five float64 // TPR at 1e-4, rank 1, right answers at 1 % and 5 %
	}{
		{"dvd_located", 91.3, 98.2, 91.2, 96.2},
		{"banknotes_scene", 4.5, 39.0, 13.0, 16.9},
		{"forms", 0.9, 84.4, 15.1, 30.6},
	} {
		r := evaluate(t, benchSets(t, x.set, way{256, network})[0], Options{Drawn: []int{}, Repetitions: 1})
		id := r.Identification
		for what, v := range map[string][2]float64{
			"TPR at 1e-4":          {r.Verification.At(1e-4).TPR, x.tpr},
			"rank 1":               {id.Ranks[0], x.rank1},
			"right answers at 1 %": {id.At(OwnClassOut, 0.01).Right(), x.one},
			"right answers at 5 %": {id.At(OwnClassOut, 0.05).Right(), x.five},
		} {
			if math.Abs(100*v[0]-v[1]) > 1.4 {
				t.Errorf("%s: %s %.1f, the other implementation has %.1f", x.set, what, 100*v[0], v[1])
			}
		}
	}
}

func TestBaselinesAgreeWithAnotherImplementation(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes many pictures")
	}
	for _, x := range []struct {
		set         string
		hash, color float64 // TPR at 1e-4 in percent
	}{{"bookpages_located", 18.9, 33.1}, {"rupiah", 17.0, 93.3}} {
		sets := benchSets(t, x.set, way{HashDim, HashDCT}, way{ColorDim, Color16})
		hash := evaluate(t, sets[0], Options{Drawn: []int{}}).Verification.At(1e-4).TPR
		color := evaluate(t, sets[1], Options{Drawn: []int{}}).Verification.At(1e-4).TPR
		// The hash's resampling before the transform differs, and moves bits.
		if math.Abs(100*hash-x.hash) > 2 || math.Abs(100*color-x.color) > 0.1 {
			t.Errorf("%s: hash %.1f (other implementation %.1f), colour %.1f (%.1f)", x.set, 100*hash, x.hash, 100*color, x.color)
		}
	}
}
