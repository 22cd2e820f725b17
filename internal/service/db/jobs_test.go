package db

import (
	"fmt"
	"testing"

	"exemplar/internal/pgtest"
)

// Whether a job has a path is told without reading its other files, however many they are: a job
// has millions, and its listing asks for each.
func TestJobPathsReadsNoOtherFiles(t *testing.T) {
	ctx := t.Context()
	db, err := OpenServer(ctx, pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const asked, had = 100, 4000
	var paths []string
	for i := range had + asked/2 {
		paths = append(paths, fmt.Sprintf("%05d.jpg", i))
	}
	err = db.Write(ctx, func(tx *Tx) error {
		var files []JobFile
		for i, path := range paths[:had] {
			files = append(files, JobFile{Job: "j", Path: path, Number: int64(i + 1), Chunk: 1, State: Waiting})
		}
		return tx.AddJobFiles(ctx, files)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(ctx, func(tx *Tx) error {
		has, err := tx.JobPaths(ctx, "j", paths[had-asked/2:])
		if err != nil || len(has) != asked/2 || !has[paths[had-1]] || has[paths[had]] {
			t.Errorf("of 100 paths, of which 50 are there: %d, %v", len(has), err)
		}
		rows, err := one(ctx, tx.querier, number, `SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'job_file'`)
		if rows > asked {
			t.Errorf("%d rows were read for %d paths", rows, asked)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
