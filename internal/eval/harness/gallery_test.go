package harness

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

func testModel(t *testing.T) *recognise.Model {
	t.Helper()
	m, err := recognise.NewModel(embed.Default())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// drawn are a few documents, a clean picture and a scan of each.
func drawn(n int) (references []Reference, captures []Capture) {
	for i, e := range synthdoc.Examples()[:n] {
		picture := synthdoc.Draw(e.Document)
		references = append(references, Reference{e.Label, e.Label + "/x_ref.jpg", imaging.EncodeJPEG(picture, 92)})
		scan := imaging.EncodeJPEG(capturesim.Sweep("blur", 1, picture, uint64(i)), 85)
		captures = append(captures, Capture{Path: e.Label + "/scan.jpg", Label: e.Label, Read: func() ([]byte, error) { return scan, nil }})
	}
	return references, captures
}

func newTestGallery(t *testing.T, references []Reference) *Gallery {
	t.Helper()
	g, err := NewGallery(testModel(t), 0.01)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	if refused, err := g.Register(context.Background(), references); err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	return g
}

// While labels are out a gallery answers as one that never had them, and after they came
// back as one that has them.
func TestLeavingOutIsNeverHavingRegistered(t *testing.T) {
	if testing.Short() {
		t.Skip("recognises thirty pictures")
	}
	ctx := context.Background()
	references, captures := drawn(5)
	g := newTestGallery(t, references)
	whole := newTestGallery(t, references)
	for _, out := range []int{0, 3} {
		var others []Reference
		for i, r := range references {
			if i != out {
				others = append(others, r)
			}
		}
		without := newTestGallery(t, others)
		for _, c := range captures[max(0, out-1) : out+1] {
			data, _ := c.Read()
			if err := g.LeaveOut(ctx, []string{references[out].Label}); err != nil {
				t.Fatal(err)
			}
			same(t, ctx, c.Path+" without "+references[out].Label, data, g, without)
			if err := g.LeaveOut(ctx, nil); err != nil {
				t.Fatal(err)
			}
			same(t, ctx, c.Path+" with all", data, g, whole)
		}
	}
}

func same(t *testing.T, ctx context.Context, what string, data []byte, a, b *Gallery) {
	t.Helper()
	got, err := a.Lookup(ctx, data)
	if err != nil {
		t.Fatal(err)
	}
	want, err := b.Lookup(ctx, data)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func TestProbes(t *testing.T) {
	if testing.Short() {
		t.Skip("recognises pictures of galleries that it makes")
	}
	ctx := context.Background()
	references, captures := drawn(4)
	g := newTestGallery(t, references)
	captures = append(captures,
		Capture{Path: "gone.jpg", Label: references[0].Label, Read: func() ([]byte, error) { return nil, errors.New("gone") }},
		Capture{Path: "other.jpg", Label: "of/no/reference", Read: func() ([]byte, error) { return nil, nil }})
	steps := 0
	probes, err := g.Probes(ctx, captures[len(captures)-3:], ProbeOptions{Step: func() { steps++ }})
	if err != nil {
		t.Fatal(err)
	}
	if len(probes) != 2 || steps != 4 {
		t.Fatalf("%d probes in %d steps: %+v", len(probes), steps, probes)
	}
	scan, gone := probes[0], probes[1]
	if scan.Registered.Label != scan.Label || scan.Registered.Best != scan.Label || scan.LeftOut.Best == scan.Label || !(scan.Registered.Sure > scan.LeftOut.Sure) {
		t.Errorf("a light scan: %+v", scan)
	}
	if gone.Registered.Outcome != decide.Refused || gone.LeftOut.Outcome != decide.Refused {
		t.Errorf("a file that cannot be read: %+v", gone)
	}
	lookups, err := g.Strangers(ctx, captures[:1], nil)
	if err != nil || len(lookups) != 1 || lookups[0].Label != captures[0].Label {
		t.Errorf("after the probes something is still left out: %+v, %v", lookups, err)
	}
}

func TestWithout(t *testing.T) {
	labels := []string{"a", "form", "form/2023", "form/2023/en", "form/2024", "z"}
	for _, c := range []struct {
		own   string
		hands int
		out   []string
	}{
		{"form/2023", 0, []string{"form", "form/2023", "form/2023/en"}},
		{"a", 0, []string{"a"}},
		{"a", 3, []string{"a", "form/2023/en"}},
		{"form/2024", 3, []string{"form", "form/2024"}},
	} {
		if got := without(labels, c.own, c.hands); !equal(got, c.out) {
			t.Errorf("%s in %d hands: %q, want %q", c.own, c.hands, got, c.out)
		}
	}
	if !hasRelative(labels, []string{"form/2023"}, Capture{Label: "form/2023"}, eval.FirstPart) {
		t.Error("the other edition is a relative")
	}
	if hasRelative(labels, []string{"a"}, Capture{Label: "a"}, eval.FirstPart) {
		t.Error("what is left out is none")
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestRegisterSaysWhatIsRefused(t *testing.T) {
	g, err := NewGallery(testModel(t), 0.01)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	refused, err := g.Register(context.Background(), []Reference{{"a", "broken", []byte("no picture")}, {"..", "name", nil}})
	if err != nil || refused["broken"] == nil || refused["name"] == nil || len(g.Labels()) != 0 {
		t.Errorf("refused %v, %v, labels %v", refused, err, g.Labels())
	}
	if _, err := NewGallery(&recognise.Model{}, 0.01); !errors.Is(err, ErrNoDecision) {
		t.Errorf("a model without a calibration: %v", err)
	}
}

func TestSecondReference(t *testing.T) {
	sample := func(path, label string, reference bool) dataset.Sample {
		return dataset.Sample{Path: path, Label: label, IsReference: reference}
	}
	r := &References{
		Registered: []dataset.Sample{sample("a/a_ref", "a", true), sample("b/b_ref", "b", true)},
		LookedUp:   []dataset.Sample{sample("a/1", "a", false), sample("a/2", "a", false), sample("b/1", "b", false)},
	}
	two := r.WithSecond()
	if len(two.Registered) != 3 || two.Registered[2].Path != "a/1" || len(two.LookedUp) != 1 || two.LookedUp[0].Path != "a/2" {
		t.Errorf("registered %v, looked up %v", two.Registered, two.LookedUp)
	}
	if len(r.Registered) != 2 {
		t.Error("the set itself was changed")
	}
	if _, err := ReadReferences(filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("no folder: no error")
	}
}
