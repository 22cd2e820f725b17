package store

import (
	"errors"
	"fmt"
)

// ErrDamaged says that something stored of one reference is not what was
// written. All others can be used; a repair makes anew what it can. The error in
// hand is a [*Damage].
var ErrDamaged = errors.New("damaged in the gallery: see what can be made anew with gallery repair")

// Part is something that is stored of a reference.
type Part string

// The parts of a reference.
const (
	PartReference Part = "reference" // label, source, note and the rest of its row
	PartPicture   Part = "picture"
	PartEmbedding Part = "embedding"
	PartFeatures  Part = "features"
	PartWords     Part = "words"
)

// Damage is a part of a reference that is not what was written, and is not
// given out therefore.
type Damage struct {
	ID    string // of the reference
	Label Label  // of the reference; wrong, maybe, where its row is damaged
	Part  Part
	Why   string // how it shows
}

// Error names the reference and what of it is damaged.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s of reference %s (%s): %s: %v", d.Part, d.ID, d.Label, d.Why, ErrDamaged)
}

// Problem says the same without what to do about it, for lists.
func (d *Damage) Problem() string {
	return fmt.Sprintf("reference %s (%s): %s: %s", d.ID, d.Label, d.Part, d.Why)
}

// Is reports that d is ErrDamaged.
func (d *Damage) Is(target error) bool { return target == ErrDamaged }
