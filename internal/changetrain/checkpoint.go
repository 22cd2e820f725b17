package changetrain

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"strconv"

	"exemplar/internal/tensorfile"
)

// A checkpoint is a safetensors file of weights and moments, whose metadata say
// which training it belongs to and how many steps are done.
const (
	trainingKey = "training"
	stepKey     = "step"
)

// save writes the checkpoint, if one is wanted.
func (t *training) save() error {
	if t.opts.Checkpoint == "" {
		return nil
	}
	file := tensorfile.Safetensors{
		Metadata: map[string]string{trainingKey: t.name, stepKey: strconv.Itoa(t.step)},
		Tensors:  map[string]tensorfile.Tensor{},
	}
	for name, values := range t.state() {
		file.Tensors[name] = tensorfile.NewFloat32(values, len(values))
	}
	data, err := file.Encode()
	if err != nil {
		return err
	}
	return tensorfile.WriteFile(t.opts.Checkpoint, data)
}

// resume reads the checkpoint, if there is one.
func (t *training) resume() error {
	if t.opts.Checkpoint == "" {
		return nil
	}
	data, err := tensorfile.ReadFile(t.opts.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := t.restore(data); err != nil {
		return fmt.Errorf("checkpoint %q: %w", t.opts.Checkpoint, err)
	}
	return nil
}

func (t *training) restore(data []byte) error {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return err
	}
	if file.Metadata[trainingKey] != t.name {
		return fmt.Errorf("of another training (%q, not %q): remove it to begin anew", file.Metadata[trainingKey], t.name)
	}
	for name, values := range t.state() {
		from, err := file.Tensors[name].Float32s()
		if err != nil || len(from) != len(values) {
			return fmt.Errorf("tensor %q has %d values of %d, %v", name, len(from), len(values), err)
		}
		copy(values, from)
	}
	t.step, err = strconv.Atoi(file.Metadata[stepKey])
	return err
}

// state lists what changes from step to step.
func (t *training) state() map[string][]float32 {
	all := map[string][]float32{}
	for i, p := range t.tensors {
		all["value/"+p.Name] = p.Value
		all["first/"+p.Name] = t.moments[i].First
		all["second/"+p.Name] = t.moments[i].Second
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
