package archive

import (
	"context"
	"errors"
	"fmt"
	"os"

	"exemplar/internal/store"
)

// Import adds the references of an export: all of those that the store does not
// have, or none if anything about the file is wrong; see [store.Writer] for which
// those are. The models must be the same, unless the store is empty. Every part is
// checked before any is let in, also by content. Whatever the file holds, it takes
// little memory: one reference at a time.
func Import(ctx context.Context, into store.Store, path string, content store.Content) (store.Merged, error) {
	in, closeFile, err := openExport(path)
	if err != nil {
		return store.Merged{}, fmt.Errorf("import %q: %w", path, err)
	}
	defer closeFile()
	// Before the store is blocked for others, since this takes its time.
	err = in.each(func(e *store.Entry) error { return validateContent(ctx, e, content) })
	if err != nil {
		return store.Merged{}, fmt.Errorf("import %q: %w", path, err)
	}
	return into.Merge(ctx, in.entries())
}

// validateContent says what about an imported entry is not what it should be.
func validateContent(ctx context.Context, e *store.Entry, content store.Content) error {
	if err := ctx.Err(); err != nil || content == nil {
		return err
	}
	for part, data := range map[store.Part][]byte{store.PartPicture: e.Picture, store.PartFeatures: e.Features, store.PartWords: e.Words.Data} {
		if data == nil {
			continue
		}
		if err := content(part, data); err != nil {
			return fmt.Errorf("%w: %s of reference %s (%s): %w", ErrExport, part, e.ID, e.Label, err)
		}
	}
	return nil
}

// Check reads as much of a file as shows whether it is an export.
func Check(path string) error {
	_, closeFile, err := openExport(path)
	if err != nil {
		return fmt.Errorf("import %q: %w", path, err)
	}
	return closeFile()
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
