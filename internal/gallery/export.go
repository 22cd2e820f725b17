package gallery

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/tensorfile"
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
	manifestHead
	References []manifestRecord `json:"references"`
}

type manifestHead struct {
	Format           string `json:"format"`
	Version          int    `json:"version"`
	Gallery          string `json:"gallery"`
	Model            string `json:"model"`
	Dim              int    `json:"dim"`
	EmbeddingsSHA256 string `json:"embeddings_sha256"`
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

// Export writes the whole gallery, as it is at this moment, to one file, which
// only its owner can read. The file appears when it is complete, in place of what
// was there. References that are damaged are left out: the file is there then, and
// the error joins a *Damage for each.
func (g *Gallery) Export(ctx context.Context, path string) error {
	var left []error
	err := g.read(ctx, "export", func(tx *sql.Tx) error {
		return fileio.Write(path, fileio.Private, func(w io.Writer) (err error) {
			left, err = g.writeExport(ctx, tx, w)
			return err
		})
	})
	if err == nil && len(left) > 0 {
		err = g.fail("export", fmt.Errorf("%q is written without %d references: %w", path, len(left), errors.Join(left...)))
	}
	return err
}

func (g *Gallery) writeExport(ctx context.Context, tx *sql.Tx, w io.Writer) (left []error, err error) {
	own, err := g.readState(ctx, tx)
	if err != nil {
		return nil, err
	}
	references, err := g.list(ctx, tx, Filter{})
	if err != nil {
		return nil, err
	}
	out := zip.NewWriter(w)
	m := manifest{manifestHead{Format: exportFormat, Version: exportVersion, Gallery: own.id, Model: own.model, Dim: own.dim}, []manifestRecord{}}
	for _, r := range references {
		record, err := g.exportOne(ctx, tx, out, r)
		if errors.Is(err, ErrDamaged) {
			left = append(left, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		m.References = append(m.References, record)
	}
	if m.EmbeddingsSHA256, err = g.exportVectors(ctx, tx, out, own, m.References); err != nil {
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

// exportVectors writes the embeddings of the references and returns the SHA-256
// of the file.
func (g *Gallery) exportVectors(ctx context.Context, tx *sql.Tx, out *zip.Writer, own state, records []manifestRecord) (string, error) {
	member, err := out.CreateHeader(&zip.FileHeader{Name: embeddingsName, Method: zip.Store})
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	w := io.MultiWriter(member, sum)
	header, err := tensorfile.NpyHeader(tensorfile.F32, []int{len(records), Rotations, own.dim})
	if err != nil {
		return "", err
	}
	if _, err := w.Write(header); err != nil {
		return "", err
	}
	for _, record := range records {
		vectors, err := g.readPart(ctx, tx, record.ID, own.model, PartEmbedding)
		if err != nil {
			return "", err
		}
		if _, err := w.Write(vectors.data); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// exportOne writes the files of a reference, if none of it is damaged, and
// returns its record.
func (g *Gallery) exportOne(ctx context.Context, tx *sql.Tx, out *zip.Writer, r Reference) (record manifestRecord, err error) {
	if r.Damaged {
		return record, &Damage{ID: r.ID, Label: r.Label, Part: PartReference, Why: whyChecksum}
	}
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
			return record, err
		}
	}
	record.Picture = "pictures/" + string(r.Label) + "/" + r.ID + ".jpg"
	if record.PictureSHA256, err = writeMember(out, record.Picture, parts[PartPicture].data); err != nil {
		return record, err
	}
	if features := parts[PartFeatures].data; features != nil {
		record.Features = "features/" + r.ID + ".bin"
		if record.FeaturesSHA256, err = writeMember(out, record.Features, features); err != nil {
			return record, err
		}
	}
	if words := parts[PartWords]; words.data != nil {
		record.Words, record.Vocabulary = "words/"+r.ID+".bin", words.vocabulary
		if record.WordsSHA256, err = writeMember(out, record.Words, words.data); err != nil {
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
