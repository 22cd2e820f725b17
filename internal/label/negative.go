package label

import "strings"

// NegativePrefix begins the labels of what was said not to be something: _not/a/b is
// not a/b. What such a reference is found in is unknown.
const NegativePrefix = "_not/"

// Negative returns of what l says that something is not it.
func (l Label) Negative() (of Label, isNegative bool) {
	if string(l)+"/" == NegativePrefix {
		return "", true
	}
	rest, isNegative := strings.CutPrefix(string(l), NegativePrefix)
	if !isNegative {
		return "", false
	}
	return Label(rest), true
}
