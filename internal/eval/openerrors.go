package eval

import (
	"cmp"
	"slices"
)

// OpenError is an answer that should have been another one.
type OpenError struct {
	Probe  Probe
	Given  Lookup // what was answered
	What   string // what is wrong with it, in words
	Family bool   // where a wrong label was given: it is of the right family
}

// The kinds of errors, the worst first.
const (
	WrongLabel       = "wrong label"
	StrangerAccepted = "stranger accepted"
	NotRecognised    = "not recognised"
)

// WorstErrors lists up to n errors: first labels that are not true, given to
// registered and to strangers, those first of which the gallery was surest; then
// registered captures that were not recognised, those first that it was nearest
// to accept. Of two errors with one capture the worse is listed.
func WorstErrors(probes []Probe, family Family, n int) []OpenError {
	var untrue, missed []OpenError
	for _, p := range probes {
		wrong := OpenError{p, p.Registered, WrongLabel, family(p.Registered.Label) == family(p.Label)}
		accepted := OpenError{p, p.LeftOut, StrangerAccepted, family(p.LeftOut.Label) == family(p.Label)}
		switch {
		case p.wrong():
			untrue = append(untrue, wrong)
		case p.accepted():
			untrue = append(untrue, accepted)
		case !p.right() && !p.open():
			missed = append(missed, OpenError{Probe: p, Given: p.Registered, What: NotRecognised})
		}
	}
	surest := func(a, b OpenError) int { return cmp.Compare(b.Given.Sure, a.Given.Sure) }
	slices.SortStableFunc(untrue, surest)
	slices.SortStableFunc(missed, surest)
	list := append(untrue, missed...)
	return list[:min(n, len(list))]
}
