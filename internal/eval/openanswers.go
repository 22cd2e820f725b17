package eval

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/decide"
)

// Lookup is the answer of a gallery to one picture.
type Lookup struct {
	Answer
	Best string // label of the best candidate, whatever the outcome; "" if there is none
	// Sure says how sure the gallery is of Best, on any rising scale. A threshold swept
	// along it gives the rates at other settings. It is -Inf if there is no candidate.
	Sure float64
}

// Probe is a capture of a registered label. It was looked up twice: in the whole gallery,
// and as a stranger with its own label left out.
type Probe struct {
	Path        string
	Label       string
	Registered  Lookup  // every label is there
	LeftOut     Lookup  // its own label is not
	HasRelative bool    // when its own label was left out, another label of its family stayed
	FamilyOut   *Lookup // all labels with the same first part are left out; nil if it was not looked up
}

// Share is a proportion with its 95 % interval, resampled by label.
type Share struct {
	Rate   float64 `json:"rate"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Hits   int     `json:"hits"`
	Trials int     `json:"trials"` // if there are none, the rate is 0 and the interval [0, 1]
}

// IsZero reports whether nothing was measured. JSON then leaves the share out.
func (s Share) IsZero() bool { return s.Trials == 0 }

// String is the share in percent, such as "97.4 [91.0-99.3]"; "-" without trials.
func (s Share) String() string {
	if s.Trials == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f [%.1f-%.1f]", 100*s.Rate, 100*s.Low, 100*s.High)
}

// OpenSet says how good the answers of a gallery are if some documents are registered and
// others are not. An answer with a label above the right one is true but open: it is
// neither right nor wrong, and does not count as an accepted stranger.
type OpenSet struct {
	Probes int   `json:"probes"`
	Labels int   `json:"labels"`         // that have probes
	First  Share `json:"first,omitzero"` // the right label is the best candidate, whatever was decided

	// As used, the label registered.
	Right       Share `json:"right,omitzero"`
	Open        Share `json:"open,omitzero"`
	True        Share `json:"true,omitzero"` // right or open
	Wrong       Share `json:"wrong,omitzero"`
	Missed      Share `json:"missed,omitzero"`       // answered with no label: unknown, ambiguous or refused
	WrongFamily Share `json:"wrong_family,omitzero"` // part of Wrong: a label of another family
	WrongMember Share `json:"wrong_member,omitzero"` // part of Wrong: another label of the same family

	// As used, the label left out.
	Accepted          Share `json:"strangers_accepted,omitzero"`
	AcceptedRelated   Share `json:"strangers_accepted_with_relative,omitzero"`    // of those that have a relative registered
	AcceptedUnrelated Share `json:"strangers_accepted_without_relative,omitzero"` // of the others
	AcceptedOpen      Share `json:"strangers_open,omitzero"`
	AcceptedFamilyOut Share `json:"strangers_accepted_family_out,omitzero"`

	// Distractors are pictures that show nothing registered and have no look-alike in the
	// gallery.
	Distractors        Share `json:"distractors_accepted,omitzero"` // of those that were not refused
	DistractorsRefused int   `json:"distractors_refused"`

	// Right answers at the threshold that a share of the strangers reaches.
	AtStrangers []RightAt `json:"right_at_strangers"`
	AtUnrelated []RightAt `json:"right_at_unrelated"` // of the strangers without a relative
}

// RightAt is the share of right answers at a share of strangers accepted.
type RightAt struct {
	Target float64 `json:"target"`
	Share
}

// SweptTargets are the shares of strangers at which right answers are swept.
var SweptTargets = []float64{0.01, 0.05}

// Family names the family of a label. Labels of one family are relatives.
type Family func(label string) string

// FirstPart is the [Family] of label trees: the first part of a label.
func FirstPart(label string) string {
	first, _, _ := strings.Cut(label, "/")
	return first
}

// UpTo returns the [Family] of flat labels: the text before the first sep, or the whole
// label if it has no sep.
func UpTo(sep string) Family {
	return func(label string) string {
		first, _, _ := strings.Cut(label, sep)
		return first
	}
}

// UpToLast is UpTo with the last sep.
func UpToLast(sep string) Family {
	return func(label string) string {
		if i := strings.LastIndex(label, sep); i >= 0 {
			return label[:i]
		}
		return label
	}
}

// JudgeOpenSet counts the outcomes of probes. family says which labels are relatives.
func JudgeOpenSet(probes []Probe, family Family) *OpenSet {
	j := newJudge(probes)
	r := &OpenSet{Probes: len(probes), Labels: len(j.labels)}
	all := func(*Probe) bool { return true }
	r.First = j.share(all, func(p *Probe) bool { return p.Registered.Best == p.Label })
	r.Right = j.share(all, (*Probe).right)
	r.Open = j.share(all, (*Probe).open)
	r.True = j.share(all, func(p *Probe) bool { return p.right() || p.open() })
	r.Wrong = j.share(all, (*Probe).wrong)
	r.Missed = j.share(all, func(p *Probe) bool { return p.Registered.Outcome != decide.Match })
	related := func(p *Probe) bool { return family(p.Registered.Label) == family(p.Label) }
	r.WrongFamily = j.share(all, func(p *Probe) bool { return p.wrong() && !related(p) })
	r.WrongMember = j.share(all, func(p *Probe) bool { return p.wrong() && related(p) })

	hasRelative := func(p *Probe) bool { return p.HasRelative }
	hasNone := func(p *Probe) bool { return !p.HasRelative }
	r.Accepted = j.share(all, (*Probe).accepted)
	r.AcceptedRelated = j.share(hasRelative, (*Probe).accepted)
	r.AcceptedUnrelated = j.share(hasNone, (*Probe).accepted)
	r.AcceptedOpen = j.share(all, func(p *Probe) bool { return p.LeftOut.isAbove(p.Label) })
	r.AcceptedFamilyOut = j.share(func(p *Probe) bool { return p.FamilyOut != nil },
		func(p *Probe) bool { return p.FamilyOut.Outcome == decide.Match })

	r.AtStrangers, r.AtUnrelated = j.sweep(all), j.sweep(hasNone)
	return r
}

// Distractors is the share of pictures that get a label as the answer, although none of
// them shows anything registered. Refused pictures are no trials; their number comes
// separately.
func Distractors(lookups []Lookup) (accepted Share, refused int) {
	var probes []Probe
	for i, l := range lookups {
		if l.Outcome == decide.Refused {
			refused++
			continue
		}
		probes = append(probes, Probe{Label: strconv.Itoa(i), LeftOut: l}) // each by itself
	}
	return newJudge(probes).share(func(*Probe) bool { return true }, (*Probe).accepted), refused
}

// right reports whether a registered probe was answered with its label.
func (p *Probe) right() bool {
	return p.Registered.Outcome == decide.Match && p.Registered.Label == p.Label
}

// open reports whether it was answered with a label above its own.
func (p *Probe) open() bool { return p.Registered.isAbove(p.Label) }

// wrong reports whether it was answered with a label that is not true.
func (p *Probe) wrong() bool { return p.Registered.Outcome == decide.Match && !p.right() && !p.open() }

// accepted reports whether it was answered, as a stranger, with a label that is not true.
func (p *Probe) accepted() bool {
	return p.LeftOut.Outcome == decide.Match && !p.LeftOut.isAbove(p.Label)
}

// isAbove reports whether the answer is a label above another one.
func (l *Lookup) isAbove(label string) bool {
	return l.Outcome == decide.Match && IsAbove(l.Label, label)
}

// openJudge counts probes by label, because errors of probes of one label depend on each
// other.
type openJudge struct {
	probes []Probe
	labels []string
	class  []int32 // of each probe: its label's place in labels
}

func newJudge(probes []Probe) *openJudge {
	j := &openJudge{probes: probes, class: make([]int32, len(probes))}
	for _, p := range probes {
		j.labels = append(j.labels, p.Label)
	}
	j.labels = distinct(j.labels)
	for i, p := range probes {
		at, _ := slices.BinarySearch(j.labels, p.Label)
		j.class[i] = int32(at)
	}
	return j
}

// share is the share of hits among the probes that count.
func (j *openJudge) share(counts, hit func(*Probe) bool) Share {
	c, s := newClustered(len(j.labels)), Share{High: 1}
	for i := range j.probes {
		p := &j.probes[i]
		if !counts(p) {
			continue
		}
		s.Trials++
		c.trials[j.class[i]]++
		if hit(p) {
			s.Hits++
			c.hits[j.class[i]]++
		}
	}
	if s.Trials > 0 {
		s.Rate, s.Low, s.High = c.interval()
	}
	return s
}

// sweep returns the right answers at the thresholds that shares of the chosen strangers
// reach.
func (j *openJudge) sweep(stranger func(*Probe) bool) []RightAt {
	var registered, strangers []searchOutcome
	for i := range j.probes {
		p := &j.probes[i]
		own := searchOutcome{j.class[i], math.Inf(-1)}
		if p.Registered.Best == p.Label {
			own.score = p.Registered.Sure
		}
		registered = append(registered, own)
		if stranger(p) {
			strangers = append(strangers, searchOutcome{j.class[i], p.LeftOut.Sure})
		}
	}
	if len(strangers) == 0 {
		return nil
	}
	study := openStudy{OwnClassOut, len(j.labels), []openSearch{newOpenSearch(registered, strangers, strangers)}}
	var swept []RightAt
	for _, target := range SweptTargets {
		p := study.point(target)
		hits := int(math.Round(p.Right() * float64(len(registered))))
		swept = append(swept, RightAt{target, Share{p.Right(), p.RightLow(), p.RightHigh(), hits, len(registered)}})
	}
	return swept
}

// Halves splits probes by their groups, in the order of names: the 1st, 3rd, 5th ...
// group goes into odd, the others into even. Settings are chosen on one half, and rates
// are reported of the other.
func Halves(probes []Probe, group func(label string) string) (odd, even []Probe) {
	var names []string
	for _, p := range probes {
		names = append(names, group(p.Label))
	}
	isOdd := Odd(names)
	for _, p := range probes {
		if isOdd(group(p.Label)) {
			odd = append(odd, p)
		} else {
			even = append(even, p)
		}
	}
	return odd, even
}

// Odd returns a function that reports whether a name is the 1st, 3rd, 5th ... of names in
// their order.
func Odd(names []string) func(name string) bool {
	names = distinct(slices.Clone(names))
	return func(name string) bool {
		at, _ := slices.BinarySearch(names, name)
		return at%2 == 0
	}
}
