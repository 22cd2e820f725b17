package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/alignment"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/label"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/vectorindex"
	"exemplar/internal/wordindex"
)

// Shortlists are made as package recognise makes them: so many references by the whole picture's embedding, and so many
// by features; one by each part.
const bySimilarity, byFeatures = 8, 24

// wanted is how many references may be looked at.
const wanted = 24

// listed are the sets of the shortlist's measurement: all their documents are registered, all their photos asked.
var listed = append(slices.Clone(hiddenSets), "kinds_identity", "kinds_invoices", "kinds_forms")

// ways are the ways to propose references, and what is made of them together.
var ways = [...]string{"whole picture", "its parts", "coarse words", "fine words", "together, first 24", "all that are looked for"}

// measureShortlist prints how often a photo's own reference is among the first 24 of size references. It needs no
// gallery, and no reference is compared: 10,000 take minutes.
func measureShortlist(data string, size, every int) error {
	var documents []hidden
	var photos []photo
	for _, name := range listed {
		folder, err := dataset.ReadFolder(filepath.Join(data, "bench", name))
		if err != nil {
			return err
		}
		own, asked := all(name, folder)
		documents, photos = append(documents, own...), append(photos, asked...)
	}
	pool, err := dataset.OpenPool(filepath.Join(data, "train"))
	if err != nil {
		return err
	}
	defer pool.Close()
	x, err := newCandidates(documents, pool, size)
	if err != nil {
		return err
	}
	m := material{photos: photos}
	if err := m.thin(every, "all"); err != nil {
		return err
	}
	return x.ask(m.photos)
}

// all returns the documents of a set, each with its first reference, and the photos of them.
func all(set string, folder *dataset.Folder) (documents []hidden, photos []photo) {
	known := map[string]bool{}
	for _, s := range folder.Samples {
		if s.IsReference && !known[s.Label] {
			known[s.Label] = true
			documents = append(documents, hidden{set + "/" + s.Label, filepath.Join(folder.Root, s.Path)})
		}
	}
	for _, s := range folder.Samples {
		if !s.IsReference && known[s.Label] {
			photos = append(photos, photo{set: set, label: set + "/" + s.Label, load: loader(filepath.Join(folder.Root, s.Path))})
		}
	}
	return documents, photos
}

// candidates are the indexes of a gallery, without the gallery.
type candidates struct {
	embedder *recognise.Embedder
	vectors  *vectorindex.Index
	words    *wordindex.Index
}

// newCandidates makes the indexes of the documents and of mosaics, size references in all. The id of a document is its
// label.
func newCandidates(documents []hidden, pool *dataset.Pool, size int) (*candidates, error) {
	model := recognise.DefaultModel()
	x := &candidates{model.Embedder, vectorindex.NewIndex(model.Dim()), wordindex.New()}
	const batch = 200
	for at := 0; at < size; at += batch {
		n := min(batch, size-at)
		items, words := make([]vectorindex.Item, n), make([][]byte, n)
		err := parallel.Each(context.Background(), 0, n, func(_ context.Context, i int) error {
			id, picture, err := referenceAt(documents, pool, at+i)
			if err != nil {
				return err
			}
			picture = imaging.FitWithin(picture, recognise.ReferenceSide)
			items[i] = vectorindex.Item{ID: id, Label: label.Label(id), Vectors: x.embedder.EmbedTurned(picture)}
			words[i] = wordindex.Words(alignment.NewReference(picture.Gray()).Features())
			return nil
		})
		if err != nil {
			return nil, err
		}
		x.vectors.Update(nil, items...)
		for i, item := range items {
			if err := x.words.Add(item.ID, words[i]); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

func referenceAt(documents []hidden, pool *dataset.Pool, i int) (string, *imaging.Image, error) {
	if i < len(documents) {
		picture, err := loader(documents[i].path)()
		return documents[i].label, picture, err
	}
	picture, err := mosaicPicture(pool, i-len(documents))
	return "other/" + strconv.Itoa(i), picture, err
}

// ask prints, by set and way, the share of photos whose own reference is proposed.
func (x *candidates) ask(photos []photo) error {
	found, err := parallel.Map(context.Background(), 0, photos, func(_ context.Context, p photo) ([len(ways)]bool, error) {
		picture, err := p.load()
		if err != nil {
			return [len(ways)]bool{}, err
		}
		return x.proposed(imaging.FitWithin(picture, recognise.PhotoSide), p.label), nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("| photos | of | %s |\n|---|---%s|\n", strings.Join(ways[:], " | "), strings.Repeat("|---", len(ways)))
	for _, set := range listed {
		trials := [len(ways)][]eval.Trial{}
		for i, p := range photos {
			for w := range ways {
				if p.set == set {
					trials[w] = append(trials[w], eval.Trial{Cluster: p.label, Hit: found[i][w]})
				}
			}
		}
		fmt.Printf("| %s | %d |", set, len(trials[0]))
		for _, t := range trials {
			fmt.Printf(" %v |", eval.ShareOf(t))
		}
		fmt.Println()
	}
	return nil
}

// proposed says which of the ways propose the reference own.
func (x *candidates) proposed(picture *imaging.Image, own string) (by [len(ways)]bool) {
	p := recognise.NewPhoto(x.embedder, picture)
	probe := alignment.NewProbe(picture.Gray())
	whole := ids(x.vectors.Search(x.embedder.Embed(picture), wanted))
	var parts []string
	for _, embedding := range p.EmbedParts() {
		parts = append(parts, ids(x.vectors.Search(embedding, 1))...)
	}
	coarse, fine := x.words.Query(probe.CoarseFeatures(), wanted), x.words.Query(probe.FineFeatures(), wanted)
	lookedFor := slices.Concat(whole[:min(len(whole), bySimilarity)], parts, coarse[:min(len(coarse), byFeatures)], fine[:min(len(fine), byFeatures)])
	for i, list := range [len(ways)][]string{whole, parts, coarse, fine, firstOf(wanted, fine, coarse, parts, whole), lookedFor} {
		by[i] = slices.Contains(list, own)
	}
	return by
}

func ids(hits []vectorindex.Hit) (out []string) {
	for _, h := range hits {
		out = append(out, h.Reference)
	}
	return out
}

// firstOf takes the first of each list in turn, then the second of each, until there are n.
func firstOf(n int, lists ...[]string) (out []string) {
	for rank := range n {
		for _, list := range lists {
			if rank < len(list) && len(out) < n && !slices.Contains(out, list[rank]) {
				out = append(out, list[rank])
			}
		}
	}
	return out
}
