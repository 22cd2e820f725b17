package train

import (
	"context"
	"math/rand/v2"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

// alike knows of each group of images which others the network inside the program finds alike. Pictures that resemble
// each other teach most when they are in one batch: each is then a negative of the others (hard negatives; Harwood et al.
// 2017, "Smart mining for deep metric learning", choose neighbours of the embedding as well).
type alike struct {
	near [][]int32 // by group: the most similar others, most similar first
}

const (
	// alikeNearest is how many others are known of each group. They run out towards the end of an epoch.
	alikeNearest = 48
	// alikeCopy is the cosine above which two pictures may be copies of one, which must not be taught to differ. By eye: of
	// pairs above it half are, of those between 0.85 and 0.9 none was.
	alikeCopy = 0.9
)

// findAlike embeds the first picture of every group and finds the most similar others.
func findAlike(ctx context.Context, classes *dataset.Classes, cache *dataset.Cache) (*alike, error) {
	net := embed.Default().Freeze()
	side, dim, n := net.Arch.Input, net.Arch.Embedding, len(classes.Members)
	embeddings := make([]float32, n*dim) // zero: cannot be decoded, like nothing
	eachPart(n, func(from, to int) {
		for group := from; group < to && ctx.Err() == nil; group++ {
			if m, err := cache.Image(int(classes.Members[group][0])); err == nil {
				net.Embed(embeddings[group*dim:][:dim], imaging.ResizeArea(m, side, side).Pix, 1)
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a := &alike{make([][]int32, n)}
	eachPart(n, func(from, to int) {
		cosines := make([]float32, n)
		for group := from; group < to; group++ {
			kernel.DotBlock(cosines, embeddings[group*dim:][:dim], embeddings, dim)
			a.near[group] = nearest(cosines, group)
		}
	})
	return a, nil
}

// nearest returns the other groups of the highest cosines, but for those that may be copies.
func nearest(cosines []float32, own int) []int32 {
	var best []int32
	for i, c := range cosines {
		if i == own || c > alikeCopy || len(best) == alikeNearest && c <= cosines[best[alikeNearest-1]] {
			continue
		}
		best = append(best, int32(i))
		for at := len(best) - 1; at > 0 && cosines[best[at-1]] < c; at-- {
			best[at-1], best[at] = best[at], best[at-1]
		}
		best = best[:min(len(best), alikeNearest)]
	}
	return best
}

// order is a random order of all groups in which each run of size groups from a multiple of size on are alike, as far as
// there are such that do not stand elsewhere.
func (a *alike) order(rng *rand.Rand, size int) []int {
	used := make([]bool, len(a.near))
	var runs [][]int
	var order, rest []int
	for _, first := range rng.Perm(len(a.near)) {
		if used[first] {
			continue
		}
		used[first] = true
		group := []int{first}
		for _, other := range a.near[first] {
			if len(group) == size {
				break
			}
			if !used[other] {
				group = append(group, int(other))
				used[other] = true
			}
		}
		if len(group) == size {
			runs = append(runs, group)
		} else {
			rest = append(rest, group...)
		}
	}
	rng.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
	for _, group := range runs {
		order = append(order, group...)
	}
	return append(order, rest...)
}
