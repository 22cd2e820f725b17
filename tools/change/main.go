// Command change trains the detectors of changed print and, with -kinds, of kinds,
// and measures them.
//
//	D=../shared/data
//	go run ./tools/change -kinds -drawn 600 -siblings $D/siblings -backgrounds $D/backgrounds -fields $D/fields \
//	    -pool $D/train -pictures 300 -out internal/changedetect/kinds.safetensors
//	go run ./tools/change -kinds -drawn 34 -siblings $D/siblings -backgrounds $D/backgrounds -fields $D/fields -copies 1 \
//	    -pool $D/train -pictures 20 -measure $D/bench -looks /tmp/looks
//
// Samples are captures of drawn documents, of real forms that are filled in, each
// as several copies, of every other family of real look-alikes, of kinds made of
// the pictures of a pool, and of such pictures of which parts were replaced. They
// are laid on references of their own kind and on those of look-alikes. Every fifth
// family of forms and every other one of look-alikes are left to those who measure.
// Making samples takes about as long as the training; -samples keeps them in a
// file. The training goes on from OUT.partial when it was interrupted.
//
// Measured are, cell by cell, how well the answers tell what is known, and how much
// of a copy and of a look-alike is taken for another form.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"exemplar/internal/changetrain"
	"exemplar/internal/progress"
	"exemplar/internal/tensorfile"
)

type settings struct {
	drawn, edited, copies            int
	pictures, blank                  int
	siblings, backgrounds, pool, out string
	fields, kept, start              string
	measure, looks                   string
	kinds                            bool
	steps                            int
	seed                             uint64
}

func main() {
	var s settings
	flag.IntVar(&s.drawn, "drawn", 600, "families of drawn documents")
	flag.IntVar(&s.edited, "edited", 0, "pictures of the pool, each with an edited copy")
	flag.StringVar(&s.fields, "fields", "", "folder FAMILY/EDITION.webp of real forms with their fields; may be empty")
	flag.IntVar(&s.blank, "blank", 0, "drawn forms of ruled lines, boxes and tables, mostly blank")
	flag.IntVar(&s.pictures, "pictures", 0, "kinds made of pictures of the pool")
	flag.IntVar(&s.copies, "copies", 3, "captured copies of each real form")
	flag.StringVar(&s.start, "start", "", "a file of weights to begin with, also of a network with fewer outputs, or to measure; may be empty")
	flag.StringVar(&s.kept, "samples", "", "a file that keeps the samples for another training; may be empty")
	flag.StringVar(&s.pool, "pool", "", "folder of tar shards, or of pictures, to make documents of and to put into drawn ones; may be empty")
	flag.StringVar(&s.siblings, "siblings", "", "folder KIND/FAMILY/MEMBER of real look-alikes; may be empty")
	flag.StringVar(&s.backgrounds, "backgrounds", "", "folder of pictures to lay documents on; may be empty")
	flag.StringVar(&s.measure, "measure", "", "measure instead, on documents that are left out of the training, and on the odd families of the sets of real copies in this folder")
	flag.StringVar(&s.looks, "looks", "", "a folder for pictures of what is furthest from the truth; may be empty")
	flag.StringVar(&s.out, "out", "", "the file of weights to write")
	flag.BoolVar(&s.kinds, "kinds", false, "train the detector that tells other contents from another form")
	flag.IntVar(&s.steps, "steps", 10000, "steps of the training")
	flag.Uint64Var(&s.seed, "seed", 1, "of samples and training")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (s *settings) run(ctx context.Context) error {
	if s.measure != "" {
		return s.measured(ctx)
	}
	if s.out == "" {
		return fmt.Errorf("-out is missing: where shall the weights go?")
	}
	samples, err := s.keptSamples(ctx, s.samples)
	if err != nil {
		return err
	}
	var start []byte
	if s.start != "" {
		if start, err = os.ReadFile(s.start); err != nil {
			return err
		}
	}
	partial := s.out + ".partial"
	report := lossReport{began: time.Now(), steps: s.steps}
	report.line.Out, report.line.Every = os.Stdout, 15*time.Second
	d, err := changetrain.Train(ctx, samples, changetrain.Options{Steps: s.steps, Seed: s.seed, Kinds: s.kinds, Start: start, Checkpoint: partial, Progress: report.step})
	if err != nil {
		return err
	}
	command := fmt.Sprintf("go run ./tools/change -kinds=%t -drawn %d -siblings DIR -fields DIR -copies %d -backgrounds DIR -pool DIR -pictures %d -blank %d -edited %d -steps %d -seed %d", s.kinds, s.drawn, s.copies, s.pictures, s.blank, s.edited, s.steps, s.seed)
	if s.start != "" {
		command += " -start FILE"
	}
	data, err := d.Encode(map[string]string{"command": command, "samples": fmt.Sprint(len(samples))})
	if err != nil {
		return err
	}
	if err := tensorfile.WriteFile(s.out, data); err != nil {
		return err
	}
	if err := os.Remove(partial); !errors.Is(err, fs.ErrNotExist) { // a short training has none
		return err
	}
	return nil
}

// lossReport shows now and then the mean loss of the last meanOver steps.
type lossReport struct {
	line  progress.Line
	began time.Time
	steps int // in all
	last  []float64
}

const meanOver = 100

func (p *lossReport) step(step int, loss float64) {
	p.last = append(p.last[max(0, len(p.last)-meanOver+1):], loss)
	p.line.Show(func() string {
		elapsed := time.Since(p.began)
		return fmt.Sprintf("step %d  loss %.4f  %.0f s, %s left", step, p.mean(), elapsed.Seconds(), progress.Left(elapsed, step, p.steps))
	})
}

func (p *lossReport) mean() float64 {
	sum := 0.0
	for _, v := range p.last {
		sum += v / float64(len(p.last))
	}
	return sum
}
