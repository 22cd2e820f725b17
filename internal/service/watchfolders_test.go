package service

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/service/db"
	"exemplar/internal/synthdoc"
)

// awaitWatch waits until the only watch of the mail room is as it should be.
func awaitWatch(t *testing.T, s *Service, is func(Watch) bool) Watch {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		list, err := s.Watches(t.Context(), "mailroom")
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		if is(list[0]) {
			return list[0]
		}
		if time.Now().After(end) {
			t.Fatalf("it stays %+v", list[0])
		}
	}
}

// What comes into a watched folder is moved to the folder of its label, its answers are
// decisions, and the watch tells what became of it; all of this also after a start anew.
func TestWatchedFolder(t *testing.T) { onBoth(t, testWatchedFolder) }

func testWatchedFolder(t *testing.T, at Options) {
	below := t.TempDir()
	in, out := filepath.Join(below, "in"), filepath.Join(below, "out")
	at.Watch, at.Looks = []string{below}, 20*time.Millisecond
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name string, data []byte) { // whole at once
		t.Helper()
		whole := filepath.Join(below, name)
		if err := errors.Join(os.WriteFile(whole, data, 0o600), os.Rename(whole, filepath.Join(in, name))); err != nil {
			t.Fatal(err)
		}
	}
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepUnknown})
	register(t, s, "travel/ticket", ticket)
	w, err := s.AddWatch(t.Context(), anna, "mailroom", NewWatch{Folder: in, To: out})
	if err != nil {
		t.Fatal(err)
	}
	put("known.png", ticket)
	put("stranger.png", imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 3, Size: 400})))
	put("letter.png", []byte("no picture"))
	put("notes.txt", []byte("no picture by its name, which stays"))
	w = awaitWatch(t, s, func(w Watch) bool { return w.Files == 3 })
	if w.State != WatchWatching || w.Unknown != 1 || w.Failed != 1 || w.Waiting != 0 || w.Passed != 1 || w.LastAt == nil || len(w.Failures) != 1 || w.Failures[0].Path != "letter.png" || w.Failures[0].Reason == "" {
		t.Errorf("the watch: %+v", w)
	}
	for _, name := range []string{"travel/ticket/known.png", "_unknown/stranger.png", "_failed/letter.png"} {
		if _, err := os.Stat(filepath.Join(out, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
	inbox, err := s.Inbox(t.Context(), "mailroom")
	if err != nil || inbox.Open != 1 || inbox.Groups[0].Decisions[0].Source != "stranger.png" || !inbox.Groups[0].Decisions[0].Picture {
		t.Errorf("the inbox: %+v, %v", inbox, err)
	}
	if err := os.Rename(in, in+".away"); err != nil { // at once: the watch may make files in what is being removed
		t.Fatal(err)
	}
	w = awaitWatch(t, s, func(w Watch) bool { return w.State == WatchFailed })
	if !strings.Contains(w.Reason, in) || !strings.Contains(w.Reason, "make it again") {
		t.Errorf("without its folder: %+v", w)
	}
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	awaitWatch(t, s, func(w Watch) bool { return w.State == WatchWatching && w.Reason == "" })
	if w, err = s.PauseWatch(t.Context(), anna, "mailroom", w.ID, true); err != nil || w.State != WatchPaused {
		t.Errorf("paused: %+v, %v", w, err)
	}
	s.Close()
	s = openAt(t, at)
	put("later.png", ticket)
	if w := awaitWatch(t, s, func(w Watch) bool { return w.Waiting == 1 }); w.State != WatchPaused || w.Files != 3 {
		t.Errorf("paused, after a start: %+v", w)
	}
	if _, err := s.PauseWatch(t.Context(), anna, "mailroom", w.ID, false); err != nil {
		t.Fatal(err)
	}
	awaitWatch(t, s, func(w Watch) bool { return w.Files == 4 && w.LastFile == "later.png" })
	if err := s.RemoveWatch(t.Context(), anna, "mailroom", w.ID); err != nil {
		t.Fatal(err)
	}
	if v, err := s.VerifyAudit(t.Context(), ""); err != nil || !v.Sound {
		t.Errorf("the audit: %+v, %v", v, err)
	}
}

// Only folders that the operator allows can be watched, wherever links lead, and none twice
// or into itself.
func TestFoldersThatCannotBeWatched(t *testing.T) {
	below, outside := t.TempDir(), t.TempDir()
	in := filepath.Join(below, "in")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(below, "link")); err != nil {
		t.Skip(err)
	}
	s := openAt(t, Options{Dir: t.TempDir(), Watch: []string{below}})
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	for _, c := range []struct{ folder, to, want string }{
		{outside, filepath.Join(below, "out"), "in no folder that this server may watch"},
		{in, filepath.Join(outside, "out"), "in no folder that this server may watch"},
		{filepath.Join(below, "link"), filepath.Join(below, "out"), "in no folder that this server may watch"},
		{in, filepath.Join(below, "link", "out"), "in no folder that this server may watch"},
		{in, filepath.Join(below, "in", "..", "..", "out"), "in no folder that this server may watch"},
		{filepath.Join(below, "none"), filepath.Join(below, "out"), "is not there: make it"},
		{"in", filepath.Join(below, "out"), "write the whole path"},
		{in, in, "name another folder"},
		{in, below, "name another folder"},
	} {
		if _, err := s.AddWatch(t.Context(), anna, "mailroom", NewWatch{Folder: c.folder, To: c.to}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: %v", c.folder, c.to, err)
		}
	}
	good := NewWatch{Folder: in, To: filepath.Join(below, "out")}
	if _, err := s.AddWatch(t.Context(), anna, "mailroom", good); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddWatch(context.Background(), anna, "mailroom", good); err == nil || !strings.Contains(err.Error(), "is watched already") {
		t.Errorf("twice: %v", err)
	}
	without := openAt(t, Options{Dir: t.TempDir()})
	makeCollection(t, without, NewCollection{Name: "mailroom"})
	if _, err := without.AddWatch(t.Context(), anna, "mailroom", good); err == nil || !strings.Contains(err.Error(), "--watch") {
		t.Errorf("without any that is allowed: %v", err)
	}
}

// The answers of a file that was in work when the process was killed are those that were kept
// then: it is one decision. A file that comes again is another.
func TestAFileInHandIsAnsweredOnce(t *testing.T) { onBoth(t, testFileInHand) }

func testFileInHand(t *testing.T, at Options) {
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	path := filepath.Join(t.TempDir(), "letter.png")
	if err := os.WriteFile(path, ticket, 0o600); err != nil {
		t.Fatal(err)
	}
	row := db.Watch{ID: newID(), Collection: "mailroom", Folder: filepath.Dir(path), Target: t.TempDir(), Options: "{}", Created: time.Now(), Paused: true, Progress: "{}"}
	if err := s.db.Write(t.Context(), func(tx *db.Tx) error { return tx.AddWatch(t.Context(), row) }); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		filed     bool
		decisions int
	}{{false, 1}, {true, 1}, {false, 2}} {
		for page := range s.watchedPages(t.Context(), row, WatchOptions{}, "letter.png", path) {
			if answers, err := page.Classify(t.Context()); err != nil || len(answers) != 1 || answers[0].Decision != "unknown" {
				t.Errorf("%d: %+v, %v", i, answers, err)
			}
		}
		if step.filed {
			s.noteWatch(t.Context(), row.ID, func(p *watchState) { delete(p.InHand, "letter.png") })
		}
		if page, err := s.Decisions(t.Context(), "mailroom", DecisionFilter{Limit: 10}); err != nil || len(page.Decisions) != step.decisions {
			t.Errorf("%d: %d decisions, %v, want %d", i, len(page.Decisions), err, step.decisions)
		}
	}
}
