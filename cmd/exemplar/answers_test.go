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
	candidates := []exemplar.Candidate{{Label: label, Confidence: 0.9, Reference: "R1"}, {Label: label + "/other", Confidence: 0.08, Reference: "R2"}}
	const summary = "88 % agrees, other print in 3 places"
	for _, c := range []struct {
		name   string
		answer exemplar.Answer
		want   []string
	}{
		{"match", exemplar.Answer{Decision: exemplar.Match, Label: "card", Confidence: 0.93, Summary: summary, Candidates: candidates},
			[]string{"match", "card", " 93 %  ", "other print in 3 places"}},
		{"long match", exemplar.Answer{Decision: exemplar.Match, Label: label, Confidence: 1, Rotation: 90, Summary: summary, Candidates: candidates},
			[]string{"match", "identity-do...", "100 %", "other print in 3 places"}},
		{"turned", exemplar.Answer{Decision: exemplar.Match, Label: "card", Rotation: 90, Mirrored: true, Summary: "88 % agrees"}, []string{"88 % agrees, turned 90, mirrored"}},
		{"unknown", exemplar.Answer{Decision: exemplar.Unknown, Confidence: 0.7, Summary: "41 of 98 parts differ", Candidates: candidates},
			[]string{"unknown", " - ", "41 of 98 parts differ"}},
		{"short unknown", exemplar.Answer{Decision: exemplar.Unknown, Summary: "it differs", Candidates: []exemplar.Candidate{{Label: "card"}}}, []string{"nearest card"}},
		{"ambiguous", exemplar.Answer{Decision: exemplar.Ambiguous, Summary: "2 labels", Candidates: []exemplar.Candidate{{Label: "a"}, {Label: "b"}}}, []string{"a or b"}},
		{"refused", exemplar.Answer{Decision: exemplar.Refused, Summary: strings.Repeat("this is no picture but many words, ", 9)}, []string{"refused", "this is no picture"}},
		{"nothing", exemplar.Answer{Decision: exemplar.Unknown}, []string{"unknown"}},
	} {
		for _, name := range []string{"a.jpg", long} {
			var short, full bytes.Buffer
			list := []input{{name: name}}
			p, all := newTextPrinter(&short, list, 99, false), newTextPrinter(&full, list, 99, true)
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
