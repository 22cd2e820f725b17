package recognise

import (
	"strings"
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// Where only the same copy is asked for, one on which another document lies is none, though that
// one is registered too; beside another one it is.
func TestExactRefusesWhatLiesUnderAnother(t *testing.T) {
	papertest.SkipLong(t)
	g, pictures := engineOf(t, "letter", "membership", "form")
	for _, c := range []struct{ below, above string }{{"letter", "membership"}, {"form", "membership"}} {
		below, above := pictures[c.below], pictures[c.above]
		w := below.W * 2 / 5
		picture := pasted(below, imaging.Resize(above, w, w*above.H/above.W), below.W/3, below.H/3)
		d := recognised(t, g, picture, Options{Exact: true}).Findings[0].Decision
		if d.Basis != decide.ByExact || !strings.Contains(d.Reason, "another document lies on it") && string(d.Best.Label) == c.below {
			t.Errorf("%s under %s: %s %q by %s: %s", c.below, c.above, d.Outcome, d.Label, d.Basis, d.Reason)
		}
		if d := recognised(t, g, picture, Options{}).Findings[0].Decision; d.Outcome != decide.Match {
			t.Errorf("%s under %s, not exactly: %s: %s", c.below, c.above, d.Outcome, d.Reason)
		}
		desk := imaging.NewImage(below.W+above.W+60, max(below.H, above.H)+40)
		for i := range desk.Pix {
			desk.Pix[i] = 110
		}
		beside := pasted(pasted(desk, below, 20, 20), above, below.W+40, 20)
		if d := recognised(t, g, beside, Options{Exact: true}).Findings[0].Decision; d.Outcome != decide.Match {
			t.Errorf("%s beside %s: %s by %s: %s", c.below, c.above, d.Outcome, d.Basis, d.Reason)
		}
	}
}
