package embed

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"sync"
	"testing"

	"exemplar/internal/cputime"
	"exemplar/internal/embed/formula"
	"exemplar/internal/kernel/kerneltest"
)

// TestBatchDoesNotMatter checks that a picture's embedding is the same at every position of
// every batch, since galleries compare embeddings of different calls.
func TestBatchDoesNotMatter(t *testing.T) {
	network := Default().Freeze()
	const kinds = 3
	distinct := formula.Pictures(kinds, 128)
	alone := make([]float32, kinds*256)
	for i := range kinds {
		network.Embed(alone[i*256:], distinct[i*network.Arch.pixels():], 1)
	}
	for _, count := range []int{0, 2, group, group + 1, batch + group - 1} {
		pixels := bytes.Repeat(distinct, count/kinds+1)
		got := make([]float32, count*256)
		network.Embed(got, pixels, count)
		for i := range count {
			if !slices.Equal(got[i*256:][:256], alone[i%kinds*256:][:256]) {
				t.Fatalf("picture %d of %d is embedded in another way than alone", i, count)
			}
		}
	}
}

// TestKernelVariantsAgree embeds with every implementation that runs here.
func TestKernelVariantsAgree(t *testing.T) {
	const name = "1.0 squeeze_lbn 256 192"
	want, pixels := float32s(t, goldenNetworks(t)[name]), formula.Pictures(2, 192)
	b := goldenBundle(t, name)
	kerneltest.EachVariant(t, func(t *testing.T) {
		got := make([]float32, len(want))
		b.Freeze().EmbedRaw(got, pixels, 2)
		checkClose(t, "embeddings", got, want, 256, 1e-4)
	})
}

func TestEmbeddingsHaveLengthOne(t *testing.T) {
	network := Default().Freeze()
	pixels := append(formula.Pictures(1, 128), make([]byte, network.Arch.pixels())...) // black, too
	out := make([]float32, 2*256)
	network.Embed(out, pixels, 2)
	for i := range 2 {
		length := 0.0
		for _, v := range out[i*256:][:256] {
			length += float64(v) * float64(v)
		}
		if math.Abs(length-1) > 1e-6 {
			t.Errorf("picture %d: squared length %v", i, length)
		}
	}
}

func TestEmbedConcurrently(t *testing.T) {
	network := Default().Freeze()
	pixels := formula.Pictures(5, 128)
	want := make([]float32, 5*256)
	network.Embed(want, pixels, 5)
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			got := make([]float32, 5*256)
			for range 3 {
				clear(got)
				network.Embed(got, pixels, 5)
				if !slices.Equal(got, want) {
					t.Error("calls disturb each other")
				}
			}
		})
	}
	calls.Wait()
}

func TestEmbedDoesNotAllocate(t *testing.T) {
	network := Default().Freeze()
	pixels, out := formula.Pictures(2, 128), make([]float32, 2*256)
	s := network.newScratch()
	if n := testing.AllocsPerRun(5, func() { network.embed(s, out, pixels, 2) }); n > 0 {
		t.Errorf("%v allocations per call", n)
	}
}

func TestEmbedPanicsOnShortSlices(t *testing.T) {
	network := Default().Freeze()
	for name, call := range map[string]func(){
		"pixels": func() { network.Embed(make([]float32, 256), make([]byte, 128*128*3-1), 1) },
		"out":    func() { network.Embed(make([]float32, 255), make([]byte, 128*128*3), 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("short %s were accepted", name)
				}
			}()
			call()
		}()
	}
}

func BenchmarkEmbed(b *testing.B) {
	network := Default().Freeze()
	for _, count := range []int{1, 64} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			pixels, out := formula.Pictures(count, 128), make([]float32, count*256)
			network.Embed(out, pixels, count)
			b.ReportAllocs()
			start := cputime.Used()
			for b.Loop() {
				network.Embed(out, pixels, count)
			}
			used := cputime.Used() - start
			b.ReportMetric(used.Seconds()*1000/float64(b.N*count), "cpu-ms/image")
		})
	}
}

func BenchmarkFreeze(b *testing.B) {
	for b.Loop() {
		bundle, err := Load(defaultFile)
		if err != nil {
			b.Fatal(err)
		}
		bundle.Freeze()
	}
}

// Every head computes the same layer by layer, frozen, and after export and import by ONNX.
func TestEveryHeadKeepsItsMeaning(t *testing.T) {
	for _, head := range Heads() {
		t.Run(head, func(t *testing.T) {
			b, err := New(Architecture{Backbone: "lcnet", Width: 0.25, Head: head, Embedding: 16, Input: 128}, 1)
			if err != nil {
				t.Fatal(err)
			}
			pixels := formula.Pictures(2, b.Arch.Input)
			_, want := b.layers().evaluate(pixels, 2)
			got := make([]float32, len(want))
			b.Freeze().EmbedRaw(got, pixels, 2)
			checkClose(t, "frozen", got, want, b.Arch.Embedding, 1e-4)
			data, err := b.ExportONNX()
			if err != nil {
				t.Fatal(err)
			}
			back, err := ImportONNX(data, nil)
			if err != nil {
				t.Fatal(err)
			}
			if back.Arch != b.Arch {
				t.Errorf("it came back as %s", back.Arch)
			}
			back.Freeze().EmbedRaw(got, pixels, 2)
			checkClose(t, "from ONNX", got, want, b.Arch.Embedding, 1e-4)
		})
	}
}
