package explain

import (
	"regexp"
	"strings"
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/recognise"
)

// What is said to people of a decision by the embedding holds no cosine, in whatever words the
// decision says it.
func TestReasonsForPeopleHoldNoCosines(t *testing.T) {
	cosine := regexp.MustCompile(`\d\.\d|once in|look-alikes`)
	calibration := recognise.DefaultModel().Calibration
	for _, scores := range [][]float32{{0.3, 0.2}, {0.97, 0.2}, {0.6, 0.3}} {
		policy, err := decide.NewPolicy(calibration, 0.01, len(scores))
		if err != nil {
			t.Fatal(err)
		}
		d := decide.Decide([]decide.Candidate{{Label: "form/travel", Score: scores[0]}, {Label: "card", Score: scores[1]}}, policy)
		if !cosine.MatchString(d.Summary) {
			t.Fatalf("%v: %q has no number to leave out", scores, d.Summary)
		}
		for _, said := range []string{Reason(d.Reason), Summary(d.Summary), Summary("the picture is dark, " + d.Summary + ", 2 documents here (--all)")} {
			if said == "" || cosine.MatchString(said) {
				t.Errorf("%v: %q", scores, said)
			}
		}
		if said := Summary("the picture is dark, " + d.Summary); !strings.HasPrefix(said, "the picture is dark, ") {
			t.Errorf("%q", said)
		}
	}
}

// Beside a confidence, how many look-alikes agree as well would be read as a chance to be wrong.
func TestReasonsForPeopleHoldNoRates(t *testing.T) {
	for in, want := range map[string]string{
		"84 % of 100 parts agree; 1 of 6 look-alikes that nobody registered agrees as well; next is id/back, of which 70 % agrees":                      "84 % of 100 parts agree; next is id/back, of which 70 % agrees",
		"93 % of 100 parts agree; fewer than 1 of 1,330 look-alikes that nobody registered agrees as well":                                              "93 % of 100 parts agree",
		"93 % of 100 parts agree; 1 of 63 pictures of something else shows as much of its form; it may be another card than a, which is not registered": "93 % of 100 parts agree; it may be another card than a, which is not registered",
		"it looks like hartmann, but 26 of 109 parts differ, and 16 % of the print":                                                                     "it looks like hartmann, but 26 of 109 parts differ, and 16 % of the print",
	} {
		if got := Reason(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0.027: "2 %", 0.986: "98 %", 0.29: "29 %", 1: "100 %", 0.004: "under 1 %", 0: "0 %"} {
		if got := Percent(share); got != want {
			t.Errorf("%v is %q, want %q", share, got, want)
		}
	}
}
