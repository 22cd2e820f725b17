package store

import (
	"errors"
	"fmt"
)

// ErrDamaged says that a part of one reference is not what was written. All other
// references can be used, and Repair makes anew what it can. The error itself is a
// [*Damage].
var ErrDamaged = errors.New("damaged in the gallery: see what can be made anew with gallery repair")

// Part names a stored part of a reference.
type Part string

// The parts of a reference.
const (
	PartReference Part = "reference" // label, source, note and the rest of its row
	PartPicture   Part = "picture"
	PartEmbedding Part = "embedding"
	PartFeatures  Part = "features"
	PartWords     Part = "words"
)

// Damage says that a part of a reference is not what was written. The store does
// not give that part out.
type Damage struct {
	ID    string // of the reference
	Label Label  // of the reference; may be wrong if its row is damaged
	Part  Part
	Why   string // how the damage shows
}

// Error names the reference and its damaged part.
func (d *Damage) Error() string {
	return fmt.Sprintf("%s of reference %s (%s): %s: %v", d.Part, d.ID, d.Label, d.Why, ErrDamaged)
}

// Problem is Error without the advice, for lists.
func (d *Damage) Problem() string {
	return fmt.Sprintf("reference %s (%s): %s: %s", d.ID, d.Label, d.Part, d.Why)
}

// Is reports that d is ErrDamaged.
func (d *Damage) Is(target error) bool { return target == ErrDamaged }
