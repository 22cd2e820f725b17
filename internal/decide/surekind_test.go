package decide

import "testing"

// A photo that is like one reference, contents left aside, as no stranger is like any was
// missed because of the cards of other issuers in the same design: shadows make it show a
// little of another form, or it shows as little of one of theirs.
func TestWhatIsSurelyOfAKindOutshows(t *testing.T) {
	const shadows = 10 // cells that seem to show another form
	small := carded("own", 0, 77, shadows)
	small.Evidence.Cosine, small.Evidence.Coverage = 0.3, 0.3
	narrow := carded("own", 0, 82, 1)
	narrow.Evidence.Form.Contents = 0.12
	note := carded("own", 0, 82, shadows)
	note.Evidence.Form.Contents = 0.05
	for _, c := range []struct {
		name       string
		own, other Candidate
		outcome    Outcome
	}{
		{"in shadow", carded("own", 0, 82, shadows), carded("other", 6, 78, 200), Match},
		{"and the other's form is nearly shown", carded("own", 0, 82, shadows), carded("other", 6, 78, 9), Match},
		{"few contents of its own", narrow, carded("other", 6, 78, 200), Match},
		{"the other's form is plainly shown", carded("own", 0, 82, shadows), carded("other", 6, 78, 1), Unknown},
		{"the other is as much like it", carded("own", 0, 82, shadows), carded("other", 2, 81, 200), Unknown},
		{"another form", carded("own", 0, 82, 40), carded("other", 6, 78, 200), Unknown},
		{"hardly like it", small, carded("other", 6, 73, 200), Unknown},
		{"a note", note, carded("other", 6, 78, 200), Unknown},
	} {
		if d := Decide([]Candidate{c.own, c.other}, geometryPolicy); d.Outcome != c.outcome {
			t.Errorf("%s: %s %s, LLR %.2f of %.2f: %s", c.name, d.Outcome, d.Label, d.LLR, d.ThresholdLLR, d.Reason)
		}
	}
}
