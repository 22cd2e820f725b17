package server

import (
	"net/http"
	"strings"
	"testing"

	"exemplar/internal/service"
)

// rejected serves a collection with one ticket, and one photo that was said not to be it.
func rejected(t *testing.T) *testServer {
	t.Helper()
	s := newTestServer(t)
	ask[service.Collection](s, http.StatusCreated, "POST", "/collections", service.NewCollection{Name: "mailroom", KeepPictures: service.KeepAll})
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	wrong := s.classify("mailroom", "", photo("ticket", 1)).Answers[0]
	ask[service.Rejected](s, 200, "POST", mailroom+"/decisions/"+wrong.DecisionID+"/reject", nil)
	return s
}

// count is what a list of references says of a label: how many it has, and how many were
// said not to be it.
func (s *testServer) count(label string) [2]int {
	s.Helper()
	list := ask[service.References](s, 200, "GET", mailroom+"/references?label="+label, nil)
	for _, n := range list.Negatives {
		if !strings.HasPrefix(n.Label, "_not/"+label) {
			s.Errorf("%s is listed as a negative of %q", n.Label, label)
		}
	}
	return [2]int{len(list.References), len(list.Negatives)}
}

// What was said not to be a label goes with the label: where it is renamed, where it is
// removed, and where that is undone.
func TestNegativesFollowTheirLabel(t *testing.T) {
	s := rejected(t)
	if c := s.count("ticket"); c != [2]int{1, 1} {
		t.Fatalf("the list of the label: %v", c)
	}
	for _, change := range []struct {
		name string
		do   func() service.Changed
		left map[string][2]int
	}{
		{"renamed", func() service.Changed {
			return ask[service.Changed](s, 200, "POST", mailroom+"/labels/rename", map[string]string{"from": "ticket", "to": "fare/tick"})
		}, map[string][2]int{"ticket": {0, 0}, "fare/tick": {1, 1}, "fare": {1, 1}, "": {1, 1}}},
		{"removed", func() service.Changed {
			return ask[service.Changed](s, 200, "DELETE", mailroom+"/labels?label=ticket", nil)
		}, map[string][2]int{"ticket": {0, 0}, "": {0, 0}}},
	} {
		done := change.do()
		if done.References != 1 || done.Negatives != 1 || done.Merged {
			t.Errorf("%s: %+v", change.name, done)
		}
		for label, want := range change.left {
			if c := s.count(label); c != want {
				t.Errorf("%s: %q has %v, want %v", change.name, label, c, want)
			}
		}
		ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": done.Change})
		if c := s.count("ticket"); c != [2]int{1, 1} {
			t.Errorf("%s and undone: %v", change.name, c)
		}
	}
}

// Negatives of a label that has nothing else are seen, and can be removed.
func TestNegativesAloneAreSeen(t *testing.T) {
	s := rejected(t)
	list := ask[service.References](s, 200, "GET", mailroom+"/references", nil)
	ask[service.Changed](s, 200, "DELETE", mailroom+"/references/"+list.References[0].ID, nil)
	labels := ask[service.Labels](s, 200, "GET", mailroom+"/labels", nil).Labels
	if len(labels) != 1 || labels[0].Label != "ticket" || labels[0].References != 0 || labels[0].Negatives != 1 {
		t.Errorf("the labels: %+v", labels)
	}
	ask[service.Changed](s, 200, "DELETE", mailroom+"/labels?label=ticket", nil)
	if labels := ask[service.Labels](s, 200, "GET", mailroom+"/labels", nil).Labels; len(labels) > 0 {
		t.Errorf("after removing: %+v", labels)
	}
}

// Whoever renames a label onto another one is told that the two are one now, and can
// part them again.
func TestMergedLabelsAreSaid(t *testing.T) {
	s := newTestServer(t)
	s.collection("mailroom")
	s.register("mailroom", "ticket", formFile{"ticket.png", drawn("ticket")})
	s.register("mailroom", "form", formFile{"form.png", drawn("form")})
	last := ""
	for _, c := range []struct {
		from, to string
		merged   bool
	}{{"ticket", "fare/ticket", false}, {"fare/ticket", "fare", false}, {"form", "x/form", false}, {"fare", "x", false}, // which is above the other now
		{"x/form", "form", false}, {"x", "fare", false}, {"fare", "form", true}} {
		done := ask[service.Changed](s, 200, "POST", mailroom+"/labels/rename", map[string]string{"from": c.from, "to": c.to})
		if done.Merged != c.merged {
			t.Errorf("%s to %s: %+v", c.from, c.to, done)
		}
		last = done.Change
	}
	s.register("mailroom", "form", formFile{"other.png", drawn("banknote")}) // which stays
	ask[service.Changed](s, 200, "POST", mailroom+"/undo", map[string]string{"change": last})
	labels := ask[service.Labels](s, 200, "GET", mailroom+"/labels", nil).Labels
	if len(labels) != 2 || labels[0].Label != "fare" || labels[0].References != 1 || labels[1].Label != "form" || labels[1].References != 2 {
		t.Errorf("after undoing: %+v", labels)
	}
}
