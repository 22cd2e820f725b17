package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"exemplar/internal/store"
)

// A damaged part of one reference is reported, and everything else can be read.
func testDamageHarmsItselfAlone(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	for _, part := range []store.Part{store.PartReference, store.PartPicture, store.PartEmbedding, store.PartFeatures, store.PartWords} {
		t.Run(string(part), func(t *testing.T) {
			in := fresh(t)
			s := open(t, in)
			both := Put(t, s, Entry("a", 1), Entry("b", 2))
			hit, other := both[0], both[1]
			if err := in.Spoil(hit.ID, part); err != nil {
				t.Fatal(err)
			}
			f := follow(t, s)
			if inUse := part == store.PartEmbedding || part == store.PartReference; inUse && (len(f.there) != 1 || f.damaged[hit.ID] != part) ||
				!inUse && (len(f.there) != 2 || len(f.damaged) != 0) {
				t.Errorf("a follower has %d references, damaged %v", len(f.there), f.damaged)
			}
			mustTellDamage(t, s, hit.ID, part)
			mustTellDamage(t, s, other.ID, "")
			if words := WordsOf(t, s); (len(words) == 2) == (part == store.PartWords) {
				t.Errorf("words %q", words)
			}
			for _, r := range List(t, s, store.Filter{}) {
				if r.Damaged != (r.ID == hit.ID && part == store.PartReference) {
					t.Errorf("listed %+v", r)
				}
			}
			if problems, err := s.Check(ctx, nil); err != nil || len(problems) == 0 {
				t.Errorf("check: %q, %v", problems, err)
			}
			if err := s.Remove(ctx, hit.ID); err != nil {
				t.Errorf("remove: %v", err)
			}
			MustBeSound(t, s)
			if f.sync(t); len(f.damaged) != 0 || len(f.there) != 1 {
				t.Errorf("a follower after the removal: %d references, damaged %v", len(f.there), f.damaged)
			}
		})
	}
}

// mustTellDamage checks that reading a part of a reference gives a *Damage of it,
// and that all other parts can be read.
func mustTellDamage(t *testing.T, s store.Store, id string, hit store.Part) {
	t.Helper()
	ctx := context.Background()
	errs := map[store.Part]error{}
	_, errs[store.PartReference] = s.Get(ctx, id)
	_, errs[store.PartPicture] = s.Picture(ctx, id)
	_, errs[store.PartFeatures] = s.Features(ctx, id)
	_ = s.Snapshot(ctx, func(now store.Snapshot) error {
		_, errs[store.PartEmbedding] = now.Vectors(ctx, id)
		return nil
	})
	for part, err := range errs {
		var damage *store.Damage
		switch {
		case part != hit && err != nil:
			t.Errorf("reading the %s, which is sound: %v", part, err)
		case part == hit && (!errors.As(err, &damage) || !errors.Is(err, store.ErrDamaged) || damage.ID != id || damage.Part != part):
			t.Errorf("reading the damaged %s: %v", part, err)
		}
	}
	err := s.Snapshot(ctx, func(now store.Snapshot) error {
		e, damaged, err := now.Entry(ctx, id)
		if err != nil {
			return err
		}
		if len(damaged) > 1 || (len(damaged) == 1) != (hit != "") || len(damaged) == 1 && (damaged[0].Part != hit || damaged[0].ID != id) {
			t.Errorf("reading the whole entry names %v", damaged)
		}
		for part, there := range map[store.Part]bool{
			store.PartPicture: e.Picture != nil, store.PartEmbedding: e.Vectors != nil, store.PartFeatures: e.Features != nil, store.PartWords: e.Words.Data != nil,
		} {
			if there == (part == hit) {
				t.Errorf("the %s of the whole entry is there: %v", part, there)
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("reading the whole entry: %v", err)
	}
}

// Repair makes anew what the sound parts allow, and names the rest.
func testRepair(t *testing.T, fresh func(testing.TB) Instance) {
	ctx := context.Background()
	for part, made := range map[store.Part]bool{
		store.PartReference: false, store.PartPicture: false,
		store.PartEmbedding: true, store.PartFeatures: true, store.PartWords: true,
	} {
		t.Run(string(part), func(t *testing.T) {
			in := fresh(t)
			s := open(t, in)
			hit := Put(t, s, Entry("a", 1), Entry("b", 2))[0]
			f := follow(t, s)
			if err := in.Spoil(hit.ID, part); err != nil {
				t.Fatal(err)
			}
			done, err := s.Repair(ctx, SameMaker(), nil)
			if err != nil || len(done.Pages) > 0 || len(done.Made)+len(done.Left) != 1 || (len(done.Made) == 1) != made {
				t.Fatalf("repaired %+v, %v", done, err)
			}
			if d := slices.Concat(done.Made, done.Left)[0]; d.ID != hit.ID || d.Part != part {
				t.Errorf("damage %+v", d)
			}
			if !made {
				return
			}
			MustBeSound(t, s)
			if f.sync(t); len(f.there) != 2 || len(f.damaged) != 0 {
				t.Errorf("a follower has %d references, damaged %v", len(f.there), f.damaged)
			}
			if want := Entry("a", 1).Vectors; part != store.PartEmbedding && !slices.Equal(f.there[hit.ID].Vectors, want) {
				t.Error("a sound embedding was made anew")
			}
		})
	}
}

// Without the model that the gallery was made with, nothing is made anew.
func testRepairWithAnotherModel(t *testing.T, fresh func(testing.TB) Instance) {
	in := fresh(t)
	s := open(t, in)
	r := Put(t, s, Entry("a", 1))[0]
	if err := in.Spoil(r.ID, store.PartFeatures); err != nil {
		t.Fatal(err)
	}
	done, err := s.Repair(context.Background(), (&Embedder{Model: "model-2", Dim: Dim}).Maker(), nil)
	if err != nil || len(done.Made) != 0 || len(done.Left) != 1 {
		t.Errorf("repaired %+v, %v", done, err)
	}
}
