package features

import (
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel/kerneltest"
)

// randomDescriptors have at most the norm of real descriptors; every third has the largest
// bytes.
func randomDescriptors(rng *rand.Rand, n int) []byte {
	out := kerneltest.Bytes(rng, n*DescriptorBytes, 45)
	for i := 0; i < n; i += 3 {
		d, from := out[i*DescriptorBytes:][:DescriptorBytes], rng.IntN(100)
		for k := range d {
			d[k] = 1
		}
		for k := range 16 {
			d[from+k] = 127
		}
	}
	return out
}

func TestFilterSymmetricAgreesWithGeneric(t *testing.T) {
	kerneltest.EachVariant(t, testFilterSymmetricAgreesWithGeneric)
}

func testFilterSymmetricAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	src := kerneltest.Floats(rng, 4000)
	for groups := 1; groups < 11; groups++ {
		for _, step := range []int{1, 7, 48} {
			for _, sigma := range []float64{0.4, 1.2, 3} {
				half := gaussian(sigma)
				got, want := make([]float32, groups*lanes), make([]float32, groups*lanes)
				filterSymmetric(got, src, 900, step, half, groups)
				filterSymmetricGeneric(want, src, 900, step, half, groups)
				kerneltest.Near(t, "filter", got, want, 1e-5)
			}
		}
	}
}

func TestExtremaRowAgreesWithGeneric(t *testing.T) {
	kerneltest.EachVariant(t, testExtremaRowAgreesWithGeneric)
}

func testExtremaRowAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const stride, groups = 96, 4
	total := 0
	for round := range 50 {
		var stack [3][]float32
		for i := range stack {
			stack[i] = kerneltest.Floats(rng, 4*stride)
			for k := range stack[i] {
				if round%2 == 1 { // with ties
					stack[i][k] = float32(int(stack[i][k]))
				}
			}
		}
		got, want := make([]uint16, groups), make([]uint16, groups)
		extremaRow(got, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		extremaRowGeneric(want, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		if !slices.Equal(got, want) {
			t.Fatalf("got %016b, want %016b", got, want)
		}
		for _, m := range want {
			if m != 0 {
				total++
			}
		}
	}
	if total == 0 {
		t.Fatal("no extremum in the test data")
	}
}

// nearestRowsPlainly is nearestRows as a plain loop.
func nearestRowsPlainly(n *nearest, rows, columns []byte) {
	for i := range n.best {
		for j := range n.column {
			dot := int32(0)
			for k, v := range rows[i*DescriptorBytes:][:DescriptorBytes] {
				at := j/blockWidth*blockBytes + (k/4*blockWidth+j%blockWidth)*4 + k%4
				dot += int32(v) * int32(columns[at])
			}
			v := dot<<matchIndexBits | int32(j)
			n.second[i] = max(n.second[i], min(n.best[i], v))
			n.best[i] = max(n.best[i], v)
			n.column[j] = max(n.column[j], dot<<matchIndexBits|int32(i))
		}
	}
}

func TestNearestRows(t *testing.T) { kerneltest.EachVariant(t, testNearestRows) }

func testNearestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int{{1, 1}, {3, 33}, {8, 32}, {21, 100}} {
		rows := randomDescriptors(rng, size[0])
		columns := Pack(randomDescriptors(rng, size[1]))
		got := newNearest(size[0], len(columns.data)/DescriptorBytes)
		want := newNearest(size[0], len(columns.data)/DescriptorBytes)
		nearestRows(got.best, got.second, got.column, rows, columns.data)
		nearestRowsPlainly(want, rows, columns.data)
		if !slices.Equal(got.best, want.best) || !slices.Equal(got.second, want.second) ||
			!slices.Equal(got.column[:size[1]], want.column[:size[1]]) {
			t.Fatalf("%d rows, %d columns: different answers", size[0], size[1])
		}
	}
}

func TestDescriptionAgreesWithGeneric(t *testing.T) {
	kerneltest.EachVariant(t, testDescriptionAgreesWithGeneric)
}

func testDescriptionAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var img plane
	img.load(&imaging.Gray{W: 90, H: 70, Pix: kerneltest.Bytes(rng, 90*70, 256)})
	for range 50 {
		f := patchFrame{
			x: rng.Float32() * 120, y: rng.Float32() * 100, ux: rng.Float32()*4 - 2, uy: rng.Float32()*4 - 2,
			limitX: 90 + 2*planeMargin - 2, limitY: 70 + 2*planeMargin - 2, stride: uint32(img.stride),
		}
		var got, want patch
		sample(&got, &img, &f)
		sampleGeneric(&want, &img, &f)
		kerneltest.Near(t, "sample", got[:patchRow*patchRow], want[:patchRow*patchRow], 0.02)

		var g, w polar
		g.fill(&want)
		w.fillGeneric(&want)
		kerneltest.Near(t, "turns", g.turns[:], w.turns[:], 1e-4)
		kerneltest.Near(t, "magnitudes", g.magnitudes[:], w.magnitudes[:], 1e-3)

		var hist, slow histogram
		hist.pool(&w)
		slow.poolGeneric(&w)
		kerneltest.Near(t, "pool", hist[:], slow[:], 0.05)

		fast, exact := make([]byte, DescriptorBytes), make([]byte, DescriptorBytes)
		copied := slow
		quantise(fast, &slow)
		quantiseGeneric(exact, &copied)
		for i := range exact {
			if d := int(fast[i]) - int(exact[i]); d < -1 || d > 1 {
				t.Fatalf("byte %d is %d, want %d", i, fast[i], exact[i])
			}
		}
	}
	var none histogram
	out := make([]byte, DescriptorBytes)
	quantise(out, &none)
	if slices.Max(out) != 0 {
		t.Fatal("an even patch has a descriptor")
	}
}

// The gain by several lanes in a word where there are no vector instructions.
func BenchmarkNearestRows(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	rows, unpacked := randomDescriptors(rng, 400), randomDescriptors(rng, 1024)
	columns := Pack(unpacked)
	n := newNearest(400, len(columns.data)/DescriptorBytes)
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			nearestRowsGeneric(n.best, n.second, n.column, rows, columns.data)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			for i := range n.best {
				a := rows[i*DescriptorBytes:][:DescriptorBytes]
				for j := range len(unpacked) / DescriptorBytes {
					b, dot := unpacked[j*DescriptorBytes:][:DescriptorBytes], int32(0)
					for k, v := range a {
						dot += int32(v) * int32(b[k])
					}
					n.best[i] = max(n.best[i], dot<<matchIndexBits|int32(j))
				}
			}
		}
	})
}
