package embed

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/tensorfile"
)

var small = Architecture{Backbone: "lcnet", Width: 0.25, Head: "squeeze_1", Embedding: 16, Input: 96}

func TestBundleRoundTrip(t *testing.T) {
	b, err := New(small, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.Card, b.Calibration = "a \"card\"\n", []byte(`{"curve":[1,2]}`)
	path := filepath.Join(t.TempDir(), "b.safetensors")
	if err := b.Save(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.Arch != b.Arch || got.Card != b.Card || !bytes.Equal(got.Calibration, b.Calibration) || got.Fingerprint != b.Fingerprint {
		t.Errorf("got %+v, want %+v", got, b)
	}
	if again, _ := got.Encode(); !bytes.Equal(again, data) {
		t.Error("saving what was loaded gives other bytes")
	}
}

func TestFingerprintFollowsTheFunction(t *testing.T) {
	b, _ := New(small, 1)
	same, _ := New(small, 1)
	same.Card, same.Calibration = "other words", []byte("{}")
	if same.Fingerprint != b.Fingerprint {
		t.Error("card or calibration change it")
	}
	otherSeed, _ := New(small, 2)
	larger := small
	larger.Input = 128
	otherInput, _ := New(larger, 1)
	for name, other := range map[string]*Bundle{"weights": otherSeed, "input": otherInput} {
		if other.Fingerprint == b.Fingerprint {
			t.Errorf("other %s do not change it", name)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	b, _ := New(small, 1)
	good, _ := b.Encode()
	edit := func(change func(f *tensorfile.Safetensors)) []byte {
		f, err := tensorfile.ParseSafetensors(bytes.Clone(good))
		if err != nil {
			t.Fatal(err)
		}
		change(f)
		data, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	todo := []string{"give a bundle that", "update this program", "copy it again", "take a bundle from before"}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"cut off":               {good[:len(good)-4], "byte"},
		"a value changed":       {edit(func(f *tensorfile.Safetensors) { f.Tensors["head.0.weight"].Data[0] ^= 1 }), "fingerprint"},
		"a calibration changed": {edit(func(f *tensorfile.Safetensors) { f.Metadata["calibration"] = `{"pairs":2}` }), "with their calibration"},
		"tensor missing":        {edit(func(f *tensorfile.Safetensors) { delete(f.Tensors, "head.0.weight") }), `"head.0.weight" is missing`},
		"tensor too many":       {edit(func(f *tensorfile.Safetensors) { f.Tensors["head.9.bias"] = tensorfile.NewFloat32(nil, 0) }), "does not belong"},
		"other shape":           {edit(func(f *tensorfile.Safetensors) { f.Tensors["head.1.bias"] = tensorfile.NewFloat32(nil, 0) }), "shape"},
		"integers": {edit(func(f *tensorfile.Safetensors) {
			f.Tensors["head.1.bias"] = tensorfile.Tensor{DType: tensorfile.U8, Shape: []int{64}, Data: make([]byte, 64)}
		}), "floating point"},
		"no number": {edit(func(f *tensorfile.Safetensors) {
			values := make([]float32, f.Tensors["head.1.bias"].Shape[0])
			values[3] = float32(math.Inf(1))
			f.Tensors["head.1.bias"] = tensorfile.NewFloat32(values, len(values))
		}), `"head.1.bias": value 3 is +Inf`},
		"plain tensors":     {edit(func(f *tensorfile.Safetensors) { f.Metadata = nil }), "of which network"},
		"newer format":      {edit(func(f *tensorfile.Safetensors) { f.Metadata["format"] = "exemplar-bundle/9" }), "newer"},
		"other pixels":      {edit(func(f *tensorfile.Safetensors) { f.Metadata["preprocessing"] = "BGR" }), "newer"},
		"architecture gone": {edit(func(f *tensorfile.Safetensors) { delete(f.Metadata, "architecture") }), "architecture"},
		"other head": {edit(func(f *tensorfile.Safetensors) {
			f.Metadata["architecture"] = strings.Replace(f.Metadata["architecture"], "squeeze_1", "gap_ln", 1)
		}), "is missing"},
		"impossible size": {edit(func(f *tensorfile.Safetensors) {
			f.Metadata["architecture"] = strings.Replace(f.Metadata["architecture"], "96", "100", 1)
		}), "multiple of 32"},
		"impossible width": {edit(func(f *tensorfile.Safetensors) {
			f.Metadata["architecture"] = strings.Replace(f.Metadata["architecture"], "0.25", "1e9", 1)
		}), "width"},
		"not a file of ours": {[]byte("GIF89a and so on"), "header"},
	} {
		_, err := Load(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
		path := filepath.Join(t.TempDir(), "b.safetensors")
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = Open(path)
		if err == nil || !errors.Is(err, ErrBundle) || !strings.Contains(err.Error(), c.want) || !slices.ContainsFunc(todo, func(s string) bool { return strings.Contains(err.Error(), s) }) {
			t.Errorf("%s, opened: error %v, want one with %q, and what to do", name, err, c.want)
		}
	}
}

// What is no bundle is not read whole: its header says so.
func TestOpenReadsNoMoreThanItNeeds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.safetensors")
	if err := os.WriteFile(path, []byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, MaxBundle); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(path)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, ErrBundle) || after.TotalAlloc-before.TotalAlloc > 1<<20 {
		t.Errorf("%d bytes for %v", after.TotalAlloc-before.TotalAlloc, err)
	}
}

func TestWithInput(t *testing.T) {
	b, _ := New(small, 1)
	larger := small
	larger.Input = 160
	want, _ := New(larger, 1)
	got, err := b.WithInput(160)
	if err != nil || got.Arch != larger || got.Fingerprint != want.Fingerprint {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := b.WithInput(100); err == nil {
		t.Error("an impossible size was accepted")
	}
}

const description = `{"architecture": {"backbone": "lcnet", "width": 0.25, "head": "squeeze_1", "embedding": 16},
 "input": {"width": 96, "height": 96, "channels": "RGB", "scale": "1/255", "mean": [0,0,0], "std": [1,1,1]},
 "batch_norm_eps": 1e-05, "layer_norm_eps": 1e-05, "activation": "hardswish"}`

func TestImportTorch(t *testing.T) {
	want, _ := New(small, 3)
	file := tensorfile.Safetensors{Tensors: want.tensors}
	data, _ := file.Encode()
	got, err := ImportTorch(data, []byte(description))
	if err != nil {
		t.Fatal(err)
	}
	if got.Fingerprint != want.Fingerprint {
		t.Error("another network came out")
	}
	for from, to := range map[string]string{
		`"height": 96`: `"height": 128`,
		`"RGB"`:        `"BGR"`,
		`[0,0,0]`:      `[0.5,0.5,0.5]`,
		`[1,1,1]`:      `[1,1]`,
		`1e-05`:        `1e-03`,
		`hardswish`:    `relu`,
		`squeeze_1`:    `squeeze_2`,
		`lcnet`:        `resnet`,
		`{"arch`:       `"arch`,
	} {
		if _, err := ImportTorch(data, []byte(strings.Replace(description, from, to, 1))); err == nil {
			t.Errorf("%s instead of %s was accepted", to, from)
		}
	}
}

func TestLoadBackboneKeepsTheHead(t *testing.T) {
	b, _ := New(small, 1)
	other := small
	other.Head = "gap_ln"
	source, _ := New(other, 2)
	file := tensorfile.Safetensors{Tensors: source.tensors}
	data, _ := file.Encode()
	got, err := b.LoadBackbone(data)
	if err != nil {
		t.Fatal(err)
	}
	for name, tensor := range got.tensors {
		want := b.tensors[name]
		if strings.HasPrefix(name, "backbone.") {
			want = source.tensors[name]
		}
		if !bytes.Equal(tensor.Data, want.Data) {
			t.Errorf("%s is not the expected one", name)
		}
	}
	other.Width = 1
	wide, _ := New(other, 2)
	data, _ = (&tensorfile.Safetensors{Tensors: wide.tensors}).Encode()
	if _, err := b.LoadBackbone(data); err == nil {
		t.Error("a backbone of another width was taken")
	}
	for _, kernel := range source.tensors {
		clear(kernel.Data[copy(kernel.Data, []byte{0, 0, 0xC0, 0x7F}):]) // NaN
	}
	data, _ = file.Encode()
	if _, err := b.LoadBackbone(data); err == nil || !strings.Contains(err.Error(), "value 0 is NaN") {
		t.Errorf("a backbone of NaN: %v", err)
	}
}

// The decision fingerprint includes the calibration, the fingerprint of embeddings does not.
// Bundles of earlier versions without a decision fingerprint are read.
func TestDecisionFingerprint(t *testing.T) {
	plain, _ := New(small, 1)
	calibrated := *plain
	calibrated.Calibration = []byte(`{"pairs":1}`)
	if calibrated.Fingerprint != plain.Fingerprint || calibrated.DecisionFingerprint() == plain.DecisionFingerprint() {
		t.Errorf("fingerprints %s and %s, with calibration %s and %s", plain.Fingerprint, calibrated.Fingerprint,
			plain.DecisionFingerprint(), calibrated.DecisionFingerprint())
	}
	data, err := calibrated.Encode()
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		t.Fatal(err)
	}
	delete(file.Metadata, metaDecision)
	if data, err = file.Encode(); err != nil {
		t.Fatal(err)
	}
	old, err := Load(data)
	if err != nil || old.DecisionFingerprint() != calibrated.DecisionFingerprint() {
		t.Errorf("an older bundle: %v", err)
	}
}
