package db

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A disk that is full is told from what nobody can help, and known for a while.
func TestAFullDisk(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.sql.SetMaxOpenConns(1)
	if err := db.Full(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Read().exec(t.Context(), `PRAGMA max_page_count = 1`); err != nil { // as many as it has
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(t.Context(), `CREATE TABLE large AS SELECT ? AS text`, strings.Repeat("x", 1<<20))
		return err
	})
	if !errors.Is(err, ErrFull) || !errors.Is(db.Full(), ErrFull) {
		t.Errorf("it says %v, and then %v", err, db.Full())
	}
}
