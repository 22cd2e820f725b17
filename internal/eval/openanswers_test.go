package eval

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"exemplar/internal/decide"
)

func answered(label, best string, sure float64) Lookup {
	if label == "" {
		return Lookup{Answer{Outcome: decide.Unknown}, best, sure}
	}
	return Lookup{Answer{Outcome: decide.Match, Label: label}, best, sure}
}

// openProbes are two families, form with two editions and card, worked out on
// paper.
func openProbes() []Probe {
	stranger := answered("card/a", "card/a", 9)
	return []Probe{
		{Label: "form/2023", Registered: answered("form/2023", "form/2023", 8), LeftOut: answered("form/2024", "form/2024", 6), HasRelative: true},
		{Label: "form/2023", Registered: answered("form", "form/2023", 5), LeftOut: answered("form", "form/2024", 4), HasRelative: true},
		{Label: "form/2024", Registered: answered("form/2023", "form/2023", 7), LeftOut: answered("", "form/2023", 3), HasRelative: true, FamilyOut: &stranger},
		{Label: "form/2024", Registered: answered("", "form/2024", 2), LeftOut: answered("", "form/2023", 1), HasRelative: true},
		{Label: "card/a", Registered: answered("form/2023", "form/2023", 6.5), LeftOut: answered("", "form/2023", 0.5)},
		{Label: "card/a", Registered: answered("card/a", "card/a", 5.5), LeftOut: answered("form/2024", "form/2024", 0.4)},
		{Label: "card/b", Registered: Lookup{Answer{Outcome: decide.Refused}, "", math.Inf(-1)}, LeftOut: Lookup{Answer{Outcome: decide.Refused}, "", math.Inf(-1)}},
	}
}

func TestOpenSetCounts(t *testing.T) {
	r := JudgeOpenSet(openProbes(), FirstPart)
	for _, c := range []struct {
		name         string
		share        Share
		hits, trials int
	}{
		{"first", r.First, 4, 7},
		{"right", r.Right, 2, 7},
		{"open", r.Open, 1, 7},
		{"true", r.True, 3, 7},
		{"wrong", r.Wrong, 2, 7},
		{"wrong family", r.WrongFamily, 1, 7},
		{"wrong member", r.WrongMember, 1, 7},
		{"accepted", r.Accepted, 2, 7},
		{"accepted with a relative", r.AcceptedRelated, 1, 4},
		{"accepted without", r.AcceptedUnrelated, 1, 3},
		{"accepted above", r.AcceptedOpen, 1, 7},
		{"accepted without the family", r.AcceptedFamilyOut, 1, 1},
	} {
		if c.share.Hits != c.hits || c.share.Trials != c.trials {
			t.Errorf("%s: %d of %d, want %d of %d", c.name, c.share.Hits, c.share.Trials, c.hits, c.trials)
		}
		if p := float64(c.hits) / float64(c.trials); math.Abs(c.share.Rate-p) > 1e-12 || c.share.Low > p || c.share.High < p {
			t.Errorf("%s: %v, want %.3f inside of its interval", c.name, c.share, p)
		}
	}
	if r.Probes != 7 || r.Labels != 4 {
		t.Errorf("%d probes of %d labels", r.Probes, r.Labels)
	}
}

// None of seven strangers may be accepted at 1 or 5 %: the threshold lies above
// the surest, 6. Of those without a relative the surest is 0.5.
func TestOpenSetSweep(t *testing.T) {
	r := JudgeOpenSet(openProbes(), FirstPart)
	for i, target := range SweptTargets {
		if s := r.AtStrangers[i]; s.Target != target || s.Hits != 1 || s.Trials != 7 {
			t.Errorf("of all at %g: %+v", target, s)
		}
		if s := r.AtUnrelated[i]; s.Hits != 4 || s.Low > s.Rate || s.High < s.Rate {
			t.Errorf("of the unrelated at %g: %+v", target, s)
		}
	}
}

// With many strangers the threshold lets in exactly the share that was asked for.
func TestOpenSetSweepAtOnePercent(t *testing.T) {
	var probes []Probe
	for i := range 200 {
		probes = append(probes, Probe{Label: "a", Registered: answered("a", "a", float64(i)), LeftOut: answered("", "b", float64(i))})
	}
	r := JudgeOpenSet(probes, FirstPart)
	// At 1 % two of 200 strangers are accepted, 198 and 199, and as many probes are.
	if got := [2]int{r.AtStrangers[0].Hits, r.AtStrangers[1].Hits}; got != [2]int{2, 10} {
		t.Errorf("right at 1 and 5 %%: %v, want 2 and 10", got)
	}
}

func TestOpenSetOfNothing(t *testing.T) {
	r := JudgeOpenSet(nil, FirstPart)
	if r.Right.Trials != 0 || r.Right.String() != "-" || r.AtStrangers != nil {
		t.Errorf("%+v", r)
	}
}

func TestFamilies(t *testing.T) {
	for _, c := range []struct {
		family      Family
		label, want string
	}{
		{FirstPart, "form/2023/en", "form"}, {FirstPart, "form", "form"},
		{UpTo("_"), "acme_invoice_de", "acme"}, {UpTo("_"), "acme", "acme"},
		{UpToLast("_"), "pp_td3_front", "pp_td3"}, {UpToLast("_"), "pp", "pp"},
	} {
		if got := c.family(c.label); got != c.want {
			t.Errorf("family of %q: %q, want %q", c.label, got, c.want)
		}
	}
}

func TestHalvesKeepGroupsTogether(t *testing.T) {
	odd, even := Halves(openProbes(), FirstPart) // card, form
	if len(odd) != 3 || len(even) != 4 {
		t.Errorf("%d and %d probes, want 3 and 4", len(odd), len(even))
	}
	odd, even = Halves(openProbes(), func(label string) string { return label })
	if len(odd) != 4 || len(even) != 3 || odd[0].Label != "form/2023" || even[2].Label != "card/b" {
		t.Errorf("by label: %d and %d probes", len(odd), len(even))
	}
}

func TestWorstErrors(t *testing.T) {
	list := WorstErrors(openProbes(), FirstPart, 10)
	want := []struct {
		label, what string
		family      bool
	}{
		{"form/2024", WrongLabel, true}, {"card/a", WrongLabel, false},
		{"form/2023", StrangerAccepted, true}, {"card/a", StrangerAccepted, false},
		{"form/2024", NotRecognised, false}, {"card/b", NotRecognised, false},
	}
	if len(list) != len(want) {
		t.Fatalf("%d errors, want %d: %+v", len(list), len(want), list)
	}
	for i, w := range want {
		if e := list[i]; e.Probe.Label != w.label || e.What != w.what || e.Family != w.family {
			t.Errorf("error %d: %s of %s, want %+v", i+1, e.What, e.Probe.Label, w)
		}
	}
	if n := len(WorstErrors(openProbes(), FirstPart, 2)); n != 2 {
		t.Errorf("%d errors, want the two asked for", n)
	}
}

func TestDistractorsThatAreRefusedAreNoTrials(t *testing.T) {
	accepted, refused := Distractors([]Lookup{answered("a", "a", 1), answered("", "a", 0), {Answer: Answer{Outcome: decide.Refused}}})
	if accepted.Hits != 1 || accepted.Trials != 2 || refused != 1 {
		t.Errorf("%+v, %d refused", accepted, refused)
	}
}

// JSON leaves out what was not measured, and missed captures are counted.
func TestOpenSetInJSON(t *testing.T) {
	probes := []Probe{
		{Label: "a", Registered: Lookup{Answer: Answer{Outcome: decide.Match, Label: "a"}}},
		{Label: "b", Registered: Lookup{Answer: Answer{Outcome: decide.Unknown}}},
		{Label: "c", Registered: Lookup{Answer: Answer{Outcome: decide.Refused}}},
	}
	r := JudgeOpenSet(probes, FirstPart)
	if r.Missed.Hits != 2 || r.Missed.Trials != 3 {
		t.Errorf("missed %d of %d", r.Missed.Hits, r.Missed.Trials)
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(data); strings.Contains(text, `"trials":0`) || strings.Contains(text, "distractors_accepted") || !strings.Contains(text, `"missed":{"rate":0.66`) {
		t.Errorf("JSON %s", text)
	}
}
