package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
)

// cost answers the same pages as a PDF, as the JPEGs that are in it, and as JPEGs of the size at
// which a page is drawn, turn by turn, so that what else the machine does meets all alike.
func cost(args []string) error {
	set := flag.NewFlagSet("cost", flag.ContinueOnError)
	rounds := set.Int("rounds", 5, "how often")
	if err := flags(set, args, 0); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := newDesk(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	ways := []way{
		{"PDF of scans", d.pagesOf(d.pdfOf(sheets))},
		{"JPEG of the scan", d.jpegs(func(m *imaging.Image) *imaging.Image { return m })},
		{"JPEG as large as the page is drawn", d.jpegs(func(m *imaging.Image) *imaging.Image { return imaging.FitWithin(m, recognise.PhotoSide) })},
	}
	times := make([][]float64, len(ways)) // milliseconds a page, of each round
	for round := range *rounds + 1 {
		for i, w := range ways {
			begun := used()
			if err := d.answer(ctx, w.pictures); err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			if round > 0 { // the first starts the child, and fills caches
				times[i] = append(times[i], float64((used()-begun)/time.Microsecond)/1000/sheets)
			}
		}
	}
	fmt.Printf("%-36s %12s %14s\n", "page to answer", "CPU-ms", "PDF / this")
	for i, w := range ways {
		ratios := make([]float64, *rounds)
		for r := range ratios {
			ratios[r] = times[0][r] / times[i][r]
		}
		fmt.Printf("%-36s %12.1f %6.2f (%.2f to %.2f)\n", w.name, median(times[i]), median(ratios), slices.Min(ratios), slices.Max(ratios))
	}
	return nil
}

func median(v []float64) float64 {
	sorted := slices.Sorted(slices.Values(v))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// way is one of the forms in which the same pages arrive.
type way struct {
	name     string
	pictures func(yield func(exemplar.Picture) bool)
}

func (d *desk) pagesOf(pdf []byte) func(yield func(exemplar.Picture) bool) {
	return exemplar.Pages(context.Background(), exemplar.FromBytes(pdf), exemplar.PageOptions{})
}

func (d *desk) jpegs(size func(*imaging.Image) *imaging.Image) func(yield func(exemplar.Picture) bool) {
	var pictures []exemplar.Picture
	for _, m := range d.scans {
		pictures = append(pictures, exemplar.FromBytes(imaging.EncodeJPEG(size(m), scanQuality)))
	}
	return slices.Values(pictures)
}

// answer answers the scans of a desk, and wants the answers that they have as pictures.
func (d *desk) answer(ctx context.Context, pictures func(yield func(exemplar.Picture) bool)) error {
	n := 0
	for result, err := range d.gallery.ClassifyBatch(ctx, pictures, exemplar.ClassifyOptions{}) {
		if err != nil {
			return err
		}
		if a := result.Answer(); (a.Decision == exemplar.Match) != (n%sheets%4 != 3) {
			return fmt.Errorf("page %d is %s %s: %s", n+1, a.Decision, a.Label, a.Reason)
		}
		n++
	}
	return nil
}
