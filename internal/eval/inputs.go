package eval

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/tensorfile"
)

// ReadEmbeddings reads an npy file of n vectors, one for each sample of a set in
// its order, and returns them scaled to length one.
func ReadEmbeddings(path string, n int) (vectors []float32, dim int, err error) {
	data, err := tensorfile.ReadFile(path)
	if err != nil {
		return nil, 0, fmt.Errorf("read embeddings: %w", err)
	}
	t, err := tensorfile.ParseNpy(data)
	if err != nil {
		return nil, 0, fmt.Errorf("read embeddings %q: %w", path, err)
	}
	if len(t.Shape) != 2 || t.Shape[0] != n || t.Shape[1] == 0 {
		return nil, 0, fmt.Errorf("read embeddings %q: shape %v for %d images: want one row for each, in the order of their paths", path, t.Shape, n)
	}
	if vectors, err = t.Float32s(); err != nil {
		return nil, 0, fmt.Errorf("read embeddings %q: %w", path, err)
	}
	normalize(vectors, t.Shape[1])
	return vectors, t.Shape[1], nil
}

// Scores holds comparisons of another system.
type Scores struct {
	pairs   []scoredPair
	classes []string
}

type scoredPair struct {
	pair
	mated bool
}

var scoreColumns = []string{"score", "mated", "class_a", "class_b"}

// ReadScores reads a CSV file with the header score,mated,class_a,class_b.
// Higher scores mean more alike; mated is 1 or 0, true or false. The classes
// are those of the two images, for the intervals.
func ReadScores(r io.Reader) (*Scores, error) {
	lines := csv.NewReader(bufio.NewReaderSize(&shortLines{r: r}, 64<<10))
	lines.ReuseRecord = true
	lines.FieldsPerRecord = len(scoreColumns)
	header, err := lines.Read()
	if errors.Is(err, fileio.ErrTooLarge) {
		return nil, fmt.Errorf("scores: %w", err)
	}
	if err != nil || !slices.Equal(header, scoreColumns) {
		return nil, fmt.Errorf("scores: the first line must be %s", strings.Join(scoreColumns, ","))
	}
	s := &Scores{}
	number := map[string]int32{}
	for {
		record, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("scores: %w", err)
		}
		if len(s.pairs) == maxPairs {
			return nil, fmt.Errorf("scores: more than %d pairs", maxPairs)
		}
		if err := s.add(record, number); err != nil {
			line, _ := lines.FieldPos(0)
			return nil, fmt.Errorf("scores: line %d: %w", line, err)
		}
	}
}

// maxScoreLine is the longest line of scores in bytes, so that a file without lines is
// not read to its end.
const maxScoreLine = 64 << 10

// shortLines reads text, and returns an error for a line longer than maxScoreLine.
type shortLines struct {
	r     io.Reader
	since int // bytes since the last line began
}

func (s *shortLines) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	for part := range bytes.Lines(p[:n]) {
		if s.since += len(part); s.since > maxScoreLine {
			return 0, fmt.Errorf("a line of more than %d bytes: %w", maxScoreLine, fileio.ErrTooLarge)
		}
		if part[len(part)-1] == '\n' {
			s.since = 0
		}
	}
	return n, err
}

func (s *Scores) add(record []string, number map[string]int32) error {
	score, err := strconv.ParseFloat(record[0], 64)
	if err != nil || !(math.Abs(score) <= math.MaxFloat32) {
		return fmt.Errorf("score %q: want a number, of at most %.2g", record[0], math.MaxFloat32)
	}
	mated, err := strconv.ParseBool(record[1])
	if err != nil {
		return fmt.Errorf("mated is %q: want 0 or 1", record[1])
	}
	if mated != (record[2] == record[3]) {
		return fmt.Errorf("mated is %s for the classes %q and %q", record[1], record[2], record[3])
	}
	p := scoredPair{pair{score, s.class(record[2], number), s.class(record[3], number)}, mated}
	s.pairs = append(s.pairs, p)
	return nil
}

func (s *Scores) class(name string, number map[string]int32) int32 {
	k, known := number[name]
	if !known {
		k = int32(len(s.classes))
		name = strings.Clone(name) // the reader overwrites its record
		number[name] = k
		s.classes = append(s.classes, name)
	}
	return k
}

// Verify judges the scores. The worst pairs are given by class.
func (s *Scores) Verify() (*Verification, error) {
	t := newTally(len(s.classes))
	class := make([]int32, len(s.classes))
	for i := range class {
		class[i] = int32(i)
	}
	for _, p := range s.pairs {
		if p.mated {
			t.mated = append(t.mated, p.pair)
		} else {
			t.addOther(p.score, p.a, p.b)
		}
	}
	return verify(t.comparisons(class))
}

// EvaluateScores judges scores that came without images: verification alone.
func EvaluateScores(name, model string, s *Scores) (*Result, error) {
	v, err := s.Verify()
	if err != nil {
		return nil, fmt.Errorf("evaluate %q: %w", name, err)
	}
	v.Worst = Worst{} // there are no images to show
	r := &Result{Name: name, Model: model, Verification: v}
	r.noteSupport()
	return r, nil
}
