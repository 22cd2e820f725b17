package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
)

// folder opens every file of a folder, page by page, and reports how many pages were made, how
// fast, and why others were not. It is for files of others, which are not kept in the
// repository: mozilla/pdf.js and py-pdf/sample-files have a thousand PDFs that went wrong
// somewhere.
func folder(args []string) error {
	set := flag.NewFlagSet("folder", flag.ContinueOnError)
	pages := set.Int("pages", intake.DefaultPages, "open so many pages of a file at most")
	verbose := set.Bool("v", false, "print every refusal")
	out := set.String("out", "", "write the pages to this folder, as PNG")
	ending := set.String("ending", "", "only files with this ending, such as .pdf")
	if err := flags(set, args, 1); err != nil {
		return err
	}
	t := tally{reasons: map[string]int{}, verbose: *verbose, pages: *pages, out: *out}
	begun := time.Now()
	err := filepath.WalkDir(set.Arg(0), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(strings.ToLower(path), *ending) {
			return err
		}
		return t.file(path)
	})
	t.print(time.Since(begun))
	return err
}

type tally struct {
	files, made, refused, unopened int
	reasons                        map[string]int
	times                          []time.Duration // of a processor, of each page; opening the file counts to the first
	slowest                        time.Duration   // file
	slowestName                    string
	pages                          int
	verbose                        bool
	out                            string
}

func (t *tally) file(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	t.files++
	made, first := t.made, used()
	begun := first
	for page := range intake.Pages(context.Background(), data, intake.Options{Pages: t.pages}) {
		if page.File != nil && page.Err == nil {
			page.Picture, _, page.Err = imaging.DecodeAtLeast(page.File, intake.DefaultSide, imaging.DefaultLimits)
		}
		if page.Err != nil {
			t.refused++
			t.reasons[page.Err.Error()]++
			if t.verbose {
				fmt.Printf("%s: page %d: %v\n", path, page.Number, page.Err)
			}
		} else {
			t.made++
			t.times = append(t.times, used()-begun)
		}
		if t.out != "" && page.Picture != nil {
			name := fmt.Sprintf("%s-p%d.png", filepath.Base(path), page.Number)
			if err := os.WriteFile(filepath.Join(t.out, name), imaging.EncodePNG(page.Picture), 0o600); err != nil {
				return err
			}
		}
		begun = used()
	}
	if t.made == made {
		t.unopened++
	}
	if took := used() - first; took > t.slowest {
		t.slowest, t.slowestName = took, filepath.Base(path)
	}
	return nil
}

func (t *tally) print(took time.Duration) {
	fmt.Printf("%d files, of which %d gave no page; %d pages made, %d refusals; %.0f s by the clock\n", t.files, t.unopened, t.made, t.refused, took.Seconds())
	slices.Sort(t.times)
	fmt.Print("CPU-ms a page:")
	for _, share := range []float64{0.5, 0.9, 0.99, 1} {
		if n := len(t.times); n > 0 {
			fmt.Printf(" p%.0f %.1f", 100*share, t.times[min(n-1, int(share*float64(n)))].Seconds()*1000)
		}
	}
	fmt.Printf("\nslowest file: %s, %.1f CPU-s\n", t.slowestName, t.slowest.Seconds())
	for _, reason := range slices.SortedFunc(maps.Keys(t.reasons), func(a, b string) int {
		return cmp.Or(t.reasons[b]-t.reasons[a], strings.Compare(a, b))
	}) {
		fmt.Printf("%5d  %s\n", t.reasons[reason], reason)
	}
}
