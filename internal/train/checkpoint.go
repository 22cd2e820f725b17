package train

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
	"path/filepath"
	"slices"

	"exemplar/internal/fileio"
)

// A checkpoint is one file with the whole state of a run: weights and running statistics, optimiser, running means,
// class centres by ranges of classes, and the position from which every random choice follows.
//
//	8 bytes   "EXCKPT01"
//	4 bytes   length of the header, little-endian
//	header    JSON: the position, and name and length of each section
//	sections  float32, little-endian, one after the other
//	4 bytes   CRC-32C of everything before
//
// It is written beside its name and then renamed, so that the checkpoint before it stays whole until it is whole itself.
const (
	checkpointMagic  = "EXCKPT01"
	checkpointSuffix = ".checkpoint"
	maxHeaderBytes   = 16 << 20
	chunkFloats      = 1 << 14
)

// ErrOtherRun says that a checkpoint was made with another recipe or other data.
var ErrOtherRun = errors.New("checkpoint of another run")

// Position is how far a run has come.
type Position struct {
	Run         string  `json:"run"`   // hash of the recipe and the data: a resumed run must be the same
	Stage       int     `json:"stage"` // from 0
	Step        int     `json:"step"`  // steps done in the stage
	Total       int     `json:"total"` // steps done in all stages
	Samples     int64   `json:"samples"`
	Best        float64 `json:"best"` // best FigureTPR of the evaluations
	BestStep    int     `json:"best_step"`
	Evaluations int     `json:"evaluations_since_best"`
	Seconds     float64 `json:"seconds"` // of work, over all sessions of the run
}

// section is a named part of the state.
type section struct {
	name   string
	values []float32
}

type sectionHeader struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type checkpointHeader struct {
	Position Position        `json:"position"`
	Sections []sectionHeader `json:"sections"`
}

// encodeCheckpoint writes a checkpoint to w.
func encodeCheckpoint(w io.Writer, p Position, sections []section) error {
	header := checkpointHeader{Position: p}
	for _, s := range sections {
		header.Sections = append(header.Sections, sectionHeader{s.name, len(s.values)})
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	sum := crc32.New(fileio.CRC32C)
	out := io.MultiWriter(w, sum)
	preamble := binary.LittleEndian.AppendUint32([]byte(checkpointMagic), uint32(len(text)))
	if _, err := out.Write(append(preamble, text...)); err != nil {
		return err
	}
	buf := make([]byte, 0, 4*chunkFloats)
	for _, s := range sections {
		for chunk := range slices.Chunk(s.values, chunkFloats) {
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

func decodeHeader(r io.Reader) (h checkpointHeader, err error) {
	var preamble [12]byte
	if _, err := io.ReadFull(r, preamble[:]); err != nil {
		return h, fmt.Errorf("cut off in the header: %w", err)
	}
	if string(preamble[:8]) != checkpointMagic {
		return h, fmt.Errorf("begins with %q, not %q", preamble[:8], checkpointMagic)
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

// decodeCheckpoint reads a checkpoint into the sections that layout returns for its position. The file must have the same
// sections with the same lengths, in the same order. After an error their values are undefined.
func decodeCheckpoint(r io.Reader, layout func(Position) ([]section, error)) (Position, error) {
	in := summed{bufio.NewReaderSize(r, 1<<20), crc32.New(fileio.CRC32C)}
	header, err := decodeHeader(in)
	if err != nil {
		return Position{}, err
	}
	sections, err := layout(header.Position)
	if err != nil {
		return Position{}, err
	}
	if len(header.Sections) != len(sections) {
		return Position{}, fmt.Errorf("%w: %d sections, this run has %d", ErrOtherRun, len(header.Sections), len(sections))
	}
	buf := make([]byte, 4*chunkFloats)
	for i, s := range sections {
		if h := header.Sections[i]; h.Name != s.name || h.Count != len(s.values) {
			return Position{}, fmt.Errorf("%w: section %q of %d values where this run has %q of %d", ErrOtherRun, h.Name, h.Count, s.name, len(s.values))
		}
		for chunk := range slices.Chunk(s.values, chunkFloats) {
			part := buf[:4*len(chunk)]
			if _, err := io.ReadFull(in, part); err != nil {
				return Position{}, fmt.Errorf("cut off in section %q: %w", s.name, err)
			}
			for j := range chunk {
				chunk[j] = math.Float32frombits(binary.LittleEndian.Uint32(part[4*j:]))
			}
		}
	}
	want := in.sum.Sum32()
	var tail [4]byte
	if _, err := io.ReadFull(in.r, tail[:]); err != nil {
		return Position{}, fmt.Errorf("cut off before the check sum: %w", err)
	}
	if binary.LittleEndian.Uint32(tail[:]) != want {
		return Position{}, errors.New("check sum does not fit: the file is damaged")
	}
	return header.Position, nil
}

// checkpoints is the folder in which a run keeps them.
type checkpoints struct {
	dir  string
	keep int
}

// save writes a checkpoint and removes old ones, so that the newest keep are left.
func (c checkpoints) save(p Position, sections []section) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	path := filepath.Join(c.dir, fmt.Sprintf("%09d%s", p.Total, checkpointSuffix))
	err := fileio.Write(path, fileio.Public, func(w io.Writer) error { return encodeCheckpoint(w, p, sections) })
	if err != nil {
		return fmt.Errorf("save checkpoint %q (the one before it is intact): %w", path, err)
	}
	files := c.list()
	for _, old := range files[:max(0, len(files)-c.keep)] {
		os.Remove(old)
	}
	return nil
}

// removeNewest removes the newest checkpoint.
func (c checkpoints) removeNewest() error {
	files := c.list()
	return os.Remove(files[len(files)-1])
}

// list returns the checkpoints, oldest first.
func (c checkpoints) list() []string {
	files, _ := filepath.Glob(filepath.Join(c.dir, "*"+checkpointSuffix))
	slices.Sort(files)
	return files
}

// load reads the newest checkpoint that is whole. It skips and returns the errors of damaged ones; ok is false if there
// is no whole one.
func (c checkpoints) load(layout func(Position) ([]section, error)) (p Position, ok bool, damaged []error, err error) {
	for _, path := range slices.Backward(c.list()) {
		p, err := loadFile(path, layout)
		if err == nil {
			return p, true, damaged, nil
		}
		if errors.Is(err, ErrOtherRun) {
			return p, false, damaged, err
		}
		damaged = append(damaged, err)
	}
	return Position{}, false, damaged, nil
}

func loadFile(path string, layout func(Position) ([]section, error)) (Position, error) {
	f, err := os.Open(path)
	if err != nil {
		return Position{}, fmt.Errorf("load checkpoint: %w", err)
	}
	defer f.Close()
	p, err := decodeCheckpoint(f, layout)
	if err != nil {
		return p, fmt.Errorf("load checkpoint %q: %w", path, err)
	}
	return p, nil
}
