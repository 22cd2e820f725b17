package embed

import (
	"testing"

	"exemplar/internal/embed/formula"
	"exemplar/internal/tensorfile"
)

// formulaBundle makes a bundle whose tensors all come from the formula.
func formulaBundle(t testing.TB, arch Architecture) *Bundle {
	t.Helper()
	tensors := map[string]tensorfile.Tensor{}
	for _, tensor := range newLayers(arch).tensors {
		tensors[tensor.name] = formula.Tensor(tensor.name, tensor.shape)
	}
	b, err := fromTensors(arch, tensors)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
