package explain

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/decide"
)

// What decisions say of rates and cosines is for who tunes. Beside a confidence of 92 % "1 of 6
// look-alikes that nobody registered agrees as well" reads as a chance of 1 in 6 to be wrong.
var (
	rates = regexp.MustCompile(`^((fewer than )?1 of [0-9,]+ (look-alikes that nobody registered agrees as well|pictures of something else shows as much of its form)` +
		`|an impostor reaches that (less than )?once in [0-9,]+)$`)
	inNumbers = regexp.MustCompile(` \(similarity [^ )]+\)`)
	tooUnlike = regexp.MustCompile(`but the similarity is \S+, and \S+ is needed`)
	alike     = regexp.MustCompile(`its similarity to the whole picture is \S+, and \S+ is enough`)
	shortly   = regexp.MustCompile(`similarity \S+, \S+ is (needed|enough)`)
)

// Reason is the reason of a decision without the numbers that only who tunes can read.
func Reason(of string) string {
	clauses := slices.DeleteFunc(strings.Split(of, "; "), rates.MatchString)
	of = inNumbers.ReplaceAllString(strings.Join(clauses, "; "), "")
	of = tooUnlike.ReplaceAllString(of, "but not enough like it")
	return alike.ReplaceAllString(of, "the whole picture looks like it")
}

// Summary is the summary of a decision in the words of [Reason].
func Summary(of string) string {
	return shortly.ReplaceAllStringFunc(of, func(said string) string {
		if strings.HasSuffix(said, "enough") {
			return "the whole picture looks like it"
		}
		return "nothing registered looks enough like it"
	})
}

// IsUnsure says of an answer that is unknown that it would be a match if more strangers might be
// accepted. Its confidence, that it is none of the nearest labels, would say that to nobody.
func IsUnsure(outcome decide.Outcome, confidence float64, candidates int) bool {
	const evens = 0.5
	return outcome == decide.Unknown && confidence > 0 && confidence < evens && candidates > 0
}

// Unsure says of an answer that is unknown, though a label is probable, why: fewer strangers may be
// accepted than would be if that label were the answer.
func Unsure(label string, probability float64) string {
	return fmt.Sprintf("probably %s (%s), too unsure for this --fpir", label, Percent(probability))
}

// Percent writes a share as the command line does: rounded down, so that nothing seems surer or
// larger than it is, but nothing that is there is none.
func Percent(share float64) string {
	percent := PercentDown(share, 0)
	if percent == "0" && share > 0 {
		return "under 1 %"
	}
	return percent + " %"
}

// PercentDown writes a share in percent with some digits after the point, rounded down.
func PercentDown(share float64, digits int) string {
	unit := math.Pow10(digits)
	const slack = 1e-9 // because 0.29 is a little less than 29 % in binary
	return strconv.FormatFloat(math.Floor(100*unit*share+slack)/unit, 'f', digits, 64)
}

// Kind writes a condition as a word of a sentence: "too small".
func Kind(condition string) string { return strings.ReplaceAll(condition, "-", " ") }
