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
	"strings"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/store"
	"exemplar/internal/tensorfile"
)

// Export writes the state of the whole store at this moment to one file, which only
// its owner can read. The file appears when it is complete, and replaces an older
// one. Export leaves out a reference whose row or picture is damaged, and of others
// the damaged parts alone, because [Import] makes those anew. After damage the file
// is complete but for that, and the error is ErrPartly and joins a *Damage for each
// part.
func Export(ctx context.Context, from store.Store, path string) error {
	var left lacks
	err := from.Snapshot(ctx, func(s store.Snapshot) error {
		return fileio.Write(path, fileio.Private, func(w io.Writer) (err error) {
			left, err = write(ctx, s, w)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("export: %w", err) // err names the gallery or the file
	}
	if err := left.fault(); err != nil {
		return fmt.Errorf("export to %q: %w", path, err)
	}
	return nil
}

// lacks lists the damage that an export leaves out.
type lacks struct {
	references, parts []error
}

func (l *lacks) fault() error {
	if len(l.references)+len(l.parts) == 0 {
		return nil
	}
	var said []string
	if n := len(l.references); n > 0 {
		said = append(said, fmt.Sprintf("references left out: %d", n))
	}
	if n := len(l.parts); n > 0 {
		said = append(said, fmt.Sprintf("parts left out, which an import makes anew: %d", n))
	}
	return fmt.Errorf("%w; %s: %w", ErrPartly, strings.Join(said, "; "), joinSome(append(l.references, l.parts...)))
}

// write writes an export and returns the damage that it left out.
func write(ctx context.Context, from store.Snapshot, w io.Writer) (left lacks, err error) {
	stats, err := from.Stats(ctx)
	if err != nil {
		return left, err
	}
	references, err := from.List(ctx, store.Filter{})
	if err != nil {
		return left, err
	}
	out := zip.NewWriter(w)
	head := manifestHead{Format: exportFormat, Version: exportVersion, Gallery: stats.ID, Model: stats.Model, Dim: stats.Dim}
	m := manifest{head, []manifestRecord{}}
	for _, r := range references {
		e, damaged, err := from.Entry(ctx, r.ID)
		if err != nil {
			return left, err
		}
		if fatal := unusable(damaged); fatal != nil {
			left.references = append(left.references, fatal)
			continue
		}
		for _, damage := range damaged {
			left.parts = append(left.parts, damage)
		}
		record, err := writeEntry(out, e)
		if err != nil {
			return left, err
		}
		m.References = append(m.References, record)
	}
	if m.EmbeddingsSHA256, err = writeVectors(ctx, out, from, stats.Dim, m.References); err != nil {
		return left, err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return left, err
	}
	if _, err := writeMember(out, manifestName, text); err != nil {
		return left, err
	}
	return left, out.Close()
}

// unusable returns the damage of a reference that nothing can be made anew from: of
// its row or of its picture.
func unusable(damaged []*store.Damage) error {
	for _, damage := range damaged {
		if damage.Part == store.PartReference || damage.Part == store.PartPicture {
			return damage
		}
	}
	return nil
}

// writeVectors writes the embeddings of the references, with zeros for damaged ones,
// and returns the SHA-256 of the file.
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
		if errors.Is(err, store.ErrDamaged) {
			vectors, err = make([]float32, store.Rotations*dim), nil
		}
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
	record = manifestRecord{ID: e.ID, Label: e.Label, SHA256: hex.EncodeToString(e.Hash[:]), Source: e.Source, Note: e.Note, Contents: e.Contents,
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

// writeMember adds a file and returns its SHA-256. It compresses the manifest alone,
// because the other files hardly shrink.
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
