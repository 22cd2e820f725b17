package tensorfile

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSafetensorsReadsTheLibrarysFiles(t *testing.T) {
	file, err := ParseSafetensors(readTestdata(t, "mixed.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{0, float32(math.Copysign(0, -1)), 1, 1.5, -2, 65504, 0x1p-24, float32(math.Inf(1))}
	for _, name := range []string{"f16", "f64"} {
		got, err := file.Tensors[name].Float32s()
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s = %v, %v, want %v", name, got, err, want)
		}
	}
	if got, err := file.Tensors["i64"].Int64s(); err != nil || !slices.Equal(got, []int64{1, -2}) {
		t.Errorf("i64 = %v, %v", got, err)
	}
	if u8 := file.Tensors["u8"]; !reflect.DeepEqual(u8, Tensor{U8, []int{}, []byte{9}}) {
		t.Errorf("u8 = %+v", u8)
	}
}

func TestSafetensorsWritesTheLibrarysBytes(t *testing.T) {
	want := readTestdata(t, "f32.safetensors")
	file := &Safetensors{
		Metadata: map[string]string{"made": "by <script>"},
		Tensors: map[string]Tensor{
			"a.weight": NewFloat32([]float32{0, .25, .5, .75, 1, 1.25}, 2, 3),
			"b":        NewFloat32([]float32{-1}, 1),
			"c":        NewFloat32(nil, 0, 2),
		},
	}
	got, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// container makes a file of a header and the given number of bytes of data.
func container(header string, size int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, size)...)
}

func TestSafetensorsRefuses(t *testing.T) {
	one := `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	for name, c := range map[string]struct {
		data []byte
		want string // in the error
	}{
		"empty file":       {nil, "too few"},
		"header too long":  {container("{}", 0)[:9], "header of 2 bytes"},
		"header huge":      {slices.Repeat([]byte{0xff}, 64), "no length of a header"},
		"no object":        {container("[]", 0), "'{'"},
		"cut off":          {container(`{"a":`, 0), "EOF"},
		"trailing data":    {container("{"+one+"}", 5), "end at byte 4 of 5"},
		"gap":              {container(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "gap or overlap"},
		"overlap":          {container("{"+one+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "gap or overlap"},
		"outside":          {container("{"+one+"}", 3), "outside"},
		"backwards":        {container(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "outside"},
		"shape too small":  {container(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "shape [2]"},
		"shape too large":  {container(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "too large"},
		"negative shape":   {container(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "negative"},
		"unknown type":     {container(`{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}`, 4), "not supported"},
		"unknown key":      {container(`{"a":{"dtype":"F32","shape":[1],"offsets":[0,4]}}`, 4), "unknown key"},
		"no offsets":       {container(`{"a":{"dtype":"F32","shape":[1]}}`, 4), "missing"},
		"duplicate tensor": {container("{"+one+","+one+"}", 4), "twice"},
		"duplicate key":    {container(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "twice"},
		"metadata no text": {container(`{"__metadata__":{"a":1}}`, 0), "cannot unmarshal"},
		"rest in header":   {container("{} x", 0), "goes on after"},
	} {
		_, err := ParseSafetensors(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(readTestdata(f, "f32.safetensors"))
	f.Add(readTestdata(f, "mixed.safetensors"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ParseSafetensors(data)
		if err != nil {
			return
		}
		encoded, err := file.Encode()
		if err != nil {
			t.Fatalf("parsed but not encoded: %v", err)
		}
		again, err := ParseSafetensors(encoded)
		if err != nil {
			t.Fatalf("encoded but not parsed: %v", err)
		}
		if !maps.Equal(file.Metadata, again.Metadata) || !maps.EqualFunc(file.Tensors, again.Tensors, equalTensors) {
			t.Fatalf("%v became %v", file, again)
		}
	})
}

func equalTensors(a, b Tensor) bool {
	return a.DType == b.DType && slices.Equal(a.Shape, b.Shape) && bytes.Equal(a.Data, b.Data)
}
