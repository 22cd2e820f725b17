package service

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/pgtest"
	"exemplar/internal/service/db"
	"exemplar/internal/synthdoc"
)

var anna = Actor{Name: "Anna", Role: Admin}

// onBoth runs a test with files and with a database.
func onBoth(t *testing.T, test func(t *testing.T, at Options)) {
	t.Run("files", func(t *testing.T) { test(t, Options{Dir: t.TempDir()}) })
	t.Run("database", func(t *testing.T) { test(t, Options{Store: pgtest.Database(t)}) })
}

// openAt opens the service of a folder or a database.
func openAt(t *testing.T, at Options) *Service {
	t.Helper()
	s, err := Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func makeCollection(t *testing.T, s *Service, c NewCollection) {
	t.Helper()
	if _, err := s.CreateCollection(t.Context(), anna, c); err != nil {
		t.Fatal(err)
	}
}

// What a full disk stops is told as such, whichever file it was.
func TestAFullDisk(t *testing.T) {
	for _, cause := range []error{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, syscall.EDQUOT, db.ErrFull} {
		var known *Error
		if err := explained(fmt.Errorf("keep: %w", cause)); !errors.As(err, &known) || known.Kind != Full || !strings.Contains(known.Text, "free some space") {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

var ticket = imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 3, Size: 400}))

// lastAudit is what the newest row of the audit says.
func lastAudit(t *testing.T, s *Service) AuditEntry {
	t.Helper()
	page, err := s.Audit(t.Context(), 0, AuditFilter{}, 1)
	if err != nil || len(page.Entries) == 0 {
		t.Fatal(err)
	}
	return page.Entries[0]
}

// What a killed process had begun in a gallery is in the audit after the next start.
func TestWhatWasInterruptedIsRecorded(t *testing.T) { onBoth(t, testInterrupted) }

func testInterrupted(t *testing.T, at Options) {
	ctx := t.Context()
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	begun := intent{What: "references.register", Collection: "mailroom", By: anna, Detail: []askedItem{{"ticket", "ticket.png"}}}
	if _, err := s.begin(ctx, &begun); err != nil {
		t.Fatal(err)
	}
	g, err := s.gallery(ctx, "mailroom")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Register(ctx, []exemplar.Item{{Label: "ticket", Source: "ticket.png", Picture: exemplar.FromBytes(ticket)}}, exemplar.RegisterOptions{}); err != nil {
		t.Fatal(err)
	}
	s.Close() // before it is recorded
	s = openAt(t, at)
	if e := lastAudit(t, s); e.What != "references.register.interrupted" || e.Who != "Anna" || !bytes.Contains(e.After, []byte(`"labels":{"ticket":1}`)) {
		t.Errorf("the audit says %s by %s: %s", e.What, e.Who, e.After)
	}
	s.Close()
	s = openAt(t, at)
	if e := lastAudit(t, s); e.Seq != 2 {
		t.Errorf("it is recorded again at the next start: row %d", e.Seq)
	}
}

// A collection whose files were not removed before the process was killed is gone after
// the next start, and its name can be used again.
func TestAnInterruptedDeletionIsEnded(t *testing.T) { onBoth(t, testInterruptedDeletion) }

func testInterruptedDeletion(t *testing.T, at Options) {
	ctx := t.Context()
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	register(t, s, "ticket", ticket)
	begun := intent{ID: newID(), What: intentDelete, Collection: "mailroom", By: anna}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.RemoveCollection(ctx, "mailroom"); err != nil {
			return err
		}
		return begun.add(ctx, tx, s.node)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateCollection(ctx, anna, NewCollection{Name: "mailroom"}); err == nil || !strings.Contains(err.Error(), "is being deleted") {
		t.Errorf("a new one of the name, meanwhile: %v", err)
	}
	s.Close()
	s = openAt(t, at)
	if left, _ := filepath.Glob(filepath.Join(at.Dir, "collections", "*")); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	if c, err := s.Collection(ctx, "mailroom"); err != nil || c.References != 0 {
		t.Errorf("the new one has %d references: %v", c.References, err)
	}
}

// Decisions and their pictures go when their collection does not keep them any longer;
// the audit stays.
func TestRetention(t *testing.T) { onBoth(t, testRetention) }

func testRetention(t *testing.T, at Options) {
	s, ctx := openAt(t, at), t.Context()
	makeCollection(t, s, NewCollection{Name: "short", KeepPictures: KeepAll, RetentionDays: 7})
	makeCollection(t, s, NewCollection{Name: "long", KeepPictures: KeepAll})
	for _, name := range []string{"short", "long"} {
		if _, err := s.Classify(ctx, anna, name, File{"ticket.png", ticket}, ClassifyOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		days      int
		decisions int // that short has
	}{{6, 1}, {8, 0}} {
		if err := s.removeOld(ctx, time.Now().AddDate(0, 0, c.days)); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]int{"short": c.decisions, "long": 1} {
			page, err := s.Decisions(ctx, name, DecisionFilter{Limit: 10})
			if err != nil || len(page.Decisions) != want {
				t.Errorf("after %d days %s has %d decisions, want %d: %v", c.days, name, len(page.Decisions), want, err)
			}
			_, err = s.db.Read().Picture(ctx, name, hashOf(ticket))
			if there := err == nil; there != (want > 0) {
				t.Errorf("after %d days %s has the picture: %v", c.days, name, there)
			}
		}
	}
	if e := lastAudit(t, s); e.What != "decisions.expire" || string(e.After) != `{"removed":1}` {
		t.Errorf("the audit says %s: %s", e.What, e.After)
	}
	if err := s.DeleteCollection(ctx, anna, "long"); err != nil {
		t.Fatal(err)
	}
	mustBeSound(t, s) // the audit knows why decisions are missing
}

// No picture is kept unless the collection says so, nor where the sender does not want it.
func TestPicturesAreKeptAsTheCollectionSays(t *testing.T) {
	s, ctx := openAt(t, Options{Dir: t.TempDir()}), t.Context()
	for _, c := range []struct {
		keep    string
		discard bool
		kept    bool // of what a person is to look at
	}{{"", false, false}, {KeepUnknown, false, true}, {KeepAll, false, true}, {KeepAll, true, false}} {
		name := "c" + c.keep + map[bool]string{true: "-discard"}[c.discard]
		makeCollection(t, s, NewCollection{Name: name, KeepPictures: c.keep})
		done, err := s.Classify(ctx, anna, name, File{"ticket.png", ticket}, ClassifyOptions{Discard: c.discard})
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Decision(ctx, name, done.Answers[0].DecisionID)
		_, stored := s.db.Read().Picture(ctx, name, hashOf(ticket))
		if err != nil || d.Picture != c.kept || (stored == nil) != c.kept {
			t.Errorf("%s: said to be kept %v, stored %v, want %v", name, d.Picture, stored == nil, c.kept)
		}
	}
}

// A newer program's folder, and what is no folder of a service, are refused with what to do.
func TestFoldersThatCannotBeServed(t *testing.T) {
	dir := t.TempDir()
	openAt(t, Options{Dir: dir}).Close()
	database, err := sql.Open("sqlite", filepath.Join(dir, databaseName))
	if err == nil {
		_, err = database.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`)
		database.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "newer version of this program") {
		t.Errorf("of a newer program: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, databaseName), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Options{Dir: other}); err == nil || !strings.Contains(err.Error(), databaseName) {
		t.Errorf("of something else: %v", err)
	}
}

// A deleted collection is gone, whatever its folder is called: one that is made anew under
// its name is empty.
func TestDeletedInAFolderWithBrackets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "service[1] #?%41")
	s := openAt(t, Options{Dir: dir})
	if _, err := os.Stat(filepath.Join(dir, databaseName)); err != nil {
		t.Error("the tables are in another file:", err)
	}
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	if err := s.DeleteCollection(context.Background(), Actor{Role: Admin}, "mailroom"); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "collections"))
	if err != nil || len(left) > 0 {
		t.Errorf("left of it: %v %v", left, err)
	}
}
