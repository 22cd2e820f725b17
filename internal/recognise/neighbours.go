package recognise

import (
	"cmp"
	"context"
	"math"
	"slices"

	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/imagediff"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/store"
)

const (
	// neighbourLabels is how many labels are looked at for neighbours: those with the
	// most alike embeddings, and as many below the same label. References are whole and
	// clean, so these hold all that resembles each other
	// (TestTheMostAlikeLabelsHoldTheNeighbours). Reading an index of all features would
	// take longer than all the rest.
	neighbourLabels = 16
	// fewShared is how many inliers of a coarse match are needed for a neighbour:
	// pictures at random reach ten.
	fewShared = 12
	// maxNeighbours is how many are aligned with a reference. By eye.
	maxNeighbours = 3
)

// Neighbour is another label with a reference that resembles a registered one:
// captures of the two look alike.
type Neighbour struct {
	Label     decide.Label
	Reference string       // id of its reference
	Score     float32      // cosine of the two
	Pair      *AlignedPair // nil where only the embedding speaks
}

// AlignedPair is a reference and another one, which is laid on its picture.
type AlignedPair struct {
	On                   *Photo         // the picture that it is laid on
	Reference            *Reference     // what is laid on it
	Picture              *imaging.Image // of Reference, in colour
	Found                Found          // of Reference in On
	imagediff.Difference                // zero where it was not found
	Print                *PrintMap      // of Reference, as On shows it; nil where it was not found
	Fixed                bool           // the contents of both are: see [store.ContentsFixed]
	Condition            condition.Kind // in which one of them shows the kind of both; empty if neither, or no label is above both
	alike                bool           // so far that captures of one may be taken for the other
	sx, sy               float64        // from On to the picture as it arrived
}

// RegionsAsSent returns where the two differ as x0, y0, x1, y1 in pixels of the
// picture as it arrived.
func (o *AlignedPair) RegionsAsSent() [][4]int {
	var all [][4]int
	for _, r := range o.Regions {
		all = append(all, [4]int{
			int(o.sx * float64(r.Min.X)), int(o.sy * float64(r.Min.Y)),
			int(o.sx*float64(r.Max.X) + 0.5), int(o.sy*float64(r.Max.Y) + 0.5),
		})
	}
	return all
}

// Agreeing is the number of blocks that agree.
func (o *AlignedPair) Agreeing() int {
	return int(math.Round(o.Found.LocallyConsistent * float64(o.Found.Comparable)))
}

// OnlyContentsDiffer says that the two are copies of one form, and differ in what is filled in. Papers
// of one company with other headlines, such as an invoice and a delivery note, are none: the network
// that tells form from contents takes a headline for contents.
func (o *AlignedPair) OnlyContentsDiffer() bool {
	return o.Condition == "" && o.Print != nil && o.Print.OnlyContentsDiffer() && !o.Found.showsOtherHeadline(o.Reference)
}

// subject is a reference whose neighbours are looked for.
type subject struct {
	store.Reference
	photo      *Photo
	labels     int          // that are registered
	candidates []*candidate // of labels that say something else
}

// candidate is the most alike reference of a label.
type candidate struct {
	decide.Candidate
	inliers    int  // of a coarse match
	verifiable bool // the match says something
}

// Neighbours returns the labels, neither above nor below its own, whose
// references resemble a reference, the most alike first. These are the references
// that are found in its picture; where geometry has no say (there are too few
// features, or the model was not fitted), the one whose embedding is close.
func (g *Engine) Neighbours(ctx context.Context, id string) ([]Neighbour, error) {
	s, err := g.subject(ctx, id)
	if err != nil {
		return nil, err
	}
	return g.neighbours(ctx, s)
}

// NeighboursOf is [Engine.Neighbours] of a reference that is not registered, with its picture.
func (g *Engine) NeighboursOf(ctx context.Context, r store.Reference, picture *imaging.Image) ([]Neighbour, error) {
	s, err := g.subjectOf(ctx, r, picture)
	if err != nil {
		return nil, err
	}
	return g.neighbours(ctx, s)
}

func (g *Engine) neighbours(ctx context.Context, s *subject) (neighbours []Neighbour, err error) {
	if g.model.Calibration.LLRModel != nil {
		if neighbours, err = g.foundNeighbours(ctx, s); err != nil {
			return nil, err
		}
	}
	for _, c := range s.candidates {
		known := slices.ContainsFunc(neighbours, func(n Neighbour) bool { return n.Label == c.Label })
		if g.model.isClose(float64(c.Score)) && !c.verifiable && !known {
			return append(neighbours, Neighbour{Label: c.Label, Reference: c.Reference, Score: c.Score}), nil
		}
	}
	return neighbours, nil
}

// foundNeighbours returns the neighbours that are found in the picture.
func (g *Engine) foundNeighbours(ctx context.Context, s *subject) ([]Neighbour, error) {
	if err := g.matchCandidates(ctx, s); err != nil {
		return nil, err
	}
	best := s.candidates[:min(len(s.candidates), maxNeighbours)]
	for i, c := range best {
		if c.inliers < fewShared {
			best = best[:i]
			break
		}
	}
	pairs, err := parallel.Map(ctx, 0, best, func(ctx context.Context, c *candidate) (*AlignedPair, error) {
		o, err := g.align(ctx, s, c.Candidate.Reference)
		if (leftOut{}).skips(err, c.Label) {
			return nil, nil
		}
		return o, err
	})
	if err != nil {
		return nil, err
	}
	var neighbours []Neighbour
	for i, o := range pairs {
		if c := best[i]; o != nil && o.alike {
			neighbours = append(neighbours, Neighbour{c.Label, c.Candidate.Reference, c.Score, o})
		}
	}
	slices.SortStableFunc(neighbours, func(a, b Neighbour) int {
		return cmp.Compare(b.Pair.Found.LocallyConsistent, a.Pair.Found.LocallyConsistent)
	})
	return neighbours, nil
}

// subject reads a reference and finds the labels that may be its neighbours.
func (g *Engine) subject(ctx context.Context, id string) (*subject, error) {
	r, err := g.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	picture, err := g.Picture(ctx, id)
	if err != nil {
		return nil, err
	}
	return g.subjectOf(ctx, r, picture)
}

// subjectOf finds the labels that may be neighbours of a reference.
func (g *Engine) subjectOf(ctx context.Context, r store.Reference, picture *imaging.Image) (*subject, error) {
	vectors, err := g.follow(ctx)
	if err != nil {
		return nil, err
	}
	s := &subject{Reference: r, photo: NewPhoto(g.model.Embedder, picture)}
	embedding := g.model.Embed(picture)
	hits, err := vectors.Search(ctx, embedding, neighbourLabels)
	if err != nil {
		return nil, err
	}
	s.labels = vectors.Index().Labels()
	if above := s.Label.Parent(); above != "" {
		hits = append(hits, vectors.Index().SearchBelow(above, embedding, neighbourLabels)...)
	}
	for _, h := range hits {
		known := slices.ContainsFunc(s.candidates, func(c *candidate) bool { return c.Candidate.Reference == h.Reference })
		if !known && !s.Label.InLine(h.Label) {
			s.candidates = append(s.candidates, &candidate{Candidate: candidateOf(h)})
		}
	}
	return s, nil
}

// matchCandidates counts the inliers of the candidates, and puts those with most
// first.
func (g *Engine) matchCandidates(ctx context.Context, s *subject) error {
	for _, c := range s.candidates {
		features, err := g.references.features(ctx, g, c.Candidate.Reference)
		if (leftOut{}).skips(err, c.Label) {
			continue
		}
		if err != nil {
			return err
		}
		c.inliers, c.verifiable = s.photo.CoarseMatch(features), s.photo.CanVerify(features)
	}
	slices.SortStableFunc(s.candidates, func(a, b *candidate) int { return cmp.Compare(b.inliers, a.inliers) })
	return nil
}

// Align lays the reference id on the reference on. Found of the pair says whether
// that was possible.
func (g *Engine) Align(ctx context.Context, id, on string) (*AlignedPair, error) {
	s, err := g.subject(ctx, on)
	if err != nil {
		return nil, err
	}
	return g.align(ctx, s, id)
}

// align lays a reference on a subject.
func (g *Engine) align(ctx context.Context, s *subject, id string) (*AlignedPair, error) {
	other, err := g.store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	reference, picture, err := g.readReference(ctx, id)
	if err != nil {
		return nil, err
	}
	w, h := s.photo.Size()
	o := &AlignedPair{
		On: s.photo, Reference: reference, Picture: picture, Found: s.photo.Compare(reference),
		sx: float64(s.Width) / float64(w), sy: float64(s.Height) / float64(h),
		Fixed: s.Contents == store.ContentsFixed && other.Contents == store.ContentsFixed,
	}
	if o.Found.Located {
		o.Difference = s.photo.Differ(reference, picture, &o.Found)
		o.Print = o.Found.Print(reference)
		if o.alike = g.mayBeTaken(o, s.labels); o.alike {
			o.Condition = g.stateOfOne(o, [2]decide.Label{s.Label, other.Label})
		}
	}
	return o, nil
}

// usualFPIR is the rate at which two references are taken to be of one family.
const usualFPIR = 0.01

// mayBeTaken says whether captures of one of a pair may be taken for the other: they
// look alike, or are of one family and differ in contents alone.
func (g *Engine) mayBeTaken(o *AlignedPair, labels int) bool {
	model := g.model.Calibration.LLRModel
	llr := model.LLR(o.Found.ForDecision)
	return llr >= model.LookAlikeLLR || llr >= model.FamilyThreshold(usualFPIR, labels) && o.Print.OnlyContentsDiffer()
}

// NearestOf returns the reference of a label, other than except, that is most
// like an embedding (dim); nil if there is none.
func (g *Engine) NearestOf(ctx context.Context, label decide.Label, embedding []float32, except string) (*decide.Candidate, error) {
	vectors, err := g.follow(ctx)
	if err != nil {
		return nil, err
	}
	if err := vectors.Sync(ctx); err != nil {
		return nil, err
	}
	return nearestIn(vectors.Index(), embedding)(label, except), nil
}
