package changetrain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"exemplar/internal/cellnet"
	"exemplar/internal/changedetect"
	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/parallel"
	"exemplar/internal/reuse"
)

const (
	batch    = 8 // pictures a step
	peakRate = 2e-3
	// goOnRate is the rate at its peak where the network knows something already.
	goOnRate = 1e-3
	warmUp   = 0.1 // share of the steps until the rate is at its peak

	// negativeShare of the lessons are light print on dark.
	negativeShare = 0.15

	checkpointSteps = 200
)

var optimizer = nn.Optimizer{Kind: "adamw", Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, WeightDecay: 1e-4}

// Options say how a detector is trained.
type Options struct {
	Steps int
	Seed  uint64
	// Kinds says that the detector tells other contents from another form, as
	// [changedetect.Kinds] does; else it is one as [changedetect.Default].
	Kinds bool
	// Start is a file of weights of this network, or of one with fewer outputs, to
	// begin with instead of random ones; may be empty.
	Start []byte
	// Checkpoint is a file to keep the state of the training in, or empty. If it
	// exists the training goes on from there.
	Checkpoint string
	// Progress, which may be nil, gets the mean loss of each step.
	Progress func(step int, loss float64)
}

// Train makes a detector from samples, by AdamW on the cross-entropy of the
// cells whose truth is known. It uses all cores; the same samples and options
// give the same detector on any number of them, interrupted or not. When ctx
// ends, the state is kept in the checkpoint.
func Train(ctx context.Context, samples []Sample, o Options) (*changedetect.Detector, error) {
	t, err := newTraining(samples, o)
	if err != nil {
		return nil, fmt.Errorf("train a detector of changes: %w", err)
	}
	for t.step < o.Steps {
		if ctx.Err() != nil {
			return nil, errors.Join(ctx.Err(), t.save())
		}
		loss := t.learn()
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return nil, fmt.Errorf("train a detector of changes: the loss of step %d is %v", t.step, loss)
		}
		if o.Progress != nil {
			o.Progress(t.step, loss)
		}
		if t.step%checkpointSteps == 0 {
			if err := t.save(); err != nil {
				return nil, err
			}
		}
	}
	return t.net.Detector(), nil
}

// training is the state between two steps, and the memory of one.
type training struct {
	opts     Options
	samples  []Sample
	name     string
	net      *changedetect.Trainable
	tensors  []cellnet.Tensor
	moments  []nn.State // by tensor
	schedule nn.Schedule
	step     int // done
	lessons  [batch]*lesson
}

// lesson is what a sample adds to a step: sums over its cells. Every lesson of a
// batch has gradients of its own, so that it does not matter who computes what.
type lesson struct {
	net     *changedetect.Trainable
	tensors []cellnet.Tensor
	loss    float64
	cells   int
}

func newTraining(samples []Sample, o Options) (*training, error) {
	t := &training{opts: o, net: changedetect.NewTrainable(o.Kinds, o.Seed)}
	for _, s := range samples {
		if len(s.Cells) > 0 {
			t.samples = append(t.samples, s)
		}
	}
	if len(t.samples) == 0 {
		return nil, fmt.Errorf("none of %d samples has a cell", len(samples))
	}
	peak := peakRate
	if len(o.Start) > 0 {
		if err := t.net.Start(o.Start); err != nil {
			return nil, err
		}
		peak = goOnRate
	}
	t.schedule = nn.Schedule{Kind: "cosine", Peak: peak, WarmupSteps: int(warmUp * float64(o.Steps)), Steps: o.Steps}
	t.tensors = t.net.Tensors()
	for _, p := range t.tensors {
		t.moments = append(t.moments, optimizer.NewState(len(p.Value)))
	}
	t.name = t.nameOf()
	if err := t.resume(); err != nil {
		return nil, err
	}
	t.net.Changed()
	for i := range t.lessons {
		net := t.net.Replica()
		t.lessons[i] = &lesson{net: net, tensors: net.Tensors()}
	}
	return t, nil
}

// learn takes a step and returns its mean loss.
func (t *training) learn() float64 {
	_ = parallel.Each(context.Background(), 0, batch, func(_ context.Context, i int) error {
		w := workers.Get().(*worker)
		defer workers.Put(w)
		// The place in the stream is the state: a checkpoint need not hold a generator.
		r := rand.New(rand.NewPCG(t.opts.Seed+1, uint64(t.step*batch+i)))
		w.study(t.lessons[i], &t.samples[r.IntN(len(t.samples))], r)
		return nil
	})
	loss, cells := 0.0, 0
	for _, l := range t.lessons {
		loss += l.loss
		cells += l.cells
	}
	t.step++
	if cells == 0 {
		return 0
	}
	t.update(1 / float64(cells))
	return loss / float64(cells)
}

// worker is the memory that a goroutine learns in.
type worker struct {
	pass changedetect.Pass
	d    []float32
}

var workers = sync.Pool{New: func() any { return new(worker) }}

// study sets l to a sample's loss and adds to its gradients. The sample is looked
// at whole, as in use: where on a document something stands is part of what it is.
func (w *worker) study(l *lesson, s *Sample, r *rand.Rand) {
	logits := l.net.Forward(&w.pass, s.Ref, s.Laid, r.Float64() < negativeShare)
	w.d = reuse.Slice(w.d, len(logits))
	l.loss, l.cells = crossEntropy(w.d, logits, s)
	l.net.Backward(&w.pass, w.d)
}

// sortWeight is what the sort of the reference's print counts beside the rest:
// it is known of most cells.
const sortWeight = 0.3

// crossEntropy sums -ln p of what is known of the cells over their answers, of
// which there may be only the first, and sets d to the gradient of the sum. It
// counts the cells that are known to be the same or not.
func crossEntropy(d, logits []float32, s *Sample) (loss float64, known int) {
	clear(d)
	n := len(logits) / len(s.Cells)
	for i, truth := range s.Cells {
		if truth == Unsure {
			continue
		}
		known++
		at, z := d[n*i:][:n], logits[n*i:][:n]
		loss += logistic(&at[0], z[0], truth != Same, 1)
		if n < changedetect.Answers {
			continue
		}
		switch truth {
		case Contents, Form:
			loss += logistic(&at[1], z[1], truth == Form, 1)
		case Same:
			loss += falseAlarm(&at[1], z[0], z[1])
		}
		if sort := s.sort(i); sort != Unsorted {
			loss += logistic(&at[2], z[2], sort == Filled, sortWeight)
		}
	}
	return loss, known
}

// falseAlarm is -ln(1 - pq), where p is the probability of other print and q that of
// its being another form, for print that is the same: what glare and wear make look
// like another must not seem another form. It sets the gradient by q's logit alone;
// p has a truth of its own.
func falseAlarm(d *float32, other, form float32) float64 {
	p, q := 1/(1+math.Exp(-float64(other))), 1/(1+math.Exp(-float64(form)))
	same := max(1-p*q, 1e-9)
	*d = float32(p * q * (1 - q) / same)
	return -math.Log(same)
}

// logistic returns -ln p of an answer, weighed, and sets its gradient.
func logistic(d *float32, logit float32, yes bool, weight float64) float64 {
	z, sign := float64(logit), 1.0
	if yes {
		z, sign = -z, -1
	}
	*d = float32(weight * sign / (1 + math.Exp(-z)))
	// -ln(1 - σ(z)) = ln(1 + e^z), without overflow.
	return weight * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
}

// update sums the gradients of the lessons, in their order, and steps the weights
// along them.
func (t *training) update(scale float64) {
	rate := t.schedule.At(t.step - 1)
	for i, p := range t.tensors {
		for _, l := range t.lessons {
			grad := l.tensors[i].Grad
			kernel.AddScaled(p.Grad, grad, 1)
			clear(grad)
		}
		optimizer.Update(p.Value, p.Grad, t.moments[i], rate, scale, t.step)
		clear(p.Grad)
	}
	t.net.Changed()
}
