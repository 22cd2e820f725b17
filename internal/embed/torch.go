package embed

import (
	"encoding/json"
	"fmt"

	"exemplar/internal/tensorfile"
)

// torchDescription is the JSON description of a network that was saved from PyTorch. Other
// members are ignored.
type torchDescription struct {
	Architecture Architecture `json:"architecture"`
	Input        struct {
		Width    int       `json:"width"`
		Height   int       `json:"height"`
		Channels string    `json:"channels"`
		Scale    string    `json:"scale"`
		Mean     []float32 `json:"mean"`
		Std      []float32 `json:"std"`
	} `json:"input"`
	BatchNormEps float64 `json:"batch_norm_eps"`
	LayerNormEps float64 `json:"layer_norm_eps"`
	Activation   string  `json:"activation"`
}

// ImportTorch makes a bundle of a safetensors file with PyTorch's names and a
// JSON description of the network:
//
//	{"architecture": {"backbone": "lcnet", "width": 0.5, "head": "squeeze_lbn", "embedding": 256},
//	 "input": {"width": 128, "height": 128, "channels": "RGB", "scale": "1/255", "mean": [0,0,0], "std": [1,1,1]},
//	 "batch_norm_eps": 1e-05, "layer_norm_eps": 1e-05, "activation": "hardswish"}
func ImportTorch(tensors, description []byte) (*Bundle, error) {
	var d torchDescription
	if err := json.Unmarshal(description, &d); err != nil {
		return nil, fmt.Errorf("import: description: %w", err)
	}
	arch, err := d.architecture()
	if err != nil {
		return nil, fmt.Errorf("import: description: %w", err)
	}
	file, err := tensorfile.ParseSafetensors(tensors)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	b, err := fromTensors(arch, file.Tensors)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	return b, nil
}

// architecture returns the architecture, or an error if this package does not compute the
// described network exactly as PyTorch does.
func (d torchDescription) architecture() (Architecture, error) {
	arch, in := d.Architecture, d.Input
	if in.Width != in.Height {
		return arch, fmt.Errorf("input of %dx%d pixels is not square", in.Width, in.Height)
	}
	if in.Channels != "RGB" || in.Scale != "1/255" || !allEqual(in.Mean, 0) || !allEqual(in.Std, 1) {
		return arch, fmt.Errorf("input must be RGB, scale 1/255, mean 0 and std 1: fold other statistics into the first convolution")
	}
	if d.BatchNormEps != 1e-5 || d.LayerNormEps != 1e-5 {
		return arch, fmt.Errorf("batch_norm_eps and layer_norm_eps must be 1e-05")
	}
	if d.Activation != "hardswish" {
		return arch, fmt.Errorf("activation %q is not hardswish", d.Activation)
	}
	arch.Input = in.Width
	return arch, arch.Validate()
}

func allEqual(values []float32, want float32) bool {
	for _, v := range values {
		if v != want {
			return false
		}
	}
	return len(values) == 3
}

// LoadBackbone returns the bundle with the tensors of its backbone ("backbone.*") replaced by
// those of a safetensors file with PyTorch's names. Training can start from it.
func (b *Bundle) LoadBackbone(data []byte) (*Bundle, error) {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return nil, fmt.Errorf("load backbone: %w", err)
	}
	l := b.layers()
	for _, t := range l.tensors {
		if !t.isBackbone() {
			continue
		}
		w, found := file.Tensors[t.name]
		if !found {
			return nil, fmt.Errorf("load backbone: tensor %q is missing", t.name)
		}
		w, err := t.check(w)
		if err == nil {
			err = t.setTorch(w)
		}
		if err != nil {
			return nil, fmt.Errorf("load backbone: %w", err)
		}
	}
	return l.bundle(), nil
}
