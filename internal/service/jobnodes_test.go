package service

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"exemplar/internal/pgtest"
	"exemplar/internal/service/db"
)

// twoJobNodes opens two services with one database that may read a folder, and cut jobs
// into chunks of some files.
func twoJobNodes(t *testing.T, folder string, chunk int) (nodes []*Service) {
	t.Helper()
	database := pgtest.Database(t)
	for i := range 2 {
		s, err := Open(t.Context(), Options{Store: fmt.Sprintf("%s&application_name=%d", database, i), Folders: []string{folder}})
		if err != nil {
			t.Fatal(err)
		}
		s.jobs.chunkFiles = chunk
		t.Cleanup(func() { s.Close() })
		nodes = append(nodes, s)
	}
	return nodes
}

// Whatever happens to nodes and jobs, in any order, each page is there once at the end.
func TestEveryPageIsThereOnce(t *testing.T) {
	const files = 80
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	folder := pictures(t, files)
	nodes := twoJobNodes(t, folder, 7)
	makeCollection(t, nodes[0], NewCollection{Name: "mailroom"})
	job := startJob(t, nodes[0], NewJob{Folder: folder})
	ctx := t.Context()
	for range 25 {
		s := nodes[random.IntN(len(nodes))]
		switch random.IntN(4) {
		case 0: // it is taken for gone while it works, and the other takes its chunks
			if err := s.takeOver(ctx, []string{nodes[random.IntN(len(nodes))].node}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
			for _, s := range nodes {
				if err := s.beat(ctx); err != nil {
					t.Fatal(err)
				}
			}
		case 1:
			s.PauseJob(ctx, anna, job.ID)
		case 2:
			s.ResumeJob(ctx, anna, job.ID)
		case 3:
			s.RetryJob(ctx, anna, job.ID)
		}
		time.Sleep(time.Duration(random.IntN(10)) * time.Millisecond)
	}
	nodes[1].ResumeJob(ctx, anna, job.ID)
	job = await(t, nodes[1], job.ID, hasEnded)
	if job.State != JobDone || job.Done != files || job.Failed != 0 || job.Pages != files {
		t.Errorf("%+v", job)
	}
	mustHaveOnce(t, nodes[0], job.ID, files)
	mustBeSound(t, nodes[0])
	var known *Error
	if _, err := nodes[0].EachJobResult(ctx, anna, job.ID, ResultFilter{Text: "a\x00"}); !errors.As(err, &known) || known.Kind != Invalid {
		t.Errorf("a filter that the database refuses: %v", err)
	}
}

// While the database is away a job waits, and goes on when it is back.
func TestAJobWhileTheDatabaseIsAway(t *testing.T) {
	const files = 60
	server := pgtest.Start(t)
	at := Options{Store: server.Database(t), Folders: []string{pictures(t, files)}}
	s := openAt(t, at)
	s.jobs.chunkFiles = 5
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	job := startJob(t, s, NewJob{Folder: at.Folders[0]})
	await(t, s, job.ID, func(j Job) bool { return j.Pages > 2 })
	server.Stop(t)
	time.Sleep(200 * time.Millisecond)
	server.Continue(t)
	for s.Ready(t.Context()) != nil {
		time.Sleep(10 * time.Millisecond)
	}
	if job = await(t, s, job.ID, hasEnded); job.State != JobDone || job.Done != files {
		t.Errorf("%+v", job)
	}
	mustHaveOnce(t, s, job.ID, files)
	mustBeSound(t, s)
}

// Both nodes work on a job, and when one is gone the other ends it.
func TestNodesShareAJob(t *testing.T) {
	const files = 240
	folder := pictures(t, files)
	nodes := twoJobNodes(t, folder, 3)
	makeCollection(t, nodes[0], NewCollection{Name: "mailroom"})
	job := startJob(t, nodes[0], NewJob{Folder: folder})
	worked := map[string]bool{}
	for end := time.Now().Add(patience); !worked[nodes[0].node] || !worked[nodes[1].node]; {
		for number := range int64(files / 3) {
			if c, err := nodes[1].db.Read().Chunk(t.Context(), job.ID, number); err == nil && c.State == db.Running {
				worked[c.Node] = true
			}
		}
		if time.Now().After(end) {
			t.Fatalf("these nodes were seen at work: %v", worked)
		}
	}
	nodes[0].Close()
	job = await(t, nodes[1], job.ID, hasEnded)
	if job.State != JobDone || job.Done != files {
		t.Errorf("%+v", job)
	}
	mustHaveOnce(t, nodes[1], job.ID, files)
}

// A file at which the program ends again and again is given up, and its chunk goes on.
func TestAFileThatEndsTheProgram(t *testing.T) {
	folder := pictures(t, 3)
	at := Options{Dir: t.TempDir(), Folders: []string{folder}}
	visit := at
	visit.Visit = true
	s := openAt(t, visit) // nothing works on jobs
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	job := startJob(t, s, NewJob{Folder: folder})
	bad := filepath.Join(folder, "0001.png")
	err := s.db.Write(t.Context(), func(tx *db.Tx) error {
		row, err := tx.Job(t.Context(), job.ID)
		if err != nil {
			return err
		}
		var found []foundFile
		for n := range 3 {
			found = append(found, foundFile{path: filepath.Join(folder, fmt.Sprintf("%04d.png", n))})
		}
		if err := s.addChunk(t.Context(), tx, &row, found); err != nil {
			return err
		}
		row.Listed = true
		if err := tx.SetJob(t.Context(), row); err != nil {
			return err
		}
		f, err := tx.JobFile(t.Context(), job.ID, bad)
		if err != nil {
			return err
		}
		f.Tries = mostDeaths
		if err := tx.SetJobFile(t.Context(), f); err != nil {
			return err
		}
		return tx.SetChunk(t.Context(), db.Chunk{Job: job.ID, Number: 1, State: db.Running, Node: "gone", Tries: mostDeaths})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = openAt(t, at)
	job = await(t, s, job.ID, hasEnded)
	failed, err := s.JobFiles(t.Context(), anna, job.ID, db.Failed, 0, 10)
	if job.Done != 2 || job.Failed != 1 || err != nil || len(failed.Files) != 1 || failed.Files[0].Path != bad {
		t.Errorf("%+v, failed %+v, %v", job, failed, err)
	}
}
