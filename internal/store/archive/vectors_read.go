package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"

	"exemplar/internal/store"
	"exemplar/internal/tensorfile"
)

// vectorReader reads the embeddings of one reference after the other.
type vectorReader struct {
	io.Closer
	r   io.Reader
	sum hash.Hash
	row []byte
	dim int
}

func (in *export) openVectors() (*vectorReader, error) {
	member, _, err := in.open(embeddingsName, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	v := &vectorReader{Closer: member, sum: sha256.New(), row: make([]byte, 4*store.Rotations*in.Dim), dim: in.Dim}
	v.r = io.TeeReader(member, v.sum)
	dtype, shape, err := tensorfile.ReadNpyHeader(v.r)
	want := []int{in.count, store.Rotations, in.Dim}
	if err == nil && (dtype != tensorfile.F32 || !slices.Equal(shape, want)) {
		err = fmt.Errorf("it holds %s %v, the manifest says %v", dtype, shape, want)
	}
	if err != nil {
		member.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	return v, nil
}

// next returns the embeddings of the next reference.
func (v *vectorReader) next() ([]float32, error) {
	if _, err := io.ReadFull(v.r, v.row); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	return store.DecodeVectors(v.row, v.dim)
}

// finish checks that nothing is left, and that all was what the manifest says.
func (v *vectorReader) finish(sum string) error {
	if n, err := io.CopyN(io.Discard, v.r, 1); n != 0 || err != io.EOF {
		return fmt.Errorf("%w: %s is longer than it should be", ErrExport, embeddingsName)
	}
	if hex.EncodeToString(v.sum.Sum(nil)) != sum {
		return fmt.Errorf("%w: %q is not what the manifest says", ErrExport, embeddingsName)
	}
	return nil
}
