package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/service/db"
)

// smallPicture is a picture of one colour, which is recognised in a millisecond; each
// number makes another one.
func smallPicture(n int) []byte {
	img := &imaging.Image{W: 48, H: 48, Pix: make([]byte, 3*48*48)}
	for i := range img.Pix {
		img.Pix[i] = byte(i * (n + 3) >> 3)
	}
	return imaging.EncodePNG(img)
}

// pictures writes small pictures into a folder, and returns the folder.
func pictures(t *testing.T, count int) string {
	t.Helper()
	folder := t.TempDir()
	for n := range count {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%04d.png", n)), smallPicture(n), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// startJob starts a job in the mail room.
func startJob(t *testing.T, s *Service, asked NewJob) Job {
	t.Helper()
	job, err := s.StartJob(t.Context(), anna, "mailroom", asked)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// await waits until a job is as wanted, for as long as it goes on.
func await(t *testing.T, s *Service, id string, is func(Job) bool) Job {
	t.Helper()
	var before Job
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		job, err := s.Job(t.Context(), anna, id)
		if err != nil {
			t.Fatal(err)
		}
		if is(job) {
			return job
		}
		if job.Pages != before.Pages || job.Left != before.Left {
			before, end = job, time.Now().Add(patience)
		}
		if time.Now().After(end) {
			t.Fatalf("the job is %+v", job)
		}
	}
}

func hasEnded(j Job) bool { return j.Ended != nil }

// mustHaveOnce holds the results of a job to one for each page, each with a decision of its
// own.
func mustHaveOnce(t *testing.T, s *Service, id string, pages int) {
	t.Helper()
	seen, decisions := map[string]bool{}, map[string]bool{}
	each, err := s.EachJobResult(t.Context(), anna, id, ResultFilter{})
	if err != nil {
		t.Error(err)
		return
	}
	err = each(func(r JobResult) error {
		key := fmt.Sprintf("%s %s %d", r.Path, r.Member, r.Page)
		if seen[key] || decisions[r.DecisionID] {
			t.Errorf("%s is there twice", key)
		}
		if seen[key], decisions[r.DecisionID] = true, true; int(r.Number) != len(seen) {
			t.Errorf("%s has number %d, want %d", key, r.Number, len(seen))
		}
		_, err := s.Decision(t.Context(), "mailroom", r.DecisionID)
		return err
	})
	if err != nil || len(seen) != pages {
		t.Errorf("%d results, want %d: %v", len(seen), pages, err)
	}
	page, err := s.Decisions(t.Context(), "mailroom", DecisionFilter{Limit: 1000})
	if err != nil || len(page.Decisions) != pages {
		t.Errorf("%d decisions, want %d: %v", len(page.Decisions), pages, err)
	}
}

// A folder with all sorts of files: each page has one result, a bad file stops no other,
// and is tried again when it is said so.
func TestAJobOfAFolder(t *testing.T) { onBoth(t, testFolder) }

func testFolder(t *testing.T, at Options) {
	folder := pictures(t, 5)
	write := func(name string, data []byte) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700), os.WriteFile(filepath.Join(folder, name), data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	page := &imaging.Gray{W: 60, H: 60, Pix: bytes.Repeat([]byte("  ~~~"), 720)}
	write("below/three.tif", papertest.TIFF(page, page, page))
	write("bad.jpg", []byte("no picture"))
	write("notes.txt", []byte("passed over"))
	write(".hidden/x.png", smallPicture(1))
	at.Folders = []string{folder}
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepUnknown})
	job := await(t, s, startJob(t, s, NewJob{Folder: folder}).ID, hasEnded)
	if job.State != JobDone || job.Files != 7 || job.Done != 6 || job.Failed != 1 || job.Left != 0 || job.Pages != 8 || job.Passed != 1 {
		t.Errorf("%+v", job)
	}
	mustHaveOnce(t, s, job.ID, 8)
	failed, err := s.JobFiles(t.Context(), anna, job.ID, db.Failed, 0, 10)
	if err != nil || len(failed.Files) != 1 || filepath.Base(failed.Files[0].Path) != "bad.jpg" || failed.Files[0].Reason == "" {
		t.Errorf("failed: %+v, %v", failed, err)
	}
	if inbox, err := s.Inbox(t.Context(), "mailroom"); err != nil || inbox.Open == 0 {
		t.Errorf("the inbox: %+v, %v", inbox, err)
	}
	write("bad.jpg", smallPicture(99))
	if _, err := s.RetryJob(t.Context(), anna, job.ID); err != nil {
		t.Fatal(err)
	}
	job = await(t, s, job.ID, hasEnded)
	if job.State != JobDone || job.Done != 7 || job.Failed != 0 || job.Pages != 9 {
		t.Errorf("after the bad file was replaced: %+v", job)
	}
	mustHaveOnce(t, s, job.ID, 9)
	mustBeSound(t, s)
}

// What a list names is recognised, if it is in a folder that is allowed.
func TestAJobOfAList(t *testing.T) {
	folder, elsewhere := pictures(t, 3), pictures(t, 1)
	list := filepath.Join(folder, "list.csv")
	text := "path\n0000.png\n" + filepath.Join(folder, "0001.png") + "\n0000.png\n" + filepath.Join(elsewhere, "0000.png") + "\nlink.png\nmissing.png\na\xe9.png\n"
	if err := errors.Join(os.WriteFile(list, []byte(text), 0o600), os.Symlink(filepath.Join(elsewhere, "0000.png"), filepath.Join(folder, "link.png"))); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, Options{Dir: t.TempDir(), Folders: []string{folder}})
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	job := await(t, s, startJob(t, s, NewJob{Manifest: list}).ID, hasEnded)
	if job.State != JobDone || job.Files != 6 || job.Done != 2 || job.Failed != 4 {
		t.Errorf("%+v", job)
	}
	failed, err := s.JobFiles(t.Context(), anna, job.ID, db.Failed, 0, 10)
	if said := fmt.Sprint(failed.Files); err != nil || !strings.Contains(said, "line 8 of the list is no text") || !strings.Contains(said, "a link leads out of") {
		t.Errorf("failed: %s, %v", said, err)
	}
	for _, asked := range []NewJob{{}, {Folder: elsewhere}, {Folder: list}, {Manifest: folder}, {Folder: folder + "/.."}, {Folder: folder, Manifest: list}} {
		if _, err := s.StartJob(t.Context(), anna, "mailroom", asked); err == nil {
			t.Errorf("%+v is started", asked)
		}
	}
	if err := os.WriteFile(list, []byte("path\n\x00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	job = await(t, s, startJob(t, s, NewJob{Manifest: list}).ID, hasEnded)
	if job.State != JobFailed || !strings.Contains(job.Reason, "line 2") {
		t.Errorf("a list that is no text: %+v", job)
	}
	if err := os.WriteFile(list, []byte("path\n0002.png\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RetryJob(t.Context(), anna, job.ID); err != nil {
		t.Fatal(err)
	}
	if job = await(t, s, job.ID, hasEnded); job.State != JobDone || job.Done != 1 {
		t.Errorf("when the list is mended: %+v", job)
	}
}

// stalls lets a service record some more results of jobs, and then none until it ends or is let
// go on: however slow the test is, a job does not end meanwhile.
func stalls(s *Service, after int64) (goOn func()) {
	var recorded atomic.Int64
	wait := make(chan struct{})
	s.WhenDecided(func(string, string) {
		if recorded.Add(1) >= after {
			select {
			case <-wait:
			case <-s.ending.Done():
			}
		}
	})
	return sync.OnceFunc(func() { close(wait) })
}

// A job that is stopped in any way goes on where it was, and each page is there once.
func TestAJobGoesOn(t *testing.T) { onBoth(t, testGoesOn) }

func testGoesOn(t *testing.T, at Options) {
	const files = 60
	at.Folders = []string{pictures(t, files)}
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	goOn := stalls(s, 3)
	job := startJob(t, s, NewJob{Folder: at.Folders[0]})
	hasBegun := func(more int64) func(Job) bool {
		return func(j Job) bool { return j.Pages >= job.Pages+more || j.Ended != nil }
	}
	job = await(t, s, job.ID, hasBegun(3))
	if _, err := s.PauseJob(t.Context(), anna, job.ID); err != nil {
		t.Fatal(err)
	}
	goOn()
	time.Sleep(50 * time.Millisecond)
	before := await(t, s, job.ID, func(Job) bool { return true })
	time.Sleep(50 * time.Millisecond)
	if job = await(t, s, job.ID, func(Job) bool { return true }); job.State != JobPaused || job.Pages != before.Pages || job.Pages == files {
		t.Errorf("paused: %d pages, and then %+v", before.Pages, job)
	}
	if _, err := s.PauseJob(t.Context(), anna, job.ID); err == nil {
		t.Error("a paused job is paused")
	}
	stalls(s, 8) // some may have been recorded, and not told yet
	if _, err := s.ResumeJob(t.Context(), anna, job.ID); err != nil {
		t.Fatal(err)
	}
	job = await(t, s, job.ID, hasBegun(3))
	s.Close() // in order
	s = openAt(t, at)
	stalls(s, 8) // some may have been recorded, and not told yet
	job = await(t, s, job.ID, hasBegun(3))
	diesAtWork(t, s)
	s = openAt(t, at)
	if job = await(t, s, job.ID, hasEnded); job.State != JobDone || job.Done != files {
		t.Errorf("%+v", job)
	}
	mustHaveOnce(t, s, job.ID, files)
	mustBeSound(t, s)
}

// diesAtWork ends a service as a killed process does: it says nothing to others, who then
// find that it is gone.
func diesAtWork(t *testing.T, s *Service) {
	t.Helper()
	var held []db.Chunk
	jobs, err := s.db.Read().JobsInState(t.Context(), JobRunning)
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	c, err := s.db.Read().Chunk(t.Context(), jobs[0].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	held = append(held, c)
	s.Close()
	again, err := Open(context.Background(), Options{Dir: s.dir, Store: s.store, Visit: true})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for _, c := range held {
		c.State, c.Node = db.Running, "a node that is gone"
		if err := again.db.Write(t.Context(), func(tx *db.Tx) error { return tx.SetChunk(t.Context(), c) }); err != nil {
			t.Fatal(err)
		}
	}
}

// A path that is no text cannot be read the second time either, and the reason is the same.
func TestAPathThatIsNoTextIsTriedAgain(t *testing.T) {
	folder := pictures(t, 1)
	list := filepath.Join(folder, "list.txt")
	if err := os.WriteFile(list, []byte("0000.png\nb\xe9.png\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, Options{Dir: t.TempDir(), Folders: []string{folder}})
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	job := startJob(t, s, NewJob{Manifest: list})
	for range 2 {
		await(t, s, job.ID, func(j Job) bool { return j.State == JobDone && j.Failed == 1 })
		page, err := s.JobFiles(t.Context(), anna, job.ID, db.Failed, 0, 10)
		if err != nil || len(page.Files) != 1 || !strings.Contains(page.Files[0].Reason, "on line 2 of the list is no text in UTF-8") {
			t.Errorf("%+v, %v", page.Files, err)
		}
		if _, err := s.RetryJob(t.Context(), anna, job.ID); err != nil {
			t.Fatal(err)
		}
	}
	await(t, s, job.ID, func(j Job) bool { return j.State == JobDone })
}
