package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/train"
	"exemplar/internal/train/recipe"
)

// bundleOf is the path of the network of a finished run.
func (o options) bundleOf(name string, seed uint64) string {
	return filepath.Join(o.runOf(name, seed), "bundle.safetensors")
}

func (o options) runOf(name string, seed uint64) string {
	return filepath.Join(o.runs, fmt.Sprintf("%s-%d", name, seed))
}

// climb trains every rung that has no network yet and no figures that are kept, the first seed of all before the second.
// It can be stopped at any time; the next call goes on where this one was.
func climb(ctx context.Context, o options) error {
	runs, err := readRuns(o.keptPath())
	if err != nil {
		return err
	}
	if runs, err = o.current(runs); err != nil {
		return err
	}
	for _, seed := range o.seeds {
		for _, name := range names() {
			if len(o.rungs) > 0 && !slices.Contains(o.rungs, name) {
				continue
			}
			if r, kept := find(runs, name, seed); kept && r.complete() {
				continue
			}
			if err := o.train(ctx, name, seed); err != nil {
				return fmt.Errorf("%s, seed %d: %w", name, seed, err)
			}
		}
	}
	return nil
}

func (o options) train(ctx context.Context, name string, seed uint64) error {
	if _, err := os.Stat(o.bundleOf(name, seed)); err == nil {
		return nil
	}
	cfg, err := o.recipe(name, seed)
	if err != nil {
		return err
	}
	for _, s := range cfg.Stages {
		if s.Distill.Weight == 0 {
			continue
		}
		if _, err := os.Stat(s.Distill.Teacher); err != nil {
			fmt.Printf("%s, seed %d: left out: %v\n", name, seed, err)
			return nil
		}
	}
	fmt.Printf("%s, seed %d\n", name, seed)
	if _, err := train.Run(ctx, cfg, train.Options{Resume: true, Progress: os.Stdout}); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(cfg.Out, "checkpoints")) // of use to an unfinished run only
}

// recipe is the recipe of a rung with the seed and the folders of the options.
func (o options) recipe(name string, seed uint64) (*recipe.Config, error) {
	cfg, err := recipe.LoadToTeach(filepath.Join(o.recipes, name+".toml"))
	if err != nil {
		return nil, err
	}
	cfg.Seed, cfg.Out = seed, o.runOf(name, seed)
	if o.data != "" {
		for i, path := range cfg.Data.Paths {
			if filepath.Ext(path) == ".tar" {
				cfg.Data.Paths[i] = filepath.Join(o.data, filepath.Base(path))
			} else {
				cfg.Data.Paths[i] = o.data
			}
		}
	}
	for i := range cfg.Stages {
		cfg.Stages[i].Distill.Teacher = filepath.Join(o.runs, "teacher.safetensors")
	}
	return cfg, nil
}
