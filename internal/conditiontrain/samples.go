package conditiontrain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/capturesim"
	"exemplar/internal/cellnet"
	"exemplar/internal/changedetect"
	"exemplar/internal/condition"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// Options say what samples are made.
type Options struct {
	Documents int
	Seed      uint64
	Pool      *dataset.Pool // real pictures, which a third of the documents are; may be nil
	// Done, which may be nil, is called after each document.
	Done func()
}

// Sample is what the network is told of a pair, and what is true of its cells.
type Sample struct {
	W, H   int
	Inputs []int8 // (H,W,channels), in 1/inputUnit
	Cells  []Truth
}

// inputUnit makes small integers of inputs, which lie within [-2.6, 2.6].
const inputUnit = 48

const (
	captures  = 4   // of a document
	worked    = 720 // longer side of a document, pixels
	photoW    = 720
	photoH    = 540
	realShare = 0.25
)

// Samples makes samples of documents: drawn ones with their own contents or others, and
// pictures of the pool. The same options give the same samples.
func Samples(ctx context.Context, o Options) ([]Sample, error) {
	numbers := make([]int, o.Documents)
	for i := range numbers {
		numbers[i] = i
	}
	made, err := parallel.Map(ctx, 0, numbers, func(_ context.Context, n int) ([]Sample, error) {
		if o.Done != nil {
			defer o.Done()
		}
		r := random{rand.New(rand.NewPCG(o.Seed, uint64(n)))}
		own, other, err := o.copies(n, r)
		if err != nil {
			return nil, err
		}
		var samples []Sample
		ref := reference(own, r)
		for k := range captures {
			doc := own
			if k%2 == 1 {
				doc = other
			}
			if s, ok := sample(ref, doc, r); ok {
				samples = append(samples, s)
			}
		}
		return samples, nil
	})
	return slices.Concat(made...), err
}

// copies returns two copies of a document, with their own contents.
func (o *Options) copies(n int, r random) (own, other *imaging.Image, err error) {
	if o.Pool != nil && r.chance(realShare) {
		at := r.IntN(o.Pool.Len())
		data, err := o.Pool.Bytes(at)
		if err != nil {
			return nil, nil, err
		}
		m, _, err := imaging.Decode(data, imaging.DefaultLimits)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", o.Pool.Name(at), err)
		}
		m = imaging.Resize(m, m.W*worked/max(m.W, m.H), m.H*worked/max(m.W, m.H))
		return m, m, nil
	}
	kinds := synthdoc.Kinds()
	d := synthdoc.Document{Kind: kinds[n%len(kinds)], Template: r.Uint64(), Content: r.Uint64(), Size: worked}
	own = synthdoc.Draw(d)
	d.Content = r.Uint64()
	if other = synthdoc.Draw(d); other.W != own.W || other.H != own.H {
		other = own // a roll of another length
	}
	return own, other, nil
}

// ref is a reference as it is registered.
type ref struct {
	picture, colors *imaging.Image
	target          *alignment.Reference
	toDoc           planar.Homography // from shares of the picture to those of the document
}

// reference is a scan of a document, or the picture itself: clean, or in a state of its
// own, against which a sound copy must not look as if anything were wrong with it.
func reference(doc *imaging.Image, r random) *ref {
	s := newSpoilt(doc)
	if r.chance(0.35) {
		s.happens(1+Truth(r.IntN(4)), r)
	}
	made := &ref{toDoc: planar.Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}}
	picture := s.Image
	if r.chance(0.6) {
		shot := scan(s, r)
		picture = shot.Image
		unit := planar.Rectangle(0, 0, 1, 1)
		var corners [4]planar.Point
		for i, q := range shot.Quad {
			corners[i] = planar.Pt((q.X+0.5)/float64(picture.W), (q.Y+0.5)/float64(picture.H))
		}
		if h, ok := planar.FourPoints(&corners, &unit); ok {
			made.toDoc = h
		}
	} else {
		lid := []float64{250, 235, 20}[r.IntN(3)]
		s.onto([3]float64{lid, lid, lid})
	}
	toned(picture, r)
	picture = reencoded(picture, r)
	made.picture, made.colors, made.target = picture, condition.Prepare(picture), alignment.NewReference(picture.Gray())
	return made
}

// happens does to a flat document what happens to it, glare included.
func (s *spoilt) happens(what Truth, r random) {
	switch what {
	case Glare:
		s.glare(r, float64(s.W)/2, float64(s.H)/2, math.Sqrt(float64(s.W*s.H)))
	case Covered:
		s.cover(r)
	case Torn:
		s.tear(r)
	case Stained:
		s.stain(r)
	}
}

// toned is what scanners and programs do to colours.
func toned(m *imaging.Image, r random) {
	var table [3][256]byte
	contrast, bright, gamma := r.in(0.85, 1.1), r.in(-14, 12), r.in(0.85, 1.2)
	for c := range table {
		warm := r.in(0.96, 1.02)
		for v := range table[c] {
			f := 255 * math.Pow(float64(v)/255, gamma)
			table[c][v] = level((128 + contrast*(f-128) + bright) * warm)
		}
	}
	for i, v := range m.Pix {
		m.Pix[i] = table[i%3][v]
	}
}

func reencoded(m *imaging.Image, r random) *imaging.Image {
	out, _, err := imaging.Decode(imaging.EncodeJPEG(m, 55+r.IntN(40)), imaging.DefaultLimits)
	if err != nil {
		panic(err) // it was just encoded
	}
	return out
}

// sample captures a document in a state and lays it on a reference.
func sample(ref *ref, doc *imaging.Image, r random) (Sample, bool) {
	what := [...]Truth{Nothing, Nothing, Glare, Glare, Covered, Covered, Torn, Torn, Stained, Stained}[r.IntN(10)]
	s := newSpoilt(doc)
	if r.chance(0.06) {
		s.fade(r)
	}
	if what != Glare {
		s.happens(what, r)
	}
	if what != Stained && r.chance(0.06) { // two things at once
		s.stain(r)
	}
	shot, scanned, hands := shoot(s, what, r)
	picture := newSpoilt(shot.Image)
	if what == Glare || r.chance(0.05) {
		q := shot.Quad
		cx, cy := (q[0].X+q[2].X)/2, (q[0].Y+q[2].Y)/2
		size := math.Sqrt(math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y) * math.Hypot(q[3].X-q[0].X, q[3].Y-q[0].Y))
		picture.glare(r, cx, cy, size)
	}
	for i, shown := range shot.Shown { // ground, or hands
		switch {
		case shown >= 128 || picture.truth[i] == Glare:
		case hands:
			picture.truth[i] = Covered
		case what != Torn:
			picture.truth[i] = Unsure
		}
	}
	if scanned {
		toned(picture.Image, r)
	}
	final := reencoded(picture.Image, r)
	probe := alignment.NewProbe(final.Gray())
	found := alignment.Verify(probe, ref.target)
	if !found.Located || found.Comparable == 0 {
		return Sample{}, false
	}
	laid := found.Rectify(probe, changedetect.Cell)
	w, h := float64(laid.Reference.W), float64(laid.Reference.H)
	at := func(q planar.Point) planar.Point { return laid.At(planar.Point{X: q.X*w - 0.5, Y: q.Y*h - 0.5}) }
	in := condition.Inputs(&condition.Pair{
		Reference: ref.colors, Photo: final, At: at, Fine: laid.Reference, Laid: laid.Photo,
		Length: 500, ReferenceLength: 500, // nothing comes of them here
	})
	return Sample{in.W, in.H, small(in), cells(in, ref, at, s, picture)}, true
}

// shoot takes a photo of a document, perhaps with hands upon it, or scans it.
func shoot(s *spoilt, what Truth, r random) (shot capturesim.Photo, scanned, hands bool) {
	if r.chance(0.4) {
		return scan(s, r), true, false
	}
	p := capturesim.Everyday()
	p.Width, p.Height, p.SizeMin, p.SizeMax = photoW, photoH, 0.5, 0.95
	p.Glare, p.Fingers, p.Outside = 0, 0, 0.05
	if hands = what == Covered && r.chance(0.4); hands {
		p.Fingers = 1
	}
	p.Paper = s.paper
	return capturesim.Scene(s.Image, nil, p, r.Uint64()), false, hands
}

// scan lays a document on a scanner, whose lid shows around it and through its gaps.
func scan(s *spoilt, r random) capturesim.Photo {
	long := 560 + r.IntN(400)
	p := capturesim.SceneParams{Width: long, Height: long, SizeMin: 0.96, SizeMax: 1, Turn: 1, Blur: 0.1, Noise: 0.1, Quality: 60, Paper: s.paper}
	if s.W < s.H {
		p.Width = max(64, long*s.W/s.H)
	} else {
		p.Height = max(64, long*s.H/s.W)
	}
	lid := []byte{251, 236, 20}[r.IntN(3)]
	background := imaging.NewImage(16, 16)
	for i := range background.Pix {
		background.Pix[i] = lid
	}
	for {
		shot := capturesim.Scene(s.Image, background, p, r.Uint64())
		if (shot.Image.W > shot.Image.H) == (p.Width > p.Height) { // not laid in across
			return shot
		}
	}
}

// cells says what is true of the cells: what happened to the document there, and to the
// picture of it. Where they or their quarters differ, nothing is known, but a narrow ring
// or drop stains its cells. Beside the edges the ground may be seen in either picture,
// which is nothing.
func cells(in *cellnet.Grid, ref *ref, at func(planar.Point) planar.Point, doc, picture *spoilt) []Truth {
	out := make([]Truth, in.W*in.H)
	for i := range out {
		var found [256]int
		for k, d := range [5][2]float64{{0.5, 0.5}, {0.1, 0.1}, {0.9, 0.1}, {0.1, 0.9}, {0.9, 0.9}} {
			q := planar.Pt((float64(i%in.W)+d[0])/float64(in.W), (float64(i/in.W)+d[1])/float64(in.H))
			t := truthAt(ref.toDoc.Apply(q), at(q), doc, picture)
			if isEdge(in, i) && (t == Unsure || t == Covered) {
				t = Nothing
			}
			found[t]++
			if k == 0 {
				out[i] = t
			}
		}
		switch {
		case found[out[i]] == 5:
		case found[Stained] >= 2 && found[Stained]+found[Nothing]+found[Unsure] == 5:
			out[i] = Stained
		default:
			out[i] = Unsure
		}
	}
	return out
}

// truthAt is what happened at a place, in shares of the document, that the picture shows
// at p.
func truthAt(q, p planar.Point, doc, picture *spoilt) Truth {
	x, y := int(math.Round(p.X)), int(math.Round(p.Y))
	if x < 0 || y < 0 || x >= picture.W || y >= picture.H {
		return Unsure
	}
	if q.X < 0 || q.Y < 0 || q.X >= 1 || q.Y >= 1 {
		return Nothing // ground beside the reference
	}
	t := doc.truth[int(q.Y*float64(doc.H))*doc.W+int(q.X*float64(doc.W))]
	switch seen := picture.truth[y*picture.W+x]; {
	case seen == Nothing, seen == Covered && t == Torn: // the mask shows neither
		return t
	case seen == Covered, t == Nothing:
		return seen
	}
	return Unsure
}

// isEdge says that a cell is one of the outermost two.
func isEdge(in *cellnet.Grid, i int) bool {
	x, y := i%in.W, i/in.W
	return min(x, y, in.W-1-x, in.H-1-y) < 2
}

func small(in *cellnet.Grid) []int8 {
	out := make([]int8, len(in.V))
	for i, v := range in.V {
		out[i] = int8(max(-127, min(127, math.Round(float64(v)*inputUnit))))
	}
	return out
}
