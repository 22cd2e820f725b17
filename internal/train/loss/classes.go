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

// Classes is the classification head of margin softmax: one centre per class. A step uses a sample of the classes only
// (PartialFC: An et al., "Partial FC: Training 10 Million Identities on a Single Machine", 2021): all classes of the batch,
// and the share Rate of the others. The work of a step, sampling included, is proportional to the number of sampled
// classes. The memory of 1.28 million classes of 256 values is 1.3 GB, and as much again for each moment of the optimiser.
//
// Centres are divided into shards, which are ranges of classes. Shards work in parallel and their sums are added in their
// order, so that results depend on the number of shards and not on that of cores.
type Classes struct {
	opt    ClassesOptions
	shards []*classShard
	weight []float32 // (C,D), not normalised
	state  nn.State  // of each weight
	steps  []float32 // number of updates of each row, which AdamW's bias correction needs

	corrections nn.Corrections
}

// ClassesOptions describes a head.
type ClassesOptions struct {
	Count     int     // C
	Dim       int     // D
	Rate      float64 // share of the classes in a step; 1 = every class
	MaxSample int     // largest number of sampled classes, whatever the rate; 0 = no limit
	Shards    int
	Margin    Margin
	// Plain uses the inner product as the score in place of the scaled cosine: the softmax of closed-set classifiers.
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

// State returns the state of a head for a checkpoint, which may change it in place: centres (C,D), the optimiser's state
// of each of their values, and the number of updates of each centre.
func (c *Classes) State() (weight []float32, state nn.State, steps []float32) {
	return c.weight, c.state, c.steps
}

// Continue takes over the centres of another head of the same classes. That head must not be used afterwards.
func (c *Classes) Continue(before *Classes) { c.weight = before.weight }

// Imprint sets the centre of a class to an embedding (Qi et al., "Low-Shot Learning with Imprinted Weights", 2018) and
// resets its state in the optimiser.
func (c *Classes) Imprint(class int, embedding []float32) {
	copy(c.Centre(class), embedding)
	s := c.state.Slice(class*c.opt.Dim, (class+1)*c.opt.Dim)
	clear(s.First)
	clear(s.Second)
	c.steps[class] = 0
}

// eachShard runs f on all shards, in parallel on all cores.
func (c *Classes) eachShard(f func(*classShard)) {
	_ = parallel.Each(context.Background(), 0, len(c.shards), func(_ context.Context, i int) error {
		f(c.shards[i])
		return nil
	})
}

// sample fills s.rows with the classes of this shard that take part in a step, in rising order: the classes of positives
// (sorted, unique), and a uniformly random one from each stratum of the range. With strata every class has the same
// chance, none is repeated, no set is needed, and memory is read in one direction.
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
