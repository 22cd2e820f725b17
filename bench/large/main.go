// Command large measures galleries of many references: the time of a photo from its
// bytes to the whole answer, how often its own document is in the shortlist, and the
// time in which a process starts.
//
//	go run ./bench/large                         # 100 and 10,000 references
//	go run ./bench/large -sizes 1000 -keep dir   # and keep the galleries in dir
//	go run ./bench/large -shortlist 10000 -every 1  # only: is the own reference among the first 24? of more sets
//
// The documents are those of real sets, registered among mosaics of training pictures.
// If these are missing, all documents are drawn.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"exemplar"
	"exemplar/internal/cputime"
	"exemplar/internal/parallel"
)

func main() {
	data := flag.String("data", "../shared/data", "folder of the real pictures")
	sizes := flag.String("sizes", "100,10000", "numbers of references")
	keep := flag.String("keep", "", "folder in which the galleries stay, to be used again")
	side := flag.Int("side", 640, "longer side of the photos, pixels")
	every := flag.Int("every", 2, "use every n-th photo")
	part := flag.String("part", "all", "documents that are asked for: odd, even, all")
	first := flag.String("first", "", "answer one photo from this gallery, and nothing else")
	shortlist := flag.Int("shortlist", 0, "measure the shortlist alone, among so many references")
	flag.Parse()
	var err error
	switch {
	case *first != "":
		err = answerOne(*first, flag.Arg(0))
	case *shortlist > 0:
		err = measureShortlist(*data, *shortlist, *every)
	default:
		err = run(*data, *sizes, *keep, *part, *every, *side)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(data, sizes, keep, part string, every, side int) error {
	m, err := realMaterial(data)
	if errors.Is(err, fs.ErrNotExist) {
		log.Printf("%v: the documents are drawn", err)
		m = drawnMaterial()
	} else if err != nil {
		return err
	}
	m.side = side
	if err := m.thin(every, part); err != nil {
		return err
	}
	if keep == "" {
		if keep, err = os.MkdirTemp("", "exemplar-large-*"); err != nil {
			return err
		}
		defer os.RemoveAll(keep)
	}
	for _, text := range strings.Split(sizes, ",") {
		size, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("size %q: %w", text, err)
		}
		path := filepath.Join(keep, fmt.Sprintf("%s-%d.gallery", m.name, size))
		if err := fill(path, m, size); err != nil {
			return err
		}
		if err := measure(path, m, size); err != nil {
			return err
		}
	}
	return nil
}

// fill registers the missing references, up to size in all.
func fill(path string, m *material, size int) error {
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		return err
	}
	defer g.Close() // for errors; without one the gallery is closed below
	stats, err := g.Stats(context.Background())
	if err != nil {
		return err
	}
	const batch = 200
	start, from := cputime.Used(), stats.References
	for at := from; at < size; {
		items := make([]exemplar.Item, min(batch, size-at))
		err := parallel.Each(context.Background(), 0, len(items), func(_ context.Context, i int) error {
			label, data, err := m.reference(at + i)
			items[i] = exemplar.Item{Label: label, Source: strconv.Itoa(at + i), Picture: exemplar.FromBytes(data)}
			return err
		})
		if err != nil {
			return err
		}
		results, err := g.Register(context.Background(), items, exemplar.RegisterOptions{})
		if err != nil {
			return err
		}
		for _, r := range results {
			if r.Outcome != exemplar.Registered {
				return fmt.Errorf("%s was not registered: %s", r.Label, r.Reason)
			}
		}
		at += len(items)
	}
	if err := g.Close(); err != nil { // then one file holds the whole gallery
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Printf("%d references: %.1f KB each", size, float64(info.Size())/1024/float64(size))
	if from < size {
		fmt.Printf(", %.1f CPU-ms each to make and register", milliseconds(cputime.Used()-start)/float64(size-from))
	}
	fmt.Println()
	return nil
}

// answerOne answers one photo, as a process does that is started for it.
func answerOne(path, photo string) error {
	data, err := os.ReadFile(photo)
	if err != nil {
		return err
	}
	g, err := exemplar.Open(path, exemplar.Options{})
	if err != nil {
		return err
	}
	defer g.Close()
	_, err = g.Classify(context.Background(), exemplar.FromBytes(data), exemplar.ClassifyOptions{})
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d) / 1e6 }
