// Command kinds fits what the decision on kinds rests on: copies of drawn documents and
// of real forms with other contents are captured by the simulator, and laid on a
// reference of their kind, on look-alikes and on what is something else.
//
//	go run ./tools/kinds -fields ../shared/data/fields -backgrounds ../shared/data/backgrounds \
//		-out internal/scoremodel/kinds.json
//
// It writes the scoremodel.KindModel, and prints what the constants of
// internal/decide/byform.go were chosen on.
package main

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"time"

	"exemplar/internal/calibrate"
	"exemplar/internal/changetrain"
	"exemplar/internal/decide"
	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/fileio"
	"exemplar/internal/recognise"
	"exemplar/internal/scoremodel"
)

type settings struct {
	drawn                          int
	fields, backgrounds, kept, out string
	seed                           uint64
}

func main() {
	var s settings
	flag.IntVar(&s.drawn, "drawn", 200, "kinds of drawn documents")
	flag.StringVar(&s.fields, "fields", "", "folder FAMILY/EDITION.webp of real forms with their fields; may be empty")
	flag.StringVar(&s.backgrounds, "backgrounds", "", "folder of pictures to lay documents on; may be empty")
	flag.StringVar(&s.kept, "trials", "", "a file that keeps the trials for another fit; may be empty")
	flag.StringVar(&s.out, "out", "", "the file to write the model to; may be empty")
	flag.Uint64Var(&s.seed, "seed", 1, "of documents and captures")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (s *settings) run(ctx context.Context) error {
	trials, err := s.keptTrials(ctx)
	if err != nil {
		return err
	}
	printForms(trials)
	m, err := recognise.OpenModel("")
	if err != nil {
		return err
	}
	source := fmt.Sprintf("%d drawn kinds, seed %d", s.drawn, s.seed)
	if s.fields != "" {
		source += ", and the forms of " + s.fields
	}
	shown := func(e *scoremodel.Evidence) (judged, seems bool) {
		return e.Coverage >= decide.LeastCoverage, decide.SeemsShown(e)
	}
	model, err := scoremodel.FitKindModel(trials, m.Calibration.LLRModel.LLR, shown, source)
	if err != nil {
		return err
	}
	printModel(model)
	if s.out == "" {
		return nil
	}
	data, err := json.MarshalIndent(model, "", "\t")
	if err != nil {
		return err
	}
	return fileio.WriteBytes(s.out, 0o644, append(data, '\n'))
}

// keptTrials reads the trials that were kept, or makes and keeps them.
func (s *settings) keptTrials(ctx context.Context) ([]scoremodel.Trial, error) {
	var trials []scoremodel.Trial
	if s.kept != "" {
		file, err := os.Open(s.kept)
		if err == nil {
			defer file.Close()
			return trials, gob.NewDecoder(file).Decode(&trials)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	trials, err := s.trials(ctx)
	if err != nil || s.kept == "" {
		return trials, err
	}
	file, err := os.Create(s.kept)
	if err != nil {
		return nil, err
	}
	return trials, errors.Join(gob.NewEncoder(file).Encode(trials), file.Close())
}

func (s *settings) trials(ctx context.Context) ([]scoremodel.Trial, error) {
	sources := changetrain.DrawnKinds(s.drawn, s.seed, nil)
	if s.fields != "" {
		forms, err := changetrain.FormKinds(s.fields, 1, s.seed, func(int) bool { return true })
		if err != nil {
			return nil, err
		}
		sources = append(sources, forms...)
	}
	began := time.Now()
	var done atomic.Int32
	return calibrate.RunKindTrials(ctx, embed.Default(), sources, families.Options{Backgrounds: s.backgrounds, Seed: s.seed, Progress: func() {
		if n := done.Add(1); n%50 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d kinds, %.0f s\n", n, len(sources), time.Since(began).Seconds())
		}
	}})
}

// printForms prints what copies with other contents show of another form, and
// look-alikes.
func printForms(trials []scoremodel.Trial) {
	var x [][]float64
	var other []bool
	var forms [2][]*scoremodel.Form
	var emblem [2][]float64
	var shown, count [2]int
	for i := range trials {
		t := &trials[i]
		if t.Form == nil || !t.Mated && !t.LookAlike {
			continue
		}
		side := 0
		if t.LookAlike {
			side = 1
		}
		x, other = append(x, []float64{math.Log1p(t.Form.Cluster), math.Log1p(t.Form.Other)}), append(other, t.LookAlike)
		forms[side] = append(forms[side], t.Form)
		count[side]++
		if decide.SeemsShown(&t.Evidence) {
			shown[side]++
		}
		if t.Form.Emblems > 0 {
			emblem[side] = append(emblem[side], t.Form.Emblem)
		}
	}
	fmt.Printf("%d copies and %d look-alikes on plain paper\n", count[0], count[1])
	if w, err := scoremodel.FitLogistic(x, other); err == nil {
		printWeight(forms[0], forms[1], w[0]/(w[0]+w[1]))
	}
	for side, name := range []string{"copies", "look-alikes"} {
		fmt.Printf("%s: %.1f %% seem shown; lowest correlation of the emblems, where there are any:", name, 100*float64(shown[side])/float64(max(1, count[side])))
		slices.Sort(emblem[side])
		for _, share := range []float64{0.1, 0.2, 0.5, 0.8} {
			if n := len(emblem[side]); n > 0 {
				fmt.Printf(" %.0f %% below %.2f", 100*share, emblem[side][int(share*float64(n))])
			}
		}
		fmt.Println()
	}
}

// printWeight prints what share of ln(1+cluster), beside ln(1+other), a logistic regression
// takes, and how well that and the share that package decide has tell copies from
// look-alikes. The fit sees these captures alone: the share in use goes with the limit of
// its noise, and both are replaced together, if this shows that another one tells better.
func printWeight(copies, others []*scoremodel.Form, share float64) {
	fitted := func(f *scoremodel.Form) float64 { return share*math.Log1p(f.Cluster) + (1-share)*math.Log1p(f.Other) }
	fmt.Printf("of a copy and a look-alike the copy shows less of another form in %.1f %% by the share of ln(1+cluster) in use, in %.1f %% by that of a logistic regression, %.2f\n",
		100*ordered(copies, others, decide.NoiseOfForm), 100*ordered(copies, others, fitted), share)
}

// ordered is the share of pairs of which the first has less, ties counting half.
func ordered(a, b []*scoremodel.Form, of func(*scoremodel.Form) float64) float64 {
	less := 0.0
	for _, p := range a {
		for _, q := range b {
			switch u, v := of(p), of(q); {
			case u < v:
				less++
			case u == v:
				less += 0.5
			}
		}
	}
	return less / math.Max(1, float64(len(a)*len(b)))
}

func printModel(m *scoremodel.KindModel) {
	fmt.Printf("score: LLR + %.3f cosine + %.3f coverage; of wide fits to something else %.1f %% seem shown, at most\n", m.Cosine, m.Coverage, 100*m.Shown)
	for _, labels := range []int{1, 20, 80, 1000} {
		fmt.Printf("threshold of the score at FPIR 0.01, %d labels: %.2f\n", labels, m.Threshold(0.01, labels, new(scoremodel.Evidence)))
	}
}
