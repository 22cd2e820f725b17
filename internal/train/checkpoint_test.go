package train

import (
	"bytes"
	"errors"
	"exemplar/internal/fileio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func testSections(fill float32) []section {
	values := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = fill * float32(i+1)
		}
		return x
	}
	return []section{{"weights", values(chunkFloats + 3)}, {"empty", nil}, {"moments", values(5)}}
}

func layoutOf(s []section) func(Position) ([]section, error) {
	return func(Position) ([]section, error) { return s, nil }
}

func TestCheckpointRoundTrip(t *testing.T) {
	c := checkpoints{dir: filepath.Join(t.TempDir(), "new"), keep: 2}
	for total := 1; total <= 4; total++ {
		if err := c.save(Position{Run: "r", Total: total, Best: 0.5}, testSections(float32(total))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.list()); n != 2 {
		t.Errorf("%d checkpoints kept", n)
	}
	got := testSections(0)
	p, ok, damaged, err := c.load(layoutOf(got))
	if err != nil || !ok || len(damaged) > 0 || p.Total != 4 || p.Best != 0.5 {
		t.Fatalf("position %+v, ok %v, damaged %v, error %v", p, ok, damaged, err)
	}
	for i, want := range testSections(4) {
		if !slices.Equal(got[i].values, want.values) {
			t.Errorf("section %q differs", want.name)
		}
	}
}

func TestDamagedCheckpointFallsBackToTheOneBefore(t *testing.T) {
	c := checkpoints{dir: t.TempDir(), keep: 3}
	for total := 1; total <= 2; total++ {
		if err := c.save(Position{Total: total}, testSections(float32(total))); err != nil {
			t.Fatal(err)
		}
	}
	newest := c.list()[1]
	whole, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, data := range map[string][]byte{"cut": whole[:len(whole)-9], "flipped": flipped, "empty": nil, "foreign": []byte("something else entirely")} {
		if err := os.WriteFile(newest, data, 0o644); err != nil {
			t.Fatal(err)
		}
		p, ok, damaged, err := c.load(layoutOf(testSections(0)))
		if err != nil || !ok || p.Total != 1 || len(damaged) != 1 {
			t.Errorf("%s: position %+v, ok %v, damaged %v, error %v", name, p, ok, damaged, err)
		}
	}
}

func TestCheckpointOfAnotherRunIsRefused(t *testing.T) {
	c := checkpoints{dir: t.TempDir(), keep: 1}
	if err := c.save(Position{Run: "theirs"}, testSections(1)); err != nil {
		t.Fatal(err)
	}
	for name, sections := range map[string][]section{
		"fewer":  testSections(0)[:2],
		"longer": {{"weights", make([]float32, 9)}, {"empty", nil}, {"moments", nil}},
		"named":  {{"other", testSections(0)[0].values}, {"empty", nil}, {"moments", make([]float32, 5)}},
	} {
		if _, _, _, err := c.load(layoutOf(sections)); !errors.Is(err, ErrOtherRun) {
			t.Errorf("%s: error %v", name, err)
		}
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
		return encodeCheckpoint(&fullDisk{w, 40_000}, Position{}, testSections(1))
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

func FuzzDecodeCheckpoint(f *testing.F) {
	var whole bytes.Buffer
	if err := encodeCheckpoint(&whole, Position{Total: 3}, testSections(1)[1:]); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(checkpointMagic + "\x02\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		decodeCheckpoint(bytes.NewReader(data), layoutOf(testSections(0)[1:]))
	})
}
