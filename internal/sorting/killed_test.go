package sorting

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// The child of these tests sorts the folder in this variable, into another, in a way, and is
// killed meanwhile.
const childVariable = "EXEMPLAR_TEST_SORTS"

func TestMain(m *testing.M) {
	if job, isChild := os.LookupEnv(childVariable); isChild {
		fields := strings.Split(job, "|")
		last, _ := strconv.Atoi(fields[3])
		if err := child(fields[0], fields[1], fields[2], int64(last)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child sorts, and kills itself at an instant, counted from 1; 0: never.
func child(in, to, way string, last int64) error {
	var passed atomic.Int64
	instant = func() {
		if passed.Add(1) == last {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}
	if way == "undo" {
		return Undo(to, func(done Undone) error { return done.Err })
	}
	options := Options{To: to, Pages: pagesOf}
	if way != "copy" {
		options.Mode = Move
	}
	s, err := Open(options)
	if err != nil {
		return err
	}
	defer s.Close()
	if way == "watch" {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		go func() {
			for len(found(in)) > 0 {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
		return s.Watch(ctx, Inbox{Folder: in, Every: time.Millisecond, Say: func(err error) { fmt.Fprintln(os.Stderr, err) }})
	}
	var all []Source
	for _, name := range found(in) {
		all = append(all, Source{Path: filepath.Join(in, name), Name: name})
	}
	return s.Run(context.Background(), slices.Values(all))
}

// found are the files in a folder, those that a watch has claimed too, as they were called.
func found(folder string) (all []string) {
	_ = filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != "lock" {
			rel, _ := filepath.Rel(folder, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return nil
	})
	return all
}

// TestKilled kills a process that sorts at one instant after the other: every page has one
// outcome and one place, no file is lost, none is half there, at no time.
func TestKilled(t *testing.T) {
	for _, way := range []string{"copy", "move", "watch"} {
		t.Run(way, func(t *testing.T) { killed(t, way) })
	}
}

func killed(t *testing.T, way string) {
	in, to := t.TempDir(), t.TempDir()
	files, _ := inbox(t)
	write(t, in, files)
	whole := contents(t, files)
	lives := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1, 2, 0} // one goes to the end
	if testing.Short() {
		lives = []int{3, 5, 6, 8, 11, 0}
	}
	for _, last := range lives {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+strings.Join([]string{in, to, way, strconv.Itoa(last)}, "|"))
		said, err := cmd.CombinedOutput()
		if last == 0 && err != nil || len(said) > 0 {
			t.Fatalf("life to instant %d: %v: %s", last, err, said)
		}
		for _, name := range list(t, to) {
			data, err := os.ReadFile(filepath.Join(to, name))
			if err != nil || !whole[sha256.Sum256(data)] && !strings.HasSuffix(name, ".txt") {
				t.Fatalf("instant %d: %s is not whole (%d bytes): %v", last, name, len(data), err)
			}
		}
	}
	checkAll(t, in, to, way, files)
}

// contents are the contents of all outputs that a folder may come to.
func contents(t *testing.T, files map[string][]byte) map[[32]byte]bool {
	t.Helper()
	all := map[[32]byte]bool{}
	in, to := t.TempDir(), t.TempDir()
	write(t, in, files)
	sort(t, in, Options{To: to, Mode: Move})
	for _, name := range list(t, to) {
		data, err := os.ReadFile(filepath.Join(to, name))
		if err != nil {
			t.Fatal(err)
		}
		all[sha256.Sum256(data)] = true
	}
	return all
}

// checkAll makes sure that a folder was sorted as it is without a kill.
func checkAll(t *testing.T, in, to, way string, files map[string][]byte) {
	t.Helper()
	options, other, want := Options{Mode: Move}, t.TempDir(), t.TempDir()
	if way == "copy" {
		options.Mode = Copy
	}
	options.To = want
	write(t, other, files)
	sort(t, other, options)
	// Numbers of equal names depend on the order, which after a kill is another.
	plain := func(folder string) (all []string) {
		for _, name := range list(t, folder) {
			data, _ := os.ReadFile(filepath.Join(folder, name))
			all = append(all, fmt.Sprintf("%s %x", strings.NewReplacer(" (2)", "").Replace(name), sha256.Sum256(data)))
		}
		slices.Sort(all)
		return all
	}
	if got, want := plain(to), plain(want); !slices.Equal(got, want) {
		t.Errorf("there are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	s, err := Open(Options{To: to, Pages: pagesOf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	outcomes := map[string]int{}
	for f, err := range s.Batch() {
		if err != nil {
			t.Fatal(err)
		}
		rel, _ := filepath.Rel(in, f.Path)
		for _, p := range f.Pages {
			outcomes[fmt.Sprint(rel, p.Number)]++
		}
	}
	for key, n := range outcomes {
		if n != 1 {
			t.Errorf("%s has %d outcomes", key, n)
		}
	}
	if want := 22; len(outcomes) != want {
		t.Errorf("%d pages have an outcome, want %d", len(outcomes), want)
	}
	if left, _ := os.ReadDir(filepath.Join(to, workFolder, "staged")); len(left) > 0 {
		t.Errorf("unfinished files are left: %v", left)
	}
}
