package eval

import (
	"cmp"
	"slices"
)

// OpenError is an answer that should have been another one.
type OpenError struct {
	Probe  Probe
	Given  Lookup // the answer
	What   string // what is wrong with it, in words
	Family bool   // the wrong label is of the right family
}

// The kinds of errors, the worst first.
const (
	WrongLabel       = "wrong label"
	StrangerAccepted = "stranger accepted"
	NotRecognised    = "not recognised"
)

// WorstErrors lists up to n errors. Wrong labels come first, of registered captures and of
// strangers, the surest ones first. Registered captures that were not recognised follow,
// the most nearly accepted ones first. Of two errors with one capture it lists the worse.
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
