// Command change trains the detector of changed print.
//
//	go run ./tools/change -drawn 600 -siblings ../shared/data/siblings -backgrounds ../shared/data/backgrounds \
//	    -pool ../shared/data/train -edited 1000 -out internal/change/weights.safetensors
//
// Samples are captures of drawn documents, of every other family of real
// look-alikes, and of pictures of a pool of which parts were replaced, laid on
// their own references, on those of look-alikes and on others that they are taken
// for; the families between are left to those who measure. Making them takes
// about as long as the training, which goes on from OUT.partial when it was
// interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"exemplar/internal/calibrate"
	"exemplar/internal/change"
	"exemplar/internal/dataset"
	"exemplar/internal/tensorfile"
)

type settings struct {
	drawn, edited                    int
	siblings, backgrounds, pool, out string
	steps                            int
	seed                             uint64
}

func main() {
	var s settings
	flag.IntVar(&s.drawn, "drawn", 600, "families of drawn documents")
	flag.IntVar(&s.edited, "edited", 0, "pictures of the pool, each with an edited copy")
	flag.StringVar(&s.pool, "pool", "", "folder of tar shards, or of pictures")
	flag.StringVar(&s.siblings, "siblings", "", "folder KIND/FAMILY/MEMBER of real look-alikes; may be empty")
	flag.StringVar(&s.backgrounds, "backgrounds", "", "folder of pictures to lay documents on; may be empty")
	flag.StringVar(&s.out, "out", "", "the file of weights to write")
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
	samples, err := s.samples(ctx)
	if err != nil {
		return err
	}
	partial := s.out + ".partial"
	report := progress{began: time.Now()}
	d, err := change.Train(ctx, samples, change.Options{Steps: s.steps, Seed: s.seed, Checkpoint: partial, Progress: report.step})
	if err != nil {
		return err
	}
	data, err := d.Encode(map[string]string{
		"command": fmt.Sprintf("go run ./tools/change -drawn %d -siblings DIR -backgrounds DIR -pool DIR -edited %d -steps %d -seed %d", s.drawn, s.edited, s.steps, s.seed),
		"samples": fmt.Sprint(len(samples)),
	})
	if err != nil {
		return err
	}
	if err := tensorfile.WriteFile(s.out, data); err != nil {
		return err
	}
	return os.Remove(partial)
}

// samples captures drawn documents with their look-alikes, and real ones.
func (s *settings) samples(ctx context.Context) ([]change.Sample, error) {
	began := time.Now()
	var done atomic.Int32
	opts := calibrate.TrialOptions{Backgrounds: s.backgrounds, Seed: s.seed, Progress: func() {
		if n := done.Add(1); n%50 == 0 {
			fmt.Printf("%d families captured, %.0f s\n", n, time.Since(began).Seconds())
		}
	}}
	families := calibrate.DrawnFamilies(s.drawn, s.seed)
	if s.siblings != "" {
		real, err := calibrate.PictureFamilies(s.siblings, siblingCaptures)
		if err != nil {
			return nil, err
		}
		for i := 0; i < len(real); i += 2 {
			families = append(families, real[i])
		}
	}
	if s.pool != "" {
		pool, err := dataset.OpenPool(s.pool)
		if err != nil {
			return nil, err
		}
		defer pool.Close()
		families = append(families, calibrate.EditedFamilies(pool, s.edited, s.seed)...)
	}
	return calibrate.ChangeSamples(ctx, families, opts)
}

// siblingCaptures are made of every member of a real family: there are few.
const siblingCaptures = 8

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
