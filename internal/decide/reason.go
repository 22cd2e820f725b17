package decide

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxNamed bounds how many labels a sentence names.
const maxNamed = 3

// matchReason is, for instance, "accepts at 0.47, wrong once in 400,000; next
// id-card/front/1st-edition 0.61".
func matchReason(d Decision, near []Candidate, p Policy) string {
	reason := fmt.Sprintf("accepts at %s, %s", cosine(p.Threshold), wrongOnce(d, p))
	if len(d.Open) > 0 {
		reason += fmt.Sprintf("; %s, so the sub-label is open", tooClose(near, p))
	}
	if d.Rival != nil {
		reason += "; next " + named(*d.Rival)
	}
	return reason
}

// unknownReason is, for instance, "best id-card/back 0.31, below 0.47".
func unknownReason(d Decision) string {
	if d.Threshold > 1 {
		return fmt.Sprintf("best %s, but no score is rare enough for the wished rate among so many labels", named(d.Best))
	}
	digits := 2
	score, threshold := float64(d.Best.Score), d.Threshold
	for digits < 6 && decimals(score, digits) == decimals(threshold, digits) {
		digits++
	}
	return fmt.Sprintf("best %s %s, below %s", d.Best.Label, decimals(score, digits), decimals(threshold, digits))
}

// tooClose names the labels that cannot be told apart, the first few of them.
func tooClose(near []Candidate, p Policy) string {
	names := make([]string, 0, maxNamed+1)
	for _, c := range near[:min(len(near), maxNamed)] {
		names = append(names, named(c))
	}
	if more := len(near) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("%s are within %s", joined(names), cosine(p.Margin))
}

// wrongOnce says how often an impostor scores as much, and does not claim more
// than the calibration's data support.
func wrongOnce(d Decision, p Policy) string {
	if d.Extrapolated {
		return "wrong less than once in " + thousands(onceIn(p.Calibration.SupportedFMR()))
	}
	return "wrong once in " + thousands(onceIn(d.FMR))
}

// joined writes "a", "a and b", "a, b and c".
func joined(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func named(c Candidate) string { return string(c.Label) + " " + cosine(float64(c.Score)) }

// cosine writes a score as people read it.
func cosine(x float64) string { return decimals(x, 2) }

func decimals(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }

// onceIn is the number of impostors for one that reaches the rate, rounded to
// two digits.
func onceIn(fmr float64) int64 {
	n := 1 / max(fmr, 1e-15)
	unit := math.Pow(10, max(0, math.Floor(math.Log10(n))-1))
	return int64(math.Round(n/unit) * unit)
}

// thousands writes n with separators: 400,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
