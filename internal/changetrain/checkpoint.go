package changetrain

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"

	"exemplar/internal/train/checkpoint"
)

// position is how far a training has come.
type position struct {
	Training string `json:"training"`
	Step     int    `json:"step"` // done
}

// save writes the checkpoint, if one is wanted.
func (t *training) save() error {
	if t.opts.Checkpoint == "" {
		return nil
	}
	return checkpoint.Save(t.opts.Checkpoint, position{t.name, t.step}, t.sections())
}

// resume reads the checkpoint, if there is one.
func (t *training) resume() error {
	if t.opts.Checkpoint == "" {
		return nil
	}
	at, err := checkpoint.Load(t.opts.Checkpoint, func(p position) ([]checkpoint.Section, error) {
		if p.Training != t.name {
			return nil, fmt.Errorf("%w (%q, not %q): remove it to begin anew", checkpoint.ErrOther, p.Training, t.name)
		}
		return t.sections(), nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	t.step = at.Step
	return nil
}

// sections lists what changes from step to step.
func (t *training) sections() []checkpoint.Section {
	var all []checkpoint.Section
	for i, p := range t.tensors {
		all = append(all,
			checkpoint.Section{Name: "value/" + p.Name, Values: p.Value},
			checkpoint.Section{Name: "first/" + p.Name, Values: t.moments[i].First},
			checkpoint.Section{Name: "second/" + p.Name, Values: t.moments[i].Second})
	}
	return all
}

// nameOf tells trainings apart: by what they learn, from what, for how long.
func (t *training) nameOf() string {
	sum := crc32.NewIEEE()
	for _, s := range t.samples {
		sum.Write(s.Ref.Pix)
		sum.Write(s.Laid.Pix)
	}
	sum.Write(t.opts.Start)
	for _, p := range t.tensors {
		fmt.Fprint(sum, p.Name, len(p.Value))
	}
	return fmt.Sprintf("%d steps of seed %d on %d samples, %08x", t.opts.Steps, t.opts.Seed, len(t.samples), sum.Sum32())
}
