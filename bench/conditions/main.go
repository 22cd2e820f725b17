// Command conditions asks in what state documents are seen: are glare, things upon
// them, missing parts, stains and the like told, and not told of plain pictures, and
// do sub-labels that name a condition go to the copies in that condition, whoever's
// they are?
//
//	go run ./bench/conditions                       # writes docs/results/conditions.md
//	go run ./bench/conditions -documents 16 -odd -failures FOLDER -results ""
//	go run ./bench/conditions -documents 8 -sheet sheet.png
//	go run ./bench/conditions -example card         # the pictures of docs/sub-labels.md
//
// Documents are drawn, and captured by two simulators: package capturesim, and one of
// this command's own that was written apart from it. What is chosen is chosen with the
// first one on documents of odd numbers, with an exception that the page names; reported
// are those of even ones, of both.
// Rates are internal/eval's.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"slices"
	"time"

	"exemplar/internal/condition"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// drawnKinds are documents of which there are other copies. Covers, labels and pages
// have no contents; rolls vary in length.
var drawnKinds = []string{"bank-card", "banknote", "bill", "certificate", "driving-licence", "form", "id-card", "id-card-back", "invoice", "letter", "membership", "receipt", "statement", "ticket"}

// seen are the conditions that are made; "" is a plain picture.
var seen = []condition.Kind{"", condition.Glare, condition.Covered, condition.CutOff, condition.Torn, condition.Stained, condition.Blurred, condition.Faded, condition.TooSmall, condition.Screen}

type options struct {
	documents        int
	odd              bool
	seed             uint64
	sheet, example   string
	failures         string
	story, detection bool
}

func main() {
	var o options
	flag.IntVar(&o.documents, "documents", 42, "number of documents")
	flag.BoolVar(&o.odd, "odd", false, "take the documents of odd numbers, on which thresholds are chosen")
	flag.Uint64Var(&o.seed, "seed", 7000, "seed")
	only := flag.String("simulator", "", "capture by this simulator alone; by all if empty")
	flag.StringVar(&o.sheet, "sheet", "", "draw the captures of the first documents to this file (PNG), and measure nothing")
	flag.StringVar(&o.example, "example", "", "write the pictures of docs/sub-labels.md to this folder, and measure nothing")
	flag.StringVar(&o.failures, "failures", "", "write the pictures that were answered wrongly, and their references, to this folder; none if empty")
	flag.BoolVar(&o.story, "story", true, "measure sub-labels")
	flag.BoolVar(&o.detection, "detection", true, "measure which conditions are said")
	results := flag.String("results", "docs/results", "folder to write conditions.md to; none if empty")
	flag.Parse()
	simulators = slices.DeleteFunc(simulators, func(s simulator) bool { return *only != "" && s.name != *only })
	if err := run(context.Background(), &o, *results); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, o *options, results string) error {
	if o.sheet != "" {
		return writeSheet(o)
	}
	if o.example != "" {
		return writeExample(o)
	}
	model, err := recognise.OpenModel("")
	if err != nil {
		return err
	}
	start := time.Now()
	var said []looked
	var answered []answered
	if o.story {
		if answered, err = tell(ctx, model, o); err != nil {
			return err
		}
		log.Printf("%d pictures answered in %s", len(answered), time.Since(start).Round(time.Second))
	}
	if o.detection {
		if said, err = look(ctx, model, o); err != nil {
			return err
		}
		log.Printf("%d pictures looked at in %s", len(said), time.Since(start).Round(time.Second))
	}
	text := page(said, answered, o)
	fmt.Print(text)
	if results == "" {
		return nil
	}
	return fileio.WriteBytes(filepath.Join(results, "conditions.md"), 0o644, []byte(text))
}

// document is one that is drawn: its number is even or odd, and neighbours of one
// parity are of different kinds.
type document struct {
	number int
	seed   uint64
}

func (o *options) list() []document {
	all := make([]document, o.documents)
	for i := range all {
		n := 2 * i
		if o.odd {
			n++
		}
		all[i] = document{n, o.seed + uint64(n)}
	}
	return all
}

func (d document) kind() string { return drawnKinds[d.number/2%len(drawnKinds)] }

func (d document) name() string { return fmt.Sprintf("%s-%03d", d.kind(), d.number) }

// draw draws it with its first contents or with others.
func (d document) draw(other bool) *imaging.Image {
	s := synthdoc.Document{Kind: d.kind(), Template: d.seed, Content: d.seed, Size: 800}
	if other {
		s.Content += 500_000
	}
	return synthdoc.Draw(s)
}
