package imaging

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sharedFile reads a file of the shared data beside the checkout.
func sharedFile(t testing.TB, elem ...string) []byte {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, elem...)...)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) && os.Getenv("EXEMPLAR_REQUIRE_SHARED") == "" {
		t.Skipf("no %s: the shared data is not beside this checkout", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readNpy reads a uint8 array of the .npy format, version 1.
func readNpy(data []byte) (shape []int, values []byte, err error) {
	if len(data) < 10 || !bytes.HasPrefix(data, []byte("\x93NUMPY\x01")) {
		return nil, nil, fmt.Errorf("no npy version 1")
	}
	body := 10 + int(binary.LittleEndian.Uint16(data[8:]))
	header := string(data[10:body])
	if !strings.Contains(header, "'|u1'") || !strings.Contains(header, "'fortran_order': False") {
		return nil, nil, fmt.Errorf("not uint8 in C order: %s", header)
	}
	size := 1
	for _, n := range regexp.MustCompile(`\d+`).FindAllString(header[strings.Index(header, "'shape'"):], -1) {
		side, _ := strconv.Atoi(n)
		shape, size = append(shape, side), size*side
	}
	if len(data)-body != size {
		return nil, nil, fmt.Errorf("shape %v needs %d bytes, %d are there", shape, size, len(data)-body)
	}
	return shape, data[body:], nil
}

// TestGoldenInputs compares six inputs of the reference network with those that OpenCV's
// area resampling made.
func TestGoldenInputs(t *testing.T) {
	shape, want, err := readNpy(sharedFile(t, "reference", "photos_inputs.npy"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../../shared/data/reference/photos/*.png")
	if err != nil || len(files) != shape[0] {
		t.Fatalf("%d photos (%v) for shape %v", len(files), err, shape)
	}
	size := shape[1] * shape[2] * 3
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := Decode(data, DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		got := ResizeArea(img, shape[2], shape[1])
		if worst := maxDifference(got.Pix, want[i*size:(i+1)*size]); worst > 1 {
			t.Errorf("%s: differs by up to %d", filepath.Base(file), worst)
		}
	}
}

func maxDifference(a, b []byte) int {
	if len(a) != len(b) {
		return 256
	}
	worst := 0
	for i := range a {
		worst = max(worst, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return worst
}
