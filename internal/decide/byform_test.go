package decide

import (
	"math"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/scoremodel"
)

// formed is a candidate whose form was looked at: a number of cells, in one place,
// shows another form.
func formed(c Candidate, other float64) Candidate {
	c.Evidence.Form = &scoremodel.Form{Other: other, Cluster: other}
	return c
}

// emblazoned is a candidate of which the photo shows another form, in its head too, and
// its emblem by a correlation.
func emblazoned(c Candidate, emblem float64) Candidate {
	c = formed(c, 20)
	f := c.Evidence.Form
	f.Emblems, f.Emblem, f.Contents, f.HeadOther, f.HeadCluster = 1, emblem, 0.2, 20, 20
	return c
}

// settled has no other form in its head.
func settled(c Candidate) Candidate {
	c.Evidence.Form.HeadOther, c.Evidence.Form.HeadCluster = 1, 1
	return c
}

// A company's emblem says whose document it is, whatever its contents have pushed about.
func TestDecideByEmblems(t *testing.T) {
	const same, other = 0.9, 0.5
	moved := emblazoned(found100("a", 70, 0), same)
	moved.Evidence.Form.Moved = true
	blank := settled(emblazoned(found100("a", 70, 0), same))
	blank.Evidence.Form.Contents = 0.01
	headed := settled(emblazoned(found100("a", 70, 0), 0.75))
	headed.Evidence.Form.Head = 200
	roll := emblazoned(found100("a", 84, 0), other)
	roll.Evidence.Form.Strip = true
	cases := []struct {
		name       string
		candidates []Candidate
		outcome    Outcome
		label      Label
		reason     string // a part of it
	}{
		{"its emblem, and nothing else in the head", []Candidate{settled(emblazoned(found100("a", 70, 0), same))}, Match, "a", ""},
		{"its emblem has moved, and all about it with it", []Candidate{moved}, Match, "a", ""},
		{"its emblem, and another address", []Candidate{emblazoned(found100("a", 70, 0), same)}, Unknown, "", ""},
		{"half its emblem", []Candidate{settled(emblazoned(found100("a", 70, 0), 0.75))}, Unknown, "", ""},
		{"half its emblem, and all of its head", []Candidate{headed}, Match, "a", ""},
		{"another company, which is more alike", []Candidate{emblazoned(found100("b", 79, 0), other), settled(emblazoned(found100("a", 77, 0), same))}, Match, "a", ""},
		{"another edition, which is more alike", []Candidate{emblazoned(found100("form/b", 79, 0), other), settled(emblazoned(found100("form/a", 77, 0), same))}, Match, "form", ""},
		{"another edition of a blank form", []Candidate{blank}, Unknown, "", ""},
		{"another emblem on the same template", []Candidate{emblazoned(found100("a", 84, 0), other)}, Unknown, "", "a logo, a name or a headline is another"},
		{"the same emblem on the same template", []Candidate{emblazoned(found100("a", 84, 0), same)}, Match, "a", ""},
		{"on a strip it may be what was written by hand", []Candidate{roll}, Match, "a", ""},
		{"another emblem under a label above", []Candidate{emblazoned(found100("bill/a", 84, 0), other)}, Match, "bill", ""},
		{"beside another company of the same template", []Candidate{settled(emblazoned(found100("a", 84, 0), same)), emblazoned(found100("b", 83, 0), other)}, Match, "a", ""},
		{"beside another edition of one form", []Candidate{settled(emblazoned(found100("form/a", 70, 0), same)), emblazoned(found100("form/b", 69, 0), other)}, Match, "form", ""},
		{"beside another company of the same template, and another line in the head", []Candidate{emblazoned(found100("a", 84, 0), same), emblazoned(found100("b", 83, 0), other)}, Match, "a", ""},
		{"beside another company with the same emblem", []Candidate{settled(emblazoned(found100("a", 84, 0), same)), emblazoned(found100("b", 83, 0), same)}, Unknown, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(c.candidates, geometryPolicy)
			if d.Outcome != c.outcome || d.Label != c.label || !strings.Contains(d.Reason, c.reason) {
				t.Errorf("got %s %q: %s", d.Outcome, d.Label, d.Reason)
			}
			if d.Outcome == Unknown && d.Confidence < 0.5 {
				t.Errorf("sure by %.2f", d.Confidence)
			}
		})
	}
}

// Below the threshold of a family the form or the emblems prove the kind, where the
// embedding agrees.
func TestDecideByKindModel(t *testing.T) {
	model := *geometryPolicy.Calibration.LLRModel
	model.Random.Steps = []scoremodel.Step{{LLR: -6, Rate: 1}, {LLR: -1, Rate: 0.001}}
	calibration := *geometryPolicy.Calibration
	calibration.LLRModel = &model
	policy := geometryPolicy
	policy.Calibration = &calibration
	const agrees = 74
	unlike := settled(emblazoned(found100("a", 71, 0), 0.9))
	unlike.Evidence.Cosine = -1
	roll := func(emblem float64) Candidate {
		c := emblazoned(found100("a", agrees, 0), emblem)
		c.Evidence.Form.Strip = true
		return c
	}
	headed := roll(0)
	headed.Evidence.Form.Head, headed.Evidence.Form.HeadOther, headed.Evidence.Form.HeadCluster = 200, 3, 2
	for name, c := range map[string]struct {
		candidate Candidate
		outcome   Outcome
	}{
		"its form":                            {formed(found100("a", agrees, 0), 3), Match},
		"another form":                        {formed(found100("a", agrees, 0), 20), Unknown},
		"nobody looked":                       {found100("a", agrees, 0), Unknown},
		"its emblems":                         {settled(emblazoned(found100("a", agrees, 0), 0.9)), Match},
		"its emblems, and nothing else alike": {unlike, Unknown},
		"another emblem":                      {settled(emblazoned(found100("a", agrees, 0), 0.5)), Unknown},
		"hardly anything agrees":              {settled(emblazoned(found100("a", 60, 0), 0.9)), Unknown},
		"a strip, by its emblem":              {roll(0.9), Match},
		"a strip, by its head":                {headed, Match},
		"a strip with another emblem":         {roll(0.5), Unknown},
	} {
		d := Decide([]Candidate{c.candidate}, policy)
		if d.Outcome != c.outcome {
			t.Errorf("%s: %s: %s", name, d.Outcome, d.Reason)
		}
		if d.Outcome == Match && d.FPIR > policy.FPIR {
			t.Errorf("%s: accepted, though that accepts %g of the strangers", name, d.FPIR)
		}
		// Nearly every look-alike agrees as well: that is not what it was accepted by.
		if d.Outcome == Match && (!strings.Contains(d.Reason, "pictures of something else shows as much of its form") || strings.Contains(d.Reason, "look-alikes")) {
			t.Errorf("%s: %s", name, d.Reason)
		}
	}
}

// Emblems tell companies apart, but not the editions of one form, below the threshold of a
// family too.
func TestEmblemsTellNoEditions(t *testing.T) {
	candidate := settled(emblazoned(found100("form/a", 74, 0), 0.9))
	model := *geometryPolicy.Calibration.LLRModel
	model.Random.Steps = []scoremodel.Step{{LLR: -6, Rate: 1}, {LLR: -1, Rate: 0.001}}
	calibration, policy := *geometryPolicy.Calibration, geometryPolicy
	calibration.LLRModel, policy.Calibration = &model, &calibration
	if d := Decide([]Candidate{candidate}, policy); policy.IsOfKind(d.LLR) || d.Outcome != Match || d.Label != "form" {
		t.Errorf("got %s %q at %.2f: %s", d.Outcome, d.Label, d.LLR, d.Reason)
	}
}

func TestDecideByForm(t *testing.T) {
	const shown, another = 11, 12
	strip := formed(found100("roll", 70, 0), another)
	strip.Evidence.Form.Strip = true
	blurred := formed(found100("form/2024", 70, 0), another)
	blurred.Evidence.Illegible = scoremodel.Blurred
	cases := []struct {
		name       string
		candidates []Candidate
		outcome    Outcome
		label      Label
		open       []Label
		reason     string // a part of it
	}{
		{"other contents", []Candidate{formed(found100("a", 70, 0), shown)}, Match, "a", nil, ""},
		{"another company's form", []Candidate{formed(found100("a", 70, 0), another)}, Unknown, "", nil, ""},
		{"nobody looked", []Candidate{found100("a", 70, 0)}, Unknown, "", nil, ""},
		{"like anything", []Candidate{formed(found100("a", 50, 0), 0)}, Unknown, "", nil, ""},
		{"other contents of an edition", []Candidate{formed(found100("form/2024", 70, 0), shown)}, Match, "form/2024", nil, ""},
		{"another edition", []Candidate{formed(found100("form/2024", 70, 0), another)}, Match, "form", []Label{"form/2024"},
			"it shows another form than form/2024 somewhere: it may be another form, which is not registered, so the sub-label stays open"},
		{"what may be another edition, blurred", []Candidate{blurred}, Match, "form", []Label{"form/2024"},
			"the picture is too blurred to tell form/2024 from another form, so the sub-label stays open; take it again, sharp"},
		{"another edition that agrees well", []Candidate{formed(found100("form/2024", 84, 0), another)}, Match, "form", []Label{"form/2024"}, "another form than form/2024"},
		{"on a card nobody looked", []Candidate{found100("form/2024", 84, 0)}, Match, "form/2024", nil, ""},
		{"on a receipt it may have moved", []Candidate{strip}, Match, "roll", nil, ""},
		{"beside a member that it is told from", []Candidate{formed(found100("a", 79, 0), shown), shifted("b", 0, 70)}, Match, "a", nil, ""},
		{"beside a member that agrees elsewhere", []Candidate{formed(found100("a", 79, 0), shown), shifted("b", 25, 75)}, Unknown, "", nil, ""},
		{"beside another edition that agrees elsewhere", []Candidate{reprinted(formed(found100("form/a", 79, 0), shown)), shifted("form/b", 25, 75)}, Match, "form", []Label{"form/a"},
			"it may be another form than form/a, which is not registered"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(c.candidates, geometryPolicy)
			if d.Outcome != c.outcome || d.Label != c.label || !slices.Equal(d.Open, c.open) {
				t.Errorf("got %s %q, open %q: %s", d.Outcome, d.Label, d.Open, d.Reason)
			}
			if !strings.Contains(d.Reason, c.reason) {
				t.Errorf("reason %q\n  want %q", d.Reason, c.reason)
			}
			if d.Outcome == Match && d.FPIR > geometryPolicy.FPIR {
				t.Errorf("accepted, though that accepts %g of the strangers", d.FPIR)
			}
		})
	}
}

// With two references a label answers what either of them alone would, and nothing that
// A photo that shows what is filled into the reference shows this very copy: what seems another form in it is noise. Of
// another edition, which is filled in otherwise, or of a blank one, it is the sign.
func TestOwnContentsAreShownByTheCopyAlone(t *testing.T) {
	withContents := func(contents, shown float64, changes int) Candidate {
		c := formed(found100("invoice/a", 98, 0), 20)
		c.Evidence.Changes = changes
		c.Evidence.Form.Contents, c.Evidence.Form.OwnShown = contents, shown
		return c
	}
	for _, c := range []struct {
		name            string
		contents, shown float64
		changes         int
		label           Label
	}{
		{"the very copy", 0.2, 0.99, 0, "invoice/a"},
		{"other contents", 0.2, 0.5, 0, "invoice"},
		{"a blank reference", 0.01, 0.99, 0, "invoice"},
		{"the same contents under another emblem", 0.2, 0.99, 1, "invoice"},
	} {
		if d := Decide([]Candidate{withContents(c.contents, c.shown, c.changes), formed(found100("invoice/b", 60, 0), 200)}, geometryPolicy); d.Label != c.label {
			t.Errorf("%s: got %s %q, want %q: %s", c.name, d.Outcome, d.Label, c.label, d.Reason)
		}
	}
	edition := formed(found100("invoice/b", 72, 0), 20)
	edition.Evidence.Form.Contents = 0.2
	own := withContents(0.2, 0.99, 0)
	own.Reference, edition.Reference = "a", "b"
	edition.Evidence.Form.Over = []scoremodel.FormLead{{Reference: "a"}} // which of the two is not seen
	own.Evidence.Form.Over = []scoremodel.FormLead{{Reference: "b"}}
	if d := Decide([]Candidate{own, edition}, geometryPolicy); d.Label != "invoice/a" {
		t.Errorf("beside an edition that is not told from it: %s %q: %s", d.Outcome, d.Label, d.Reason)
	}
}

// only both together would.
func TestSecondReference(t *testing.T) {
	const shown, another = 8, 14
	second := func(first, other Candidate) Candidate {
		other.Reference = "second"
		first.Others = []Candidate{other}
		return first
	}
	apart := func(cluster, other float64) Candidate {
		c := formed(found100("a", 70, 0), other)
		c.Evidence.Form.Cluster = cluster
		return c
	}
	half := formed(found100("a", 70, 0), shown)
	half.Evidence.Blocks = 250
	cases := []struct {
		name       string
		candidates []Candidate
		outcome    Outcome
		label      Label
		reference  string
	}{
		{"less than half of the second can be compared", []Candidate{second(formed(found100("a", 74, 0), another), half)}, Unknown, "", ""},
		{"the second shows the form", []Candidate{second(formed(found100("a", 74, 0), another), formed(found100("a", 70, 0), shown))}, Match, "a", "second"},
		{"neither does", []Candidate{second(formed(found100("a", 74, 0), another), formed(found100("a", 70, 0), another))}, Unknown, "", ""},
		{"one has little of another form in all, and one in a place", []Candidate{second(apart(30, 30), apart(9, 200))}, Unknown, "", ""},
		{"the first has another emblem", []Candidate{second(emblazoned(found100("a", 84, 0), 0.5), formed(found100("a", 70, 0), shown))}, Match, "a", "second"},
		{"of an edition", []Candidate{second(formed(found100("form/a", 84, 0), another), formed(found100("form/a", 70, 0), shown))}, Match, "form/a", "second"},
		{"the first is enough", []Candidate{second(formed(found100("a", 93, 0), shown), formed(found100("a", 70, 0), shown))}, Match, "a", ""},
		{"another label is more alike than the second", []Candidate{second(formed(found100("a", 79, 0), another), formed(found100("a", 70, 0), shown)), shifted("b", 0, 76)}, Unknown, "", ""},
	}
	for _, c := range cases {
		d := Decide(c.candidates, geometryPolicy)
		if d.Outcome != c.outcome || d.Label != c.label || d.Best.Reference != c.reference {
			t.Errorf("%s: got %s %q by %q: %s", c.name, d.Outcome, d.Label, d.Best.Reference, d.Reason)
		}
	}
}

// Of a passport little need agree, since every copy has another holder; of a note as much
// as ever, and beside another passport that agrees as well neither is proved.
func TestPersonalDocuments(t *testing.T) {
	personal := func(label Label, agrees int, cosine float64) Candidate {
		c := found100(label, agrees, 0)
		c.Evidence.Personal, c.Evidence.Cosine = true, cosine
		return c
	}
	const agrees = 70
	for name, c := range map[string]struct {
		candidates []Candidate
		outcome    Outcome
	}{
		"another holder's":                 {[]Candidate{personal("a", agrees, 0.7)}, Match},
		"a note":                           {[]Candidate{found100("a", agrees, 0)}, Unknown},
		"hardly alike":                     {[]Candidate{personal("a", agrees, 0.4)}, Unknown},
		"beside another one much the same": {[]Candidate{personal("a", agrees, 0.7), personal("b", agrees-2, 0.7)}, Unknown},
		"hardly anything agrees":           {[]Candidate{personal("a", 50, 0.7)}, Unknown},
	} {
		if d := Decide(c.candidates, geometryPolicy); d.Outcome != c.outcome {
			t.Errorf("%s: %s: %s", name, d.Outcome, d.Reason)
		}
	}
	exact := geometryPolicy
	exact.Exact = true
	if d := Decide([]Candidate{personal("a", agrees, 0.7)}, exact); d.Outcome != Unknown {
		t.Errorf("the same copy was asked for: %s", d.Outcome)
	}
}

// A sweep of thresholds must not take an edition that shows another form for the one
// that is registered, nor a label above for a label of its own.
func TestBestFPIRIsOfTheBestItself(t *testing.T) {
	edition := Decide([]Candidate{formed(found100("form/2024", 84, 0), 20)}, geometryPolicy)
	if c := edition.Candidates[0].Confidence; edition.OtherForm && c > edition.Confidence/5 {
		t.Errorf("the label above at %.2f, and the one whose form is not shown at %.2f", edition.Confidence, c)
	}
	if !edition.OtherForm || edition.BestFPIR <= edition.FPIR {
		t.Errorf("another form: %v, FPIR %g of the label above, %g of its own", edition.OtherForm, edition.FPIR, edition.BestFPIR)
	}
	own := Decide([]Candidate{formed(found100("form/2024", 70, 0), 0)}, geometryPolicy)
	if own.OtherForm || own.BestFPIR != own.FPIR {
		t.Errorf("its form: %v, FPIR %g and %g", own.OtherForm, own.FPIR, own.BestFPIR)
	}
}

// led are two candidates of which the photo shows print of the first that the second does
// not have, in the place that has most of it, and the other way round.
func led(first, second *Candidate, own, its float64) {
	leads(first, second, scoremodel.FormLead{Own: own, Its: its})
}

// leads is led with all that the photo shows.
func leads(first, second *Candidate, lead scoremodel.FormLead) {
	first.Reference, second.Reference = string(first.Label), string(second.Label)
	lead.Reference = second.Reference
	first.Evidence.Form.Over = append(first.Evidence.Form.Over, lead)
	second.Evidence.Form.Over = append(second.Evidence.Form.Over, lead.Reversed(first.Reference))
}

// Of two editions the photo is of the one whose form it shows where the two differ,
// whichever has contents that happen to be more alike, on paper and on cards.
func TestDecideBetweenMembersByForm(t *testing.T) {
	const shown, another = 3, 12
	for name, c := range map[string]struct {
		labels         [2]Label
		own, its, both float64
		want           Label
	}{
		"its form, and contents like the other's":      {[2]Label{"form/a", "form/b"}, 40, 0, 0, "form/a"},
		"its form, hardly":                             {[2]Label{"form/a", "form/b"}, 1, 0, 0, "form"},
		"nothing that tells":                           {[2]Label{"form/a", "form/b"}, 0, 0, 0, "form"},
		"the form of both, each somewhere":             {[2]Label{"form/a", "form/b"}, 40, 40, 0, "form"},
		"the other's":                                  {[2]Label{"form/a", "form/b"}, 0, 40, 0, "form/b"},
		"of a third edition, more like the first":      {[2]Label{"form/a", "form/b"}, 40, 0, another, "form"},
		"of two companies, its":                        {[2]Label{"a", "b"}, 40, 0, 0, "a"},
		"of two companies, of which it may be neither": {[2]Label{"a", "b"}, 1, 0, 0, ""},
	} {
		for _, card := range []bool{true, false} {
			first, second := reprinted(formed(found100(c.labels[0], 70, 0), max(shown, c.both))), reprinted(formed(found100(c.labels[1], 72, 0), shown))
			for _, f := range []*scoremodel.Form{first.Evidence.Form, second.Evidence.Form} {
				f.Unsteady, f.Contents = card, 0.3
			}
			leads(&first, &second, scoremodel.FormLead{Own: c.own, Its: c.its, Both: c.both})
			d := Decide([]Candidate{first, second}, geometryPolicy)
			if card && c.both == another && d.Outcome == Unknown { // worn, or another card
				continue
			}
			if d.Label != c.want {
				t.Errorf("%s, card %v: %s %q: %s", name, card, d.Outcome, d.Label, d.Reason)
			}
		}
	}
	// What agrees elsewhere does not tell two where their forms do not.
	first, second := reprinted(formed(found100("form/a", 79, 0), shown)), reprinted(formed(shifted("form/b", 0, 70), shown))
	led(&first, &second, 0, 0)
	if d := Decide([]Candidate{first, second}, geometryPolicy); d.Label != "form" {
		t.Errorf("contents that happen to be alike: %q: %s", d.Label, d.Reason)
	}
}

// The surer the form of an edition is shown, the surer is the answer, however much agrees
// of contents.
func TestConfidenceOfAnEditionFollowsItsForm(t *testing.T) {
	sure := func(own float64, agrees int) float64 {
		first, second := reprinted(formed(found100("form/a", agrees, 0), 3)), reprinted(formed(found100("form/b", 60, 0), 12))
		led(&first, &second, own, 0)
		d := Decide([]Candidate{first, second}, geometryPolicy)
		if d.Label != "form/a" {
			t.Fatalf("%s %q: %s", d.Outcome, d.Label, d.Reason)
		}
		return d.Confidence
	}
	if little, much := sure(12, 95), sure(50, 95); !(little < much && much > 0.9) {
		t.Errorf("%.3f where little of its form is shown, %.3f where much is", little, much)
	}
}

// An edition that is registered beside another makes nothing unknown: what is known
// without it is answered with it, if only with the label above both.
func TestAnEditionBesideMakesNothingUnknown(t *testing.T) {
	for name, form := range map[string]float64{"its form": 3, "another form": 12} {
		for agrees := 60; agrees < 100; agrees += 5 {
			own, beside := carded("card/a", 0, agrees, form), carded("card/b", 0, agrees-2, 12)
			led(&own, &beside, 0, 0)
			alone := Decide([]Candidate{own}, geometryPolicy)
			if both := Decide([]Candidate{own, beside}, geometryPolicy); alone.Outcome == Match && both.Outcome != Match {
				t.Errorf("%s, %d agree: %q alone, %s beside another edition: %s", name, agrees, alone.Label, both.Outcome, both.Reason)
			}
		}
	}
}

// Of two editions that differ in colour the photo is of the one whose colour it has, unless
// it shows another form than both have, and of a third one where it has the colour of
// neither.
func TestDecideBetweenMembersByColour(t *testing.T) {
	for name, c := range map[string]struct {
		lead scoremodel.FormLead
		want Label
	}{
		"its colour":                         {scoremodel.FormLead{Colour: 1}, "form/a"},
		"its colour, and another form":       {scoremodel.FormLead{Colour: 1, Both: 12}, "form"},
		"the other's":                        {scoremodel.FormLead{Colour: -1}, "form/b"},
		"nothing known":                      {scoremodel.FormLead{}, "form"},
		"its print, and its colour":          {scoremodel.FormLead{Own: 8, Colour: 1}, "form/a"},
		"its print, and no colour of either": {scoremodel.FormLead{Own: 8, NoColour: 0.9}, "form"},
		"its print, some of another colour":  {scoremodel.FormLead{Own: 8, Recoloured: 0.6}, "form"},
	} {
		first, second := reprinted(formed(found100("form/a", 70, 0), 1)), reprinted(formed(found100("form/b", 72, 0), 1))
		leads(&first, &second, c.lead)
		if d := Decide([]Candidate{first, second}, geometryPolicy); d.Label != c.want {
			t.Errorf("%s: %s %q: %s", name, d.Outcome, d.Label, d.Reason)
		}
	}
}

// Blocks may tell two editions where their forms do not speak against it; not those of strips,
// whose form moves.
func TestBlocksTellNoStrips(t *testing.T) {
	for strip, want := range map[bool]bool{false: true, true: false} {
		first, second := reprinted(formed(found100("form/a", 70, 0), 0)), reprinted(formed(found100("form/b", 70, 0), 0))
		first.Evidence.Form.Strip, second.Evidence.Form.Strip = strip, strip
		leads(&first, &second, scoremodel.FormLead{Own: 4, Its: 0.5})
		a, b := &scored{Candidate: first}, &scored{Candidate: second}
		if got := a.formMayBeOver(b); got != want {
			t.Errorf("strip %v: %v", strip, got)
		}
	}
}

// A card that shows what one of two editions has and the other has not is of that one, also
// where so little agrees that alone it might be another card.
func TestWhatIsToldFromAnEditionIsOfTheirKind(t *testing.T) {
	tried := 0
	for agrees := 30; agrees <= 80; agrees += 2 {
		card := func(label Label) Candidate {
			c := reprinted(formed(found100(label, agrees, 0), 12))
			c.Evidence.Form.Unsteady, c.Evidence.Form.Contents = true, 0.3
			return c
		}
		first, second := card("card/a"), card("card/b")
		if Decide([]Candidate{first}, geometryPolicy).Outcome != Unknown || !geometryPolicy.IsOfKind(geometryPolicy.Calibration.LLRModel.LLR(first.Evidence)) {
			continue
		}
		tried++
		leads(&first, &second, scoremodel.FormLead{Own: 20, Colour: 0.9})
		if d := Decide([]Candidate{first, second}, geometryPolicy); d.Label != "card/a" {
			t.Errorf("%d agree: %s %q: %s", agrees, d.Outcome, d.Label, d.Reason)
		}
	}
	if tried == 0 {
		t.Error("no card is unknown alone")
	}
}

// On a card, where wear looks like another form, form speaks for a kind and not against it.
func TestUnsteadyFormSpeaksForAKind(t *testing.T) {
	card := func(agrees int, other float64) Candidate {
		c := formed(found100("card", agrees, 0), other)
		c.Evidence.Form.Unsteady, c.Evidence.Form.Contents = true, 0.3
		return c
	}
	note := card(70, 3)
	note.Evidence.Form.Contents = 0.05
	for name, c := range map[string]struct {
		card Candidate
		want Outcome
	}{
		"a note, without contents":    {note, Unknown},
		"other contents":              {card(70, 3), Match},
		"another form":                {card(70, 20), Unknown},
		"worn, but it agrees":         {card(84, 20), Match},
		"hardly anything of it there": {card(50, 3), Unknown},
	} {
		if d := Decide([]Candidate{c.card}, geometryPolicy); d.Outcome != c.want {
			t.Errorf("%s: %s: %s", name, d.Outcome, d.Reason)
		}
	}
}

func TestCopy(t *testing.T) {
	noisy := found100("a", 93, 0)
	noisy.Evidence.Changed = 0.1
	other := found100("a", 93, 0)
	other.Evidence.Changed = 0.3
	for want, c := range map[Copy]Candidate{SameCopy: found100("a", 93, 0), OtherCopy: other, NoCopy: noisy} {
		if d := Decide([]Candidate{c}, geometryPolicy); d.Copy != want {
			t.Errorf("got %q, want %q", d.Copy, want)
		}
	}
	if d := Decide([]Candidate{reprinted(found100("a", 93, 0))}, geometryPolicy); d.Copy != OtherCopy {
		t.Errorf("of print that differs in a place: %q", d.Copy)
	}
	if d := Decide([]Candidate{found100("a", 40, 0)}, geometryPolicy); d.Copy != "" {
		t.Errorf("of nothing: %q", d.Copy)
	}
}

// Who asks for the very same copy gets no other one of its kind.
func TestExactIsNoQuestionOfForm(t *testing.T) {
	exact := geometryPolicy
	exact.Exact = true
	if d := Decide([]Candidate{formed(found100("a", 70, 0), 0)}, exact); d.Outcome != Unknown {
		t.Errorf("got %s", d.Outcome)
	}
}

// What lies in the photo by a wrong fit is no rival.
func TestWrongFitIsNoRival(t *testing.T) {
	best, wrong := found100("a", 84, 0), found100("b", 80, 0)
	if d := Decide([]Candidate{best, wrong}, geometryPolicy); d.Outcome != Unknown {
		t.Fatalf("beside a rival: %s", d.Outcome)
	}
	wrong.Evidence.Cosine = 0.2
	if d := Decide([]Candidate{best, wrong}, geometryPolicy); d.Outcome != Match || d.Label != "a" {
		t.Errorf("got %s %q", d.Outcome, d.Label)
	}
}

// carded is a candidate that is no print on plain paper: a number of cells, in one place,
// shows another form.
func carded(label Label, first, agrees int, other float64) Candidate {
	c := formed(shifted(label, first, agrees), other)
	c.Evidence.Form.Unsteady, c.Evidence.Form.Contents = true, 0.3
	return c
}

// A card whose form is shown is no other issuer's: that one, in the same design, raises no
// threshold.
func TestWhatIsOutshownRaisesNoThreshold(t *testing.T) {
	alone := carded("own", 0, 82, 1)
	blank, strip := carded("own", 0, 82, 1), carded("own", 0, 82, 1)
	blank.Evidence.Form.Contents, strip.Evidence.Form.Strip = 0.05, true
	exact := geometryPolicy
	exact.Exact = true
	unlooked := shifted("other", 6, 78)
	cases := []struct {
		name    string
		own     Candidate
		other   Candidate
		policy  Policy
		outcome Outcome
	}{
		{"another design", alone, carded("other", 6, 78, 200), geometryPolicy, Match},
		{"nobody looked at the other", alone, unlooked, geometryPolicy, Match},
		{"both forms are shown", alone, carded("other", 6, 78, 1), geometryPolicy, Unknown},
		{"neither form is shown", carded("own", 0, 82, 200), carded("other", 6, 78, 200), geometryPolicy, Unknown},
		{"as much like the other", alone, carded("other", 3, 82, 200), geometryPolicy, Unknown},
		{"a note", blank, carded("other", 6, 78, 200), geometryPolicy, Unknown},
		{"a strip", strip, carded("other", 6, 78, 200), geometryPolicy, Unknown},
		{"the same copy is wanted", alone, carded("other", 6, 78, 200), exact, Unknown},
	}
	for _, c := range cases {
		if d := Decide([]Candidate{c.own, c.other}, c.policy); d.Outcome != c.outcome {
			t.Errorf("%s: %s %s, LLR %.2f of %.2f: %s", c.name, d.Outcome, d.Label, d.LLR, d.ThresholdLLR, d.Reason)
		}
	}
}

// Where hardly anything agrees but a block of captions, the form about it is not shown, unless the
// whole looks alike, or form moves.
func TestLittleThatAgreesShowsNoForm(t *testing.T) {
	model := *geometryPolicy.Calibration.LLRModel
	model.Bias += 8 * math.Ln10 // so that this coverage is that of a family
	calibration, policy := *geometryPolicy.Calibration, geometryPolicy
	calibration.LLRModel, policy.Calibration = &model, &calibration
	agreeing := func(share float64) Candidate {
		c := formed(found100("card", 28, 0), 5)
		c.Evidence.LocallyConsistent = share
		return c
	}
	alike, strip := agreeing(0.15), agreeing(0.15)
	alike.Evidence.Cosine, strip.Evidence.Form.Strip = 0.9, true
	for _, c := range []struct {
		name string
		Candidate
		want Outcome
	}{{"a quarter agrees", agreeing(0.25), Match}, {"a seventh agrees", agreeing(0.15), Unknown}, {"and the whole is alike", alike, Match}, {"of a strip", strip, Match}} {
		if d := Decide([]Candidate{c.Candidate}, policy); d.Outcome != c.want {
			t.Errorf("%s: %s, LLR %.2f of %.2f: %s", c.name, d.Outcome, d.LLR, d.ThresholdLLR, d.Reason)
		}
	}
}

// Where there is no large print, the lines of an address say whose a paper is, though another
// recipient stands beside them.
func TestAnAddressIsShown(t *testing.T) {
	form := scoremodel.Form{Contents: 0.2, Emblem: 1, Head: 100, HeadOther: 40, HeadCluster: 15, Other: 60, Cluster: 15}
	for name, c := range map[string]struct {
		address, otherHead, want bool
	}{
		"no line":         {false, false, false},
		"two lines":       {true, false, true},
		"another's below": {true, true, false},
	} {
		f := form
		f.Address, f.OtherHead = c.address, c.otherHead
		if got := SeemsShown(&scoremodel.Evidence{Coverage: 1, Form: &f}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
