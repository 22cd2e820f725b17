package exemplar_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

func file(data []byte) exemplar.Picture { return exemplar.FromBytes(data) }

// classifyWith classifies a picture file with options.
func classifyWith(t *testing.T, g *exemplar.Gallery, p exemplar.Picture, opts exemplar.ClassifyOptions) exemplar.Result {
	t.Helper()
	result, err := g.Classify(context.Background(), p, opts)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAShareOfStrangersOutsideItsRangeIsRefused(t *testing.T) {
	g := newGallery(t)
	for _, fpir := range []float64{-1, 1, 2} {
		_, err := g.Classify(context.Background(), file(drawn("form")), exemplar.ClassifyOptions{FPIR: fpir})
		if !errors.Is(err, exemplar.ErrFPIR) || !strings.Contains(err.Error(), "more than 0 and less than 1") {
			t.Errorf("%v: %v", fpir, err)
		}
	}
	if err := exemplar.CheckFPIR(0); !errors.Is(err, exemplar.ErrFPIR) {
		t.Errorf("0: %v", err)
	}
}

// A picture gives the same answer however it comes.
func TestPicturesComeInAnyForm(t *testing.T) {
	g := newGallery(t)
	ticket := drawn("ticket")
	register(t, g, exemplar.Item{Label: "ticket", Source: "t", Picture: file(ticket)}, exemplar.Item{Label: "form", Source: "f", Picture: file(drawn("form"))})
	pixels, _, err := image.Decode(bytes.NewReader(ticket))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ticket")
	if err := os.WriteFile(path, ticket, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the cable was pulled")
	want := classify(t, g, ticket)
	for name, p := range map[string]exemplar.Picture{
		"reader": exemplar.FromReader(bytes.NewReader(ticket)),
		"file":   exemplar.FromFile(path),
		"image":  exemplar.FromImage(pixels),
		"func":   exemplar.FromFunc(func() ([]byte, error) { return ticket, nil }),
	} {
		if got := classifyWith(t, g, p, exemplar.ClassifyOptions{}).Answer(); got.Label != "ticket" || got.Geometry.LLR != want.Geometry.LLR {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, p := range map[string]exemplar.Picture{
		"zero":     {},
		"no size":  exemplar.FromImage(image.NewRGBA(image.Rectangle{})),
		"too much": exemplar.FromImage(&image.Uniform{}), // a billion pixels each way
		"no file":  exemplar.FromFile(path + "s"),
		"broken":   exemplar.FromFunc(func() ([]byte, error) { return nil, broken }),
	} {
		a := classifyWith(t, g, p, exemplar.ClassifyOptions{}).Answer()
		if a.Decision != exemplar.Refused || a.Reason == "" || a.Confidence != 0 || a.Basis != "" || a.Embedding != nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
	var noImage *image.RGBA
	var noFile *bytes.Buffer
	for name, c := range map[string]struct {
		picture exemplar.Picture
		says    string
	}{
		"no reader":       {exemplar.FromReader(nil), "the reader is nil"},
		"no file":         {exemplar.FromReader(noFile), "the reader is nil"},
		"no func":         {exemplar.FromFunc(nil), "the function is nil"},
		"no image":        {exemplar.FromImage(nil), "the image is nil"},
		"no typed image":  {exemplar.FromImage(noImage), "the image is nil"},
		"image of nought": {exemplar.FromImage(image.NewRGBA(image.Rectangle{})), "the image has no pixels"},
	} {
		if a := classifyWith(t, g, c.picture, exemplar.ClassifyOptions{}).Answer(); a.Decision != exemplar.Refused || !strings.Contains(a.Reason, c.says) {
			t.Errorf("%s: %+v", name, a)
		}
		if r := register(t, g, exemplar.Item{Label: "x", Source: "x", Picture: c.picture})[0]; r.Outcome != exemplar.RefusedImage || !strings.Contains(r.Reason, c.says) {
			t.Errorf("%s: registering gives %+v", name, r)
		}
	}
	result, err := g.Classify(t.Context(), exemplar.Picture{}, exemplar.ClassifyOptions{FPIR: 2})
	if a := result.Answer(); err == nil || a.Decision != "" {
		t.Errorf("an answer beside the error %v: %+v", err, a)
	}
	registered := register(t, g, exemplar.Item{Label: "copy", Source: "c", Picture: exemplar.FromImage(pixels)})
	if registered[0].Outcome != exemplar.Registered {
		t.Errorf("pixels are registered: %+v", registered[0])
	}
}

// All and Exact together: a document with a changed line is none.
func TestAllKeepsExact(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	form := synthdoc.Document{Kind: "form", Template: 100, Content: 100, Size: 800}
	registerOne(t, g, pictured("form", form))
	p := file(drawnFile(synthdoc.Siblings(form)["line"]))
	if a := classifyWith(t, g, p, exemplar.ClassifyOptions{All: true}).Answer(); a.Decision != exemplar.Match || len(a.Geometry.Changes) == 0 {
		t.Fatalf("a changed line: %s (%s)", a.Decision, a.Reason)
	}
	for _, all := range []bool{false, true} {
		a := classifyWith(t, g, p, exemplar.ClassifyOptions{All: all, Exact: true}).Answer()
		if a.Decision != exemplar.Unknown || a.Confidence < 0.5 {
			t.Errorf("exactly, all %v: %s with %v (%s)", all, a.Decision, a.Confidence, a.Reason)
		}
	}
}

// The explanation is of the answer that is given, options and all.
func TestTheAnswerItselfIsExplained(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	form := synthdoc.Document{Kind: "form", Template: 100, Content: 100, Size: 800}
	registerOne(t, g, pictured("form", form))
	p := file(drawnFile(synthdoc.Siblings(form)["line"]))
	var drawings [][]byte
	for _, exact := range []bool{false, true} {
		r := classifyWith(t, g, p, exemplar.ClassifyOptions{Exact: exact, Explain: true})
		if m, _, err := imaging.Decode(r.Explanation, imaging.DefaultLimits); err != nil || m.W < 1000 {
			t.Fatalf("exact %v: no drawing: %v", exact, err)
		}
		drawings = append(drawings, r.Explanation)
	}
	if bytes.Equal(drawings[0], drawings[1]) {
		t.Error("the drawing of a refusal is that of a match")
	}
	if r := classifyWith(t, g, file(nil), exemplar.ClassifyOptions{Explain: true}); r.Explanation != nil {
		t.Error("what is no picture is explained")
	}
}

func TestBatchesComeInOrder(t *testing.T) {
	g := newGallery(t)
	kinds := []string{"ticket", "form", "banknote"}
	for _, kind := range kinds {
		register(t, g, exemplar.Item{Label: kind, Source: kind, Picture: file(drawn(kind))})
	}
	var pictures []exemplar.Picture
	var want []string
	for i := range 9 {
		want = append(want, kinds[i%3])
		pictures = append(pictures, exemplar.FromFunc(func() ([]byte, error) { return drawn(kinds[i%3]), nil }))
	}
	var got []string
	for r, err := range g.ClassifyBatch(context.Background(), slices.Values(pictures), exemplar.ClassifyOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Answer().Label)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, err := range g.ClassifyBatch(ctx, slices.Values(pictures), exemplar.ClassifyOptions{}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: %v", last)
	}
	for _, err := range g.ClassifyBatch(context.Background(), slices.Values(pictures), exemplar.ClassifyOptions{FPIR: 3}) {
		if !errors.Is(err, exemplar.ErrFPIR) {
			t.Errorf("an impossible share: %v", err)
		}
	}
}

// writes are all methods that change a gallery.
func writes(g *exemplar.Gallery, id string) map[string]func() error {
	ctx := context.Background()
	return map[string]func() error{
		"Register": func() error {
			_, err := g.Register(ctx, []exemplar.Item{{Label: "a", Picture: file(drawn("form"))}}, exemplar.RegisterOptions{})
			return err
		},
		"Register nothing": func() error {
			_, err := g.Register(ctx, []exemplar.Item{{Label: "a", Picture: file(nil)}}, exemplar.RegisterOptions{Replace: true})
			return err
		},
		"Replacement": func() error { _, err := g.Replacement(ctx); return err },
		"Remove":      func() error { return g.Remove(ctx, id) },
		"RemoveLabel": func() error { _, err := g.RemoveLabel(ctx, "ticket"); return err },
		"Rename":      func() error { _, err := g.Rename(ctx, "ticket", "other"); return err },
		"SetNote":     func() error { return g.SetNote(ctx, id, "note") },
		"Reembed":     func() error { return g.Reembed(ctx, nil) },
		"Compact":     func() error { return g.Compact(ctx) },
		"Repair":      func() error { _, err := g.Repair(ctx); return err },
	}
}

func TestReadOnlyIsReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.db")
	id := register(t, open(t, path, exemplar.Options{Mode: exemplar.ReadWrite}), exemplar.Item{Label: "ticket", Picture: file(drawn("ticket"))})[0].ID
	g := open(t, path, exemplar.Options{Mode: exemplar.ReadOnly})
	for name, write := range writes(g, id) {
		if err := write(); !errors.Is(err, exemplar.ErrReadOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := g.List(context.Background(), ""); err != nil || len(list) != 1 || list[0].Note != "" {
		t.Errorf("afterwards: %+v, %v", list, err)
	}
	if a := classify(t, g, drawn("ticket")); a.Label != "ticket" {
		t.Errorf("it answers %s", a.Decision)
	}
}

func TestUseAfterClose(t *testing.T) {
	ctx := context.Background()
	g := newGallery(t)
	id := register(t, g, exemplar.Item{Label: "ticket", Picture: file(drawn("ticket"))})[0].ID
	classify(t, g, drawn("ticket")) // so that all is loaded
	for range 2 {
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	uses := writes(g, id)
	uses["Classify"] = func() error {
		_, err := g.Classify(ctx, file(drawn("ticket")), exemplar.ClassifyOptions{})
		return err
	}
	uses["ClassifyBatch"] = func() (last error) {
		for _, err := range g.ClassifyBatch(ctx, slices.Values([]exemplar.Picture{{}}), exemplar.ClassifyOptions{}) {
			last = err
		}
		return last
	}
	uses["List"] = func() error { _, err := g.List(ctx, ""); return err }
	uses["Get"] = func() error { _, err := g.Get(ctx, id); return err }
	uses["Picture"] = func() error { _, err := g.Picture(ctx, id); return err }
	uses["Rivals"] = func() error { _, err := g.Rivals(ctx, id); return err }
	uses["Stats"] = func() error { _, err := g.Stats(ctx); return err }
	uses["Export"] = func() error { return g.Export(ctx, filepath.Join(t.TempDir(), "e.zip")) }
	uses["Check"] = func() error { _, err := g.Check(ctx); return err }
	for name, use := range uses {
		if err := use(); !errors.Is(err, exemplar.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// When its context ends, Register stops after the pictures in hand and stores none.
func TestRegisterStops(t *testing.T) {
	g := newGallery(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ticket := drawn("ticket")
	var mu sync.Mutex
	read := 0
	items := make([]exemplar.Item, 500)
	for i := range items {
		items[i] = exemplar.Item{Label: "ticket", Picture: file(ticket)}
	}
	_, err := g.Register(ctx, items, exemplar.RegisterOptions{Progress: func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if read = max(read, done); total != len(items) {
			t.Errorf("%d of %d", done, total)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || read == 0 || read > 100 {
		t.Errorf("%v after %d pictures", err, read)
	}
	if list, err := g.List(context.Background(), ""); err != nil || len(list) != 0 {
		t.Errorf("%d references, %v", len(list), err)
	}
}

// The table of fields names all that an answer has, and nothing else.
func TestTheTableOfFields(t *testing.T) {
	text, err := os.ReadFile("docs/answers.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## Fields")
	section, _, _ = strings.Cut(section, "\n## ")
	documented := map[string]string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) > 4 && strings.Contains(cells[1], "`") {
			documented[strings.Trim(cells[1], " `")] = strings.Trim(cells[3], " `")
		}
	}
	delete(documented, "path") // which the command adds
	var walk func(of reflect.Type, prefix, owner string)
	walk = func(of reflect.Type, prefix, owner string) {
		for _, f := range reflect.VisibleFields(of) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner := f.Type
			for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			isStruct := inner.Kind() == reflect.Struct
			if !isStruct || f.Type.Kind() == reflect.Slice {
				if got := documented[prefix+name]; got != owner+f.Name {
					t.Errorf("%s%s is said to be %q, it is %s%s", prefix, name, got, owner, f.Name)
				}
				delete(documented, prefix+name)
			}
			if isStruct {
				walk(inner, prefix+name+".", inner.Name()+".")
			}
		}
	}
	walk(reflect.TypeFor[exemplar.Answer](), "", "")
	if len(documented) > 0 {
		t.Errorf("not in an answer: %v", documented)
	}
}
