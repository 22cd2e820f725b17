package main

import (
	"context"
	"fmt"
	"slices"

	"exemplar"
	"exemplar/internal/alignment"
	"exemplar/internal/imaging"
	"exemplar/internal/recognise"
	"exemplar/internal/store"
	"exemplar/internal/store/open"
	"exemplar/internal/vectorindex"
	"exemplar/internal/wordindex"
)

// ranks are the ranks for which recall is counted.
var ranks = [...]int{1, 2, 4, 8, 16, 24, 32, 50, 100}

// recall prints how often a photo's own document is among the first n references: those
// that the index of features proposes, by coarse and by fine features, and those whose
// labels look most like the whole picture.
func recall(path string, m *material, registered map[string]bool) error {
	kept, err := open.Store(path, store.Options{})
	if err != nil {
		return err
	}
	defer kept.Close()
	index, labels, err := indexOf(kept)
	if err != nil {
		return err
	}
	vectors, err := vectorindex.Load(context.Background(), kept, exemplar.DefaultModel().Fingerprint(), exemplar.DefaultModel().Dim())
	if err != nil {
		return err
	}
	var sets []string
	counts := map[string]*[3]counter{}
	for _, p := range m.photos {
		if p.label == "" || !registered[p.label] {
			continue
		}
		picture, err := p.load()
		if err != nil {
			return err
		}
		if counts[p.set] == nil {
			sets = append(sets, p.set)
			counts[p.set] = new([3]counter)
		}
		picture = imaging.FitWithin(picture, m.side)
		probe := alignment.NewProbe(picture.Gray())
		own := func(id string) bool { return labels[id] == p.label }
		counts[p.set][0].add(slices.IndexFunc(index.Query(probe.CoarseFeatures(), ranks[len(ranks)-1]), own))
		counts[p.set][1].add(slices.IndexFunc(index.Query(probe.FineFeatures(), ranks[len(ranks)-1]), own))
		counts[p.set][2].add(embeddingRank(vectors, picture, p.label))
	}
	for _, set := range sets {
		for i, by := range [3]string{"coarse features", "fine features", "embedding"} {
			counts[set][i].print(set, by)
		}
	}
	return nil
}

// indexOf makes the index as a process does at its start. It also returns the label of
// every reference.
func indexOf(kept store.Store) (*wordindex.Index, map[string]string, error) {
	references, err := kept.List(context.Background(), store.Filter{})
	if err != nil {
		return nil, nil, err
	}
	var ids []string
	labels := map[string]string{}
	for _, r := range references {
		ids = append(ids, r.ID)
		labels[r.ID] = string(r.Label)
	}
	index := wordindex.New()
	err = kept.EachWords(context.Background(), ids, func(id string, words store.Words) error {
		return index.Add(id, words.Data)
	})
	return index, labels, err
}

// embeddingRank is the rank of a label among those most like the whole picture, and -1 if
// it is none of the first.
func embeddingRank(vectors *vectorindex.SyncedIndex, picture *imaging.Image, label string) int {
	found := vectors.Index().Search(recognise.DefaultModel().Embed(picture), ranks[len(ranks)-1])
	for i, c := range found {
		if string(c.Label) == label {
			return i
		}
	}
	return -1
}

// counter counts the photos whose document is within each rank.
type counter struct {
	photos int
	within [len(ranks)]int
}

func (c *counter) add(rank int) {
	c.photos++
	for i, limit := range ranks {
		if rank >= 0 && rank < limit {
			c.within[i]++
		}
	}
}

func (c *counter) print(set, by string) {
	fmt.Printf("recall  %-16s by %-16s", set, by)
	for i, limit := range ranks {
		fmt.Printf("  %d: %5.1f", limit, percent(c.within[i], c.photos))
	}
	fmt.Println()
}
