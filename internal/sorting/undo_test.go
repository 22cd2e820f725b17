package sorting

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// undoAll takes the newest run back, and returns what became of its files.
func undoAll(t *testing.T, to string) (all []Undone, err error) {
	t.Helper()
	return all, Undo(to, func(d Undone) error { all = append(all, d); return nil })
}

// isAsBefore makes sure that a folder holds its files again, and the result none.
func isAsBefore(t *testing.T, in, to string, files map[string][]byte) {
	t.Helper()
	if left := list(t, to); len(left) > 0 {
		t.Errorf("of the result there are still %v", left)
	}
	if here := list(t, in); len(here) != len(files) {
		t.Errorf("there are %v", here)
	}
	for name, data := range files {
		if got, err := os.ReadFile(filepath.Join(in, name)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s is %d bytes (%v), want %d", name, len(got), err, len(data))
		}
	}
	entries, _ := os.ReadDir(to)
	if len(entries) != 1 || entries[0].Name() != workFolder {
		t.Errorf("empty folders are left: %v", entries)
	}
}

// A run is taken back: every file lies where it lay, and the result is empty, also of files that
// were the same, or that a run before had found.
func TestUndo(t *testing.T) {
	for name, mode := range map[string]Mode{"copy": Copy, "move": Move, "link": Link} {
		t.Run(name, func(t *testing.T) {
			in, to := t.TempDir(), t.TempDir()
			files, _ := inbox(t)
			files["twin/a.tif"] = files["a.tif"] // filed under the name of the first
			write(t, in, files)
			sort(t, in, Options{To: to, Mode: mode})
			done, err := undoAll(t, to)
			for _, d := range done {
				if d.Err != nil || d.PutBack != (mode == Move) {
					t.Errorf("%+v", d)
				}
			}
			if err != nil || len(done) != len(files) {
				t.Errorf("%d of %d files, %v", len(done), len(files), err)
			}
			isAsBefore(t, in, to, files)
			if _, err := undoAll(t, to); !errors.Is(err, ErrNothingToUndo) {
				t.Errorf("once more: %v", err)
			}
			sort(t, in, Options{To: to, Mode: mode}) // they are not known any more
			if len(list(t, to)) == 0 {
				t.Error("they are not sorted again")
			}
		})
	}
	if _, err := undoAll(t, t.TempDir()); !errors.Is(err, ErrNothingToUndo) {
		t.Errorf("of a folder without a journal: %v", err)
	}
}

// Runs are taken back one after the other, the newest first.
func TestUndoTakesTheNewestRun(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{"a.tif": tiff(10)})
	sort(t, in, Options{To: to})
	write(t, in, map[string][]byte{"b.tif": tiff(20)})
	sort(t, in, Options{To: to})
	sort(t, in, Options{To: to}) // nothing new
	for _, want := range [][]string{{"form/a.tif"}, nil} {
		if _, err := undoAll(t, to); err != nil {
			t.Fatal(err)
		}
		if got := list(t, to); !slices.Equal(got, want) {
			t.Errorf("there are %v, want %v", got, want)
		}
	}
}

// What was changed since is left, and nothing is removed of which no other copy is there.
func TestUndoLosesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		mode Mode
		do   func(in, to string) error
		kept string // in the result
	}{
		{"a copy was changed", Copy, func(_, to string) error { return os.WriteFile(filepath.Join(to, "form", "a.tif"), []byte("x"), 0o644) }, "form/a.tif"},
		{"the original has gone", Copy, func(in, _ string) error { return os.Remove(filepath.Join(in, "a.tif")) }, "form/a.tif"},
		{"the original was changed", Copy, func(in, _ string) error { return os.WriteFile(filepath.Join(in, "a.tif"), []byte("x"), 0o644) }, "form/a.tif"},
		{"the moved file was changed", Move, func(_, to string) error { return os.WriteFile(filepath.Join(to, "form", "a.tif"), []byte("x"), 0o644) }, "form/a.tif"},
		{"another file lies there now", Move, func(in, _ string) error { return os.WriteFile(filepath.Join(in, "a.tif"), []byte("x"), 0o644) }, "form/a.tif"},
		{"the moved file was moved on", Move, func(_, to string) error {
			return os.Rename(filepath.Join(to, "form", "a.tif"), filepath.Join(to, "mine.tif"))
		}, "mine.tif"},
		{"the original of its twin has gone", Copy, func(in, _ string) error { return os.Remove(filepath.Join(in, "twin", "a.tif")) }, "form/a.tif"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in, to := t.TempDir(), t.TempDir()
			files := map[string][]byte{"a.tif": tiff(10), "b.tif": tiff(20)}
			if strings.Contains(c.name, "twin") {
				files["twin/a.tif"] = files["a.tif"]
			}
			write(t, in, files)
			sort(t, in, Options{To: to, Mode: c.mode})
			if err := c.do(in, to); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(filepath.Join(in, "a.tif"))
			done, err := undoAll(t, to)
			left := 0
			for _, d := range done {
				if d.Err != nil {
					left++
				}
			}
			if err != nil || left == 0 {
				t.Errorf("%+v, %v", done, err)
			}
			if got := list(t, to); !slices.Equal(got, []string{c.kept}) {
				t.Errorf("of the result there are %v, want %s", got, c.kept)
			}
			if after, _ := os.ReadFile(filepath.Join(in, "a.tif")); !bytes.Equal(before, after) {
				t.Error("what lay there was overwritten")
			}
		})
	}
}

// What a watch has sorted stays: it would be sorted again.
func TestUndoLeavesWhatWasWatched(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{"a.tif": tiff(10)})
	if err := child(in, to, "watch", 0); err != nil {
		t.Fatal(err)
	}
	done, err := undoAll(t, to)
	if err != nil || len(done) != 1 || !errors.Is(done[0].Err, errWatched) || len(list(t, to)) != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}

// TestUndoKilled kills a process that takes a run back at one instant after the other: no file is
// lost, at no time, and another finishes it.
func TestUndoKilled(t *testing.T) {
	for _, way := range []string{"copy", "move"} {
		t.Run(way, func(t *testing.T) {
			in, to := t.TempDir(), t.TempDir()
			files, _ := inbox(t)
			write(t, in, files)
			mode := Move
			if way == "copy" {
				mode = Copy
			}
			sort(t, in, Options{To: to, Mode: mode})
			for _, last := range []int{1, 2, 3, 5, 8, 0} { // one goes to the end
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), childVariable+"="+strings.Join([]string{in, to, "undo", strconv.Itoa(last)}, "|"))
				said, err := cmd.CombinedOutput()
				if last == 0 && err != nil || len(said) > 0 {
					t.Fatalf("life to instant %d: %v: %s", last, err, said)
				}
				for name, data := range files {
					if !isSomewhere(t, data, in, to) {
						t.Fatalf("instant %d: %s is lost", last, name)
					}
				}
			}
			isAsBefore(t, in, to, files)
		})
	}
}

// isSomewhere says whether one of the files in some folders has a content.
func isSomewhere(t *testing.T, data []byte, folders ...string) bool {
	t.Helper()
	for _, folder := range folders {
		for _, name := range list(t, folder) {
			if got, err := os.ReadFile(filepath.Join(folder, name)); err == nil && bytes.Equal(got, data) {
				return true
			}
		}
	}
	return false
}
