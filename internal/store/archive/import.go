package archive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"exemplar/internal/parallel"
	"exemplar/internal/store"
)

// ErrPartly says that the sound parts were exported or imported, and that others
// were damaged. The error itself names those.
var ErrPartly = errors.New("some of it is damaged")

// Mender checks an entry against its picture. It makes anew the parts that are nil or
// wrong, and names the wrong ones. The error says why the entry cannot be used.
type Mender func(e *store.Entry) (mended []*store.Damage, err error)

// Imported says what an import did.
type Imported struct {
	store.Merged
	Mended []*store.Damage // damaged in the file, and made anew or, without a mender, left out
	Left   []error         // why references were left out
}

// Import adds the references of an export that the store does not have; see Merge of
// [store.Writer] for which those are. The models must be the same, unless the store
// is empty. Import checks every part before it adds any. A damaged reference harms
// no other: mend makes anew what it can from the picture, the rest is left out, and
// the error is ErrPartly. If nothing can be used, nothing is added and the error is
// ErrExport. Import holds some references at a time in memory, whatever the file
// holds.
func Import(ctx context.Context, into store.Store, path string, mend Mender) (Imported, error) {
	done, err := importFile(ctx, into, path, mend)
	if err != nil {
		return done, fmt.Errorf("import %q: %w", path, err)
	}
	return done, nil
}

func importFile(ctx context.Context, into store.Store, path string, mend Mender) (done Imported, err error) {
	in, closeFile, err := openExport(path)
	if err != nil {
		return done, err
	}
	defer closeFile()
	if fault := in.checkVectors(); fault != nil && mend == nil {
		return done, fault
	}
	// Examine before Merge: it takes long, and Merge keeps others from writing.
	verdicts, err := in.examine(ctx, mend, &done)
	if err != nil {
		return done, err
	}
	if len(done.Left) > 0 && len(done.Left) == in.count {
		return done, fmt.Errorf("%w: %w", ErrExport, joinSome(done.Left))
	}
	done.Merged, err = into.Merge(ctx, in.usable(verdicts, mend))
	if err != nil {
		return done, err
	}
	return done, done.fault()
}

// fault is the error of an import that found damage; nil if it found none.
func (d *Imported) fault() error {
	faults := d.Left
	for _, damage := range d.Mended {
		faults = append(faults, fmt.Errorf("%s: made anew", damage.Problem()))
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrPartly, joinSome(faults))
}

// verdict says what becomes of a damaged record of the manifest. Sound records have
// none.
type verdict byte

const (
	toMend verdict = iota + 1
	leftOut
)

// examine checks all entries, notes their damage in done, and returns the verdicts by
// the number of the record.
func (in *export) examine(ctx context.Context, mend Mender, done *Imported) (map[int]verdict, error) {
	var ended error
	records := func(yield func(candidate) bool) {
		ended = in.each(func(c candidate) error {
			if !yield(c) {
				return errStopped
			}
			return nil
		})
	}
	verdicts := map[int]verdict{}
	seen := map[string]store.Label{}
	number := 0
	checked := parallel.Ordered(ctx, 0, records, func(_ context.Context, c candidate) (candidate, error) { return c.complete(mend), nil })
	for c, err := range checked {
		if err != nil {
			return nil, err
		}
		first, twice := seen[c.entry.ID]
		if c.err == nil && twice {
			c.err = fmt.Errorf("%w: reference %s is there twice, under %s and %s", ErrExport, c.entry.ID, first, c.entry.Label)
		}
		switch {
		case c.err != nil:
			verdicts[number], done.Left = leftOut, append(done.Left, c.err)
		case len(c.damaged) > 0:
			verdicts[number], done.Mended = toMend, append(done.Mended, c.damaged...)
		}
		if c.err == nil {
			seen[c.entry.ID] = c.entry.Label
		}
		number++
	}
	return verdicts, ended
}

// usable yields the entries that are not left out, and mends those that need it.
func (in *export) usable(verdicts map[int]verdict, mend Mender) iter.Seq2[*store.Entry, error] {
	return func(yield func(*store.Entry, error) bool) {
		number := -1
		err := in.each(func(c candidate) error {
			number++
			switch verdicts[number] {
			case leftOut:
				return nil
			case toMend:
				c = c.complete(mend)
			}
			if c.err != nil { // the file was changed meanwhile
				return c.err
			}
			if !yield(c.entry, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

var errStopped = errors.New("no more entries are wanted")

// complete turns what was read of an entry into one that can be stored, or says why
// it cannot.
func (c candidate) complete(mend Mender) candidate {
	if c.err != nil {
		return c
	}
	if mend != nil {
		mended, err := mend(c.entry)
		if err != nil {
			c.err = c.fault(err)
			return c
		}
		c.damaged = append(c.damaged, mended...)
	}
	if err := c.entry.Validate(); err != nil {
		c.err = c.fault(err)
	}
	return c
}

// joinSome joins the first errors and counts the others, which nobody would read.
func joinSome(errs []error) error {
	const most = 20
	if more := len(errs) - most; more > 0 {
		errs = append(errs[:most:most], fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}

// Check says whether a file is an export. It reads the directory and the manifest
// alone.
func Check(path string) error {
	_, closeFile, err := openExport(path)
	if err != nil {
		return fmt.Errorf("import %q: %w", path, err)
	}
	return closeFile()
}

// openExport opens the file of an export.
func openExport(path string) (in *export, closeFile func() error, err error) {
	info, err := os.Stat(path) // opening a pipe would wait for its writer
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
