package changetrain

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"exemplar/internal/alignment"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// countCells counts what is known of the cells of samples.
func countCells(samples []Sample) (truths map[Truth]int, sorts map[Sort]int) {
	truths, sorts = map[Truth]int{}, map[Sort]int{}
	for _, s := range samples {
		for _, c := range s.Cells {
			truths[c]++
		}
		for _, c := range s.Sorts {
			sorts[c]++
		}
	}
	return truths, sorts
}

func TestKindSamples(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	run := func(n int) []Sample {
		samples, err := KindSamples(t.Context(), DrawnKinds(4, 7, nil)[:n], families.Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		return samples
	}
	samples := run(4)
	truths, sorts := countCells(samples)
	if len(samples) < 8 || min(truths[Same], truths[Contents], truths[Form]) < 50 || min(sorts[Printed], sorts[Filled]) < 50 {
		t.Errorf("%d samples with cells %v of prints %v", len(samples), truths, sorts)
	}
	if again := run(1); len(again) == 0 || len(again) > len(samples) || !reflect.DeepEqual(samples[:len(again)], again) {
		t.Error("the same seed gave other samples")
	}
}

// What a copy shows otherwise is contents, what another issuer's shows otherwise
// is form, and where both differ it is form.
func TestDrawnAgainst(t *testing.T) {
	papertest.SkipUnderRace(t)
	ref := synthdoc.Document{Kind: "invoice", Template: 19, Content: 19, Size: 768}
	other, issuer, both, paper := ref, ref, ref, ref
	paper.Headline = 1
	other.Content, issuer.Issuer = 3, 1
	both.Content, both.Issuer = 3, 1
	for _, c := range []struct {
		name           string
		document       synthdoc.Document
		fixed          bool
		otherKind      bool
		contents, form bool
	}{
		{"itself", ref, false, false, false, false},
		{"another copy", other, false, false, true, false},
		{"another issuer's", issuer, false, true, false, true},
		{"another issuer's copy", both, false, true, true, true},
		{"another paper of the company", paper, false, true, false, true},
		{"another, where contents matter", other, true, true, false, true},
	} {
		document := synthdoc.Draw(c.document)
		a := new(drawnKind).against(c.document, ref, document, c.fixed)
		if a.OtherKind != c.otherKind {
			t.Errorf("%s: another kind: %v, want %v", c.name, a.OtherKind, c.otherKind)
		}
		shape := newShape(a.Reference)
		l, ok := lay(alignment.NewProbe(atReferenceSide(document)), shape)
		if !ok {
			t.Fatalf("%s was not found", c.name)
		}
		cells, ok := a.cells(document, shape, &l)
		if !ok {
			t.Fatalf("%s: nothing is known", c.name)
		}
		truths, _ := countCells([]Sample{{Cells: cells}})
		if (truths[Contents] > 20) != c.contents || (truths[Form] > 20) != c.form {
			t.Errorf("%s: %v", c.name, truths)
		}
	}
}

func TestFormKinds(t *testing.T) {
	root := t.TempDir()
	keep := func(family int) bool { return family == 0 }
	if _, err := FormKinds(root, 1, 1, keep); err == nil {
		t.Error("an empty folder has forms")
	}
	for _, name := range []string{"a/2020", "a/2021", "b/2020"} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		picture := synthdoc.Draw(synthdoc.Document{Kind: "form", Template: uint64(len(name)), Blank: true, Size: 400})
		for file, data := range map[string][]byte{
			path + ".webp": imaging.EncodePNG(picture), // the reader goes by the contents
			path + ".json": fmt.Appendf(nil, `{"w":%d,"h":%d,"fields":[{"kind":"text","box":[20,20,200,40]}]}`, picture.W, picture.H),
		} {
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	sources, err := FormKinds(root, 2, 1, keep)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%d forms, %v", len(sources), err)
	}
	k, err := sources[0]()
	if err != nil || len(k.Captures) != 2 {
		t.Fatalf("%d captures, %v", len(k.Captures), err)
	}
	for _, c := range k.Captures {
		if len(c.Against) != 2 || c.Against[0].OtherKind || !c.Against[1].OtherKind || !c.Against[1].FormLaid {
			t.Errorf("a capture against %d references", len(c.Against))
		}
	}
	if err := os.Remove(filepath.Join(root, "a", "2021.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := sources[1](); err == nil {
		t.Error("a form without fields is read")
	}
}
