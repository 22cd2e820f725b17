package main

import (
	"bytes"
	"strings"
	"testing"

	"exemplar"
)

// A line fits 100 columns whatever the names are, says what counts, and nothing
// of it is lost to the longer form.
func TestLinesFitHundredColumns(t *testing.T) {
	long := strings.Repeat("a very long folder/", 8) + "名刺 of somebody.jpg"
	label := "identity-documents/driving-licences/front/second-edition-of-2019"
	candidates := []exemplar.Candidate{{Label: label, Score: 0.9, Reference: "R1"}, {Label: label + "/other", Score: 0.8, Reference: "R2"}}
	found := &exemplar.Geometry{Agreement: 0.876, Judged: 99, Changes: make([][4][2]float64, 3)}
	for _, c := range []struct {
		name   string
		answer exemplar.Answer
		want   []string
	}{
		{"match", exemplar.Answer{Decision: exemplar.Match, Label: "card", Score: 0.93, Geometry: found, Candidates: candidates},
			[]string{"match", "card", "88 % agrees, other print in 3 places"}},
		{"long match", exemplar.Answer{Decision: exemplar.Match, Label: label, Score: 1, Rotation: 90, Geometry: found, Candidates: candidates},
			[]string{"match", "identity-doc...", "88 % agrees"}},
		{"turned", exemplar.Answer{Decision: exemplar.Match, Label: "card", Rotation: 90}, []string{"turned 90"}},
		{"unknown", exemplar.Answer{Decision: exemplar.Unknown, Score: 0.3, Candidates: candidates}, []string{"unknown", " - "}},
		{"short unknown", exemplar.Answer{Decision: exemplar.Unknown, Candidates: []exemplar.Candidate{{Label: "card"}}}, []string{"nearest card"}},
		{"ambiguous", exemplar.Answer{Decision: exemplar.Ambiguous, Candidates: []exemplar.Candidate{{Label: "a"}, {Label: "b"}}}, []string{"a or b"}},
		{"refused", exemplar.Answer{Decision: exemplar.Refused, Reason: strings.Repeat("this is no picture but many words, ", 9)}, []string{"refused", "this is no picture"}},
		{"nothing", exemplar.Answer{Decision: exemplar.Unknown}, []string{"unknown"}},
	} {
		for _, name := range []string{"a.jpg", long} {
			var short, full bytes.Buffer
			list := []input{{name: name}}
			p, all := newTextPrinter(&short, list, false), newTextPrinter(&full, list, true)
			p.label = labelColumns // the widest
			for range 2 {
				if err := p.print(name, c.answer); err != nil {
					t.Fatal(err)
				}
			}
			if err := all.print(name, c.answer); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(short.String()) {
				if n := columns(strings.TrimSuffix(line, "\n")); n > lineColumns {
					t.Errorf("%s: %d columns: %s", c.name, n, line)
				}
			}
			if strings.Count(short.String(), "\n") != 2 {
				t.Errorf("%s: printed %q", c.name, short.String())
			}
			for _, want := range c.want {
				if !strings.Contains(short.String(), want) && name != long {
					t.Errorf("%s: %q is not in %s", c.name, want, short.String())
				}
			}
			for _, want := range []string{name, c.answer.Label, c.answer.Reason} {
				if !strings.Contains(full.String(), want) {
					t.Errorf("%s: %q is not in the longer form %s", c.name, want, full.String())
				}
			}
		}
	}
}
