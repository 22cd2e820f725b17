package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"exemplar/internal/embed"
)

// invented is a measured run whose figures follow from its name and seed.
func invented(name string, seed uint64, recipe string) run {
	r := run{name: name, seed: seed, recipe: recipe, bundle: "0123456789ab", figures: map[question]measured{}}
	for i, q := range questions {
		for j := range targets {
			r.figures[q] = append(r.figures[q], float64(len(name)+int(seed)+i+j)/100)
		}
	}
	return r
}

func TestFiguresAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), keptName)
	if runs, err := readRuns(path); err != nil || runs != nil {
		t.Fatalf("without a file: %v, %v", runs, err)
	}
	inside, first, second := invented(referenceName, 0, ""), invented("softmax", 1, "ab"), invented("softmax", 2, "ab")
	later, candidate := invented("natural", 1, "cd"), invented("drawn-a", 0, "")
	later.bundle, later.figures = "", map[question]measured{reporting: later.figures[reporting]} // as an earlier page printed it
	if err := writeRuns(path, []run{candidate, later, second, inside, first}); err != nil {
		t.Fatal(err)
	}
	runs, err := readRuns(path)
	if want := []run{inside, first, second, later, candidate}; err != nil || !reflect.DeepEqual(runs, want) {
		t.Errorf("read %v, %v, want %v", runs, err, want)
	}
}

func TestKeptFiguresAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), keptName)
	if err := writeRuns(path, []run{invented("softmax", 1, "ab")}); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(good), "\n")
	for _, c := range []struct{ name, text, want string }{
		{"other sets", strings.Replace(string(good), "receipts", "bills", 1), "columns"},
		{"a line too few", strings.Join(lines[:len(lines)-2], ""), "3 lines of 4"},
		{"a line twice", string(good) + lines[1], "twice"},
		{"two networks", strings.Replace(string(good), "0123456789ab", "ba9876543210", 1), "twice"},
		{"no number", strings.Replace(string(good), "0.08", "x", 1), "between 0 and 1"},
		{"too much", strings.Replace(string(good), "0.08", "1.08", 1), "between 0 and 1"},
		{"another rate", strings.Replace(string(good), "even,0.0001", "even,0.5", 1), "nobody asks"},
		{"another seed", strings.Replace(string(good), "softmax,1", "softmax,one", 1), "whole number"},
		{"nothing", "", "columns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := readRuns(path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

// Figures count as long as what the recipe says is the same, in the file itself and in those that it extends.
func TestFiguresOfAnotherRecipeAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	o := options{recipes: dir}
	write("base.toml", "# A base.\nsteps = 2\n")
	write("softmax.toml", "extends = \"base.toml\"\n\n[classes]\nweight = 1\n")
	mark, err := o.recipeMark("softmax")
	if err != nil {
		t.Fatal(err)
	}
	runs := []run{invented("softmax", 1, mark), invented("gone", 1, mark), invented("drawn-a", 0, "")}
	left := func() (names []string) {
		current, err := o.current(runs)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range current {
			names = append(names, r.name)
		}
		return names
	}
	if got := left(); !reflect.DeepEqual(got, []string{"softmax", "drawn-a"}) {
		t.Errorf("left %v", got)
	}
	write("base.toml", "# Another comment.\n\nsteps = 2\n")
	if got := left(); !reflect.DeepEqual(got, []string{"softmax", "drawn-a"}) {
		t.Errorf("left %v after another comment", got)
	}
	write("base.toml", "steps = 3\n")
	if got := left(); !reflect.DeepEqual(got, []string{"drawn-a"}) {
		t.Errorf("left %v after other steps", got)
	}
}

// Seeds of a rung come together; candidates are no rungs.
func TestCollect(t *testing.T) {
	runs := []run{invented(referenceName, 0, ""), invented("softmax", 1, "ab"), invented("softmax", 2, "ab"), invented("softmax", 3, "ab"), invented("drawn-a", 0, "")}
	results := collect(runs, []uint64{1, 3})
	x := results["softmax"]
	if want := (figures{runs[1].figures[reporting], runs[3].figures[reporting]}); len(results) != 2 || !reflect.DeepEqual(x.even, want) {
		t.Errorf("%v, want %v of softmax", results, want)
	}
	if want := (figures{runs[1].figures[reportAt2], runs[3].figures[reportAt2]}); !reflect.DeepEqual(x.loose, want) {
		t.Errorf("loose %v, want %v", x.loose, want)
	}
	if want := (figures{runs[1].figures[overall], runs[3].figures[overall]}); !reflect.DeepEqual(x.all, want) {
		t.Errorf("all %v, want %v", x.all, want)
	}
	if x.printed > 0 {
		t.Error("said to be known from an earlier page only")
	}
	runs[3].figures = map[question]measured{reporting: runs[3].figures[reporting]}
	if y := collect(runs, []uint64{1, 3})["softmax"]; y.printed != 1 || !reflect.DeepEqual(y.even, x.even) || !reflect.DeepEqual(y.loose, x.loose[:1]) || !reflect.DeepEqual(y.all, x.all[:1]) {
		t.Errorf("%v where one seed is known from an earlier page", y)
	}
}

func TestWhatIsMeasuredReplacesWhatWasPrinted(t *testing.T) {
	printed := func(name string, seed uint64) run {
		r := invented(name, seed, "ab")
		r.bundle, r.figures = "", map[question]measured{reporting: r.figures[reporting]}
		return r
	}
	first, second := invented("softmax", 1, "ab"), invented("softmax", 2, "ab")
	runs := replace([]run{printed("softmax", 1), printed("softmax", 2), printed("arcface", 1)}, second)
	if want := []run{second, printed("arcface", 1)}; !reflect.DeepEqual(runs, want) {
		t.Errorf("%v, want %v", runs, want)
	}
	if runs = replace(runs, first); len(runs) != 3 || !reflect.DeepEqual(runs[0], second) || !reflect.DeepEqual(runs[2], first) {
		t.Errorf("%v after the first seed", runs)
	}
	if runs = replace([]run{printed("softmax", 1)}, second); !reflect.DeepEqual(runs, []run{printed("softmax", 1), second}) {
		t.Errorf("%v, where a page knows one seed and another is measured", runs)
	}
}

func TestCandidateName(t *testing.T) {
	for path, want := range map[string]string{
		"runs/drawn-a/bundle.safetensors":                         "drawn-a",
		"runs/drawn-a/best.safetensors":                           "drawn-a/best",
		"runs/drawn-a/bundle.safetensors@192":                     "drawn-a@192",
		"@192":                                                    referenceName + "@192",
		"runs/drawn-a/best.safetensors~0.4@160":                   "drawn-a/best~0.4@160",
		"runs/a/bundle.safetensors~0.5~runs/b/step-2.safetensors": "a~0.5~b/step-2",
	} {
		if got := parseCandidate(path).name(); got != want {
			t.Errorf("%s is called %q, want %q", path, got, want)
		}
	}
}

// The page that is committed is made of the figures that are committed: go run ./bench/ladder report writes both.
func TestPageIsOfTheKeptFigures(t *testing.T) {
	runs, err := readRuns("../../docs/results/ladder.csv")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/results/ladder.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) == 0 {
		t.Fatal("no figures are kept")
	}
	var figures, candidates bytes.Buffer
	writeFigures(&figures, collect(runs, []uint64{1, 2}))
	writeCandidates(&candidates, runs)
	for _, table := range []string{figures.String(), candidates.String()} {
		if !strings.Contains(string(page), table) {
			t.Errorf("docs/results/ladder.md has not this table:\n%s", table)
		}
	}
}

// What is kept needs no run's folder and no set: it is neither trained nor measured again.
func TestKeptFiguresAreNotMadeAnew(t *testing.T) {
	dir := t.TempDir()
	o := options{recipes: dir, runs: filepath.Join(dir, "runs"), sets: filepath.Join(dir, "none"), out: dir, seeds: []uint64{1}, rungs: []string{"softmax"}}
	if err := os.WriteFile(filepath.Join(dir, "softmax.toml"), []byte("[data]\npaths = [\"none\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	mark, err := o.recipeMark("softmax")
	if err != nil {
		t.Fatal(err)
	}
	reference, inside, softmax, candidate := invented(referenceName, 0, ""), invented(insideName, 0, ""), invented("softmax", 1, mark), invented("drawn-a", 0, "")
	inside.bundle = embed.Default().Fingerprint[:12]
	kept := []run{reference, inside, softmax, candidate}
	if err := writeRuns(o.keptPath(), kept); err != nil {
		t.Fatal(err)
	}
	if runs, err := o.measureAll(t.Context()); err != nil || !reflect.DeepEqual(runs, kept) {
		t.Errorf("measured %v, %v, want %v", runs, err, kept)
	}
	if err := climb(t.Context(), o); err != nil {
		t.Errorf("what is kept was trained: %v", err)
	}
	kept[2].bundle, kept[2].figures = "", map[question]measured{reporting: softmax.figures[reporting]}
	if err := writeRuns(o.keptPath(), kept); err != nil {
		t.Fatal(err)
	}
	if err := climb(t.Context(), o); err == nil {
		t.Error("what an earlier page printed was not trained anew")
	}
	o.seeds = []uint64{2}
	if err := climb(t.Context(), o); err == nil {
		t.Error("another seed was not trained")
	}
}
