package recipe

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"exemplar/internal/embed"
	"exemplar/internal/train/loss"
)

// Wrong makes the error about a key, with the file and line that set it in the stage, or else in the recipe. For a key
// that has its default it names the line of the stage, or the file alone.
func (cfg *Config) Wrong(stage int, name, format string, args ...any) error {
	text := fmt.Sprintf("%s %s", name, fmt.Sprintf(format, args...))
	for _, full := range []string{inStage(stage, name), name, fmt.Sprintf("stage.%d", stage)} {
		if k, ok := cfg.keys[full]; ok {
			return fmt.Errorf("%s:%d: %s", k.file, k.line, text)
		}
	}
	return fmt.Errorf("%s: %s", cfg.File, text)
}

// NoStage as a stage says that a key belongs to the recipe as a whole.
const NoStage = -1

// check refuses impossible recipes before any work starts.
func (cfg *Config) check() error {
	errs := []error{cfg.checkNetwork(), cfg.checkData(), cfg.checkRun()}
	for i := range cfg.Stages {
		errs = append(errs, cfg.checkStage(i))
	}
	return errors.Join(errs...)
}

func (cfg *Config) checkNetwork() error {
	for i, s := range cfg.Stages {
		if err := cfg.Architecture(s.Input).Validate(); err != nil {
			return cfg.Wrong(i, cfg.blame(s.Input), "does not fit: %v", err)
		}
	}
	if start := cfg.Network.Start; start != "random" && start != "default" {
		return cfg.checkFile(NoStage, "network.start", start)
	}
	return nil
}

// blame finds the key that makes the architecture impossible: the input, if it is possible with another one.
func (cfg *Config) blame(input int) string {
	if cfg.Architecture(128).Validate() == nil {
		return "input"
	}
	for _, name := range []string{"head", "width", "embedding"} {
		trial := *cfg
		d := Default().Network
		switch name {
		case "head":
			trial.Network.Head = d.Head
		case "width":
			trial.Network.Width = d.Width
		case "embedding":
			trial.Network.Embedding = d.Embedding
		}
		if trial.Architecture(128).Validate() == nil {
			return "network." + name
		}
	}
	return "network"
}

// Architecture is the architecture of the network for an input side in pixels.
func (cfg *Config) Architecture(input int) embed.Architecture {
	n := cfg.Network
	return embed.Architecture{Backbone: "lcnet", Width: n.Width, Head: n.Head, Embedding: n.Embedding, Input: input}
}

func (cfg *Config) checkFile(stage int, name, path string) error {
	if err := usable(path); err != nil {
		return cfg.Wrong(stage, name, "cannot be used: %v", err)
	}
	return nil
}

// usable refuses what does not exist, and what cannot be read a second time when a run is resumed: pipes and devices,
// for which a run would wait and could not be stopped.
func usable(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is a pipe or a device: save what it holds to a file", path)
	}
	return err
}

func (cfg *Config) checkData() error {
	d := cfg.Data
	if len(d.Paths) == 0 {
		return cfg.Wrong(NoStage, "data.paths", "is missing: name shards or folders of images")
	}
	for _, p := range d.Paths {
		if err := cfg.checkFile(NoStage, "data.paths", p); err != nil {
			return err
		}
	}
	if d.Backgrounds != "" {
		if err := cfg.checkFile(NoStage, "data.backgrounds", d.Backgrounds); err != nil {
			return err
		}
	}
	if d.Fields != "" {
		if err := cfg.checkFile(NoStage, "data.fields", d.Fields); err != nil {
			return err
		}
	}
	switch {
	case d.Classes != "instances" && d.Classes != "labels":
		return cfg.Wrong(NoStage, "data.classes", `is %q: "instances" or "labels"`, d.Classes)
	case !slices.Contains([]int{1, 4, 8, 24}, d.Forms):
		return cfg.Wrong(NoStage, "data.forms", "is %d: 1, 4, 8 or 24", d.Forms)
	case !slices.Contains([]string{"keep", "drop", "merge"}, d.Duplicates):
		return cfg.Wrong(NoStage, "data.duplicates", `is %q: "keep", "drop" or "merge"`, d.Duplicates)
	case d.Distance < 0 || d.Distance > 16:
		return cfg.Wrong(NoStage, "data.duplicate_distance", "is %d: 0 to 16 bits", d.Distance)
	case d.ShortSide < 32 || d.ShortSide > 1024:
		return cfg.Wrong(NoStage, "data.short_side", "is %d: 32 to 1024 pixels", d.ShortSide)
	case d.CacheMiB < 0:
		return cfg.Wrong(NoStage, "data.cache_mib", "is %d: at least 0", d.CacheMiB)
	case d.Workers < 0 || d.Workers > 1024:
		return cfg.Wrong(NoStage, "data.workers", "is %d: 0 to 1024", d.Workers)
	}
	return nil
}

func (cfg *Config) checkRun() error {
	e, c := cfg.Evaluate, cfg.Checkpoint
	switch {
	case e.Every < 1:
		return cfg.Wrong(NoStage, "evaluate.every", "is %d: at least 1 step", e.Every)
	case e.Patience < 0:
		return cfg.Wrong(NoStage, "evaluate.patience", "is %d: at least 0", e.Patience)
	case e.Patience > 0 && e.Set == "":
		return cfg.Wrong(NoStage, "evaluate.patience", "needs a set to evaluate on: evaluate.set")
	case c.Every < 1:
		return cfg.Wrong(NoStage, "checkpoint.every", "is %d: at least 1 step", c.Every)
	case c.Keep < 1:
		return cfg.Wrong(NoStage, "checkpoint.keep", "is %d: at least 1", c.Keep)
	case len(c.Bundles) > 0 && slices.Min(c.Bundles) < 1:
		return cfg.Wrong(NoStage, "checkpoint.bundles", "has step %d: steps count from 1", slices.Min(c.Bundles))
	}
	if e.Set != "" {
		return cfg.checkFile(NoStage, "evaluate.set", e.Set)
	}
	return nil
}

// limit is a range that a number must lie in.
type limit struct {
	name      string
	v, lo, hi float64
}

func (cfg *Config) checkStage(i int) error {
	s := cfg.Stages[i]
	o, c, b := s.Optimizer, s.Classes, s.Batch
	limits := []limit{
		{"steps", float64(s.Steps), 1, 1e9},
		{"batch.images", float64(b.Images), 1, 1 << 16},
		{"batch.forms", float64(b.Forms), 1, float64(cfg.Data.Forms)},
		{"batch.views", float64(b.Views), 1, 2},
		{"batch.alike", float64(b.Alike), 1, 32},
		{"batch.drawn", float64(b.Drawn), 0, 1 << 16},
		{"batch.filled", float64(b.Filled), 0, 1 << 16},
		{"batch.replicas", float64(b.Replicas), 1, 1024},
		{"capture.strength", s.Capture.Strength, 0, 4},
		{"contrast.weight", s.Contrast.Weight, 0, 1e6},
		{"contrast.scale", s.Contrast.Scale, 1e-3, 64},
		{"contrast.margin", s.Contrast.Margin, 0, 1},
		{"classes.weight", c.Weight, 0, 1e6},
		{"classes.scale", c.Scale, 1e-3, 128},
		{"classes.m1", c.M1, 0.1, 4},
		{"classes.m2", c.M2, 0, 3},
		{"classes.m3", c.M3, 0, 1},
		{"classes.rate", c.Rate, 1e-6, 1},
		{"classes.max_sample", float64(c.MaxSample), 0, 1e9},
		{"classes.shards", float64(c.Shards), 1, 1024},
		{"classes.lr_scale", c.LRScale, 0, 1e6},
		{"classes.weight_decay", c.WeightDecay, 0, 1},
		{"distill.weight", s.Distill.Weight, 0, 1e6},
		{"distill.scale", s.Distill.Scale, 1e-3, 1e3},
		{"optimizer.lr", o.LR, 0, 1e3},
		{"optimizer.weight_decay", o.WeightDecay, 0, 1},
		{"optimizer.beta1", o.Beta1, 0, 0.99999},
		{"optimizer.beta2", o.Beta2, 0, 0.9999999},
		{"optimizer.momentum", o.Momentum, 0, 0.99999},
		{"optimizer.clip", o.Clip, 0, 1e9},
		{"optimizer.warmup", float64(o.Warmup), 0, 1e9},
		{"optimizer.final", o.Final, 0, 1},
		{"optimizer.power", o.Power, 0.01, 100},
		{"optimizer.ema", o.EMA, 0, 0.9999999},
	}
	for _, l := range limits {
		if !(l.v >= l.lo && l.v <= l.hi) { // also refuses NaN
			return cfg.Wrong(i, l.name, "is %g: it must lie between %g and %g", l.v, l.lo, l.hi)
		}
	}
	return cmpOr(cfg.checkChoices(i, s), cfg.checkLosses(i, s), cfg.checkBatch(i, s))
}

// cmpOr returns the first error.
func cmpOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (cfg *Config) checkChoices(i int, s Stage) error {
	views := []string{"clean", "light", "full", "wide"}
	for _, choice := range []struct {
		name, value string
		allowed     []string
	}{
		{"capture.view_a", s.Capture.ViewA, views},
		{"capture.view_b", s.Capture.ViewB, views},
		{"classes.rows", s.Classes.Rows, []string{"adamw", "sgd"}},
		{"optimizer.kind", s.Optimizer.Kind, []string{"adamw", "sgd"}},
		{"optimizer.schedule", s.Optimizer.Schedule, []string{"cosine", "polynomial", "constant"}},
		{"distill.kind", string(s.Distill.Kind), []string{string(loss.DistillFeatures), string(loss.DistillCosine),
			string(loss.DistillSimilarity), string(loss.DistillRelational), string(loss.DistillLogits)}},
	} {
		if !slices.Contains(choice.allowed, choice.value) {
			return cfg.Wrong(i, choice.name, "is %q: one of %q", choice.value, choice.allowed)
		}
	}
	return nil
}

func (cfg *Config) checkLosses(i int, s Stage) error {
	switch {
	case s.Contrast.Weight == 0 && s.Classes.Weight == 0 && s.Distill.Weight == 0:
		return cfg.Wrong(i, "contrast.weight", "is 0, and so are classes.weight and distill.weight: nothing would be trained")
	case s.Contrast.Weight > 0 && s.Batch.Views != 2:
		return cfg.Wrong(i, "batch.views", "is %d: the contrastive loss compares 2", s.Batch.Views)
	case s.Distill.Weight > 0 && s.Distill.Teacher == "":
		return cfg.Wrong(i, "distill.teacher", "is missing: make one with exemplar teach")
	case s.Distill.Weight > 0 && s.Distill.Kind == loss.DistillLogits && s.Classes.Weight == 0:
		return cfg.Wrong(i, "distill.kind", "is %q, which needs class centres: set classes.weight", s.Distill.Kind)
	case s.Classes.Weight > 0 && s.Classes.Plain && (s.Contrast.Weight > 0 || s.Distill.Kind == loss.DistillLogits && s.Distill.Weight > 0):
		return cfg.Wrong(i, "classes.plain", "trains the lengths of embeddings too, which the other losses ignore: use either plain or the others")
	}
	return nil
}

// checkTeachers refuses feature files that do not exist.
func (cfg *Config) checkTeachers() error {
	for i, s := range cfg.Stages {
		if s.Distill.Weight == 0 {
			continue
		}
		if err := usable(s.Distill.Teacher); err != nil {
			return cfg.Wrong(i, "distill.teacher", "cannot be used: %v: make it with exemplar teach", err)
		}
	}
	return nil
}

func (cfg *Config) checkBatch(i int, s Stage) error {
	b := s.Batch
	switch {
	case b.Samples()%b.Replicas != 0 || b.Classes()%b.Replicas != 0:
		return cfg.Wrong(i, "batch.replicas", "is %d: it must divide the %d classes of a step", b.Replicas, b.Classes())
	case b.Samples()/b.Replicas < 2:
		return cfg.Wrong(i, "batch.replicas", "is %d: a replica of %d sample has no batch statistics", b.Replicas, b.Samples()/b.Replicas)
	case b.Images%b.Alike != 0:
		return cfg.Wrong(i, "batch.alike", "is %d: it must divide batch.images, %d", b.Alike, b.Images)
	case b.Drawn > 0 && b.Views != 2:
		return cfg.Wrong(i, "batch.drawn", "is %d: drawn documents come in pairs, so batch.views must be 2", b.Drawn)
	case b.Filled > 0 && b.Views != 2:
		return cfg.Wrong(i, "batch.filled", "is %d: filled forms come in pairs, so batch.views must be 2", b.Filled)
	case b.Filled > 0 && cfg.Data.Fields == "":
		return cfg.Wrong(i, "batch.filled", "is %d: name a folder of forms, data.fields", b.Filled)
	}
	return nil
}

// TeacherPath is the feature file that the recipe's stages name. It returns an error if they name none, or several.
func (cfg *Config) TeacherPath() (string, error) {
	path := ""
	for _, s := range cfg.Stages {
		if s.Distill.Weight == 0 || s.Distill.Teacher == path {
			continue
		}
		if path != "" {
			return "", fmt.Errorf("%s: its stages have several teachers", cfg.File)
		}
		path = s.Distill.Teacher
	}
	if path == "" {
		return "", fmt.Errorf("%s: no stage has a teacher (distill.weight)", cfg.File)
	}
	return path, nil
}
