package decide

import (
	"fmt"
	"math"
	"slices"
)

// provedReason is, for instance, "found upside down, 93 % of the 118 places
// agree; of look-alikes one in 400 agrees as well; next id-card/back, of which
// 12 % agrees". open says why the sub-label is open, if it is.
func provedReason(d *Decision, open string, p Policy) string {
	reason := fmt.Sprintf("%s, %s of the %d places agree; %s", found(d.Best.Geometry),
		percent(d.Best.Geometry.Smoothly), d.Best.Geometry.Judged, alikeOnce(d, p))
	if open != "" {
		reason += "; " + open
	}
	if d.Rival != nil && d.Rival.Geometry.Located {
		reason += fmt.Sprintf("; next %s, of which %s agrees", d.Rival.Label, percent(d.Rival.Geometry.Smoothly))
	}
	return reason
}

// openReason is, for instance, "form/v1 (98 %) and form/v2 (97 %) agree about as
// well, so the sub-label is open", or empty where it is not open. Where the best
// label does not hold and one above it does, that is for want of what tells the
// best from its kin there.
func openReason(d *Decision, close []Candidate, s, leaf *standing) string {
	switch {
	case !leaf.holds():
		i := slices.IndexFunc(leaf.kin, func(k kin) bool { return s.label.Contains(k.Label) })
		return ofTheirKind(leaf.kin[i]) + ": the sub-label is open"
	case len(d.Open) > 0:
		return agreeAlike(close) + ", so the sub-label is open"
	}
	return ""
}

// differsReason is, for instance, "like id-card/front/1st-edition, but 31 of
// 120 places differ", "id-card/front agrees in the frame, disagrees inside: 31
// of 120 places differ", or "best id-card/back, but only 40 % of it agrees".
func differsReason(d *Decision, family []kin) string {
	g, label := d.Best.Geometry, d.Best.Label
	const half, most, apart = 0.5, 0.75, 0.2
	var reason string
	switch {
	case g.Judged == 0:
		return fmt.Sprintf("best %s, but too little of it is in the photo to compare", label)
	case g.Smoothly < half:
		reason = fmt.Sprintf("best %s, but only %s of it agrees", label, percent(g.Smoothly))
	case g.Frame >= most && g.Frame-g.Inside >= apart:
		reason = fmt.Sprintf("%s agrees in the frame, disagrees inside: %s", label, differ(g))
	default:
		reason = fmt.Sprintf("like %s, but %s", label, differ(g))
	}
	if len(family) > 0 {
		reason += "; " + ofTheirKind(family[0])
	}
	return reason
}

// ofTheirKind is, for instance, "of the 45 places that tell it from form/v2, 5
// speak for that, so it may be one of their kind that is not registered".
func ofTheirKind(k kin) string {
	var alike string
	switch places := k.told.first + k.told.second; {
	case k.told.llr() >= 0:
		alike = fmt.Sprintf("%s looks like it too", k.Label)
	case places == 1:
		alike = fmt.Sprintf("the one place that tells it from %s speaks for that", k.Label)
	case k.told.second == 1:
		alike = fmt.Sprintf("of the %d places that tell it from %s, 1 speaks for that", places, k.Label)
	default:
		alike = fmt.Sprintf("of the %d places that tell it from %s, %d speak for that", places, k.Label, k.told.second)
	}
	return alike + ", so it may be one of their kind that is not registered"
}

func differ(g *Geometry) string {
	return fmt.Sprintf("%d of %d places differ", g.differing(), g.Judged)
}

// notFoundReason is, for instance, "nothing registered was found in it; most
// like id-card/back, score 0.31".
func notFoundReason(d *Decision) string {
	return fmt.Sprintf("nothing registered was found in it; most like %s, score %s", d.Best.Label, cosine(float64(d.Best.Score)))
}

// agreeAlike names the labels that agree about as well as each other.
func agreeAlike(close []Candidate) string {
	names := make([]string, 0, maxNamed+1)
	for _, c := range close[:min(len(close), maxNamed)] {
		names = append(names, fmt.Sprintf("%s (%s)", c.Label, percent(c.Geometry.Smoothly)))
	}
	if more := len(close) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return joined(names) + " agree about as well"
}

// alikeOnce says how often a look-alike agrees as well, and does not claim more
// than the data support.
func alikeOnce(d *Decision, p Policy) string {
	if d.Extrapolated {
		return "of look-alikes fewer than one in " + thousands(onceIn(p.Calibration.Proof.Family.Supported())) + " agree as well"
	}
	return "of look-alikes one in " + thousands(max(2, onceIn(d.FMR))) + " agrees as well"
}

// found says how the document lies.
func found(g *Geometry) string {
	switch g.Turn {
	case 180:
		return "found upside down"
	case 90:
		return "found turned to the right"
	case 270:
		return "found turned to the left"
	}
	return "found"
}

// percent rounds a share down, so that only what agrees everywhere is 100 %.
func percent(share float64) string { return fmt.Sprintf("%d %%", int(math.Floor(100*share+1e-9))) }
