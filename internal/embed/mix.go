package embed

import (
	"fmt"

	"exemplar/internal/tensorfile"
)

// Mix returns the network between a and b: each weight and statistic is (1-share)·a + share·b. It makes sense if one was
// trained on from the other (Wortsman et al., "Robust fine-tuning of zero-shot models", 2022): between networks of
// separate trainings there is no good network. The input size is b's; there is neither card nor calibration.
func Mix(a, b *Bundle, share float64) (*Bundle, error) {
	if !(share >= 0 && share <= 1) { // also refuses NaN
		return nil, fmt.Errorf("mix networks: share %g is not between 0 and 1", share)
	}
	a, err := a.WithInput(b.Arch.Input)
	if err != nil {
		return nil, fmt.Errorf("mix networks: %w", err)
	}
	if a.Arch != b.Arch {
		return nil, fmt.Errorf("mix networks: %v and %v differ", a.Arch, b.Arch)
	}
	mixed := make(map[string]tensorfile.Tensor, len(b.tensors))
	for name, t := range b.tensors {
		from, err := a.tensors[name].Float32s()
		if err != nil {
			return nil, fmt.Errorf("mix networks: tensor %q: %w", name, err)
		}
		to, err := t.Float32s()
		if err != nil {
			return nil, fmt.Errorf("mix networks: tensor %q: %w", name, err)
		}
		values := make([]float32, len(to))
		for i := range values {
			values[i] = float32((1-share)*float64(from[i]) + share*float64(to[i]))
		}
		mixed[name] = tensorfile.NewFloat32(values, t.Shape...)
	}
	return newBundle(b.Arch, mixed), nil
}
