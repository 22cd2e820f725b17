package sqlitecopy

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func create(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", Address(path, nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	run(t, db, `PRAGMA journal_mode = WAL`)
	run(t, db, `CREATE TABLE row (n INTEGER PRIMARY KEY, data BLOB)`)
	return db
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT count(*) FROM row`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Two files are copied as they were at one moment, though others write before the copies
// are made and while they are.
func TestCopiesAreOfOneMoment(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	var held []*Held
	var files []*sql.DB
	for _, name := range []string{"one", "two [1] #?%41"} {
		db := create(t, filepath.Join(folder, name))
		run(t, db, `INSERT INTO row (data) VALUES (randomblob(9000000))`) // more than Copy takes at once
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Fatal("a name with characters of addresses:", err)
		}
		h, err := Hold(ctx, filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer h.Release()
		held, files = append(held, h), append(files, db)
	}
	for _, db := range files {
		run(t, db, `INSERT INTO row (data) VALUES (randomblob(100000))`)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			files[1].Exec(`INSERT INTO row (data) VALUES (randomblob(10000))`)
		}
	}()
	for i, h := range held {
		to := filepath.Join(folder, "copy"+string(rune('0'+i)))
		if err := h.Copy(ctx, to); err != nil {
			t.Fatal(err)
		}
		copied, err := sql.Open("sqlite", Address(to, nil))
		if err != nil {
			t.Fatal(err)
		}
		defer copied.Close()
		if n := rows(t, copied); n != 1 {
			t.Errorf("copy %d has %d rows, want 1", i, n)
		}
		if problems, err := Check(ctx, to); err != nil || len(problems) > 0 {
			t.Errorf("copy %d: %v, %v", i, problems, err)
		}
	}
	<-done
	if n := rows(t, files[1]); n != 22 {
		t.Errorf("the writer was hindered: %d rows", n)
	}
}

func TestWhatCannotBeCopied(t *testing.T) {
	folder := t.TempDir()
	if _, err := Hold(t.Context(), filepath.Join(folder, "none")); err == nil {
		t.Error("a missing file is read")
	}
	if _, err := os.Stat(filepath.Join(folder, "none")); err == nil {
		t.Error("and made")
	}
	path := filepath.Join(folder, "file")
	run(t, create(t, path), `INSERT INTO row (data) VALUES (randomblob(9000000))`)
	h, err := Hold(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Release()
	ended, end := context.WithCancel(t.Context())
	end()
	if err := h.Copy(ended, filepath.Join(folder, "copy")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	if err := h.Copy(t.Context(), filepath.Join(folder, "no", "folder")); err == nil {
		t.Error("copied into a folder that is not there")
	}
}

func TestCheckFindsDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	db := create(t, path)
	run(t, db, `INSERT INTO row (data) VALUES (randomblob(100000))`)
	db.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(data[4096:8192])
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if problems, err := Check(t.Context(), path); err == nil && len(problems) == 0 {
		t.Error("a page of zeros is not found")
	}
}
