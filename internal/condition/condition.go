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
// Regions are found by a small network, which is told of each cell how the two papers
// and prints compare; it learnt from captures of documents to which something happened,
// of the same and of other contents, which are no condition (package conditiontrain).
// What concerns the whole (blur, paleness, size, screens) is measured. Constants that say
// nothing else were chosen by eye on captures of package capturesim.
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
	Happened   Happened
}

// Happened says of the cells of a reference how likely it is that something happened to
// them, row by row.
type Happened struct {
	W, H  int
	Cells []float64
}

// At is the probability at a place, in shares of the reference's sides.
func (t *Happened) At(x, y float64) float64 {
	u, v := int(x*float64(t.W)), int(y*float64(t.H))
	return t.Cells[max(0, min(t.H-1, v))*t.W+max(0, min(t.W-1, u))]
}

// Look says in what state the document of a pair was seen.
func Look(p *Pair) Seen {
	v := newView(p)
	m := newMaps(v)
	var all []Condition
	all = append(all, m.regions()...)
	all = append(all, m.cutOff()...)
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
	s := State{glare: m.glare, damage: m.damage}
	seen := Seen{}
	isSmall := slices.ContainsFunc(all, func(c Condition) bool { return c.Kind == TooSmall && c.Strength >= Plain })
	for _, c := range all {
		if isSmall && unjudged(c.Kind) {
			continue
		}
		s.set(c.Kind, c.Strength*besideOthers(all, &c))
		if c.Strength >= Plain {
			seen.Conditions = append(seen.Conditions, c)
		}
	}
	seen.State, seen.Happened = s, m.anything()
	return seen
}

// besideOthers is below 1 for a region that is less than half as large as one of another
// kind: a state is named for what there is most of.
func besideOthers(all []Condition, c *Condition) float64 {
	if !slices.Contains(placed, c.Kind) {
		return 1
	}
	largest := 0.0
	for i := range all {
		if slices.Contains(placed, all[i].Kind) {
			largest = max(largest, all[i].Share)
		}
	}
	return min(1, 2*c.Share/largest)
}

// Plain is the strength from which on a condition is said, if it is sure.
const Plain = 0.5

// unjudged are kinds that cannot be told in a document of too few pixels.
func unjudged(k Kind) bool { return k == Stained || k == Blurred || k == Screen }
