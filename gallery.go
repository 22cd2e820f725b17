package exemplar

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	labels "exemplar/internal/label"
	"exemplar/internal/recognise"
	"exemplar/internal/store"
	"exemplar/internal/store/archive"
	"exemplar/internal/store/open"
)

// What can be wrong with a gallery; each says what to do about it.
var (
	ErrNoGallery   = store.ErrNoGallery
	ErrNotGallery  = store.ErrNotGallery
	ErrNewer       = store.ErrNewer
	ErrCorrupt     = store.ErrCorrupt
	ErrDamaged     = store.ErrDamaged // one reference is: the others can be used
	ErrReadOnly    = store.ErrReadOnly
	ErrDiskFull    = store.ErrDiskFull
	ErrBusy        = store.ErrBusy
	ErrUnavailable = store.ErrUnavailable // the database cannot be reached: see docs/postgres.md
	ErrLingers     = store.ErrLingers     // what was removed is gone, its bytes in the file are not yet
	ErrWrongModel  = store.ErrWrongModel
	ErrNoReference = store.ErrNoReference
	ErrInvalid     = store.ErrInvalid // such as a note that is too long
	ErrLabel       = labels.ErrLabel
)

// Mode says what a gallery is opened for.
type Mode int

// The modes.
const (
	ReadOnly          Mode = iota // it must be there already, and is not changed
	ReadWrite                     // it is made where there is none
	ReadWriteExisting             // it must be there already
	ReadWriteDamaged              // likewise, and may lack the end of its file: for [Gallery.Repair]
)

// Options say how a gallery is opened.
type Options struct {
	Mode  Mode
	Model *Model // nil: DefaultModel
}

// Gallery is an open collection of references. It is safe for concurrent use,
// and follows what other processes change in the same file or database.
type Gallery struct {
	store  store.Store
	model  *Model
	engine *recognise.Engine
	closed atomic.Bool
	mode   Mode
}

// Open opens the gallery with a name: the path of a file, or the address of a PostgreSQL
// database, postgres://user@host/database?collection=name (docs/postgres.md).
func Open(name string, opts Options) (*Gallery, error) {
	if opts.Model == nil {
		opts.Model = DefaultModel()
	}
	if opts.Model.inner.Calibration == nil {
		return nil, fmt.Errorf("open gallery %q: the model has no calibration, so nothing can be decided: make one with exemplar calibrate: %w", open.Shown(name), ErrModel)
	}
	kept, err := open.Store(name, store.Options{Create: opts.Mode == ReadWrite, ReadOnly: opts.Mode == ReadOnly, Damaged: opts.Mode == ReadWriteDamaged})
	if err != nil {
		return nil, err
	}
	return &Gallery{store: kept, model: opts.Model, engine: recognise.New(kept, opts.Model.inner), mode: opts.Mode}, nil
}

// Close releases the file. What uses the gallery afterwards gives [ErrClosed].
func (g *Gallery) Close() error {
	if g.closed.Swap(true) {
		return nil
	}
	return g.store.Close()
}

// Load reads the embeddings into memory, which the first search would do, for programs
// that want to be asked when they are ready. See [Gallery.LoadFeatures].
func (g *Gallery) Load(ctx context.Context) error {
	if err := g.open(); err != nil {
		return err
	}
	return g.fail(g.engine.Load(ctx))
}

// LoadFeatures reads what else a search of a large gallery needs into memory, which takes
// longer than [Gallery.Load]. Programs call it when they are ready: a picture that comes
// meanwhile waits for what is left of it.
func (g *Gallery) LoadFeatures(ctx context.Context) error {
	if err := g.open(); err != nil {
		return err
	}
	return g.fail(g.engine.LoadFeatures(ctx))
}

// Follow keeps what this process knows of the gallery up to date until ctx ends, for
// programs that answer for a long time. No answer needs it: every one asks first whether
// the gallery has changed. With it the changes are there before a picture comes.
func (g *Gallery) Follow(ctx context.Context) error {
	if err := g.open(); err != nil {
		return err
	}
	return g.fail(g.engine.Follow(ctx))
}

// Reference is one registered image.
type Reference struct {
	ID         string    `json:"id"`
	Label      string    `json:"label"`
	Source     string    `json:"source"` // name under which the image arrived
	Note       string    `json:"note,omitempty"`
	Contents   Contents  `json:"contents,omitempty"`
	Registered time.Time `json:"registered"`
	Width      int       `json:"width"` // of the image as it arrived, upright, in pixels
	Height     int       `json:"height"`
	SHA256     string    `json:"sha256"`                                                                                   // of the file as it arrived
	Model      string    `json:"model" doc:"fingerprint of the network that made its embeddings, without the calibration"` // [Model.Fingerprint]
	Damaged    bool      `json:"damaged,omitempty"`                                                                        // any of the above may be wrong but the ID
}

func newReference(r store.Reference) Reference {
	return Reference{
		ID: r.ID, Label: string(r.Label), Source: r.Source, Note: r.Note, Contents: r.Contents, Registered: r.Registered,
		Width: r.Width, Height: r.Height, SHA256: fmt.Sprintf("%x", r.Hash), Model: r.Model, Damaged: r.Damaged,
	}
}

// Contents says whether other contents (what is filled in, typed, signed,
// photographed) are a match of a reference.
type Contents = store.Contents

// What may be said of contents.
const (
	ContentsAuto  = store.ContentsAuto  // "": the program's own view of the reference
	ContentsVary  = store.ContentsVary  // "vary": every copy of the kind is a match
	ContentsFixed = store.ContentsFixed // "fixed": only the same copy is, as with [ClassifyOptions].Exact
)

// ParseContents reads what people write of contents, wherever the program takes it: vary, fixed, or
// auto (or nothing) for [ContentsAuto].
func ParseContents(word string) (Contents, error) { return store.ParseContents(word) }

// List returns the references of a label and of those below it, in order of
// labels and then of age; of all labels when label is empty.
func (g *Gallery) List(ctx context.Context, label string) ([]Reference, error) {
	filter := store.Filter{}
	if label != "" {
		parsed, err := labels.ParseStored(label)
		if err != nil {
			return nil, err
		}
		filter.Under = parsed
	}
	found, err := g.store.List(ctx, filter)
	if err != nil {
		return nil, g.fail(err)
	}
	references := make([]Reference, len(found))
	for i, r := range found {
		references[i] = newReference(r)
	}
	return references, nil
}

// Get returns the reference with an id; what there is of it, with ErrDamaged,
// where it is damaged.
func (g *Gallery) Get(ctx context.Context, id string) (Reference, error) {
	r, err := g.store.Get(ctx, id)
	return newReference(r), g.fail(err)
}

// Picture returns the stored JPEG of a reference.
func (g *Gallery) Picture(ctx context.Context, id string) ([]byte, error) {
	jpeg, err := g.store.Picture(ctx, id)
	return jpeg, g.fail(err)
}

// Remove deletes references by id, all or none.
func (g *Gallery) Remove(ctx context.Context, ids ...string) error {
	return g.fail(g.store.Remove(ctx, ids...))
}

// RemoveLabel deletes the references of a label and of those below it, and
// returns how many they were.
func (g *Gallery) RemoveLabel(ctx context.Context, label string) (int, error) {
	parsed, err := labels.ParseStored(label)
	if err != nil {
		return 0, err
	}
	n, err := g.store.RemoveLabel(ctx, parsed)
	return n, g.fail(err)
}

// CanonicalLabel returns a label as galleries write it, in Unicode's form NFC, or
// [ErrLabel], with the reason, for one that no reference can have.
func CanonicalLabel(label string) (string, error) {
	parsed, err := labels.ParseStored(label)
	return string(parsed), err
}

// CheckLabel returns [ErrLabel], with the reason and what to do, for a label that no new
// reference can have.
func CheckLabel(label string) error {
	_, err := labels.Parse(label)
	return err
}

// Rename moves a label, with those below it, and returns how many references
// moved. Where the new label exists the two merge; to part them again, name the ids of
// the references that are to move.
func (g *Gallery) Rename(ctx context.Context, from, to string, ids ...string) (int, error) {
	old, err := labels.ParseStored(from)
	if err != nil {
		return 0, err
	}
	renamed, err := labels.Parse(to)
	if err != nil {
		return 0, err
	}
	n, err := g.store.Rename(ctx, old, renamed, ids...)
	return n, g.fail(err)
}

// SetNote replaces the note of a reference.
func (g *Gallery) SetNote(ctx context.Context, id, note string) error {
	return g.fail(g.store.SetNote(ctx, id, note))
}

// SetContents says anew whether other contents are a match of a reference.
func (g *Gallery) SetContents(ctx context.Context, id string, contents Contents) error {
	return g.fail(g.store.SetContents(ctx, id, contents))
}

// ErrPartly says that an export or an import has left out what is damaged.
var ErrPartly = archive.ErrPartly

// Export writes everything in the gallery to one portable file, a ZIP archive,
// which appears whole or not at all. What is damaged is left out: the error is
// [ErrPartly] then, and names it; the file is there.
func (g *Gallery) Export(ctx context.Context, path string) error {
	return g.fail(archive.Export(ctx, g.store, path))
}

// Imported counts what an import did.
type Imported struct {
	Added   int `json:"added"`    // references that were not there
	Skipped int `json:"skipped"`  // references, by id, that were there already
	LeftOut int `json:"left_out"` // references that are damaged in the file
	Mended  int `json:"mended"`   // parts that were, and are made anew
}

// Import adds the references of an exported file that are not there yet, all at
// once. Damaged ones are left out, and what can be made anew of their pictures is;
// the error is [ErrPartly] then, and names them.
func (g *Gallery) Import(ctx context.Context, path string) (Imported, error) {
	done, err := archive.Import(ctx, g.store, path, g.model.inner.Mend)
	return Imported{Added: done.Added, Skipped: done.Skipped, LeftOut: len(done.Left), Mended: len(done.Mended)}, g.fail(err)
}

// CheckExport says whether a file is an export that this program reads, as far as its
// directory tells. [Gallery.Import] checks all of it.
func CheckExport(path string) error { return archive.Check(path) }

// Stats describes a gallery.
type Stats struct {
	ID         string    `json:"id"`   // of the gallery, a ULID
	Path       string    `json:"path"` // of its file, or its address without a password
	Created    time.Time `json:"created"`
	Model      string    `json:"model"` // [Model.Fingerprint] of what made its embeddings; empty before the first reference
	Dim        int       `json:"dim"`   // numbers of an embedding
	References int       `json:"references"`
	Labels     int       `json:"labels"`   // that have references
	Features   int       `json:"features"` // references with local features
	Bytes      int64     `json:"bytes"`    // on the disk
	Changes    int64     `json:"changes"`  // number of the last change
}

// Stats counts what the gallery holds.
func (g *Gallery) Stats(ctx context.Context) (Stats, error) {
	stats, err := g.store.Stats(ctx)
	return Stats(stats), g.fail(err)
}

// Reembed replaces the embeddings of all references by those of this gallery's
// model, made of the pictures that are kept, and their local features with
// them. It leaves out the references that have what this program would make.
// It may be interrupted: the gallery stays usable with its former model until all are there. progress, if not nil,
// is told how many are done.
func (g *Gallery) Reembed(ctx context.Context, progress func(done, total int)) error {
	return g.fail(g.engine.Reembed(ctx, progress))
}
