package explain

import (
	"fmt"
	"strings"

	"exemplar/internal/decide"
	"exemplar/internal/recognise"
)

const (
	// Fewer regions than fewRegions, which cover less of the picture than littleArea,
	// are "only" some. By eye.
	fewRegions = 6
	littleArea = 0.25
)

// Difference says how a reference differs from another one that was laid on it:
// "differs from note/first only in 3 regions; 83 of 90 parts agree".
func Difference(o *recognise.AlignedPair, label string) string {
	agree, compared := o.Agreeing(), o.Found.Comparable
	parts := fmt.Sprintf("%d of %d parts agree", agree, compared)
	where := where(o)
	switch {
	case o.Condition != "":
		return fmt.Sprintf("differs from %s in condition (%s); %s", label, o.Condition, parts)
	case o.OnlyContentsDiffer():
		return onlyContents(o, label, where)
	case 2*agree < o.Found.ForDecision.Blocks:
		return fmt.Sprintf("shares a part with %s: %s", label, parts)
	case compared-agree < decide.SeparatingBlocks && where == "":
		return fmt.Sprintf("does not differ from %s: captures of the two cannot be told apart (%s)", label, parts)
	case compared-agree < decide.SeparatingBlocks && o.Area < littleArea:
		return fmt.Sprintf("differs from %s only %s, too little to tell captures of the two apart (%s)", label, where, parts)
	case where == "":
		where = "a little everywhere"
	case isLittle(o):
		where = "only " + where
	}
	return fmt.Sprintf("differs from %s %s; %s", label, where, parts)
}

// onlyContents says of two copies of one form what to do with them.
func onlyContents(o *recognise.AlignedPair, label, where string) string {
	says := fmt.Sprintf("differs from %s only in what is filled in", label)
	if where != "" {
		says += " (" + where + ")"
	}
	if o.Fixed {
		return says + ": the contents of both are fixed, so each is recognised by its own copy alone"
	}
	return says + ": register both under one label, or each with fixed contents"
}

// title heads a picture of the two.
func title(o *recognise.AlignedPair) string {
	switch {
	case o.Condition != "":
		return "These two differ in condition"
	case o.OnlyContentsDiffer():
		return "These two differ in what is filled in"
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

func regions(n int) string {
	if n == 1 {
		return "1 region"
	}
	return fmt.Sprintf("%d regions", n)
}

// where is, for instance, "in 2 regions and in colour", or "in 2 regions of its form and 9
// of its contents"; empty if nowhere.
func where(o *recognise.AlignedPair) string {
	var parts []string
	contents, form := 0, 0
	for _, r := range o.Regions {
		switch shadeOf(o, r) {
		case amber:
			contents++
		case red:
			form++
		}
	}
	switch n := len(o.Regions); {
	case contents > 0 && form > 0 && contents+form == n:
		parts = append(parts, fmt.Sprintf("in %s of its form and %d of its contents", regions(form), contents))
	case n == 1:
		parts = append(parts, "in one region")
	case n > 1:
		parts = append(parts, "in "+regions(n))
	}
	if o.Recoloured {
		parts = append(parts, "in colour")
	}
	return strings.Join(parts, " and ")
}
