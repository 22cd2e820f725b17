package backup

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

var anna = service.Actor{Name: "Anna", Role: service.Admin}

func open(t *testing.T, dir string, visit bool) *service.Service {
	t.Helper()
	s, err := service.Open(t.Context(), service.Options{Dir: dir, Visit: visit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func drawn(kind string, template int) []byte {
	return imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(template), Size: 300}))
}

// filled makes a service with a collection, a reference, two decisions and a key.
func filled(t *testing.T, dir string) *service.Service {
	t.Helper()
	s := open(t, dir, false)
	if _, err := s.CreateCollection(t.Context(), anna, service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll}); err != nil {
		t.Fatal(err)
	}
	register(t, s, "ticket", drawn("ticket", 3))
	classify(t, s, drawn("ticket", 3))
	classify(t, s, drawn("form", 1))
	if _, err := s.CreateKey(t.Context(), anna, service.NewKey{Name: "scanner", Role: service.Classifier}); err != nil {
		t.Fatal(err)
	}
	return s
}

func register(t *testing.T, s *service.Service, label string, picture []byte) {
	t.Helper()
	if _, err := s.Register(t.Context(), anna, "mailroom", service.Registering{Label: label, Files: []service.File{{Name: label, Data: picture}}}); err != nil {
		t.Error(err)
	}
}

func classify(t *testing.T, s *service.Service, picture []byte) service.Answered {
	t.Helper()
	done, err := s.Classify(t.Context(), anna, "mailroom", service.File{Name: "x.png", Data: picture}, service.ClassifyOptions{})
	if err != nil {
		t.Error(err)
		return service.Answered{}
	}
	return done.Answers[0]
}

func mustMake(t *testing.T, s *service.Service, to string) Manifest {
	t.Helper()
	m, err := Make(t.Context(), s, to)
	if err != nil || len(m.Problems) > 0 {
		t.Fatal(err, m.Problems)
	}
	return m
}

// decisions are all of a service, as JSON.
func decisions(t *testing.T, s *service.Service) map[string]string {
	t.Helper()
	page, err := s.Decisions(t.Context(), "mailroom", service.DecisionFilter{Limit: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, d := range page.Decisions {
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		found[d.ID] = string(text)
	}
	return found
}

// A backup that is made while others register and classify is the service at one moment:
// every decision is replayed to its answer, the audit is the beginning of the original's,
// and the restored service answers and goes on.
func TestBackupUnderWrites(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	s := filled(t, filepath.Join(folder, "service"))
	ending, end := context.WithCancel(ctx)
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := 0; ending.Err() == nil; i++ {
			register(t, s, "form/"+string(rune('a'+i%26)), drawn("form", 10+i))
		}
	})
	writers.Go(func() {
		for ending.Err() == nil {
			classify(t, s, drawn("ticket", 3))
		}
	})
	time.Sleep(50 * time.Millisecond)
	visitor := open(t, filepath.Join(folder, "service"), true)
	m := mustMake(t, visitor, filepath.Join(folder, "backup"))
	end()
	writers.Wait()
	if m.Contents.References < 1 || m.Contents.Decisions < 2 || m.Contents.Collections != 1 {
		t.Errorf("it holds %+v", m.Contents)
	}

	restored := filepath.Join(folder, "restored")
	if _, err := Restore(ctx, filepath.Join(folder, "backup"), restored, RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	again := open(t, restored, false)
	original, copied := decisions(t, s), decisions(t, again)
	if int64(len(copied)) != m.Contents.Decisions || len(copied) > len(original) {
		t.Errorf("%d decisions of %d, the manifest says %d", len(copied), len(original), m.Contents.Decisions)
	}
	replayed := 0
	for id, text := range copied {
		if original[id] != text {
			t.Errorf("decision %s is\n%s, was\n%s", id, text, original[id])
		}
		if replayed++; replayed > 4 {
			continue
		}
		if r, err := s.Replay(ctx, "", id); err != nil || !r.Same || r.Gallery == "by-time" {
			t.Errorf("replay of %s: %v, same %v, %s: %s", id, err, r.Same, r.Gallery, r.Why)
		}
		// The backup may have a registration in the gallery that is not recorded yet, of which
		// only the clock tells whether the decision saw it.
		if r, err := again.Replay(ctx, "", id); err != nil || !r.Same && r.Gallery != "by-time" {
			t.Errorf("replay of %s in the restored service: %v, %s: %s", id, err, r.Gallery, r.Why)
		}
	}
	if found, err := s.VerifyAudit(ctx, m.Contents.AuditHead); err != nil || !found.Sound {
		t.Errorf("the backup's audit is not the beginning of the original's: %v %s", err, found.Problem)
	}
	if a := classify(t, again, drawn("ticket", 3)); a.Label != "ticket" {
		t.Errorf("the restored service says %s %s", a.Decision, a.Label)
	}
	register(t, again, "form/new", drawn("form", 99))
	if found, err := again.VerifyAudit(ctx, m.Contents.AuditHead); err != nil || !found.Sound {
		t.Errorf("the audit that goes on: %v %s", err, found.Problem)
	}
	if keys, err := again.Keys(ctx); err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v", keys, err)
	}
}

// However many register, a backup is made at a moment in which none of it is half done.
func TestBackupBetweenChanges(t *testing.T) {
	folder := t.TempDir()
	s := filled(t, filepath.Join(folder, "service"))
	ending, end := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := 0; ending.Err() == nil; i++ {
				register(t, s, "form/"+string(rune('a'+w)), drawn("form", 1000*(w+1)+i))
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	visitor := open(t, filepath.Join(folder, "service"), true)
	const patience = 2 * time.Second // of a backup with changes: on a busy machine one may take longer
	for try := 1; ; try++ {
		to, begun := filepath.Join(folder, "backup"+strconv.Itoa(try)), time.Now()
		mustMake(t, visitor, to)
		took := time.Since(begun)
		half := underWay(t, to)
		if len(half) == 0 {
			break
		}
		if took < patience || try == 10 {
			t.Errorf("after %v this was under way: %s", took, half)
			break
		}
	}
	end()
	writers.Wait()
	register(t, s, "form/after", drawn("form", 99))
}

// underWay are the changes that were under way when a backup was made.
func underWay(t *testing.T, backup string) (bodies []string) {
	t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(backup, "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	rows, err := database.Query(`SELECT body FROM intent WHERE body NOT LIKE '%"still"%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// A change that was under way is noted in the copy, and the restored service records it.
func TestAChangeThatIsUnderWay(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for the end of the change")
	}
	folder := t.TempDir()
	s := filled(t, filepath.Join(folder, "service"))
	database, err := sql.Open("sqlite", filepath.Join(folder, "service", "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database.Exec(`INSERT INTO intent (id, node, body) VALUES ('x', 'y', '{"what":"references.register","collection":"mailroom","by":{"name":"Anna"}}')`); err != nil {
		t.Fatal(err)
	}
	database.Close()
	mustMake(t, s, filepath.Join(folder, "backup"))
	if _, err := Restore(t.Context(), filepath.Join(folder, "backup"), filepath.Join(folder, "restored"), RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	page, err := open(t, filepath.Join(folder, "restored"), false).Audit(t.Context(), 0, service.AuditFilter{}, 1)
	if err != nil || page.Entries[0].What != "references.register.interrupted" {
		t.Errorf("%v, %v", page.Entries, err)
	}
}

// Restoring refuses what would lose something, and replaces in one step when it is told to.
func TestRestoreLosesNothing(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	dir, from := filepath.Join(folder, "service"), filepath.Join(folder, "backup")
	s := filled(t, dir)
	mustMake(t, s, from)
	classify(t, s, drawn("ticket", 3))
	later := decisions(t, s)
	for _, c := range []struct {
		to, want string
		opts     RestoreOptions
	}{
		{dir, "give --replace", RestoreOptions{}},
		{dir, "a process serves", RestoreOptions{Replace: true}},
	} {
		if _, err := Restore(ctx, from, c.to, c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("said %v, want %q", err, c.want)
		}
	}
	if _, err := Make(ctx, s, from); err == nil || !strings.Contains(err.Error(), "name a new folder") {
		t.Errorf("a backup over another: %v", err)
	}
	if now := decisions(t, s); len(now) != len(later) {
		t.Errorf("%d decisions, want %d", len(now), len(later))
	}
	s.Close()
	if _, err := Restore(ctx, from, dir, RestoreOptions{Replace: true}); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, false)
	if now := decisions(t, s); len(now) != 2 {
		t.Errorf("%d decisions after the restore, want 2", len(now))
	}
	wantAlone(t, folder, "backup", "service")
}

func wantAlone(t *testing.T, folder string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	if strings.Join(found, " ") != strings.Join(names, " ") {
		t.Errorf("the folder has %v, want %v", found, names)
	}
}

// Every damaged, missing or strange file of a backup is found before anything is replaced.
func TestDamagedBackupsAreRefused(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	from := filepath.Join(folder, "backup")
	s := filled(t, filepath.Join(folder, "service"))
	mustMake(t, s, from)
	target := filepath.Join(folder, "target")
	filled(t, target).Close()
	gallery := filepath.Join("collections", "mailroom.gallery")
	for _, c := range []struct {
		file   string
		damage func(data []byte) []byte
		want   string
	}{
		{"service.db", func(data []byte) []byte { data[len(data)/2] ^= 1; return data }, "service.db: it is not what was written"},
		{gallery, func(data []byte) []byte { return data[:len(data)-1] }, "is not what was written"},
		{gallery, func(data []byte) []byte { return append(data, 0) }, "is not what was written"},
		{gallery, nil, "no such file"},
		{manifestName, nil, "is no backup"},
		{manifestName, func([]byte) []byte { return []byte("{}") }, "is no backup"},
		{manifestName, func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"version": 1`), []byte(`"version": 9`), 1)
		}, "newer version"},
		{manifestName, func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"name": "service.db"`), []byte(`"name": "../service.db"`), 1)
		}, "that cannot be"},
		{manifestName, func(data []byte) []byte {
			return bytes.Replace(data, []byte(`"references": 1`), []byte(`"references": 2`), 1)
		}, "its manifest says"},
	} {
		path := filepath.Join(from, c.file)
		sound, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if c.damage == nil {
			err = os.Remove(path)
		} else {
			err = os.WriteFile(path, c.damage(bytes.Clone(sound)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(ctx, from, target, RestoreOptions{Replace: true}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: said %v, want %q", c.file, err, c.want)
		}
		if err := os.WriteFile(path, sound, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wantAlone(t, folder, "backup", "service", "target")
	if now := decisions(t, open(t, target, false)); len(now) != 2 {
		t.Errorf("what was there has %d decisions", len(now))
	}
}

// A service with a damaged gallery is copied with its damage, which is told.
func TestDamageIsTold(t *testing.T) {
	folder := t.TempDir()
	dir := filepath.Join(folder, "service")
	filled(t, dir).Close()
	path := filepath.Join(dir, "collections", "mailroom.gallery")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(data, []byte{0xff, 0xd8, 0xff}) // of the picture
	copy(data[at+500:], "damage")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Make(t.Context(), open(t, dir, true), filepath.Join(folder, "backup"))
	if err != nil || len(m.Problems) != 1 || !strings.Contains(m.Problems[0], "mailroom") {
		t.Fatalf("%v, %q", err, m.Problems)
	}
	if _, err := Restore(t.Context(), filepath.Join(folder, "backup"), filepath.Join(folder, "restored"), RestoreOptions{}); err != nil {
		t.Error(err)
	}
	nothing := bytes.Repeat([]byte("no gallery "), 1000) // one that nobody can open does not keep the others from being copied
	if err := os.WriteFile(path, nothing, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err = Make(t.Context(), open(t, dir, true), filepath.Join(folder, "second"))
	if err != nil || len(m.Problems) != 1 || m.Contents.Decisions != 2 {
		t.Fatalf("%v, %q, %+v", err, m.Problems, m.Contents)
	}
	if _, err := Restore(t.Context(), filepath.Join(folder, "second"), filepath.Join(folder, "again"), RestoreOptions{}); err != nil {
		t.Error(err)
	}
	if data, err := os.ReadFile(filepath.Join(folder, "again", "collections", "mailroom.gallery")); err != nil || !bytes.Equal(data, nothing) {
		t.Errorf("its bytes are not those that were there: %v", err)
	}
}

// TestMain lets the test run itself as a process that is killed.
func TestMain(m *testing.M) {
	if from, to := os.Getenv("BACKUP_TEST_FROM"), os.Getenv("BACKUP_TEST_TO"); to != "" {
		var err error
		if from != "" {
			_, err = Restore(context.Background(), from, to, RestoreOptions{Replace: true})
		} else {
			var s *service.Service
			if s, err = service.Open(context.Background(), service.Options{Dir: os.Getenv("BACKUP_TEST_OF"), Visit: true}); err == nil {
				_, err = Make(context.Background(), s, to)
			}
		}
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A process that is killed while it makes a backup leaves nothing under its name, and the
// next one removes what it left.
func TestKilledInTheMiddle(t *testing.T) {
	folder := t.TempDir()
	dir, to := filepath.Join(folder, "service"), filepath.Join(folder, "backup")
	s := filled(t, dir)
	grow(t, dir, 50<<20)
	killed := 0
	for try := 0; try < 3 || killed == 0 && try < 30; try++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BACKUP_TEST_OF="+dir, "BACKUP_TEST_TO="+to)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for begun, end := false, time.Now().Add(time.Minute); !begun && time.Now().Before(end); time.Sleep(time.Millisecond) {
			left, _ := filepath.Glob(filepath.Join(folder, ".backup.unfinished-*", "service.db"))
			begun = len(left) > 0
			if _, err := os.Stat(to); err == nil {
				begun = true
			}
		}
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
			if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) {
				if _, err := Read(to); err != nil {
					t.Fatalf("half a backup: %v", err)
				}
			}
		}
		os.RemoveAll(to)
	}
	if killed == 0 {
		t.Error("no process was killed in time")
	}
	mustMake(t, s, to)
	wantAlone(t, folder, "backup", "service")
}

// A backup removes what killed ones of other names left, and nothing that a living one makes
// or that is not of a backup.
func TestOthersAreTidiedUp(t *testing.T) {
	folder := t.TempDir()
	s := filled(t, filepath.Join(folder, "service"))
	living, err := newPlace(t.Context(), filepath.Join(folder, "living"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{".killed.unfinished-1", ".killed.unfinished-2", ".strange.unfinished-1"} {
		if err := os.MkdirAll(filepath.Join(folder, dir, "collections"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{".killed.making": "", ".killed.making-journal": "", ".strange.making": "a person's file", ".killed.unfinished-1/service.db": "half"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustMake(t, s, filepath.Join(folder, "backup"))
	if _, err := os.Stat(living.made); err != nil {
		t.Errorf("what another process makes was removed: %v", err)
	}
	living.close()
	wantAlone(t, folder, ".strange.making", ".strange.unfinished-1", "backup", "service")
}

// A process that is killed while it restores leaves what was there, or all of the backup;
// the next one removes what it left.
func TestKilledWhileRestoring(t *testing.T) {
	folder := t.TempDir()
	dir, from := filepath.Join(folder, "service"), filepath.Join(folder, "backup")
	s := filled(t, dir)
	grow(t, dir, 20<<20)
	mustMake(t, s, from)
	classify(t, s, drawn("ticket", 3)) // which the backup has not
	s.Close()
	were, are := 0, 0
	for try := 0; try < 5 || were == 0 && try < 30; try++ {
		delay := time.Duration(try%5) * 80 * time.Millisecond
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "BACKUP_TEST_FROM="+from, "BACKUP_TEST_TO="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for begun, end := false, time.Now().Add(time.Minute); !begun && time.Now().Before(end); time.Sleep(time.Millisecond) {
			left, _ := filepath.Glob(filepath.Join(folder, ".service.unfinished-*"))
			begun = len(left) > 0
		}
		time.Sleep(delay)
		cmd.Process.Kill()
		cmd.Wait()
		s, err := service.Open(t.Context(), service.Options{Dir: dir})
		if err != nil {
			t.Fatalf("after %v: %v", delay, err)
		}
		switch n := len(decisions(t, s)); n {
		case 3:
			were++
		case 2:
			are++
			classify(t, s, drawn("ticket", 3)) // so that it is another again
		default:
			t.Errorf("after %v there are %d decisions", delay, n)
		}
		if found, err := s.VerifyAudit(t.Context(), ""); err != nil || !found.Sound {
			t.Errorf("after %v: %v %s", delay, err, found.Problem)
		}
		s.Close()
	}
	t.Logf("what was there %d times, the backup %d times", were, are)
	if were == 0 {
		t.Error("no process was killed in time")
	}
	if _, err := Restore(t.Context(), from, dir, RestoreOptions{Replace: true}); err != nil {
		t.Error(err)
	}
	wantAlone(t, folder, "backup", "service")
}

// grow adds kept pictures of a size to the tables.
func grow(t *testing.T, dir string, bytes int) {
	t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(dir, "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`INSERT INTO picture (collection, hash, data) VALUES ('mailroom', 'x', zeroblob(?))`, bytes); err != nil {
		t.Fatal(err)
	}
}

// Pictures that are kept in a folder are in the backup, and in the restored folder; one that
// is missing is told.
func TestPicturesInAFolder(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	dir, kept := filepath.Join(folder, "service"), filepath.Join(folder, "kept")
	s := filled(t, dir)
	s.Close()
	s, err := service.Open(ctx, service.Options{Dir: dir, Pictures: "dir:" + kept})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for waiting := int64(1); waiting > 0; time.Sleep(10 * time.Millisecond) {
		if waiting, _, err = s.PicturesWaiting(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if m := mustMake(t, s, filepath.Join(folder, "backup")); m.Contents.Pictures != 2 {
		t.Errorf("%d pictures are copied", m.Contents.Pictures)
	}
	files, err := filepath.Glob(filepath.Join(kept, "mailroom", "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatal(err, files)
	}
	os.Remove(files[0])
	if m, err := Make(ctx, s, filepath.Join(folder, "second")); err != nil || len(m.Problems) != 1 || !strings.Contains(m.Problems[0], filepath.Base(files[0])) {
		t.Errorf("a missing picture: %v, %q", err, m.Problems)
	}
	database, err := sql.Open("sqlite", filepath.Join(dir, "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`UPDATE picture_object SET place = 's3://bucket at https://s3.example.com'`); err != nil {
		t.Fatal(err)
	}
	if m := mustMake(t, s, filepath.Join(folder, "third")); m.Contents.Pictures != 0 || !strings.Contains(m.Elsewhere, "2 kept pictures in s3://bucket at") {
		t.Errorf("of a bucket: %d pictures, elsewhere %q", m.Contents.Pictures, m.Elsewhere)
	}
	restored := filepath.Join(folder, "restored")
	if _, err := Restore(ctx, filepath.Join(folder, "backup"), restored, RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	again, err := service.Open(ctx, service.Options{Dir: restored, Pictures: "dir:" + filepath.Join(restored, "pictures")})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for id := range decisions(t, again) {
		if _, err := again.DecisionPicture(ctx, "mailroom", id, 100); err != nil {
			t.Error(err)
		}
	}
}
