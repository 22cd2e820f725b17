package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/storetest"
)

// playReplace replaces the label a of the gallery args[0] again and again, from
// three pieces each time, and prints the number of each round.
func playReplace(args []string) error {
	ctx := context.Background()
	g, err := Open(args[0], store.Options{Create: true})
	if err != nil {
		return err
	}
	for round := range 100_000 {
		s, err := g.Stage(ctx)
		if err != nil {
			return err
		}
		for piece := range 3 {
			entries := batchOf("a", 3*round+piece)
			for i := range entries {
				entries[i].Note = strconv.Itoa(round)
			}
			if _, err := s.Put(ctx, entries...); err != nil {
				return err
			}
		}
		if _, err := s.Commit(ctx); err != nil {
			return err
		}
		s.Close()
		fmt.Println(round)
	}
	return nil
}

// playImport imports args[1] into the gallery args[0] and removes all of it, again
// and again.
func playImport(args []string) error {
	ctx := context.Background()
	g, err := Open(args[0], store.Options{Create: true})
	if err != nil {
		return err
	}
	for {
		if _, err := archive.Import(ctx, g, args[1], nil); err != nil {
			return err
		}
		fmt.Println("imported")
		references, err := g.List(ctx, store.Filter{})
		if err != nil {
			return err
		}
		var ids []string
		for _, r := range references {
			ids = append(ids, r.ID)
		}
		if err := g.Remove(ctx, ids...); err != nil {
			return err
		}
	}
}

// playCompact adds three references to the gallery args[0], removes the first and
// compacts it, again and again, and prints the ids of those that stay.
func playCompact(args []string) error {
	ctx := context.Background()
	g, err := Open(args[0], store.Options{Create: true})
	if err != nil {
		return err
	}
	for round := range 100_000 {
		added, err := g.Put(ctx, batchOf("a", round)...)
		if err != nil {
			return err
		}
		if err := g.Remove(ctx, added[0].ID); err != nil {
			return err
		}
		fmt.Println(added[1].ID, added[2].ID)
		if err := g.Compact(ctx); err != nil {
			return err
		}
	}
	return nil
}

// playRepair repairs the gallery args[0].
func playRepair(args []string) error {
	g, err := Open(args[0], store.Options{})
	if err != nil {
		return err
	}
	fmt.Println("opened")
	_, err = g.Repair(context.Background(), storetest.SameMaker(), nil)
	return err
}

// playCopy adds the same 20 images to the gallery args[0], one by one.
func playCopy(args []string) error {
	g, err := Open(args[0], store.Options{Create: true})
	if err != nil {
		return err
	}
	for i := range 20 {
		if _, err := g.Put(context.Background(), storetest.Entry("a", uint64(i))); err != nil {
			return err
		}
	}
	return g.Close()
}

// killed runs a role, kills it at a random moment after its first line, and
// returns its last whole line.
func killed(t *testing.T, rng *rand.Rand, role string, args ...string) (last string) {
	t.Helper()
	child := command(role, args...)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for first := true; ; first = false {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // the line is cut
		}
		last = line[:len(line)-1]
		if first {
			time.AfterFunc(time.Duration(rng.IntN(40_000))*time.Microsecond, func() { child.Process.Kill() })
		}
	}
	child.Wait()
	return last
}

// rounds is the number of kills.
func rounds() int {
	if papertest.UnderRace {
		return 1
	}
	if testing.Short() {
		return 1
	}
	return 4
}

func reopened(t *testing.T, path string) *Store {
	t.Helper()
	g, err := Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	storetest.MustBeSound(t, g)
	return g
}

// After a kill while it replaces, a gallery has the old references of the label or all new
// ones.
func TestKilledWhileReplacing(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for range rounds() {
		path := filepath.Join(t.TempDir(), "g.gallery")
		reported, err := strconv.Atoi(killed(t, rng, "replace", path))
		if err != nil {
			t.Fatal(err)
		}
		notes := map[string]int{}
		for _, r := range storetest.List(t, reopened(t, path), store.Filter{}) {
			notes[r.Note]++
		}
		now, next := strconv.Itoa(reported), strconv.Itoa(reported+1)
		if len(notes) != 1 || notes[now] != 9 && notes[next] != 9 {
			t.Errorf("round %d was reported, there are %v", reported, notes)
		}
	}
}

// After a kill while it imports or removes, a gallery has all of the change or none.
func TestKilledWhileImporting(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 2))
	from := newGallery(t)
	const references = 40
	storetest.Fill(t, from, references)
	export := filepath.Join(t.TempDir(), "export.zip")
	if err := archive.Export(context.Background(), from, export); err != nil {
		t.Fatal(err)
	}
	for range rounds() {
		path := filepath.Join(t.TempDir(), "g.gallery")
		killed(t, rng, "import", path, export)
		if n := len(storetest.List(t, reopened(t, path), store.Filter{})); n != 0 && n != references {
			t.Errorf("%d of %d references", n, references)
		}
	}
}

// After a kill while it compacts, a gallery has its references.
func TestKilledWhileCompacting(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 3))
	for range rounds() {
		path := filepath.Join(t.TempDir(), "g.gallery")
		var one, two string
		if _, err := fmt.Sscan(killed(t, rng, "compact", path), &one, &two); err != nil {
			t.Fatal(err)
		}
		there := map[string]bool{}
		for _, r := range storetest.List(t, reopened(t, path), store.Filter{}) {
			there[r.ID] = true
		}
		if !there[one] || !there[two] {
			t.Errorf("%s and %s were reported, there are %v", one, two, there)
		}
	}
}

// After a kill while it repairs, the next call repairs the gallery.
func TestKilledWhileRepairing(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 4))
	for range rounds() {
		g := newGallery(t)
		storetest.Fill(t, g, 40)
		if _, err := g.db.Exec(`UPDATE embedding SET features = x'00'; UPDATE gallery SET dim = 1`); err != nil {
			t.Fatal(err)
		}
		path := g.path
		g.Close()
		killed(t, rng, "repair", path)
		g, err := Open(path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		done, err := g.Repair(context.Background(), storetest.SameMaker(), nil)
		if err != nil || len(done.Left)+len(done.Pages) > 0 {
			t.Errorf("repaired %+v, %v", done, err)
		}
		storetest.MustBeSound(t, g)
		if n := len(storetest.List(t, g, store.Filter{})); n != 40 {
			t.Errorf("%d references", n)
		}
		g.Close()
	}
}

// Processes that register the same images at once leave no doubles.
func TestProcessesLeaveNoDoubles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.gallery")
	var children []*exec.Cmd
	for range 3 {
		child := command("copy", path)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		children = append(children, child)
	}
	for _, child := range children {
		if err := child.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := len(storetest.List(t, reopened(t, path), store.Filter{})); n != 20 {
		t.Errorf("%d references of 20 images", n)
	}
}
