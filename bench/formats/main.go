// Command formats compares the files that exemplar reads with those that Pillow reads:
// refused files, by reason, and pictures that differ.
//
//	python tools/imaging/pillow_reads.py FOLDER... > reads.csv
//	go run ./bench/formats [-v] reads.csv
//
// It prints tables in Markdown. Two pictures differ if the mean colours of a grid of
// 8 x 8 cells, over white, differ by more than 3 levels of 255 on average.
package main

import (
	"encoding/csv"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"exemplar/internal/imaging"
)

const (
	grid      = 8   // cells on a side, as in pillow_reads.py
	tolerance = 3.0 // levels, in the mean of the grid
	gridBytes = 3 * grid * grid
)

// reading is Pillow's reading of a file.
type reading struct {
	path, format string // format is empty if Pillow does not read the file
	w, h         int
	colours      []byte
}

// outcome is our reading of the same file.
type outcome struct {
	reading
	err        error
	w, h       int
	difference float64
	notes      []string
	took       time.Duration
}

func main() {
	verbose := flag.Bool("v", false, "name every file that is refused or differs")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: formats [-v] reads.csv")
	}
	readings, err := load(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	outcomes := decodeAll(readings)
	report(outcomes)
	reasons(outcomes)
	if *verbose {
		list(outcomes)
	}
}

func load(path string) ([]reading, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var all []reading
	for i, row := range rows {
		if len(row) != 5 {
			return nil, fmt.Errorf("%s: line %d has %d columns, want 5", path, i+1, len(row))
		}
		w, errW := strconv.Atoi(row[2])
		h, errH := strconv.Atoi(row[3])
		colours, errC := hex.DecodeString(row[4])
		if err := errors.Join(errW, errH, errC); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, i+1, err)
		}
		all = append(all, reading{row[0], row[1], w, h, colours})
	}
	return all, nil
}

func decodeAll(readings []reading) []outcome {
	outcomes := make([]outcome, len(readings))
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				outcomes[i] = decode(readings[i])
			}
		})
	}
	for i := range readings {
		next <- i
	}
	close(next)
	group.Wait()
	return outcomes
}

func decode(r reading) outcome {
	o := outcome{reading: r}
	data, err := os.ReadFile(r.path)
	if err != nil {
		o.err = err
		return o
	}
	start := time.Now()
	m, info, err := imaging.Decode(data, imaging.DefaultLimits)
	o.took, o.err = time.Since(start), err
	if err != nil {
		return o
	}
	o.w, o.h, o.notes = info.W, info.H, info.Notes
	if len(r.colours) == gridBytes {
		o.difference = difference(gridOf(m), r.colours)
	}
	return o
}

// gridOf returns the mean colours of cells of whole pixels. Each has at least one pixel.
func gridOf(m *imaging.Image) []byte {
	var cells []byte
	for y := range grid {
		for x := range grid {
			left, top := x*m.W/grid, y*m.H/grid
			cell := m.Crop(left, top, max((x+1)*m.W/grid-left, 1), max((y+1)*m.H/grid-top, 1))
			var sums [3]int
			for i, v := range cell.Pix {
				sums[i%3] += int(v)
			}
			for _, sum := range sums {
				cells = append(cells, byte(float64(sum)/float64(cell.W*cell.H)+0.5))
			}
		}
	}
	return cells
}

func difference(a, b []byte) float64 {
	sum := 0
	for i, v := range a {
		sum += max(int(v)-int(b[i]), int(b[i])-int(v))
	}
	return float64(sum) / float64(len(a))
}

func (o outcome) differs() bool {
	return o.err == nil && o.format != "" && (o.difference > tolerance || o.w != o.reading.w || o.h != o.reading.h)
}

// report prints a table with a row for each format, by Pillow's names.
func report(outcomes []outcome) {
	type counts struct{ files, refused, unsupported, damaged, large, differ int }
	rows := map[string]*counts{}
	total := &counts{}
	for _, o := range outcomes {
		name := o.format
		if name == "" {
			name = "(not read by Pillow)"
		}
		if rows[name] == nil {
			rows[name] = &counts{}
		}
		for _, c := range []*counts{rows[name], total} {
			if c == total && o.format == "" {
				continue
			}
			c.files++
			switch {
			case errors.Is(o.err, imaging.ErrUnsupported):
				c.unsupported++
			case errors.Is(o.err, imaging.ErrCorrupt):
				c.damaged++
			case o.err != nil:
				c.large++
			case o.differs():
				c.differ++
			}
			if o.err != nil {
				c.refused++
			}
		}
	}
	names := make([]string, 0, len(rows))
	for name := range rows {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Println("| format | files | refused | not a kind that is read | damaged | too large | differ |")
	fmt.Println("|---|---|---|---|---|---|---|")
	row := func(name string, c *counts) {
		fmt.Printf("| %s | %d | %d | %d | %d | %d | %d |\n", name, c.files, c.refused, c.unsupported, c.damaged, c.large, c.differ)
	}
	for _, name := range names {
		row(name, rows[name])
	}
	row("read by Pillow", total)
}

// reasons prints the reasons why files that Pillow reads are refused, with their numbers.
func reasons(outcomes []outcome) {
	counts := map[string]int{}
	for _, o := range outcomes {
		if o.format != "" && o.err != nil {
			counts[o.reason()]++
		}
	}
	fmt.Println("\n| refused because | files |\n|---|---|")
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("| %s | %d |\n", reason, counts[reason])
	}
}

// reason says why a file is refused: because of its kind, or of an error in it.
func (o outcome) reason() string {
	data, err := os.ReadFile(o.path)
	if err != nil {
		return err.Error()
	}
	kind := imaging.KindOf(data)
	if !kind.Read {
		return "it is " + kind.Name
	}
	_, detail, _ := strings.Cut(o.err.Error(), ": ")
	return fmt.Sprintf("%s: %s", kind.Name, detail)
}

func list(outcomes []outcome) {
	for _, o := range outcomes {
		switch {
		case o.format != "" && o.err != nil:
			fmt.Printf("refused\t%s\t%s\t%v\n", o.format, o.path, o.err)
		case o.differs():
			fmt.Printf("differs\t%s\t%s\tby %.1f, %d x %d for %d x %d %q\n", o.format, o.path, o.difference, o.w, o.h, o.reading.w, o.reading.h, o.notes)
		case errors.Is(o.err, imaging.ErrCorrupt):
			fmt.Printf("damaged\t\t%s\t%v\n", o.path, o.err)
		case o.format == "" && o.err == nil:
			fmt.Printf("only here\t\t%s\t%q\n", o.path, o.notes)
		}
		if o.took > 2*time.Second {
			fmt.Printf("slow\t%s\t%s\t%v\n", o.format, o.path, o.took)
		}
	}
}
