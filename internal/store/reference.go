package store

import (
	"crypto/sha256"
	"slices"
	"time"

	"exemplar/internal/label"
)

// Label is the label of a reference: see [label.Label].
type Label = label.Label

// Hash is the SHA-256 of an image file as it arrived.
type Hash [sha256.Size]byte

// Reference is one registered image.
type Reference struct {
	ID            string // ULID
	Label         Label
	Hash          Hash
	Source        string // name under which the image arrived
	Note          string
	Contents      Contents
	Registered    time.Time
	Width, Height int    // of the image as it arrived, upright, in pixels
	Model         string // fingerprint of the model that made the embeddings
	Damaged       bool   // its row is not what was written: every field above but the ID may be wrong
}

// Contents says whether another copy of a reference's kind, with other contents, is a
// match of it: what is filled in, typed, signed, photographed into it.
type Contents string

// What may be said of contents.
const (
	ContentsAuto  Contents = ""      // the program's own view of the reference
	ContentsVary  Contents = "vary"  // other contents are a match
	ContentsFixed Contents = "fixed" // only the same copy is one
)

// ParseContents reads what people write of contents: vary, fixed, or auto for the program's
// own view, which saying nothing is as well.
func ParseContents(word string) (Contents, error) {
	if word == "auto" {
		return ContentsAuto, nil
	}
	return Contents(word), ValidateContents(Contents(word))
}

// Entry is a reference with all its stored parts.
type Entry struct {
	Reference
	Picture  []byte    // JPEG, upright, no larger than references are compared at
	Vectors  []float32 // (Rotations,dim): L2-normalised embeddings of the picture turned by 0, 90, 180, 270 degrees
	Features []byte    // local features, opaque here; may be nil
	Words    Words     // of the features; may be empty
}

// Dim is the length of the entry's embeddings.
func (e *Entry) Dim() int { return len(e.Vectors) / Rotations }

// Words are the visual words of a reference's features, for an index of local
// features. They are opaque here, and only a program with the same vocabulary can
// use them.
type Words struct {
	Vocabulary string // name
	Data       []byte // nil if none were made
}

// Filter selects references; its zero value selects all.
type Filter struct {
	Under Label // this label and the labels below it
	Hash  *Hash // references of the image with this hash
}

// Added says what became of an entry.
type Added struct {
	Reference
	Duplicate bool // nothing was stored: Reference, under the same label, has the same image already
}

// Only returns those of references that have one of the ids; all, if none is given.
func Only(references []Reference, ids []string) []Reference {
	if len(ids) == 0 {
		return references
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	return slices.DeleteFunc(references, func(r Reference) bool { return !wanted[r.ID] })
}

// Merged counts what a merge did.
type Merged struct {
	Added   int
	Skipped int // references that were there already: the same id, or the same image under the same label
}

// Stats describes a store.
type Stats struct {
	ID         string // ULID of the gallery
	Path       string
	Created    time.Time
	Model      string // fingerprint; empty before the first reference
	Dim        int
	References int
	Labels     int
	Features   int   // references with local features
	Bytes      int64 // on disk
	Changes    int64 // number of the last change
}
