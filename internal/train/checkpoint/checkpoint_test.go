package checkpoint

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"exemplar/internal/fileio"
)

type position struct {
	Total int `json:"total"`
}

// sections has more values than are written at once.
func sections(fill float32) []Section {
	values := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = fill * float32(i+1)
		}
		return x
	}
	return []Section{{"weights", values(chunkFloats + 3)}, {"empty", nil}, {"moments", values(5)}}
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.checkpoint")
	if err := Save(path, position{7}, sections(2)); err != nil {
		t.Fatal(err)
	}
	got := sections(0)
	p, err := Load(path, func(p position) ([]Section, error) {
		if p.Total != 7 {
			t.Errorf("the layout is asked for at %d", p.Total)
		}
		return got, nil
	})
	if err != nil || p.Total != 7 {
		t.Fatalf("position %d, %v", p.Total, err)
	}
	for i, want := range sections(2) {
		if !slices.Equal(got[i].Values, want.Values) {
			t.Errorf("section %q differs", want.Name)
		}
	}
	refused := errors.New("refused")
	if _, err := Load(path, func(position) ([]Section, error) { return nil, refused }); !errors.Is(err, refused) || !strings.Contains(err.Error(), path) {
		t.Errorf("a layout that refuses: %v", err)
	}
}

// A disk that fills up in the middle of a checkpoint leaves the one before, and nothing half-written.
func TestFullDiskLeavesThePreviousCheckpoint(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.checkpoint")
	if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := fileio.Write(path, fileio.Public, func(w io.Writer) error {
		return encode(&fullDisk{w, 40_000}, position{}, sections(1))
	})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v", err)
	}
	if data, _ := os.ReadFile(path); string(data) != "before" {
		t.Errorf("the previous checkpoint holds %d bytes", len(data))
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

// fullDisk takes so many bytes and then no more.
type fullDisk struct {
	w    io.Writer
	left int
}

func (f *fullDisk) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n, _ := f.w.Write(p[:f.left])
		f.left = 0
		return n, syscall.ENOSPC
	}
	f.left -= len(p)
	return f.w.Write(p)
}

func FuzzDecode(f *testing.F) {
	var whole bytes.Buffer
	if err := encode(&whole, position{Total: 3}, sections(1)[1:]); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(magic + "\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		decode(bytes.NewReader(data), func(position) ([]Section, error) { return sections(0)[1:], nil })
	})
}
