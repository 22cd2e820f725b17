package recognise

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/synthdoc"
)

// damaged is a gallery of four documents, the first of which has a second reference,
// in which statements were run.
func damaged(t *testing.T, statements string) (g *Engine, documents []*imaging.Image) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "g.db")
	kept, err := open.Store(path, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range []string{"form", "ticket", "banknote", "letter"} {
		d := synthdoc.Document{Kind: kind, Template: 5, Content: 5, Size: 500}
		documents = append(documents, drawn(d))
		if _, err := kept.Put(context.Background(), drawnEntry(fmt.Sprint("document/", i), d)); err != nil {
			t.Fatal(err)
		}
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	runSQL(t, path, statements)
	return openEngine(t, path), documents
}

// A damaged reference harms itself alone: it is left out, which is said, and all
// others answer as ever.
func TestADamagedReferenceIsLeftOut(t *testing.T) {
	papertest.SkipLong(t)
	const first = ` WHERE rowid = (SELECT min(rowid) FROM `
	for name, statements := range map[string]string{
		"picture":          `UPDATE picture SET jpeg = substr(jpeg, 1, 1000)` + first + `picture)`,
		"features":         `UPDATE embedding SET features = substr(features, 5)` + first + `embedding)`,
		"features missing": `UPDATE embedding SET features = NULL` + first + `embedding)`,
		"embedding":        `UPDATE embedding SET vectors = zeroblob(length(vectors))` + first + `embedding)`,
		"none":             `SELECT 1`,
	} {
		t.Run(name, func(t *testing.T) {
			g, documents := damaged(t, statements)
			for i, document := range documents {
				result, err := g.Recognise(context.Background(), Input{Image: document}, Options{FPIR: 0.01})
				if err != nil {
					t.Fatalf("document %d: %v", i, err)
				}
				f := result.Findings[0]
				itself := i == 0 && name != "none"
				if want := decide.Label(fmt.Sprint("document/", i)); (f.Decision.Label == want) == itself {
					t.Errorf("document %d: %s %q (%s)", i, f.Decision.Outcome, f.Decision.Label, f.Decision.Reason)
				}
				for _, d := range f.LeftOut {
					if d.Label != "document/0" || d.ID == "" {
						t.Errorf("left out: %+v", d)
					}
				}
				said := strings.Contains(f.Decision.Reason, "a damaged reference of document/0 was left out")
				if said != (len(f.LeftOut) > 0) || itself && !said {
					t.Errorf("document %d: left out %v, reason %q", i, f.LeftOut, f.Decision.Reason)
				}
			}
		})
	}
}

// A gallery of which nothing can be used says so, and hangs or stops for nobody.
func TestAllReferencesDamaged(t *testing.T) {
	g, documents := damaged(t, `UPDATE embedding SET features = x'00'`)
	result, err := g.Recognise(context.Background(), Input{Image: documents[0]}, Options{FPIR: 0.01, All: true})
	if err != nil {
		t.Fatal(err)
	}
	if f := result.Findings[0]; f.Decision.Outcome != decide.Unknown || len(f.LeftOut) != 4 || !strings.Contains(f.Decision.Reason, "4 damaged references") {
		t.Errorf("%s, %d left out, %q", f.Decision.Outcome, len(f.LeftOut), f.Decision.Reason)
	}
}

// What is as it was written but makes no sense is left out as well.
func TestAReferenceThatCannotBeDecodedIsLeftOut(t *testing.T) {
	form := drawn(synthdoc.Document{Kind: "form", Template: 5, Content: 5, Size: 500})
	ticket := drawn(synthdoc.Document{Kind: "ticket", Template: 5, Content: 5, Size: 500})
	for name, spoil := range map[string]func(*store.Entry){
		"picture":  func(e *store.Entry) { e.Picture = []byte("\xff\xd8\xffno picture") },
		"features": func(e *store.Entry) { e.Features = []byte("no features") },
	} {
		g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
		bad := newEntry("form", form)
		spoil(&bad)
		if _, err := g.store.Put(context.Background(), bad, newEntry("ticket", ticket)); err != nil {
			t.Fatal(err)
		}
		for i, picture := range []*imaging.Image{ticket, form} {
			result, err := g.Recognise(context.Background(), Input{Image: picture}, Options{FPIR: 0.01})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			f := result.Findings[0]
			if matched := f.Decision.Label == "ticket"; matched != (i == 0) || i == 1 && (len(f.LeftOut) != 1 || f.LeftOut[0].Label != "form") {
				t.Errorf("%s, picture %d: %s %q, left out %v", name, i, f.Decision.Outcome, f.Decision.Label, f.LeftOut)
			}
		}
	}
}
