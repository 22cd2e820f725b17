package explain

import (
	"fmt"
	"strings"

	"exemplar/internal/recognise"
)

const (
	// fewTelling is how many blocks have to differ for captures to be told apart,
	// as the decision does.
	fewTelling = 3
	// fewRegions, or regions of little of the picture, are "only" some. By eye.
	fewRegions = 6
	littleArea = 0.25
)

// Difference says how a reference differs from another one that was laid on it:
// "differs from note/first only in 3 regions; 83 of 90 places agree".
func Difference(o *recognise.AlignedPair, label string) string {
	agree, judged := o.Agreeing(), o.Found.Comparable
	places := fmt.Sprintf("%d of %d places agree", agree, judged)
	where := where(o)
	switch {
	case 2*agree < o.Found.ForDecision.Blocks:
		return fmt.Sprintf("shares a part with %s: %s", label, places)
	case judged-agree < fewTelling && where == "":
		return fmt.Sprintf("does not differ from %s: captures of the two cannot be told apart (%s)", label, places)
	case judged-agree < fewTelling && o.Area < littleArea:
		return fmt.Sprintf("differs from %s only %s, too little to tell captures of the two apart (%s)", label, where, places)
	case where == "":
		where = "a little everywhere"
	case isLittle(o):
		where = "only " + where
	}
	return fmt.Sprintf("differs from %s %s; %s", label, where, places)
}

// title heads a picture of the two.
func title(o *recognise.AlignedPair) string {
	switch {
	case len(o.Regions) == 0 && o.Recoloured:
		return "These two differ in colour alone"
	case len(o.Regions) == 0:
		return "These two do not differ"
	case isLittle(o):
		return "These two differ only here"
	}
	return "These two differ here"
}

func isLittle(o *recognise.AlignedPair) bool {
	return o.Area < littleArea && len(o.Regions) < fewRegions
}

// where is, for instance, "in 2 regions and in colour"; empty if nowhere.
func where(o *recognise.AlignedPair) string {
	var parts []string
	switch n := len(o.Regions); {
	case n == 1:
		parts = append(parts, "in one region")
	case n > 1:
		parts = append(parts, fmt.Sprintf("in %d regions", n))
	}
	if o.Recoloured {
		parts = append(parts, "in colour")
	}
	return strings.Join(parts, " and ")
}
