package papertest

import (
	"bytes"
	"compress/zlib"
	"io"
	"testing"
)

func TestRepeated(t *testing.T) {
	block := []byte("0 0 9 9 re f\n and bytes \xff\x00")
	for _, times := range []int{0, 1, 5000} {
		r, err := zlib.NewReader(bytes.NewReader(Repeated(block, times)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r) // which checks the sum
		if want := bytes.Repeat(block, times); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d times: %d bytes, %v, want %d", times, len(got), err, len(want))
		}
	}
}
