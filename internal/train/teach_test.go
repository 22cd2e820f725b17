package train

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/train/recipe"
)

// teachRecipe is a recipe with images, and a teacher that does not exist yet.
func teachRecipe(t *testing.T, images string) *recipe.Config {
	t.Helper()
	text := fmt.Sprintf("[data]\npaths = [%q]\n[batch]\nimages = 4\n[distill]\nweight = 1\nkind = \"cosine\"\nteacher = \"teacher.safetensors\"\n", images)
	cfg, err := recipe.LoadToTeach(writeRecipe(t, t.TempDir(), "taught.toml", text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// shades writes pictures of one colour each, so that their means distinguish them.
func shades(t *testing.T, count int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range count {
		m := imaging.NewImage(20, 30)
		for j := range m.Pix {
			m.Pix[j] = byte(10 * (i + 1))
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), imaging.EncodePNG(m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// byMean is a teacher whose features are (mean of the picture, 255).
func byMean() *Embedder {
	const side = 8
	return &Embedder{Name: "mean", Side: side, Dim: 2, Close: func() error { return nil },
		Embed: func(out []float32, pixels []byte, count int) error {
			for i := range count {
				out[2*i], out[2*i+1] = meanOf(pixels[i*side*side*3:][:side*side*3]), 255
			}
			return nil
		}}
}

func meanOf(pixels []byte) float32 {
	sum := 0
	for _, v := range pixels {
		sum += int(v)
	}
	return float32(sum) / float32(len(pixels))
}

// taughtMean is the mean of the picture, from a feature of byMean.
func taughtMean(f []float32) float64 { return math.Round(255 * float64(f[0]) / float64(f[1])) }

func TestTeachKeepsTheOrderOfTraining(t *testing.T) {
	dir := shades(t, 23)
	if err := os.WriteFile(filepath.Join(dir, "005.png"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	var last int
	cfg := teachRecipe(t, dir)
	made, skipped, err := Teach(context.Background(), cfg, byMean(), TeachOptions{Progress: func(done, total int) { last = done }})
	if err != nil || skipped != 1 || last != 23 || made.Images() != 23 || made.Forms != cfg.Data.Forms {
		t.Fatalf("%d images in %d forms, %d skipped, %d in the end: error %v", made.Images(), made.Forms, skipped, last, err)
	}
	path := filepath.Join(t.TempDir(), "teacher.safetensors")
	if err := made.Save(path); err != nil {
		t.Fatal(err)
	}
	teacher, err := LoadTeacher(path, made.Dataset, 23)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int32(23) {
		for form := range int32(8) {
			f := teacher.feature(picture{i, form})
			if i == 5 {
				if f != nil {
					t.Errorf("a feature %v of the picture that cannot be decoded", f)
				}
			} else if got := taughtMean(f); got != float64(10*(i+1)) {
				t.Errorf("image %d, form %d: feature of mean %v, want %d", i, form, got, 10*(i+1))
			}
		}
	}
}

// Training accepts a teacher that was made for its images, and refuses it after an image has changed.
func TestTrainingTakesATaughtTeacherOfItsImagesOnly(t *testing.T) {
	dir := drawnFolder(t, 9)
	cfg := teachRecipe(t, dir)
	path, err := cfg.TeacherPath()
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := Teach(context.Background(), cfg, EmbedByBundle(embed.Default()), TeachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Save(path); err != nil {
		t.Fatal(err)
	}
	open := func() error {
		r := &run{cfg: cfg, teachers: map[string]*Teacher{}}
		if err := r.openData(); err != nil {
			t.Fatal(err)
		}
		defer r.pool.Close()
		return r.openTeachers()
	}
	if err := open(); err != nil {
		t.Errorf("its own images: %v", err)
	}
	if err := os.Rename(filepath.Join(dir, "003.png"), filepath.Join(dir, "0031.png")); err != nil {
		t.Fatal(err)
	}
	if err := open(); err == nil || !strings.Contains(err.Error(), ErrOtherData.Error()) {
		t.Errorf("images of another name: %v, want %v", err, ErrOtherData)
	}
}

// The features of a bundle are its embeddings of the forms, for any number of cores.
func TestTeachByBundle(t *testing.T) {
	dir := drawnFolder(t, 3)
	b := embed.Default()
	made, _, err := Teach(context.Background(), teachRecipe(t, dir), EmbedByBundle(b), TeachOptions{Forms: 2})
	if err != nil {
		t.Fatal(err)
	}
	m, err := readImage(filepath.Join(dir, "001.png"), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, b.Arch.Embedding)
	b.Freeze().Embed(want, imaging.Resize(m, b.Arch.Input, b.Arch.Input).Rotate(1).Pix, 1)
	for i, v := range made.feature(picture{1, 1}) {
		near(t, fmt.Sprintf("value %d", i), float64(v), float64(want[i]), 1e-5)
	}
}

func TestTeachRefuses(t *testing.T) {
	dir := shades(t, 5)
	cfg := teachRecipe(t, dir)
	if _, _, err := Teach(context.Background(), cfg, byMean(), TeachOptions{Forms: 24}); err == nil || !strings.Contains(err.Error(), "1 to 8") {
		t.Errorf("forms that the recipe does not train: %v", err)
	}
	large := byMean()
	large.Dim = 1 << 27
	if _, _, err := Teach(context.Background(), cfg, large, TeachOptions{}); err == nil || !strings.Contains(err.Error(), "fewer forms") {
		t.Errorf("a file too large to be read: %v", err)
	}
	for _, value := range []float32{0, float32(math.NaN()), float32(math.Inf(1))} {
		wrong := byMean()
		wrong.Embed = func(out []float32, _ []byte, _ int) error {
			out[0], out[1] = value, value
			return nil
		}
		if _, _, err := Teach(context.Background(), cfg, wrong, TeachOptions{}); err == nil || !strings.Contains(err.Error(), `"000.png"`) {
			t.Errorf("features of %v: %v, want the image's name", value, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Teach(ctx, cfg, byMean(), TeachOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestTeacherPath(t *testing.T) {
	cfg := recipe.Default()
	cfg.Stages = []recipe.Stage{{}, {}}
	if _, err := cfg.TeacherPath(); err == nil || !strings.Contains(err.Error(), "no stage") {
		t.Errorf("no teacher: %v", err)
	}
	cfg.Stages[1].Distill = recipe.Distill{Weight: 1, Teacher: "a"}
	if path, err := cfg.TeacherPath(); err != nil || path != "a" {
		t.Errorf("one teacher: %q, %v", path, err)
	}
	cfg.Stages[0].Distill = recipe.Distill{Weight: 1, Teacher: "b"}
	if _, err := cfg.TeacherPath(); err == nil || !strings.Contains(err.Error(), "several") {
		t.Errorf("two teachers: %v", err)
	}
}

// TestTeacherCommandHelper is not a test: it is byMean in a separate process, which misbehaves on request.
func TestTeacherCommandHelper(t *testing.T) {
	mode := os.Getenv("TEACHER_COMMAND")
	if mode == "" {
		t.Skip("runs inside the tests below")
	}
	os.Exit(teachCommand(mode, bufio.NewReader(os.Stdin), os.Stdout))
}

func teachCommand(mode string, in io.Reader, out io.Writer) int {
	if mode == "mute" {
		fmt.Fprintln(os.Stderr, "no network here")
		return 3
	}
	by := byMean()
	fmt.Fprintf(out, "{\"teacher\": \"mean\", \"side\": %d, \"dim\": %d}\n", by.Side, by.Dim)
	for answers := 0; ; answers++ {
		var n uint32
		if binary.Read(in, binary.LittleEndian, &n) != nil {
			break
		}
		pixels := make([]byte, int(n)*by.Side*by.Side*3)
		if _, err := io.ReadFull(in, pixels); err != nil {
			return 4
		}
		features := make([]float32, int(n)*by.Dim)
		by.Embed(features, pixels, int(n))
		if mode == "short" && answers == 1 {
			features = features[:1]
		}
		binary.Write(out, binary.LittleEndian, features)
		if mode == "dies" || mode == "short" && answers == 1 {
			return 5
		}
		if mode == "quits" {
			return 0
		}
	}
	switch mode {
	case "long":
		out.Write([]byte{1})
	case "fails late":
		return 6
	}
	return 0
}

func startHelper(t *testing.T, ctx context.Context, mode string, messages io.Writer) (*Embedder, error) {
	t.Helper()
	t.Setenv("TEACHER_COMMAND", mode)
	return EmbedByCommand(ctx, []string{os.Args[0], "-test.run", "^TestTeacherCommandHelper$"}, messages)
}

func TestTeacherCommand(t *testing.T) {
	by, err := startHelper(t, context.Background(), "works", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := Teach(context.Background(), teachRecipe(t, shades(t, 21)), by, TeachOptions{})
	if err := errors.Join(err, by.Close()); err != nil {
		t.Fatal(err)
	}
	for i := range int32(21) {
		if got := taughtMean(made.feature(picture{i, 7})); got != float64(10*(i+1)) {
			t.Errorf("image %d: feature of mean %v, want %d", i, got, 10*(i+1))
		}
	}
}

// Every fault of a command is an error: at the start, in an answer, or at the end.
func TestTeacherCommandThatFails(t *testing.T) {
	for mode, want := range map[string]string{
		"mute":       "exit status 3",
		"dies":       "exit status 5",
		"short":      "exit status 5",
		"quits":      "ended before",
		"long":       "1 bytes more",
		"fails late": "exit status 6",
	} {
		t.Run(mode, func(t *testing.T) {
			var messages bytes.Buffer
			by, err := startHelper(t, context.Background(), mode, &messages)
			if err == nil {
				_, _, err = Teach(context.Background(), teachRecipe(t, shades(t, 21)), by, TeachOptions{})
				if closeErr := by.Close(); err == nil {
					err = closeErr
				}
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q in it", err, want)
			}
			if mode == "mute" && !strings.Contains(messages.String(), "no network here") {
				t.Errorf("its messages are lost: %q", messages.String())
			}
		})
	}
}

func TestTeacherCommandIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	by, err := startHelper(t, ctx, "works", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Teach(ctx, teachRecipe(t, shades(t, 21)), by, TeachOptions{Progress: func(int, int) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if err := by.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("closed: %v", err)
	}
}

// Any first line is accepted or refused, without waiting and without a panic.
func FuzzHandshake(f *testing.F) {
	f.Add([]byte("{\"teacher\": \"x\", \"side\": 8, \"dim\": 2}\nrest"))
	f.Add([]byte("{\"side\": -1, \"dim\": 99999999}\n"))
	f.Add([]byte("loading ..."))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &command{out: bufio.NewReaderSize(bytes.NewReader(data), maxHandshake)}
		hello, err := c.readHandshake()
		if err == nil && (hello.Side < 1 || hello.Side > maxTeachSide || hello.Dim < 1 || hello.Dim > maxTeachDim) {
			t.Errorf("%q: took %+v", data, hello)
		}
	})
}
