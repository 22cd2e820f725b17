package backup

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"exemplar/internal/pgtest"
	"exemplar/internal/service"
)

// program finds a program of PostgreSQL, in Debian's place or on the PATH.
func program(t *testing.T, name string) string {
	t.Helper()
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		return found[len(found)-1]
	}
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("EXEMPLAR_REQUIRE_POSTGRES") == "" {
		t.Skip(err)
	}
	return path
}

// What docs/postgres.md says of pg_dump holds: it copies a service at one moment, while
// others register and classify.
func TestADatabaseIsCopiedByItsOwnTools(t *testing.T) {
	from, to := pgtest.Database(t), pgtest.Database(t)
	dump, restore := program(t, "pg_dump"), program(t, "pg_restore")
	openAt := func(address string) *service.Service {
		s, err := service.Open(t.Context(), service.Options{Store: address})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	s := openAt(from)
	if _, err := s.CreateCollection(t.Context(), anna, service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll}); err != nil {
		t.Fatal(err)
	}
	register(t, s, "ticket", drawn("ticket", 3))
	classify(t, s, drawn("ticket", 3))
	ending, end := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	writers.Go(func() {
		for i := 0; ending.Err() == nil; i++ {
			register(t, s, "form/"+string(rune('a'+i%26)), drawn("form", 10+i))
			classify(t, s, drawn("ticket", 3))
		}
	})
	file := filepath.Join(t.TempDir(), "documents.dump")
	for _, args := range [][]string{{dump, "--format=custom", "--file=" + file, from}, {restore, "--exit-on-error", "--dbname=" + to, file}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", args[0], err, out)
		}
	}
	end()
	writers.Wait()
	again := openAt(to)
	original, copied := decisions(t, s), decisions(t, again)
	if len(copied) < 1 || len(copied) > len(original) {
		t.Errorf("%d decisions of %d", len(copied), len(original))
	}
	for id, text := range copied {
		if original[id] != text {
			t.Errorf("decision %s is\n%s, was\n%s", id, text, original[id])
		}
	}
	found, err := again.VerifyAudit(t.Context(), "")
	if err != nil || !found.Sound {
		t.Errorf("the audit: %v %s", err, found.Problem)
	}
	if a := classify(t, again, drawn("ticket", 3)); a.Label != "ticket" {
		t.Errorf("the restored service says %s %s", a.Decision, a.Label)
	}
}
