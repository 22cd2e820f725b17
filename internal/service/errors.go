package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// Kind says what sort of an [Error] it is.
type Kind int

// The kinds.
const (
	Invalid     Kind = iota + 1 // what was asked for makes no sense: ask for something else
	Unknown                     // there is no such collection, reference, decision ...
	Conflict                    // it does not fit what is there
	NoKey                       // a key is needed, or the one that was sent is of no use
	Denied                      // the key may not do that
	TooLarge                    // more was sent than is taken
	Busy                        // too much to do: ask again later
	Unavailable                 // it cannot be done now: ask again later
	Full                        // the disk is full
)

// Error is an error that a user can do something about. Its text says what is wrong,
// where, and what to do.
type Error struct {
	Kind  Kind
	Text  string
	After time.Duration // of Busy and Unavailable: when to ask again
	cause error
}

func (e *Error) Error() string { return e.Text }
func (e *Error) Unwrap() error { return e.cause }

// fault makes an error.
func fault(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Text: fmt.Sprintf(format, args...)}
}

// Fault makes an error for a caller of this package that finds one itself.
func Fault(kind Kind, format string, args ...any) error { return fault(kind, format, args...) }

// Explained gives the errors of galleries and of the database their kind.
func Explained(err error) error { return explained(err) }

// unreachable is what is said while the database is away.
const unreachable = "the database cannot be reached, or does not answer: nothing was changed, unless the connection broke just then; ask again in a moment"

// explained is [Explained].
func explained(err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	for _, e := range []struct {
		err   error
		kind  Kind
		text  string // empty: the error's own
		after time.Duration
	}{
		{exemplar.ErrUnavailable, Unavailable, unreachable, 2 * time.Second},
		{db.ErrUnavailable, Unavailable, unreachable, 2 * time.Second},
		{db.ErrBusy, Busy, "the database is busy with other changes: ask again in a moment", 2 * time.Second},
		{db.ErrText, Invalid, "a text holds a NUL byte, or is not UTF-8, which the database cannot keep: take it out", 0},
		{db.ErrFull, Full, "the disk of the database is full: free some space, and ask again", 0},
		{syscall.ENOSPC, Full, "the disk of the server is full: free some space, and ask again", 0},
		{syscall.EDQUOT, Full, "the server may use no more of its disk: free some space, and ask again", 0},
		{exemplar.ErrNoGallery, Unavailable, "the collection was removed by another process: ask again in a moment", time.Second},
		{exemplar.ErrNoReference, Unknown, "there is no such reference: list them with GET references", 0},
		{exemplar.ErrLabel, Invalid, "", 0},
		{exemplar.ErrInvalid, Invalid, notStored(err), 0},
		{exemplar.ErrFPIR, Invalid, "", 0},
		{exemplar.ErrNotAlike, Conflict, "", 0},
		{exemplar.ErrDamaged, Conflict, "", 0},
		{exemplar.ErrWrongModel, Conflict, "", 0},
		{exemplar.ErrReadOnly, Unavailable, "", time.Minute},
		{exemplar.ErrDiskFull, Full, "", 0},
		{exemplar.ErrBusy, Busy, "the gallery is busy with another change: ask again in a moment", 2 * time.Second},
		{exemplar.ErrClosed, Unavailable, "the collection was closed meanwhile: ask again in a moment", time.Second},
		{context.DeadlineExceeded, Unavailable, "it took longer than is allowed: ask again, or send a smaller file", time.Second},
	} {
		if errors.Is(err, e.err) {
			text := e.text
			if text == "" {
				text = err.Error()
			}
			return &Error{Kind: e.kind, Text: text, After: e.after, cause: err}
		}
	}
	return err
}

// notStored says why a reference cannot be stored, without where the gallery lies.
func notStored(err error) string {
	if _, why, said := strings.Cut(err.Error(), exemplar.ErrInvalid.Error()+": "); said {
		return exemplar.ErrInvalid.Error() + ": " + why
	}
	return exemplar.ErrInvalid.Error()
}

// orUnknown makes [db.ErrNone] an error that says what there is none of.
func orUnknown(err error, format string, args ...any) error {
	if errors.Is(err, db.ErrNone) {
		return fault(Unknown, format, args...)
	}
	return err
}

// orGone makes [db.ErrNone] no error: what there was is gone, and needs nothing.
func orGone(err error) error {
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	return err
}
