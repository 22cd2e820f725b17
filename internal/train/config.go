package train

import "exemplar/internal/nn"

// Config is a recipe: everything that, with the data, decides what a run computes. See docs/training.md for what the
// keys mean; the defaults are those of DefaultConfig.
type Config struct {
	Extends string `toml:"extends"` // another recipe whose keys hold where this one is silent
	Name    string `toml:"name"`
	Seed    uint64 `toml:"seed"`
	Out     string `toml:"out"` // folder of the run: logs, checkpoints, report, bundle

	Network    NetworkConfig    `toml:"network"`
	Data       DataConfig       `toml:"data"`
	Evaluate   EvaluateConfig   `toml:"evaluate"`
	Checkpoint CheckpointConfig `toml:"checkpoint"`
	Settings
	Stages []Stage `toml:"stage"`

	file      string           // the recipe
	keys      map[string]key   // where each key was set
	stageKeys []map[string]any // what each stage sets itself
}

// NetworkConfig says what is trained and from where.
type NetworkConfig struct {
	Start     string  `toml:"start"` // "random", "default", or a bundle or safetensors file
	Width     float64 `toml:"width"`
	Head      string  `toml:"head"`
	Embedding int     `toml:"embedding"`
}

// DataConfig names the images and what counts as a class.
type DataConfig struct {
	Paths       []string `toml:"paths"`   // tar shards, folders of them, folders of images
	Classes     string   `toml:"classes"` // "instances": every image its own; "labels": folders
	Forms       int      `toml:"forms"`   // 1, 4, 8 or 24 classes of an image: turned, mirrored, halved
	Duplicates  string   `toml:"duplicates"`
	Distance    int      `toml:"duplicate_distance"` // bits of the perceptual hash
	ShortSide   int      `toml:"short_side"`         // pixels at which images are kept
	CacheMiB    int      `toml:"cache_mib"`
	Backgrounds string   `toml:"backgrounds"` // folder of pictures to lay documents on; "" = drawn surfaces
	Fields      string   `toml:"fields"`      // folder of real forms with the boxes of their fields; "" = none
	Workers     int      `toml:"workers"`     // goroutines that prepare samples; 0 = one per core
}

// EvaluateConfig says when the network is measured, and when to stop early.
type EvaluateConfig struct {
	Set      string `toml:"set"`      // folder of references and captures; "" = none
	Every    int    `toml:"every"`    // steps
	Patience int    `toml:"patience"` // evaluations without a new best until the run stops; 0 = never
}

// CheckpointConfig says how often the run is saved.
type CheckpointConfig struct {
	Every int `toml:"every"` // steps
	Keep  int `toml:"keep"`  // newest checkpoints to keep
}

// Settings are the keys that each stage may set for itself. At the top of a recipe they hold for all stages.
type Settings struct {
	Steps     int             `toml:"steps"`
	Input     int             `toml:"input"` // side of the network's input, pixels
	Batch     BatchConfig     `toml:"batch"`
	Capture   CaptureConfig   `toml:"capture"`
	Contrast  ContrastConfig  `toml:"contrast"`
	Classes   ClassesConfig   `toml:"classes"`
	Distill   DistillConfig   `toml:"distill"`
	Optimizer OptimizerConfig `toml:"optimizer"`
}

// Stage is a part of a run. Its network goes on from the stage before; its optimiser starts afresh.
type Stage struct {
	Name string `toml:"name"`
	Settings
}

// BatchConfig is the make-up of a step: images x forms classes, each in as many views.
type BatchConfig struct {
	Images   int `toml:"images"`
	Forms    int `toml:"forms"`
	Views    int `toml:"views"`
	Replicas int `toml:"replicas"` // parts with batch statistics of their own
	Drawn    int `toml:"drawn"`    // classes in addition that are drawn: a form, in each view with other contents
	Filled   int `toml:"filled"`   // classes in addition that are real forms, in each view filled in otherwise
}

// classes is the number of classes in a step, samples the number of pictures.
func (b BatchConfig) classes() int { return b.Images*b.Forms + b.Drawn + b.Filled }
func (b BatchConfig) samples() int { return b.classes() * b.Views }

// CaptureConfig names the capture simulator's strengths: "clean", "light", "full" or "wide" for each view.
type CaptureConfig struct {
	ViewA    string  `toml:"view_a"`
	ViewB    string  `toml:"view_b"`
	Strength float64 `toml:"strength"`
}

// ContrastConfig is the two-view loss; weight 0 leaves it out.
type ContrastConfig struct {
	Weight float64 `toml:"weight"`
	Scale  float64 `toml:"scale"`
	Margin float64 `toml:"margin"`
}

// ClassesConfig is the classification head; weight 0 leaves it out.
type ClassesConfig struct {
	Weight          float64 `toml:"weight"`
	Scale           float64 `toml:"scale"`
	M1              float64 `toml:"m1"`
	M2              float64 `toml:"m2"`
	M3              float64 `toml:"m3"`
	StraightThrough bool    `toml:"straight_through"`
	Plain           bool    `toml:"plain"`
	Rate            float64 `toml:"rate"`
	MaxSample       int     `toml:"max_sample"`
	Shards          int     `toml:"shards"`
	Imprint         bool    `toml:"imprint"` // begin with the embeddings of the clean images
	Rows            string  `toml:"rows"`    // optimiser of the centres: "adamw" or "sgd"
	LRScale         float64 `toml:"lr_scale"`
	WeightDecay     float64 `toml:"weight_decay"`
}

// DistillConfig is distillation from a teacher's features; weight 0 leaves it out.
type DistillConfig struct {
	Weight  float64     `toml:"weight"`
	Kind    DistillKind `toml:"kind"`
	Scale   float64     `toml:"scale"`
	Teacher string      `toml:"teacher"` // feature file
}

// OptimizerConfig is the update rule of the network and its schedule.
type OptimizerConfig struct {
	Kind        string  `toml:"kind"`
	LR          float64 `toml:"lr"`
	WeightDecay float64 `toml:"weight_decay"`
	Beta1       float64 `toml:"beta1"`
	Beta2       float64 `toml:"beta2"`
	Momentum    float64 `toml:"momentum"`
	Clip        float64 `toml:"clip"`
	Schedule    string  `toml:"schedule"`
	Warmup      int     `toml:"warmup"` // steps
	Final       float64 `toml:"final"`  // share of lr at the end
	Power       float64 `toml:"power"`
	EMA         float64 `toml:"ema"` // share of the running mean of weights that a step keeps; 0 = none
}

// DefaultConfig is the recipe of the reference network, without data.
func DefaultConfig() *Config {
	return &Config{
		Seed:       1,
		Network:    NetworkConfig{Start: "default", Width: 0.5, Head: "squeeze_lbn", Embedding: 256},
		Data:       DataConfig{Classes: "instances", Forms: 8, Duplicates: "keep", Distance: 4, ShortSide: 160, CacheMiB: 1024},
		Evaluate:   EvaluateConfig{Every: 200},
		Checkpoint: CheckpointConfig{Every: 200, Keep: 2},
		Settings: Settings{
			Steps: 1600, Input: 128,
			Batch:    BatchConfig{Images: 128, Forms: 2, Views: 2, Replicas: 8},
			Capture:  CaptureConfig{ViewA: "light", ViewB: "full", Strength: 1},
			Contrast: ContrastConfig{Scale: 24, Margin: 0.15},
			Classes:  ClassesConfig{Scale: 32, M1: 1, Rate: 1, Shards: 8, Rows: "adamw", LRScale: 1},
			Distill:  DistillConfig{Kind: DistillFeatures, Scale: 16},
			Optimizer: OptimizerConfig{Kind: "adamw", LR: 1.5e-3, WeightDecay: 1e-2, Beta1: 0.9, Beta2: 0.999, Momentum: 0.9,
				Clip: 5, Schedule: "cosine", Warmup: 100, Final: 0.02, Power: 1, EMA: 0.998},
		},
	}
}

func (o OptimizerConfig) rule() nn.Optimizer {
	return nn.Optimizer{Kind: o.Kind, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: 1e-8, Momentum: o.Momentum, WeightDecay: o.WeightDecay}
}

func (s Settings) schedule() nn.Schedule {
	o := s.Optimizer
	return nn.Schedule{Kind: o.Schedule, Peak: o.LR, Final: o.Final, WarmupSteps: o.Warmup, Power: o.Power, Steps: s.Steps}
}

func (c ClassesConfig) margin() Margin {
	return Margin{Scale: c.Scale, M1: c.M1, M2: c.M2, M3: c.M3, StraightThrough: c.StraightThrough}
}
