package decide

import (
	"fmt"
	"math"
)

// provedReason is, for instance, "found upside down, 93 % of the 118 places
// agree, other print in 2; of look-alikes one in 400 agrees as well; next
// id-card/back, of which 12 % agrees".
func provedReason(d *Decision, close []Candidate, p Policy) string {
	g := d.Best.Geometry
	reason := fmt.Sprintf("%s, %s of the %d places agree", found(g), percent(g.Smoothly), g.Judged)
	if g.Changes > 0 {
		reason += fmt.Sprintf(", other print in %d", g.Changes)
	}
	reason += "; " + alikeOnce(d, p)
	if len(d.Open) > 0 {
		reason += "; " + agreeAlike(close) + ", so the sub-label is open"
	}
	if d.Rival != nil && d.Rival.Geometry.Located {
		reason += fmt.Sprintf("; next %s, of which %s agrees", d.Rival.Label, percent(d.Rival.Geometry.Smoothly))
	}
	return reason
}

// differsReason is, for instance, "like id-card/front/1st-edition, but 31 of
// 120 places differ", "id-card/front agrees in the frame, disagrees inside: 31
// of 120 places differ", or "best id-card/back, but only 40 % of it agrees".
func differsReason(d *Decision, kin *proven) string {
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
	if kin != nil {
		reason += fmt.Sprintf("; %s looks like it too, so it may be one of their kind that is not registered", kin.Label)
	}
	return reason
}

// familyReason is, for instance, "found, 84 % of the 100 places agree; most like
// form/v1, but it may be another of form, so the sub-label is open".
func familyReason(d *Decision, label Label) string {
	g := d.Best.Geometry
	return fmt.Sprintf("%s, %s of the %d places agree; most like %s, but it may be another of %s, so the sub-label is open",
		found(g), percent(g.Smoothly), g.Judged, d.Best.Label, label)
}

// reprintedReason is, for instance, "id-card/front, of which 98 % agrees, but other
// print in 1 place".
func reprintedReason(d *Decision) string {
	g := d.Best.Geometry
	places := "1 place"
	if g.Changes > 1 {
		places = fmt.Sprintf("%d places", g.Changes)
	}
	return fmt.Sprintf("%s, of which %s agrees, but other print in %s", d.Best.Label, percent(g.Smoothly), places)
}

// differ is, for instance, "31 of 120 places differ and 18 % of the print".
func differ(g *Geometry) string {
	differ := fmt.Sprintf("%d of %d places differ", g.differing(), g.Judged)
	if print := int(math.Round(100 * g.Changed)); print > 0 {
		differ += fmt.Sprintf(" and %d %% of the print", print)
	}
	return differ
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
