package service

import (
	"context"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/pgtest"
	"exemplar/internal/synthdoc"
)

// writeBeside classifies with some services while others register, rename, remove and
// undo, and returns the decisions.
func writeBeside(t *testing.T, nodes ...*Service) []string {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	var writers, readers sync.WaitGroup
	for n, s := range nodes {
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				label := "ticket/" + strconv.Itoa(n) + "-" + strconv.Itoa(i)
				change(t, s, label, i)
			}
		})
	}
	var mu sync.Mutex
	var ids []string
	for _, s := range nodes {
		readers.Go(func() {
			for range 4 {
				id := s.labelOf(t, ticket).DecisionID
				mu.Lock()
				ids = append(ids, id)
				mu.Unlock()
			}
		})
	}
	readers.Wait()
	end()
	writers.Wait()
	return ids
}

// change makes one of several changes of the gallery.
func change(t *testing.T, s *Service, label string, i int) {
	t.Helper()
	ctx := context.Background()
	done := register(t, s, label, imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 3, Content: uint64(i + 1), Size: 300})))
	var err error
	switch i % 4 {
	case 0:
		_, err = s.Undo(ctx, anna, "mailroom", done.Change)
	case 1:
		_, err = s.RenameLabel(ctx, anna, "mailroom", label, label+"/renamed")
	case 2:
		_, err = s.RemoveReference(ctx, anna, "mailroom", done.Results[0].ID)
	}
	if err != nil {
		t.Error(err)
	}
}

func mustReplay(t *testing.T, s *Service, ids []string) {
	t.Helper()
	for _, id := range ids {
		r, err := s.Replay(t.Context(), "", id)
		if before, after := labelsOf(r.Before), labelsOf(r.After); err != nil || !r.Same || r.Gallery == galleryByTime {
			t.Errorf("decision %s: %v, same %v, %s, %s: %s, now %s", id, err, r.Same, r.Gallery, r.Why, before, after)
		}
	}
}

// Whatever is registered, renamed, removed and undone while a picture is looked at: its
// answer is that of one version of the gallery, the one that the decision names.
func TestReplayOfWhatWasAskedWhileOthersWrote(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "service")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepAll})
	register(t, s, "ticket", ticket)
	mustReplay(t, s, writeBeside(t, s))
}

func TestReplayOnTwoNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	one, two := twoNodes(t, pgtest.Database(t))
	makeCollection(t, one, NewCollection{Name: "mailroom", KeepPictures: KeepAll})
	register(t, one, "ticket", ticket)
	mustReplay(t, two, writeBeside(t, one, two))
}

// What is not recorded is told apart by the clock, and the answer says so: what was
// changed beside the service, and decisions of earlier versions of it.
func TestReplayByTime(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "service")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepAll})
	register(t, s, "ticket", ticket)
	id := s.labelOf(t, ticket).DecisionID
	g, err := s.gallery(t.Context(), "mailroom")
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond) // the gallery's clock counts milliseconds
	beside := exemplar.Item{Label: "ticket/beside", Picture: exemplar.FromBytes(imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 3, Content: 7, Size: 300})))}
	if _, err := g.Register(t.Context(), []exemplar.Item{beside}, exemplar.RegisterOptions{}); err != nil {
		t.Fatal(err)
	}
	change(t, s, "ticket/1", 1)
	if r, err := s.Replay(t.Context(), "", id); err != nil || !r.Same || r.Gallery != galleryByTime {
		t.Errorf("beside the service: %v, same %v, %s, %s", err, r.Same, r.Gallery, r.Why)
	}
	recorded, at, _, err := s.recorded(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	recorded.Exact = false
	then, err := s.galleryThen(t.Context(), g, "mailroom", recorded, at)
	if err != nil {
		t.Fatal(err)
	}
	defer then.remove()
	if list, err := then.gallery.List(t.Context(), ""); err != nil || len(list) != 1 || then.sure {
		t.Errorf("of an earlier version: %v, %v, sure %v", list, err, then.sure)
	}
}

func labelsOf(a exemplar.Answer) (list []string) {
	for _, c := range a.Candidates {
		list = append(list, c.Label)
	}
	return list
}
