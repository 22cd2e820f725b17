package embed

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/cputime"
	"exemplar/internal/embed/formula"
	"exemplar/internal/tensorfile"
)

const trainingBatch = 8 // of the goldens

// trainingGoldens returns, by network and tensor, what PyTorch has after one
// step: see tools/golden/training.py.
func trainingGoldens(t testing.TB) map[string]map[string][]float32 {
	t.Helper()
	data, err := os.ReadFile("testdata/training.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		t.Fatal(err)
	}
	golden := map[string]map[string][]float32{}
	for key, tensor := range file.Tensors {
		network, name, _ := strings.Cut(key, "/")
		if golden[network] == nil {
			golden[network] = map[string][]float32{}
		}
		golden[network][name] = float32s(t, tensor)
	}
	return golden
}

func formulaGradient(n int) []float32 {
	d := make([]float32, n)
	for i, v := range formula.Noise(n, 5) {
		d[i] = float32(v)
	}
	return d
}

// summary is the length of a tensor, in PyTorch's layout, and two projections.
func summary(x tensor, values []float32) []float32 {
	values = toTorch(values, x.dims, x.order)
	seed := crc32.ChecksumIEEE([]byte(x.name))
	first, second := formula.Noise(len(values), seed+1), formula.Noise(len(values), seed+2)
	var s [3]float64
	for i, v := range values {
		s[0] += float64(v) * float64(v)
		s[1] += float64(v) * first[i]
		s[2] += float64(v) * second[i]
	}
	return []float32{float32(math.Sqrt(s[0])), float32(s[1]), float32(s[2])}
}

func TestTrainingStepMatchesPyTorch(t *testing.T) {
	for name, golden := range trainingGoldens(t) {
		t.Run(name, func(t *testing.T) {
			b := goldenBundle(t, name)
			net := b.Trainable()
			out := make([]float32, trainingBatch*b.Arch.Embedding)
			net.ForwardTrain(out, formula.Pictures(trainingBatch, b.Arch.Input), trainingBatch)
			net.Backward(formulaGradient(len(out)))
			checkClose(t, "out", out, golden["out"], b.Arch.Embedding, 1e-3)
			for _, x := range net.net.tensors {
				values := x.values
				if x.param != nil {
					values = x.param.Grad
				}
				// A gradient has passed up to 27 normalisations in float32.
				got, want := summary(x, values), golden[x.name]
				if apart := maxApart(got, want); !(apart <= 2e-3*float64(want[0])+1e-6) {
					t.Errorf("%s: length and projections %v, want %v", x.name, got, want)
				}
			}
		})
	}
}

// TestGradientsAddUp runs Backward twice on one batch.
func TestGradientsAddUp(t *testing.T) {
	b, _ := New(small, 1)
	net := b.Trainable()
	pixels := formula.Pictures(4, small.Input)
	out := make([]float32, 4*small.Embedding)
	step := func() {
		net.ForwardTrain(out, pixels, 4)
		net.Backward(formulaGradient(len(out)))
	}
	step()
	var once [][]float32
	for _, x := range net.Tensors() {
		once = append(once, slices.Clone(x.Grad))
	}
	step()
	for i, x := range net.Tensors() {
		for j, g := range x.Grad {
			if want := 2 * once[i][j]; math.Abs(float64(g-want)) > 1e-4*(1+math.Abs(float64(want))) {
				t.Fatalf("%s[%d] = %g after two steps, %g after one", x.Name, j, g, once[i][j])
			}
		}
	}
}

// TestReplicasShareValues trains two replicas at once. Each must give the same bits as the
// network alone, and use changed values of the original.
func TestReplicasShareValues(t *testing.T) {
	b, _ := New(small, 1)
	pixels := formula.Pictures(8, small.Input)
	half := len(pixels) / 2
	gradients := func(net *Trainable, part int) (out []float32, grads [][]float32) {
		out = make([]float32, 4*small.Embedding)
		net.ForwardTrain(out, pixels[part*half:][:half], 4)
		net.Backward(formulaGradient(len(out)))
		for _, x := range net.Tensors() {
			grads = append(grads, x.Grad)
		}
		return out, grads
	}
	change := func(net *Trainable) {
		net.Tensors()[0].Value[0] += 0.5
		net.Changed()
	}
	net := b.Trainable()
	replicas := []*Trainable{net, net.Replica()}
	change(net)
	var outs [2][]float32
	var grads [2][][]float32
	var calls sync.WaitGroup
	for part, r := range replicas {
		calls.Go(func() { outs[part], grads[part] = gradients(r, part) })
	}
	calls.Wait()
	for part := range replicas {
		alone := b.Trainable()
		change(alone)
		out, grad := gradients(alone, part)
		if !slices.Equal(out, outs[part]) || !slices.EqualFunc(grad, grads[part], slices.Equal) {
			t.Errorf("replica %d differs from the network alone", part)
		}
	}
}

func TestMergeStatistics(t *testing.T) {
	b, _ := New(small, 1)
	net := b.Trainable()
	replicas := []*Trainable{net, net.Replica(), net.Replica()}
	pixels := formula.Pictures(6, small.Input)
	out := make([]float32, 2*small.Embedding)
	for i, r := range replicas {
		r.ForwardTrain(out, pixels[i*len(pixels)/3:], 2)
	}
	want := map[string]float64{}
	for _, r := range replicas {
		for _, x := range r.Tensors() {
			want[x.Name] += float64(x.Value[0]) / 3
		}
	}
	MergeStatistics(replicas)
	for _, r := range replicas {
		for _, x := range r.Tensors() {
			if math.Abs(float64(x.Value[0])-want[x.Name]) > 1e-6 {
				t.Errorf("%s = %v, want the mean %v", x.Name, x.Value[0], want[x.Name])
			}
		}
	}
}

func TestTrainableGivesItsBundleBack(t *testing.T) {
	b := Default()
	if got := b.Trainable().Bundle(); got.Fingerprint != b.Fingerprint {
		t.Error("another bundle came back")
	}
	before, _ := b.Encode()
	net := b.Trainable()
	for _, x := range net.Tensors() {
		clear(x.Value)
	}
	if after, _ := b.Encode(); !bytes.Equal(before, after) {
		t.Error("training changes the bundle that it began with")
	}
}

// BenchmarkTrain is forward and backward of a batch of 64 pictures at 128 px,
// and the packing of changed weights.
func BenchmarkTrain(b *testing.B) {
	net := Default().Trainable()
	for _, n := range []int{16, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			pixels := formula.Pictures(n, 128)
			out, d := make([]float32, n*256), formulaGradient(n*256)
			start := cputime.Used()
			for b.Loop() {
				net.ForwardTrain(out, pixels, n)
				net.Backward(d)
				net.Changed()
			}
			used := cputime.Used() - start
			b.ReportMetric(used.Seconds()*1000/float64(b.N*n), "cpu-ms/image")
		})
	}
}
