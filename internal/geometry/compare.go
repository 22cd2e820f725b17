package geometry

import "math"

const (
	// compareSide is the longer side of the reference, in pixels, at which it is
	// compared.
	compareSide = 768
	blockSide   = 32
	blockPixels = blockSide * blockSide
	searchReach = 8               // pixels to the left and up; one less to the right
	searchWide  = 2 * searchReach // places per row
	searchHigh  = 2*searchReach + 1
	windowSide  = blockSide + 2*searchReach

	minTexture = 3.0 // standard deviation of a block in half grey levels
)

// Verdict says what the comparison found in a block.
type Verdict uint8

const (
	Unjudged  Verdict = iota // outside the photo, blinded, or without texture in the reference
	InPlace                  // agrees, and where the smooth field says
	Elsewhere                // agrees, displaced
	Disagrees
)

// Block is a square of blockSide pixels of the reference's comparison picture.
type Block struct {
	X, Y        int     // of its top left corner
	Correlation float32 // normalised, best within the search
	DX, DY      float32 // where it was found, relative to the fit, in pixels of the comparison picture
	Verdict     Verdict
	judged      bool
}

// Comparison is a reference's picture against the rectified photo.
type Comparison struct {
	Blocks          []Block
	Judged          int
	Agree           float64 // share of the judged blocks that agree loosely
	AgreeInPlace    float64 // share that agrees strictly, on the smooth field
	AgreeSmoothly   float64 // share that agrees strictly, where its neighbours say
	MeanCorrelation float64
}

// template is a block of the reference, ready to be searched for.
type template struct {
	x, y    int
	pix     [blockPixels]int8 // half the brightness, less its mean
	sum     int32             // of pix
	squares int32
}

// newTemplates cuts a picture into blocks and keeps those with texture.
func newTemplates(g *Gray) []template {
	var out []template
	for y := 0; y+blockSide <= g.H; y += blockSide {
		for x := 0; x+blockSide <= g.W; x += blockSide {
			t := template{x: x, y: y}
			t.fill(g)
			if t.deviation() >= minTexture {
				out = append(out, t)
			}
		}
	}
	return out
}

func (t *template) fill(g *Gray) {
	total := 0
	t.each(g, func(_ int, v byte) { total += int(v) })
	mean := (total + blockPixels/2) / blockPixels
	t.each(g, func(i int, v byte) {
		d := int32(min(127, max(-128, (int(v)-mean)/2)))
		t.pix[i] = int8(d)
		t.sum += d
		t.squares += d * d
	})
}

func (t *template) each(g *Gray, do func(i int, v byte)) {
	for y := range blockSide {
		for x, v := range g.Pix[(t.y+y)*g.W+t.x:][:blockSide] {
			do(y*blockSide+x, v)
		}
	}
}

func (t *template) deviation() float64 {
	mean := float64(t.sum) / blockPixels
	return math.Sqrt(float64(t.squares)/blockPixels - mean*mean)
}

// correlations holds the normalised correlation of a block with each place of
// its search window.
type correlations [searchHigh][searchWide]float32

// compare judges the photo, rectified by the map from the comparison picture
// to it, against the reference. The first pass, at half the resolution where
// there is enough of it, finds how the paper is bent; the second looks again
// with that undone.
func compare(p *photo, r *comparable, h *Homography) Comparison {
	first := r.half
	toFull := 2.0
	if first == nil {
		first, toFull = r, 1
	}
	half := resizing(first.w, first.h, r.w, r.h)
	m := h.Multiply(&half)
	bent := fitField(search(p, first, &warp{h: m}), first.w, first.h)
	bent.magnify(toFull)
	c := Comparison{Blocks: search(p, r, &warp{h: *h, bent: &bent})}
	c.judge(r.w, r.h)
	return c
}

// search finds every template of r in the photo seen through w.
func search(p *photo, r *comparable, w *warp) []Block {
	rect := rectify(p, w, r.w, r.h)
	blocks := make([]Block, len(r.templates))
	var found correlations
	for i := range r.templates {
		t, b := &r.templates[i], &blocks[i]
		b.X, b.Y = t.x, t.y
		if rect.visible(t.x, t.y) {
			correlate(&found, t, rect.pix[t.y*rect.stride+t.x:], rect.stride)
			b.take(&found)
			b.judged = true
		}
	}
	return blocks
}

// take finds the best place.
func (b *Block) take(found *correlations) {
	best := float32(-2)
	bx, by := 0, 0
	for y := range found {
		for x, v := range found[y] {
			if v > best {
				best, bx, by = v, x, y
			}
		}
	}
	b.Correlation = best
	b.DX, b.DY = float32(bx-searchReach), float32(by-searchReach)
	if bx > 0 && bx < searchWide-1 {
		b.DX += vertex(found[by][bx-1], best, found[by][bx+1])
	}
	if by > 0 && by < searchHigh-1 {
		b.DY += vertex(found[by-1][bx], best, found[by+1][bx])
	}
}

// vertex is where the parabola through three heights at -1, 0, 1 has its top.
func vertex(l, m, r float32) float32 {
	d := l - 2*m + r
	if d >= 0 {
		return 0
	}
	return 0.5 * (l - r) / d
}

const (
	strictCorrelation = 0.7
	strictDistance    = 1.5
	looseCorrelation  = 0.55
	looseDistance     = 4.0
)

// judge turns correlations and displacements into verdicts and shares.
func (c *Comparison) judge(w, h int) {
	field := fitField(c.Blocks, w, h)
	mx, my := medianShift(c.Blocks)
	near := neighbourhood(c.Blocks, &field)
	var inPlace, agree, smooth int
	sum := 0.0
	for i := range c.Blocks {
		b := &c.Blocks[i]
		if !b.judged {
			continue
		}
		c.Judged++
		sum += float64(max(0, b.Correlation))
		fx, fy := field.atBlock(b)
		strict := b.Correlation > strictCorrelation && hypot(b.DX-fx, b.DY-fy) < strictDistance
		loose := b.Correlation > looseCorrelation && hypot(b.DX-mx, b.DY-my) < looseDistance
		switch {
		case strict:
			b.Verdict = InPlace
		case loose:
			b.Verdict = Elsewhere
		default:
			b.Verdict = Disagrees
		}
		if strict {
			inPlace++
		}
		if b.Correlation > strictCorrelation && hypot(b.DX-near[i][0], b.DY-near[i][1]) < strictDistance {
			smooth++
		}
		if loose {
			agree++
		}
	}
	if c.Judged > 0 {
		n := float64(c.Judged)
		c.Agree, c.AgreeInPlace, c.MeanCorrelation = float64(agree)/n, float64(inPlace)/n, sum/n
		c.AgreeSmoothly = float64(smooth) / n
	}
}

func hypot(x, y float32) float32 { return sqrt32(x*x + y*y) }
