package main

import (
	"context"

	"exemplar/internal/condition"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
)

// looked is what was said of a picture.
type looked struct {
	simulator, document string
	kind                condition.Kind // it was made to be
	how                 manner
	other               bool // contents
	found               bool
	said                map[condition.Kind]bool
}

// look asks for the conditions of every document in every state, held against its clean
// picture.
func look(ctx context.Context, model *recognise.Model, o *options) ([]looked, error) {
	all, err := parallel.Map(ctx, 0, o.list(), func(_ context.Context, d document) ([]looked, error) {
		reference := recognise.NewReference(model.Embedder, d.draw(false))
		var list []looked
		for _, by := range simulators {
			for _, other := range []bool{false, true} {
				doc := d.draw(other)
				for k, kind := range seen {
					for _, how := range manners {
						if how == scan && !scanned(kind) {
							continue
						}
						picture := recognise.NewPhoto(model.Embedder, by.take(doc, kind, how, d.seed*31+uint64(k*10+len(how))))
						l := looked{simulator: by.name, document: d.name(), kind: kind, how: how, other: other, said: map[condition.Kind]bool{}}
						if found := picture.Verify(reference.Reference); found.Located {
							l.found = true
							conditions, _ := picture.Conditions(reference.Reference, &found)
							for _, c := range conditions {
								if c.Sure {
									l.said[c.Kind] = true
								}
							}
						}
						list = append(list, l)
					}
				}
			}
		}
		return list, nil
	})
	var flat []looked
	for _, list := range all {
		flat = append(flat, list...)
	}
	return flat, err
}
