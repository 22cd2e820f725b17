package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

func testList(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	Put(t, s, Entry("id/front", 1), Entry("id", 2), Entry("id-card", 3), Entry("id/back", 4), Entry("id/back", 5), Entry("idx", 6))
	cases := []struct {
		name   string
		filter store.Filter
		want   []store.Label
	}{
		{"all", store.Filter{}, []store.Label{"id", "id-card", "id/back", "id/back", "id/front", "idx"}},
		{"under", store.Filter{Under: "id"}, []store.Label{"id", "id/back", "id/back", "id/front"}},
		{"leaf", store.Filter{Under: "id/back"}, []store.Label{"id/back", "id/back"}},
		{"none", store.Filter{Under: "i"}, nil},
		{"hash", store.Filter{Hash: new(Entry("", 3).Hash)}, []store.Label{"id-card"}},
		{"hash elsewhere", store.Filter{Under: "id", Hash: new(Entry("", 3).Hash)}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := LabelsOf(List(t, s, c.filter)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func testLabels(t *testing.T, fresh func(testing.TB) Instance) {
	s := open(t, fresh(t))
	for range 2 { // of none, and of some
		got, err := s.Labels(context.Background())
		if want := slices.Compact(LabelsOf(List(t, s, store.Filter{}))); err != nil || !slices.Equal(got, want) {
			t.Errorf("labels %q, %v, want %q", got, err, want)
		}
		if len(got) == 0 {
			Put(t, s, Entry("b", 1), Entry("a", 2), Entry("b", 3), Entry("a/b", 4))
		}
	}
}

func testRename(t *testing.T, fresh func(testing.TB) Instance) {
	cases := []struct {
		name     string
		from, to store.Label
		n        int
		want     []store.Label
		err      error
	}{
		{"subtree", "id", "card", 3, []store.Label{"card", "card/back", "card/front", "id-card", "x/front"}, nil},
		{"leaf", "id/back", "verso", 1, []store.Label{"id", "id-card", "id/front", "verso", "x/front"}, nil},
		{"merge", "x", "id", 1, []store.Label{"id", "id-card", "id/back", "id/front", "id/front"}, nil},
		{"below itself", "id", "id/old", 3, []store.Label{"id-card", "id/old", "id/old/back", "id/old/front", "x/front"}, nil},
		{"to its parent", "id/back", "id", 1, []store.Label{"id", "id", "id-card", "id/front", "x/front"}, nil},
		{"unknown", "i", "j", 0, nil, store.ErrNoReference},
		{"to nothing", "id", "", 0, nil, label.ErrLabel},
		{"too deep", "id", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", 0, nil, label.ErrLabel},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, fresh(t))
			Put(t, s, Entry("id", 1), Entry("id/front", 2), Entry("id/back", 3), Entry("id-card", 4), Entry("x/front", 5))
			before := LabelsOf(List(t, s, store.Filter{}))
			n, err := s.Rename(context.Background(), c.from, c.to)
			if n != c.n || !errors.Is(err, c.err) {
				t.Errorf("renamed %d, %v", n, err)
			}
			want := c.want
			if c.err != nil {
				want = before
			}
			if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			MustBeSound(t, s)
		})
	}
}

// Labels that were made one are parted again by the ids of what was moved.
func testPart(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	added := Put(t, s, Entry("id", 1), Entry("id/front", 2), Entry("card/front", 3))
	before := List(t, s, store.Filter{})
	if n, err := s.Rename(ctx, "card", "id"); n != 1 || err != nil {
		t.Fatalf("renamed %d, %v", n, err)
	}
	if n, err := s.Rename(ctx, "id", "card", added[2].ID, "nobody"); n != 1 || err != nil {
		t.Errorf("parted %d, %v", n, err)
	}
	if now := List(t, s, store.Filter{}); !slices.Equal(now, before) {
		t.Errorf("%+v, before %+v", now, before)
	}
	if n, err := s.Rename(ctx, "id", "card", added[2].ID); n != 0 || !errors.Is(err, store.ErrNoReference) {
		t.Errorf("what is elsewhere is moved: %d, %v", n, err)
	}
	MustBeSound(t, s)
}

func testRemove(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	added := Put(t, s, Entry("id", 1), Entry("id/front", 2), Entry("id-card", 3), Entry("x", 4))
	for _, id := range []string{"nobody", "", "a\x00", "\xff"} { // a database cannot even be asked for some of them
		if _, err := s.Get(ctx, id); !errors.Is(err, store.ErrNoReference) {
			t.Errorf("looking up %q: %v", id, err)
		}
		if _, err := s.Picture(ctx, id); !errors.Is(err, store.ErrNoReference) {
			t.Errorf("the picture of %q: %v", id, err)
		}
	}
	if err := s.Remove(ctx, added[3].ID, "nobody"); !errors.Is(err, store.ErrNoReference) {
		t.Errorf("removing an unknown id: %v", err)
	}
	if n, err := s.RemoveLabel(ctx, "nothing"); n != 0 || !errors.Is(err, store.ErrNoReference) {
		t.Errorf("removing an unknown label: %d, %v", n, err)
	}
	if n, err := s.RemoveLabel(ctx, ""); n != 0 || !errors.Is(err, store.ErrInvalid) { // it would be all
		t.Errorf("removing the empty label: %d, %v", n, err)
	}
	if n, err := s.Rename(ctx, "", "y"); n != 0 || !errors.Is(err, store.ErrInvalid) {
		t.Errorf("renaming the empty label: %d, %v", n, err)
	}
	if got := len(List(t, s, store.Filter{})); got != 4 {
		t.Fatalf("%d references after removals that failed", got)
	}
	if n, err := s.RemoveLabel(ctx, "id"); n != 2 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if err := s.Remove(ctx, added[3].ID); err != nil {
		t.Error(err)
	}
	if got := LabelsOf(List(t, s, store.Filter{})); !slices.Equal(got, []store.Label{"id-card"}) {
		t.Errorf("left %q", got)
	}
	for name, look := range map[string]func() error{
		"Get":         func() error { _, err := s.Get(ctx, added[0].ID); return err },
		"Picture":     func() error { _, err := s.Picture(ctx, added[0].ID); return err },
		"Features":    func() error { _, err := s.Features(ctx, added[0].ID); return err },
		"SetNote":     func() error { return s.SetNote(ctx, added[0].ID, "gone") },
		"SetContents": func() error { return s.SetContents(ctx, added[0].ID, store.ContentsFixed) },
		"Remove":      func() error { return s.Remove(ctx, added[0].ID) },
	} {
		if err := look(); !errors.Is(err, store.ErrNoReference) {
			t.Errorf("%s of what was removed: %v", name, err)
		}
	}
	MustBeSound(t, s)
}

func testSetNote(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	r := Put(t, s, Entry("a", 1))[0]
	if err := s.SetNote(ctx, r.ID, "second edition"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Get(ctx, r.ID); err != nil || got.Note != "second edition" {
		t.Errorf("note %q, %v", got.Note, err)
	}
	for name, note := range map[string]string{"too long": string(make([]byte, store.MaxTextBytes+1)), "not UTF-8": "\xff\xfe"} {
		if err := s.SetNote(ctx, r.ID, note); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("a note that is %s: %v", name, err)
		}
	}
}

func testSetContents(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	fixed := Entry("a", 2)
	fixed.Contents = store.ContentsFixed
	r := Put(t, s, Entry("a", 1), fixed)
	f := follow(t, s)
	for _, want := range []store.Contents{store.ContentsFixed, store.ContentsVary, store.ContentsAuto} {
		if err := s.SetContents(ctx, r[0].ID, want); err != nil {
			t.Fatal(err)
		}
		f.sync(t)
		got, err := s.Get(ctx, r[0].ID)
		if seen := f.there[r[0].ID].Contents; err != nil || got.Contents != want || seen != want {
			t.Errorf("contents %q, a follower sees %q, want %q, %v", got.Contents, seen, want, err)
		}
		if got := f.there[r[1].ID].Contents; got != store.ContentsFixed {
			t.Errorf("contents of the other are %q", got)
		}
	}
	if err := s.SetContents(ctx, r[0].ID, "green"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("contents that are not known: %v", err)
	}
	MustBeSound(t, s)
}

func testEachWords(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	s := open(t, fresh(t))
	none := Entry("a", 3)
	none.Words = store.Words{}
	references := Put(t, s, Entry("a", 1), Entry("a", 2), none)
	var got []string
	err := s.EachWords(ctx, []string{references[1].ID, references[2].ID, "unknown"}, func(id string, words store.Words) error {
		got = append(got, id, words.Vocabulary, string(words.Data))
		return nil
	})
	if want := []string{references[1].ID, Vocabulary, "words 2"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("read %q, %v, want %q", got, err, want)
	}
	enough := errors.New("enough")
	if err := s.EachWords(ctx, []string{references[0].ID}, func(string, store.Words) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
	if err := s.Remove(ctx, references[1].ID); err != nil {
		t.Fatal(err)
	}
	if kept := WordsOf(t, s); len(kept) != 1 {
		t.Errorf("words after one was removed: %q", kept)
	}
	MustBeSound(t, s)
}
