package train

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/train/checkpoint"
)

const checkpointSuffix = ".checkpoint"

// Position is how far a run has come.
type Position struct {
	Run         string  `json:"run"`   // hash of the recipe and the data: a resumed run must be the same
	Stage       int     `json:"stage"` // from 0
	Step        int     `json:"step"`  // steps done in the stage
	Total       int     `json:"total"` // steps done in all stages
	Samples     int64   `json:"samples"`
	Best        float64 `json:"best"` // best FigureTPR of the evaluations
	BestStep    int     `json:"best_step"`
	Evaluations int     `json:"evaluations_since_best"`
	Seconds     float64 `json:"seconds"` // of work, over all sessions of the run
}

// checkpoints is the folder in which a run keeps them.
type checkpoints struct {
	dir  string
	keep int
}

// save writes a checkpoint and removes old ones, so that the newest keep are left.
func (c checkpoints) save(p Position, sections []checkpoint.Section) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	path := filepath.Join(c.dir, fmt.Sprintf("%09d%s", p.Total, checkpointSuffix))
	if err := checkpoint.Save(path, p, sections); err != nil {
		return err
	}
	files := c.list()
	for _, old := range files[:max(0, len(files)-c.keep)] {
		os.Remove(old)
	}
	return nil
}

// removeNewest removes the newest checkpoint.
func (c checkpoints) removeNewest() error {
	files := c.list()
	return os.Remove(files[len(files)-1])
}

// list returns the checkpoints, oldest first.
func (c checkpoints) list() []string {
	files, _ := filepath.Glob(filepath.Join(c.dir, "*"+checkpointSuffix))
	slices.Sort(files)
	return files
}

// load reads the newest checkpoint that is whole. It skips and returns the errors of damaged ones; ok is false if there
// is no whole one.
func (c checkpoints) load(layout func(Position) ([]checkpoint.Section, error)) (p Position, ok bool, damaged []error, err error) {
	for _, path := range slices.Backward(c.list()) {
		p, err := checkpoint.Load(path, layout)
		if err == nil {
			return p, true, damaged, nil
		}
		if errors.Is(err, checkpoint.ErrOther) {
			return p, false, damaged, err
		}
		damaged = append(damaged, err)
	}
	return Position{}, false, damaged, nil
}
