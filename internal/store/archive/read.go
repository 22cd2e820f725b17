package archive

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"

	"exemplar/internal/store"
)

// ErrExport says that a file cannot be imported.
var ErrExport = errors.New("the file is no export of a gallery, or it is damaged")

// Limits of an export, which may come from anybody. The size of the file limits what
// reading it takes, before any memory is taken.
const (
	// maxExpansion limits the size of a member by its compressed size. Pictures and
	// numbers hardly shrink, and a manifest shrinks to a fifth. A file that shrinks
	// more than 64 times was made to fill disks.
	maxExpansion = 64
	// maxRecordBytes limits a record of the manifest: a source and a note of
	// MaxTextBytes and a label, with each byte written as six, and the rest.
	maxRecordBytes = 64 << 10
	// A directory takes some 130 bytes a member. A reference has up to three members
	// and some 50 KB. In memory the directory takes four times its size.
	directoryBytes = 8 << 20
	directoryShare = 64
)

// export is an opened export: its directory and the head of its manifest.
type export struct {
	manifestHead
	count        int // references
	size         int64
	files        map[string]*zip.File
	vectorsFault error // why the embeddings cannot be used
}

// readExport reads the directory and the whole manifest once.
func readExport(file io.ReaderAt, size int64) (*export, error) {
	limited := &limitedReaderAt{file, directoryBytes + size/directoryShare}
	archive, err := zip.NewReader(limited, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrExport, err)
	}
	limited.left = math.MaxInt64
	in := &export{size: size, files: make(map[string]*zip.File, len(archive.File))}
	if err := in.checkDirectory(archive.File); err != nil {
		return nil, err
	}
	if err := in.readManifest(nil); err != nil {
		return nil, err
	}
	switch {
	case in.Format != exportFormat:
		return nil, fmt.Errorf("%w: format %q", ErrExport, in.Format)
	case in.Version > exportVersion:
		return nil, fmt.Errorf("%w: version %d, known up to %d", store.ErrNewer, in.Version, exportVersion)
	case in.Dim < 0 || in.Dim > store.MaxDim || in.Dim == 0 && in.count > 0:
		return nil, fmt.Errorf("%w: embeddings of %d numbers", ErrExport, in.Dim)
	}
	return in, nil
}

// limitedReaderAt reads at most left bytes in all.
type limitedReaderAt struct {
	file io.ReaderAt
	left int64
}

var errDirectory = errors.New("its directory is too large")

// ReadAt reads as the file does, within the limit.
func (r *limitedReaderAt) ReadAt(p []byte, at int64) (int, error) {
	if r.left < int64(len(p)) {
		return 0, errDirectory
	}
	r.left -= int64(len(p))
	return r.file.ReadAt(p, at)
}

// checkDirectory checks the members and keeps them by name. Members that share bytes
// of the file (a ZIP bomb) would together be larger than the file.
func (in *export) checkDirectory(members []*zip.File) error {
	left := uint64(in.size)
	for _, f := range members {
		if _, twice := in.files[f.Name]; twice {
			return fmt.Errorf("%w: %q is there twice", ErrExport, f.Name)
		}
		if f.CompressedSize64 > left {
			return fmt.Errorf("%w: its members are larger than the file", ErrExport)
		}
		left -= f.CompressedSize64
		if f.UncompressedSize64/maxExpansion > f.CompressedSize64 {
			return fmt.Errorf("%w: %q grows from %d bytes to %d: no export has such a file", ErrExport, f.Name, f.CompressedSize64, f.UncompressedSize64)
		}
		in.files[f.Name] = f
	}
	return nil
}

// open opens a member of at most limit bytes.
func (in *export) open(name string, limit int64) (io.ReadCloser, int64, error) {
	f, found := in.files[name]
	if !found {
		return nil, 0, fmt.Errorf("%w: %q is missing", ErrExport, name)
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, 0, fmt.Errorf("%w: %q has %d bytes, at most %d", ErrExport, name, f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %q: %w", ErrExport, name, err)
	}
	return r, int64(f.UncompressedSize64), nil
}

// member reads a member of at most limit bytes, and checks it against the SHA-256 that
// the manifest gives.
func (in *export) member(name string, limit int64, sum string) ([]byte, error) {
	r, size, err := in.open(name, limit)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var data bytes.Buffer // it grows with the data, because the claimed size may be wrong
	// SHA-256, compared below, tells more than the checksum of the ZIP file.
	if _, err := data.ReadFrom(io.LimitReader(r, size+1)); err != nil && !errors.Is(err, zip.ErrChecksum) {
		return nil, fmt.Errorf("%w: %q: %w", ErrExport, name, err)
	}
	if sha256Hex(data.Bytes()) != sum {
		return nil, fmt.Errorf("%w: %q is not what the manifest says", ErrExport, name)
	}
	return data.Bytes(), nil
}

// candidate is an entry as it was read for a record of the manifest.
type candidate struct {
	entry   *store.Entry    // without its damaged parts
	damaged []*store.Damage // those parts
	err     error           // why the entry cannot be used
}

// fault says what is wrong with the whole entry.
func (c *candidate) fault(err error) error {
	if errors.Is(err, ErrExport) {
		return fmt.Errorf("reference %s (%s): %w", c.entry.ID, c.entry.Label, err)
	}
	return fmt.Errorf("%w: reference %s (%s): %w", ErrExport, c.entry.ID, c.entry.Label, err)
}

// each calls use with every entry. Parts that are not what was written are nil. An
// error of use ends the call, and so does an error in the manifest.
func (in *export) each(use func(c candidate) error) error {
	var vectors *vectorReader
	if in.vectorsFault == nil {
		var err error
		if vectors, err = in.openVectors(); err != nil {
			return err
		}
		defer vectors.Close()
	}
	return in.readManifest(func(record *manifestRecord) error {
		return use(in.candidate(record, vectors))
	})
}

// candidate reads all parts of a record's entry. The entry's embeddings are the next
// ones of vectors.
func (in *export) candidate(record *manifestRecord, vectors *vectorReader) candidate {
	e := &store.Entry{Reference: store.Reference{ID: record.ID, Label: record.Label, Source: record.Source, Note: record.Note, Contents: record.Contents,
		Registered: record.Registered, Width: record.Width, Height: record.Height, Model: in.Model}}
	c := candidate{entry: e}
	damage := func(part store.Part, err error) {
		c.damaged = append(c.damaged, &store.Damage{ID: e.ID, Label: e.Label, Part: part, Why: err.Error()})
	}
	if vectors != nil { // read them even if the entry proves unusable: the next record has the next ones
		var err error
		if e.Vectors, err = vectors.next(); err == nil {
			err = store.ValidateVectors(e.Vectors)
		}
		if err != nil {
			e.Vectors = nil
			damage(store.PartEmbedding, err)
		}
	} else {
		damage(store.PartEmbedding, in.vectorsFault)
	}
	sum, err := hex.DecodeString(record.SHA256)
	if err != nil || len(sum) != len(e.Hash) {
		c.err = c.fault(fmt.Errorf("sha256 %q", record.SHA256))
		return c
	}
	copy(e.Hash[:], sum)
	if e.Picture, err = in.member(record.Picture, store.MaxPictureBytes, record.PictureSHA256); err != nil {
		c.err = c.fault(err)
		return c
	}
	if record.Features != "" {
		if e.Features, err = in.member(record.Features, store.MaxFeaturesBytes, record.FeaturesSHA256); err != nil {
			damage(store.PartFeatures, err)
		}
	}
	if record.Words != "" {
		e.Words.Vocabulary = record.Vocabulary
		if e.Words.Data, err = in.member(record.Words, store.MaxWordsBytes, record.WordsSHA256); err != nil {
			e.Words = store.Words{}
			damage(store.PartWords, err)
		}
	}
	return c
}
