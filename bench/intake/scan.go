package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"exemplar"
)

// scan answers a long PDF of scans with geometry, on all cores.
func scan(args []string) error {
	set := flag.NewFlagSet("scan", flag.ContinueOnError)
	pages := set.Int("pages", 500, "of the scan")
	if err := flags(set, args, 0); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := newDesk(ctx)
	if err != nil {
		return err
	}
	defer d.close()
	data := d.pdfOf(*pages)
	if err := d.answer(ctx, d.pagesOf(d.pdfOf(sheets))); err != nil { // the child is started
		return err
	}
	fmt.Printf("%d pages, %d MB, %d cores\n%8s %10s %10s\n", *pages, len(data)>>20, runtime.GOMAXPROCS(0), "page", "own MB", "child MB")
	debug.FreeOSMemory() // of what drawing the scans has left
	begun, cpu := time.Now(), used()
	n := 0
	for _, err := range d.gallery.ClassifyBatch(ctx, d.pagesOf(data), exemplar.ClassifyOptions{}) {
		if err != nil {
			return err
		}
		if n++; n%(*pages/5) == 0 {
			own, ofChild := resident()
			fmt.Printf("%8d %10d %10d\n", n, own>>20, ofChild>>20)
		}
	}
	took, work := time.Since(begun), used()-cpu
	fmt.Printf("%.1f pages/s by the clock; %.1f CPU-ms a page, which %d cores do %.1f times a second\n", float64(n)/took.Seconds(),
		work.Seconds()*1000/float64(n), runtime.GOMAXPROCS(0), float64(n)*float64(runtime.GOMAXPROCS(0))/work.Seconds())
	return nil
}
