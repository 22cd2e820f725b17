package eval

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"exemplar/internal/fileio"
)

// WriteJSON writes one object {"sets": [...]} with a result for each set and model.
func WriteJSON(w io.Writer, results []*Result) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	if err := out.Encode(map[string]any{"sets": results}); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

var csvColumns = []string{"set", "model", "measure", "target", "value", "low", "high", "threshold", "supported"}

// WriteCSV writes one line for each number of the results. Columns that a measure does not
// have are empty.
func WriteCSV(w io.Writer, results []*Result) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	for _, r := range results {
		for _, line := range r.lines() {
			if err := out.Write(append([]string{fileio.TextCell(r.Name), fileio.TextCell(r.Model)}, line...)); err != nil {
				return fmt.Errorf("write results: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

// lines are the rows of the CSV file without set and model.
func (r *Result) lines() [][]string {
	var lines [][]string
	single := func(name string, v float64) {
		lines = append(lines, []string{name, "", number(v), "", "", "", ""})
	}
	single("images", float64(r.Images))
	single("refused", float64(r.Refused))
	if v := r.Verification; v != nil {
		single("mated_pairs", float64(v.MatedPairs))
		single("non_mated_pairs", float64(v.NonMatedPairs))
		single("auroc", v.AUROC)
		single("eer", v.EER)
		for _, p := range v.Points {
			lines = append(lines, []string{"tpr_at_fmr", number(p.Target), number(p.TPR), number(p.Low), number(p.High), number(p.Threshold), strconv.FormatBool(p.Supported)})
		}
	}
	if id := r.Identification; id != nil {
		for i, v := range id.Ranks {
			lines = append(lines, []string{"rank", strconv.Itoa(i + 1), number(v), number(id.Low[i]), number(id.High[i]), "", ""})
		}
		for _, p := range id.Open {
			lines = append(lines, []string{"fnir_" + p.Protocol, number(p.Target), number(p.FNIR), number(p.Low), number(p.High), number(p.Threshold), strconv.FormatBool(p.Supported)})
		}
	}
	if c := r.Classification; c != nil {
		lines = append(lines, []string{"accuracy", "", number(c.Accuracy), number(c.Low), number(c.High), "", ""})
		single("precision", c.Precision)
		single("recall", c.Recall)
		single("f1", c.F1)
	}
	if d := r.Decisions; d != nil {
		lines = append(lines, d.lines()...)
	}
	return lines
}

// lines are the rows of an open set's answers.
func (d *OpenSet) lines() [][]string {
	var lines [][]string
	add := func(name, target string, s Share) {
		if s.Trials > 0 {
			lines = append(lines, []string{name, target, number(s.Rate), number(s.Low), number(s.High), "", ""})
		}
	}
	add("first", "", d.First)
	add("right", "", d.Right)
	add("open", "", d.Open)
	add("wrong", "", d.Wrong)
	add("missed", "", d.Missed)
	add("strangers_accepted", "", d.Accepted)
	add("strangers_accepted_with_relative", "", d.AcceptedRelated)
	add("strangers_accepted_without_relative", "", d.AcceptedUnrelated)
	add("distractors_accepted", "", d.Distractors)
	for _, p := range d.AtStrangers {
		add("right_at_strangers", number(p.Target), p.Share)
	}
	return lines
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 8, 64) }
