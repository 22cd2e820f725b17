package train

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"time"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/fileio"
	"exemplar/internal/train/checkpoint"
	"exemplar/internal/train/recipe"
)

// Errors that a caller may want to distinguish.
var (
	ErrDiverged = errors.New("training diverged")
	ErrExists   = errors.New("the folder already holds a run")
)

// Options are the settings of a run that its result does not depend on.
type Options struct {
	Resume   bool      // go on from the newest checkpoint, if there is one
	Progress io.Writer // gets lines about the progress; nil = none
	Terminal bool      // Progress is a terminal, on which one line is rewritten

	everyStep bool // show the progress after every step, for tests
}

// Result is what a run has made.
type Result struct {
	Bundle   string // file of the final bundle
	Best     string // file of the bundle with the best evaluation; "" without evaluations
	Report   string
	Position Position
	Figures  map[string]float64 // of the final bundle; nil without an evaluation set
	Corrupt  int                // images that could not be decoded
}

// Files of a run's folder besides the log.
const (
	bundleName     = "bundle.safetensors"
	bestName       = "best.safetensors"
	checkpointsDir = "checkpoints"
)

// stepName is the file of the bundle that checkpoint.bundles asks for.
func stepName(step int) string { return fmt.Sprintf("step-%d.safetensors", step) }

// Run trains a network by a recipe and writes its bundle. When ctx ends, it saves a checkpoint and returns the context's
// error; a run of the same recipe with Resume continues from there. For a given seed and number of replicas the weights
// are the same to the bit, resumed or not.
func Run(ctx context.Context, cfg *recipe.Config, opt Options) (*Result, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(garbagePercent))
	r, err := newRun(cfg, opt)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	if err := r.stages(ctx); err != nil {
		return nil, r.interrupted(err)
	}
	return r.finish(ctx)
}

// garbagePercent is the collector's GOGC. A run holds gigabytes in a few large pieces, which are cheap to collect, and
// makes little garbage within a stage.
const garbagePercent = 20

// run is the state of a run.
type run struct {
	cfg *recipe.Config
	opt Options

	pool        *dataset.Pool
	cache       *dataset.Cache
	classes     *dataset.Classes
	aside       material
	evaluator   *evaluator // nil without a set
	teachers    map[string]*Teacher
	fingerprint string // of the pool; computed when a teacher is loaded

	net        *network
	objective  *objective
	rows       *embeddingBatch
	entering   bool // a stage is being set up, and the state belongs to no stage
	pos        Position
	saved      checkpoints
	logs       *logs
	progress   *runProgress
	figures    map[string]float64 // newest evaluation
	measuredAt int                // step of it
}

// newRun opens everything that the recipe names, so that what is missing is noticed before the work begins.
func newRun(cfg *recipe.Config, opt Options) (*run, error) {
	r := &run{cfg: cfg, opt: opt, teachers: map[string]*Teacher{}, saved: checkpoints{filepath.Join(cfg.Out, checkpointsDir), cfg.Checkpoint.Keep}}
	if !opt.Resume && len(r.saved.list()) > 0 {
		return nil, fmt.Errorf("train into %q: %w: resume it, or choose another folder", cfg.Out, ErrExists)
	}
	if err := r.openData(); err != nil {
		return nil, err
	}
	if err := r.openTeachers(); err != nil {
		return nil, err
	}
	if cfg.Evaluate.Set != "" {
		var err error
		if r.evaluator, err = newEvaluator(cfg.Evaluate.Set, largestInput(cfg)); err != nil {
			return nil, err
		}
	}
	start, err := startBundle(cfg)
	if err != nil {
		return nil, err
	}
	r.net = newNetwork(start)
	r.pos = Position{Run: r.identity()}
	r.progress = newProgress(opt, cfg)
	return r, nil
}

func largestInput(cfg *recipe.Config) int {
	side := 0
	for _, s := range cfg.Stages {
		side = max(side, s.Input)
	}
	return side
}

// startBundle makes the initial network of the first stage.
func startBundle(cfg *recipe.Config) (*embed.Bundle, error) {
	arch := cfg.Architecture(cfg.Stages[0].Input)
	fresh, err := embed.New(arch, cfg.Seed)
	if err != nil {
		return nil, err
	}
	switch cfg.Network.Start {
	case "random":
		return fresh, nil
	case "default":
		return startFrom(fresh, embed.Default())
	}
	data, err := fileio.ReadFile(cfg.Network.Start, embed.MaxBundle)
	if err != nil {
		return nil, cfg.Wrong(recipe.NoStage, "network.start", "cannot be read: %v", err)
	}
	if b, err := embed.Load(data); err == nil {
		return startFrom(fresh, b)
	}
	b, err := fresh.LoadBackbone(data)
	if err != nil {
		return nil, cfg.Wrong(recipe.NoStage, "network.start", "holds neither a bundle nor a backbone of width %g: %v", arch.Width, err)
	}
	return b, nil
}

// startFrom takes all weights of a bundle if the architectures differ in the input size at most, else its backbone.
func startFrom(fresh, from *embed.Bundle) (*embed.Bundle, error) {
	same, err := from.WithInput(fresh.Arch.Input)
	if err != nil || same.Arch == fresh.Arch {
		return same, err
	}
	data, err := from.Encode()
	if err != nil {
		return nil, err
	}
	return fresh.LoadBackbone(data)
}

// identity hashes what the run's result depends on: the recipe, and the names of the images.
func (r *run) identity() string {
	cfg := *r.cfg
	cfg.Out, cfg.Name, cfg.Checkpoint, cfg.Data.CacheMiB, cfg.Data.Workers = "", "", recipe.Checkpoint{}, 0, 0
	text, err := json.Marshal(cfg)
	if err != nil {
		panic("train: a recipe that was read cannot be written: " + err.Error())
	}
	h := sha256.New()
	h.Write(text)
	for i := range r.pool.Len() {
		io.WriteString(h, r.pool.Name(i)+"\n")
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// begin restores the newest checkpoint, or sets up the first stage.
func (r *run) begin(ctx context.Context) error {
	if r.opt.Resume {
		p, ok, damaged, err := r.saved.load(r.layout)
		for _, d := range damaged {
			r.progress.note("%v; using the one before", d)
		}
		if err != nil {
			return err
		}
		if ok {
			r.pos = p
			r.net.restored(p.Step)
			r.progress.note("resumed at step %d", p.Total)
			return r.openLogs()
		}
	}
	if err := r.enterStage(ctx, 0); err != nil {
		return err
	}
	return r.openLogs()
}

func (r *run) openLogs() (err error) {
	r.logs, err = openLogs(r.cfg.Out, r.pos.Total)
	return err
}

// layout sets up the stage of a checkpoint and returns the sections that it must hold.
func (r *run) layout(p Position) ([]checkpoint.Section, error) {
	if p.Run != r.pos.Run {
		return nil, fmt.Errorf("%w: recipe or images have changed since", checkpoint.ErrOther)
	}
	if p.Stage < 0 || p.Stage >= len(r.cfg.Stages) {
		return nil, fmt.Errorf("%w: stage %d of %d", checkpoint.ErrOther, p.Stage, len(r.cfg.Stages))
	}
	if err := r.setStage(p.Stage); err != nil {
		return nil, err
	}
	return r.sections(), nil
}

func (r *run) sections() []checkpoint.Section {
	out := r.net.weights.sections()
	if r.objective.classes != nil {
		out = append(out, classSections(r.objective.classes)...)
	}
	return out
}

func (r *run) save() error { return r.saved.save(r.pos, r.sections()) }

// interrupted saves a checkpoint when a run stops early, and notes the step.
func (r *run) interrupted(err error) error {
	if errors.Is(err, ErrDiverged) || r.pos.Total == 0 || r.entering {
		return err
	}
	if saveErr := r.save(); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	r.progress.note("stopped at step %d; resume to continue", r.pos.Total)
	return err
}

// finish measures the final network and writes bundle and report.
func (r *run) finish(ctx context.Context) (*Result, error) {
	if err := r.save(); err != nil {
		return nil, err
	}
	result := &Result{Bundle: filepath.Join(r.cfg.Out, bundleName), Position: r.pos, Corrupt: r.cache.Corrupt()}
	if err := r.saveBundle(bundleName); err != nil {
		return nil, err
	}
	if r.evaluator != nil {
		if err := r.measure(ctx); err != nil {
			return nil, err
		}
		result.Figures, result.Best = r.figures, filepath.Join(r.cfg.Out, bestName)
	}
	result.Report = filepath.Join(r.cfg.Out, "report.html")
	return result, r.report("The run is complete.")
}

func (r *run) close() {
	r.progress.line.End()
	r.pool.Close()
	if r.logs != nil {
		r.logs.close()
	}
}

// card is the network's description for people.
func (r *run) card() string {
	return fmt.Sprintf("# %s\n\nTrained by exemplar from recipe %s on %d images, %d steps, %d samples, %s of work. Start: %s. Seed: %d.\n",
		r.cfg.Name, filepath.Base(r.cfg.File), r.pool.Len(), r.pos.Total, r.pos.Samples,
		time.Duration(r.pos.Seconds*float64(time.Second)).Round(time.Second), filepath.Base(r.cfg.Network.Start), r.cfg.Seed)
}
