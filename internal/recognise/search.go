package recognise

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"exemplar/internal/decide"
	"exemplar/internal/features"
	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/vectorindex"
)

const (
	// fewReferences is the size of a gallery up to which all references are looked
	// for at first. By eye.
	fewReferences = 32
	// Of a larger gallery bySimilarity references are looked for because their
	// embeddings are the most alike, and byFeatures because they share features. By
	// eye.
	bySimilarity, byFeatures = 8, 24
	// maxVerified is how many references are compared with the photo block by block.
	// By eye.
	maxVerified = 6

	// enoughInliers is how many inliers of a coarse match make a fine one needless.
	// By eye.
	enoughInliers = 25
	// chanceInliers is how many inliers there may be by chance. Where one reference
	// was found plainly, others with fewer are not compared. By eye.
	chanceInliers = 5
)

// Hypothesis is a reference that may be in a photo, and what was found of it.
type Hypothesis struct {
	ID        string
	Label     decide.Label
	Reference *Reference // nil until it is compared
	Found     Found

	inliers    int  // features that agreed in the coarse or the fine match
	verifiable bool // it means something that no more were found
}

// search looks for references in one photo. It remembers what it found.
type search struct {
	engine  *Engine
	vectors *vectorindex.View
	members map[string]decide.Label
	photo   *Photo
	mode    SearchMode
	damaged leftOut
	gone    *bool // a reference was removed before it was looked for

	coarse, fine map[string]int // inliers by reference
	verified     map[string]*Hypothesis
	inliers      int // most that any reference had
}

func (g *Engine) newSearch(ctx context.Context, vectors *vectorindex.View, photo *Photo, mode SearchMode) (*search, error) {
	members, err := g.references.follow(ctx, g, vectors.Index)
	if err != nil {
		return nil, err
	}
	s := &search{engine: g, vectors: vectors, members: members, mode: mode, damaged: g.references.leftOut(vectors), gone: new(bool)}
	return s.in(photo), nil
}

// in returns the same search in another photo.
func (s *search) in(photo *Photo) *search {
	other := *s
	other.photo = photo
	other.coarse, other.fine, other.verified = map[string]int{}, map[string]int{}, map[string]*Hypothesis{}
	return &other
}

// skips is [leftOut.skips], and notes that a reference is gone.
func (s *search) skips(err error, of decide.Label) bool {
	if errors.Is(err, store.ErrNoReference) {
		*s.gone = true
	}
	return s.damaged.skips(err, of)
}

// run looks for the references that may be in the photo and compares the most
// promising ones with it. candidates are those whose embeddings are like the whole
// picture. If no coarse match convinces, it matches finely too.
func (s *search) run(ctx context.Context, candidates []decide.Candidate) ([]*Hypothesis, error) {
	seen, err := s.matchCoarsely(ctx, candidates)
	if err != nil {
		return nil, err
	}
	index := s.engine.references.featureIndex()
	if len(seen) == 0 || seen[0].inliers < enoughInliers {
		list := s.shortlist(candidates, func() []string {
			return append(likeParts(s.vectors.Index, s.photo), index.Query(s.photo.probe.FineFeatures(), byFeatures)...)
		})
		finer, err := s.match(ctx, list, s.fine, s.photo.FineMatch)
		if err != nil {
			return nil, err
		}
		seen = merge(finer, seen)
	}
	if s.engine.references.lacks(s.vectors.Index) {
		*s.gone = true
	}
	for _, h := range seen {
		s.inliers = max(s.inliers, h.inliers)
	}
	return s.verifyBest(ctx, seen)
}

// shortlist names the references to look for: those whose embeddings are like the
// whole picture; beside them all others of a small gallery, or those that query finds
// in a large one.
func (s *search) shortlist(candidates []decide.Candidate, query func() []string) []*Hypothesis {
	chosen := map[string]bool{}
	var list []*Hypothesis
	add := func(id string) {
		if of, registered := s.members[id]; registered && !chosen[id] {
			chosen[id] = true
			list = append(list, &Hypothesis{ID: id, Label: of})
		}
	}
	for _, c := range candidates[:min(len(candidates), bySimilarity)] {
		add(c.Reference)
	}
	switch {
	case s.mode == SearchLikely:
	case len(s.members) <= fewReferences:
		for _, id := range slices.Sorted(maps.Keys(s.members)) {
			add(id)
		}
	default:
		for _, id := range query() {
			add(id)
		}
	}
	return list
}

// match counts the inliers of each reference of the list, and returns the list with
// most first.
func (s *search) match(ctx context.Context, list []*Hypothesis, known map[string]int, inliers func(*features.Features) int) ([]*Hypothesis, error) {
	kept := list[:0]
	for _, h := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := s.engine.references.features(ctx, s.engine, h.ID)
		if s.skips(err, h.Label) {
			continue
		}
		if err != nil {
			return nil, err
		}
		n, counted := known[h.ID]
		if !counted {
			n = inliers(found)
			known[h.ID] = n
		}
		h.inliers, h.verifiable = n, s.photo.CanVerify(found)
		kept = append(kept, h)
	}
	slices.SortStableFunc(kept, func(a, b *Hypothesis) int { return cmp.Compare(b.inliers, a.inliers) })
	return kept, nil
}

// merge returns the best half of either list.
func merge(a, b []*Hypothesis) []*Hypothesis {
	merged := slices.Clone(a[:min(len(a), maxVerified/2)])
	for _, h := range b {
		if !slices.ContainsFunc(merged, func(m *Hypothesis) bool { return m.ID == h.ID }) {
			merged = append(merged, h)
		}
	}
	return merged
}

// verifyBest compares the first references of the list with the photo.
func (s *search) verifyBest(ctx context.Context, list []*Hypothesis) ([]*Hypothesis, error) {
	var verified []*Hypothesis
	var fills []decide.Label // of references that fill the photo
	for _, h := range list[:min(len(list), maxVerified)] {
		if list[0].inliers >= enoughInliers && h.inliers < chanceInliers && h.verifiable {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if before, done := s.verified[h.ID]; done {
			h.Reference, h.Found = before.Reference, before.Found
			verified = append(verified, h)
			continue
		}
		reference, err := s.engine.references.get(ctx, s.engine, h.ID)
		if s.skips(err, h.Label) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if h.Reference = reference; h.isBeside(fills) {
			h.Found = s.photo.verifyRival(reference)
		} else {
			h.Found = s.photo.Verify(reference)
		}
		if h.Found.Fills(s.photo.probe) {
			fills = append(fills, h.Label)
		}
		s.verified[h.ID] = h
		verified = append(verified, h)
	}
	return verified, nil
}

// isBeside says that a reference is a rival, of another family, of one that fills the photo. Members of
// its own are told by small differences.
func (h *Hypothesis) isBeside(fills []decide.Label) bool {
	return len(fills) > 0 && !slices.ContainsFunc(fills, func(of decide.Label) bool { return label.CommonAncestor(of, h.Label) != "" })
}

// likeParts names references by the parts of the photo in which documents may lie: of
// each part the one whose embedding is most like it. A page of small print has no
// features to be found by, but its embedding is telling once it is cut out.
func likeParts(vectors *vectorindex.Index, photo *Photo) []string {
	var ids []string
	for _, embedding := range photo.EmbedParts() {
		for _, c := range vectors.Search(embedding, 1) {
			ids = append(ids, c.Reference)
		}
	}
	return ids
}
