package eval

import (
	"fmt"
	"maps"
	"slices"

	"exemplar/internal/decide"
)

// StrangerRow names the row of strangers in a confusion matrix.
const StrangerRow = "(stranger)"

// Answer is a decision on one capture. It has a label only with [decide.Match].
type Answer struct {
	Outcome decide.Outcome
	Label   string
}

// column is the answer's column of the confusion matrix.
func (a Answer) column() string {
	if a.Outcome == decide.Match {
		return a.Label
	}
	return string(a.Outcome)
}

// Classification says how good decisions are. Accuracy and recall count every capture,
// refused ones included. For a stranger unknown is right. An answer that names an
// ancestor of the right label counts in Parent alone: it is no hit, and no false
// positive of the ancestor.
type Classification struct {
	Captures  int     `json:"captures"`
	Accuracy  float64 `json:"accuracy"`
	Low       float64 `json:"low"` // 95 % interval of the accuracy
	High      float64 `json:"high"`
	Parent    float64 `json:"right_parent"` // share of answers that name an ancestor
	Precision float64 `json:"precision"`    // means over the classes that have captures
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`

	Classes   []ClassScore `json:"classes"`
	Confusion Confusions   `json:"confusion"`
}

// ClassScore is the part of one class. Precision is 0 if no answer named the class.
type ClassScore struct {
	Label     string  `json:"label"`
	Captures  int     `json:"captures"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// Confusions counts answers (columns) by right label (rows). The last columns
// are ambiguous, unknown and refused.
type Confusions struct {
	Rows    []string `json:"rows"`
	Columns []string `json:"columns"`
	Counts  [][]int  `json:"counts"`
}

// decided is one capture with its answer.
type decided struct {
	truth  string // StrangerRow for strangers
	class  int32
	answer Answer
}

func (d decided) right() bool {
	if d.truth == StrangerRow {
		return d.answer.Outcome == decide.Unknown
	}
	return d.answer.Outcome == decide.Match && d.answer.Label == d.truth
}

func (d decided) parent() bool {
	return d.answer.Outcome == decide.Match && IsAbove(d.answer.Label, d.truth)
}

// classify judges the answers of a set. It returns nil for a set without answers.
func classify(s *Set, c *classes) (*Classification, error) {
	if s.Answers == nil {
		return nil, nil
	}
	list, err := pairAnswers(s, c)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	r := &Classification{Captures: len(list)}
	all := newClustered(c.count())
	for _, d := range list {
		all.trials[d.class]++
		if d.right() {
			all.hits[d.class]++
		}
		if d.parent() {
			r.Parent += 1 / float64(len(list))
		}
	}
	r.Accuracy, r.Low, r.High = all.interval()
	r.scoreClasses(list)
	r.Confusion = confusionMatrix(list)
	return r, nil
}

// pairAnswers joins captures and answers.
func pairAnswers(s *Set, c *classes) ([]decided, error) {
	var list []decided
	for i, x := range s.Samples {
		if x.enrolled() {
			continue
		}
		if len(list) == len(s.Answers) {
			return nil, fmt.Errorf("%d answers for more captures", len(s.Answers))
		}
		d := decided{truth: x.Label, class: c.of[i], answer: s.Answers[len(list)]}
		if x.Label == "" {
			d.truth = StrangerRow
		}
		if x.Refused != "" {
			d.answer = Answer{Outcome: decide.Refused}
		}
		list = append(list, d)
	}
	if len(list) != len(s.Answers) {
		return nil, fmt.Errorf("%d answers for %d captures", len(s.Answers), len(list))
	}
	return list, nil
}

func (r *Classification) scoreClasses(list []decided) {
	captures, hits, answered := map[string]int{}, map[string]int{}, map[string]int{}
	for _, d := range list {
		if d.truth != StrangerRow {
			captures[d.truth]++
		}
		if d.answer.Outcome == decide.Match && !d.parent() {
			answered[d.answer.Label]++
		}
		if d.right() {
			hits[d.truth]++
		}
	}
	for _, label := range slices.Sorted(maps.Keys(captures)) {
		n, hit := captures[label], float64(hits[label])
		x := ClassScore{Label: label, Captures: n, Recall: hit / float64(n)}
		if answered[label] > 0 {
			x.Precision = hit / float64(answered[label])
		}
		x.F1 = 2 * hit / float64(n+answered[label])
		r.Classes = append(r.Classes, x)
	}
	for _, x := range r.Classes {
		share := 1 / float64(len(r.Classes))
		r.Precision += share * x.Precision
		r.Recall += share * x.Recall
		r.F1 += share * x.F1
	}
}

func confusionMatrix(list []decided) Confusions {
	var rows, columns []string
	outcomes := []string{string(decide.Ambiguous), string(decide.Unknown), string(decide.Refused)}
	for _, d := range list {
		rows = append(rows, d.truth)
		if d.answer.Outcome == decide.Match {
			columns = append(columns, d.answer.Label)
		} else if other := d.answer.column(); !slices.Contains(outcomes, other) {
			outcomes = append(outcomes, other)
		}
	}
	m := Confusions{Rows: distinct(rows), Columns: append(distinct(columns), outcomes...)}
	for range m.Rows {
		m.Counts = append(m.Counts, make([]int, len(m.Columns)))
	}
	for _, d := range list {
		row, _ := slices.BinarySearch(m.Rows, d.truth)
		m.Counts[row][slices.Index(m.Columns, d.answer.column())]++
	}
	return m
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
