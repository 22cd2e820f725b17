package server

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/service"
)

// Every decision and change has a row; whatever is changed of the rows is found.
func TestAudit(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	id := s.classify("mailroom", "", photo("ticket", 1)).Answers[0].DecisionID
	page := ask[service.AuditPage](s, 200, "GET", "/audit", nil)
	var what []string
	for _, e := range page.Entries {
		what = append(what, e.What)
	}
	if got := strings.Join(what, " "); got != "decision references.register collection.create" {
		t.Errorf("rows: %s", got)
	}
	if e := page.Entries[0]; e.Subject != id || e.Who != "local" || e.Prev != page.Entries[1].Hash || !strings.Contains(string(e.After), `"gallery_version":1`) {
		t.Errorf("the row of the decision: %+v", e)
	}
	sound := ask[service.Verified](s, 200, "GET", "/audit/verify", nil)
	if !sound.Sound || sound.Rows != 3 || sound.Head != page.Entries[0].Hash {
		t.Fatalf("an audit that nobody touched: %+v", sound)
	}
	s.classify("mailroom", "", []byte("no picture"))
	if later := ask[service.Verified](s, 200, "GET", "/audit/verify?head="+sound.Head, nil); !later.Sound {
		t.Errorf("with a head that was noted: %+v", later)
	}
	if other := ask[service.Verified](s, 200, "GET", "/audit/verify?head=00", nil); other.Sound {
		t.Error("a head that was never there passes")
	}

	database, err := sql.Open("sqlite", filepath.Join(s.dir, "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	for _, c := range []struct{ name, harm, heal, want string }{
		{"a changed row", `UPDATE audit SET body = replace(body, 'local', 'nobody') WHERE seq = 2`, `UPDATE audit SET body = replace(body, 'nobody', 'local') WHERE seq = 2`, "row 2 is not what was written"},
		{"a row listed as another", `UPDATE audit SET subject = 'x' WHERE seq = 3`, `UPDATE audit SET subject = '` + id + `' WHERE seq = 3`, "row 3 is listed as something else"},
		{"a head that was set back", `UPDATE audit_head SET seq = 3`, `UPDATE audit_head SET seq = 4`, "row 4 is the last"},
		{"a row that is gone", `DELETE FROM audit WHERE seq = 2`, ``, "row 2 is missing"},
		{"the last rows gone", `DELETE FROM audit WHERE seq > 1`, ``, "rows 2 to 4 are missing"},
	} {
		if _, err := database.Exec(c.harm); err != nil {
			t.Fatal(err)
		}
		if v, err := s.service.VerifyAudit(context.Background(), ""); err != nil || v.Sound || !strings.Contains(v.Problem, c.want) {
			t.Errorf("%s: %+v, %v", c.name, v, err)
		}
		if _, err := database.Exec(c.heal); err != nil {
			t.Fatal(err)
		}
	}
}

// What is kept of decisions and changes is what the audit says of them, whatever people
// made of them; what was changed beside the service is named.
func TestKeptDecisionsAreThoseOfTheAudit(t *testing.T) {
	s := newTestServer(t)
	ask[service.Collection](s, 201, "POST", "/collections", service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll})
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	var ids []string
	for _, file := range [][]byte{photo("ticket", 1), photo("form", 0), photo("form", 1), photo("banknote", 1), photo("ticket", 1)} {
		ids = append(ids, s.classify("mailroom", "", file).Answers[0].DecisionID)
	}
	ask[service.Resolved](s, 200, "POST", mailroom+"/decisions/"+ids[0]+"/confirm", nil)
	made := ask[service.Resolved](s, 200, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: ids[1:2], Action: service.ActNew, Label: "form"})
	ask[service.Rechecked](s, 200, "POST", mailroom+"/inbox/recheck", nil)
	ask[service.Resolved](s, 200, "POST", mailroom+"/inbox/resolve", service.Resolving{Decisions: ids[3:4], Action: service.ActIgnore})
	ask[service.Rejected](s, 200, "POST", mailroom+"/decisions/"+ids[4]+"/reject", nil)
	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": made.Change})
	if v := ask[service.Verified](s, 200, "GET", "/audit/verify", nil); !v.Sound || v.Decisions != 5 {
		t.Fatalf("what nobody touched: %+v", v)
	}
	database, err := sql.Open("sqlite", filepath.Join(s.dir, "service.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	for _, c := range []struct{ table, column, id, to, want string }{
		{"decision", "label", ids[0], "forged", `its label is "forged", by row`},
		{"decision", "label", ids[2], "forged", `its label is "forged", by row`},
		{"decision", "decision", ids[1], "match", `its decision is "match", by row`},
		{"decision", "status", ids[3], "open", `its status is "open", by row`},
		{"decision", "status", ids[4], "confirmed", `its status is "confirmed", by row`},
		{"decision", "who", ids[0], "nobody", `it names "nobody" as who asked`},
		{"decision", "confidence", ids[0], "0", "its confidence, page or member"},
		{"decision", "answer", ids[0], "{}", "its answer is not that of row"},
		{"change", "who", made.Change, "nobody", `by "nobody", row`},
		{"decision", "id", ids[2], "x", "it has no row of its own"},
	} {
		var was any
		if err := database.QueryRow(`SELECT `+c.column+` FROM `+c.table+` WHERE id = ?`, c.id).Scan(&was); err != nil {
			t.Fatal(err)
		}
		set := func(to any, id string) {
			if _, err := database.Exec(`UPDATE `+c.table+` SET `+c.column+` = ? WHERE id = ?`, to, id); err != nil {
				t.Fatal(err)
			}
		}
		set(c.to, c.id)
		now := c.id
		if c.column == "id" {
			now = c.to
		}
		v, err := s.service.VerifyAudit(context.Background(), "")
		if err != nil || v.Sound || !strings.Contains(v.Problem, c.want) || !strings.Contains(v.Problem, now) || strings.Contains(v.Problem, ";") {
			t.Errorf("a forged %s: %+v, %v", c.column, v, err)
		}
		set(was, now)
	}
	if v, err := s.service.VerifyAudit(context.Background(), ""); err != nil || !v.Sound {
		t.Errorf("after it is as it was: %+v, %v", v, err)
	}
	if _, err := database.Exec(`DELETE FROM decision WHERE id = ?`, ids[2]); err != nil {
		t.Fatal(err)
	}
	if v, err := s.service.VerifyAudit(context.Background(), ""); err != nil || v.Sound || !strings.Contains(v.Problem, "4 decisions of mailroom are kept, by the rows it must be 5") {
		t.Errorf("a decision that was deleted beside the service: %+v, %v", v, err)
	}
}

// A decision is taken again with the same answer, whatever was changed since.
func TestReplay(t *testing.T) {
	s := newTestServer(t)
	ask[service.Collection](s, 201, "POST", "/collections", service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll})
	ticket := s.register("mailroom", "travel/ticket", formFile{"ticket.png", drawn("ticket")}).Results[0].ID
	extra := s.register("mailroom", "travel/pass", formFile{"form.png", drawn("form")}).Change
	id := s.classify("mailroom", "", photo("ticket", 1)).Answers[0].DecisionID
	replay := func() service.Replayed {
		t.Helper()
		return ask[service.Replayed](s, 200, "POST", mailroom+"/decisions/"+id+"/replay", nil)
	}
	if r := replay(); !r.Same || r.Gallery != "unchanged" {
		t.Errorf("at once: %+v", r)
	}
	s.register("mailroom", "ticket/other", formFile{"ticket.jpg", photo("ticket", 2)})
	ask[any](s, 200, "POST", mailroom+"/labels/rename", map[string]string{"from": "travel", "to": "trip"})
	ask[any](s, 200, "POST", mailroom+"/undo", map[string]string{"change": extra})
	ask[any](s, 200, "DELETE", mailroom+"/references/"+ticket, nil)
	if r := replay(); !r.Same || r.Gallery != "rebuilt" {
		before, _ := json.Marshal(r.Before)
		after, _ := json.Marshal(r.After)
		t.Errorf("after the gallery was changed: %s\n%s\n%s", r.Why, before, after)
	}
	s.collection("other") // whose keys see no decision of this one
	problemOf(s, 404, "POST", "/collections/other/decisions/"+id+"/replay", nil)
}

func TestFigures(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	contentType, body := newForm(nil, formFile{"1.jpg", photo("ticket", 1)}, formFile{"2.txt", []byte("no picture")}, formFile{"3.jpg", photo("form", 1)})
	_, lines := s.send(200, "POST", prefix+mailroom+"/classify-batch", contentType, body)
	got := strings.Split(strings.TrimSpace(string(lines)), "\n")
	for i, want := range []string{`"label":"ticket"`, `"decision":"refused"`, `"decision":"unknown"`} {
		if len(got) != 3 || !strings.Contains(got[i], want) {
			t.Fatalf("line %d of the batch: %s", i+1, lines)
		}
	}
	stats := ask[service.Stats](s, 200, "GET", mailroom+"/stats", nil)
	if len(stats.Days) != 1 || len(stats.Days[0].Decisions) != 3 || stats.LookedAt != 3 {
		t.Errorf("stats: %+v", stats)
	}
	var matches int64
	for _, n := range stats.Days[0].Scores {
		matches += n
	}
	if matches != 1 {
		t.Errorf("scores of one match: %v", stats.Days[0].Scores)
	}
	if system := ask[System](s, 200, "GET", "/system", nil); system.Collections != 1 || system.References != 1 || system.ServiceDisk == 0 {
		t.Errorf("system: %+v", system)
	}
	_, text := s.send(200, "GET", "/metrics", "", nil)
	for _, want := range []string{`exemplar_decisions_total{collection="mailroom",decision="match"} 1`, `exemplar_references{collection="mailroom"} 1`,
		`exemplar_request_seconds_count{route="POST /api/v1/collections/{collection}/classify-batch",status="200"} 1`, `exemplar_inbox{collection="mailroom"} 1`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the metrics lack %s:\n%s", want, text)
		}
	}
	s.makeKey(service.NewKey{Name: "admin", Role: service.Admin})
	s.send(401, "GET", "/metrics", "", nil)
}

// The audit can be narrowed to what is of interest.
func TestAuditIsNarrowed(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.collection("other")
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	ask[service.Changed](s, 200, "POST", mailroom+"/labels/rename", map[string]string{"from": "ticket", "to": "fare"})
	for query, want := range map[string]int{"": 4, "?collection=other": 1, "?what=collection": 2, "?what=label": 1, "?what=label.rename": 1, "?what=lab": 0, "?what=references&collection=other": 0, "?what=%25": 0} {
		if page := ask[service.AuditPage](s, 200, "GET", "/audit"+query, nil); len(page.Entries) != want {
			t.Errorf("%s: %d rows, want %d", query, len(page.Entries), want)
		}
	}
}
