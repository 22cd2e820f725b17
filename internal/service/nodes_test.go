package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/pgtest"
	"exemplar/internal/service/db"
	"exemplar/internal/synthdoc"
)

// register registers a picture in the mail room.
func register(t *testing.T, s *Service, label string, picture []byte) RegisteredFiles {
	t.Helper()
	done, err := s.Register(t.Context(), anna, "mailroom", Registering{Label: label, Files: []File{{label + ".png", picture}}})
	if err != nil || done.Registered != 1 {
		t.Fatal(err, done)
	}
	return done
}

// twoNodes opens two services with one database, at once. Each has connections of its
// own.
func twoNodes(t *testing.T, database string) (one, two *Service) {
	t.Helper()
	var both sync.WaitGroup
	for i, s := range []**Service{&one, &two} {
		both.Go(func() {
			var err error
			if *s, err = Open(t.Context(), Options{Store: fmt.Sprintf("%s&application_name=%d", database, i)}); err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { (*s).Close() })
		})
	}
	both.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return one, two
}

// labelOf is the answer to a picture.
func (s *Service) labelOf(t *testing.T, picture []byte) Answered {
	t.Helper()
	done, err := s.Classify(t.Context(), anna, "mailroom", File{"x.png", picture}, ClassifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return done.Answers[0]
}

func mustBeSound(t *testing.T, s *Service) Verified {
	t.Helper()
	found, err := s.VerifyAudit(t.Context(), "")
	if err != nil || !found.Sound {
		t.Errorf("the audit: %+v, %v", found, err)
	}
	return found
}

func TestTwoNodes(t *testing.T) {
	ctx := t.Context()
	one, two := twoNodes(t, pgtest.Database(t))
	makeCollection(t, one, NewCollection{Name: "mailroom"})
	if a := two.labelOf(t, ticket); a.Decision != exemplar.Unknown || a.DecisionID == "" {
		t.Errorf("an empty collection: %s", a.Decision)
	}
	register(t, one, "ticket", ticket)
	registered := time.Now()
	if a := two.labelOf(t, ticket); a.Label != "ticket" {
		t.Errorf("the other node: %s %s", a.Decision, a.Label)
	}
	t.Logf("recognised on the other node %v after it was registered", time.Since(registered).Round(time.Millisecond))

	made, err := one.CreateKey(ctx, anna, NewKey{Name: "scanner", Role: Classifier})
	if err != nil {
		t.Fatal(err)
	}
	if by, err := two.ActorOfKey(ctx, made.Secret); err != nil || by.Name != "scanner" {
		t.Errorf("the key on the other node: %+v, %v", by, err)
	}
	if err := two.RevokeKey(ctx, anna, made.Prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := one.ActorOfKey(ctx, made.Secret); err == nil {
		t.Error("a key that the other node revoked is let in")
	}

	request := Repeatable{By: Actor{Key: "k"}, Name: "once", Request: "POST x"}
	if done, err := one.Begin(ctx, request); err != nil || done != nil {
		t.Fatal(err, done)
	}
	one.End(ctx, request, Repeated{Status: 200, Body: []byte("{}")})
	if done, err := two.Begin(ctx, request); err != nil || done == nil || string(done.Body) != "{}" {
		t.Errorf("the same request to the other node: %+v, %v", done, err)
	}

	if err := one.DeleteCollection(ctx, anna, "mailroom"); err != nil {
		t.Fatal(err)
	}
	makeCollection(t, one, NewCollection{Name: "mailroom"})
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		c, err := two.Collection(ctx, "mailroom")
		if err == nil && c.References == 0 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("a collection that was made anew, on the other node: %+v, %v", c, err)
		}
	}
	mustBeSound(t, two)
}

// Both nodes write at once: no row of the audit is lost, doubled or out of order, and
// what one has read stays true until it has written.
func TestTheAuditOfTwoNodesIsOneChain(t *testing.T) {
	one, two := twoNodes(t, pgtest.Database(t))
	const writers, each = 3, 15
	var all sync.WaitGroup
	var made, refused atomic.Int64 // collections of names that both give
	for i, s := range []*Service{one, two} {
		for w := range writers {
			all.Go(func() {
				for n := range each {
					if _, err := s.CreateKey(t.Context(), anna, NewKey{Name: fmt.Sprintf("%d-%d-%d", i, w, n), Role: Classifier}); err != nil {
						t.Error(err)
					}
				}
				_, err := s.CreateCollection(t.Context(), anna, NewCollection{Name: fmt.Sprintf("c%d", w)})
				var e *Error
				switch {
				case err == nil:
					made.Add(1)
				case errors.As(err, &e) && e.Kind == Conflict:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if found := mustBeSound(t, one); found.Rows != 2*writers*each+writers {
		t.Errorf("the audit has %d rows, want %d", found.Rows, 2*writers*each+writers)
	}
	if made.Load() != writers || refused.Load() != writers {
		t.Errorf("%d collections were made and %d refused, want %d each", made.Load(), refused.Load(), writers)
	}
}

// While the database is away pictures are recognised by what is in memory, and nothing
// can be changed. Then all goes on, and the audit says what is missing in it.
func TestTheDatabaseIsAway(t *testing.T) {
	ctx := t.Context()
	server := pgtest.Start(t)
	one, two := twoNodes(t, server.Database(t))
	makeCollection(t, one, NewCollection{Name: "mailroom"})
	version := register(t, one, "ticket", ticket).GalleryVersion
	made, err := one.CreateKey(ctx, anna, NewKey{Name: "scanner", Role: Classifier})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.ActorOfKey(ctx, made.Secret); err != nil {
		t.Fatal(err)
	}
	two.labelOf(t, ticket)

	server.Stop(t)
	if by, err := two.ActorOfKey(ctx, made.Secret); err != nil || by.Name != "scanner" {
		t.Errorf("a key that was used before: %v", err)
	}
	if a := two.labelOf(t, ticket); a.Label != "ticket" || a.Status != StatusUnkept || a.DecisionID != "" {
		t.Errorf("from memory: %s %s, %s %s", a.Decision, a.Label, a.Status, a.DecisionID)
	}
	unavailable := func(what string, err error) {
		t.Helper()
		var e *Error
		if !errors.As(Explained(err), &e) || e.Kind != Unavailable || e.After == 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = two.Register(ctx, anna, "mailroom", Registering{Label: "x", Files: []File{{"x.png", ticket}}})
	unavailable("register", err)
	_, err = two.CreateKey(ctx, anna, NewKey{Name: "x", Role: Admin})
	unavailable("make a key", err)
	_, err = two.Classify(ctx, anna, "mailroom", File{"x.png", ticket}, ClassifyOptions{AtLeast: version + 1})
	unavailable("a later version", err)
	_, err = two.Decisions(ctx, "mailroom", DecisionFilter{Limit: 1})
	unavailable("list", err)

	server.Continue(t)
	form := imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 1, Size: 400}))
	retry(t, func() error {
		_, err := one.Register(ctx, anna, "mailroom", Registering{Label: "form", Files: []File{{"form.png", form}}})
		return err
	})
	retry(t, func() error {
		if a := two.labelOf(t, form); a.Label != "form" || a.Status == StatusUnkept {
			return fmt.Errorf("%s %s, %s", a.Decision, a.Label, a.Status)
		}
		return nil
	})
	page, err := two.Audit(ctx, 0, AuditFilter{}, 10)
	if err != nil || !slices.ContainsFunc(page.Entries, func(e AuditEntry) bool { return e.What == "decisions.unkept" }) {
		t.Errorf("the audit does not say that an answer is missing: %v", err)
	}
	mustBeSound(t, one)
}

// A service that says it is ready reads its galleries, too.
func TestReadyIsReadyForGalleries(t *testing.T) {
	ctx := t.Context()
	server := pgtest.Start(t)
	one, two := twoNodes(t, server.Database(t))
	makeCollection(t, one, NewCollection{Name: "mailroom"})
	register(t, one, "ticket", ticket)
	list := func(s *Service) error { _, err := s.References(ctx, "mailroom", "", "", 10); return err }
	for range 4 {
		server.Stop(t)
		for _, s := range []*Service{one, two} {
			gone := s.Ready(ctx)
			time.Sleep(100 * time.Millisecond) // the connections of the service are looked after first
			if gone == nil || list(s) == nil {
				t.Fatal("references are listed while the database is away")
			}
		}
		server.Continue(t)
		for _, s := range []*Service{one, two} {
			for end := time.Now().Add(patience); s.Ready(ctx) != nil; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("the database is back, and the service is not ready")
				}
			}
			if err := list(s); err != nil {
				t.Errorf("ready, and references cannot be listed: %v", err)
			}
		}
	}
}

// patience is how long tests wait for what comes by itself: much longer than it takes, on a
// machine that does ten other things, too.
const patience = 2 * time.Minute

// retry repeats what must succeed soon.
func retry(t *testing.T, f func() error) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// What a node had begun is left alone while it lives, and recorded by another when it is
// gone; what a node could not record itself it records later.
func TestWhatAnotherNodeHadBegun(t *testing.T) {
	ctx := t.Context()
	one, two := twoNodes(t, pgtest.Database(t))
	makeCollection(t, one, NewCollection{Name: "mailroom"})
	for _, s := range []*Service{one, two} { // nothing shows that they live but this test
		s.stop()
		s.background.Wait()
	}
	begun := intent{What: "references.register", Collection: "mailroom", By: anna}
	ended, err := one.begin(ctx, &begun)
	if err != nil {
		t.Fatal(err)
	}
	request := Repeatable{By: Actor{Key: "k"}, Name: "once", Request: "POST x"}
	if _, err := one.Begin(ctx, request); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, step := range []struct {
		after time.Duration
		alive bool
		left  int // intents
	}{{0, true, 1}, {goneAfter, true, 1}, {goneAfter + time.Second, false, 1}, {3 * goneAfter, false, 0}} {
		if err := two.beat(ctx); err != nil {
			t.Fatal(err)
		}
		if step.alive {
			if err := one.beat(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := two.lookAround(ctx, now.Add(step.after)); err != nil {
			t.Fatal(err)
		}
		if left := intents(t, two); len(left) != step.left {
			t.Errorf("after %v %d are left, want %d", step.after, len(left), step.left)
		}
	}
	if e := lastAudit(t, two); e.What != "references.register.interrupted" {
		t.Errorf("the audit says %s", e.What)
	}
	if done, err := two.Begin(ctx, request); err != nil || done != nil {
		t.Errorf("a request that the other node was at: %v, %v", done, err)
	}
	ended()

	ended, err = one.begin(ctx, &intent{What: "label.rename", Collection: "mailroom", By: anna})
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{1, 0} {
		if err := errors.Join(one.beat(ctx), one.lookAround(ctx, now)); err != nil {
			t.Fatal(err)
		}
		if found := intents(t, one); len(found) != left {
			t.Errorf("of its own %d are left, want %d", len(found), left)
		}
		ended()
	}
}

func intents(t *testing.T, s *Service) []db.Intent {
	t.Helper()
	list, err := s.db.Read().Intents(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
