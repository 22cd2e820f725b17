package gallery

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"exemplar/internal/weights"
)

// An export is a ZIP file that people can look into:
//
//	pictures/LABEL/ID.jpg   the kept pictures
//	features/ID.bin         local features, where there are any
//	words/ID.bin            what the index keeps of them, the same
//	embeddings.npy          float32 (n,4,dim), rows in the order of the manifest
//	manifest.json           all else, with the SHA-256 of every file
const (
	exportFormat   = "exemplar-gallery"
	exportVersion  = 1
	manifestName   = "manifest.json"
	embeddingsName = "embeddings.npy"
)

type manifest struct {
	Format           string           `json:"format"`
	Version          int              `json:"version"`
	Gallery          string           `json:"gallery"`
	Model            string           `json:"model"`
	Dim              int              `json:"dim"`
	EmbeddingsSHA256 string           `json:"embeddings_sha256"`
	References       []manifestRecord `json:"references"`
}

type manifestRecord struct {
	ID             string    `json:"id"`
	Label          Label     `json:"label"`
	SHA256         string    `json:"sha256"` // of the image as it arrived
	Source         string    `json:"source"`
	Note           string    `json:"note,omitempty"`
	Registered     time.Time `json:"registered"`
	Width          int       `json:"width"`
	Height         int       `json:"height"`
	Picture        string    `json:"picture"`
	PictureSHA256  string    `json:"picture_sha256"`
	Features       string    `json:"features,omitempty"`
	FeaturesSHA256 string    `json:"features_sha256,omitempty"`
	Words          string    `json:"words,omitempty"`
	WordsSHA256    string    `json:"words_sha256,omitempty"`
	Vocabulary     string    `json:"vocabulary,omitempty"` // of the words
}

// Export writes the whole gallery, as it is at this moment, to one file. The
// file appears when it is complete, in place of what was there.
func (g *Gallery) Export(ctx context.Context, path string) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return g.fail("export", err)
	}
	defer os.Remove(temporary.Name()) // fails once it is renamed
	defer temporary.Close()
	buffered := bufio.NewWriterSize(temporary, 1<<20)
	err = g.read(ctx, "export", func(tx *sql.Tx) error { return g.writeExport(ctx, tx, buffered) })
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		buffered.Flush, temporary.Sync, temporary.Close,
		func() error { return os.Rename(temporary.Name(), path) },
		func() error { return syncFolder(filepath.Dir(path)) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("export to %q: %w", path, err)
		}
	}
	return nil
}

// syncFolder makes a new name in a folder durable. Systems that cannot sync
// folders need not.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = folder.Sync()
	return folder.Close()
}

func (g *Gallery) writeExport(ctx context.Context, tx *sql.Tx, w io.Writer) error {
	own, err := g.readState(ctx, tx)
	if err != nil {
		return err
	}
	references, err := g.list(ctx, tx, Filter{})
	if err != nil {
		return err
	}
	out := zip.NewWriter(w)
	m := manifest{Format: exportFormat, Version: exportVersion, Gallery: own.id, Model: own.model, Dim: own.dim,
		References: make([]manifestRecord, 0, len(references))}
	vectors := make([]byte, 0, 4*Rotations*own.dim*len(references))
	for _, r := range references {
		record, data, err := g.exportOne(ctx, tx, out, r)
		if err != nil {
			return err
		}
		m.References = append(m.References, record)
		vectors = append(vectors, data...)
	}
	npy, err := weights.EncodeNpy(weights.Tensor{DType: weights.F32, Shape: []int{len(references), Rotations, own.dim}, Data: vectors})
	if err != nil {
		return err
	}
	if m.EmbeddingsSHA256, err = writeMember(out, embeddingsName, npy); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if _, err := writeMember(out, manifestName, text); err != nil {
		return err
	}
	return out.Close()
}

// exportOne writes the files of a reference and returns its record and its
// embeddings.
func (g *Gallery) exportOne(ctx context.Context, tx *sql.Tx, out *zip.Writer, r Reference) (record manifestRecord, vectors []byte, err error) {
	record = manifestRecord{ID: r.ID, Label: r.Label, SHA256: hex.EncodeToString(r.Hash[:]), Source: r.Source, Note: r.Note,
		Registered: r.Registered, Width: r.Width, Height: r.Height}
	parts := map[Part]stored{}
	for _, part := range []Part{PartPicture, PartEmbedding, PartFeatures, PartWords} {
		model := r.Model
		if part == PartPicture {
			model = ""
		}
		if part == PartWords && g.version < wordsVersion {
			continue
		}
		if parts[part], err = g.readPart(ctx, tx, r.ID, model, part); err != nil {
			return record, nil, err
		}
	}
	record.Picture = "pictures/" + string(r.Label) + "/" + r.ID + ".jpg"
	if record.PictureSHA256, err = writeMember(out, record.Picture, parts[PartPicture].data); err != nil {
		return record, nil, err
	}
	if features := parts[PartFeatures].data; features != nil {
		record.Features = "features/" + r.ID + ".bin"
		if record.FeaturesSHA256, err = writeMember(out, record.Features, features); err != nil {
			return record, nil, err
		}
	}
	if words := parts[PartWords]; words.data != nil {
		record.Words, record.Vocabulary = "words/"+r.ID+".bin", words.vocabulary
		if record.WordsSHA256, err = writeMember(out, record.Words, words.data); err != nil {
			return record, nil, err
		}
	}
	return record, parts[PartEmbedding].data, nil
}

// writeMember adds a file and returns its SHA-256. Only the manifest gains
// from being compressed.
func writeMember(out *zip.Writer, name string, data []byte) (sum string, err error) {
	method := zip.Store
	if name == manifestName {
		method = zip.Deflate
	}
	w, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: method})
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
