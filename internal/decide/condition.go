package decide

import (
	"slices"

	"exemplar/internal/label"
	"exemplar/internal/scoremodel"
)

// differsInCondition says that two candidates are of one kind, registered in two
// conditions. Like a duplicate, such a candidate does not show that the gallery holds
// look-alikes, and what agrees with it does not tell it apart: the condition does, by
// [ByCondition].
func (c *Candidate) differsInCondition(other *Candidate) bool {
	return c.Conditions != 0 && c.Conditions == other.Conditions && c.Label != other.Label
}

// IsOtherCopy says that a probe shows another copy than a reference, as far as can be seen.
func IsOtherCopy(e *scoremodel.Evidence) bool { return copyOf(e) == OtherCopy }

// rightCondition is how often a sub-label that the condition names is taken to be the
// right one: less often than of those answered in docs/results/conditions.md, 540 of 567,
// since what people send is less clean than what is simulated.
const rightCondition = 0.8

// ByCondition answers a match between labels that are registered in several
// conditions, those in group, by the condition of the probe: with the one of fit, or
// with the label above all of them if fit holds none or several. Another decision
// stays as it is. says is a clause on what was seen.
func (d Decision) ByCondition(p Policy, group, fit []Label, says string) Decision {
	parent := group[0]
	for _, l := range group[1:] {
		parent = label.CommonAncestor(parent, l)
	}
	if d.Outcome != Match || d.Basis != ByGeometry || d.Label != parent && !slices.Contains(group, d.Label) || parent == "" {
		return d
	}
	before := d
	switch len(fit) {
	case 1:
		d.Label, d.Open = fit[0], nil
		d.Candidates = slices.Clone(d.Candidates)
		d.promote(fit[0], group)
	case 0:
		d.Label = parent
		d.Open = slices.DeleteFunc(slices.Clone(group), func(l Label) bool { return l == parent })
	default:
		d.Label = parent
		d.Open = slices.DeleteFunc(slices.Clone(fit), func(l Label) bool { return l == parent })
	}
	if d.Label == before.Label && len(d.Open) == len(before.Open) {
		return before
	}
	open := d.Open
	d.Open = nil
	foundReason(&d, rule{}, p)
	if says != "" {
		d.Reason += "; " + says
	}
	if d.Open = open; len(open) > 0 {
		d.Reason += ", so the sub-label stays open"
		d.Summary += ", the sub-label is open"
	}
	return d
}

// promote makes a label of the group the first candidate. What is known of the group
// goes to it, but for the share of errors.
func (d *Decision) promote(chosen Label, group []Label) {
	sum, n := 0.0, 0
	at := -1
	for i, c := range d.Candidates {
		if slices.Contains(group, c.Label) {
			sum += c.Confidence
			n++
		}
		if c.Label == chosen {
			at = i
		}
	}
	d.Confidence = min(d.Confidence, max(sum, d.Confidence)*rightCondition)
	if at < 0 {
		return
	}
	for i := range d.Candidates {
		switch c := &d.Candidates[i]; {
		case i == at:
			c.Confidence = d.Confidence
		case slices.Contains(group, c.Label) && n > 1:
			c.Confidence = min(c.Confidence, (sum-d.Confidence)/float64(n-1))
		}
	}
	first := d.Candidates[at]
	if first.Compared { // else there is nothing that its evidence could say
		d.Best, d.LLR = first.Candidate, first.LLR
	}
	copy(d.Candidates[1:at+1], d.Candidates[:at])
	d.Candidates[0] = first
}
