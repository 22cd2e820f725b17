package geometry

import "math"

const (
	descriptorBytes = 128
	spatialBins     = 4 // per axis
	angleBins       = 8
	patchSide       = 16  // samples per axis; the patch has one more on each side for the gradient
	binSigmas       = 3.0 // width of a spatial bin in units of the feature's scale (Lowe 2004, 6.1)
	patchBins       = 5.0 // width of the patch in spatial bins: half a bin reaches over on each side
	clipAt          = 0.2
	// descriptorScale maps the unit vector to bytes. What exceeds 127 (a quarter
	// of the norm in one of 128 bins) is cut: bytes stay valid signed numbers for
	// the dot product.
	descriptorScale = 512
)

// patch holds brightness about a feature, turned and scaled to the feature's
// frame, with a rim of one sample.
type patch [(patchSide + 2) * (patchSide + 2)]float32

// samplePatch reads the neighbourhood of an extremum, turned by angle.
func (s *scaleSpace) samplePatch(p *patch, e extremum, angle float32) {
	img, _, _ := s.layerOf(e)
	spacing := binSigmas * patchBins / patchSide * layerSigma(float64(e.layer))
	sin, cos := math.Sincos(float64(angle))
	ux, uy := float32(cos*spacing), float32(sin*spacing) // along the patch's rows
	const center = (patchSide + 1) / 2.0
	for j := range patchSide + 2 {
		v := float32(j) - center
		x := e.x - center*ux - v*uy
		y := e.y - center*uy + v*ux
		sampleLine(p[j*(patchSide+2):][:patchSide+2], img, x, y, ux, uy)
	}
}

// sampleLine interpolates img at (x, y), (x+ux, y+uy), ...; places beyond the
// margin are moved to its edge.
func sampleLine(out []float32, img *plane, x, y, ux, uy float32) {
	const shift = planeMargin // makes coordinates positive, so that truncation is floor
	limitX, limitY := float32(img.w+2*planeMargin-2), float32(img.h+2*planeMargin-2)
	x, y = x+shift, y+shift
	for i := range out {
		cx, cy := min(max(x, 0), limitX), min(max(y, 0), limitY)
		ix, iy := int(cx), int(cy)
		fx, fy := cx-float32(ix), cy-float32(iy)
		at := iy*img.stride + ix
		top, bottom := img.pix[at:at+2], img.pix[at+img.stride:at+img.stride+2]
		t := top[0] + fx*(top[1]-top[0])
		b := bottom[0] + fx*(bottom[1]-bottom[0])
		out[i] = t + fy*(b-t)
		x += ux
		y += uy
	}
}

// pooling[i][b] is how much sample i of an axis counts for spatial bin b
// (linear interpolation), times the Gaussian window of half the patch
// (Lowe 2004, 6.1), which is separable too.
var pooling = poolingWeights()

func poolingWeights() (w [patchSide][spatialBins]float32) {
	for i := range w {
		u := (float64(i) - (patchSide-1)/2.0) * patchBins / patchSide // in bins from the centre
		window := math.Exp(-u * u / (2 * 2 * 2))
		for b := range w[i] {
			distance := math.Abs(u - (float64(b) - (spatialBins-1)/2.0))
			w[i][b] = float32(window * max(0, 1-distance))
		}
	}
	return w
}

// describeGeneric writes the descriptor of a patch: gradients in the patch's
// frame, pooled into 4 x 4 places x 8 directions with linear interpolation.
func describeGeneric(hist *[descriptorBytes]float32, p *patch) {
	const side = patchSide + 2
	clear(hist[:])
	for j := range patchSide {
		var row [spatialBins][angleBins]float32
		for i := range patchSide {
			at := (j+1)*side + i + 1
			gx, gy := p[at+1]-p[at-1], p[at+side]-p[at-side]
			magnitude := sqrt32(gx*gx + gy*gy)
			turn := fastTurn(gy, gx) * angleBins
			bin := int(turn)
			part := turn - float32(bin)
			next := (bin + 1) % angleBins
			for b, w := range pooling[i] {
				if w > 0 {
					row[b][bin%angleBins] += w * magnitude * (1 - part)
					row[b][next] += w * magnitude * part
				}
			}
		}
		for b, w := range pooling[j] {
			if w > 0 {
				for c := range row {
					to := hist[(b*spatialBins+c)*angleBins:][:angleBins]
					for k, v := range row[c] {
						to[k] += w * v
					}
				}
			}
		}
	}
}

// quantise turns a histogram into bytes: normalised, clipped, and then the
// square root of its share of the sum (RootSIFT, Arandjelovic and Zisserman
// 2012), so that a dot product of two is their Hellinger kernel.
func quantise(out []byte, hist *[descriptorBytes]float32) {
	squares := float32(0)
	for _, v := range hist {
		squares += v * v
	}
	limit := clipAt * sqrt32(squares)
	sum := float32(0)
	for i, v := range hist {
		hist[i] = min(v, limit)
		sum += hist[i]
	}
	if sum == 0 {
		clear(out)
		return
	}
	scale := float32(descriptorScale*descriptorScale) / sum
	for i, v := range hist {
		out[i] = byte(min(127, sqrt32(v*scale)+0.5))
	}
}
