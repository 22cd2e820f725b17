package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"testing"
	"time"

	"exemplar/internal/cputime"
)

// TestHostile: files that are made to cost much time or memory. Each takes at most two
// seconds, and four times its size in memory plus 4 MB.
func TestHostile(t *testing.T) {
	var zeros bytes.Buffer
	z := zlib.NewWriter(&zeros)
	for range 200 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	header := append([]byte(pngSignature), pngChunk("IHDR", []byte{0, 0, 0, 9, 0, 0, 0, 9, 8, 0, 0, 0, 0})...)
	pngWith := func(parts ...[]byte) []byte { return append(bytes.Clone(header), bytes.Join(parts, nil)...) }
	webp := func(chunk []byte, count int) []byte {
		b := append([]byte("RIFF\x00\x00\x00\x00WEBP"), bytes.Repeat(chunk, count)...)
		binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
		return b
	}
	gifStart := []byte("GIF89a\x09\x00\x09\x00\x00\x00\x00")
	files := map[string][]byte{
		"PNG, a text of 200 MB":          pngWith(pngChunk("zTXt", append([]byte("Raw profile type exif\x00\x00"), zeros.Bytes()...)), pngChunk("IEND", nil)),
		"PNG, pixels of 200 MB":          pngWith(pngChunk("IDAT", zeros.Bytes())),
		"PNG, many empty chunks":         pngWith(bytes.Repeat(pngChunk("IDAT", nil), 300_000)),
		"PNG, a chunk of 4 GB":           pngWith([]byte("\xFF\xFF\xFF\xFFIDATxyz")),
		"GIF, many blocks of a byte":     append(bytes.Clone(gifStart), append([]byte{0x21, 0xF9}, bytes.Repeat([]byte{1, 0}, 1_000_000)...)...),
		"GIF, many frames":               append(bytes.Clone(gifStart), bytes.Repeat([]byte{0x2C, 0, 0, 0, 0, 9, 0, 9, 0, 0, 2, 0}, 300_000)...),
		"JPEG, many segments":            append([]byte("\xFF\xD8"), bytes.Repeat([]byte{0xFF, 0xE1, 0, 2}, 1_000_000)...),
		"JPEG, many bytes of fill":       append([]byte("\xFF\xD8"), bytes.Repeat([]byte{0xFF}, 4_000_000)...),
		"WebP, many chunks":              webp([]byte("ALPH\x00\x00\x00\x00"), 500_000),
		"WebP, frames in frames":         webp([]byte("ANMF\xFF\xFF\xFF\x7F"+"0123456789abcdef"), 200_000),
		"PNM, many comments":             append([]byte("P6 "), bytes.Repeat([]byte("#\n"), 2_000_000)...),
		"PNM, text of many pixels":       append([]byte("P3 1000 1000 255\n"), bytes.Repeat([]byte("1 "), 3_000_000)...),
		"TGA, 65,535 pixels on a side":   {0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x3F, 0xFF, 0x3F, 24, 0, 0xFF, 0, 0, 0},
		"text of a web page":             bytes.Repeat([]byte("<html>"), 500_000),
		"a start of a JPEG, and nothing": append([]byte{1, 2, 3}, bytes.Repeat([]byte("\xFF\xD8\xFF"), 1_000_000)...),
	}
	for name, data := range files {
		start := cputime.Used()
		taken := allocated(func() { DecodeAtLeast(data, 100, DefaultLimits) })
		if most := uint64(4*len(data) + 4<<20); taken > most {
			t.Errorf("%s: %d bytes were taken for %d", name, taken, len(data))
		}
		if took := cputime.Used() - start; took > 2*time.Second {
			t.Errorf("%s: took %v of a processor", name, took)
		}
	}
}
