package gallery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// Imported counts what an import did.
type Imported struct {
	Added   int
	Skipped int // references that the gallery has already: by id, or the same image under the same label
}

// Import adds the references of an export: all of those that the gallery does
// not have, or none if anything about the file is wrong. They keep their ids,
// times and notes. The models must be the same, unless the gallery is empty.
// Every part is checked before any is let in, also by content. Whatever the file
// holds, it takes little memory: one reference at a time.
func (g *Gallery) Import(ctx context.Context, path string, content Content) (Imported, error) {
	if g.readOnly {
		return Imported{}, g.fail("import into", ErrReadOnly)
	}
	in, closeFile, err := openExport(path)
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w", path, err)
	}
	defer closeFile()
	// Before the gallery is blocked for others, since this takes its time.
	err = in.each(func(e *Entry) error { return entryFault(ctx, e, content) })
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w", path, err)
	}
	var done Imported
	err = g.write(ctx, "import into", func(tx *sql.Tx) error {
		seq, err := g.nextSeq(ctx, tx)
		if err != nil {
			return err
		}
		return in.each(func(e *Entry) error {
			added, err := g.importOne(ctx, tx, seq, e)
			if added {
				done.Added++
			} else {
				done.Skipped++
			}
			return err
		})
	})
	if err != nil {
		return Imported{}, err
	}
	return done, nil
}

// entryFault says what about an imported entry is not what it should be.
func entryFault(ctx context.Context, e *Entry, content Content) error {
	if err := ctx.Err(); err != nil || content == nil {
		return err
	}
	for part, data := range map[Part][]byte{PartPicture: e.Picture, PartFeatures: e.Features, PartWords: e.Words.Data} {
		if data == nil {
			continue
		}
		if err := content(part, data); err != nil {
			return fmt.Errorf("%w: %s of reference %s (%s): %w", ErrExport, part, e.ID, e.Label, err)
		}
	}
	return nil
}

// importOne stores an entry unless its id is there, or was the same image under
// the same label before.
func (g *Gallery) importOne(ctx context.Context, tx *sql.Tx, seq int64, e *Entry) (added bool, err error) {
	var there bool
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM reference WHERE id = ? OR label = ? AND hash = ? AND seq < ?)`,
		e.ID, string(e.Label), e.Hash[:], seq).Scan(&there)
	if err != nil || there {
		return false, err
	}
	if err := g.adoptModel(ctx, tx, e.Model, e.dim()); err != nil {
		return false, err
	}
	return true, insertEntry(ctx, tx, "", seq, e)
}

// openExport opens the file of an export.
func openExport(path string) (in *export, closeFile func() error, err error) {
	info, err := os.Stat(path) // a pipe would be waited for
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%w: it is no file", ErrExport)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if in, err = readExport(file, info.Size()); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return in, file.Close, nil
}
