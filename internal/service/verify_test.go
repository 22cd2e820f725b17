package service

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"
)

// What was done and undone since does not count when a gallery is rebuilt, also if the row
// of the change still says how to undo it.
func TestUndoneChangesAreNotUndoneAgain(t *testing.T) {
	dir := t.TempDir()
	s, ctx := openAt(t, Options{Dir: dir}), context.Background()
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	register(t, s, "travel/ticket", ticket)
	renamed, err := s.RenameLabel(ctx, anna, "mailroom", "travel", "trip")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(ctx, anna, "mailroom", renamed.Change); err != nil {
		t.Fatal(err)
	}
	onlyRegistration := func(when string) {
		t.Helper()
		list, err := s.changesSince(ctx, "mailroom", time.Time{})
		if err != nil || len(list) != 1 || len(list[0].Remove) != 1 {
			t.Errorf("%s: %+v, %v; want the registration alone", when, list, err)
		}
	}
	row, err := s.db.Read().Change(ctx, "mailroom", renamed.Change)
	if err != nil || !row.Undone || row.Undo != nil {
		t.Errorf("the row of what was undone: %+v, %v", row, err)
	}
	onlyRegistration("as it is")
	database, err := sql.Open("sqlite", filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	if _, err := database.Exec(`UPDATE change SET undo = CAST('{"rename":{"from":"trip","to":"travel"}}' AS BLOB) WHERE id = ?`, renamed.Change); err != nil {
		t.Fatal(err)
	}
	onlyRegistration("with what undoing took")
}
