package recipe

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeRecipe(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// minimal is a recipe that works in a folder with the files that it names.
const minimal = "[data]\npaths = [\"images\"]\n[contrast]\nweight = 1\n"

func recipeFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRecipesExtendEachOther(t *testing.T) {
	dir := recipeFolder(t)
	writeRecipe(t, dir, "base.toml", minimal+"[optimizer]\nlr = 0.5\nwarmup = 7\n[[stage]]\nname = \"one\"\nsteps = 3\n[[stage]]\ninput = 160\n[stage.optimizer]\nwarmup = 9\n")
	cfg, err := Load(writeRecipe(t, dir, "mine.toml", "extends = \"base.toml\"\nseed = 5\n[optimizer]\nlr = 0.25\n"))
	if err != nil {
		t.Fatal(err)
	}
	one, two := cfg.Stages[0], cfg.Stages[1]
	if cfg.Seed != 5 || cfg.Name != "mine" || one.Name != "one" || one.Steps != 3 || two.Steps != 1600 {
		t.Errorf("config %+v", cfg)
	}
	if one.Optimizer.LR != 0.25 || one.Optimizer.Warmup != 7 || two.Optimizer.Warmup != 9 || two.Optimizer.LR != 0.25 || two.Input != 160 {
		t.Errorf("optimizers %+v and %+v", one.Optimizer, two.Optimizer)
	}
	if cfg.Data.Paths[0] != filepath.Join(dir, "images") {
		t.Errorf("path %q is not relative to its recipe", cfg.Data.Paths[0])
	}
}

// A recipe's stages replace those of the recipe that it extends. Paths are relative to the file that sets them, also in
// stages.
func TestStagesReplaceThoseExtended(t *testing.T) {
	dir := recipeFolder(t)
	below := filepath.Join(dir, "below")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	writeRecipe(t, below, "base.toml", "[[stage]]\nsteps = 0\n[[stage]]\nsteps = 5\ndistill = { teacher = \"gone\" }\n")
	cfg, err := LoadToTeach(writeRecipe(t, dir, "mine.toml", "extends = \"below/base.toml\"\n"+minimal+
		"[[stage]]\nsteps = 7\ndistill = { weight = 1, teacher = \"t.safetensors\" }\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Stages) != 1 || cfg.Stages[0].Steps != 7 || cfg.Stages[0].Distill.Teacher != filepath.Join(dir, "t.safetensors") {
		t.Errorf("stages %+v", cfg.Stages)
	}
	cfg, err = LoadToTeach(writeRecipe(t, dir, "other.toml", "extends = \"below/two.toml\"\n"+minimal))
	if err == nil {
		t.Errorf("a file that is not there extends to %+v", cfg)
	}
	writeRecipe(t, below, "two.toml", "[[stage]]\nsteps = 5\ndistill = { weight = 1, teacher = \"t.safetensors\" }\n")
	cfg, err = LoadToTeach(filepath.Join(dir, "other.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Stages[0].Distill.Teacher; got != filepath.Join(below, "t.safetensors") {
		t.Errorf("teacher %q is not beside the recipe that names it", got)
	}
}

func TestWrongRecipesAreRefusedWithTheirLine(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"unknown key":        {minimal + "margn = 3\n", "mine.toml:5: unknown key \"contrast.margn\""},
		"unknown table":      {minimal + "[losses]\nx = 1\n", "mine.toml:5: unknown key \"losses\""},
		"wrong type":         {minimal + "scale = \"much\"\n", "mine.toml:5:"},
		"not TOML":           {minimal + "scale = = 1\n", "mine.toml:5:"},
		"impossible input":   {"input = 100\n" + minimal, "mine.toml:1: input does not fit"},
		"impossible head":    {minimal + "[network]\nhead = \"tail\"\n", "mine.toml:6: network.head does not fit"},
		"out of range":       {minimal + "[batch]\nviews = 3\n", "mine.toml:6: batch.views is 3"},
		"not a number":       {minimal + "[optimizer]\nlr = nan\n", "mine.toml:6: optimizer.lr is NaN"},
		"in a stage":         {minimal + "[[stage]]\nsteps = 5\n[[stage]]\nsteps = 0\n", "mine.toml:8: steps is 0"},
		"missing file":       {"[data]\npaths = [\"nothing\"]\n", "mine.toml:2: data.paths cannot be used"},
		"missing start":      {minimal + "[network]\nstart = \"gone.safetensors\"\n", "mine.toml:6: network.start cannot be used"},
		"device as start":    {minimal + "[network]\nstart = \"/dev/zero\"\n", "mine.toml:6: network.start cannot be used"},
		"device as teacher":  {minimal + "[distill]\nweight = 1\nteacher = \"/dev/zero\"\n", "mine.toml:7: distill.teacher cannot be used"},
		"missing set":        {minimal + "[evaluate]\nset = \"gone\"\n", "mine.toml:6: evaluate.set cannot be used"},
		"missing base":       {"extends = \"gone.toml\"\n" + minimal, "read recipe"},
		"itself":             {"extends = \"mine.toml\"\n" + minimal, "extend each other"},
		"no loss":            {"[data]\npaths = [\"images\"]\n", "nothing would be trained"},
		"one view":           {minimal + "[batch]\nviews = 1\n", "mine.toml:6: batch.views is 1"},
		"replicas":           {minimal + "[batch]\nreplicas = 7\n", "mine.toml:6: batch.replicas is 7"},
		"no teacher":         {minimal + "[distill]\nweight = 1\n", "distill.teacher is missing"},
		"teacher not there":  {minimal + "[distill]\nweight = 1\nteacher = \"gone\"\n", "mine.toml:7: distill.teacher cannot be used"},
		"unknown loss kind":  {minimal + "[distill]\nkind = \"osmosis\"\n", "mine.toml:6: distill.kind"},
		"no class head":      {minimal + "[distill]\nweight = 1\nteacher = \"images\"\nkind = \"logits\"\n", "needs class centres"},
		"step 0":             {minimal + "[checkpoint]\nbundles = [5, 0]\n", "mine.toml:6: checkpoint.bundles has step 0"},
		"patience, no set":   {minimal + "[evaluate]\npatience = 3\n", "mine.toml:6: evaluate.patience"},
		"capital letters":    {"[[Stage]]\n[[Stage]]\nSteps = 0\n" + minimal, "mine.toml:3: steps is 0"},
		"in an inline table": {minimal + "[[stage]]\nbatch = { views = 3 }\n", "mine.toml:6: batch.views is 3"},
		"stages in a line":   {"stage = [{ steps = 1 }]\n" + minimal, "mine.toml:1: stages are written [[stage]]"},
		"one stage":          {minimal + "[stAge]\n", "mine.toml:5: stages are written [[stage]]"},
		"table for a value":  {minimal + "[data.forms]\nx = 1\n", "mine.toml:5:"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Load(writeRecipe(t, recipeFolder(t), "mine.toml", c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(minimal)
	f.Add("[[stage]]\nsteps=1\n[stage.batch]\nviews=2\n")
	f.Add("[stAge] ")
	f.Fuzz(func(t *testing.T, text string) {
		Load(writeRecipe(t, recipeFolder(t), "mine.toml", text))
	})
}

// The recipes of the repository must load. The test makes up the files that they name and the repository lacks.
func TestReadyRecipesLoad(t *testing.T) {
	files, err := filepath.Glob("../../../recipes/*.toml")
	rungs, rungsErr := filepath.Glob("../../../recipes/ladder/*.toml")
	if err != nil || rungsErr != nil || len(files) < 8 || len(rungs) < 8 {
		t.Fatalf("%d recipes, %d of the ladder (%v, %v)", len(files), len(rungs), err, rungsErr)
	}
	root := t.TempDir()
	for _, dir := range []string{"repo/recipes/ladder", "repo/recipes/networks", "repo/runs/ladder", "repo/runs/curve", "repo/runs/alike", "shared/data/train", "shared/data/backgrounds", "shared/data/fields", "shared/data/reference", "shared/data/bench/dvd_located"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	made := []string{"repo/runs/teacher.safetensors", "repo/runs/inside.safetensors", "repo/runs/reference.safetensors", "repo/recipes/networks/alike-falling.safetensors", "repo/runs/curve/step-400.safetensors", "repo/runs/alike/step-600.safetensors", "repo/runs/ladder/teacher.safetensors", "shared/data/reference/start.safetensors"}
	for _, shard := range []string{"art-000", "card-000", "card-001", "cover-000", "doc-000", "label-000", "money-000", "page-000", "page-001", "web-000"} {
		made = append(made, "shared/data/train/"+shard+".tar")
	}
	for _, file := range made {
		writeRecipe(t, root, file, "")
	}
	for _, f := range append(files, rungs...) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		writeRecipe(t, root, strings.Replace(f, "../../..", "repo", 1), string(data))
	}
	for _, f := range append(files, rungs...) {
		switch filepath.Base(f) {
		case "default.toml", "base.toml", "graphics.toml":
			continue // they have no loss of their own
		}
		if _, err := Load(filepath.Join(root, strings.Replace(f, "../../..", "repo", 1))); err != nil {
			t.Error(err)
		}
	}
}
