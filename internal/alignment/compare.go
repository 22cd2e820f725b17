package alignment

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/reuse"
)

const (
	// ReferenceSide is the longer side of a reference, in pixels, at which it is
	// compared, and so the most that is worth keeping of it.
	ReferenceSide = 768
	blockSide     = 32
	blockPixels   = blockSide * blockSide
	searchReach   = 8               // pixels to the left and up; one less to the right
	searchWide    = 2 * searchReach // displacements per row
	searchHigh    = 2*searchReach + 1
	windowSide    = blockSide + 2*searchReach

	minTexture = 3.0 // standard deviation of a block in half grey levels
)

// BlockState says what the comparison found in a block.
type BlockState uint8

const (
	NotComparable BlockState = iota // outside the photo, blinded, or without texture in the reference
	InPlace                         // agrees where its neighbours say
	Displaced                       // agrees, displaced
	Disagrees
)

// Block is a square of blockSide pixels of the reference's comparison picture.
type Block struct {
	X, Y        int     // of its top left corner
	Correlation float32 // normalised, best within the search
	DX, DY      float32 // where it was found, relative to the fit, in pixels of the comparison picture
	State       BlockState
	comparable  bool
	hidden      bool // by something that is known to lie upon it

	texture  float32 // deviation of the reference there, half grey levels
	contrast float32 // deviation of the photo where it was found
	inPlace  float32 // its correlation where its neighbours say
	expected float32 // correlation that the photo's noise allows

	// How sharply the correlation falls about the best displacement: 0 along a line.
	sharpX, sharpY float32
}

// Comparison is a reference's picture against the rectified photo.
type Comparison struct {
	Blocks             []Block
	Comparable         int
	LooselyConsistent  float64 // share of the comparable blocks that agree loosely
	GloballyConsistent float64 // share that agrees strictly, on one quadratic field
	LocallyConsistent  float64 // share that agrees strictly, where its neighbours say
	PeakCorrelation    float64 // mean, each where it correlates best
	CorrelationInPlace float64 // mean, each where its neighbours say
	CorrelationP10     float64 // a tenth of the latter are lower, as shares of what is expected

	level *referenceLevel // that was compared
	warp  warp            // that the photo was seen through
	found []correlations  // of each block
}

// template is a block of the reference, ready to be searched for.
type template struct {
	x, y    int
	pix     [blockPixels]int8 // half the brightness, less its mean
	sum     int32             // of pix
	squares int32
	texture float32 // its deviation
}

// newTemplates cuts a picture into blocks and keeps those with texture.
func newTemplates(g *imaging.Gray) []template {
	var out []template
	for y := 0; y+blockSide <= g.H; y += blockSide {
		for x := 0; x+blockSide <= g.W; x += blockSide {
			t := template{x: x, y: y}
			t.fill(g)
			if deviation := t.deviation(); deviation >= minTexture {
				t.texture = float32(deviation)
				out = append(out, t)
			}
		}
	}
	return out
}

func (t *template) fill(g *imaging.Gray) {
	total := int32(0)
	for y := range blockSide {
		for _, v := range t.row(g, y) {
			total += int32(v)
		}
	}
	mean := (total + blockPixels/2) / blockPixels
	for y := range blockSide {
		pix := t.pix[y*blockSide:][:blockSide]
		for x, v := range t.row(g, y) {
			d := (int32(v) - mean) / 2
			pix[x] = int8(d)
			t.sum += d
			t.squares += d * d
		}
	}
}

// row is row y of the picture's block.
func (t *template) row(g *imaging.Gray, y int) []byte {
	return g.Pix[(t.y+y)*g.W+t.x:][:blockSide]
}

func (t *template) deviation() float64 {
	mean := float64(t.sum) / blockPixels
	return math.Sqrt(float64(t.squares)/blockPixels - mean*mean)
}

// compare compares the reference with the photo, rectified by h, the map from the
// reference's picture to the photo.
//
// The first passes, on small pictures of the reference and then on larger ones, find
// how the paper is deformed: a small picture reaches further into the parts that h
// alone leaves out of reach. The last pass looks with the deformation undone. Where features
// say how the paper is bent (bend, else nil), the first pass begins there.
func compare(p *photo, l *pyramid, h *planar.Homography, bend *quadraticField) Comparison {
	at := l.levelFor(h)
	fine := l.levels[at]()
	s := newSearcher(p, fine)
	deformed := s.begin(l, at, h, bend)
	for steps := deformationSteps - 1; steps > 0; steps-- {
		r := l.levels[min(at+steps, len(l.levels)-1)]()
		deformed.resize(r.w, r.h)
		blocks := s.search(r, &warp{h: l.onto(r, h), deformation: deformed})
		deformed = deformed.refined(blocks, r.w, r.h)
	}
	deformed.resize(fine.w, fine.h)
	seen := warp{h: l.onto(fine, h), deformation: deformed}
	c := Comparison{Blocks: s.search(fine, &seen), level: fine, warp: seen, found: s.found}
	c.judge(fine.w, fine.h)
	return c
}

// searcher looks for templates in a photo.
type searcher struct {
	photo *photo
	pix   []byte         // of the photo when last rectified
	found []correlations // of each block that was last looked for
}

// newSearcher makes one with enough memory for a reference.
func newSearcher(p *photo, r *referenceLevel) searcher {
	return searcher{photo: p, pix: make([]byte, resampledSize(r.w, r.h)), found: make([]correlations, len(r.templates))}
}

// search finds every template of r in the photo seen through w.
func (s *searcher) search(r *referenceLevel, w *warp) []Block {
	rect := resample(s.photo, w, &r.mask, s.pix)
	s.pix = rect.pix
	s.found = reuse.Slice(s.found, len(r.templates))
	blocks := make([]Block, len(r.templates))
	var seen blockCorrelator
	for i := range r.templates {
		t, b, found := &r.templates[i], &blocks[i], &s.found[i]
		b.X, b.Y = t.x, t.y
		b.texture = t.texture
		if rect.visible(t.x, t.y, blockSide) {
			seen.correlate(found, t, rect.pix[t.y*rect.stride+t.x:], rect.stride)
			b.take(found, &seen)
			b.comparable = true
		}
	}
	return blocks
}

// take sets the displacement at which the block correlates best.
func (b *Block) take(found *correlations, s *blockCorrelator) {
	best, bx, by := s.peaks.highest()
	b.Correlation = best
	b.DX, b.DY = float32(bx-searchReach), float32(by-searchReach)
	if bx > 0 && bx < searchWide-1 {
		d, sharp := vertex(found[by][bx-1], best, found[by][bx+1])
		b.DX, b.sharpX = b.DX+d, sharp
	}
	if by > 0 && by < searchHigh-1 {
		d, sharp := vertex(found[by-1][bx], best, found[by+1][bx])
		b.DY, b.sharpY = b.DY+d, sharp
	}
	b.contrast = s.sums.deviation(searchReach+round(b.DX), searchReach+round(b.DY))
}

func round(v float32) int { return int(math.Round(float64(v))) }

// vertex returns where the parabola through three heights at -1, 0, 1 has its top,
// and how sharply it falls.
func vertex(l, m, r float32) (at, sharp float32) {
	d := l - 2*m + r
	if d >= 0 {
		return 0, 0
	}
	return 0.5 * (l - r) / d, -d
}

const (
	// A block agrees strictly or loosely from these correlations on, up to these
	// distances in pixels. By eye.
	strictCorrelation = 0.7
	strictDistance    = 1.5
	looseCorrelation  = 0.55
	looseDistance     = 4.0
)

// judge turns correlations and displacements into states and shares. A block agrees
// in place if it correlates where the field says. Where it correlates best does not
// matter: a line may be found anywhere along itself.
func (c *Comparison) judge(w, h int) {
	field := fitQuadraticField(c.Blocks, w, h)
	around := newDeviations(c.Blocks, &field)
	for i := range c.Blocks {
		if b := &c.Blocks[i]; b.comparable {
			fx, fy := field.atBlock(b)
			dx, dy := around.consensus(float32(b.X/blockSide), float32(b.Y/blockSide), i)
			b.inPlace = c.found[i].bestNear(fx+dx, fy+dy)
		}
	}
	expect(c.Blocks)
	mx, my := medianShift(c.Blocks)
	var n, inPlace, smooth, agree, best, placed float64
	shares := make([]float32, 0, len(c.Blocks))
	for i := range c.Blocks {
		b := &c.Blocks[i]
		if !b.comparable {
			continue
		}
		n++
		fx, fy := field.atBlock(b)
		best += float64(max(0, b.Correlation))
		placed += float64(b.inPlace)
		shares = append(shares, b.inPlace/b.expected)
		inPlace += one(c.found[i].bestNear(fx, fy) > strictCorrelation)
		agree += one(b.Correlation > looseCorrelation && hypot(b.DX-mx, b.DY-my) < looseDistance)
		b.State = b.state()
		smooth += one(b.State == InPlace)
	}
	if n > 0 {
		c.Comparable = int(n)
		c.LooselyConsistent, c.GloballyConsistent, c.LocallyConsistent = agree/n, inPlace/n, smooth/n
		c.PeakCorrelation, c.CorrelationInPlace = best/n, placed/n
		slices.Sort(shares)
		c.CorrelationP10 = float64(shares[len(shares)/10])
	}
}

func (b *Block) state() BlockState {
	switch enough := enoughOfExpected * b.expected; {
	case b.inPlace > enough:
		return InPlace
	case b.Correlation > enough:
		return Displaced
	}
	return Disagrees
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func hypot(x, y float32) float32 { return float32(math.Sqrt(float64(x*x + y*y))) }
