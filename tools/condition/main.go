// Command condition trains the network of internal/condition, and fits the choice among
// sub-labels that name a condition.
//
//	go run ./tools/condition -documents 700 -pool ../shared/data/train -out internal/condition/weights.safetensors
//
//	go run ./tools/condition -choice 28                # the models of condition.Nearest
//
// Samples are captures of drawn documents and of pictures of the pool, to which
// something happened in shapes and materials of package conditiontrain's own. Making
// them takes longer than the training; -samples keeps them in a file, in which case
// they are made once.
package main

import (
	"context"
	"encoding/gob"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"exemplar/internal/conditiontrain"
	"exemplar/internal/dataset"
	"exemplar/internal/tensorfile"
)

type settings struct {
	documents, steps int
	seed             uint64
	pool, kept, out  string
	start            string
	choice           int
}

func main() {
	var s settings
	flag.IntVar(&s.documents, "documents", 700, "documents")
	flag.IntVar(&s.steps, "steps", 3000, "steps of the training")
	flag.Uint64Var(&s.seed, "seed", 1, "of samples and training")
	flag.StringVar(&s.pool, "pool", "", "folder of tar shards, or of pictures, to make a third of the documents of; may be empty")
	flag.StringVar(&s.kept, "samples", "", "a file that keeps the samples for another training, or several with a comma between them, made before; may be empty")
	flag.StringVar(&s.start, "start", "", "a file of weights to begin with; may be empty")
	flag.StringVar(&s.out, "out", "", "the file of weights to write; if empty, samples are made and nothing is trained")
	flag.IntVar(&s.choice, "choice", 0, "fit the choice among sub-labels on captures of so many documents, and train nothing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx); err != nil {
		log.Fatal(err)
	}
}

func (s *settings) run(ctx context.Context) error {
	if s.choice > 0 {
		return s.fitChoice(ctx)
	}
	samples, err := s.keptSamples(ctx)
	if err != nil || s.out == "" {
		return err
	}
	var start []byte
	if s.start != "" {
		if start, err = os.ReadFile(s.start); err != nil {
			return err
		}
	}
	began, mean := time.Now(), 0.0
	data, err := conditiontrain.Train(ctx, samples, s.steps, s.seed, start, map[string]string{
		"command": strings.Join(append([]string{"go run ./tools/condition"}, os.Args[1:]...), " "),
		"samples": fmt.Sprint(len(samples)),
	}, func(step int, loss float64) {
		const over = 100
		if mean += loss / over; step%over == 0 {
			log.Printf("step %d: mean loss %.4f, %s", step, mean, time.Since(began).Round(time.Second))
			mean = 0
		}
	})
	if err != nil {
		return err
	}
	return tensorfile.WriteFile(s.out, data)
}

// keptSamples reads the samples, of all files that are named, or makes and keeps them.
func (s *settings) keptSamples(ctx context.Context) (samples []conditiontrain.Sample, err error) {
	for _, path := range strings.Split(s.kept, ",") {
		f, err := os.Open(path)
		if err != nil {
			break
		}
		var more []conditiontrain.Sample
		err = gob.NewDecoder(f).Decode(&more)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		samples = append(samples, more...)
	}
	if len(samples) > 0 {
		return samples, nil
	}
	o := conditiontrain.Options{Documents: s.documents, Seed: s.seed}
	if s.pool != "" {
		if o.Pool, err = dataset.OpenPool(s.pool); err != nil {
			return nil, err
		}
		defer o.Pool.Close()
	}
	start := time.Now()
	var done atomic.Int64
	o.Done = func() {
		if n := done.Add(1); n%20 == 0 {
			log.Printf("%d of %d documents, %s", n, s.documents, time.Since(start).Round(time.Second))
		}
	}
	if samples, err = conditiontrain.Samples(ctx, o); err != nil || s.kept == "" {
		return samples, err
	}
	f, err := os.Create(s.kept)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return samples, gob.NewEncoder(f).Encode(samples)
}
