package tensorfile

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestNpyReadsNumPysFiles(t *testing.T) {
	quarters := []float32{0, .25, .5, .75, 1, 1.25}
	for _, c := range []struct {
		name  string
		shape []int
		want  []float32
	}{
		{"f4.npy", []int{2, 3}, quarters},
		{"version2.npy", []int{2, 3}, quarters},
		{"f8.npy", []int{2, 3}, []float32{0, 1. / 3, 2. / 3, 1, 4. / 3, 5. / 3}},
		{"vector.npy", []int{2}, []float32{1.5, -2}},
		{"scalar.npy", []int{}, []float32{7}},
		{"empty.npy", []int{0, 256}, []float32{}},
	} {
		tensor, err := ParseNpy(readTestdata(t, c.name))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		dtype, shape, err := ReadNpyHeader(bytes.NewReader(readTestdata(t, c.name)))
		if err != nil || dtype != tensor.DType || !slices.Equal(shape, tensor.Shape) {
			t.Errorf("%s: header %s %v, %v", c.name, dtype, shape, err)
		}
		got, err := tensor.Float32s()
		if err != nil || !slices.Equal(got, c.want) || !slices.Equal(tensor.Shape, c.shape) {
			t.Errorf("%s = %v %v, %v, want %v %v", c.name, tensor.Shape, got, err, c.shape, c.want)
		}
	}
}

func TestNpyReadsIntegers(t *testing.T) {
	u1, err := ParseNpy(readTestdata(t, "u1.npy"))
	if want := (Tensor{U8, []int{2, 3}, []byte{0, 1, 2, 3, 4, 5}}); err != nil || !reflect.DeepEqual(u1, want) {
		t.Errorf("u1 = %v, %v", u1, err)
	}
	i8, err := ParseNpy(readTestdata(t, "i8.npy"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := i8.Int64s(); err != nil || !slices.Equal(got, []int64{-3, -2, -1, 0, 1, 2}) {
		t.Errorf("i8 = %v, %v", got, err)
	}
}

func TestNpyWritesNumPysBytes(t *testing.T) {
	for _, name := range []string{"f4.npy", "f8.npy", "u1.npy", "i8.npy", "vector.npy", "scalar.npy", "empty.npy"} {
		want := readTestdata(t, name)
		tensor, err := ParseNpy(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := EncodeNpy(tensor); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestNpyRefuses(t *testing.T) {
	good := string(readTestdata(t, "f4.npy"))
	for name, c := range map[string]struct{ data, want string }{
		"other file":    {"PK\x03\x04 and then some more", "not an npy"},
		"version 3":     {strings.Replace(good, "NUMPY\x01", "NUMPY\x03", 1), "version 3"},
		"cut in header": {good[:40], "header of"},
		"cut in values": {good[:len(good)-1], "in 23 bytes"},
		"rest":          {good + "x", "in 25 bytes"},
		"big-endian":    {strings.Replace(good, "<f4", ">f4", 1), `">f4" is not supported`},
		"objects":       {strings.Replace(good, "<f4", "|O ", 1), "not supported"},
		"fortran":       {string(readTestdata(t, "fortran.npy")), "ascontiguousarray"},
		"negative":      {strings.Replace(good, "(2, 3)", "(-2,3)", 1), "not understood"},
		"huge":          {strings.Replace(good, "(2, 3), }     ", "(99999999999),}", 1), "in 2"},
		"code":          {strings.Replace(good, "False", "exit()", 1), "not understood"},
	} {
		_, err := ParseNpy([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func FuzzNpy(f *testing.F) {
	for _, name := range []string{"f4.npy", "version2.npy", "i8.npy", "scalar.npy", "fortran.npy"} {
		f.Add(readTestdata(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tensor, err := ParseNpy(data)
		if err != nil {
			return
		}
		encoded, err := EncodeNpy(tensor)
		if err != nil {
			t.Fatalf("parsed but not encoded: %v", err)
		}
		if again, err := ParseNpy(encoded); err != nil || !equalTensors(tensor, again) {
			t.Fatalf("%v became %v, %v", tensor, again, err)
		}
	})
}
