// Package condition says in what state a document was seen: where lamps are mirrored
// in it, what lies upon it, what is missing or stained, and whether the whole
// is blurred, faded, small, or a picture of a screen.
//
// A photo is held against the reference that it was laid on. A condition is not a
// place: [State] is what two pictures of documents have in common that glare in
// different corners, and [Nearest] chooses by it.
//
//	seen := condition.Look(&pair)
//	for _, c := range seen.Conditions { fmt.Println(c.Kind, c.Share) }
//	fits := condition.Nearest(&seen.State, registered) // indices, the nearest first
//
// Other contents are no condition: only paper and the print of whole regions are
// compared, not what stands written. Constants that say nothing else were chosen by
// eye on pictures of package capturesim and of bench/conditions.
package condition

import (
	"cmp"
	"slices"
)

// Kind is a sort of condition.
type Kind string

// The kinds, in the order in which they are listed.
const (
	Glare    Kind = "glare"     // a lamp or the sky is mirrored in it
	Covered  Kind = "covered"   // something lies upon it
	CutOff   Kind = "cut-off"   // a part lies outside of the picture
	Torn     Kind = "torn"      // a part is missing
	Stained  Kind = "stained"   // the paper is coloured, its print still to be seen
	Blurred  Kind = "blurred"   // out of focus, or shaken
	Faded    Kind = "faded"     // the print is pale
	TooSmall Kind = "too-small" // few pixels for its print
	Screen   Kind = "screen"    // photographed from a screen
	Mirrored Kind = "mirrored"  // seen in a mirror
	DarkMode Kind = "dark-mode" // light print on a dark ground, as a negative
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Glare, Covered, CutOff, Torn, Stained, Blurred, Faded, TooSmall, Screen, Mirrored, DarkMode}
}

// Condition is what was seen of a kind.
type Condition struct {
	Kind     Kind
	Share    float64 // of the document's area, in (0, 1]
	Where    []Place // none where it is the whole document
	Strength float64 // how plain it is, in [0, 1]: what states are compared by
	Sure     bool    // the evidence is strong enough to say it
}

// Place is a rectangle of the reference, in shares of its width and height.
type Place struct{ Left, Top, Right, Bottom float64 }

// Seen is the state in which a document was seen.
type Seen struct {
	Conditions []Condition // by falling strength, those that are not sure as well
	State      State
	// Cautious is the state with half of what is not sure: such a photo is between two
	// states, and [Nearest] leaves it open.
	Cautious State
	// Harm is how much the photo lacks of what the reference has, about a share of the
	// document. Of two pictures of one document the one in the worse condition has more
	// against the other than the other against it, whichever regions look odd.
	Harm float64
}

// Look says in what state the document of a pair was seen.
func Look(p *Pair) Seen {
	v := newView(p)
	m := newMaps(v)
	var all []Condition
	all = append(all, m.regions()...)
	all = append(all, v.cutOff()...)
	all = append(all, m.sharpness()...)
	all = append(all, m.paleness()...)
	all = append(all, v.size()...)
	all = append(all, m.screen()...)
	for kind, is := range map[Kind]bool{Mirrored: v.Mirrored, DarkMode: v.Inverted} {
		if is {
			all = append(all, Condition{Kind: kind, Share: 1, Strength: 1, Sure: true})
		}
	}
	slices.SortFunc(all, func(a, b Condition) int {
		return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Kind, b.Kind))
	})
	var s State
	seen := Seen{}
	isSmall := slices.ContainsFunc(all, func(c Condition) bool { return c.Kind == TooSmall && c.Strength >= Plain })
	for _, c := range all {
		if isSmall && unjudged(c.Kind) {
			continue
		}
		s.set(c.Kind, c.Strength)
		if c.Sure {
			seen.Cautious.set(c.Kind, c.Strength)
		} else {
			seen.Cautious.set(c.Kind, c.Strength/2)
		}
		if c.Strength >= Plain {
			seen.Conditions = append(seen.Conditions, c)
		}
	}
	seen.State, seen.Harm = s, m.harm+s.wholeHarm()
	return seen
}

// Plain is the strength from which on a condition is said, if it is sure.
const Plain = 0.5

// unjudged are kinds that cannot be told in a document of too few pixels.
func unjudged(k Kind) bool { return k == Stained || k == Blurred || k == Screen }
