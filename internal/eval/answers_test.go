package eval

import (
	"slices"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
)

// Eight decisions, worked out on paper.
func TestClassification(t *testing.T) {
	s := &Set{Name: "decisions", Dim: 1}
	add := func(label string, a Answer) {
		s.Samples = append(s.Samples, Sample{Sample: dataset.Sample{Path: label + "/x.jpg", Label: label}})
		s.Embeddings = append(s.Embeddings, 1)
		s.Answers = append(s.Answers, a)
	}
	add("a", Answer{decide.Match, "a"})
	add("a", Answer{decide.Match, "a"})
	add("a", Answer{decide.Match, "t/b"})
	add("a", Answer{Outcome: decide.Unknown})
	add("t/b", Answer{decide.Match, "t/b"})
	add("t/b", Answer{decide.Match, "t"}) // the parent
	add("t/b", Answer{Outcome: decide.Ambiguous})
	add("", Answer{Outcome: decide.Unknown}) // a stranger: right
	add("", Answer{decide.Match, "a"})
	s.Samples[6].Refused = "blank" // overrules the answer
	c := evaluate(t, s, Options{}).Classification
	near(t, "accuracy", c.Accuracy, 4.0/9, 1e-12)
	near(t, "parent", c.Parent, 1.0/9, 1e-12)
	want := []ClassScore{
		{Label: "a", Captures: 4, Precision: 2.0 / 3, Recall: 0.5, F1: 4.0 / 7},
		{Label: "t/b", Captures: 3, Precision: 0.5, Recall: 1.0 / 3, F1: 2.0 / 5},
	}
	if !slices.Equal(c.Classes, want) {
		t.Errorf("classes %+v", c.Classes)
	}
	near(t, "macro F1", c.F1, (4.0/7+2.0/5)/2, 1e-12)
	if !slices.Equal(c.Confusion.Rows, []string{StrangerRow, "a", "t/b"}) ||
		!slices.Equal(c.Confusion.Columns, []string{"a", "t", "t/b", "ambiguous", "unknown", "refused"}) {
		t.Fatalf("%+v", c.Confusion)
	}
	for i, row := range [][]int{{1, 0, 0, 0, 1, 0}, {2, 0, 1, 0, 1, 0}, {0, 1, 1, 0, 0, 1}} {
		if !slices.Equal(c.Confusion.Counts[i], row) {
			t.Errorf("row %s: %v, want %v", c.Confusion.Rows[i], c.Confusion.Counts[i], row)
		}
	}
}

func TestChecksFindBadLabels(t *testing.T) {
	s := drawSet(21, numbered(30), 5, 32, 0.4)
	for i := range s.Samples {
		s.Samples[i].Hash = s.Samples[i].Path
	}
	// Two captures with each other's label, one file under two labels, one
	// twice under the same.
	x, y := &s.Samples[7], &s.Samples[22]
	x.Label, y.Label = y.Label, x.Label
	s.Samples[12].Hash, s.Samples[11].Hash, s.Samples[16].Hash = "same", s.Samples[33].Hash, s.Samples[17].Hash
	s.Samples[41].Hash = "same"
	s.Samples[50].Refused = "not an image"
	c := evaluate(t, s, Options{}).Checks
	if len(c.LabelErrors) != 2 || !slices.Contains([]string{c.LabelErrors[0].Path, c.LabelErrors[1].Path}, x.Path) || c.LabelErrors[0].Score <= c.LabelErrors[0].Own {
		t.Errorf("suspects %v", c.LabelErrors)
	}
	if len(c.Duplicates) != 3 || !c.Duplicates[0].LabelError || !c.Duplicates[1].LabelError || c.Duplicates[2].LabelError {
		t.Errorf("duplicates %+v", c.Duplicates)
	}
	if len(c.Refused) != 1 || c.Refused[0].Reason != "not an image" {
		t.Errorf("refused %v", c.Refused)
	}
}

func TestConditions(t *testing.T) {
	s := drawSet(22, numbered(40), 4, 32, 0.3)
	// Spoil one condition.
	noise := drawSet(23, numbered(160), 1, 32, 0)
	for i, x := range s.Samples {
		if x.Condition == "c2" {
			copy(s.Embeddings[i*32:(i+1)*32], noise.Embeddings[i*32:(i+1)*32])
		}
	}
	r := evaluate(t, s, Options{})
	if len(r.Conditions) != 4 {
		t.Fatalf("%+v", r.Conditions)
	}
	good, bad := r.Conditions[1], r.Conditions[2]
	if bad.Name != "c2" || bad.Captures != 40 || bad.TPR > 0.2 || good.TPR < 0.6 || *bad.Rank1 > 0.3 || *good.Rank1 < 0.9 {
		t.Errorf("good %+v, bad %+v", good, bad)
	}
	if reference := r.Conditions[0]; reference.Rank1 != nil {
		t.Errorf("rank of references: %v", *reference.Rank1)
	}
}

// An outcome that this package does not know gets a column of its own.
func TestEveryOutcomeHasAColumn(t *testing.T) {
	m := confusionMatrix([]decided{
		{truth: "a", answer: Answer{Outcome: decide.Match, Label: "a"}},
		{truth: "a", answer: Answer{Outcome: "deferred"}},
	})
	if at := slices.Index(m.Columns, "deferred"); at < 0 || m.Counts[0][at] != 1 || m.Counts[0][slices.Index(m.Columns, "a")] != 1 {
		t.Errorf("%v of %v", m.Counts, m.Columns)
	}
}
