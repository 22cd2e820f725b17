package service

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/pgtest"
	"exemplar/internal/service/db"
	"exemplar/internal/synthdoc"
)

// withPictures opens a service that keeps pictures in a folder. Its own mover is too slow for
// tests, which move by themselves.
func withPictures(t *testing.T, at Options) (s *Service, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "pictures")
	s = openAt(t, at)
	var err error
	if s.outside, err = newOutside("dir:" + folder); err != nil {
		t.Fatal(err)
	}
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepAll, RetentionDays: 7})
	return s, folder
}

// moveAll moves until nothing is left to do.
func (s *Service) moveAll(t *testing.T) {
	t.Helper()
	for {
		n, err := s.movePictures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// filesBelow are the files below a folder.
func filesBelow(t *testing.T, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && e.Name() != PicturesMark {
			files = append(files, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

// Kept pictures are moved to their place, found there, and removed with what needed them.
func TestPicturesOutside(t *testing.T) { onBoth(t, testPicturesOutside) }

func testPicturesOutside(t *testing.T, at Options) {
	s, folder := withPictures(t, at)
	ctx := t.Context()
	form := imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 2, Size: 300}))
	first := s.labelOf(t, ticket)
	s.labelOf(t, form)
	s.moveAll(t)
	s.labelOf(t, ticket) // it is outside already
	if n, _, err := s.PicturesWaiting(ctx); err != nil || n != 0 {
		t.Errorf("%d pictures are in the database, %v", n, err)
	}
	files := filesBelow(t, folder)
	if len(files) != 2 || !strings.Contains(strings.Join(files, " "), filepath.Join("mailroom", hashOf(ticket)[:2], hashOf(ticket))) {
		t.Fatalf("outside are %v", files)
	}
	if _, err := s.DecisionPicture(ctx, "mailroom", first.DecisionID, 100); err != nil {
		t.Error(err)
	}
	if r, err := s.Replay(ctx, "", first.DecisionID); err != nil || !r.Same {
		t.Errorf("%v %s", err, r.Why)
	}
	for _, file := range files {
		if err := os.WriteFile(file, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.DecisionPicture(ctx, "mailroom", first.DecisionID, 100); err == nil || !strings.Contains(err.Error(), "is not what was kept") {
		t.Errorf("of a damaged file: %v", err)
	}
	if err := s.removeOld(ctx, time.Now().AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	s.moveAll(t)
	if left := filesBelow(t, folder); len(left) != 0 {
		t.Errorf("after its time is left %v", left)
	}
	s.labelOf(t, ticket)
	s.moveAll(t)
	if err := s.DeleteCollection(ctx, anna, "mailroom"); err != nil {
		t.Fatal(err)
	}
	s.moveAll(t)
	if left := filesBelow(t, folder); len(left) != 0 {
		t.Errorf("of a deleted collection is left %v", left)
	}
	mustBeSound(t, s)
}

// While the place cannot be reached answers go on and are kept, pictures too; what is there
// already cannot be registered, which is said, and can be afterwards.
func TestThePlaceOfPicturesIsAway(t *testing.T) {
	s, folder := withPictures(t, Options{Dir: t.TempDir()})
	ctx := t.Context()
	moved := s.labelOf(t, ticket)
	s.moveAll(t)
	away := folder + ".away"
	if err := os.Rename(folder, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // so that nobody makes the folder anew
		t.Fatal(err)
	}
	form := imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 2, Size: 300}))
	stays := s.labelOf(t, form)
	if _, err := s.movePictures(ctx); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("moved: %v", err)
	}
	resolve := func(id, label string) error {
		_, err := s.Resolve(ctx, anna, "mailroom", Resolving{Decisions: []string{id}, Action: ActNew, Label: label})
		return err
	}
	var known *Error
	if err := resolve(moved.DecisionID, "ticket"); !errors.As(err, &known) || known.Kind != Unavailable || !strings.Contains(known.Text, folder) || !strings.Contains(known.Text, "administrator") {
		t.Errorf("registered from a place that is away: %v", err)
	}
	if err := resolve(stays.DecisionID, "form"); err != nil {
		t.Errorf("registered from the database: %v", err)
	}
	os.Remove(folder)
	if err := os.Rename(away, folder); err != nil {
		t.Fatal(err)
	}
	s.outside.away.Store(0) // which passes by itself
	if err := resolve(moved.DecisionID, "ticket"); err != nil {
		t.Error(err)
	}
	s.moveAll(t)
	if files := filesBelow(t, folder); len(files) != 2 {
		t.Errorf("outside are %v", files)
	}
}

// A folder that vanishes, or another in its place, is not written and not taken for empty;
// the database keeps what is to go there.
func TestALostMount(t *testing.T) { onBoth(t, testLostMount) }

func testLostMount(t *testing.T, at Options) {
	s, folder := withPictures(t, at)
	ctx := t.Context()
	moved := s.labelOf(t, ticket)
	s.moveAll(t)
	s.labelOf(t, imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 2, Size: 300})))
	away := folder + ".away"
	if err := os.Rename(folder, away); err != nil {
		t.Fatal(err)
	}
	stays := func(what, want string) {
		t.Helper()
		if _, err := s.movePictures(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
		if n, _, err := s.PicturesWaiting(ctx); n != 1 || err != nil || len(filesBelow(t, folder)) != 0 {
			t.Errorf("%s: %d pictures wait, the folder has %v, %v", what, n, filesBelow(t, folder), err)
		}
	}
	stays("no folder", folder)
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made anew: %v", err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil { // the mount point
		t.Fatal(err)
	}
	stays("an empty folder", "mounted?")
	var known *Error
	if _, err := s.DecisionPicture(ctx, "mailroom", moved.DecisionID, 0); !errors.As(err, &known) || known.Kind != Unavailable {
		t.Errorf("a picture of a place that is away: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, PicturesMark), []byte("another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stays("the folder of another service", "another service")
	if err := s.removeOld(ctx, time.Now().AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.movePictures(ctx); err == nil {
		t.Error("what cannot be reached was taken for removed")
	}
	if err := errors.Join(os.RemoveAll(folder), os.Rename(away, folder)); err != nil {
		t.Fatal(err)
	}
	s.moveAll(t)
	if left := filesBelow(t, folder); len(left) != 0 {
		t.Errorf("after its time is left %v", left)
	}
}

// What a killed process was writing is removed, and the picture is moved by another.
func TestAnInterruptedMove(t *testing.T) { onBoth(t, testInterruptedMove) }

func testInterruptedMove(t *testing.T, at Options) {
	s, folder := withPictures(t, at)
	ctx := t.Context()
	d := s.labelOf(t, ticket)
	half := db.Object{Name: "mailroom/aa/half", Collection: "mailroom", Hash: hashOf(ticket), Place: "x"}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return tx.BeginObject(ctx, half, "a node that is gone") })
	if err == nil {
		err = s.outside.Put(ctx, half.Name, []byte("half"))
	}
	if err != nil {
		t.Fatal(err)
	}
	s.moveAll(t)
	if files := filesBelow(t, folder); len(files) != 1 || strings.Contains(files[0], "half") {
		t.Errorf("outside are %v", files)
	}
	if _, err := s.DecisionPicture(ctx, "mailroom", d.DecisionID, 100); err != nil {
		t.Error(err)
	}
}

// A file that cannot be removed keeps nobody from forgetting those that were removed before it.
func TestAFileThatCannotBeRemoved(t *testing.T) {
	s, folder := withPictures(t, Options{Dir: t.TempDir()})
	ctx := t.Context()
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var failed []error
		for _, name := range []string{"mailroom/aa/one", "mailroom/bb/two", "mailroom/cc/three"} {
			failed = append(failed, tx.BeginObject(ctx, db.Object{Name: name, Collection: "mailroom", Hash: name, Place: "x"}, "a node that is gone"))
		}
		return errors.Join(failed...)
	})
	stuck := filepath.Join(folder, "mailroom", "bb", "two")
	if err = errors.Join(err, os.MkdirAll(filepath.Join(stuck, "held"), 0o700)); err != nil {
		t.Fatal(err)
	}
	if n, err := s.movePictures(ctx); n != 1 || err == nil {
		t.Errorf("removed %d, %v", n, err)
	}
	left, err := s.db.Read().RemovableObjects(ctx, s.node, removeBatch)
	if err != nil || len(left) != 2 || left[0].Name != "mailroom/bb/two" {
		t.Errorf("to remove are still %v, %v", left, err)
	}
	if err := os.RemoveAll(stuck); err != nil {
		t.Fatal(err)
	}
	s.moveAll(t)
}

// Without --pictures what is outside is named, and nothing is lost.
func TestThePlaceOfPicturesIsNotNamed(t *testing.T) {
	s, folder := withPictures(t, Options{Dir: t.TempDir()})
	d := s.labelOf(t, ticket)
	s.moveAll(t)
	s.outside = nil
	if _, err := s.DecisionPicture(t.Context(), "mailroom", d.DecisionID, 0); err == nil || !strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), "--pictures") {
		t.Errorf("said %v", err)
	}
	if _, err := Open(t.Context(), Options{Dir: t.TempDir(), Pictures: "ftp://x"}); err == nil || !strings.Contains(err.Error(), "dir:PATH") {
		t.Errorf("another place: %v", err)
	}
}

// The mover of a service moves by itself what is kept.
func TestPicturesAreMovedByThemselves(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "pictures")
	s := openAt(t, Options{Dir: t.TempDir(), Pictures: "dir:" + folder})
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepAll})
	s.labelOf(t, ticket)
	for end := time.Now().Add(time.Minute); len(filesBelow(t, folder)) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing was moved")
		}
	}
}

// Two processes of one database move side by side: every picture is at the place once, and
// none is left behind.
func TestTwoNodesMovePictures(t *testing.T) {
	one, two := twoNodes(t, pgtest.Database(t))
	folder := filepath.Join(t.TempDir(), "pictures")
	for _, s := range []*Service{one, two} {
		var err error
		if s.outside, err = newOutside("dir:" + folder); err != nil {
			t.Fatal(err)
		}
	}
	makeCollection(t, one, NewCollection{Name: "mailroom", KeepPictures: KeepAll})
	const many = 60
	err := one.db.Write(t.Context(), func(tx *db.Tx) error {
		for i := range many {
			data := []byte{byte(i)}
			if err := tx.AddPicture(t.Context(), "mailroom", hashOf(data), data); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	begun := time.Now()
	for _, s := range []*Service{one, two} {
		both.Go(func() {
			for n := 1; n > 0; {
				var err error
				if n, err = s.movePictures(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	both.Wait()
	t.Logf("%d pictures were moved in %v", many, time.Since(begun).Round(time.Millisecond))
	n, _, err := one.PicturesWaiting(t.Context())
	if files := filesBelow(t, folder); err != nil || n != 0 || len(files) != many {
		t.Errorf("%d files of %d, %d left in the database, %v", len(files), many, n, err)
	}
	for i := range many {
		row := db.Decision{Collection: "mailroom", Hash: hashOf([]byte{byte(i)}), HasPicture: true}
		if data, err := two.keptFile(t.Context(), row); err != nil || data[0] != byte(i) {
			t.Errorf("picture %d: %v, %v", i, data, err)
		}
	}
}
