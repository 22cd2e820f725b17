// Package recipe reads the TOML files that describe training runs. In comes the path of a recipe; out comes a [Config],
// checked, or an error with file and line. The command line calls [Load], package train runs the result.
//
// recipe.go has the keys and their defaults, load.go reads files and the recipes they extend, position.go finds the lines
// of keys, and check.go refuses what cannot work.
package recipe

import (
	"exemplar/internal/nn"
	"exemplar/internal/train/loss"
)

// Config is a recipe: with the data, it determines the result of a run. docs/training.md says what the keys mean; their
// defaults are those of [Default].
type Config struct {
	Extends string `toml:"extends"` // another recipe, whose keys apply where this one sets none
	Name    string `toml:"name"`
	Seed    uint64 `toml:"seed"`
	Out     string `toml:"out"` // folder of the run: logs, checkpoints, report, bundle

	Network    Network    `toml:"network"`
	Data       Data       `toml:"data"`
	Evaluate   Evaluate   `toml:"evaluate"`
	Checkpoint Checkpoint `toml:"checkpoint"`
	Settings
	Stages []Stage `toml:"stage"`

	File   string           `toml:"-" json:"-"` // the recipe
	keys   positions        // where each key was set
	stages []map[string]any // what each stage sets itself
}

// Network is the architecture and the initial weights.
type Network struct {
	Start     string  `toml:"start"` // "random", "default", or a bundle or safetensors file
	Width     float64 `toml:"width"`
	Head      string  `toml:"head"`
	Embedding int     `toml:"embedding"`
}

// Data names the images and what counts as a class.
type Data struct {
	Paths       []string `toml:"paths"`   // tar shards, folders of them, folders of images
	Classes     string   `toml:"classes"` // "instances": every image its own; "labels": folders
	Forms       int      `toml:"forms"`   // 1, 4, 8 or 24 classes per image: turned, mirrored, halved (capturesim.Form)
	Duplicates  string   `toml:"duplicates"`
	Distance    int      `toml:"duplicate_distance"` // bits of the perceptual hash
	ShortSide   int      `toml:"short_side"`         // pixels at which images are kept
	CacheMiB    int      `toml:"cache_mib"`
	Backgrounds string   `toml:"backgrounds"` // folder of pictures to lay documents on; "" = drawn surfaces
	Fields      string   `toml:"fields"`      // folder of real forms with the boxes of their fields; "" = none
	Workers     int      `toml:"workers"`     // goroutines that prepare samples; 0 = one per core
}

// Evaluate says when the network is evaluated, and when to stop early.
type Evaluate struct {
	Set      string `toml:"set"`      // folder of references and captures; "" = none
	Every    int    `toml:"every"`    // steps
	Patience int    `toml:"patience"` // evaluations without a new best until the run stops; 0 = never
}

// Checkpoint says how often the run is saved.
type Checkpoint struct {
	Every int `toml:"every"` // steps
	Keep  int `toml:"keep"`  // newest checkpoints to keep

	Bundles []int `toml:"bundles"` // steps after which the network of then is written to a bundle of its own
}

// Settings are the keys that each stage may set for itself. At the top of a recipe they apply to all stages.
type Settings struct {
	Steps     int       `toml:"steps"`
	Input     int       `toml:"input"` // side of the network's input, pixels
	Batch     Batch     `toml:"batch"`
	Capture   Capture   `toml:"capture"`
	Contrast  Contrast  `toml:"contrast"`
	Classes   Classes   `toml:"classes"`
	Distill   Distill   `toml:"distill"`
	Optimizer Optimizer `toml:"optimizer"`
}

// Stage is a part of a run. It continues with the network of the stage before, and with a new state of the optimiser.
type Stage struct {
	Name string `toml:"name"`
	Settings
}

// Batch is the composition of a step: images x forms classes, each in the given number of views.
type Batch struct {
	Images   int `toml:"images"`
	Forms    int `toml:"forms"`
	Views    int `toml:"views"`
	Alike    int `toml:"alike"`    // images come in groups of so many that resemble each other; 1: at random
	Replicas int `toml:"replicas"` // parts with batch statistics of their own
	Drawn    int `toml:"drawn"`    // additional classes: drawn documents, with other contents in each view
	Filled   int `toml:"filled"`   // additional classes: real forms, filled in otherwise in each view
}

// Classes is the number of classes in a step.
func (b Batch) Classes() int { return b.Images*b.Forms + b.Drawn + b.Filled }

// Samples is the number of pictures in a step.
func (b Batch) Samples() int { return b.Classes() * b.Views }

// Capture names the capture simulator's strengths: "clean", "light", "full" or "wide" for each view.
type Capture struct {
	ViewA    string  `toml:"view_a"`
	ViewB    string  `toml:"view_b"`
	Strength float64 `toml:"strength"`
}

// Contrast is the two-view loss; weight 0 leaves it out.
type Contrast struct {
	Weight float64 `toml:"weight"`
	Scale  float64 `toml:"scale"`
	Margin float64 `toml:"margin"`
}

// Classes is the classification head; weight 0 leaves it out.
type Classes struct {
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
	Imprint         bool    `toml:"imprint"` // initial centres are the embeddings of the clean images
	Rows            string  `toml:"rows"`    // optimiser of the centres: "adamw" or "sgd"
	LRScale         float64 `toml:"lr_scale"`
	WeightDecay     float64 `toml:"weight_decay"`
}

// Distill is distillation from a teacher's features; weight 0 leaves it out.
type Distill struct {
	Weight  float64          `toml:"weight"`
	Kind    loss.DistillKind `toml:"kind"`
	Scale   float64          `toml:"scale"`
	Teacher string           `toml:"teacher"` // feature file
}

// Optimizer is the update rule of the network and its schedule.
type Optimizer struct {
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
	EMA         float64 `toml:"ema"` // decay of the running mean of weights; 0 = no mean
}

// Default is the recipe of the reference network, without data.
func Default() *Config {
	return &Config{
		Seed:       1,
		Network:    Network{Start: "default", Width: 0.5, Head: "squeeze_lbn", Embedding: 256},
		Data:       Data{Classes: "instances", Forms: 8, Duplicates: "keep", Distance: 4, ShortSide: 160, CacheMiB: 1024},
		Evaluate:   Evaluate{Every: 200},
		Checkpoint: Checkpoint{Every: 200, Keep: 2},
		Settings: Settings{
			Steps: 1600, Input: 128,
			Batch:    Batch{Images: 128, Forms: 2, Views: 2, Alike: 1, Replicas: 8},
			Capture:  Capture{ViewA: "light", ViewB: "full", Strength: 1},
			Contrast: Contrast{Scale: 24, Margin: 0.15},
			Classes:  Classes{Scale: 32, M1: 1, Rate: 1, Shards: 8, Rows: "adamw", LRScale: 1},
			Distill:  Distill{Kind: loss.DistillFeatures, Scale: 16},
			Optimizer: Optimizer{Kind: "adamw", LR: 1.5e-3, WeightDecay: 1e-2, Beta1: 0.9, Beta2: 0.999, Momentum: 0.9,
				Clip: 5, Schedule: "cosine", Warmup: 100, Final: 0.02, Power: 1, EMA: 0.998},
		},
	}
}

// Rule is the update rule.
func (o Optimizer) Rule() nn.Optimizer {
	return nn.Optimizer{Kind: o.Kind, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: 1e-8, Momentum: o.Momentum, WeightDecay: o.WeightDecay}
}

// Rates is the learning rate over the steps.
func (s Settings) Rates() nn.Schedule {
	o := s.Optimizer
	return nn.Schedule{Kind: o.Schedule, Peak: o.LR, Final: o.Final, WarmupSteps: o.Warmup, Power: o.Power, Steps: s.Steps}
}

// MarginSoftmax is the loss of the classification head.
func (c Classes) MarginSoftmax() loss.Margin {
	return loss.Margin{Scale: c.Scale, M1: c.M1, M2: c.M2, M3: c.M3, StraightThrough: c.StraightThrough}
}
