package vectorindex

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"exemplar/internal/kernel"
	"exemplar/internal/kernel/kerneltest"
	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// searchAll is what Search must answer: every embedding compared in float32.
func searchAll(items []Item, probe []float32, k int) []Hit {
	best := map[label.Label]Hit{}
	for _, item := range items {
		for r := range store.Rotations {
			score := kernel.Dot(probe, item.Vectors[r*len(probe):(r+1)*len(probe)])
			c := Hit{Label: item.Label, Score: score, Reference: item.ID, Rotation: 90 * r}
			if old, seen := best[c.Label]; !seen || better(c, old) < 0 {
				best[c.Label] = c
			}
		}
	}
	var all []Hit
	for _, c := range best {
		all = append(all, c)
	}
	slices.SortFunc(all, better)
	return all[:min(k, len(all))]
}

// items draws n references of the given number of labels. Spread is their distance from
// one common direction: with a small spread the scores hardly differ.
func items(rng *rand.Rand, n, labels, dim int, spread float32) []Item {
	centre := storetest.Vectors(rng, 1, dim)
	list := make([]Item, n)
	for i := range list {
		vectors := storetest.Vectors(rng, store.Rotations, dim)
		for r := range store.Rotations {
			v := vectors[r*dim : (r+1)*dim]
			for j := range v {
				v[j] = centre[j] + spread*v[j]
			}
			kernel.NormalizeL2(v)
		}
		list[i] = Item{fmt.Sprintf("%06d", i), label.Label(fmt.Sprintf("label-%d", rng.IntN(labels))), vectors}
	}
	return list
}

// The scan of bytes gives the answer of float32, whatever the embeddings look
// like: labels, scores, references, rotations and order.
func TestSearchIsExact(t *testing.T) {
	cases := []struct {
		name           string
		n, labels, dim int
		spread         float32
	}{
		{"scattered", 1500, 300, 64, 100},
		{"few, without bytes", fewReferences, 50, 64, 100},
		{"fewer labels than asked for", 1500, 3, 64, 100},
		{"one label", 1500, 1, 64, 1},
		{"clustered", 1500, 200, 64, 0.3},
		{"nearly all alike", 1500, 200, 64, 0.001},
		{"all alike", 1100, 100, 64, 0},
		{"short, so that the bound is nearly reached", 1500, 1000, 2, 100},
		{"short and alike", 1500, 1000, 3, 0.02},
		{"odd length", 1100, 300, 37, 100},
		{"full length", 1100, 1100, 256, 100},
	}
	kerneltest.EachVariant(t, func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, uint64(c.n+c.labels)))
				list := items(rng, c.n, c.labels, c.dim, c.spread)
				x := NewIndex(c.dim)
				x.Update(nil, list...)
				for i := range 4 {
					probe := storetest.Vectors(rng, 1, c.dim)
					if i%2 == 1 { // a registered one, turned and disturbed
						probe = disturbed(rng, list[rng.IntN(c.n)].Vectors[c.dim:2*c.dim], 0.3)
					}
					for _, k := range []int{1, 5, 20} {
						got, want := x.Search(probe, k), searchAll(list, probe, k)
						if !slices.Equal(got, want) {
							t.Fatalf("probe %d, k %d:\n got %v\nwant %v", i, k, got, want)
						}
					}
				}
			})
		}
	})
}

// disturbed returns v with noise of the given size, at length 1.
func disturbed(rng *rand.Rand, v []float32, noise float32) []float32 {
	out := storetest.Vectors(rng, 1, len(v))
	for i := range out {
		out[i] = v[i] + noise*out[i]
	}
	kernel.NormalizeL2(out)
	return out
}

// After any additions, replacements and removals the index answers as a new one with the
// same references.
func TestIndexForgetsItsHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const dim = 8
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x, kept := NewIndex(dim), map[string]Item{}
		for _, item := range items(rng, rapid.SampledFrom([]int{0, 300, 1024, 1100}).Draw(t, "first"), 40, dim, 2) {
			x.Update(nil, item)
			kept[item.ID] = item
		}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			var removed []string
			for range rapid.IntRange(0, 150).Draw(t, "removed") {
				id := fmt.Sprintf("%06d", rng.IntN(1500))
				removed = append(removed, id)
				delete(kept, id)
			}
			var put []Item
			for range rapid.IntRange(0, 200).Draw(t, "put") {
				item := items(rng, 1, 40, dim, 2)[0]
				item.ID = fmt.Sprintf("%06d", rng.IntN(1500))
				put = append(put, item)
				kept[item.ID] = item
			}
			x.Update(removed, put...)
		}
		var list []Item
		labels := map[label.Label]bool{}
		for _, item := range kept {
			list = append(list, item)
			labels[item.Label] = true
		}
		if x.Len() != len(kept) || x.Labels() != len(labels) {
			t.Fatalf("%d references of %d labels, want %d of %d", x.Len(), x.Labels(), len(kept), len(labels))
		}
		mustMatchBytes(t, x)
		probe := storetest.Vectors(rng, 1, dim)
		if got, want := x.Search(probe, 7), searchAll(list, probe, 7); !slices.Equal(got, want) {
			t.Fatalf("\n got %v\nwant %v", got, want)
		}
	})
}

// mustMatchBytes checks that the bytes and scales are those of the embeddings
// beside them.
func mustMatchBytes(t *rapid.T, x *Index) {
	q := make([]int8, x.dim)
	for i, b := range x.blocks {
		for row := range b.scale {
			from, to := row*x.dim, (row+1)*x.dim
			if scale, _, _ := quantise(q, b.exact[from:to]); scale != b.scale[row] || !slices.Equal(q, b.bytes[from:to]) {
				t.Fatalf("block %d, row %d: bytes of another embedding", i, row)
			}
		}
	}
}

func TestSearchOfNothing(t *testing.T) {
	x := NewIndex(4)
	probe := []float32{1, 0, 0, 0}
	if got := x.Search(probe, 5); got != nil {
		t.Errorf("an empty index found %v", got)
	}
	x.Update(nil, Item{"1", "a", storetest.Vectors(rand.New(rand.NewPCG(1, 1)), store.Rotations, 4)})
	for _, broken := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := x.Search([]float32{1, float32(broken), 0, 0}, 5); got != nil {
			t.Errorf("a probe with %v found %v", broken, got)
		}
	}
	if got := x.Search(probe, 0); got != nil {
		t.Errorf("k = 0 found %v", got)
	}
	x.Update([]string{"1", "unknown"})
	if got := x.Search(probe, 5); got != nil || x.Len() != 0 || x.Labels() != 0 {
		t.Errorf("an emptied index found %v", got)
	}
}

// A turned probe is found, with its turn.
func TestSearchTellsRotation(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	list := items(rng, 1000, 1000, 64, 100)
	x := NewIndex(64)
	x.Update(nil, list...)
	for r := range store.Rotations {
		item := list[100+r]
		got := x.Search(disturbed(rng, item.Vectors[r*64:(r+1)*64], 0.3), 1)[0]
		if got.Reference != item.ID || got.Label != item.Label || got.Rotation != 90*r {
			t.Errorf("%d degrees: found %+v, want %s", 90*r, got, item.ID)
		}
	}
}

// The stated bound holds for the scores from bytes, and is tight enough to be useful.
func TestQuantisationErrorBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 600).Draw(t, "dim")
		draw := func(name string) []float32 {
			v := rapid.SliceOfN(rapid.Float32Range(-1, 1), dim, dim).Draw(t, name)
			kernel.NormalizeL2(v)
			return v
		}
		a, b := draw("a"), draw("b")
		p := newProbe(a)
		q := make([]int8, dim)
		scale, residual, _ := quantise(q, b)
		var product [1]int32
		kernel.DotBlockInt8(product[:], p.bytes, q, dim)
		off := math.Abs(float64(float32(product[0])*scale*p.scale) - float64(kernel.Dot(a, b)))
		if bound := p.errorBound(kernel.Norm(b), residual); off > bound || bound > 0.02*math.Sqrt(float64(dim)/16)+0.01 {
			t.Fatalf("off by %v, bound %v", off, bound)
		}
	})
}

func TestQuantiseExtremes(t *testing.T) {
	for _, x := range [][]float32{
		{0, 0, 0}, {1, -1, 0}, {1e-45, 0, 0}, {2e-43, -2e-43, 1e-45}, {math.MaxFloat32, 1, -math.MaxFloat32}, {1, 1e-20, -1e-20},
	} {
		q := make([]int8, len(x))
		scale, residual, norm := quantise(q, x)
		if norm != kernel.Norm(x) {
			t.Errorf("%v has the length %v, said %v", x, kernel.Norm(x), norm)
		}
		square := 0.0
		for i, v := range x {
			off := float64(v) - float64(scale)*float64(q[i])
			square += off * off
		}
		if residual != math.Sqrt(square) {
			t.Errorf("%v became %v of %v: residual %v, measured %v", x, q, scale, residual, math.Sqrt(square))
		}
	}
}

// A search takes memory for its answer, not for its gallery.
func TestSearchAllocatesLittle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	x := NewIndex(64)
	x.Update(nil, items(rng, 3000, 3000, 64, 100)...)
	probe := storetest.Vectors(rng, 1, 64)
	if n := testing.AllocsPerRun(20, func() { x.Search(probe, 5) }); n > 40 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkSearch scans 1,000,000 embeddings of 256 numbers for 5 labels. float32 is the
// time to compare all of them in float32.
func BenchmarkSearch(b *testing.B) {
	const references, dim = 250_000, 256
	rng := rand.New(rand.NewPCG(1, 1))
	x := NewIndex(dim)
	for range references / 1000 {
		batch := items(rng, 1000, 1000, dim, 2)
		for i := range batch {
			batch[i].ID = fmt.Sprint(x.Len() + i)
			batch[i].Label = label.Label(fmt.Sprint(x.Len() + i))
		}
		x.Update(nil, batch...)
	}
	stranger := items(rng, 1, 1, dim, 2)[0].Vectors[:dim]
	known := disturbed(rng, x.blocks[7].exact[:dim], 0.5)
	for _, c := range []struct {
		name  string
		probe []float32
	}{{"known", known}, {"stranger", stranger}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(references * store.Rotations * dim)
			b.ReportAllocs()
			for b.Loop() {
				x.Search(c.probe, 5)
			}
		})
	}
	b.Run("float32", func(b *testing.B) {
		out := make([]float32, blockReferences*store.Rotations)
		b.SetBytes(4 * references * store.Rotations * dim)
		for b.Loop() {
			for _, block := range x.blocks {
				kernel.DotBlock(out[:len(block.scale)], stranger, block.exact, dim)
			}
		}
	})
}
