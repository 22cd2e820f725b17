package decide

import "exemplar/internal/label"

// Label is the name of a class: see [label.Label].
type Label = label.Label

// ErrLabel says that a string is no label.
var ErrLabel = label.ErrLabel

// ParseLabel checks a label that is to be given: see [label.Parse].
func ParseLabel(s string) (Label, error) { return label.Parse(s) }

// CommonAncestor returns the deepest label that contains both: see
// [label.CommonAncestor].
func CommonAncestor(a, b Label) Label { return label.CommonAncestor(a, b) }
