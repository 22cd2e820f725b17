package main

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"exemplar/internal/changetrain"
	"exemplar/internal/dataset"
	"exemplar/internal/families"
)

// samples captures drawn documents with their look-alikes, and real ones.
func (s *settings) samples(ctx context.Context) ([]changetrain.Sample, error) {
	pool, err := s.openPool()
	if err != nil {
		return nil, err
	}
	forms, err := s.formKinds(taughtForm)
	if err != nil {
		return nil, err
	}
	alike, err := s.siblingKinds(0)
	if err != nil {
		return nil, err
	}
	opts := s.sampleOptions()
	samples, err := changetrain.KindSamples(ctx, slices.Concat(s.madeKinds(s.seed, pool), forms, alike), opts)
	if err != nil || pool == nil || s.edited == 0 {
		return samples, err
	}
	edited, err := changetrain.ChangeSamples(ctx, changetrain.EditedFamilies(pool, s.edited, s.seed), opts)
	return append(samples, edited...), err
}

// madeKinds are drawn documents and those made of pictures of the pool, which may
// be nil.
func (s *settings) madeKinds(seed uint64, pool *dataset.Pool) []changetrain.KindSource {
	blank := changetrain.BlankFormKinds(s.blank, seed)
	if pool == nil {
		return append(changetrain.DrawnKinds(s.drawn, seed, nil), blank...)
	}
	pictures := changetrain.NewPictures(pool)
	return slices.Concat(changetrain.DrawnKinds(s.drawn, seed, pictures), changetrain.PictureKinds(s.pictures, seed, pictures), blank)
}

func (s *settings) sampleOptions() families.Options {
	began := time.Now()
	var done atomic.Int32
	return families.Options{Backgrounds: s.backgrounds, Seed: s.seed, Progress: func() {
		if n := done.Add(1); n%50 == 0 {
			fmt.Fprintf(os.Stderr, "%d families captured, %.0f s\n", n, time.Since(began).Seconds())
		}
	}}
}

// openPool opens the pool of pictures, or returns nil where there is none.
func (s *settings) openPool() (*dataset.Pool, error) {
	if s.pool == "" {
		return nil, nil
	}
	return dataset.OpenPool(s.pool)
}

// taughtForm says which families of real forms are learnt from.
func taughtForm(family int) bool { return family%5 != 4 }

func (s *settings) formKinds(keep func(family int) bool) ([]changetrain.KindSource, error) {
	if s.fields == "" {
		return nil, nil
	}
	return changetrain.FormKinds(s.fields, s.copies, s.seed, keep)
}

// siblingCaptures are made of every member of a real family: there are few.
const siblingCaptures = 1

// siblingKinds are every other family of real look-alikes, from the given one on:
// those from 0 are learnt from.
func (s *settings) siblingKinds(from int) ([]changetrain.KindSource, error) {
	if s.siblings == "" {
		return nil, nil
	}
	real, err := families.PictureFamilies(s.siblings, siblingCaptures)
	if err != nil {
		return nil, err
	}
	var some []families.Source
	for i := from; i < len(real); i += 2 {
		some = append(some, real[i])
	}
	return changetrain.SiblingKinds(some), nil
}

// keptSamples reads the samples that were kept, or makes and keeps them.
func (s *settings) keptSamples(ctx context.Context, make func(context.Context) ([]changetrain.Sample, error)) ([]changetrain.Sample, error) {
	if s.kept == "" {
		return make(ctx)
	}
	var samples []changetrain.Sample
	file, err := os.Open(s.kept)
	if err == nil {
		defer file.Close()
		err = gob.NewDecoder(bufio.NewReaderSize(file, 1<<20)).Decode(&samples)
		return samples, err
	}
	if samples, err = make(ctx); err != nil {
		return nil, err
	}
	if file, err = os.Create(s.kept); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	return samples, errors.Join(gob.NewEncoder(w).Encode(samples), w.Flush(), file.Close())
}
