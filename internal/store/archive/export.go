package archive

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/store"
	"exemplar/internal/tensorfile"
)

// Export writes the whole store, as it is at this moment, to one file, which only
// its owner can read. The file appears when it is complete, in place of what was
// there. References that are damaged are left out: the file is there then, and the
// error joins a *Damage for each.
func Export(ctx context.Context, from store.Store, path string) error {
	var left []error
	err := from.Snapshot(ctx, func(s store.Snapshot) error {
		return fileio.Write(path, fileio.Private, func(w io.Writer) (err error) {
			left, err = write(ctx, s, w)
			return err
		})
	})
	switch {
	case err != nil:
		return fmt.Errorf("export: %w", err) // it names the gallery, or the file
	case len(left) > 0:
		return fmt.Errorf("export: %q is written without %d references: %w", path, len(left), errors.Join(left...))
	}
	return nil
}

// write writes an export and returns the damage that is left out.
func write(ctx context.Context, from store.Snapshot, w io.Writer) (left []error, err error) {
	stats, err := from.Stats(ctx)
	if err != nil {
		return nil, err
	}
	references, err := from.List(ctx, store.Filter{})
	if err != nil {
		return nil, err
	}
	out := zip.NewWriter(w)
	head := manifestHead{Format: exportFormat, Version: exportVersion, Gallery: stats.ID, Model: stats.Model, Dim: stats.Dim}
	m := manifest{head, []manifestRecord{}}
	for _, r := range references {
		e, err := from.Entry(ctx, r.ID)
		if errors.Is(err, store.ErrDamaged) {
			left = append(left, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		record, err := writeEntry(out, e)
		if err != nil {
			return nil, err
		}
		m.References = append(m.References, record)
	}
	if m.EmbeddingsSHA256, err = writeVectors(ctx, out, from, stats.Dim, m.References); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, err
	}
	if _, err := writeMember(out, manifestName, text); err != nil {
		return nil, err
	}
	return left, out.Close()
}

// writeVectors writes the embeddings of the references and returns the SHA-256
// of the file.
func writeVectors(ctx context.Context, out *zip.Writer, from store.Snapshot, dim int, records []manifestRecord) (string, error) {
	member, err := out.CreateHeader(&zip.FileHeader{Name: embeddingsName, Method: zip.Store, Modified: time.Now()})
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	w := io.MultiWriter(member, sum)
	header, err := tensorfile.NpyHeader(tensorfile.F32, []int{len(records), store.Rotations, dim})
	if err != nil {
		return "", err
	}
	if _, err := w.Write(header); err != nil {
		return "", err
	}
	for _, record := range records {
		vectors, err := from.Vectors(ctx, record.ID)
		if err != nil {
			return "", err
		}
		if _, err := w.Write(store.EncodeVectors(vectors)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// writeEntry writes the files of an entry and returns its record.
func writeEntry(out *zip.Writer, e *store.Entry) (record manifestRecord, err error) {
	record = manifestRecord{ID: e.ID, Label: e.Label, SHA256: hex.EncodeToString(e.Hash[:]), Source: e.Source, Note: e.Note,
		Registered: e.Registered, Width: e.Width, Height: e.Height}
	record.Picture = "pictures/" + string(e.Label) + "/" + e.ID + ".jpg"
	if record.PictureSHA256, err = writeMember(out, record.Picture, e.Picture); err != nil {
		return record, err
	}
	if e.Features != nil {
		record.Features = "features/" + e.ID + ".bin"
		if record.FeaturesSHA256, err = writeMember(out, record.Features, e.Features); err != nil {
			return record, err
		}
	}
	if e.Words.Data != nil {
		record.Words, record.Vocabulary = "words/"+e.ID+".bin", e.Words.Vocabulary
		if record.WordsSHA256, err = writeMember(out, record.Words, e.Words.Data); err != nil {
			return record, err
		}
	}
	return record, nil
}

// writeMember adds a file and returns its SHA-256. Only the manifest gains
// from being compressed.
func writeMember(out *zip.Writer, name string, data []byte) (sum string, err error) {
	method := zip.Store
	if name == manifestName {
		method = zip.Deflate
	}
	w, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: time.Now()})
	if err != nil {
		return "", err
	}
	if _, err := w.Write(data); err != nil {
		return "", err
	}
	return sha256Hex(data), nil
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
