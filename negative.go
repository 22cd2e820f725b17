package exemplar

import labels "exemplar/internal/label"

// NegativePrefix begins the labels of negatives: a reference _not/a/b shows something
// that was said not to be a/b. What matches it is [Unknown], with that as the reason.
const NegativePrefix = labels.NegativePrefix

// NegativeOf returns of what a label says that something is not it.
func NegativeOf(label string) (of string, isNegative bool) {
	l, isNegative := labels.Label(label).Negative()
	return string(l), isNegative
}
