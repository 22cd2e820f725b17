// Package checkpoint stores the state of a training in one file, from which it continues
// with the same results to the bit. In comes a position, which determines every random
// choice, and named sections of values. Packages train and changetrain call it.
//
//	8 bytes   "EXCKPT01"
//	4 bytes   length of the header, little-endian
//	header    JSON: the position, and name and length of each section
//	sections  float32, little-endian, one after the other
//	4 bytes   CRC-32C of everything before
//
// A file is replaced atomically, so that the previous one stays whole until the new one is.
package checkpoint

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"

	"exemplar/internal/fileio"
)

const (
	magic          = "EXCKPT01"
	maxHeaderBytes = 16 << 20
	chunkFloats    = 1 << 14
)

// ErrOther says that a checkpoint belongs to a training with other settings or other data.
var ErrOther = errors.New("checkpoint of another run")

// Save replaces the file at path atomically. It encodes position as JSON.
func Save(path string, position any, sections []Section) error {
	err := fileio.Write(path, fileio.Public, func(w io.Writer) error { return encode(w, position, sections) })
	if err != nil {
		return fmt.Errorf("save checkpoint %q (the one before it is intact): %w", path, err)
	}
	return nil
}

// Load reads a file into the sections that layout returns for its position. The file must
// have sections of the same names and lengths in the same order. After an error their values
// are undefined.
func Load[P any](path string, layout func(P) ([]Section, error)) (P, error) {
	f, err := os.Open(path)
	if err != nil {
		var none P
		return none, fmt.Errorf("load checkpoint: %w", err)
	}
	defer f.Close()
	p, err := decode(f, layout)
	if err != nil {
		return p, fmt.Errorf("load checkpoint %q: %w", path, err)
	}
	return p, nil
}

// Section is a named part of the state.
type Section struct {
	Name   string
	Values []float32
}

type sectionHeader struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type fileHeader struct {
	Position json.RawMessage `json:"position"`
	Sections []sectionHeader `json:"sections"`
}

// encode writes a checkpoint to w.
func encode(w io.Writer, position any, sections []Section) error {
	at, err := json.Marshal(position)
	if err != nil {
		return err
	}
	header := fileHeader{Position: at}
	for _, s := range sections {
		header.Sections = append(header.Sections, sectionHeader{s.Name, len(s.Values)})
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	sum := crc32.New(fileio.CRC32C)
	out := io.MultiWriter(w, sum)
	preamble := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
	if _, err := out.Write(append(preamble, text...)); err != nil {
		return err
	}
	buf := make([]byte, 0, 4*chunkFloats)
	for _, s := range sections {
		for chunk := range slices.Chunk(s.Values, chunkFloats) {
			buf = buf[:0]
			for _, v := range chunk {
				buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
			}
			if _, err := out.Write(buf); err != nil {
				return err
			}
		}
	}
	_, err = w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32()))
	return err
}

// summed computes the check sum of what it reads.
type summed struct {
	r   io.Reader
	sum hash.Hash32
}

func (s summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.sum.Write(p[:n])
	return n, err
}

func decodeHeader(r io.Reader) (h fileHeader, err error) {
	var preamble [12]byte
	if _, err := io.ReadFull(r, preamble[:]); err != nil {
		return h, fmt.Errorf("cut off in the header: %w", err)
	}
	if string(preamble[:8]) != magic {
		return h, fmt.Errorf("begins with %q, not %q", preamble[:8], magic)
	}
	n := binary.LittleEndian.Uint32(preamble[8:])
	if n > maxHeaderBytes {
		return h, fmt.Errorf("header of %d bytes (limit %d)", n, maxHeaderBytes)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("cut off in the header: %w", err)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("header: %w", err)
	}
	return h, nil
}

// decode reads a checkpoint into the sections that layout returns for its position. The file must have the same
// sections with the same lengths, in the same order. After an error their values are undefined.
func decode[P any](r io.Reader, layout func(P) ([]Section, error)) (p P, err error) {
	in := summed{bufio.NewReaderSize(r, 1<<20), crc32.New(fileio.CRC32C)}
	header, err := decodeHeader(in)
	if err != nil {
		return p, err
	}
	var at P
	if err := json.Unmarshal(header.Position, &at); err != nil {
		return p, fmt.Errorf("position: %w", err)
	}
	sections, err := layout(at)
	if err != nil {
		return p, err
	}
	if len(header.Sections) != len(sections) {
		return p, fmt.Errorf("%w: %d sections, this run has %d", ErrOther, len(header.Sections), len(sections))
	}
	buf := make([]byte, 4*chunkFloats)
	for i, s := range sections {
		if h := header.Sections[i]; h.Name != s.Name || h.Count != len(s.Values) {
			return p, fmt.Errorf("%w: section %q of %d values where this run has %q of %d", ErrOther, h.Name, h.Count, s.Name, len(s.Values))
		}
		for chunk := range slices.Chunk(s.Values, chunkFloats) {
			part := buf[:4*len(chunk)]
			if _, err := io.ReadFull(in, part); err != nil {
				return p, fmt.Errorf("cut off in section %q: %w", s.Name, err)
			}
			for j := range chunk {
				chunk[j] = math.Float32frombits(binary.LittleEndian.Uint32(part[4*j:]))
			}
		}
	}
	want := in.sum.Sum32()
	var tail [4]byte
	if _, err := io.ReadFull(in.r, tail[:]); err != nil {
		return p, fmt.Errorf("cut off before the check sum: %w", err)
	}
	if binary.LittleEndian.Uint32(tail[:]) != want {
		return p, errors.New("the check sum is wrong: the file is damaged")
	}
	return at, nil
}
