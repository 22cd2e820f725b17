package recipe

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"exemplar/internal/fileio"
)

// Load reads a recipe and those that it extends. It returns an error with file and line for unknown keys, impossible
// values, and files that do not exist.
func Load(path string) (*Config, error) {
	cfg, err := LoadToTeach(path)
	if err != nil {
		return nil, err
	}
	if err := cfg.checkTeachers(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// LoadToTeach is Load for a recipe whose teacher need not exist yet.
func LoadToTeach(path string) (*Config, error) {
	cfg := Default()
	cfg.keys = positions{}
	if err := cfg.read(path, 0); err != nil {
		return nil, err
	}
	cfg.File = path
	if cfg.Name == "" {
		cfg.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if cfg.Out == "" {
		cfg.Out = filepath.Join("runs", cfg.Name)
	}
	if err := cfg.fillStages(); err != nil {
		return nil, err
	}
	cfg.resolvePaths()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return cfg, nil
}

const maxExtends = 8

// MaxBytes bounds the file of a recipe.
const MaxBytes = 1 << 20

// document is the contents of a recipe's file, with the stages' own keys.
type document struct {
	Extends string           `toml:"extends"`
	Stages  []map[string]any `toml:"stage"`
}

// read sets the keys of the recipe at path in cfg, after those of the recipe that it extends.
func (cfg *Config) read(path string, depth int) error {
	data, err := fileio.ReadFile(path, MaxBytes)
	if err != nil {
		return fmt.Errorf("read recipe: %w", err)
	}
	keys, err := findKeys(path, data)
	if err != nil {
		return err
	}
	var doc document
	if err := toml.Unmarshal(data, &doc); err != nil {
		return parseError(path, err)
	}
	if doc.Extends != "" {
		if depth == maxExtends {
			return fmt.Errorf("%s: more than %d recipes extend each other", path, maxExtends)
		}
		if err := cfg.read(resolve(filepath.Dir(path), doc.Extends), depth+1); err != nil {
			return err
		}
	}
	cfg.Stages = nil // decode the stages of this file alone, to find errors in them
	dec := toml.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(cfg); err != nil {
		return parseError(path, err)
	}
	if doc.Stages != nil { // they replace those of the extended recipe
		cfg.stages = doc.Stages
		cfg.keys.removeStages()
	}
	cfg.keys.add(keys)
	return nil
}

// fillStages makes the stages: the recipe's settings, overridden by what each stage sets itself.
func (cfg *Config) fillStages() error {
	cfg.Stages = nil
	if len(cfg.stages) == 0 {
		cfg.Stages = []Stage{{Name: "train", Settings: cfg.Settings}}
		return nil
	}
	for i, own := range cfg.stages {
		text, err := toml.Marshal(own)
		if err != nil {
			return cfg.Wrong(i, "stage", "cannot be used: %v", err)
		}
		stage := Stage{Settings: cfg.Settings}
		if err := toml.Unmarshal(text, &stage); err != nil {
			return cfg.Wrong(i, "stage", "cannot be used: %v", err)
		}
		cfg.Stages = append(cfg.Stages, stage)
	}
	return nil
}

// resolvePaths makes paths relative to the folder of the file that sets them.
func (cfg *Config) resolvePaths() {
	of := func(name, path string) string {
		if at, set := cfg.keys[name]; set {
			return resolve(filepath.Dir(at.file), path)
		}
		return path
	}
	if start := &cfg.Network.Start; *start != "random" && *start != "default" {
		*start = of("network.start", *start)
	}
	for i, path := range cfg.Data.Paths {
		cfg.Data.Paths[i] = of("data.paths", path)
	}
	cfg.Data.Backgrounds = of("data.backgrounds", cfg.Data.Backgrounds)
	cfg.Data.Fields = of("data.fields", cfg.Data.Fields)
	cfg.Evaluate.Set = of("evaluate.set", cfg.Evaluate.Set)
	for i := range cfg.Stages {
		teacher := &cfg.Stages[i].Distill.Teacher
		if own := inStage(i, "distill.teacher"); cfg.keys.has(own) {
			*teacher = of(own, *teacher)
		} else {
			*teacher = of("distill.teacher", *teacher)
		}
	}
	cfg.Distill.Teacher = of("distill.teacher", cfg.Distill.Teacher)
}

// resolve makes a path relative to folder, unless it is empty or absolute.
func resolve(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// parseError adds file and line to an error of the parser.
func parseError(path string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		first := &unknown.Errors[0]
		line, _ := first.Position()
		return fmt.Errorf("%s:%d: unknown key %q", path, line, strings.Join(first.Key(), "."))
	}
	var wrong *toml.DecodeError
	if errors.As(err, &wrong) {
		line, _ := wrong.Position()
		return fmt.Errorf("%s:%d: %s", path, line, strings.TrimPrefix(wrong.Error(), "toml: "))
	}
	return fmt.Errorf("read recipe %q: %w", path, err)
}
