package store

import (
	"context"
	"iter"
)

// Options say how a store is opened.
type Options struct {
	Create   bool // make a new one where there is none
	ReadOnly bool // change nothing: changes give ErrReadOnly, a store of an older version stays what it is
}

// Store keeps the references of one gallery. It is safe for concurrent use, and
// any number of processes may have the same gallery open.
//
// Every change happens whole or not at all, is durable when the call returns, and
// is seen by others at once. What the calls have in common:
//
//   - A context that ends gives its error, and nothing has changed.
//   - Errors wrap the sentinels of this package, and name the gallery.
//   - An id that is not there gives ErrNoReference.
//   - Changes of a store that cannot be written give ErrReadOnly.
//   - A part of a reference that is not what was written gives a *Damage, which is
//     ErrDamaged, and is not given out; other references are not concerned.
//   - After Close every call gives an error.
type Store interface {
	Reader
	Writer
	Keeper

	// Close releases the store.
	Close() error
}

// Reader is what is asked of a store.
type Reader interface {
	// List returns the selected references, by label and then by id, which is by
	// age. Those whose row is damaged are among them, marked.
	List(ctx context.Context, f Filter) ([]Reference, error)

	// Labels returns the labels that references have, in order.
	Labels(ctx context.Context) ([]Label, error)

	// Get returns the reference with an id. With a *Damage it returns what there is.
	Get(ctx context.Context, id string) (Reference, error)

	// Picture returns the stored JPEG of a reference.
	Picture(ctx context.Context, id string) ([]byte, error)

	// Features returns the local features of a reference, nil if none were made.
	Features(ctx context.Context, id string) ([]byte, error)

	// EachWords calls use with the stored words of the given references, in no
	// order. It leaves out those that have none, those that are damaged (they can be
	// made of the features) and ids that are not there. The data is valid until use
	// returns; an error of use ends it.
	EachWords(ctx context.Context, ids []string, use func(id string, words Words) error) error

	// ChangesSince calls visit with what changed after a position, and returns the
	// position now. The first position is the zero value. The changes are those of
	// one moment: first what was removed, then what is new or has changed. A
	// reference that was removed and put back is in both. Where the changes cannot be
	// told from the position (it is the first, or the gallery was put back to an
	// earlier state, repaired, or embedded with another model) a Reset comes before
	// all there is.
	//
	// Embeddings are those of the given model, with dim numbers; a gallery of another
	// one gives ErrWrongModel. After an error what was visited is void. Without
	// changes the call is cheap: it is made before every search.
	ChangesSince(ctx context.Context, since Position, model string, dim int, visit func(Change)) (Position, error)

	// Snapshot calls use with the store as it is at one moment. Others may change
	// the store meanwhile; use does not see it. An error of use is returned as it is.
	Snapshot(ctx context.Context, use func(Snapshot) error) error

	// Stats counts what the store holds.
	Stats(ctx context.Context) (Stats, error)
}

// Writer is what changes a store.
type Writer interface {
	// Put stores the entries, all or none, and says what became of each. Of one image
	// under one label the first stays. Entries without an id or a time get one. The
	// first references of a gallery decide its model; later ones with another give
	// ErrWrongModel. Entries that break a rule (see Entry.Validate) give ErrInvalid.
	Put(ctx context.Context, entries ...Entry) ([]Added, error)

	// Stage begins a stage, which replaces what labels have; it must be closed.
	Stage(ctx context.Context) (Stage, error)

	// Merge takes in entries of another store, which keep their ids, times and notes:
	// all of those that it does not have, or none. An entry is skipped if its id is
	// there, or if its image was there under its label before the call. An error in
	// the sequence ends it, and nothing has changed.
	Merge(ctx context.Context, entries iter.Seq2[*Entry, error]) (Merged, error)

	// Remove deletes the references with the given ids, all or none, and overwrites
	// what the store held of them. Where there is no room for that at once it goes
	// one by one, and the error says how many are gone. ErrLingers says that all are
	// gone, but their bytes not yet, since somebody is reading the store.
	Remove(ctx context.Context, ids ...string) error

	// RemoveLabel deletes the references of a label and of all labels below it, as
	// Remove does, and returns how many they were. None is ErrNoReference, the
	// empty label, which would be everything, ErrInvalid.
	RemoveLabel(ctx context.Context, label Label) (int, error)

	// Rename moves the references of a label, and of all labels below it, to another
	// label, and returns how many they were. Where the new label exists the two
	// merge. None is ErrNoReference, an empty label ErrInvalid.
	Rename(ctx context.Context, from, to Label) (int, error)

	// SetNote replaces the note of a reference. It is no change in the sense of
	// ChangesSince: nothing is recognised by it.
	SetNote(ctx context.Context, id, note string) error
}

// Keeper is what keeps a store sound.
type Keeper interface {
	// Reembed replaces what was derived of all references' pictures by what the maker
	// makes of them, a batch at a time. References that have it already are left as
	// they are. The store stays usable as it was until all are there, and then
	// changes over at once. Interrupted, it goes on where it stopped when called
	// again. References that others add meanwhile are taken in; once it has changed
	// over, they get ErrWrongModel. progress, if not nil, is told how many are done.
	Reembed(ctx context.Context, maker Maker, progress func(done, total int)) error

	// Check reads every byte of the store and returns, in words, what is wrong with
	// it. An empty answer means that all is well.
	Check(ctx context.Context, content Content) (problems []string, err error)

	// Repair makes anew what is damaged and can be made of what is not. It removes no
	// reference. Interrupted, it leaves what it has done, and goes on when called
	// again.
	Repair(ctx context.Context, maker Maker, content Content) (Repaired, error)

	// Compact gives back the room of what was removed, and wipes its last traces.
	Compact(ctx context.Context) error
}

// Stage gathers references that are to take the place of what their labels have.
// What is gathered does not wait in memory, and is gone with the process, however
// that ends. A Stage is used by one goroutine at a time.
type Stage interface {
	// Put adds entries to the stage, as Store.Put adds them to the store. After an
	// error the stage cannot be committed.
	Put(ctx context.Context, entries ...Entry) ([]Added, error)

	// Commit removes what the labels of the staged references have themselves (not
	// what their sub-labels have), whoever put it there, and puts the staged ones in
	// its place: all as one change. It returns how many references were removed. It
	// can be called once.
	Commit(ctx context.Context) (removed int, err error)

	// Close forgets what was not committed.
	Close() error
}

// Snapshot is a store as it was at one moment.
type Snapshot interface {
	// Stats and List are those of Store.
	Stats(ctx context.Context) (Stats, error)
	List(ctx context.Context, f Filter) ([]Reference, error)

	// Entry returns all that is stored of a reference but for the parts that are
	// damaged, which it names. Of a damaged row it returns what there is.
	Entry(ctx context.Context, id string) (*Entry, []*Damage, error)

	// Vectors returns the embeddings of a reference (Rotations,dim).
	Vectors(ctx context.Context, id string) ([]float32, error)
}
