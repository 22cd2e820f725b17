package service

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/service/db"
)

// openInvoice is a label whose sub-label is open, as an invoice of a company is that nobody
// registered.
func openInvoice() exemplar.Answer {
	return exemplar.Answer{
		Decision: exemplar.Match, Label: "invoice", Open: []string{"invoice/hartmann"}, Confidence: 0.99, Basis: exemplar.ByGeometry,
		Reason:     "76 % of 109 parts agree; it shows another form than invoice/hartmann somewhere: it may be another invoice, which is not registered, so the sub-label stays open",
		Candidates: []exemplar.Candidate{{Label: "invoice/hartmann", Confidence: 0.99, Reference: "r"}},
	}
}

// keepAnswers keeps answers as decisions, as if pictures had come to them.
func keepAnswers(t *testing.T, s *Service, answers ...exemplar.Answer) (ids []string) {
	t.Helper()
	row, err := s.db.Read().Collection(t.Context(), "mailroom")
	if err != nil {
		t.Fatal(err)
	}
	likeness, err := s.model.Likeness(exemplar.FromBytes(ticket))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		page := pageAnswers{likeness: likeness, Result: exemplar.Result{Answers: []exemplar.Answer{a}}}
		done, err := s.keep(t.Context(), anna, row, File{Name: "scan.png", Data: ticket}, ClassifyOptions{FPIR: 0.01}, []pageAnswers{page})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, done.Answers[0].DecisionID)
	}
	return ids
}

// An answer whose sub-label is open waits for a person, in a group of its label; to confirm it
// is the label above, and the audit is as sound as before.
func TestAnOpenSubLabelWaits(t *testing.T) { onBoth(t, testAnOpenSubLabelWaits) }

func testAnOpenSubLabelWaits(t *testing.T, at Options) {
	s := openAt(t, at)
	makeCollection(t, s, NewCollection{Name: "mailroom", KeepPictures: KeepUnknown})
	unknown := exemplar.Answer{Decision: exemplar.Unknown, Confidence: 0.98, Basis: exemplar.BySearch, Reason: "nothing registered was found in it",
		Candidates: []exemplar.Candidate{{Label: "invoice/hartmann", Confidence: 0.02, Reference: "r"}}}
	if _, err := s.Register(t.Context(), anna, "mailroom", Registering{Label: "invoice/hartmann", Files: []File{{Name: "a.png", Data: ticket}}}); err != nil {
		t.Fatal(err)
	}
	ids := keepAnswers(t, s, openInvoice(), unknown, openInvoice())
	inbox, err := s.Inbox(t.Context(), "mailroom")
	if err != nil || inbox.Open != 3 {
		t.Fatalf("%d wait, %v", inbox.Open, err)
	}
	var of *Group
	for i, g := range inbox.Groups {
		if slices.Contains(g.IDs, ids[0]) {
			of = &inbox.Groups[i]
		}
	}
	if of == nil || of.Size != 2 || slices.Contains(of.IDs, ids[1]) || of.Suggestion == nil || of.Suggestion.Label != "invoice" || !slices.Equal(of.Suggestion.Open, []string{"invoice/hartmann"}) {
		t.Fatalf("the group: %+v", of)
	}
	if d := of.Decisions[0]; d.Status != StatusOpen || d.Decision != "match" || !d.Picture {
		t.Errorf("the decision: %+v", d)
	}
	done, err := s.Confirm(t.Context(), anna, "mailroom", ids[0])
	if err != nil || done.Decisions[0].Status != StatusConfirmed || done.Decisions[0].Label != "invoice" {
		t.Errorf("confirmed: %+v, %v", done, err)
	}
	if v, err := s.VerifyAudit(t.Context(), ""); err != nil || !v.Sound {
		t.Errorf("the audit: %+v, %v", v, err)
	}
}

// Decisions of programs that showed nobody an open sub-label are sound as they were kept.
func TestOpenSubLabelsOfEarlierPrograms(t *testing.T) {
	a := openInvoice()
	packed, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	row := db.Decision{Status: StatusAnswered, Decision: "match", Label: "invoice", Options: "{}", Answer: string(packed)}
	earlier := evidence(row)
	earlier.Status = ""
	recorded, err := json.Marshal(earlier)
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := evidenceOf(recorded, row); !ok || e.status(a) != StatusAnswered {
		t.Errorf("%v %q", ok, e.status(a))
	}
	row.Status = StatusConfirmed // by a person, later
	now := evidence(row)
	now.Status = StatusOpen
	if recorded, err = json.Marshal(now); err != nil {
		t.Fatal(err)
	}
	if e, ok := evidenceOf(recorded, row); !ok || e.status(a) != StatusOpen {
		t.Errorf("of this program: %v %q", ok, e.status(a))
	}
}

// What an inbox group is like follows what was decided of it, not how sure that is.
func TestSuggestionsFollowTheDecision(t *testing.T) {
	one := func(a exemplar.Answer) db.Decision {
		packed, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return db.Decision{ID: "x", Answer: string(packed)}
	}
	ticket := []exemplar.Candidate{{Label: "travel/ticket", Confidence: 0.02, Reference: "r"}}
	likely := []exemplar.Candidate{{Label: "travel/ticket", Confidence: 0.09, Reference: "r"}}
	found := func(agreement float64) *exemplar.Geometry {
		return &exemplar.Geometry{Compared: 129, Agreement: agreement}
	}
	for name, c := range map[string]struct {
		answer exemplar.Answer
		want   string
		but    string
	}{
		"most agrees, but": {exemplar.Answer{Basis: exemplar.ByGeometry, Geometry: found(0.74), Summary: "33 of 129 parts differ", Candidates: ticket}, "travel/ticket", "33 of 129 parts differ"},
		"little agrees":    {exemplar.Answer{Basis: exemplar.ByGeometry, Geometry: found(0.2), Summary: "only 20 % agrees", Candidates: ticket}, "", ""},
		"an empty table":   {exemplar.Answer{Basis: exemplar.ByEmbedding, Summary: "similarity 0.40, 0.71 is needed", Candidates: likely}, "", ""},
	} {
		c.answer.Decision = exemplar.Unknown
		g, err := newGroup([]db.Decision{one(c.answer)}, registeredAs("travel/ticket", "r"))
		if err != nil {
			t.Fatal(err)
		}
		var label, but string
		if g.Suggestion != nil {
			label, but = g.Suggestion.Label, g.Suggestion.But
		}
		if label != c.want || but != c.but {
			t.Errorf("%s: like %q, but %q; want %q, %q", name, label, but, c.want, c.but)
		}
	}
}

// registeredAs is the standing where one reference is registered.
func registeredAs(label, id string) *standing {
	r := exemplar.Reference{ID: id, Label: label}
	return &standing{
		list: func(of string) ([]exemplar.Reference, error) {
			if of == label || strings.HasPrefix(label, of+"/") {
				return []exemplar.Reference{r}, nil
			}
			return nil, nil
		},
		get: func(asked string) (exemplar.Reference, error) {
			if asked != id {
				return exemplar.Reference{}, exemplar.ErrNoReference
			}
			return r, nil
		},
		known: map[[2]string]stands{},
	}
}

// A label that is gone is suggested no more; one that was renamed is suggested by its name now.
func TestSuggestionsFollowWhatIsRegistered(t *testing.T) {
	unknown := exemplar.Answer{Decision: exemplar.Unknown, Basis: exemplar.ByGeometry, Geometry: &exemplar.Geometry{Compared: 129, Agreement: 0.74}, Summary: "33 of 129 parts differ",
		Candidates: []exemplar.Candidate{{Label: "travel/ticket", Confidence: 0.3, Reference: "r"}, {Label: "voucher", Confidence: 0.2, Reference: "v"}}}
	for name, c := range map[string]struct {
		answer exemplar.Answer
		now    *standing
		want   Suggestion
	}{
		"as it was":             {unknown, registeredAs("travel/ticket", "r"), Suggestion{Label: "travel/ticket", Reference: "r", But: "33 of 129 parts differ"}},
		"by another reference":  {unknown, registeredAs("travel/ticket", "s"), Suggestion{Label: "travel/ticket", Reference: "s", But: "33 of 129 parts differ"}},
		"renamed":               {unknown, registeredAs("trip/ticket", "r"), Suggestion{Label: "trip/ticket", Reference: "r", But: "33 of 129 parts differ"}},
		"said not to be it":     {unknown, registeredAs(exemplar.NegativePrefix+"travel/ticket", "r"), Suggestion{}},
		"the first is gone":     {unknown, registeredAs("voucher", "v"), Suggestion{Label: "voucher", Reference: "v"}},
		"both are gone":         {unknown, registeredAs("other", "o"), Suggestion{}},
		"an open one":           {openInvoice(), registeredAs("invoice/hartmann", "r"), Suggestion{Label: "invoice", Reference: "r", Open: []string{"invoice/hartmann"}}},
		"the open one is gone":  {openInvoice(), registeredAs("invoice/brandt", "b"), Suggestion{Label: "invoice", Reference: "b"}},
		"the one above is gone": {openInvoice(), registeredAs("other", "o"), Suggestion{}},
	} {
		packed, err := json.Marshal(c.answer)
		if err != nil {
			t.Fatal(err)
		}
		g, err := newGroup([]db.Decision{{ID: "x", Answer: string(packed)}}, c.now)
		if err != nil {
			t.Fatal(err)
		}
		var got Suggestion
		if g.Suggestion != nil {
			got = *g.Suggestion
		}
		if got.Label != c.want.Label || got.Reference != c.want.Reference || got.But != c.want.But || !slices.Equal(got.Open, c.want.Open) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// A change is told in words: what was undone, and which files it was about.
func TestChangesNameFilesAndWhatWasUndone(t *testing.T) {
	s := openAt(t, Options{Dir: t.TempDir()})
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	id := keepAnswers(t, s, openInvoice())[0]
	done, err := s.Resolve(t.Context(), anna, "mailroom", Resolving{Decisions: []string{id}, Action: ActConfirm, Label: "invoice/brandt"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Undo(t.Context(), anna, "mailroom", done.Change); err != nil {
		t.Fatal(err)
	}
	list, err := s.Changes(t.Context(), "mailroom", "", 10)
	if err != nil || len(list.Changes) != 2 {
		t.Fatal(list, err)
	}
	for i, c := range list.Changes {
		if !slices.Equal(c.Files, []string{"scan.png"}) {
			t.Errorf("%d is about %q", i, c.Files)
		}
	}
	if u := list.Changes[0].Undid; u == nil || u.What != "decisions.confirm" || u.Subject != "invoice/brandt" {
		t.Errorf("undone: %+v", u)
	}
}
