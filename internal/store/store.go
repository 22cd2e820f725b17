package store

import (
	"context"
	"iter"
)

// Options say how a store is opened.
type Options struct {
	Create   bool // make a new store if there is none
	ReadOnly bool // change nothing: changes give ErrReadOnly, and a store of an older version is not brought up to date
	Damaged  bool // open it, to repair it, also where its file ends too early
}

// Store keeps the references of one gallery. It is safe for concurrent use, and
// any number of processes may have the same gallery open.
//
// Every change happens whole or not at all. It is durable when the call returns, and
// others see it at once. These rules hold for all calls:
//
//   - A context that ends gives its error, and nothing has changed.
//   - Errors wrap the sentinels of this package, and name the gallery.
//   - An unknown id gives ErrNoReference.
//   - A change of a store that cannot be written gives ErrReadOnly.
//   - A part of a reference that is not what was written gives a *Damage, which is
//     ErrDamaged, and is not given out. Other references are not affected.
//   - After Close every call gives an error.
type Store interface {
	Reader
	Writer
	Keeper

	// Close releases the store.
	Close() error
}

// Reader has the calls that read a store.
type Reader interface {
	// List returns the selected references, by label and then by id (which is by
	// age). A reference whose row is damaged is among them, with Damaged set.
	List(ctx context.Context, f Filter) ([]Reference, error)

	// Labels returns the labels that references have, in order.
	Labels(ctx context.Context) ([]Label, error)

	// Get returns the reference with an id. With a *Damage it returns the fields that
	// can be read.
	Get(ctx context.Context, id string) (Reference, error)

	// Picture returns the stored JPEG of a reference.
	Picture(ctx context.Context, id string) ([]byte, error)

	// Features returns the local features of a reference, nil if none were made.
	Features(ctx context.Context, id string) ([]byte, error)

	// EachWords calls use with the stored words of the given references, in any
	// order. It leaves out references without words, damaged words (the features can
	// replace them) and unknown ids. The data is valid until use returns. An error of
	// use ends the call.
	EachWords(ctx context.Context, ids []string, use func(id string, words Words) error) error

	// ChangesSince calls visit with every change after a position, and returns the
	// new position. The first position is the zero value. The changes describe one
	// moment: removed references come first, then new and changed ones. A reference
	// that was removed and put back is in both. Sometimes the store cannot tell the
	// changes since a position: it is the first one, or the gallery was put back to
	// an earlier state, repaired, or embedded with another model. Then a Reset comes
	// first, and all references follow.
	//
	// The embeddings are those of the given model, with dim numbers; a gallery of
	// another model gives ErrWrongModel. After an error the caller must forget the
	// visited changes. Without changes the call is cheap, because every search begins
	// with it.
	ChangesSince(ctx context.Context, since Position, model string, dim int, visit func(Change)) (Position, error)

	// Snapshot calls use with the state of the store at one moment. Others may change
	// the store meanwhile, which use does not see. An error of use is returned as it is.
	Snapshot(ctx context.Context, use func(Snapshot) error) error

	// Stats counts what the store holds.
	Stats(ctx context.Context) (Stats, error)

	// CheckModel returns ErrWrongModel if embeddings of a model, with dim numbers, cannot
	// be used with the store. It reads one row, however large the gallery is.
	CheckModel(ctx context.Context, model string, dim int) error
}

// Writer has the calls that change references.
type Writer interface {
	// Put stores the entries, all or none, and says what became of each. If a label
	// has an image already, the stored reference stays. An entry without an id or a
	// time gets one. The first references of a gallery decide its model; an entry of
	// another model gives ErrWrongModel. An entry that breaks a rule (see
	// Entry.Validate) gives ErrInvalid.
	Put(ctx context.Context, entries ...Entry) ([]Added, error)

	// Stage begins a stage, which replaces the references of labels. The caller must
	// close it.
	Stage(ctx context.Context) (Stage, error)

	// Merge adds entries of another store, which keep their ids, times and notes. It
	// skips an entry whose id is there, or whose image was there under its label
	// before the call; of the others it adds all or none. An error in the sequence
	// ends the call, and nothing has changed.
	Merge(ctx context.Context, entries iter.Seq2[*Entry, error]) (Merged, error)

	// Remove deletes the references with the given ids, all or none. A file's bytes are
	// overwritten; what another store cannot overwrite, Compact wipes. If the disk has no room to remove all at once, Remove
	// deletes them one by one, and the error says how many are gone. ErrLingers says
	// that all are gone, but that their bytes are still there because somebody is
	// reading the store.
	Remove(ctx context.Context, ids ...string) error

	// RemoveLabel deletes the references of a label and of all labels below it, as
	// Remove does, and returns their number. If there are none it gives
	// ErrNoReference. The empty label, which would be everything, gives ErrInvalid.
	RemoveLabel(ctx context.Context, label Label) (int, error)

	// Rename moves the references of a label, and of all labels below it, to another
	// label, and returns their number. If the new label exists, the two merge; ids,
	// where some are given, are those that move, so that what was merged can be parted.
	// If there are none to move it gives ErrNoReference. An empty label gives ErrInvalid.
	Rename(ctx context.Context, from, to Label, ids ...string) (int, error)

	// SetNote replaces the note of a reference. ChangesSince does not report it,
	// because recognition does not use notes.
	SetNote(ctx context.Context, id, note string) error

	// SetContents says anew whether the contents of copies may differ from a
	// reference's. ChangesSince reports it.
	SetContents(ctx context.Context, id string, contents Contents) error
}

// Waiter is a store that can tell when it was changed. It is for those who want to have
// changes ready before somebody asks: ChangesSince alone is enough to follow a store.
type Waiter interface {
	// Wait returns when the store has changed since a position. It ends with an error if
	// the store cannot be asked, or the context ends.
	Wait(ctx context.Context, since Position) error
}

// Keeper has the calls that maintain a store.
type Keeper interface {
	// Reembed replaces the derived parts of all references by those that the maker
	// computes, a batch at a time. It skips references that have them already. Until
	// all are there the store works with the old parts, and then it changes over at
	// once. After an interruption the next call goes on where this one stopped.
	// References that others add meanwhile are included; after the change-over their
	// model gives ErrWrongModel. Reembed tells progress, if it is not nil, how many
	// of all are done: before the first batch, when those of an interrupted call are, and
	// after each.
	Reembed(ctx context.Context, maker Maker, progress func(done, total int)) error

	// Check reads every byte of the store and returns the problems in words. An empty
	// answer means that all is well.
	Check(ctx context.Context, content Content) (problems []string, err error)

	// Repair makes damaged parts anew from the sound ones, where it can. It removes no
	// reference. After an interruption its work so far stays, and the next call goes
	// on.
	Repair(ctx context.Context, maker Maker, content Content) (Repaired, error)

	// Compact frees the space of removed references, and wipes their last traces.
	Compact(ctx context.Context) error
}

// Stage gathers references that will replace those of their labels. It does not
// keep them in memory, and they vanish with the process, however that ends. Only
// one goroutine at a time may use a Stage.
type Stage interface {
	// Put adds entries to the stage, as Store.Put adds them to the store. After an
	// error the stage cannot be committed.
	Put(ctx context.Context, entries ...Entry) ([]Added, error)

	// Commit replaces, as one change, the references of the staged labels by the
	// staged references. References of sub-labels stay. It returns the number of
	// removed references. It can be called once.
	Commit(ctx context.Context) (removed int, err error)

	// Close forgets the staged references, unless they are committed.
	Close() error
}

// Snapshot is the state of a store at one moment.
type Snapshot interface {
	// Stats and List are those of Store.
	Stats(ctx context.Context) (Stats, error)
	List(ctx context.Context, f Filter) ([]Reference, error)

	// Entry returns the sound parts of a reference, and names the damaged ones. Of a
	// damaged row it returns the fields that can be read.
	Entry(ctx context.Context, id string) (*Entry, []*Damage, error)

	// Vectors returns the embeddings of a reference (Rotations,dim).
	Vectors(ctx context.Context, id string) ([]float32, error)
}
