package loss

import (
	"context"
	"fmt"
	"math"
	"slices"

	"exemplar/internal/kernel"
	"exemplar/internal/nn"
	"exemplar/internal/parallel"
	"exemplar/internal/train/random"
)

// Classes is the classification head of margin softmax: one centre per class. A step looks at a sample of the classes
// only (PartialFC: An et al., "Partial FC: Training 10 Million Identities on a Single Machine", 2021): all classes of
// the batch, and Rate of the others. The work of a step, sampling included, is proportional to the classes sampled,
// never to the classes there are; the memory of 1.28 million classes of 256 values is 1.3 GB, and as much again for
// each moment of the optimiser.
//
// Centres belong to class-range shards, which work in parallel and are summed in their order: results depend on the
// number of shards, not on the cores.
type Classes struct {
	opt    ClassesOptions
	shards []*classShard
	weight []float32 // (C,D), not normalised
	state  nn.State  // of each weight
	steps  []float32 // updates that each row has had: its time in AdamW's bias correction; whole numbers

	corrections nn.Corrections
}

// ClassesOptions describes a head.
type ClassesOptions struct {
	Count     int     // C
	Dim       int     // D
	Rate      float64 // share of the classes in a step; 1 = every class
	MaxSample int     // at most so many sampled classes, whatever the rate; 0 = no limit
	Shards    int
	Margin    Margin
	// Plain scores by the inner product instead of the scaled cosine: the softmax of closed-set classifiers.
	Plain     bool
	Optimizer nn.Optimizer
	Seed      uint64
}

// NewClasses makes a head with centres drawn from a normal distribution of deviation 0.01, as insightface does.
func NewClasses(opt ClassesOptions) (*Classes, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	c := &Classes{
		opt:    opt,
		weight: kernel.Floats(opt.Count * opt.Dim),
		state:  opt.Optimizer.NewState(opt.Count * opt.Dim),
		steps:  make([]float32, opt.Count),

		corrections: opt.Optimizer.Corrections(),
	}
	for i := range opt.Shards {
		lo, hi := i*opt.Count/opt.Shards, (i+1)*opt.Count/opt.Shards
		c.shards = append(c.shards, &classShard{head: c, lo: lo, hi: hi})
	}
	c.eachShard(func(s *classShard) {
		for class := s.lo; class < s.hi; class++ {
			rng := random.Stream(opt.Seed, random.ForCentres, uint64(class))
			for j := range c.Centre(class) {
				c.Centre(class)[j] = float32(0.01 * rng.NormFloat64())
			}
		}
	})
	return c, nil
}

func (o ClassesOptions) check() error {
	switch {
	case o.Count < 2:
		return fmt.Errorf("classes: %d classes: at least 2 are needed", o.Count)
	case o.Count > math.MaxInt32:
		return fmt.Errorf("classes: %d classes: at most %d are possible", o.Count, math.MaxInt32)
	case o.Dim < 1:
		return fmt.Errorf("classes: embedding of %d values", o.Dim)
	case !(o.Rate > 0 && o.Rate <= 1):
		return fmt.Errorf("classes: sampling rate %v: must lie in (0, 1]", o.Rate)
	case o.Shards < 1 || o.Shards > o.Count:
		return fmt.Errorf("classes: %d shards for %d classes", o.Shards, o.Count)
	}
	return nil
}

// Centre returns the row of a class, not normalised.
func (c *Classes) Centre(class int) []float32 {
	return c.weight[class*c.opt.Dim:][:c.opt.Dim]
}

// State is what a checkpoint holds of a head, to be read and written in place: centres (C,D), the optimiser's memory of
// each of their values, and how many steps each centre has had.
func (c *Classes) State() (weight []float32, state nn.State, steps []float32) {
	return c.weight, c.state, c.steps
}

// Continue takes over the centres of another head of the same classes, which must not be used any more.
func (c *Classes) Continue(before *Classes) { c.weight = before.weight }

// Imprint sets the centre of a class to an embedding (Qi et al., "Low-Shot Learning with Imprinted Weights", 2018) and
// forgets what the optimiser knew of it.
func (c *Classes) Imprint(class int, embedding []float32) {
	copy(c.Centre(class), embedding)
	s := c.state.Slice(class*c.opt.Dim, (class+1)*c.opt.Dim)
	clear(s.First)
	clear(s.Second)
	c.steps[class] = 0
}

// eachShard runs f on all shards, on as many goroutines as there are cores.
func (c *Classes) eachShard(f func(*classShard)) {
	_ = parallel.Each(context.Background(), 0, len(c.shards), func(_ context.Context, i int) error {
		f(c.shards[i])
		return nil
	})
}

// sample fills s.rows with the classes of this shard that take part in a step, in rising order: those of positives
// (sorted, unique) and one of each of the strata into which the range is cut, chosen uniformly. Strata give every class
// the same chance, repeat none, need no set, and walk through memory in one direction.
func (s *classShard) sample(positives []int32, step uint64) {
	opt := s.head.opt
	count := s.hi - s.lo
	wanted := max(1, int(math.Round(opt.Rate*float64(count))))
	if opt.MaxSample > 0 {
		wanted = min(wanted, max(1, opt.MaxSample*count/opt.Count))
	}
	s.rows = s.rows[:0]
	rng := random.Stream(opt.Seed, random.ForClassSample, random.Mix(step, uint64(s.lo)))
	at, _ := slices.BinarySearch(positives, int32(s.lo))
	for i := range wanted {
		from, to := s.lo+i*count/wanted, s.lo+(i+1)*count/wanted
		pick := int32(from + rng.IntN(to-from))
		for ; at < len(positives) && positives[at] < min(pick, int32(s.hi)); at++ {
			s.rows = append(s.rows, positives[at])
		}
		if at < len(positives) && positives[at] == pick {
			at++
		}
		s.rows = append(s.rows, pick)
	}
	for ; at < len(positives) && positives[at] < int32(s.hi); at++ {
		s.rows = append(s.rows, positives[at])
	}
}

// SetRate changes the share of the classes that a step samples.
func (c *Classes) SetRate(rate float64) { c.opt.Rate = rate }
