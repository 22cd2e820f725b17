package decide

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dustin/go-humanize"
)

// maxNamed bounds how many labels a sentence names.
const maxNamed = 3

const nothingRegistered = "nothing is registered"

// alikeReason says, for instance, "its similarity to the whole picture is 0.83, and
// 0.47 is enough; an impostor reaches that once in 400,000; next is
// id-card/front/1st-edition (similarity 0.61)".
func alikeReason(d *Decision, near []Candidate, p Policy) {
	score, threshold := toldApart(float64(d.Best.Score), p.Threshold)
	d.Summary = fmt.Sprintf("similarity %s, %s is enough", score, threshold)
	clauses := []string{
		fmt.Sprintf("its similarity to the whole picture is %s, and %s is enough", score, threshold),
		wrongOnce(d, p),
	}
	if len(d.Open) > 0 {
		d.Summary += ", the sub-label is open"
		clauses = append(clauses, tooClose(near, p)+", so the sub-label stays open")
	}
	if d.Rival != nil {
		clauses = append(clauses, "next is "+named(*d.Rival))
	}
	d.Reason = strings.Join(clauses, "; ")
}

// unlikeReason says, for instance, "it is most like id-card/back, but the similarity
// is 0.31, and 0.47 is needed".
func unlikeReason(d *Decision) {
	if d.Threshold > 1 {
		d.Summary = "no similarity is enough among so many labels"
		d.Reason = fmt.Sprintf("it is most like %s, but no similarity is rare enough for the wished rate among so many labels", named(d.Best))
		return
	}
	score, threshold := toldApart(float64(d.Best.Score), d.Threshold)
	d.Summary = fmt.Sprintf("similarity %s, %s is needed", score, threshold)
	d.Reason = fmt.Sprintf("it is most like %s, but the similarity is %s, and %s is needed", d.Best.Label, score, threshold)
}

// toldApart writes two cosines with as many digits as it takes to tell them apart, at
// least two.
func toldApart(a, b float64) (string, string) {
	digits := 2
	for digits < 6 && decimals(a, digits) == decimals(b, digits) {
		digits++
	}
	return decimals(a, digits), decimals(b, digits)
}

// tooCloseReason says that labels are too close and stand for different things.
func tooCloseReason(d *Decision, near []Candidate, p Policy) {
	d.Summary = fmt.Sprintf("%d labels are equally similar", len(near))
	d.Reason = tooClose(near, p) + "; they have no label in common"
}

// tooClose names the labels that cannot be told apart, the first few of them.
func tooClose(near []Candidate, p Policy) string {
	names := listed(near, func(c Candidate) string { return fmt.Sprintf("%s (%s)", c.Label, cosine(float64(c.Score))) })
	return fmt.Sprintf("%s are too similar to tell apart (within %s)", names, cosine(p.Margin))
}

// listed names the first few of some candidates, and says how many more there are.
func listed(all []Candidate, name func(Candidate) string) string {
	names := make([]string, 0, maxNamed+1)
	for _, c := range all[:min(len(all), maxNamed)] {
		names = append(names, name(c))
	}
	if more := len(all) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return joined(names)
}

// wrongOnce says how often an impostor scores as much. It does not claim more than
// the data of the calibration support.
func wrongOnce(d *Decision, p Policy) string {
	if d.Extrapolated {
		return "an impostor reaches that less than once in " + humanize.Comma(onceIn(p.Calibration.SupportedFMR()))
	}
	return "an impostor reaches that once in " + humanize.Comma(onceIn(d.FMR))
}

// joined writes "a", "a and b", "a, b and c".
func joined(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func named(c Candidate) string {
	return fmt.Sprintf("%s (similarity %s)", c.Label, cosine(float64(c.Score)))
}

// cosine writes a score as people read it.
func cosine(x float64) string { return decimals(x, 2) }

func decimals(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// onceIn is one over a rate, rounded to two digits: of so many impostors one reaches
// it.
func onceIn(fmr float64) int64 {
	n := 1 / max(fmr, 1e-15)
	unit := math.Pow(10, max(0, math.Floor(math.Log10(n))-1))
	return int64(math.Round(n/unit) * unit)
}
