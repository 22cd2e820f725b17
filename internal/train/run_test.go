package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train/checkpoint"
	"exemplar/internal/train/recipe"
)

// tinyRecipe trains the narrowest network on drawn documents: some 30 ms a step.
const tinyRecipe = `
out = %q
steps = %d
input = 96

[network]
start = "random"
width = 0.25
head = "squeeze_lbn"
embedding = 32

[data]
paths = [%q]
cache_mib = 64

[batch]
images = 4
forms = 2
replicas = 2
drawn = 2

[contrast]
weight = 1

[classes]
weight = 0.5
m3 = 0.2
rate = 0.5
imprint = true

[optimizer]
lr = 1e-3
warmup = 2

[checkpoint]
every = 3
`

func loadTiny(t *testing.T, images, out string, steps int, extra string) *recipe.Config {
	t.Helper()
	cfg, err := recipe.Load(writeRecipe(t, t.TempDir(), "tiny.toml", fmt.Sprintf(tinyRecipe, out, steps, images)+extra))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func mustRun(t *testing.T, cfg *recipe.Config, opt Options) *Result {
	t.Helper()
	result, err := Run(context.Background(), cfg, opt)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// stoppingWriter cancels when a line contains a text.
type stoppingWriter struct {
	text   string
	cancel func()
}

func (s *stoppingWriter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.text) {
		s.cancel()
	}
	return len(p), nil
}

const twoStages = "[[stage]]\nsteps = 4\n[[stage]]\nsteps = 4\ninput = 128\n"

// A run that is stopped and resumed ends with the bytes of one that was not, on any number of cores.
func TestResumedRunIsTheSameRun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains five times")
	}
	images, dir := drawnFolder(t, 9), t.TempDir()
	whole := mustRun(t, loadTiny(t, images, filepath.Join(dir, "whole"), 8, twoStages), Options{})
	for _, stop := range []string{"step 6/8", "step 4/8"} {
		ctx, cancel := context.WithCancel(context.Background())
		cfg := loadTiny(t, images, filepath.Join(dir, strings.ReplaceAll(stop, "/", "-")), 8, twoStages)
		_, err := Run(ctx, cfg, Options{Terminal: true, Progress: &stoppingWriter{stop, cancel}, everyStep: true})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped at %q: error %v", stop, err)
		}
		resumed := mustRun(t, cfg, Options{Resume: true})
		if !bytes.Equal(readFile(t, whole.Bundle), readFile(t, resumed.Bundle)) {
			if stripCard(t, whole.Bundle) != stripCard(t, resumed.Bundle) {
				t.Errorf("stopped at %q and resumed: another network", stop)
			}
		}
		if resumed.Position.Total != 8 || resumed.Position.Samples != whole.Position.Samples {
			t.Errorf("stopped at %q: position %+v", stop, resumed.Position)
		}
	}
}

// stripCard returns a bundle without its card, which states the time that the run took.
func stripCard(t *testing.T, path string) string {
	t.Helper()
	b, err := embed.Load(readFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return b.Fingerprint
}

// killedRun is not a test: TestKilledRunResumes runs it in a separate process.
func TestKilledRunHelper(t *testing.T) {
	images, out := os.Getenv("TRAIN_KILLED_IMAGES"), os.Getenv("TRAIN_KILLED_OUT")
	if out == "" {
		t.Skip("runs inside TestKilledRunResumes")
	}
	Run(context.Background(), loadTiny(t, images, out, 8, twoStages), Options{Resume: true})
}

func TestKilledRunResumes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	images, dir := drawnFolder(t, 9), t.TempDir()
	out := filepath.Join(dir, "killed")
	whole := mustRun(t, loadTiny(t, images, filepath.Join(dir, "whole"), 8, twoStages), Options{})
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKilledRunHelper$")
	cmd.Env = append(os.Environ(), "TRAIN_KILLED_IMAGES="+images, "TRAIN_KILLED_OUT="+out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	saved := checkpoints{dir: filepath.Join(out, checkpointsDir)}
	for deadline := time.Now().Add(2 * time.Minute); len(saved.list()) == 0 && time.Now().Before(deadline); {
		time.Sleep(2 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if len(saved.list()) == 0 {
		t.Fatal("killed before the first checkpoint")
	}
	resumed := mustRun(t, loadTiny(t, images, out, 8, twoStages), Options{Resume: true})
	if stripCard(t, whole.Bundle) != stripCard(t, resumed.Bundle) {
		t.Error("killed and resumed: another network")
	}
	entries, err := ReadLog(filepath.Join(out, logName), math.MaxInt)
	if err != nil || len(entries) != 8 {
		t.Errorf("%d log entries, error %v", len(entries), err)
	}
}

func TestRunIntoAFolderOfAnotherRunIsRefused(t *testing.T) {
	images, out := drawnFolder(t, 5), filepath.Join(t.TempDir(), "run")
	mustRun(t, loadTiny(t, images, out, 1, ""), Options{})
	if _, err := Run(context.Background(), loadTiny(t, images, out, 1, ""), Options{}); !errors.Is(err, ErrExists) {
		t.Errorf("without resume: %v", err)
	}
	other := loadTiny(t, images, out, 1, "")
	other.Seed = 99
	if _, err := Run(context.Background(), other, Options{Resume: true}); !errors.Is(err, checkpoint.ErrOther) {
		t.Errorf("another seed: %v", err)
	}
	if _, err := Run(context.Background(), loadTiny(t, drawnFolder(t, 6), out, 1, ""), Options{Resume: true}); !errors.Is(err, checkpoint.ErrOther) {
		t.Errorf("other images: %v", err)
	}
}

// A far too large learning rate ends the run with the network of the last checkpoint.
func TestDivergedRunKeepsItsLastGoodNetwork(t *testing.T) {
	papertest.SkipLong(t)
	out := filepath.Join(t.TempDir(), "run")
	cfg := loadTiny(t, drawnFolder(t, 9), out, 400, "")
	cfg.Stages[0].Optimizer.LR, cfg.Stages[0].Optimizer.Kind, cfg.Stages[0].Optimizer.Clip = 1e3, "sgd", 0
	cfg.Stages[0].Optimizer.Warmup, cfg.Checkpoint.Every, cfg.Checkpoint.Keep = 40, 1, 100
	_, err := Run(context.Background(), cfg, Options{})
	if !errors.Is(err, ErrDiverged) {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(err.Error(), "no checkpoint") {
		t.Fatal(err)
	}
	b, err := embed.Load(readFile(t, filepath.Join(out, bundleName)))
	if err != nil {
		t.Fatal(err)
	}
	out32 := make([]float32, 32)
	b.Freeze().Embed(out32, make([]byte, 96*96*3), 1)
	for _, v := range out32 {
		if v != v {
			t.Fatal("the bundle gives NaN")
		}
	}
}

// A random network learns to distinguish a dozen documents in a few steps.
func TestTrainingLowersTheLoss(t *testing.T) {
	papertest.SkipLong(t)
	out := filepath.Join(t.TempDir(), "run")
	cfg := loadTiny(t, drawnFolder(t, 12), out, 25, "")
	s := &cfg.Stages[0].Settings
	s.Batch = recipe.Batch{Images: 12, Forms: 1, Views: 1, Replicas: 1}
	s.Capture = recipe.Capture{ViewA: "light", ViewB: "light", Strength: 1}
	s.Contrast.Weight = 0
	s.Classes = recipe.Classes{Weight: 1, Scale: 16, Rate: 1, Shards: 2, Rows: "adamw", LRScale: 5}
	cfg.Data.Forms = 1
	mustRun(t, cfg, Options{})
	entries, err := ReadLog(filepath.Join(out, logName), math.MaxInt)
	if err != nil || len(entries) != 25 {
		t.Fatalf("%d entries, error %v", len(entries), err)
	}
	mean := func(part []Entry) (m float64) {
		for _, e := range part {
			m += e.Loss / float64(len(part))
		}
		return m
	}
	if first, last := mean(entries[:5]), mean(entries[20:]); !(last < 0.7*first) {
		t.Errorf("loss %v at first, %v at last", first, last)
	}
	for _, name := range []string{bundleName, "report.html", logName} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// checkpoint.bundles keeps the networks of those steps: with a constant rate, what a shorter run would have made.
func TestRunKeepsTheBundlesOfSteps(t *testing.T) {
	images, dir := drawnFolder(t, 6), t.TempDir()
	load := func(name string, steps int) *recipe.Config {
		cfg := loadTiny(t, images, filepath.Join(dir, name), steps, "")
		cfg.Stages[0].Optimizer.Schedule = "constant"
		return cfg
	}
	cfg := load("long", 4)
	cfg.Checkpoint.Bundles = []int{2, 9}
	mustRun(t, cfg, Options{})
	short := mustRun(t, load("short", 2), Options{})
	if kept := filepath.Join(cfg.Out, stepName(2)); stripCard(t, kept) != stripCard(t, short.Bundle) {
		t.Error("step 2 has another network than the run of two steps")
	}
	if _, err := os.Stat(filepath.Join(cfg.Out, stepName(9))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a step that was not reached has a bundle: %v", err)
	}
}

// The evaluation set has five classes, of which the 1st, 3rd and 5th are measured.
func TestRunEvaluatesAndKeepsTheBest(t *testing.T) {
	set, out := t.TempDir(), filepath.Join(t.TempDir(), "run")
	for class := range 5 {
		folder := filepath.Join(set, fmt.Sprint("class", class))
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"a_ref.png", "b.png"} {
			m := synthdoc.Draw(synthdoc.Document{Kind: "id-card", Template: uint64(class), Content: uint64(i), Size: 150})
			if err := os.WriteFile(filepath.Join(folder, name), imaging.EncodePNG(m), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	cfg := loadTiny(t, drawnFolder(t, 6), out, 5, fmt.Sprintf("[evaluate]\nset = %q\nevery = 2\n", set))
	result := mustRun(t, cfg, Options{})
	if _, ok := result.Figures[FigureTPR]; !ok || result.Position.BestStep == 0 {
		t.Errorf("result %+v", result)
	}
	if _, err := embed.Load(readFile(t, result.Best)); err != nil {
		t.Error(err)
	}
	e, err := newEvaluator(set, 96)
	if err != nil || len(e.images) != 6 {
		t.Errorf("%d images of the odd classes, error %v", len(e.images), err)
	}
	entries, err := ReadLog(filepath.Join(out, logName), math.MaxInt)
	if err != nil || len(entries) != 5+3 {
		t.Errorf("%d log entries, error %v", len(entries), err)
	}
}

func TestPreviewShowsImagesAndCaptures(t *testing.T) {
	papertest.SkipLong(t)
	cfg := loadTiny(t, drawnFolder(t, 6), t.TempDir(), 1, "")
	sheet, err := Preview(cfg, 3, 4)
	if err != nil || sheet.W < 5*96 || sheet.H < 3*96 {
		t.Errorf("sheet %v, error %v", sheet, err)
	}
}

func writeRecipe(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
