package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
	"exemplar/internal/vectorindex"
)

// roleVariable makes this test binary play a role as another process.
const roleVariable = "EXEMPLAR_GALLERY_TEST_ROLE"

func command(role string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), roleVariable+"="+role)
	c.Stderr = os.Stderr
	return c
}

func play(role string, args []string) int {
	roles := map[string]func([]string) error{
		"register": playRegister, "visit": playVisit, "copy": playCopy,
		"replace": playReplace, "import": playImport, "compact": playCompact, "repair": playRepair,
	}
	if err := roles[role](args); err != nil {
		fmt.Fprintln(os.Stderr, role, "failed:", err)
		return 1
	}
	return 0
}

// playRegister adds batches of three to the gallery args[0] under the label
// args[1], args[2] of them, and prints the ids of each once it is reported.
func playRegister(args []string) error {
	g, err := Open(args[0], store.Options{Create: true})
	if err != nil {
		return err
	}
	batches, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	for batch := range batches {
		added, err := g.Put(context.Background(), batchOf(store.Label(args[1]), batch)...)
		if err != nil {
			return err
		}
		fmt.Println(added[0].ID, added[1].ID, added[2].ID)
	}
	return g.Close()
}

// batchOf makes three entries whose note says which batch they belong to.
func batchOf(label store.Label, batch int) []store.Entry {
	entries := make([]store.Entry, 3)
	for i := range entries {
		entries[i] = storetest.Entry(label, uint64(3*batch+i))
		entries[i].Note = strconv.Itoa(batch)
	}
	return entries
}

// playVisit says how the gallery args[0] can be used without the right to
// write to it.
func playVisit(args []string) error {
	if err := dropPrivileges(); err != nil {
		return err
	}
	ctx := context.Background()
	g, err := Open(args[0], store.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	v, err := vectorindex.Load(ctx, g, storetest.Model, storetest.Dim)
	if err != nil {
		return err
	}
	_, err = g.Put(ctx, storetest.Entry("b", 2))
	fmt.Println(v.Index().Len(), errors.Is(err, store.ErrReadOnly))
	return nil
}

// A bulk registration that is killed at any moment leaves a sound gallery, with whole
// batches only and with all that it reported.
func TestKilledWhileRegistering(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 1
	}
	rng := rand.New(rand.NewPCG(4, 2))
	path := filepath.Join(t.TempDir(), "killed.gallery")
	for round := range rounds {
		label := store.Label(fmt.Sprintf("round-%d", round))
		child := command("register", path, string(label), "100000")
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		killSoon := sync.OnceFunc(func() {
			time.AfterFunc(time.Duration(rng.IntN(150_000))*time.Microsecond, func() { child.Process.Kill() })
		})
		if round%2 == 0 { // even before there is a gallery
			killSoon()
		}
		var reported []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			killSoon()
			if ids := strings.Fields(lines.Text()); len(ids) == 3 { // the last line may be cut
				reported = append(reported, ids...)
			}
		}
		child.Wait()
		mustHoldBatches(t, path, label, reported)
	}
}

// mustHoldBatches checks that the reported references are there, and that no
// batch is there in part.
func mustHoldBatches(t *testing.T, path string, label store.Label, reported []string) {
	t.Helper()
	g, err := Open(path, store.Options{})
	if errors.Is(err, store.ErrNoGallery) && len(reported) == 0 {
		return // killed before there was one
	}
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	storetest.MustBeSound(t, g)
	there, batches := map[string]bool{}, map[string]int{}
	for _, r := range storetest.List(t, g, store.Filter{Under: label}) {
		there[r.ID] = true
		batches[r.Note]++
	}
	for _, id := range reported {
		if len(id) == 26 && !there[id] {
			t.Errorf("%s was reported and is gone", id)
		}
	}
	for note, n := range batches {
		if n != 3 {
			t.Errorf("batch %s is there with %d of 3 references", note, n)
		}
	}
	t.Logf("%s: reported %d, found %d", label, len(reported), len(there))
}

// Two processes register into a gallery that did not exist, while this one searches. Every
// search sees whole batches, and in the end all are there.
func TestProcessesRegisterAndSearchAtOnce(t *testing.T) {
	batches := 60
	if testing.Short() {
		batches = 10
	}
	path := filepath.Join(t.TempDir(), "shared.gallery")
	children := []*exec.Cmd{command("register", path, "one", strconv.Itoa(batches)), command("register", path, "two", strconv.Itoa(batches))}
	done := make(chan error, len(children))
	for _, child := range children {
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { done <- child.Wait() }()
	}
	g := openGallery(t, path)
	v := follow(t, g)
	probe := storetest.Entry("", 7).Vectors[storetest.Dim : 2*storetest.Dim]
	seen, searches := 0, 0
	for running := len(children); running > 0; searches++ {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			running--
		default:
		}
		candidates, err := v.Search(context.Background(), probe, 5)
		if err != nil {
			t.Fatal(err)
		}
		n := v.Index().Len()
		if n%3 != 0 || n < seen {
			t.Fatalf("%d references seen after %d", n, seen)
		}
		seen = n
		if n == 2*3*batches && (len(candidates) != 2 || candidates[0].Score < 0.999 || candidates[0].Rotation != 90) {
			t.Fatalf("found %+v", candidates)
		}
	}
	t.Logf("%d searches", searches)
	if err := v.Sync(context.Background()); err != nil || v.Index().Len() != 2*3*batches || v.Index().Labels() != 2 {
		t.Errorf("%d references of %d labels in the end, %v", v.Index().Len(), v.Index().Labels(), err)
	}
	storetest.MustBeSound(t, g)
}

// A gallery in a read-only folder can be searched, and a change gives the error.
func TestReadOnly(t *testing.T) {
	if !canDropPrivileges() {
		t.Skip("no user without rights here")
	}
	cases := []struct {
		name         string
		file, folder fs.FileMode
		open         bool // by its writer, meanwhile
	}{
		{"file and folder", 0o444, 0o555, false},
		{"folder", 0o666, 0o555, false},
		{"file", 0o444, 0o777, false},
		{"file and folder, being written", 0o444, 0o555, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "g.gallery")
			g := openGallery(t, path)
			storetest.Put(t, g, storetest.Entry("a", 1))
			if !c.open {
				g.Close()
			}
			letOthersIn(t, folder)
			for _, file := range []string{path, path + "-wal", path + "-shm"} {
				if err := os.Chmod(file, c.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(folder, c.folder); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(folder, 0o777)
			out, err := command("visit", path).Output()
			if got := strings.TrimSpace(string(out)); err != nil || got != "1 true" {
				t.Errorf("references, error on writing: %q, %v", got, err)
			}
		})
	}
}

// letOthersIn lets other users pass through the folders down to path.
func letOthersIn(t *testing.T, path string) {
	t.Helper()
	for root := os.TempDir(); path != root && path != filepath.Dir(path); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
