package server

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/service"
)

const mailroom = "/collections/mailroom"

// The work of a clerk: the inbox in groups, a preview, a new kind, the recheck that
// empties the inbox, and all of it undone.
func TestInbox(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	var forms []string
	for seed := range uint64(3) {
		forms = append(forms, s.classify("mailroom", "", photo("form", seed)).Answers[0].DecisionID)
	}
	other := s.classify("mailroom", "", photo("banknote", 1)).Answers[0].DecisionID
	inbox := ask[service.Inbox](s, 200, "GET", mailroom+"/inbox", nil)
	if inbox.Open != 4 || len(inbox.Groups) != 2 || inbox.Groups[0].Size != 3 || inbox.Groups[1].ID != other {
		t.Fatalf("groups: %d open, %d groups: %+v", inbox.Open, len(inbox.Groups), inbox.Groups)
	}
	ids := slices.Clone(inbox.Groups[0].IDs)
	slices.Sort(ids)
	if !slices.Equal(ids, forms) {
		t.Errorf("the largest group: %v, want %v", ids, forms)
	}

	seen := ask[service.Preview](s, 200, "POST", mailroom+"/inbox/preview", map[string]any{"label": "form", "decisions": forms[:1]})
	if len(seen.Changed) != 3 || seen.LookedAt != 4 {
		t.Errorf("the preview: %+v", seen)
	}
	if c := ask[service.Collection](s, 200, "GET", mailroom, nil); c.References != 1 || c.GalleryVersion != 1 {
		t.Errorf("the preview has changed something: %+v", c)
	}

	done := ask[service.Resolved](s, 200, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: forms[:1], Action: service.ActNew, Label: "form"})
	if len(done.Registered) != 1 || done.Decisions[0].Status != service.StatusCorrected || done.Decisions[0].Label != "form" {
		t.Errorf("a new kind: %+v", done)
	}
	again := ask[service.Rechecked](s, 200, "POST", mailroom+"/inbox/recheck", nil)
	if again.LookedAt != 3 || len(again.Changed) != 2 || again.Changed[0].After.Label != "form" {
		t.Errorf("the recheck: %+v", again)
	}
	if once := ask[service.Rechecked](s, 200, "POST", mailroom+"/inbox/recheck", nil); once.LookedAt != 0 {
		t.Errorf("a second recheck looks at %d again", once.LookedAt)
	}
	if inbox := ask[service.Inbox](s, 200, "GET", mailroom+"/inbox", nil); inbox.Open != 1 {
		t.Errorf("after the recheck %d wait", inbox.Open)
	}

	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": done.Change})
	if d := ask[service.Decision](s, 200, "GET", mailroom+"/decisions/"+forms[0], nil); d.Status != service.StatusOpen || d.Decision != "unknown" || d.Label != "" {
		t.Errorf("the decision after undoing: %+v", d)
	}
	if c := ask[service.Collection](s, 200, "GET", mailroom, nil); c.References != 1 || c.Inbox != 4 { // also those that were rechecked by it
		t.Errorf("the collection after undoing: %+v", c)
	}
	for _, g := range ask[service.Inbox](s, 200, "GET", mailroom+"/inbox", nil).Groups {
		if g.Suggestion != nil && g.Suggestion.Label == "form" {
			t.Errorf("after undoing, the inbox suggests a label that is gone: %+v", g.Suggestion)
		}
	}
	if said := problemOf(s, 409, "POST", mailroom+"/undo", map[string]string{"change": done.Change}); !strings.Contains(said, "undone already") {
		t.Errorf("undoing twice: %q", said)
	}
	changes := ask[service.Changes](s, 200, "GET", mailroom+"/changes", nil)
	if len(changes.Changes) != 3 || changes.Changes[0].What != "undo" || !changes.Changes[1].Undone || changes.Changes[1].CanUndo || !changes.Changes[2].CanUndo {
		t.Errorf("changes: %+v", changes)
	}
	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": changes.Changes[0].ID})
	if d := ask[service.Decision](s, 200, "GET", mailroom+"/decisions/"+forms[0], nil); d.Status != service.StatusCorrected || d.Label != "form" {
		t.Errorf("the decision after undoing the undoing: %+v", d)
	}
	if c := ask[service.Collection](s, 200, "GET", mailroom, nil); c.References != 2 {
		t.Errorf("the collection after undoing the undoing: %+v", c)
	}
}

// "It is not that" holds from then on, for what looks like it, until it is undone.
func TestRejectedPicturesAreUnknown(t *testing.T) {
	s := newTestServer(t)
	ask[service.Collection](s, http.StatusCreated, "POST", "/collections", service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll})
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	wrong := s.classify("mailroom", "", photo("ticket", 1)).Answers[0]
	if wrong.Label != "ticket" {
		t.Fatalf("a photo of it: %+v", wrong)
	}
	s.classify("mailroom", "", photo("ticket", 1))
	done := ask[service.Rejected](s, 200, "POST", mailroom+"/decisions/"+wrong.DecisionID+"/reject", nil)
	if !done.Negative || done.Decisions[0].Status != service.StatusRejected || len(done.Changed) != 1 || done.Changed[0].After.Decision != "unknown" {
		t.Errorf("rejected: %+v", done)
	}
	if a := s.classify("mailroom", "", photo("ticket", 1)).Answers[0]; a.Decision != "unknown" || !strings.Contains(a.Reason, "said not to be ticket") {
		t.Errorf("the same picture again: %s %q: %s", a.Decision, a.Label, a.Reason)
	}
	labels := ask[service.Labels](s, 200, "GET", mailroom+"/labels", nil)
	if len(labels.Labels) != 1 || labels.Labels[0].Negatives != 1 {
		t.Errorf("the tree shows the negative as a kind: %+v", labels)
	}
	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": done.Change})
	if a := s.classify("mailroom", "", photo("ticket", 1)).Answers[0]; a.Label != "ticket" {
		t.Errorf("after undoing: %s %q: %s", a.Decision, a.Label, a.Reason)
	}
}

// Whatever is changed of references can be undone.
func TestChangesOfReferencesAreUndone(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	id := s.register("mailroom", "travel/ticket", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	s.register("mailroom", "travel/ticket", formFile{"ticket.jpg", photo("ticket", 2)})
	before := ask[service.References](s, 200, "GET", mailroom+"/references", nil)
	for _, c := range []struct {
		name, method, path string
		in                 any
		label, to          string // as the list of changes says them
	}{
		{"a note", "PATCH", mailroom + "/references/" + id, map[string]string{"note": "x", "contents": "fixed"}, "travel/ticket", ""},
		{"another label", "PATCH", mailroom + "/references/" + id, map[string]string{"label": "elsewhere"}, "travel/ticket", "elsewhere"},
		{"a label renamed", "POST", mailroom + "/labels/rename", map[string]string{"from": "travel", "to": "trip"}, "travel", "trip"},
		{"a reference removed", "DELETE", mailroom + "/references/" + id, nil, "travel/ticket", ""},
		{"a label removed", "DELETE", mailroom + "/labels?label=travel", nil, "travel", ""},
	} {
		ask[any](s, 200, c.method, c.path, c.in)
		if now := ask[service.References](s, 200, "GET", mailroom+"/references", nil); slices.Equal(now.References, before.References) {
			t.Fatalf("%s: nothing has changed", c.name)
		}
		changes := ask[service.Changes](s, 200, "GET", mailroom+"/changes?limit=1", nil)
		if said := changes.Changes[0]; said.Label != c.label || said.To != c.to {
			t.Errorf("%s: said of %q, then %q", c.name, said.Label, said.To)
		}
		ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": changes.Changes[0].ID})
		if now := ask[service.References](s, 200, "GET", mailroom+"/references", nil); !slices.Equal(now.References, before.References) {
			t.Errorf("%s: after undoing %+v, before %+v", c.name, now.References, before.References)
		}
	}
}

// A request that comes again under the same name is done once, and answered alike.
func TestRequestsAreDoneOnce(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	send := func(name string, file []byte) (*http.Response, string) {
		contentType, body := newForm(map[string]string{"label": "ticket"}, formFile{"ticket.png", file})
		r, _ := http.NewRequest("POST", s.url+prefix+mailroom+"/references", body)
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Idempotency-Key", name)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var text bytes.Buffer
		text.ReadFrom(answer.Body)
		return answer, text.String()
	}
	_, first := send("a", drawn("ticket"))
	answer, second := send("a", drawn("ticket"))
	if first != second || answer.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the second answer is another one: %s", second)
	}
	if answer, said := send("a", drawn("form")); answer.StatusCode != 409 || !strings.Contains(said, "take a new one for each") {
		t.Errorf("another request under the name: %d %s", answer.StatusCode, said)
	}
	if _, third := send("b", drawn("ticket")); !strings.Contains(third, `"skipped"`) {
		t.Errorf("under another name it is done: %s", third)
	}
}

// A client that needs a version of the gallery gets it, or learns that there never was one.
func TestAnswersOfAtLeastAVersion(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	version := s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")}).GalleryVersion
	for asked, status := range map[string]int{"0": 200, "1": 200, "2": 409, "-1": 422} {
		r, _ := http.NewRequest("POST", s.url+prefix+mailroom+"/classify", bytes.NewReader(drawn("ticket")))
		r.Header.Set("X-Gallery-Version", asked)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != status {
			t.Errorf("version %s of %d: status %d, want %d", asked, version, answer.StatusCode, status)
		}
	}
	r, _ := http.NewRequest("POST", s.url+prefix+mailroom+"/classify", strings.NewReader("no picture"))
	r.Header.Set("X-Gallery-Version", "1")
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != 200 {
		t.Errorf("what is no picture: %v, %v", answer, err)
	} else {
		answer.Body.Close()
	}
}

// Two decisions that are resolved under one name by mistake are not taken for one, though
// their requests are equally long.
func TestANameIsForOneBodyOnly(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	send := func(id string) *http.Response {
		r, _ := http.NewRequest("POST", s.url+prefix+mailroom+"/inbox/resolve", strings.NewReader(`{"decisions":["`+id+`"],"action":"ignore"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "a")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer
	}
	one := s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID
	other := s.classify("mailroom", "", photo("form", 2)).Answers[0].DecisionID
	if answer := send(one); answer.StatusCode != 200 {
		t.Fatalf("the first: %s", answer.Status)
	}
	if answer := send(one); answer.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same again: %s", answer.Status)
	}
	if answer := send(other); answer.StatusCode != 409 {
		t.Errorf("another decision under the name: %s", answer.Status)
	}
}

// Two files of one size that are sent under one name by mistake are not taken for one, by
// themselves or in a form; what is sent again is, whatever stands between its parts.
func TestANameIsForOneFileOnly(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	scan := func(b byte) []byte { return append(bytes.Repeat([]byte{b}, 100_000), drawn("ticket")...) }
	inForm := func(fields map[string]string) func(file []byte) (string, io.Reader) {
		return func(file []byte) (string, io.Reader) {
			contentType, body := newForm(fields, formFile{"scan.png", file})
			return contentType, body
		}
	}
	for _, c := range []struct {
		name, path string
		body       func(file []byte) (string, io.Reader)
		status     int
	}{
		{"a file", "/classify", func(file []byte) (string, io.Reader) { return "image/png", bytes.NewReader(file) }, 200},
		{"a form", "/references", inForm(map[string]string{"label": "ticket"}), 200},
		{"files that are answered while they come", "/classify-batch", inForm(nil), 200},
		{"a form that is refused", "/references", inForm(map[string]string{"label": "_not/x"}), 400},
	} {
		send := func(file []byte) *http.Response {
			contentType, body := c.body(file)
			r, _ := http.NewRequest("POST", s.url+prefix+mailroom+c.path, body)
			r.Header.Set("Content-Type", contentType)
			r.Header.Set("Idempotency-Key", c.name)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			return answer
		}
		if answer := send(scan('a')); answer.StatusCode != c.status || answer.Header.Get("Idempotency-Replayed") != "" {
			t.Errorf("%s: %s", c.name, answer.Status)
		}
		if answer := send(scan('a')); answer.StatusCode != c.status || answer.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s, the same again: %s", c.name, answer.Status)
		}
		if answer := send(scan('b')); answer.StatusCode != 409 {
			t.Errorf("%s, another one of that size: %s", c.name, answer.Status)
		}
	}
}

// A registration whose reference was moved since has another id: to undo it would do nothing.
func TestWhatWasMovedIsNotUndoneByItsRegistration(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	id := s.register("mailroom", "travel", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	registered := ask[service.Changes](s, 200, "GET", mailroom+"/changes?limit=1", nil).Changes[0].ID
	s.register("mailroom", "travel", formFile{"form.png", drawn("form")})
	ask[any](s, 200, "PATCH", mailroom+"/references/"+id, map[string]string{"label": "elsewhere"})
	if said := problemOf(s, 409, "POST", mailroom+"/undo", map[string]string{"change": registered}); !strings.Contains(said, "moved or removed since") {
		t.Errorf("said %q", said)
	}
	moved := ask[service.Changes](s, 200, "GET", mailroom+"/changes?limit=1", nil).Changes[0].ID
	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": moved})
	if done := ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": registered}); done.References != 1 {
		t.Errorf("after the move was undone: %+v", done)
	}
}

// To undo what somebody else has changed since would undo their work as well.
func TestWhatWasChangedAgainIsNotUndone(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	reference := mailroom + "/references/" + s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	decision := mailroom + "/decisions/" + s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID
	lastChange := func() string {
		return ask[service.Changes](s, 200, "GET", mailroom+"/changes?limit=1", nil).Changes[0].ID
	}
	for _, c := range []struct{ name, method, path, field string }{
		{"a decision", "POST", decision + "/correct", "label"},
		{"a note", "PATCH", reference, "note"},
	} {
		ask[any](s, 200, c.method, c.path, map[string]string{c.field: "hers"})
		hers := lastChange()
		ask[any](s, 200, c.method, c.path, map[string]string{c.field: "his"})
		his := lastChange()
		if said := problemOf(s, 409, "POST", mailroom+"/undo", map[string]string{"change": hers}); !strings.Contains(said, "was changed again since") {
			t.Errorf("%s: undoing the older change: %q", c.name, said)
		}
		for _, change := range []string{his, hers} {
			ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": change})
		}
	}
	if d := ask[service.Decision](s, 200, "GET", decision, nil); d.Status != service.StatusOpen {
		t.Errorf("after undoing both: %+v", d)
	}
}

// A decision has no label that no reference could have, though nothing is registered.
func TestLabelsOfDecisionsAreLabels(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	decision := s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID
	for _, label := range []string{"a\nb", "a/../b", "a//b", " a", strings.Repeat("x", 400), "_not/form"} {
		problemOf(s, 400, "POST", mailroom+"/decisions/"+decision+"/correct", map[string]string{"label": label})
		problemOf(s, 400, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: []string{decision}, Action: service.ActConfirm, Label: label})
	}
	done := ask[service.Resolved](s, 200, "POST", mailroom+"/decisions/"+decision+"/correct", map[string]string{"label": "cafe\u0301"})
	if done.Decisions[0].Label != "caf\u00e9" {
		t.Errorf("the label is not in Unicode's form NFC: %+q", done.Decisions[0].Label)
	}
}

// What registering would tell is told before: what the picture resembles, whether contents
// alone differ, and what of it is taken for contents. Nothing is changed.
func TestRegisteringCanBeTried(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.register("mailroom", "form", formFile{"form.png", drawn("form")})
	version := s.classify("mailroom", "", drawn("form")).GalleryVersion
	contentType, body := newForm(map[string]string{"label": "other"}, formFile{"form.png", drawn("form")}, formFile{"letter.txt", []byte("no picture")})
	_, data := s.send(http.StatusOK, "POST", prefix+mailroom+"/references?dry_run=true&explain=true", contentType, body)
	would := decode[service.RegisteredFiles](s, data)
	if !would.DryRun || would.Registered != 1 || would.Change != "" || len(would.Results) != 2 || would.Results[1].Outcome != "refused" {
		t.Fatalf("would be: %+v", would)
	}
	r := would.Results[0]
	if r.ID != "" || len(r.Rivals) != 1 || r.Rivals[0].Label != "form" || r.ContentsShare <= 0 || r.ContentsShare >= 1 || !strings.Contains(r.Reason, "is the same picture as form.png") {
		t.Errorf("would be told: %+v", r)
	}
	for _, drawing := range [][]byte{r.ContentsDrawing, r.Rivals[0].Drawing} {
		if !bytes.HasPrefix(drawing, []byte("\x89PNG")) {
			t.Errorf("a drawing of %d bytes", len(drawing))
		}
	}
	if c := ask[service.Collection](s, 200, "GET", mailroom, nil); c.References != 1 || c.GalleryVersion != version {
		t.Errorf("something has changed: %+v", c)
	}
}

// What several were said not to be has its effect told: before, by a preview, and after.
func TestEffectOfNot(t *testing.T) {
	s := newTestServer(t)
	ask[service.Collection](s, http.StatusCreated, "POST", "/collections", service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll})
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	var ids []string
	for range 3 {
		ids = append(ids, s.classify("mailroom", "", photo("ticket", 1)).Answers[0].DecisionID)
	}
	seen := ask[service.Preview](s, 200, "POST", mailroom+"/inbox/preview", service.Previewing{Action: service.ActNot, Label: "ticket", Decisions: ids[:2]})
	if len(seen.Changed) != 1 || seen.LookedAt != 1 || seen.Changed[0].ID != ids[2] || seen.Changed[0].After.Decision != "unknown" {
		t.Errorf("the preview: %+v", seen)
	}
	done := ask[service.Resolved](s, 200, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: ids[:2], Action: service.ActNot})
	if len(done.Registered) != 1 || !slices.Equal(done.Changed, seen.Changed) || done.LookedAt != 1 {
		t.Errorf("not this: %+v", done)
	}
}

// What a picture of the inbox is registered with is part of the one change.
func TestContentsFromTheInbox(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for i, id := range []string{s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID, s.classify("mailroom", "", photo("banknote", 1)).Answers[0].DecisionID} {
		var done service.Resolved
		if i == 0 {
			done = ask[service.Resolved](s, 200, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: []string{id}, Action: service.ActNew, Label: "a", Contents: "fixed", Note: "by hand"})
		} else {
			done = ask[service.Resolved](s, 200, "POST", mailroom+"/decisions/"+id+"/correct", service.Correction{Label: "b", Register: true, Contents: "fixed", Note: "by hand"})
		}
		r := ask[exemplar.Reference](s, 200, "GET", mailroom+"/references/"+done.Registered[0].ID, nil)
		if r.Contents != exemplar.ContentsFixed || r.Note != "by hand" {
			t.Errorf("registered: %+v", r)
		}
	}
	if changes := ask[service.Changes](s, 200, "GET", mailroom+"/changes", nil); len(changes.Changes) != 2 {
		t.Errorf("changes: %+v", changes)
	}
}
