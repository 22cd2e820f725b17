package train

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// LoadConfig reads a recipe and those that it extends, and refuses what cannot work, naming file and line: unknown
// keys, impossible values, files that are not there.
func LoadConfig(path string) (*Config, error) {
	cfg, err := LoadConfigToTeach(path)
	if err != nil {
		return nil, err
	}
	if err := cfg.checkTeachers(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// LoadConfigToTeach is LoadConfig of a recipe whose teacher may yet have to be made.
func LoadConfigToTeach(path string) (*Config, error) {
	cfg := DefaultConfig()
	cfg.keys = map[string]key{}
	if err := cfg.read(path, 0); err != nil {
		return nil, err
	}
	cfg.file = path
	if cfg.Name == "" {
		cfg.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	if cfg.Out == "" {
		cfg.Out = filepath.Join("runs", cfg.Name)
	}
	cfg.fillStages()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	return cfg, nil
}

// key is where a key was set.
type key struct {
	file string
	line int
}

const maxExtends = 8

// read lays the recipe at path over cfg, after the one that it extends.
func (cfg *Config) read(path string, depth int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read recipe: %w", err)
	}
	var head struct {
		Extends string `toml:"extends"`
	}
	if err := toml.Unmarshal(data, &head); err != nil {
		return recipeError(path, err)
	}
	if head.Extends != "" {
		if depth == maxExtends {
			return fmt.Errorf("%s: more than %d recipes extend each other", path, maxExtends)
		}
		if err := cfg.read(resolve(filepath.Dir(path), head.Extends), depth+1); err != nil {
			return err
		}
	}
	return cfg.apply(path, data)
}

// apply decodes one file over what is there.
func (cfg *Config) apply(path string, data []byte) error {
	inherited := cfg.Stages
	cfg.Stages = nil
	dec := toml.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(cfg); err != nil {
		return recipeError(path, err)
	}
	var set map[string]any
	if err := toml.Unmarshal(data, &set); err != nil {
		return recipeError(path, err)
	}
	set, lines := small(set).(map[string]any), keyLines(data)
	cfg.resolvePaths(filepath.Dir(path), set)
	for name, line := range lines {
		cfg.keys[name] = key{path, line}
	}
	if cfg.Stages == nil {
		cfg.Stages = inherited
		return nil
	}
	stages, ok := set["stage"].([]any)
	if !ok || len(stages) != len(cfg.Stages) {
		return fmt.Errorf("%s:%d: stages are written [[stage]], each with its keys", path, lines["stage"])
	}
	cfg.stageKeys = nil
	for i := range cfg.Stages {
		keys, _ := stages[i].(map[string]any)
		cfg.stageKeys = append(cfg.stageKeys, keys)
	}
	return nil
}

// small writes the keys of a decoded document in small letters: the parser does not tell them from capitals.
func small(value any) any {
	switch value := value.(type) {
	case map[string]any:
		set := make(map[string]any, len(value))
		for name, v := range value {
			set[strings.ToLower(name)] = small(v)
		}
		return set
	case []any:
		for i := range value {
			value[i] = small(value[i])
		}
	}
	return value
}

// fillStages gives the stages the settings that they do not set themselves.
func (cfg *Config) fillStages() {
	if len(cfg.Stages) == 0 {
		cfg.Stages = []Stage{{Name: "train", Settings: cfg.Settings}}
		return
	}
	for i := range cfg.Stages {
		own := cfg.Stages[i]
		cfg.Stages[i].Settings = cfg.Settings
		overlay(reflect.ValueOf(&cfg.Stages[i]).Elem(), reflect.ValueOf(own), cfg.stageKeys[i])
	}
}

// overlay copies from src to dst the fields whose keys are set, going down into tables.
func overlay(dst, src reflect.Value, set map[string]any) {
	for i := range dst.NumField() {
		field := dst.Type().Field(i)
		if field.Anonymous {
			overlay(dst.Field(i), src.Field(i), set)
			continue
		}
		value, ok := set[field.Tag.Get("toml")]
		if !ok {
			continue
		}
		if table, ok := value.(map[string]any); ok {
			overlay(dst.Field(i), src.Field(i), table)
		} else {
			dst.Field(i).Set(src.Field(i))
		}
	}
}

// resolvePaths makes the paths that this file sets relative to its folder.
func (cfg *Config) resolvePaths(folder string, set map[string]any) {
	has := func(table, name string) bool {
		t, _ := set[table].(map[string]any)
		_, ok := t[name]
		return ok
	}
	join := func(p *string) { *p = resolve(folder, *p) }
	if has("network", "start") && cfg.Network.Start != "random" && cfg.Network.Start != "default" {
		join(&cfg.Network.Start)
	}
	if has("data", "paths") {
		for i := range cfg.Data.Paths {
			join(&cfg.Data.Paths[i])
		}
	}
	if has("data", "backgrounds") {
		join(&cfg.Data.Backgrounds)
	}
	if has("data", "fields") {
		join(&cfg.Data.Fields)
	}
	if has("evaluate", "set") {
		join(&cfg.Evaluate.Set)
	}
	if has("distill", "teacher") {
		join(&cfg.Distill.Teacher)
	}
	for i := range cfg.Stages {
		join(&cfg.Stages[i].Distill.Teacher)
	}
}

// resolve makes a path relative to folder, unless it is empty or absolute.
func resolve(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// recipeError gives an error of the parser its file and line.
func recipeError(path string, err error) error {
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

var (
	tableLine = regexp.MustCompile(`^\s*\[+\s*([a-z0-9_.-]+)\s*\]`)
	keyLine   = regexp.MustCompile(`^\s*([a-z0-9_.-]+)\s*=`)
)

// keyLines finds the line of each key: "batch.images", "stage.1.steps" for the second stage. Keys inside inline tables
// and multi-line strings are not looked for: an error about them names the recipe alone.
func keyLines(data []byte) map[string]int {
	lines := map[string]int{}
	table, stage := "", -1
	scan := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; scan.Scan(); n++ {
		text := strings.ToLower(scan.Text())
		if m := tableLine.FindStringSubmatch(text); m != nil {
			table, lines[m[1]] = m[1]+".", n
			if m[1] == "stage" {
				stage++
			}
			if rest, ok := strings.CutPrefix(table, "stage."); ok {
				table = fmt.Sprintf("stage.%d.%s", stage, rest)
			}
			lines[strings.TrimSuffix(table, ".")] = n
		} else if m := keyLine.FindStringSubmatch(text); m != nil {
			lines[table+m[1]] = n
		}
	}
	return lines
}
