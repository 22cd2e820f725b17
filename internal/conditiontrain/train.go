package conditiontrain

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"exemplar/internal/cellnet"
	"exemplar/internal/condition"
	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/parallel"
)

const (
	batch    = 8 // samples a step
	peakRate = 3e-3
	warmUp   = 0.05 // share of the steps until the rate is at its peak
	answers  = 5
)

// weightOf a truth in the loss: most cells are those to which nothing happened.
var weightOf = [answers]float64{0.6, 1.5, 1.5, 1.5, 1.5}

var optimizer = nn.Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 1e-3}

// Train makes a network from samples, by AdamW on the cross-entropy of the cells whose
// truth is known, and returns its file. Samples are turned and mirrored at random. It
// uses all cores; the same arguments give the same file on any number of them. Start, which
// may be empty, is a file of weights to begin with. Progress, which may be nil, gets the mean loss of each step.
func Train(ctx context.Context, samples []Sample, steps int, seed uint64, start []byte, about map[string]string, progress func(step int, loss float64)) ([]byte, error) {
	if len(samples) == 0 {
		return nil, errors.New("train the network of conditions: there are no samples")
	}
	net := condition.NewNetwork()
	net.Init(seed)
	if len(start) > 0 {
		if err := net.Start(start); err != nil {
			return nil, err
		}
	}
	tensors := net.Tensors()
	var moments []nn.State
	for _, t := range tensors {
		moments = append(moments, optimizer.NewState(len(t.Value)))
	}
	var lessons [batch]lesson
	for i := range lessons {
		lessons[i].net = net.Replica()
	}
	schedule := nn.Schedule{Kind: "cosine", Peak: peakRate, WarmupSteps: int(warmUp * float64(steps)), Steps: steps}
	for step := range steps {
		err := parallel.Each(ctx, 0, batch, func(_ context.Context, i int) error {
			r := rand.New(rand.NewPCG(seed+1, uint64(step*batch+i)))
			lessons[i].study(&samples[r.IntN(len(samples))], r.IntN(8))
			return nil
		})
		if err != nil {
			return nil, err
		}
		loss, weight := 0.0, 1e-9
		for i := range lessons {
			loss, weight = loss+lessons[i].loss, weight+lessons[i].weight
		}
		for k, t := range tensors {
			for i := range lessons {
				grad := lessons[i].net.Tensors()[k].Grad
				kernel.AddScaled(t.Grad, grad, 1)
				clear(grad)
			}
			optimizer.Update(t.Value, t.Grad, moments[k], schedule.At(step), 1/weight, step+1)
			clear(t.Grad)
		}
		net.Pack()
		if progress != nil {
			progress(step+1, loss/weight)
		}
	}
	return net.Encode(about)
}

// lesson is what a sample adds to a step: sums over its cells.
type lesson struct {
	net          *cellnet.Network
	pass         cellnet.Pass
	truth        []Truth
	d            []float32
	loss, weight float64
}

// study sets the loss of a sample and adds to the gradients. way is one of the eight
// ways to turn and mirror it.
func (l *lesson) study(s *Sample, way int) {
	l.take(s, way)
	l.net.Forward(&l.pass)
	l.d = append(l.d[:0], make([]float32, len(l.pass.Logits()))...)
	l.loss, l.weight = crossEntropy(l.d, l.pass.Logits(), l.truth)
	l.net.Backward(&l.pass, l.d)
}

func (l *lesson) take(s *Sample, way int) {
	channels := len(s.Inputs) / len(s.Cells)
	w, h := s.W, s.H
	if way&4 != 0 {
		w, h = h, w
	}
	l.pass.In.Resize(w, h, channels)
	l.truth = append(l.truth[:0], make([]Truth, w*h)...)
	for i, t := range s.Cells {
		x, y := i%s.W, i/s.W
		if way&1 != 0 {
			x = s.W - 1 - x
		}
		if way&2 != 0 {
			y = s.H - 1 - y
		}
		if way&4 != 0 {
			x, y = y, x
		}
		k := y*w + x
		l.truth[k] = t
		for c, v := range s.Inputs[i*channels:][:channels] {
			l.pass.In.V[k*channels+c] = float32(v) / inputUnit
		}
	}
}

// crossEntropy sums -ln p of what is known of the cells, weighed, and sets d to the
// gradient of the sum.
func crossEntropy(d, logits []float32, truth []Truth) (loss, weight float64) {
	for i, t := range truth {
		if t == Unsure {
			continue
		}
		z, g := logits[answers*i:][:answers], d[answers*i:][:answers]
		most, sum := float64(z[0]), 0.0
		for _, v := range z {
			most = max(most, float64(v))
		}
		for _, v := range z {
			sum += math.Exp(float64(v) - most)
		}
		w := weightOf[t]
		loss += w * (math.Log(sum) + most - float64(z[t]))
		weight += w
		for k, v := range z {
			g[k] = float32(w * math.Exp(float64(v)-most) / sum)
		}
		g[t] -= float32(w)
	}
	return loss, weight
}
