package store

import "testing"

// What a start does for each reference.
func BenchmarkDecodeVectors(b *testing.B) {
	vectors := make([]float32, Rotations*256)
	data := EncodeVectors(vectors)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := DecodeVectorsTo(vectors, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkChecksum(b *testing.B) {
	data := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		Checksum("01JABCDEFGHJKMNPQRSTVWXYZ0", "synthetic", data)
	}
}
