package server

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/service"
)

// A note that is too long, or in other bytes than UTF-8, is refused with what is wrong; nothing about
// it is an error inside.
func TestNotesThatCannotBeKept(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	id := s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	decision := s.classify("mailroom", "", photo("form", 1)).Answers[0].DecisionID
	ascii, umlauts := strings.Repeat("n", 4097), strings.Repeat("ü", 4000)
	for _, note := range []string{ascii, umlauts} {
		contentType, body := newForm(map[string]string{"label": "form", "note": note}, formFile{"form.png", drawn("form")})
		if _, said := s.send(400, "POST", prefix+mailroom+"/references", contentType, body); !strings.Contains(string(said), "at most 4096") || strings.Contains(string(said), ".gallery") {
			t.Errorf("registering: %s", said)
		}
	}
	problemOf(s, 400, "PATCH", mailroom+"/references/"+id, service.ReferenceChange{Note: &umlauts})
	problemOf(s, 422, "PATCH", mailroom+"/references/"+id, service.ReferenceChange{Note: &ascii})
	problemOf(s, 400, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: []string{decision}, Action: service.ActNew, Label: "form", Note: umlauts})
	contentType, body := newForm(map[string]string{"label": "form", "note": "\xff"}, formFile{"form.png", drawn("form")})
	if _, said := s.send(400, "POST", prefix+mailroom+"/references", contentType, body); !strings.Contains(string(said), `note\" is not UTF-8`) {
		t.Errorf("other bytes: %s", said)
	}
	if r := ask[exemplar.Reference](s, 200, "GET", mailroom+"/references/"+id, nil); r.Note != "" {
		t.Errorf("the note: %q", r.Note)
	}
}

// The name of a file is no reason to refuse it: what is too long is cut, what is no UTF-8 replaced.
func TestNamesOfFilesAreMadeFit(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	long := strings.Repeat("ü", 3000) + ".png"
	if source := s.register("mailroom", "ticket", formFile{long, drawn("ticket")}).Results[0].Source; len(source) != mostName || !strings.HasPrefix(long, source) {
		t.Errorf("a long name: %d bytes, %.20q", len(source), source)
	}
	for name, want := range map[string]string{"M\xfcller.png": "M\ufffdller.png", "M\u00fcller.png": "M\u00fcller.png"} {
		r, err := http.NewRequest("POST", s.url+prefix+mailroom+"/classify", bytes.NewReader(drawn("ticket")))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Filename", name)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		found := ask[service.Decisions](s, 200, "GET", mailroom+"/decisions?limit=1", nil)
		if answer.StatusCode != 200 || found.Decisions[0].Source != want {
			t.Errorf("%q: %d, kept as %q", name, answer.StatusCode, found.Decisions[0].Source)
		}
	}
	if got := fileName("a\x00b"); got != "a\ufffdb" {
		t.Errorf("a NUL byte: %q", got)
	}
}

// What was refused has no confidence in a table, as in those of the command line.
func TestTablesHaveNoConfidenceOfWhatWasRefused(t *testing.T) {
	at := func(columns []string) int { return slices.Index(columns, "confidence") }
	if cell := decisionCells(service.Decision{Decision: "refused"})[at(decisionColumns)]; cell != "" {
		t.Errorf("of a decision: %q", cell)
	}
	if cell := resultCells(service.JobResult{Decision: "refused"})[at(resultColumns)]; cell != "" {
		t.Errorf("of a job: %q", cell)
	}
}

// A file in a field of another name is no text in other bytes, and is not passed over.
func TestFilesInFieldsOfAnotherName(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	w.WriteField("label", "ticket")
	part, err := w.CreateFormFile("files", "ticket.png")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(drawn("ticket"))
	w.Close()
	for _, path := range []string{"/references", "/classify", "/classify-batch", "/jobs/upload"} {
		response, err := http.Post(s.url+prefix+mailroom+path, w.FormDataContentType(), bytes.NewReader(form.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(said), `in a field named`) {
			t.Errorf("%s: %d, %s, %v", path, response.StatusCode, said, err)
		}
	}
}

// A field that comes twice is refused by its name: nobody knows which of the two is meant. Files may
// be many.
func TestFieldsThatComeTwice(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for _, field := range []string{"label", "note", "contents", "replace"} {
		for _, path := range []string{"/references", "/references?dry_run=true", "/classify", "/classify-batch"} {
			var form bytes.Buffer
			w := multipart.NewWriter(&form)
			w.WriteField(field, "false")
			w.WriteField(field, "true")
			part, err := w.CreateFormFile("file", "ticket.png")
			if err != nil {
				t.Fatal(err)
			}
			part.Write(drawn("ticket"))
			w.Close()
			want := http.StatusBadRequest
			if path == "/classify-batch" { // whose answers have begun
				want = http.StatusOK
			}
			if _, said := s.send(want, "POST", prefix+mailroom+path, w.FormDataContentType(), &form); !strings.Contains(string(said), `the field \"`+field+`\" came twice`) {
				t.Errorf("%s of %s: %s", field, path, said)
			}
		}
	}
	if found := ask[service.References](s, 200, "GET", mailroom+"/references", nil); len(found.References) != 0 {
		t.Errorf("registered: %+v", found)
	}
}

// So is a query parameter that comes twice, and one that cannot be read, which would be passed over.
func TestQueryParametersThatComeTwice(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	contentType, body := newForm(map[string]string{"label": "ticket"}, formFile{"ticket.png", drawn("ticket")})
	form := body.Bytes()
	for _, path := range []string{"/references?dry_run=true&dry_run=false", "/references?dry_run=false&dry_run=false", "/classify?fpir=0.1&fpir=0.5", "/classify-batch?exact=true&exact=false"} {
		_, query, _ := strings.Cut(path, "?")
		name, _, _ := strings.Cut(query, "=")
		if _, said := s.send(400, "POST", prefix+mailroom+path, contentType, bytes.NewReader(form)); !strings.Contains(string(said), `query parameter \"`+name+`\" came twice`) {
			t.Errorf("%s: %s", path, said)
		}
	}
	for _, path := range []string{"/decisions?limit=1&limit=2", "/decisions?label=a&q=b&label=c", "/references?limit=%31&limit=1"} {
		if said := problemOf(s, 400, "GET", mailroom+path, nil); !strings.Contains(said, "came twice, and only one of the two can be meant: send it once") {
			t.Errorf("%s: %s", path, said)
		}
	}
	for _, path := range []string{"/decisions?limit=1;label=a", "/decisions?label=100%"} {
		if said := problemOf(s, 400, "GET", mailroom+path, nil); !strings.Contains(said, "cannot be read") {
			t.Errorf("%s: %s", path, said)
		}
	}
	if found := ask[service.References](s, 200, "GET", mailroom+"/references", nil); len(found.References) != 0 {
		t.Errorf("registered: %+v", found)
	}
}

// So is a key of JSON that comes twice, however deep, and in whatever case.
func TestJSONKeysThatComeTwice(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for _, c := range []struct{ method, path, key, text string }{
		{"POST", "/collections", "name", `{"name": "first", "name": "second"}`},
		{"POST", "/collections", "Name", `{"name": "first", "Name": "second"}`},
		{"POST", "/collections", "name", `{"name": "first", "n\u0061me": "first"}`},
		{"POST", mailroom + "/inbox/resolve", "label", `{"decisions": ["x"], "action": "new", "label": "a", "label": "b"}`},
		{"POST", mailroom + "/undo", "b", `{"change": [{"a": [1, "b", {"b": {}, "c": "b", "b": 1}]}]}`},
	} {
		_, said := s.send(400, c.method, prefix+c.path, "application/json", strings.NewReader(c.text))
		if !strings.Contains(string(said), `"detail":"body: the key \"`+c.key+`\" came twice, and only one of the two can be meant: send it once"`) {
			t.Errorf("%s: %s", c.text, said)
		}
	}
	for _, text := range []string{`{"a": "a", "b": [{"a": 1}, {"a": 1}], "c": {"a": ["c", "c"]}}`, `["a", "a"]`, `"a"`, `[[], {}, null, {"a": {}}]`} {
		if err := onceInJSON([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, c := range ask[struct{ Collections []struct{ Name string } }](s, 200, "GET", "/collections", nil).Collections {
		if c.Name != "mailroom" {
			t.Errorf("made: %s", c.Name)
		}
	}
}

// A form without a file is no form with nothing to say: the answer is what is missing.
func TestFormsWithoutFiles(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	for _, path := range []string{"/references", "/classify", "/classify-batch", "/jobs/upload"} {
		contentType, body := newForm(map[string]string{"label": "ticket"})
		if _, said := s.send(400, "POST", prefix+mailroom+path, contentType, body); !strings.Contains(string(said), "file") {
			t.Errorf("%s: %s", path, said)
		}
	}
}
