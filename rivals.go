package exemplar

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"exemplar/internal/decide"
	"exemplar/internal/differ"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// Rival is another label with a reference that resembles a registered one:
// captures of the two look alike.
type Rival struct {
	Label     string  `json:"label"`
	Reference string  `json:"reference"` // id of its reference
	Score     float64 `json:"score"`     // cosine of the two, in [-1, 1]
	Reason    string  `json:"reason"`    // how the registered one differs from it, in words

	// What follows is known where the two could be laid on each other.
	Judged    int      `json:"judged,omitempty"`    // places that could be compared
	Agreement float64  `json:"agreement,omitempty"` // share of them that agrees
	Regions   []Region `json:"regions,omitempty"`   // where the two differ
}

// Region is a rectangle of the registered picture, upright, in pixels of the
// picture as sent.
type Region struct {
	X int `json:"x"` // of its left side
	Y int `json:"y"` // of its upper side
	W int `json:"w"`
	H int `json:"h"`
}

const (
	// rivalLabels is how many labels are looked at for rivals, those with the most
	// alike embeddings. References are whole and clean, so that these hold all that
	// resembles each other (TestTheMostAlikeLabelsHoldTheRivals); to read an index
	// of all features would take longer than all the rest.
	rivalLabels = 16
	// fewShared is how many places that agree at a first look are too few for a
	// rival: pictures at random reach ten.
	fewShared = 12
	// maxRivals is how many rivals are laid on a reference.
	maxRivals = 3
)

// newcomer is a reference whose rivals are looked for.
type newcomer struct {
	Reference
	photo    *proof.Photo
	suspects []suspect // of labels that say something else
}

// suspect is the most alike reference of a label.
type suspect struct {
	decide.Candidate
	near       int  // places that a first look found
	verifiable bool // a look says something
}

// Rivals returns the labels, neither above nor below its own, whose references
// resemble a reference, the most alike first. These are the references that are
// found in its picture; where geometry has no say (it is off, or there are too
// few features), the one whose embedding is close.
func (g *Gallery) Rivals(ctx context.Context, id string) ([]Rival, error) {
	n, err := g.newcomer(ctx, id)
	if err != nil {
		return nil, err
	}
	var rivals []Rival
	if g.geometry != GeometryOff && g.model.calibration.Proof != nil {
		if rivals, err = g.foundRivals(ctx, n); err != nil {
			return nil, err
		}
	}
	for _, s := range n.suspects {
		known := slices.ContainsFunc(rivals, func(r Rival) bool { return r.Label == string(s.Label) })
		if g.model.close(float64(s.Score)) && !s.verifiable && !known {
			return append(rivals, n.rivalByLooks(s)), nil
		}
	}
	return rivals, nil
}

// foundRivals returns the rivals that are found in the picture.
func (g *Gallery) foundRivals(ctx context.Context, n *newcomer) ([]Rival, error) {
	if err := g.glanceAtSuspects(ctx, n); err != nil {
		return nil, err
	}
	laid := make([]*overlay, min(len(n.suspects), maxRivals))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range n.suspects[:len(laid)] {
		if s.near < fewShared {
			break
		}
		group.Go(func() (err error) {
			laid[i], err = g.lay(inner, n, s.Reference)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var rivals []Rival
	for i, o := range laid {
		if o != nil && o.alike {
			rivals = append(rivals, n.rival(n.suspects[i], o))
		}
	}
	slices.SortStableFunc(rivals, func(a, b Rival) int { return cmp.Compare(b.Agreement, a.Agreement) })
	return rivals, nil
}

// newcomer reads a reference and finds what may be its rivals.
func (g *Gallery) newcomer(ctx context.Context, id string) (*newcomer, error) {
	view, err := g.follow(ctx)
	if err != nil {
		return nil, err
	}
	n := &newcomer{}
	if n.Reference, err = g.Get(ctx, id); err != nil {
		return nil, err
	}
	picture, err := g.picture(ctx, id)
	if err != nil {
		return nil, err
	}
	n.photo = proof.NewPhoto(picture, g.model.network, g.model.bundle.Arch)
	candidates, err := view.Search(ctx, g.model.EmbedImage(picture), rivalLabels)
	if err != nil {
		return nil, err
	}
	own := decide.Label(n.Label)
	for _, c := range candidates {
		if !own.InLine(c.Label) {
			n.suspects = append(n.suspects, suspect{Candidate: c})
		}
	}
	return n, nil
}

// glanceAtSuspects puts those first of which most is found in the picture.
func (g *Gallery) glanceAtSuspects(ctx context.Context, n *newcomer) error {
	for i := range n.suspects {
		s := &n.suspects[i]
		sketch, err := g.shapes.sketch(ctx, g, s.Reference)
		if err != nil {
			return err
		}
		s.near, s.verifiable = n.photo.Glance(sketch), n.photo.CanVerify(sketch)
	}
	slices.SortStableFunc(n.suspects, func(a, b suspect) int { return cmp.Compare(b.near, a.near) })
	return nil
}

// overlay is another reference laid on a newcomer.
type overlay struct {
	shape   *proof.Reference
	picture *imaging.Image
	found   proof.Found
	alike   bool // so far that captures of one may be taken for the other
	differ.Difference
}

// lay lays a reference on a newcomer.
func (g *Gallery) lay(ctx context.Context, n *newcomer, id string) (*overlay, error) {
	shape, picture, err := g.stored(ctx, id)
	if err != nil {
		return nil, err
	}
	o := &overlay{shape: shape, picture: picture, found: n.photo.Compare(shape)}
	if o.found.Located {
		o.alike = g.model.calibration.Proof.LLR(o.found.Weighed) >= g.model.calibration.Proof.Kin
		o.Difference = n.photo.Differ(shape, picture, &o.found)
	}
	return o, nil
}

// rivalByLooks is a rival of which only the embedding speaks.
func (n *newcomer) rivalByLooks(s suspect) Rival {
	return Rival{
		Label: string(s.Label), Reference: s.Reference, Score: float64(s.Score),
		Reason: fmt.Sprintf("is close to %s (score %.2f): captures of one may be answered %q", s.Label, s.Score, Ambiguous),
	}
}

// rival is one that was laid on the newcomer.
func (n *newcomer) rival(s suspect, o *overlay) Rival {
	r := Rival{
		Label: string(s.Label), Reference: s.Reference, Score: float64(s.Score), Reason: o.reason(string(s.Label)),
		Judged: o.found.Judged, Agreement: o.found.AgreeSmoothly,
	}
	w, h := n.photo.Size()
	sx, sy := float64(n.Width)/float64(w), float64(n.Height)/float64(h)
	for _, region := range o.Regions {
		x, y := int(sx*float64(region.Min.X)), int(sy*float64(region.Min.Y))
		right, bottom := int(sx*float64(region.Max.X)+0.5), int(sy*float64(region.Max.Y)+0.5)
		r.Regions = append(r.Regions, Region{x, y, right - x, bottom - y})
	}
	return r
}

const (
	// fewTelling is how many places have to differ for captures to be told apart,
	// as the decision does.
	fewTelling = 3
	// fewRegions, or regions of little of the picture, are "only" some.
	fewRegions = 6
	littleArea = 0.25
)

// reason is, for instance, "differs from note/first only in 3 regions; 83 of 90
// places agree".
func (o *overlay) reason(label string) string {
	agree := o.agreeing()
	places := fmt.Sprintf("%d of %d places agree", agree, o.found.Judged)
	where := o.where()
	switch {
	case 2*agree < o.found.Weighed.Whole:
		return fmt.Sprintf("shares a part with %s: %s", label, places)
	case o.found.Judged-agree < fewTelling && where == "":
		return fmt.Sprintf("does not differ from %s: captures of the two cannot be told apart (%s)", label, places)
	case o.found.Judged-agree < fewTelling && o.Area < littleArea:
		return fmt.Sprintf("differs from %s only %s, too little to tell captures of the two apart (%s)", label, where, places)
	case where == "":
		where = "a little everywhere"
	case o.isLittle():
		where = "only " + where
	}
	return fmt.Sprintf("differs from %s %s; %s", label, where, places)
}

// title heads a picture of the two.
func (o *overlay) title() string {
	switch {
	case len(o.Regions) == 0 && o.Recoloured:
		return "These two differ in colour alone"
	case len(o.Regions) == 0:
		return "These two do not differ"
	case o.isLittle():
		return "These two differ only here"
	}
	return "These two differ here"
}

func (o *overlay) isLittle() bool { return o.Area < littleArea && len(o.Regions) < fewRegions }

// agreeing is the number of places that agree.
func (o *overlay) agreeing() int {
	return int(math.Round(o.found.AgreeSmoothly * float64(o.found.Judged)))
}

// where is, for instance, "in 2 regions and in colour"; empty if nowhere.
func (o *overlay) where() string {
	var parts []string
	switch n := len(o.Regions); {
	case n == 1:
		parts = append(parts, "in one region")
	case n > 1:
		parts = append(parts, fmt.Sprintf("in %d regions", n))
	}
	if o.Recoloured {
		parts = append(parts, "in colour")
	}
	return strings.Join(parts, " and ")
}
