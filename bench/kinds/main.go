// Command kinds answers the question that users ask first. ONE copy of each kind of
// document is registered. Are other copies of it, with other contents, recognised? And
// are kinds that nobody registered answered unknown, although their look-alikes are
// registered?
//
//	go run ./bench/kinds                            # writes docs/results/kinds.md
//	go run ./bench/kinds -page worst.html kinds_forms
//	go run ./bench/kinds drawn                      # writes docs/results/kinds-drawn.md
//	go run ./bench/kinds lookalikes                 # writes docs/results/kinds-lookalikes.md
//	go run ./bench/kinds -documents 60 exact        # writes docs/results/kinds-exact.md
//	go run ./bench/kinds -seed 1 -documents 90 odds # prints the weights of package decide for editions
//	go run ./bench/kinds -hands 6 kinds_identity    # strangers as ../shared/tools/kinds.py has them
//
// It measures a whole gallery, everything at its default, and prints the tables. It
// writes them to docs/results only if all sets are measured. internal/eval computes the
// rates.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"slices"
	"time"

	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/fileio"
	"exemplar/internal/recognise"
)

// What somebody who looked at the pictures says of the tables.
//
//go:embed notes.md
var notes string

//go:embed drawnnotes.md
var drawnNotes string

var allSets = []string{"kinds_identity", "kinds_invoices", "kinds_forms"}

type settings struct {
	data, page   string
	model        *recognise.Model
	fpir         float64
	hands, worst int
	references   int
	drawn        drawnSettings
}

func main() {
	var s settings
	flag.StringVar(&s.data, "data", "../shared/data/bench", "folder of the sets")
	flag.StringVar(&s.page, "page", "", "also write a page of the worst errors, with pictures, to this file")
	flag.Float64Var(&s.fpir, "fpir", 0.01, "share of strangers that may be accepted")
	flag.IntVar(&s.hands, "hands", 0, "deal the kinds into this many hands, and leave out a hand at a time; 0: a kind at a time")
	flag.IntVar(&s.references, "references", 2, "measure with one reference of each kind (1), and with two as well (2)")
	flag.IntVar(&s.worst, "worst", 10, "errors of each set on the page")
	flag.IntVar(&s.drawn.documents, "documents", 200, "documents to draw")
	flag.Uint64Var(&s.drawn.seed, "seed", 2, "of the drawn documents; 1 is for choosing, 2 for reporting")
	flag.StringVar(&s.drawn.folder, "drawn", "", "folder to keep what is drawn in; it draws only what is missing there")
	path := flag.String("model", "", "a model bundle, instead of the one inside")
	results := flag.String("results", "docs/results", "folder to write kinds.md to")
	flag.Parse()
	if err := run(context.Background(), s, *path, *results, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, s settings, modelPath, results string, names []string) error {
	complete := len(names) == 0 && s.hands == 0 && s.references == 2
	if len(names) == 0 {
		names = allSets
	}
	var err error
	if s.model, err = recognise.OpenModel(modelPath); err != nil {
		return err
	}
	if slices.Equal(names, []string{"drawn"}) {
		return runDrawn(ctx, s, results)
	}
	if slices.Equal(names, []string{"odds"}) {
		return runOdds(ctx, s)
	}
	if slices.Equal(names, []string{"exact"}) {
		return runExact(ctx, s, results)
	}
	if slices.Equal(names, []string{"lookalikes"}) {
		return runLookAlikes(ctx, s, results)
	}
	var sets []*measured
	for _, name := range names {
		start := time.Now()
		m, err := measure(ctx, filepath.Join(s.data, name), s)
		if err != nil {
			return err
		}
		log.Printf("%s: %d captures in %s", name, len(m.one), time.Since(start).Round(time.Second))
		sets = append(sets, m)
	}
	text := document(sets, s)
	fmt.Print(text)
	if complete {
		if err := fileio.WriteBytes(filepath.Join(results, "kinds.md"), 0o644, []byte(text+"\n"+notes)); err != nil {
			return err
		}
	}
	if s.page == "" {
		return nil
	}
	return writePage(s.page, sets, s.worst)
}

// measured is a set with the answers of a gallery.
type measured struct {
	*harness.References
	family eval.Family
	one    []eval.Probe // with one reference of each kind
	same   []eval.Probe // those of one that two has as well
	two    []eval.Probe // with a second one, a capture, of each kind that has two
}

// measure registers the references of a set and looks up its captures.
func measure(ctx context.Context, root string, s settings) (*measured, error) {
	set, err := harness.ReadReferences(root)
	if err != nil {
		return nil, err
	}
	m := &measured{References: set, family: familyOf(set.Name)}
	options := harness.ProbeOptions{Family: m.family, Hands: s.hands}
	if m.one, err = probes(ctx, set, s, options); err != nil || s.references < 2 {
		return m, err
	}
	if m.two, err = probes(ctx, set.WithSecond(), s, options); err != nil {
		return m, err
	}
	still := map[string]bool{}
	for _, p := range m.two {
		still[p.Path] = true
	}
	for _, p := range m.one {
		if still[p.Path] {
			m.same = append(m.same, p)
		}
	}
	return m, nil
}

func probes(ctx context.Context, set *harness.References, s settings, o harness.ProbeOptions) ([]eval.Probe, error) {
	g, err := set.Gallery(ctx, s.model, s.fpir)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	return set.Probes(ctx, g, o)
}
