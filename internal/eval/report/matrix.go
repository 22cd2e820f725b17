package report

import (
	"fmt"
	"slices"

	"exemplar/internal/eval"
)

// matrixView is a matrix of counts as the page shows it.
type matrixView struct {
	Columns []string
	Rows    []matrixRow
	Perfect int // rows that are left out because every answer is right
	More    int // rows with errors that are left out because they are too many
}

type matrixRow struct {
	Label string
	Cells []matrixCell
}

// matrixCell is a count of a row's captures. Kind is right, parent, wrong or open (the
// answer has no label).
type matrixCell struct {
	Count, Of int
	Kind      string
	Shade     string // opacity of the cell's colour
}

func newCell(count, of int, kind string) matrixCell {
	return matrixCell{count, of, kind, fmt.Sprintf("%.2f", 0.15+0.85*float64(count)/float64(of))}
}

const (
	matrixSide   = 16 // classes of the matrix of best labels
	decisionRows = 40 // rows of the matrix of decisions
)

// confusionView shows the classes that are most often taken for each other.
func confusionView(list []eval.Confusion) *matrixView {
	if len(list) == 0 {
		return nil
	}
	var labels []string
	for _, c := range list {
		for _, l := range []string{c.Truth, c.Answer} {
			if len(labels) < matrixSide && !slices.Contains(labels, l) {
				labels = append(labels, l)
			}
		}
	}
	slices.Sort(labels)
	m := &matrixView{Columns: labels}
	for _, truth := range labels {
		row := matrixRow{Label: truth, Cells: make([]matrixCell, len(labels))}
		for _, c := range list {
			if k := slices.Index(labels, c.Answer); c.Truth == truth && k >= 0 {
				row.Cells[k] = newCell(c.Count, c.Of, "wrong")
			}
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// decisionView shows the rows of a confusion matrix that have errors, and the columns in
// which these rows have counts. Columns without a label come first.
func decisionView(c eval.Confusions) *matrixView {
	m := &matrixView{}
	labels := len(c.Columns) - 3
	var rows []int
	for i, counts := range c.Counts {
		switch {
		case sum(counts) == rightAnswers(c, i):
			m.Perfect++
		case len(rows) == decisionRows:
			m.More++
		default:
			rows = append(rows, i)
		}
	}
	order := []int{labels, labels + 1, labels + 2}
	for k := range labels {
		if slices.ContainsFunc(rows, func(i int) bool { return c.Counts[i][k] > 0 }) {
			order = append(order, k)
		}
	}
	for _, k := range order {
		m.Columns = append(m.Columns, c.Columns[k])
	}
	for _, i := range rows {
		row := matrixRow{Label: c.Rows[i]}
		for _, k := range order {
			row.Cells = append(row.Cells, newCell(c.Counts[i][k], sum(c.Counts[i]), kindOf(c, i, k)))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// rightAnswers counts a row's right answers.
func rightAnswers(c eval.Confusions, row int) int {
	n := 0
	for k, count := range c.Counts[row] {
		if kindOf(c, row, k) == "right" {
			n += count
		}
	}
	return n
}

func kindOf(c eval.Confusions, row, column int) string {
	truth, answer := c.Rows[row], c.Columns[column]
	isLabel := column < len(c.Columns)-3
	switch {
	case isLabel && truth == answer, truth == eval.StrangerRow && column == len(c.Columns)-2:
		return "right"
	case isLabel && eval.IsAbove(answer, truth):
		return "parent"
	case isLabel:
		return "wrong"
	}
	return "open"
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}
