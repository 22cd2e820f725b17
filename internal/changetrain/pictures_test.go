package changetrain

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"exemplar/internal/alignment"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// somePictures is a pool of drawn cards and covers.
func somePictures(t *testing.T) *Pictures {
	t.Helper()
	dir := t.TempDir()
	for i, name := range []string{"card-1", "card-2", "cover-1", "cover-2"} {
		kind := []string{"id-card", "ticket", "cover", "cover"}[i]
		picture := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(i), Size: 220})
		if err := os.WriteFile(filepath.Join(dir, name+".png"), imaging.EncodePNG(picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pool, err := dataset.OpenPool(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return NewPictures(pool)
}

func TestPicturesByKind(t *testing.T) {
	p := somePictures(t)
	if len(p.byKind["card"]) != 2 || len(p.byKind["cover"]) != 2 || len(p.byKind) != 2 {
		t.Errorf("%v", p.byKind)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		if m, err := p.oneOf(r, "card", "money"); err != nil || m.W <= m.H {
			t.Errorf("a card of %dx%d, %v", m.W, m.H, err)
		}
	}
	if _, err := p.oneOf(r, "money"); err != nil {
		t.Errorf("no other kind in the place of one that is missing: %v", err)
	}
}

// What another copy of a picture has otherwise is contents, what its look-alike has
// otherwise is form.
func TestPictureKinds(t *testing.T) {
	if testing.Short() {
		t.Skip("lays documents on each other")
	}
	pictures := somePictures(t)
	forms, contents := 0, 0
	for i, source := range PictureKinds(6, 3, pictures) {
		k, err := source()
		if err != nil || len(k.Captures) != 2 || len(k.Captures[1].Against) != 2 {
			t.Fatalf("kind %d: %d captures, %v", i, len(k.Captures), err)
		}
		if again, _ := PictureKinds(6, 3, pictures)[i](); !reflect.DeepEqual(k, again) {
			t.Fatalf("kind %d is another at the second time", i)
		}
		for j, c := range k.Captures {
			for _, a := range c.Against {
				shape := newShape(a.Reference)
				l, ok := lay(alignment.NewProbe(atReferenceSide(c.Document)), shape)
				if !ok {
					continue // a look-alike may be hardly the same
				}
				cells, ok := a.cells(c.Document, shape, &l)
				if !ok {
					t.Fatalf("kind %d, capture %d: nothing is known", i, j)
				}
				truths, _ := countCells([]Sample{{Cells: cells}})
				if other := truths[Changed] + truths[Contents] + truths[Form]; j == 0 && other > 0 {
					t.Errorf("kind %d differs from itself in %d cells", i, other)
				}
				if truths[Form] > 0 && !a.OtherKind {
					t.Errorf("kind %d: a copy has another form in %d cells", i, truths[Form])
				}
				forms, contents = forms+truths[Form], contents+truths[Contents]
			}
		}
	}
	if forms < 20 || contents < 20 {
		t.Errorf("%d cells of another form, %d of other contents", forms, contents)
	}
}

// A worn document shows what it showed: light and dark go together, block by block.
func TestWornIsTheSame(t *testing.T) {
	document := synthdoc.Draw(synthdoc.Document{Kind: "banknote", Template: 2, Size: 500})
	alike := 0
	for seed := range uint64(10) {
		old := worn(document, rand.New(rand.NewPCG(seed, 1)))
		if reflect.DeepEqual(old.Pix, document.Pix) || old.W != document.W {
			t.Fatalf("seed %d does not wear", seed)
		}
		if !reflect.DeepEqual(old, worn(document, rand.New(rand.NewPCG(seed, 1)))) {
			t.Fatalf("seed %d wears in two ways", seed)
		}
		s := Sample{Ref: document.Gray(), Laid: old.Gray()}
		s.Cells = make([]Truth, s.Ref.W/cell*(s.Ref.H/cell))
		for i := range s.Cells {
			s.Cells[i] = Same
		}
		if likeness(&s) > 0.5 {
			alike++
		}
	}
	if alike < 8 {
		t.Errorf("%d of 10 worn documents are like what they were", alike)
	}
}

// Captures are laid on their own reference and on others of their family alone.
func TestCopySamples(t *testing.T) {
	root := t.TempDir()
	for i, name := range []string{"a/one/x_ref", "a/two/y_ref", "b/one/z_ref", "a/one/copy"} {
		d := synthdoc.Document{Kind: "form", Template: uint64(i / 2), Edition: i % 2, Content: 4, Size: 600}
		if i == 3 {
			d = synthdoc.Document{Kind: "form", Template: 0, Content: 9, Size: 600}
		}
		path := filepath.Join(root, filepath.FromSlash(name)+".png")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, imaging.EncodePNG(synthdoc.Draw(d)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := dataset.ReadFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	family := func(label string) string { return label[:1] }
	samples, err := CopySamples(t.Context(), set, family, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range samples {
		got = append(got, fmt.Sprint(s.Kind, s.OtherKind, s.Cells == nil, len(s.Seen) == s.Ref.W/cell*(s.Ref.H/cell)))
	}
	if want := []string{"a/onefalse true true", "a/twotrue true true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if none, err := CopySamples(t.Context(), set, family, func(label string) bool { return label == "b/one" }); err != nil || len(none) != 0 {
		t.Errorf("%d samples of a kind without captures, %v", len(none), err)
	}
}
