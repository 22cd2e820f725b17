package imaging

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"exemplar/internal/fileio"
)

// TestFilesWaitForEachOther: files wait for each other, and none waits for ever, however
// large it is.
func TestFilesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails when all wait for each other
		lim := Limits{Bytes: 8 << 20, Memory: NewBudget(4 << 20)}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				data, releaseFile, err := ReadAll(io.LimitReader(zeros{}, 5<<20), lim)
				if err != nil || len(data) != 5<<20 {
					t.Errorf("%d bytes, %v", len(data), err)
					return
				}
				releasePixels, err := lim.Memory.take(4 << 20)
				if err != nil {
					t.Error(err)
					return
				}
				releasePixels()
				releaseFile()
			})
		}
		group.Wait()
	})
}

// TestFilesAreInTheBudget: reading waits while the budget for files is used up.
func TestFilesAreInTheBudget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scan")
	if err := os.WriteFile(path, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(lim Limits) ([]byte, func(), error){
		"file":   func(lim Limits) ([]byte, func(), error) { return ReadFile(path, lim) },
		"stream": func(lim Limits) ([]byte, func(), error) { return ReadAll(io.LimitReader(zeros{}, 3<<20), lim) },
	} {
		lim := Limits{Bytes: 4 << 20, Memory: NewBudget(4 << 20)}
		_, release, err := read(lim)
		if err != nil {
			t.Fatal(err)
		}
		if lim.Memory.files.TryAcquire(1) {
			t.Errorf("%s: its bytes are not in the budget", name)
		}
		release()
		release() // twice is once
		if !lim.Memory.files.TryAcquire(lim.Memory.filesSize) {
			t.Errorf("%s: its bytes stay in the budget", name)
		}
	}
}

func TestFailedReadsGiveBack(t *testing.T) {
	lim := Limits{Bytes: 2 << 20, Memory: NewBudget(4 << 20)}
	_, _, err := ReadAll(zeros{}, lim)
	if !errors.Is(err, fileio.ErrTooLarge) || !strings.Contains(err.Error(), "--max-file") {
		t.Error(err)
	}
	if !lim.Memory.files.TryAcquire(lim.Memory.filesSize) {
		t.Error("what could not be read stays in the budget")
	}
	if _, _, err := ReadFile(filepath.Join(t.TempDir(), "none"), lim); !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), "none") {
		t.Errorf("error %v", err)
	}
	if data, _, err := ReadAll(bytes.NewReader(nil), Limits{}); err != nil || len(data) > 0 {
		t.Errorf("nothing: %d bytes, %v", len(data), err)
	}
}

// TestHugeClaimsAreNotRead: a large file is refused by its header, before it is in memory.
func TestHugeClaimsAreNotRead(t *testing.T) {
	for name, head := range hugeClaims(t) {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, head, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, DefaultLimits.Bytes-1); err != nil {
			t.Fatal(err)
		}
		for from, read := range map[string]func() error{
			"file": func() error { _, _, err := ReadFile(path, DefaultLimits); return err },
			"stream": func() error {
				_, _, err := ReadAll(io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, 200<<20)), DefaultLimits)
				return err
			},
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := read()
			runtime.ReadMemStats(&after)
			if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "60000 x 60000") {
				t.Errorf("%s, %s: %v", name, from, err)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
				t.Errorf("%s, %s: took %d bytes", name, from, taken)
			}
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
