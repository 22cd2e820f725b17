package gallery

import (
	"archive/zip"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"exemplar/internal/weights"
)

// maxManifestBytes bounds the one file of an export whose size nothing else
// tells: some 500 bytes for each of two million references.
const maxManifestBytes = 1 << 30

// Imported counts what an import did.
type Imported struct {
	Added   int
	Skipped int // references, by id, that the gallery has already
}

// Import adds the references of an export: all of those that the gallery does
// not have, or none if anything about the file is wrong. They keep their ids,
// times and notes. The models must be the same, unless the gallery is empty.
func (g *Gallery) Import(ctx context.Context, path string) (Imported, error) {
	file, err := zip.OpenReader(path)
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w: %w", path, ErrExport, err)
	}
	defer file.Close()
	in, err := readExport(&file.Reader)
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w", path, err)
	}
	var done Imported
	err = g.write(ctx, "import into", func(tx *sql.Tx) error {
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		for i, record := range in.References {
			added, err := in.importOne(ctx, tx, g, seq, i)
			if err != nil {
				return fmt.Errorf("reference %q: %w", record.ID, err)
			}
			if added {
				done.Added++
			} else {
				done.Skipped++
			}
		}
		return nil
	})
	if err != nil {
		return Imported{}, err
	}
	return done, nil
}

// export is an opened export whose manifest and embeddings were checked.
type export struct {
	manifest
	files   map[string]*zip.File
	vectors []float32 // (len(References),Rotations,Dim)
}

func readExport(file *zip.Reader) (*export, error) {
	in := &export{files: map[string]*zip.File{}}
	for _, f := range file.File {
		in.files[f.Name] = f
	}
	text, err := in.member(manifestName, maxManifestBytes, "")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &in.manifest); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrExport, manifestName, err)
	}
	switch {
	case in.Format != exportFormat:
		return nil, fmt.Errorf("%w: format %q", ErrExport, in.Format)
	case in.Version > exportVersion:
		return nil, fmt.Errorf("%w: version %d, known up to %d", ErrNewer, in.Version, exportVersion)
	case in.Dim < 0 || in.Dim > MaxDim || (in.Dim == 0 && len(in.References) > 0):
		return nil, fmt.Errorf("%w: embeddings of %d numbers", ErrExport, in.Dim)
	}
	return in, in.readVectors()
}

func (in *export) readVectors() error {
	shape := []int{len(in.References), Rotations, in.Dim}
	size := 4 * int64(shape[0]) * int64(shape[1]) * int64(shape[2])
	data, err := in.member(embeddingsName, size+1<<16, in.EmbeddingsSHA256) // and a header
	if err != nil {
		return err
	}
	tensor, err := weights.ParseNpy(data)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrExport, embeddingsName, err)
	}
	if tensor.DType != weights.F32 || !slices.Equal(tensor.Shape, shape) {
		return fmt.Errorf("%w: %s holds %s %v, the manifest says %v", ErrExport, embeddingsName, tensor.DType, tensor.Shape, shape)
	}
	in.vectors, err = tensor.Float32s()
	return err
}

// member reads a file of the export, of at most limit bytes, and checks that
// it has the SHA-256 that the manifest gives for it.
func (in *export) member(name string, limit int64, sum string) ([]byte, error) {
	f, found := in.files[name]
	if !found {
		return nil, fmt.Errorf("%w: %q is missing", ErrExport, name)
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("%w: %q has %d bytes, at most %d", ErrExport, name, f.UncompressedSize64, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrExport, name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit)) // the size that it claims may be wrong
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrExport, name, err)
	}
	if name != manifestName && sha256Hex(data) != sum {
		return nil, fmt.Errorf("%w: %q is not what the manifest says", ErrExport, name)
	}
	return data, nil
}

// importOne stores the i-th reference unless its id is there.
func (in *export) importOne(ctx context.Context, tx *sql.Tx, g *Gallery, seq int64, i int) (added bool, err error) {
	record := in.References[i]
	e := Entry{Reference: Reference{ID: record.ID, Label: record.Label, Source: record.Source, Note: record.Note,
		Registered: record.Registered, Width: record.Width, Height: record.Height, Model: in.Model}}
	hash, err := hex.DecodeString(record.SHA256)
	if err != nil || len(hash) != len(e.Hash) {
		return false, fmt.Errorf("%w: sha256 %q", ErrExport, record.SHA256)
	}
	copy(e.Hash[:], hash)
	if e.Picture, err = in.member(record.Picture, MaxPictureBytes, record.PictureSHA256); err != nil {
		return false, err
	}
	if record.Features != "" {
		if e.Features, err = in.member(record.Features, MaxFeaturesBytes, record.FeaturesSHA256); err != nil {
			return false, err
		}
	}
	if record.Words != "" {
		e.Words.Vocabulary = record.Vocabulary
		if e.Words.Data, err = in.member(record.Words, MaxWordsBytes, record.WordsSHA256); err != nil {
			return false, err
		}
	}
	n := Rotations * in.Dim
	e.Vectors = in.vectors[i*n : (i+1)*n]
	if fault := e.fault(); fault != nil {
		return false, fmt.Errorf("%w: %w", ErrExport, fault)
	}
	var there bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ?)`, e.ID).Scan(&there)
	if err != nil || there {
		return false, err
	}
	return true, g.insert(ctx, tx, seq, []Entry{e})
}
