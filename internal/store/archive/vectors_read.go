package archive

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"exemplar/internal/store"
	"exemplar/internal/tensorfile"
)

// vectorReader reads the embeddings, one reference after the other.
type vectorReader struct {
	io.Closer
	r   io.Reader
	row []byte
	dim int
}

// checkVectors reads all embeddings, and says why none of them can be used. They have
// one checksum, which does not tell which row has changed.
func (in *export) checkVectors() error {
	in.vectorsFault = in.readVectors()
	return in.vectorsFault
}

func (in *export) readVectors() error {
	member, size, err := in.open(embeddingsName, math.MaxInt64)
	if err != nil {
		return err
	}
	defer member.Close()
	sum := sha256.New()
	// SHA-256, compared below, tells more than the checksum of the ZIP file.
	if _, err := io.Copy(sum, io.LimitReader(member, size+1)); err != nil && !errors.Is(err, zip.ErrChecksum) {
		return fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != in.EmbeddingsSHA256 {
		return fmt.Errorf("%w: %q is not what the manifest says", ErrExport, embeddingsName)
	}
	v, err := in.openVectors()
	if err != nil {
		return err
	}
	return v.Close()
}

func (in *export) openVectors() (*vectorReader, error) {
	member, size, err := in.open(embeddingsName, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	v := &vectorReader{Closer: member, r: member, row: make([]byte, 4*store.Rotations*in.Dim), dim: in.Dim}
	counted := &countingReader{r: member}
	dtype, shape, err := tensorfile.ReadNpyHeader(counted)
	want := []int{in.count, store.Rotations, in.Dim}
	if err == nil && (dtype != tensorfile.F32 || !slices.Equal(shape, want)) {
		err = fmt.Errorf("it holds %s %v, the manifest says %v", dtype, shape, want)
	}
	if rows := size - counted.n; err == nil && rows != int64(in.count)*int64(len(v.row)) {
		err = fmt.Errorf("it has %d bytes of embeddings for %d references", rows, in.count)
	}
	if err != nil {
		member.Close()
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	return v, nil
}

// countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

// Read reads as its reader does.
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// next returns the embeddings of the next reference.
func (v *vectorReader) next() ([]float32, error) {
	if _, err := io.ReadFull(v.r, v.row); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	return store.DecodeVectors(v.row, v.dim)
}
