package features

import "math"

const (
	spatialBins = 4 // per axis
	angleBins   = 8
	patchSide   = 16  // samples per axis; the patch has one more on each side for the gradient
	binSigmas   = 3.0 // width of a spatial bin in units of the feature's scale (Lowe 2004, 6.1)
	patchBins   = 5.0 // width of the patch in spatial bins: interpolation needs half a bin more on each side
	clipAt      = 0.2
)

const (
	// DescriptorBytes is the length of a descriptor.
	DescriptorBytes = 128
	// DescriptorScale maps the elements of the unit vector to bytes. Values over 127 (a
	// quarter of the norm) are cut, so that the bytes are valid signed numbers for the
	// dot product.
	DescriptorScale = 512
)

// patch holds the grey levels around a feature, rotated and scaled to the feature's
// frame, with a margin of one sample. Its length is rounded up to whole groups.
type patch [patchGroups * lanes]float32

const (
	patchRow    = patchSide + 2
	patchGroups = (patchRow*patchRow + lanes - 1) / lanes
)

// patchPlaces holds the positions of the samples relative to the centre, in units of
// their spacing.
type patchPlaces struct {
	u, v [patchGroups * lanes]float32
}

var places = newPatchPlaces()

func newPatchPlaces() *patchPlaces {
	p := new(patchPlaces)
	const center = (patchRow - 1) / 2.0
	for i := range patchRow * patchRow {
		p.u[i] = float32(i%patchRow) - center
		p.v[i] = float32(i/patchRow) - center
	}
	return p
}

// patchFrame is the position of a patch in a plane. Coordinates count from the first
// pixel of the plane's margin.
type patchFrame struct {
	x, y, ux, uy   float32 // centre, and the step from sample to sample of a row
	limitX, limitY float32
	stride         uint32
}

// samplePatch samples the neighbourhood of an extremum in steps of spacing pixels,
// rotated by angle (radians). Positions beyond the margin are moved to its edge.
func (s *scaleSpace) samplePatch(p *patch, e extremum, angle float32, spacing float64) {
	img := s.layerOf(e)
	sin, cos := math.Sincos(float64(angle))
	sample(p, img, &patchFrame{
		x: e.x + planeMargin, y: e.y + planeMargin,
		ux: float32(cos * spacing), uy: float32(sin * spacing),
		limitX: float32(img.w + 2*planeMargin - 2), limitY: float32(img.h + 2*planeMargin - 2),
		stride: uint32(img.stride),
	})
}

// sampleGeneric interpolates the plane bilinearly at the positions of the patch.
func sampleGeneric(p *patch, img *plane, f *patchFrame) {
	for i := range p {
		u, v := places.u[i], places.v[i]
		x := min(max(f.x+u*f.ux-v*f.uy, 0), f.limitX)
		y := min(max(f.y+u*f.uy+v*f.ux, 0), f.limitY)
		ix, iy := int(x), int(y)
		fx, fy := x-float32(ix), y-float32(iy)
		at := iy*img.stride + ix
		top, bottom := img.pix[at:at+2], img.pix[at+img.stride:at+img.stride+2]
		t := top[0] + fx*(top[1]-top[0])
		b := bottom[0] + fx*(bottom[1]-bottom[0])
		p[i] = t + fy*(b-t)
	}
}

// polar holds the gradients of a patch without its margin: direction in eighths of a
// turn, in [0, 8], and magnitude.
type polar struct {
	turns, magnitudes [patchSide * patchSide]float32
}

func (g *polar) fillGeneric(p *patch) {
	for i := range g.turns {
		at := (i/patchSide+1)*patchRow + i%patchSide + 1
		gx, gy := p[at+1]-p[at-1], p[at+patchRow]-p[at-patchRow]
		g.magnitudes[i] = sqrt32(gx*gx + gy*gy)
		g.turns[i] = fastTurn(gy, gx) * angleBins
	}
}

// fastTurn is atan2(y, x) as a fraction of a turn in [0, 1], with an error below 1e-5:
// a polynomial on the first octant, reflected into the other octants.
func fastTurn(y, x float32) float32 {
	ax, ay := abs(x), abs(y)
	t := min(ax, ay) / max(ax, ay, 1e-20)
	t2 := t * t
	a := t * (0.99997726 + t2*(-0.33262347+t2*(0.19354346+t2*(-0.11643287+t2*(0.05265332-t2*0.01172120))))) / (2 * math.Pi)
	if ay > ax {
		a = 0.25 - a
	}
	if x < 0 {
		a = 0.5 - a
	}
	if y < 0 {
		a = 1 - a
	}
	return a
}

// pooling[i][b] is the weight of sample i of an axis in spatial bin b: linear
// interpolation times a Gaussian window of half the patch (Lowe 2004, 6.1). Both are
// separable. poolingColumns is its transpose.
var pooling, poolingColumns = poolingWeights()

func poolingWeights() (w [patchSide][spatialBins]float32, t [spatialBins][patchSide]float32) {
	for i := range w {
		u := (float64(i) - (patchSide-1)/2.0) * patchBins / patchSide // in bins from the centre
		window := math.Exp(-u * u / (2 * 2 * 2))
		for b := range w[i] {
			distance := math.Abs(u - (float64(b) - (spatialBins-1)/2.0))
			w[i][b] = float32(window * max(0, 1-distance))
			t[b][i] = w[i][b]
		}
	}
	return w, t
}

// histogram is a descriptor before normalisation: 4 x 4 spatial bins for each of 8
// directions.
type histogram [DescriptorBytes]float32

// poolGeneric sums gradient magnitudes in bins of direction and position, with linear
// interpolation in all three dimensions.
func (h *histogram) poolGeneric(g *polar) {
	clear(h[:])
	for i, turn := range g.turns {
		row, column := &pooling[i/patchSide], &pooling[i%patchSide]
		bin := int(turn)
		part := turn - float32(bin)
		near, far := g.magnitudes[i]*(1-part), g.magnitudes[i]*part
		a := h[bin%angleBins*spatialBins*spatialBins:][:spatialBins*spatialBins]
		b := h[(bin+1)%angleBins*spatialBins*spatialBins:][:spatialBins*spatialBins]
		for y, wy := range row {
			for x, wx := range column {
				a[y*spatialBins+x] += wy * wx * near
				b[y*spatialBins+x] += wy * wx * far
			}
		}
	}
}

// quantiseGeneric turns a histogram into bytes. It normalises and clips the histogram,
// then takes the square root of each bin's share of the sum (RootSIFT, Arandjelovic and
// Zisserman 2012), so that the dot product of two descriptors is the Hellinger kernel.
func quantiseGeneric(out []byte, h *histogram) {
	squares := float32(0)
	for _, v := range h {
		squares += v * v
	}
	limit := clipAt * sqrt32(squares)
	sum := float32(0)
	for i, v := range h {
		h[i] = min(v, limit)
		sum += h[i]
	}
	if sum == 0 {
		clear(out)
		return
	}
	scale := float32(DescriptorScale*DescriptorScale) / sum
	for i, v := range h {
		out[i] = byte(min(127, sqrt32(v*scale)+0.5))
	}
}
