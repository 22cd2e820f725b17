package explain

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
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

// Unsure says of an answer that is unknown, though a label is probable, why: fewer strangers may be
// accepted than would be if that label were the answer.
func Unsure(label string, probability float64) string {
	return fmt.Sprintf("probably %s (%s), too unsure for this --fpir", label, Percent(probability))
}

// Percent writes a share as the command line does: rounded down, so that nothing seems surer or
// larger than it is, but nothing that is there is none.
func Percent(share float64) string {
	const slack = 1e-9 // because 0.29 is a little less than 29 % in binary
	percent := math.Floor(100*share + slack)
	if percent < 1 && share > 0 {
		return "under 1 %"
	}
	return fmt.Sprintf("%.0f %%", percent)
}

// Kind writes a condition as a word of a sentence: "too small".
func Kind(condition string) string { return strings.ReplaceAll(condition, "-", " ") }
