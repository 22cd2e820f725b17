package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"exemplar/internal/embed"
	"exemplar/internal/kernel"
	"exemplar/internal/train/loss"
	"exemplar/internal/train/random"
	"exemplar/internal/train/recipe"
)

func (r *run) stage() recipe.Stage { return r.cfg.Stages[r.pos.Stage] }

// useMean says whether bundles are made of the running means of the weights.
func (r *run) useMean() bool { return r.stage().Optimizer.EMA > 0 }

// setStage makes what stage i needs, without reading data. It keeps the class centres of the stage before.
func (r *run) setStage(i int) error {
	r.pos.Stage = i
	s := r.stage()
	o := &objective{settings: s.Settings}
	if s.Classes.Weight > 0 {
		var before *loss.Classes
		if r.objective != nil {
			before = r.objective.classes
		}
		var err error
		if o.classes, err = r.newClasses(s, before); err != nil {
			return err
		}
	}
	if s.Distill.Weight > 0 {
		o.teacher = r.teachers[s.Distill.Teacher]
		if s.Distill.Kind.NeedsProjection() {
			o.projection = loss.NewProjection(r.cfg.Network.Embedding, o.teacher.Dim, r.cfg.Seed)
		}
	}
	r.objective = o
	if err := r.net.setStage(s, o.projection); err != nil {
		return err
	}
	r.rows = newRows(s.Batch.Samples(), r.cfg.Network.Embedding)
	return nil
}

// newClasses makes the classification head of a stage. It takes the centres of the head before it, if there was one.
func (r *run) newClasses(s recipe.Stage, before *loss.Classes) (*loss.Classes, error) {
	c := s.Classes
	rows := s.Optimizer.Rule()
	rows.Kind, rows.WeightDecay = c.Rows, c.WeightDecay
	head, err := loss.NewClasses(loss.ClassesOptions{
		Count: r.classes.Count(), Dim: r.cfg.Network.Embedding, Rate: c.Rate, MaxSample: c.MaxSample,
		Shards: min(c.Shards, r.classes.Count()), Margin: c.MarginSoftmax(), Plain: c.Plain, Optimizer: rows, Seed: random.Mix(r.cfg.Seed, uint64(r.pos.Stage)),
	})
	if err != nil {
		return nil, fmt.Errorf("stage %q: %w", s.Name, err)
	}
	if before != nil {
		head.Continue(before)
	}
	return head, nil
}

// enterStage begins stage i. Until it returns, the state belongs neither to the stage before nor to this one, and must
// not be saved.
func (r *run) enterStage(ctx context.Context, i int) error {
	r.entering = true
	hadCentres := r.objective != nil && r.objective.classes != nil
	if err := r.setStage(i); err != nil {
		return err
	}
	r.pos.Step = 0
	if s := r.stage(); s.Classes.Imprint && !hadCentres && r.objective.classes != nil {
		if err := r.imprint(ctx); err != nil {
			return err
		}
	}
	r.entering = false
	return nil
}

// stages runs from the present position to the end, or until the evaluations stop improving.
func (r *run) stages(ctx context.Context) error {
	for {
		enough, err := r.steps(ctx)
		if err != nil {
			return err
		}
		if enough || r.pos.Stage+1 == len(r.cfg.Stages) {
			return nil
		}
		if err := r.save(); err != nil {
			return err
		}
		if err := r.enterStage(ctx, r.pos.Stage+1); err != nil {
			return err
		}
	}
}

// steps runs the rest of the present stage. enough says that evaluate.patience was exceeded.
func (r *run) steps(ctx context.Context) (enough bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := r.stage()
	if s.Batch.Alike > 1 && r.aside.alike == nil {
		r.progress.note("looking for images that resemble each other")
		if r.aside.alike, err = findAlike(ctx, r.classes, r.cache); err != nil {
			return false, err
		}
	}
	l, err := newLoader(s, random.Mix(r.cfg.Seed, uint64(r.pos.Stage)), r.classes, r.cache, r.cfg.Data, r.aside)
	if err != nil {
		return false, err
	}
	go l.run(ctx, r.pos.Step)
	detector := newDivergenceDetector()
	for r.pos.Step < s.Steps {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		began := time.Now()
		b, err := l.next(ctx)
		if err != nil {
			return false, err
		}
		e, err := r.step(b)
		l.reuse(b)
		if err == nil {
			err = detector.check(e.Loss)
		}
		if err != nil {
			return false, r.diverged(err)
		}
		r.pos.Seconds += time.Since(began).Seconds()
		if err := r.after(ctx, e, time.Since(began)); err != nil {
			return false, err
		}
		if p := r.cfg.Evaluate.Patience; p > 0 && r.pos.Evaluations >= p {
			r.progress.note("no better evaluation in %d: stopping", p)
			return true, nil
		}
	}
	return false, nil
}

// step trains on one batch.
func (r *run) step(b *Batch) (Entry, error) {
	s := r.stage()
	lr := s.Rates().At(r.pos.Step)
	r.net.forward(r.rows.raw, b)
	loss, parts := r.objective.compute(r.rows, b, lr, uint64(r.pos.Total))
	e := Entry{Step: r.pos.Total + 1, Stage: s.Name, Loss: loss, Parts: parts, LR: lr}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return e, fmt.Errorf("loss is %v", loss)
	}
	r.net.backward(r.rows.draw, b)
	e.Norm = r.net.weights.step(lr, s.Optimizer.Clip)
	if math.IsNaN(e.Norm) || math.IsInf(e.Norm, 0) {
		return e, fmt.Errorf("gradient norm is %v", e.Norm)
	}
	r.net.repack()
	if s.Optimizer.EMA > 0 {
		r.net.weights.updateMean(s.Optimizer.EMA, r.pos.Total)
	}
	r.pos.Step++
	r.pos.Total++
	r.pos.Samples += int64(r.rows.n)
	return e, nil
}

// after logs a step, and evaluates and saves if it is time.
func (r *run) after(ctx context.Context, e Entry, took time.Duration) error {
	e.Images, e.Seconds = float64(r.rows.n)/took.Seconds(), r.pos.Seconds
	if err := r.logs.add(e); err != nil {
		return err
	}
	r.progress.step(e, r.pos, r.figures)
	if slices.Contains(r.cfg.Checkpoint.Bundles, r.pos.Total) {
		if err := r.saveBundle(stepName(r.pos.Total)); err != nil {
			return err
		}
	}
	if r.evaluator != nil && r.pos.Total%r.cfg.Evaluate.Every == 0 {
		if err := r.measure(ctx); err != nil {
			return err
		}
	}
	if r.pos.Total%r.cfg.Checkpoint.Every == 0 {
		if err := r.save(); err != nil {
			return err
		}
		return r.report("The run is not complete.")
	}
	return nil
}

// saveBundle writes the present network, with its card.
func (r *run) saveBundle(name string) error {
	b := r.net.bundle(r.useMean())
	b.Card = r.card()
	return b.Save(filepath.Join(r.cfg.Out, name))
}

// measure evaluates the network and keeps the bundle if it is the best so far.
func (r *run) measure(ctx context.Context) error {
	if r.measuredAt == r.pos.Total {
		return nil
	}
	r.measuredAt = r.pos.Total
	b := r.net.bundle(r.useMean())
	figures, err := r.evaluator.evaluate(ctx, b)
	if err != nil {
		return err
	}
	r.figures = figures
	if err := r.logs.add(Entry{Step: r.pos.Total, Stage: r.stage().Name, Seconds: r.pos.Seconds, Figures: figures}); err != nil {
		return err
	}
	r.progress.evaluation(r.pos.Total, figures)
	r.pos.Evaluations++
	if r.pos.BestStep > 0 && figures[FigureTPR] <= r.pos.Best {
		return nil
	}
	r.pos.Best, r.pos.BestStep, r.pos.Evaluations = figures[FigureTPR], r.pos.Total, 0
	b.Card = r.card()
	return b.Save(filepath.Join(r.cfg.Out, bestName))
}

// divergenceDetector detects that the loss diverges: its moving average is far above the mean of the stage's first steps.
type divergenceDetector struct {
	first, recent float64
	seen          int
}

const (
	divergenceSteps  = 50 // length of the first mean and time constant of the moving average; by eye, as is the factor
	divergenceFactor = 3
)

func newDivergenceDetector() *divergenceDetector { return &divergenceDetector{} }

func (d *divergenceDetector) check(loss float64) error {
	d.seen++
	if d.seen <= divergenceSteps {
		d.first += loss / divergenceSteps
		d.recent = d.first
		return nil
	}
	d.recent += (loss - d.recent) / divergenceSteps
	if d.recent > divergenceFactor*math.Abs(d.first)+1 {
		return fmt.Errorf("loss has risen from %.3g to %.3g", d.first, d.recent)
	}
	return nil
}

// diverged goes back to the newest checkpoint whose network still works and writes its bundle.
func (r *run) diverged(cause error) error {
	fail := fmt.Errorf("%w at step %d: %w", ErrDiverged, r.pos.Total+1, cause)
	for {
		p, ok, _, err := r.saved.load(r.layout)
		if err != nil || !ok {
			return fmt.Errorf("%w; there is no good checkpoint to go back to: lower optimizer.lr", errors.Join(fail, err))
		}
		r.pos = p
		r.net.restored(p.Step)
		b := r.net.bundle(r.useMean())
		if !works(b) {
			if err := r.saved.removeNewest(); err != nil {
				return errors.Join(fail, err)
			}
			continue
		}
		b.Card = r.card()
		path := filepath.Join(r.cfg.Out, bundleName)
		if err := b.Save(path); err != nil {
			return errors.Join(fail, err)
		}
		r.report(fmt.Sprintf("Stopped: %v. The bundle is that of step %d.", cause, p.Total))
		return fmt.Errorf("%w; %s holds the network of step %d: lower optimizer.lr and start afresh", fail, path, p.Total)
	}
}

// works says whether a bundle's embeddings of noise, of black and of white are finite.
func works(b *embed.Bundle) bool {
	rng := random.Stream(0, random.ForViews, 0)
	const pictures = 3
	size := b.Arch.Input * b.Arch.Input * 3
	pixels := make([]byte, pictures*size) // the second picture stays black
	for i := range size {
		pixels[i], pixels[2*size+i] = byte(rng.Uint32()), 255
	}
	out := make([]float32, pictures*b.Arch.Embedding)
	b.Freeze().Embed(out, pixels, pictures)
	for i := range pictures {
		if length := kernel.SumSquares(out[i*b.Arch.Embedding:][:b.Arch.Embedding]); !(length > 0.5 && length < 2) { // also refuses NaN
			return false
		}
	}
	return true
}
