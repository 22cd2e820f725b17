package fileio

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var errFill = errors.New("nothing more to say")

func TestWriteReplacesInOneStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.json")
	mustWrite(t, path, Private, "old")
	err := Write(path, Private, func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 1<<20)); err != nil {
			return err
		}
		return errFill
	})
	if !errors.Is(err, errFill) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	wantContent(t, path, "old")
	mustWrite(t, path, Private, "new")
	wantContent(t, path, "new")
	wantAlone(t, path)
}

func TestWriteSetsTheMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	path := filepath.Join(t.TempDir(), "why.png")
	for _, mode := range []os.FileMode{Private, Public} {
		mustWrite(t, path, mode, "x")
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v, want %v (%v)", info.Mode().Perm(), mode, err)
		}
	}
}

func TestWriteFollowsLinks(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	mustWrite(t, target, Public, "old")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links:", err)
	}
	mustWrite(t, link, Public, "new")
	wantContent(t, target, "new")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced by a file")
	}
}

func TestWriteIntoDevices(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	if err := WriteBytes("/dev/full", Public, []byte("x")); err == nil {
		t.Error("a full device took what was written")
	}
	if err := WriteBytes("/dev/null", Public, []byte("x")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode().IsRegular() {
		t.Fatal("/dev/null was replaced by a file")
	}
}

func TestWriteNamesTheFileThatWasAskedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "why.png")
	err := WriteBytes(path, Public, nil)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "unfinished") {
		t.Errorf("error %v", err)
	}
}

// TestMain lets the test run itself as a writer that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("FILEIO_TEST_STUCK_WRITER"); path != "" {
		_ = Write(path, Public, func(w io.Writer) error {
			os.Stdout.WriteString("writing\n")
			select {}
		})
	}
	os.Exit(m.Run())
}

func TestLeftoversOfKilledWritersAreRemoved(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a killed writer's file is not marked")
	}
	path := filepath.Join(t.TempDir(), "export.zip")
	writer := exec.Command(os.Args[0])
	writer.Env = append(os.Environ(), "FILEIO_TEST_STUCK_WRITER="+path)
	out, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("writing\n"))); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, path, Public, "while the other writes")
	if n := len(files(t, path)); n != 2 {
		t.Errorf("%d files: a living writer's was removed", n)
	}
	if err := writer.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = writer.Wait()
	mustWrite(t, path, Public, "after the other was killed")
	wantAlone(t, path)
}

func TestReadsAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "picture")
	mustWrite(t, path, Public, "12345678")
	for _, c := range []struct {
		limit int64
		fits  bool
	}{{7, false}, {8, true}, {9, true}} {
		data, err := ReadFile(path, c.limit)
		if c.fits != (err == nil) || c.fits && string(data) != "12345678" {
			t.Errorf("limit %d: %q, %v", c.limit, data, err)
		}
		if !c.fits && !errors.Is(err, ErrTooLarge) {
			t.Errorf("limit %d: %v", c.limit, err)
		}
		if data, err := ReadAll(strings.NewReader("12345678"), c.limit); c.fits != (err == nil) || c.fits && string(data) != "12345678" {
			t.Errorf("reader, limit %d: %q, %v", c.limit, data, err)
		}
	}
}

func TestWhatHasNoSizeIsReadToTheLimit(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := ReadFile("/dev/zero", 1<<20); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v", err)
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 8<<20 {
		t.Errorf("%d bytes taken for a limit of 1 MiB", taken)
	}
}

// TestBuffersAreNotDoubled: a stream takes little more memory than its bytes.
func TestBuffersAreNotDoubled(t *testing.T) {
	const limit = 64 << 20
	for _, size := range []int64{limit, limit + 1} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		data, err := ReadAll(io.LimitReader(zeros{}, size), limit)
		if size <= limit && (err != nil || int64(len(data)) != size) || size > limit && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d bytes: %d, %v", size, len(data), err)
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > limit*4/3+2<<20 {
			t.Errorf("%d MiB taken for %d", taken>>20, size>>20)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestTooLargeSaysHowLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	mustWrite(t, path, Public, "")
	if err := os.Truncate(path, 3<<40); err != nil {
		t.Skip("no sparse files:", err)
	}
	_, err := ReadFile(path, 256<<20)
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "3072 GiB") || !strings.Contains(err.Error(), "256 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestReadFileSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	if _, err := ReadFile(folder, 100); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("folder: %v", err)
	}
	if _, err := ReadFile(filepath.Join(folder, "missing"), 100); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if data, err := ReadAll(bytes.NewReader(nil), 0); err != nil || len(data) != 0 {
		t.Errorf("nothing: %v, %v", data, err)
	}
}

func mustWrite(t *testing.T, path string, mode os.FileMode, content string) {
	t.Helper()
	if err := WriteBytes(path, mode, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func wantContent(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%q holds %q, want %q (%v)", path, got, want, err)
	}
}

func wantAlone(t *testing.T, path string) {
	t.Helper()
	if found := files(t, path); len(found) != 1 {
		t.Errorf("beside the file lie others: %v", found)
	}
}

func files(t *testing.T, path string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
