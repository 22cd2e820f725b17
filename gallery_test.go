package exemplar_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

func open(t *testing.T, path string, opts exemplar.Options) *exemplar.Gallery {
	t.Helper()
	g, err := exemplar.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

func newGallery(t *testing.T) *exemplar.Gallery {
	return open(t, filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
}

func register(t *testing.T, g *exemplar.Gallery, items ...exemplar.Item) []exemplar.Registration {
	t.Helper()
	results, err := g.Register(context.Background(), items, exemplar.RegisterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func classify(t *testing.T, g *exemplar.Gallery, data []byte) exemplar.Answer {
	t.Helper()
	result, err := g.Classify(context.Background(), exemplar.FromBytes(data), exemplar.ClassifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Answer()
}

func TestATurnedProbeIsRecognised(t *testing.T) {
	papertest.SkipUnderRace(t)
	g := newGallery(t)
	for _, kind := range []string{"ticket", "form", "banknote"} {
		register(t, g, exemplar.Item{Label: kind, Source: kind, Picture: exemplar.FromBytes(drawn(kind))})
	}
	picture, _, err := imaging.Decode(drawn("ticket"), imaging.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for turn := range 4 {
		a := classify(t, g, imaging.EncodePNG(picture.Rotate(turn)))
		if a.Decision != exemplar.Match || a.Label != "ticket" || a.Rotation != 90*turn {
			t.Errorf("turned by %d: %s %q turned %d", 90*turn, a.Decision, a.Label, a.Rotation)
		}
	}
}

func TestTwinsAndRivalsAreReported(t *testing.T) {
	g := newGallery(t)
	first := drawn("id-card")
	edition := drawnFile(synthdoc.Document{Kind: "id-card", Template: 3, Size: 600, Edition: 1})
	register(t, g, exemplar.Item{Label: "card/first", Source: "a.png", Picture: exemplar.FromBytes(first)})
	results := register(t, g,
		exemplar.Item{Label: "card/first", Source: "b.png", Picture: exemplar.FromBytes(first)},
		exemplar.Item{Label: "other", Source: "c.png", Picture: exemplar.FromBytes(first)},
		exemplar.Item{Label: "card/second", Source: "d.png", Picture: exemplar.FromBytes(edition)})
	if r := results[0]; r.Outcome != exemplar.Skipped || !strings.Contains(r.Reason, "a.png") {
		t.Errorf("the same file under the same label: %+v", r)
	}
	if r := results[1]; r.Outcome != exemplar.Registered || !strings.Contains(r.Reason, "a.png") {
		t.Errorf("the same file under another label: %+v", r)
	}
	if r := results[2]; len(r.Rivals) != 2 || r.Rivals[0].Score < 0.8 || r.Rivals[1].Score < 0.8 {
		t.Errorf("another edition: %+v, want both labels as rivals", r)
	}
}

func TestUnusablePicturesAreRefusedWithAReason(t *testing.T) {
	g := newGallery(t)
	register(t, g, exemplar.Item{Label: "ticket", Source: "t", Picture: exemplar.FromBytes(drawn("ticket"))})
	claim := bytes.Clone(drawn("ticket")) // a PNG that claims to be huge
	copy(claim[16:24], []byte{0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60})
	for name, data := range map[string][]byte{
		"empty":     nil,
		"text":      []byte("no picture"),
		"blank":     imaging.EncodePNG(imaging.NewImage(200, 200)),
		"tiny":      imaging.EncodePNG(imaging.NewImage(3, 3)),
		"cut off":   drawn("ticket")[:2000],
		"oversized": claim,
	} {
		result := classifyWith(t, g, exemplar.FromBytes(data), exemplar.ClassifyOptions{})
		if a := result.Answer(); a.Decision != exemplar.Refused || a.Reason == "" {
			t.Errorf("%s: classified as %s (%s)", name, a.Decision, a.Reason)
		}
		if version, err := g.Version(t.Context()); err != nil || version == 0 || result.Version != version {
			t.Errorf("%s: refused by version %d of the gallery, want %d (%v)", name, result.Version, version, err)
		}
		results := register(t, g, exemplar.Item{Label: "x", Source: name, Picture: exemplar.FromBytes(data)})
		if r := results[0]; r.Outcome != exemplar.RefusedImage || r.Reason == "" {
			t.Errorf("%s: %s (%s), want it refused", name, r.Outcome, r.Reason)
		}
	}
}

// Hundreds of damaged files: whatever is in them, there is an answer.
func TestMutatedPicturesAreAnswered(t *testing.T) {
	n := 150
	if testing.Short() {
		n = 30
	}
	g := newGallery(t)
	register(t, g, exemplar.Item{Label: "ticket", Source: "t", Picture: exemplar.FromBytes(drawn("ticket"))})
	small := imaging.FitWithin(synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 3, Size: 300}), 200)
	seeds := [][]byte{imaging.EncodeJPEG(small, 80), imaging.EncodePNG(small)}
	rng := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		data := bytes.Clone(seeds[i%len(seeds)])
		for range 1 + rng.IntN(8) {
			data[rng.IntN(len(data))] = byte(rng.Uint32())
		}
		if a := classify(t, g, data); a.Decision == "" {
			t.Fatalf("mutation %d has no decision", i)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.db")
	writer := open(t, path, exemplar.Options{Mode: exemplar.ReadWrite})
	register(t, writer, exemplar.Item{Label: "ticket", Source: "t", Picture: exemplar.FromBytes(drawn("ticket"))})
	reader := open(t, path, exemplar.Options{})
	var wait sync.WaitGroup
	for _, kind := range []string{"form", "banknote", "receipt"} {
		wait.Go(func() {
			register(t, writer, exemplar.Item{Label: kind, Source: kind, Picture: exemplar.FromBytes(drawn(kind))})
		})
		wait.Go(func() {
			if a := classify(t, reader, drawn("ticket")); a.Label != "ticket" {
				t.Errorf("meanwhile the ticket is %s %q", a.Decision, a.Label)
			}
		})
	}
	wait.Wait()
	if a := classify(t, reader, drawn("receipt")); a.Label != "receipt" {
		t.Errorf("the reader does not see what was registered: %s %q", a.Decision, a.Label)
	}
}

func TestReembedWithAnotherModel(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "g.db")
	old := open(t, path, exemplar.Options{Mode: exemplar.ReadWrite})
	register(t, old, exemplar.Item{Label: "ticket", Source: "t", Picture: exemplar.FromBytes(drawn("ticket"))})

	other := otherModel(t, filepath.Join(folder, "other.safetensors"))
	g := open(t, path, exemplar.Options{Mode: exemplar.ReadWrite, Model: other})
	if _, err := g.Classify(context.Background(), exemplar.FromBytes(drawn("ticket")), exemplar.ClassifyOptions{}); !errors.Is(err, exemplar.ErrWrongModel) {
		t.Fatalf("another model's gallery: %v, want ErrWrongModel", err)
	}
	if err := g.CheckModel(context.Background()); !errors.Is(err, exemplar.ErrWrongModel) {
		t.Errorf("checking another model's gallery: %v, want ErrWrongModel", err)
	}
	if err := g.Reembed(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if err := g.CheckModel(context.Background()); err != nil {
		t.Errorf("after embedding anew: %v", err)
	}
	if a := classify(t, g, drawn("ticket")); len(a.Candidates) == 0 || a.Candidates[0].Label != "ticket" {
		t.Errorf("after embedding anew: %+v", a)
	}
	if _, err := old.Classify(context.Background(), exemplar.FromBytes(drawn("ticket")), exemplar.ClassifyOptions{}); !errors.Is(err, exemplar.ErrWrongModel) {
		t.Errorf("with the former model: %v, want ErrWrongModel", err)
	}
}

// otherModel is a network of random weights under the default's calibration.
func otherModel(t *testing.T, path string) *exemplar.Model {
	t.Helper()
	bundle, err := embed.New(embed.Default().Arch, 5)
	if err != nil {
		t.Fatal(err)
	}
	bundle.Calibration = embed.Default().Calibration
	if err := bundle.Save(path); err != nil {
		t.Fatal(err)
	}
	m, err := exemplar.OpenModel(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOpenErrors(t *testing.T) {
	folder := t.TempDir()
	if _, err := exemplar.Open(filepath.Join(folder, "none.db"), exemplar.Options{}); !errors.Is(err, exemplar.ErrNoGallery) {
		t.Errorf("no file: %v", err)
	}
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("text ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := exemplar.Open(text, exemplar.Options{}); !errors.Is(err, exemplar.ErrNotGallery) {
		t.Errorf("a text file: %v", err)
	}
	if _, err := exemplar.OpenModel(text); !errors.Is(err, exemplar.ErrModel) {
		t.Errorf("a text file as model: %v", err)
	}
}

// What training leaves has no calibration: it can be judged, but decides nothing.
func TestModelWithoutCalibrationOnlyEmbeds(t *testing.T) {
	bundle := *embed.Default()
	bundle.Calibration = nil
	path := filepath.Join(t.TempDir(), "trained.safetensors")
	if err := bundle.Save(path); err != nil {
		t.Fatal(err)
	}
	m, err := exemplar.OpenModel(path)
	if err != nil {
		t.Fatal(err)
	}
	picture := drawnFile(synthdoc.Examples()[0].Document)
	if v, err := m.Embed(exemplar.FromBytes(picture)); err != nil || len(v) != m.Dim() {
		t.Errorf("%d values, %v", len(v), err)
	}
	gallery := filepath.Join(t.TempDir(), "g.db")
	_, err = exemplar.Open(gallery, exemplar.Options{Mode: exemplar.ReadWrite, Model: m})
	if !errors.Is(err, exemplar.ErrModel) || !strings.Contains(err.Error(), "exemplar calibrate") {
		t.Errorf("a gallery opens with it: %v", err)
	}
	if _, err := os.Stat(gallery); err == nil {
		t.Error("and is made")
	}
}

// The simulator's captures of everything that can be drawn, against scans.
func TestCapturesOfDrawnDocuments(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	right, total := 0, 0
	examples := synthdoc.Examples()
	pictures := make([]*imaging.Image, len(examples))
	for i, e := range examples {
		pictures[i] = synthdoc.Draw(e.Document)
		register(t, g, exemplar.Item{Label: e.Label, Source: e.Label, Picture: exemplar.FromImage(pictures[i].ToImage())})
	}
	for i, e := range examples {
		for _, family := range [][]string{{"noise", "shadow"}, {"jpeg", "blur"}}[i%2] {
			a := classify(t, g, imaging.EncodeJPEG(capturesim.Sweep(family, 2, pictures[i], 1), 90))
			total++
			if len(a.Candidates) > 0 && strings.HasPrefix(e.Label, topLabel(a.Candidates[0].Label)) {
				right++
			}
		}
	}
	if right < total*95/100 {
		t.Errorf("%d of %d captures have their document first", right, total)
	}
}

// topLabel is the first part of a label: editions of one document may be taken
// for each other here.
func topLabel(label string) string {
	top, _, _ := strings.Cut(label, "/")
	return top
}
