package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const head = `# Calibration: strangers asked for, strangers met

` + "`go run ./bench/calibration`" + ` asks the calibration of the built-in bundle for thresholds, and counts the strangers that reach them.
The pictures are others than those of its fit: %s.

*Other classes*: N classes are drawn at random and registered, and the captures of all other classes are looked up, ten times.
The calibration promises its rate for such strangers.
*Own class left out*: all classes of a set but one are registered, and that one is looked up.
Its look-alikes (a variant of the same form, the other side of a note, another receipt of the same chain) are all registered.
No calibration can promise a rate for these, because it depends on how similar the documents of a collection are.
The figures say how far it is off.
They are in percent, with 95 %% intervals over classes; thresholds are cosines.

| data | strangers | N | searches | asked 0.1 | asked 1 | asked 5 | asked 10 |
|---|---|---|---|---|---|---|---|
`

// write writes the table twice: as CSV for programs, and as a page for people.
func write(folder string, rows []row, source string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(folder, "calibration.csv"), rows); err != nil {
		return err
	}
	text := fmt.Sprintf(head, source)
	for ; len(rows) >= len(fpirs); rows = rows[len(fpirs):] {
		text += line(rows[:len(fpirs)])
	}
	return os.WriteFile(filepath.Join(folder, "calibration.md"), []byte(text), 0o644)
}

// line is the line of one gallery size. It has a cell for each requested rate.
func line(rows []row) string {
	cells := []string{rows[0].data, rows[0].strangers, strconv.Itoa(rows[0].Classes), strconv.Itoa(rows[0].CalibrationCheck.Strangers)}
	for _, r := range rows {
		cells = append(cells, fmt.Sprintf("%.2f [%.2f, %.2f] from %.3f", 100*r.Observed, 100*r.Low, 100*r.High, r.Threshold))
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

func writeCSV(path string, rows []row) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	table := csv.NewWriter(file)
	table.Write([]string{"data", "strangers", "classes", "searches", "requested", "met", "low", "high", "threshold"})
	for _, r := range rows {
		table.Write([]string{r.data, r.strangers, strconv.Itoa(r.Classes), strconv.Itoa(r.CalibrationCheck.Strangers),
			number(r.Requested), number(r.Observed), number(r.Low), number(r.High), number(r.Threshold)})
	}
	table.Flush()
	if err := table.Error(); err != nil {
		return err
	}
	return file.Close()
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 5, 64) }
