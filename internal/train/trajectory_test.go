package train

import (
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"testing"

	"exemplar/internal/embed"
	"exemplar/internal/embed/formula"
	"exemplar/internal/papertest"
	"exemplar/internal/tensorfile"
	"exemplar/internal/train/loss"
	"exemplar/internal/train/recipe"
)

// trajectory is what tools/train/trajectory.py writes.
type trajectory struct {
	Head     string
	Contrast bool
	Margin   []float64 // scale, m1, m2, m3; nil without a class head
	Losses   []float64
	Norms    []float64
	Float32  []float64
	Running  map[string]float64
}

const (
	trajectoryPool, trajectoryBatch = 48, 16
	trajectorySide, trajectoryDim   = 96, 32
)

// The whole network with head, losses, clipping and AdamW takes the same steps as PyTorch. Rounding alone makes two float32
// runs diverge with time, so the tolerance is PyTorch's own distance from float64.
func TestTrajectoryIsPyTorchs(t *testing.T) {
	papertest.SkipUnderRace(t)
	var golden []trajectory
	if err := json.Unmarshal(readFile(t, "testdata/trajectory.json"), &golden); err != nil {
		t.Fatal(err)
	}
	for _, g := range golden {
		t.Run(g.Head, func(t *testing.T) {
			steps := len(g.Losses)
			if testing.Short() {
				steps = 3
			}
			net, objective := g.setUp(t)
			drift := 1e-4
			for step := range steps {
				loss, norm := g.step(net, objective, step)
				drift = math.Max(drift, 4*math.Abs(g.Float32[step]-g.Losses[step]))
				if math.Abs(loss-g.Losses[step]) > drift+1e-4*g.Losses[step] {
					t.Fatalf("step %d: loss %.6f, want %.6f within %.2g", step, loss, g.Losses[step], drift)
				}
				if step < 2 && math.Abs(norm-g.Norms[step]) > 2e-3*g.Norms[step] {
					t.Errorf("step %d: gradient norm %v, want %v", step, norm, g.Norms[step])
				}
			}
			if !testing.Short() {
				g.checkRunning(t, net)
			}
		})
	}
}

func (g trajectory) setUp(t *testing.T) (*network, *objective) {
	t.Helper()
	arch := embed.Architecture{Backbone: "lcnet", Width: 0.5, Head: g.Head, Embedding: trajectoryDim, Input: trajectorySide}
	bundle, err := embed.New(arch, 0)
	if err != nil {
		t.Fatal(err)
	}
	net := newNetwork(bundle)
	s := recipe.Default().Settings
	s.Input = trajectorySide
	s.Batch = recipe.Batch{Images: trajectoryBatch / 2, Forms: 1, Views: 2, Replicas: 1}
	s.Optimizer.LR, s.Optimizer.Clip = 1e-4, 5
	if g.Contrast {
		s.Contrast.Weight = 1
	}
	o := &objective{}
	if g.Margin != nil {
		s.Classes.Weight, s.Classes.LRScale = 1, 10
		rule := recipe.Default().Settings.Optimizer.Rule()
		rule.WeightDecay = 0
		o.classes, err = loss.NewClasses(loss.ClassesOptions{
			Count: trajectoryPool, Dim: trajectoryDim, Rate: 1, Shards: 2, Optimizer: rule,
			Margin: loss.Margin{Scale: g.Margin[0], M1: g.Margin[1], M2: g.Margin[2], M3: g.Margin[3]},
		})
		if err != nil {
			t.Fatal(err)
		}
		centres, _, _ := o.classes.State()
		for i, v := range formula.Noise(len(centres), 99) {
			centres[i] = float32(v)
		}
	}
	o.settings = s
	if err := net.setStage(recipe.Stage{Settings: s}, nil); err != nil {
		t.Fatal(err)
	}
	fillByFormula(t, net)
	return net, o
}

// trajectoryPictures are those of all steps, which must not be changed.
var trajectoryPictures = sync.OnceValue(func() []byte { return formula.Pictures(trajectoryPool, trajectorySide) })

// step takes one step on the batch that trajectory.py takes: sample i shows picture (7·step + i) mod pool.
func (g trajectory) step(net *network, o *objective, step int) (loss, norm float64) {
	const size = trajectorySide * trajectorySide * 3
	b := &Batch{Layout: Layout{trajectoryBatch / 2, 2, 1}, Pixels: make([]byte, trajectoryBatch*size),
		Target: make([]int32, trajectoryBatch), Source: make([]picture, trajectoryBatch/2)}
	all := trajectoryPictures()
	for i := range trajectoryBatch {
		k := (7*step + i) % trajectoryPool
		b.Target[i] = int32(k)
		copy(b.Pixels[b.Layout.place(i/(trajectoryBatch/2), i%(trajectoryBatch/2))*size:], all[k*size:][:size])
	}
	rows := newRows(trajectoryBatch, trajectoryDim)
	net.forward(rows.raw, b)
	loss, _ = o.compute(rows, b, o.settings.Optimizer.LR, uint64(step))
	net.backward(rows.draw, b)
	norm = net.weights.step(o.settings.Optimizer.LR, o.settings.Optimizer.Clip)
	net.repack()
	return loss, norm
}

func (g trajectory) checkRunning(t *testing.T, net *network) {
	t.Helper()
	for _, w := range net.weights.tensors {
		if w.grads != nil {
			continue
		}
		var sum float64
		for _, v := range w.value {
			sum += float64(v)
		}
		if want := g.Running[w.name]; math.Abs(sum-want) > 0.02*math.Abs(want)+0.05 {
			t.Errorf("%s sums up to %v, want %v", w.name, sum, want)
		}
	}
}

// fillByFormula sets every tensor. The formula runs over PyTorch's order of the values, which a bundle's file has.
func fillByFormula(t *testing.T, n *network) {
	t.Helper()
	bundle := n.replicas[0].Bundle()
	data, err := bundle.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		t.Fatal(err)
	}
	for name, tensor := range file.Tensors {
		file.Tensors[name] = formula.Tensor(name, tensor.Shape)
	}
	if data, err = file.Encode(); err != nil {
		t.Fatal(err)
	}
	description := fmt.Sprintf(`{"architecture": {"backbone": "lcnet", "width": 0.5, "head": %q, "embedding": %d},
		"input": {"width": %d, "height": %d, "channels": "RGB", "scale": "1/255", "mean": [0,0,0], "std": [1,1,1]},
		"batch_norm_eps": 1e-05, "layer_norm_eps": 1e-05, "activation": "hardswish"}`,
		bundle.Arch.Head, bundle.Arch.Embedding, bundle.Arch.Input, bundle.Arch.Input)
	filled, err := embed.ImportTorch(data, []byte(description))
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range filled.Trainable().Tensors() {
		copy(n.weights.tensors[i].value, x.Value)
	}
	n.restored(0)
}
