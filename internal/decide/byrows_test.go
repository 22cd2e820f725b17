package decide

import (
	"testing"

	"exemplar/internal/scoremodel"
)

// shownInRows is a candidate in whose place the photo shows another form, and whose rows it
// shows by a share where they have moved to.
func shownInRows(c Candidate, share float64) Candidate {
	c = emblazoned(c, 0.5)
	undone := *c.Evidence
	c.Evidence.Form.Contents = 0
	c.Evidence.Form.Rows = &scoremodel.Rows{Blank: true, Shown: share, Undone: &undone}
	return c
}

// namedInRows is the same of a paper that is filled in, whose name the photo shows.
func namedInRows(share, name float64) Candidate {
	c := shownInRows(found100("a", 70, 0), share)
	c.Evidence.Form.Rows.Blank, c.Evidence.Form.Rows.Name = false, name
	return c
}

// The rows of a blank form prove its kind wherever what is filled in has pushed them, but
// neither an edition nor a copy.
func TestDecideByRows(t *testing.T) {
	undone := shownInRows(found100("a", 70, 0), 0.3)
	undone.Evidence.Form.Rows.Undone.Coverage = 0.98
	fixed := shownInRows(found100("a", 70, 0), 0.8)
	fixed.Fixed = true
	otherName, otherHead := shownInRows(found100("a", 70, 0), 0.8), namedInRows(0.8, 0.95)
	otherName.Evidence.Form.Rows.OtherName, otherHead.Evidence.Form.OtherHead = true, true
	for name, c := range map[string]struct {
		candidates []Candidate
		outcome    Outcome
		label      Label
	}{
		"most rows":                       {[]Candidate{shownInRows(found100("a", 70, 0), 0.8)}, Match, "a"},
		"few rows":                        {[]Candidate{shownInRows(found100("a", 70, 0), 0.4)}, Unknown, ""},
		"few rows, but blocks that agree": {[]Candidate{undone}, Match, "a"},
		"another name above them":         {[]Candidate{otherName}, Unknown, ""},
		"a paper under its name":          {[]Candidate{namedInRows(0.8, 0.95)}, Match, "a"},
		"few rows under its name":         {[]Candidate{namedInRows(0.6, 0.95)}, Unknown, ""},
		"a paper whose name is not shown": {[]Candidate{namedInRows(0.8, 0.7)}, Unknown, ""},
		"its name, and another head":      {[]Candidate{otherHead}, Unknown, ""},
		"nothing else is like it":         {[]Candidate{shownInRows(found100("a", 10, 0), 0.8)}, Unknown, ""},
		"only the same copy is asked for": {[]Candidate{fixed}, Unknown, ""},
		"one of several editions":         {[]Candidate{shownInRows(found100("form/a", 70, 0), 0.8)}, Match, "form"},
		"beside another edition":          {[]Candidate{shownInRows(found100("form/a", 70, 0), 0.8), found100("form/b", 69, 0)}, Match, "form"},
		"beside another form":             {[]Candidate{shownInRows(found100("a", 70, 0), 0.8), found100("b", 69, 0)}, Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if d := Decide(c.candidates, geometryPolicy); d.Outcome != c.outcome || d.Label != c.label {
				t.Errorf("got %s %q: %s", d.Outcome, d.Label, d.Reason)
			}
		})
	}
}

// Rows are followed where nothing else lets a form in.
func TestMayBeFilled(t *testing.T) {
	looked := shownInRows(found100("a", 70, 0), 0.8)
	fixed := formed(found100("a", 70, 0), 20)
	fixed.Fixed = true
	card := formed(found100("a", 70, 0), 20)
	card.Evidence.Form.Unsteady = true
	for name, c := range map[string]struct {
		candidate Candidate
		want      bool
	}{
		"another form in its place":       {formed(found100("a", 70, 0), 20), true},
		"its form":                        {formed(found100("a", 70, 0), 1), false},
		"accepted whatever it shows":      {formed(found100("a", 99, 0), 20), false},
		"followed already":                {looked, false},
		"only the same copy is asked for": {fixed, false},
		"a card":                          {card, false},
		"nobody looked at its form":       {found100("a", 70, 0), false},
	} {
		if got := geometryPolicy.MayBeFilled(&c.candidate); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A name that is seen in its place is no other one, whatever its rows seem to show, unless more agrees
// once these are put back.
func TestANameInItsPlaceIsNoOther(t *testing.T) {
	for name, c := range map[string]struct {
		emblem, undone float64
		want           bool
	}{
		"its name, in place":        {0.95, 0.6, false},
		"another name":              {0.6, 0.6, true},
		"a headline, of rows aside": {0.95, 0.9, true},
	} {
		e := *found100("a", 70, 0).Evidence
		undone := e
		undone.LocallyConsistent = c.undone
		e.Form = &scoremodel.Form{Emblems: 2, Emblem: c.emblem, Rows: &scoremodel.Rows{Shown: 0.8, Undone: &undone, OtherName: true}}
		if got := showsOtherName(&e); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
