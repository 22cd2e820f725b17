package exemplar_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/cputime"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// pictured is a drawn document as an item to register.
func pictured(label string, d synthdoc.Document) exemplar.Item {
	return exemplar.Item{Label: label, Source: label, Picture: exemplar.FromBytes(drawnFile(d))}
}

// registerOne registers an item and returns what is said of it.
func registerOne(t *testing.T, g *exemplar.Gallery, item exemplar.Item) exemplar.Registration {
	t.Helper()
	r := register(t, g, item)[0]
	if r.Outcome != exemplar.Registered {
		t.Fatalf("%s: %s (%s)", item.Label, r.Outcome, r.Reason)
	}
	return r
}

// The second edition of a document is reported with the first, and the regions
// cover what was printed anew, in pixels of the picture as sent.
func TestWhatTwoEditionsDifferInIsReported(t *testing.T) {
	papertest.SkipLong(t)
	// Larger than the picture that is kept.
	note := synthdoc.Document{Kind: "banknote", Template: 3 << 32, Content: 3 << 32, Size: 1200}
	g, before := newGallery(t), synthdoc.Draw(note)
	first := registerOne(t, g, pictured("note/first", note))
	for _, name := range []string{"edition", "line", "contents"} {
		sibling := synthdoc.Siblings(note)[name]
		r := registerOne(t, g, pictured("note/second", sibling))
		if len(first.Rivals) != 0 || len(r.Rivals) != 1 {
			t.Fatalf("%s: rivals %+v, then %+v; want none, then one", name, first.Rivals, r.Rivals)
		}
		rival := r.Rivals[0]
		if rival.Label != "note/first" || rival.Reference != first.ID || rival.Compared < 40 || rival.Agreement < 0.8 || rival.Score < 0.7 {
			t.Errorf("%s: %+v", name, rival)
		}
		if !strings.Contains(rival.Reason, "differs from note/first only in") {
			t.Errorf("%s: the reason is %q", name, rival.Reason)
		}
		if err := g.Remove(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
		after := synthdoc.Draw(sibling)
		marked, covered, area := 0, 0, 0
		for _, region := range rival.Regions {
			area += region.W * region.H
		}
		for i := 0; i < len(before.Pix); i += 3 {
			if d := int(before.Pix[i+1]) - int(after.Pix[i+1]); max(d, -d) < 80 {
				continue
			}
			marked++
			x, y := i/3%before.W, i/3/before.W
			if slices.ContainsFunc(rival.Regions, func(r exemplar.Region) bool { return x >= r.X && y >= r.Y && x < r.X+r.W && y < r.Y+r.H }) {
				covered++
			}
		}
		if marked == 0 || covered < marked*95/100 || area > before.W*before.H/10 {
			t.Errorf("%s: %v cover %d of %d changed pixels, and %d of %d pixels in all", name, rival.Regions, covered, marked, area, before.W*before.H)
		}
	}
}

// Only what looks alike under a label that says something else is a rival.
func TestWhatIsNoRival(t *testing.T) {
	papertest.SkipLong(t)
	note := synthdoc.Document{Kind: "banknote", Template: 3 << 32, Content: 3 << 32, Size: 600}
	edition := synthdoc.Siblings(note)["edition"]
	g := newGallery(t)
	registerOne(t, g, pictured("note/first", note))
	for _, c := range []struct {
		name   string
		label  string
		sent   synthdoc.Document
		rivals int
	}{
		{"an edition under another label", "note/second", edition, 1},
		{"under the same label", "note/first", edition, 0},
		{"under a label above", "note", edition, 0},
		{"under a label below", "note/first/second", edition, 0},
		{"a note of another bank", "note/other", synthdoc.Document{Kind: "banknote", Template: 77, Content: 77, Size: 600}, 0},
		{"a form", "form", synthdoc.Document{Kind: "form", Template: 5, Content: 5, Size: 600}, 0},
	} {
		r := registerOne(t, g, pictured(c.label, c.sent))
		if len(r.Rivals) != c.rivals {
			t.Errorf("%s: rivals %+v, want %d", c.name, r.Rivals, c.rivals)
		}
		if err := g.Remove(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
	}
}

// Captures of two references that do not differ cannot be told apart, and that
// is said: here the other one is a scan of the same document.
func TestTheSameDocumentUnderTwoLabels(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	note := synthdoc.Document{Kind: "banknote", Template: 9, Content: 9, Size: 900}
	registerOne(t, g, pictured("a", note))
	scan := imaging.EncodeJPEG(imaging.Resize(synthdoc.Draw(note), 700, 367).Rotate(1), 85)
	r := registerOne(t, g, exemplar.Item{Label: "b", Source: "scan", Picture: exemplar.FromBytes(scan)})
	if len(r.Rivals) != 1 || !strings.Contains(r.Rivals[0].Reason, "cannot be told apart") || len(r.Rivals[0].Regions) != 0 {
		t.Errorf("a scan of the same: %+v", r.Rivals)
	}
}

// stripes is a picture without detail.
func stripes(w, h, shade int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for i := range m.Pix {
		m.Pix[i] = byte(shade + 60*(i/3%w/(w/3)) + i/(3*w)/4)
	}
	return m
}

// Where there is too little to look for, the embedding says which labels are close.
func TestRivalsByTheirEmbeddings(t *testing.T) {
	g := newGallery(t)
	item := func(label string, m *imaging.Image) exemplar.Item {
		return exemplar.Item{Label: label, Source: label, Picture: exemplar.FromBytes(imaging.EncodePNG(m))}
	}
	first := registerOne(t, g, item("first", stripes(600, 400, 40)))
	r := registerOne(t, g, item("second", stripes(600, 400, 42)))
	if len(r.Rivals) != 1 || r.Rivals[0].Reference != first.ID || r.Rivals[0].Compared != 0 || !strings.Contains(r.Rivals[0].Reason, "is close to first") {
		t.Errorf("rivals %+v, want one by its embedding", r.Rivals)
	}
}

// A picture without detail can be registered, and it is said what that means.
func TestAReferenceThatShowsLittleIsNoted(t *testing.T) {
	g := newGallery(t)
	plain := stripes(600, 400, 40)
	r := registerOne(t, g, exemplar.Item{Label: "plain", Source: "plain.png", Picture: exemplar.FromBytes(imaging.EncodePNG(plain))})
	if !strings.Contains(r.Reason, "too little to be looked for") {
		t.Errorf("three plain stripes: %q", r.Reason)
	}
	if r := registerOne(t, g, pictured("form", synthdoc.Document{Kind: "form", Template: 5, Content: 5, Size: 600})); r.Reason != "" {
		t.Errorf("a form: %q", r.Reason)
	}
}

func TestRivalsOfARegisteredReference(t *testing.T) {
	papertest.SkipLong(t)
	ctx := context.Background()
	g := newGallery(t)
	note := synthdoc.Document{Kind: "banknote", Template: 3 << 32, Content: 3 << 32, Size: 600}
	first := registerOne(t, g, pictured("note/first", note))
	second := registerOne(t, g, pictured("note/second", synthdoc.Siblings(note)["edition"]))
	form := registerOne(t, g, pictured("form", synthdoc.Document{Kind: "form", Template: 5, Content: 5, Size: 600}))
	rivals, err := g.Rivals(ctx, second.ID)
	if err != nil || !reflect.DeepEqual(rivals, second.Rivals) {
		t.Errorf("later: %+v, %v; on registering: %+v", rivals, err, second.Rivals)
	}
	if rivals, err := g.Rivals(ctx, first.ID); err != nil || len(rivals) != 1 || rivals[0].Label != "note/second" {
		t.Errorf("of the first: %+v, %v", rivals, err)
	}
	drawn, err := g.ExplainRival(ctx, second.ID, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	if m, info, err := imaging.Decode(drawn, imaging.DefaultLimits); err != nil || info.Format != "png" || m.W < 1000 {
		t.Errorf("the picture: %+v, %v", info, err)
	}
	if _, err := g.ExplainRival(ctx, second.ID, form.ID); !errors.Is(err, exemplar.ErrNotAlike) {
		t.Errorf("a note and a form: %v, want ErrNotAlike", err)
	}
	if _, err := g.Rivals(ctx, "none"); !errors.Is(err, exemplar.ErrNoReference) {
		t.Errorf("no such reference: %v", err)
	}
	if _, err := g.ExplainRival(ctx, second.ID, "none"); !errors.Is(err, exemplar.ErrNoReference) {
		t.Errorf("no such rival: %v", err)
	}
}

// BenchmarkRegister registers one more picture in a gallery of 100: one of its
// own kind, and the second edition of a document whose first edition and other
// siblings are there. CPU-ms are those of all threads.
func BenchmarkRegister(b *testing.B) {
	g, err := exemplar.Open(b.TempDir()+"/g.db", exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	var items []exemplar.Item
	kinds := synthdoc.Kinds()
	for i := range 96 {
		d := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Content: uint64(i), Size: 800}
		items = append(items, pictured(fmt.Sprintf("%s/%d", d.Kind, i), d))
	}
	card := synthdoc.Document{Kind: "id-card", Template: 1000, Content: 1000, Size: 800}
	siblings := synthdoc.Siblings(card)
	for _, name := range []string{"contents", "line", "design"} {
		items = append(items, pictured("card/"+name, siblings[name]))
	}
	items = append(items, pictured("card/first", card))
	if _, err := g.Register(context.Background(), items, exemplar.RegisterOptions{}); err != nil {
		b.Fatal(err)
	}
	for name, d := range map[string]synthdoc.Document{
		"alone":  {Kind: "form", Template: 2000, Content: 2000, Size: 800},
		"rivals": siblings["edition"],
	} {
		b.Run(name, func(b *testing.B) {
			again := []exemplar.Item{pictured("new", d)}
			rivals, start := 0, cputime.Used()
			for b.Loop() {
				results, err := g.Register(context.Background(), again, exemplar.RegisterOptions{Replace: true})
				if err != nil {
					b.Fatal(err)
				}
				rivals = len(results[0].Rivals)
			}
			b.ReportMetric(float64(rivals), "rivals")
			b.ReportMetric(float64((cputime.Used()-start).Microseconds())/1000/float64(b.N), "CPU-ms/op")
		})
	}
}
