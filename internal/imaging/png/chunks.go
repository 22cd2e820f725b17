package png

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"iter"
)

// Signature begins every PNG file.
const Signature = "\x89PNG\r\n\x1A\n"

// Chunk is a piece of a file.
type Chunk struct {
	Type    string // four letters
	Data    []byte
	Damaged bool   // the checksum is wrong, or the file ends inside
	rest    []byte // the chunks after it
}

// Chunks yields the chunks of a file, up to IEND or as long as chunks follow. The last one
// may be cut off.
func Chunks(data []byte) iter.Seq[Chunk] {
	return chunksAt(data[min(len(Signature), len(data)):])
}

func chunksAt(rest []byte) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		for rest := rest; len(rest) >= 8; {
			size, name := uint64(binary.BigEndian.Uint32(rest)), string(rest[4:8])
			if !isName(name) {
				return
			}
			body := rest[8:]
			c := Chunk{Type: name, Damaged: true}
			if size+4 <= uint64(len(body)) {
				c.Data = body[:size]
				c.Damaged = crc32.ChecksumIEEE(rest[4:8+size]) != binary.BigEndian.Uint32(body[size:])
				rest = body[size+4:]
			} else {
				c.Data, rest = body[:min(size, uint64(len(body)))], nil
			}
			c.rest = rest
			if !yield(c) || name == "IEND" {
				return
			}
		}
	}
}

// isName says whether a name of a chunk consists of valid letters.
func isName(name string) bool {
	for _, c := range []byte(name) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return true
}

// pixelReader reads the data of the chunks of one picture.
type pixelReader struct {
	next  func() (Chunk, bool)
	frame bool // it is a frame of an animation that is not the default picture
	rest  []byte
}

func (r *pixelReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		c, ok := r.next()
		switch {
		case !ok || r.frame && c.Type == "fcTL":
			return 0, io.ErrUnexpectedEOF
		case !r.frame && c.Type == "IDAT":
			r.rest = c.Data
		case r.frame && c.Type == "fdAT":
			r.rest = c.Data[min(4, len(c.Data)):] // after the sequence number
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
