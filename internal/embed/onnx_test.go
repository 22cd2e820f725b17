package embed

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/embed/formula"
	"exemplar/internal/tensorfile"
)

// onnxOut makes the round trip's test leave its files for tools/golden/check_onnx.py.
var onnxOut = flag.String("onnx-out", "", "folder to write exported networks to")

// TestONNXRoundTrip exports every golden network and imports it again: the
// same architecture, the same embeddings.
func TestONNXRoundTrip(t *testing.T) {
	for name, tensor := range goldenNetworks(t) {
		t.Run(name, func(t *testing.T) {
			b := goldenBundle(t, name)
			b.Card = "a card"
			data, err := b.ExportONNX()
			if err != nil {
				t.Fatal(err)
			}
			if *onnxOut != "" {
				if err := os.WriteFile(filepath.Join(*onnxOut, name+".onnx"), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := ImportONNX(data, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.Arch != b.Arch || got.Card != b.Card {
				t.Errorf("came back as %s", got.Arch)
			}
			checkEmbeddings(t, name, got, float32s(t, tensor))
		})
	}
}

// checkEmbeddings compares the raw embeddings of the formula's first two
// pictures.
func checkEmbeddings(t *testing.T, what string, b *Bundle, want []float32) {
	t.Helper()
	got := make([]float32, len(want))
	b.Freeze().EmbedRaw(got, formula.Pictures(2, b.Arch.Input), 2)
	checkClose(t, what, got, want, b.Arch.Embedding, 1e-4)
}

func readTorchONNX(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".onnx.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestImportsWhatPyTorchExports(t *testing.T) {
	want := float32s(t, readNpy(t, "testdata/torch_onnx.npy"))
	arch := Architecture{Backbone: "lcnet", Width: 0.25, Head: "squeeze_lbn", Embedding: 16, Input: 128}
	for _, name := range []string{"torchscript", "unfolded", "dynamo"} {
		b, err := ImportONNX(readTorchONNX(t, name), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if b.Arch != arch {
			t.Errorf("%s: %s", name, b.Arch)
		}
		checkEmbeddings(t, name, b, want)
	}
}

// TestImportONNXRefuses changes one thing in a network and expects an error that names it.
func TestImportONNXRefuses(t *testing.T) {
	b, _ := New(small, 1)
	good, err := b.ExportONNX()
	if err != nil {
		t.Fatal(err)
	}
	attr := func(m *tensorfile.OnnxModel, op, name string, a tensorfile.OnnxAttribute) {
		for _, n := range m.Graph.Nodes {
			if n.Op == op {
				n.Attributes[name] = a
				return
			}
		}
		t.Fatalf("no %s in the graph", op)
	}
	for name, c := range map[string]struct {
		change func(m *tensorfile.OnnxModel)
		want   string
	}{
		"relu instead of hardswish": {func(m *tensorfile.OnnxModel) { m.Graph.Nodes[1].Op = "Relu" }, "hardswish was expected"},
		"other stride":              {func(m *tensorfile.OnnxModel) { attr(m, "Conv", "strides", intsAttr(1, 1)) }, "stride 2"},
		"same padding": {func(m *tensorfile.OnnxModel) {
			attr(m, "Conv", "auto_pad", tensorfile.OnnxAttribute{Type: tensorfile.OnnxString, String: "SAME_UPPER"})
		}, "LCNet"},
		"other gate":         {func(m *tensorfile.OnnxModel) { attr(m, "HardSigmoid", "alpha", floatAttr(0.2)) }, "hard sigmoid"},
		"other epsilon":      {func(m *tensorfile.OnnxModel) { attr(m, "LayerNormalization", "epsilon", floatAttr(1e-3)) }, "epsilon"},
		"scaled product":     {func(m *tensorfile.OnnxModel) { attr(m, "Gemm", "alpha", floatAttr(2)) }, "more than a linear layer"},
		"transposed product": {func(m *tensorfile.OnnxModel) { attr(m, "Gemm", "transB", intAttr(0)) }, "is needed"},
		"free size":          {func(m *tensorfile.OnnxModel) { m.Graph.Inputs[0].Shape[2] = tensorfile.OnnxDim{Name: "h"} }, "fixed side"},
		"huge size": {func(m *tensorfile.OnnxModel) {
			m.Graph.Inputs[0].Shape[2].Size = 1 << 40
			m.Graph.Inputs[0].Shape[3].Size = 1 << 40
		}, "fixed side"},
		"two outputs": {func(m *tensorfile.OnnxModel) { m.Graph.Outputs = append(m.Graph.Outputs, m.Graph.Outputs[0]) }, "2 outputs"},
		"cut off":     {func(m *tensorfile.OnnxModel) { m.Graph.Nodes = m.Graph.Nodes[:20] }, "the graph ends"},
		"no pooling": {func(m *tensorfile.OnnxModel) {
			m.Graph.Inputs[0].Shape[2].Size, m.Graph.Inputs[0].Shape[3].Size = 192, 192
		}, "pooling of a map of side 6"},
		"computed weights": {func(m *tensorfile.OnnxModel) { m.Graph.Initializers = nil }, "no constant"},
		"other normalisation": {func(m *tensorfile.OnnxModel) {
			rename(m, "ReduceL2", "ReduceL1")
		}, "normalisation of its result"},
	} {
		m, err := tensorfile.ParseOnnx(bytes.Clone(good), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.change(m)
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ImportONNX(data, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func rename(m *tensorfile.OnnxModel, from, to string) {
	for i := range m.Graph.Nodes {
		if n := &m.Graph.Nodes[i]; n.Op == from {
			n.Op = to
		}
	}
}

// FuzzImportONNX checks that the import returns an error and does not panic, whatever the
// graph.
func FuzzImportONNX(f *testing.F) {
	b, err := New(small, 1)
	if err != nil {
		f.Fatal(err)
	}
	data, err := b.ExportONNX()
	if err != nil {
		f.Fatal(err)
	}
	m, err := tensorfile.ParseOnnx(data, nil)
	if err != nil {
		f.Fatal(err)
	}
	for name := range m.Graph.Initializers { // the structure is what is tried: small files mutate better
		m.Graph.Initializers[name] = tensorfile.NewFloat32(nil, 0, 1, 3, 3)
	}
	bare, err := m.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bare)
	f.Fuzz(func(t *testing.T, data []byte) {
		ImportONNX(data, nil)
	})
}
