package tensorfile

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// tiny is testdata/tiny.onnx, written by the onnx package.
func tiny() *OnnxModel {
	return &OnnxModel{
		IRVersion: 9, Producer: "formats", Opset: 18,
		Metadata: map[string]string{"key": "value"},
		Graph: OnnxGraph{
			Name: "tiny",
			Nodes: []OnnxNode{
				{Name: "gemm", Op: "Gemm", Inputs: []string{"x", "weight", "bias"}, Outputs: []string{"y"}, Attributes: map[string]OnnxAttribute{
					"alpha":  {Type: OnnxFloat, Float: 1.5},
					"transB": {Type: OnnxInt, Int: 1},
				}},
				{Name: "reshape", Op: "Reshape", Inputs: []string{"y", "shape"}, Outputs: []string{"z"}, Attributes: map[string]OnnxAttribute{
					"axes":   {Type: OnnxInts, Ints: []int64{0, -1}},
					"scales": {Type: OnnxFloats, Floats: []float32{0.5, 2}},
					"text":   {Type: OnnxString, String: "note"},
				}},
			},
			Initializers: map[string]Tensor{
				"weight": NewFloat32([]float32{0, 1, 2, 3, 4, 5}, 2, 3),
				"bias":   NewFloat32([]float32{0.5, -0.5}, 2),
				"shape":  NewInt64([]int64{-1, 2}, 2),
				"flags":  {DType: U8, Shape: []int{3}, Data: []byte{1, 2, 255}},
			},
			Inputs:  []OnnxValue{{Name: "x", DType: F32, Shape: []OnnxDim{{Name: "n"}, {Size: 3}}}},
			Outputs: []OnnxValue{{Name: "z", DType: F32, Shape: []OnnxDim{{Name: "n"}, {Size: 2}}}},
		},
	}
}

func TestOnnxReadsTheLibrarysFile(t *testing.T) {
	got, err := ParseOnnx(readTestdata(t, "tiny.onnx"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := tiny(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestOnnxReadsExternalData(t *testing.T) {
	data := readTestdata(t, "external.onnx")
	if _, err := ParseOnnx(data, nil); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("without the other file: %v", err)
	}
	got, err := ParseOnnx(data, func(name string) ([]byte, error) {
		if name != "external.bin" {
			return nil, fmt.Errorf("asked for %q", name)
		}
		return readTestdata(t, name), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := tiny(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if _, err := ParseOnnx(data, func(string) ([]byte, error) { return []byte{1}, nil }); err == nil {
		t.Error("a short external file was taken")
	}
}

func TestOnnxRoundTrip(t *testing.T) {
	want := tiny()
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseOnnx(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if again, _ := got.Encode(); !bytes.Equal(again, data) {
		t.Error("encoding twice gives other bytes")
	}
}

func TestOnnxRefusesCutFiles(t *testing.T) {
	data := readTestdata(t, "tiny.onnx")
	cut := 0
	for n := range data {
		if _, err := ParseOnnx(slices.Clip(data[:n]), nil); err != nil {
			cut++
		}
	}
	if cut < len(data)*9/10 { // a cut between two fields of the model leaves a valid file
		t.Errorf("only %d of %d cuts were noticed", cut, len(data))
	}
}

func FuzzOnnx(f *testing.F) {
	f.Add(readTestdata(f, "tiny.onnx"))
	f.Add(readTestdata(f, "external.onnx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseOnnx(data, func(string) ([]byte, error) { return make([]byte, 16), nil })
		if err != nil {
			return
		}
		encoded, err := m.Encode()
		if err != nil {
			return // attributes of kinds that are skipped
		}
		again, err := ParseOnnx(encoded, nil)
		if err != nil {
			t.Fatalf("encoded but not parsed: %v", err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(twice, encoded) {
			t.Fatalf("%v became %v, %v", m, again, err)
		}
	})
}
