// Command vocabulary trains the visual words of internal/wordindex:
// spherical k-means over the descriptors of the training pictures.
//
//	go run ./bench/geometry/vocabulary -data ../shared/data/train -out internal/wordindex/vocabulary.bin
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/wordindex"
)

func main() {
	data := flag.String("data", "../shared/data/train", "folder of the tars")
	out := flag.String("out", "internal/wordindex/vocabulary.bin", "file to write")
	every := flag.Int("every", 10, "use every n-th picture")
	words := flag.Int("words", 4096, "number of words")
	rounds := flag.Int("rounds", 12, "rounds of k-means")
	flag.Parse()
	tars, err := filepath.Glob(filepath.Join(*data, "*.tar"))
	if err != nil || len(tars) == 0 {
		log.Fatalf("no tars in %q (%v)", *data, err)
	}
	var descriptors []byte
	count := 0
	for _, path := range tars {
		if err := each(path, func(picture []byte) error {
			if count++; count%*every != 0 {
				return nil
			}
			d, err := describe(picture)
			descriptors = append(descriptors, d...)
			return err
		}); err != nil {
			log.Fatalf("read %q: %v", path, err)
		}
	}
	fmt.Printf("%d pictures, %d descriptors\n", count / *every, len(descriptors)/128)
	vocabulary := wordindex.TrainVocabulary(descriptors, *words, *rounds, rand.New(rand.NewPCG(1, 1)))
	if err := os.WriteFile(*out, vocabulary, 0o644); err != nil {
		log.Fatal(err)
	}
}

// each calls do with every file of a tar.
func each(path string, do func([]byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, r); err != nil {
			return err
		}
		if err := do(b.Bytes()); err != nil {
			return err
		}
	}
}

func describe(picture []byte) ([]byte, error) {
	m, _, err := imaging.Decode(picture, imaging.Limits{Bytes: 1 << 24, Pixels: 1 << 24})
	if err != nil {
		return nil, err
	}
	return features.Extract(m.Gray(), features.Options{Max: 200, Grid: 4}).Descriptors, nil
}
