// Command change trains the detectors of changed print and, with -kinds, of kinds.
//
//	go run ./tools/change -kinds -drawn 600 -siblings ../shared/data/siblings -backgrounds ../shared/data/backgrounds \
//	    -fields ../shared/data/fields -pool ../shared/data/train -edited 150 -out internal/changedetect/kinds.safetensors
//
// Samples are captures of drawn documents and of real forms that are filled in,
// each as several copies, of every other family of real look-alikes, and of
// pictures of a pool of which parts were replaced. They are laid on references of
// their own kind and on those of look-alikes. Every fifth family of forms and
// every other one of look-alikes are left to those who measure. Making samples
// takes about as long as the training; -samples keeps them in a file. The training
// goes on from OUT.partial when it was interrupted.
package main

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"exemplar/internal/changetrain"
	"exemplar/internal/dataset"
	"exemplar/internal/families"
	"exemplar/internal/tensorfile"
)

type settings struct {
	drawn, edited, copies            int
	siblings, backgrounds, pool, out string
	fields, photos, kept, start      string
	kinds                            bool
	steps                            int
	seed                             uint64
}

func main() {
	var s settings
	flag.IntVar(&s.drawn, "drawn", 600, "families of drawn documents")
	flag.IntVar(&s.edited, "edited", 0, "pictures of the pool, each with an edited copy")
	flag.StringVar(&s.fields, "fields", "", "folder FAMILY/EDITION.webp of real forms with their fields; may be empty")
	flag.StringVar(&s.photos, "photos", "", "tar shard or folder of photos to put into drawn documents; may be empty")
	flag.IntVar(&s.copies, "copies", 3, "captured copies of each real form")
	flag.StringVar(&s.start, "start", "", "a file of weights to begin with, also of a network with fewer outputs; may be empty")
	flag.StringVar(&s.kept, "samples", "", "a file that keeps the samples for another training; may be empty")
	flag.StringVar(&s.pool, "pool", "", "folder of tar shards, or of pictures")
	flag.StringVar(&s.siblings, "siblings", "", "folder KIND/FAMILY/MEMBER of real look-alikes; may be empty")
	flag.StringVar(&s.backgrounds, "backgrounds", "", "folder of pictures to lay documents on; may be empty")
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
	if s.out == "" {
		return fmt.Errorf("-out is missing: where shall the weights go?")
	}
	samples, err := s.keptSamples(ctx)
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
	report := progress{began: time.Now()}
	d, err := changetrain.Train(ctx, samples, changetrain.Options{Steps: s.steps, Seed: s.seed, Kinds: s.kinds, Start: start, Checkpoint: partial, Progress: report.step})
	if err != nil {
		return err
	}
	data, err := d.Encode(map[string]string{
		"command": fmt.Sprintf("go run ./tools/change -kinds=%t -drawn %d -siblings DIR -fields DIR -copies %d -backgrounds DIR -pool DIR -edited %d -steps %d -seed %d", s.kinds, s.drawn, s.copies, s.edited, s.steps, s.seed),
		"samples": fmt.Sprint(len(samples)),
	})
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

// samples captures drawn documents with their look-alikes, and real ones.
func (s *settings) samples(ctx context.Context) ([]changetrain.Sample, error) {
	began := time.Now()
	var done atomic.Int32
	opts := changetrain.SampleOptions{Backgrounds: s.backgrounds, Seed: s.seed, Progress: func() {
		if n := done.Add(1); n%50 == 0 {
			fmt.Printf("%d families captured, %.0f s\n", n, time.Since(began).Seconds())
		}
	}}
	var photos *dataset.Pool
	if s.photos != "" {
		var err error
		if photos, err = dataset.OpenPool(s.photos); err != nil {
			return nil, err
		}
		defer photos.Close()
	}
	kinds := changetrain.DrawnKinds(s.drawn, s.seed, photos)
	if s.fields != "" {
		forms, err := changetrain.FormKinds(s.fields, s.copies, s.seed, func(family int) bool { return family%5 != 4 })
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, forms...)
	}
	if s.siblings != "" {
		real, err := families.PictureFamilies(s.siblings, siblingCaptures)
		if err != nil {
			return nil, err
		}
		var taught []families.Source
		for i := 0; i < len(real); i += 2 {
			taught = append(taught, real[i])
		}
		kinds = append(kinds, changetrain.SiblingKinds(taught)...)
	}
	samples, err := changetrain.KindSamples(ctx, kinds, opts)
	if err != nil || s.pool == "" {
		return samples, err
	}
	pool, err := dataset.OpenPool(s.pool)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	edited, err := changetrain.ChangeSamples(ctx, changetrain.EditedFamilies(pool, s.edited, s.seed), opts)
	return append(samples, edited...), err
}

// keptSamples reads the samples that were kept, or makes and keeps them.
func (s *settings) keptSamples(ctx context.Context) ([]changetrain.Sample, error) {
	if s.kept == "" {
		return s.samples(ctx)
	}
	var samples []changetrain.Sample
	file, err := os.Open(s.kept)
	if err == nil {
		defer file.Close()
		err = gob.NewDecoder(bufio.NewReaderSize(file, 1<<20)).Decode(&samples)
		return samples, err
	}
	if samples, err = s.samples(ctx); err != nil {
		return nil, err
	}
	if file, err = os.Create(s.kept); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	return samples, errors.Join(gob.NewEncoder(w).Encode(samples), w.Flush(), file.Close())
}

// siblingCaptures are made of every member of a real family: there are few.
const siblingCaptures = 1

// progress prints the mean loss of every hundred steps.
type progress struct {
	began time.Time
	last  []float64
}

const meanOver = 100

func (p *progress) step(step int, loss float64) {
	p.last = append(p.last[max(0, len(p.last)-meanOver+1):], loss)
	if step%meanOver == 0 {
		fmt.Printf("step %d  loss %.4f  %.0f s\n", step, p.mean(), time.Since(p.began).Seconds())
	}
}

func (p *progress) mean() float64 {
	sum := 0.0
	for _, v := range p.last {
		sum += v / float64(len(p.last))
	}
	return sum
}
