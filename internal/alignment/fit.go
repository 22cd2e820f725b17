package alignment

import (
	"math"
	"math/rand/v2"

	"exemplar/internal/planar"
)

const (
	// largestResidual is where a correspondence stops counting for a fit, in
	// pixels of the probe's features: room for bent paper.
	largestResidual = 6.0
	// inlierResidual is what is reported as an inlier.
	inlierResidual = 4.0
	minInliers     = 5
	maxSamples     = 1200
	confidence     = 0.999
	localSteps     = 4
	fitSeed        = 0x5eed
)

// correspondences are matched points, best first, in normalised coordinates:
// about the middle of each set, unit = the larger extent. Single columns keep
// the scoring loop tight.
type correspondences struct {
	x, y, u, v []float32 // (x, y) in the reference, (u, v) in the probe
	toRef      planar.Homography
	toProbe    planar.Homography
	unit       float64 // pixels of the probe for 1 in u, v
}

// newCorrespondences normalises the points.
func newCorrespondences(ref, probe []planar.Point) *correspondences {
	c := new(correspondences)
	refCenter, refUnit := extent(ref)
	probeCenter, probeUnit := extent(probe)
	c.toRef = scaling(refCenter, refUnit)
	c.toProbe = scaling(probeCenter, probeUnit)
	c.unit = probeUnit
	n := len(ref)
	all := make([]float32, 4*n)
	c.x, c.y, c.u, c.v = all[:n], all[n:2*n], all[2*n:3*n], all[3*n:]
	for i := range n {
		c.x[i], c.y[i] = float32((ref[i].X-refCenter.X)/refUnit), float32((ref[i].Y-refCenter.Y)/refUnit)
		c.u[i], c.v[i] = float32((probe[i].X-probeCenter.X)/probeUnit), float32((probe[i].Y-probeCenter.Y)/probeUnit)
	}
	return c
}

// scaling maps normalised coordinates to pixels.
func scaling(center planar.Point, unit float64) planar.Homography {
	return planar.Homography{unit, 0, center.X, 0, unit, center.Y, 0, 0, 1}
}

func extent(points []planar.Point) (center planar.Point, unit float64) {
	lo, hi := points[0], points[0]
	for _, p := range points {
		lo = planar.Pt(min(lo.X, p.X), min(lo.Y, p.Y))
		hi = planar.Pt(max(hi.X, p.X), max(hi.Y, p.Y))
	}
	return planar.Pt((lo.X+hi.X)/2, (lo.Y+hi.Y)/2), max(hi.X-lo.X, hi.Y-lo.Y, 1) / 2
}

// model is a homography between normalised coordinates, and its score: the sum
// of the gains of all correspondences.
type model struct {
	h       planar.Homography
	score   float32
	inliers int // correspondences within largestResidual
}

// score evaluates h. It stops where even a perfect remainder could not beat
// the score to beat.
func (c *correspondences) score(h *planar.Homography, beat float32) model {
	m := model{h: *h}
	var f [9]float32
	for i, v := range h {
		f[i] = float32(v)
	}
	limit := float32(largestResidual / c.unit)
	toTable := tableSize / (limit * limit)
	n := len(c.x)
	for i := range n {
		x, y := c.x[i], c.y[i]
		w := 1 / (f[6]*x + f[7]*y + f[8])
		du := (f[0]*x+f[1]*y+f[2])*w - c.u[i]
		dv := (f[3]*x+f[4]*y+f[5])*w - c.v[i]
		if t := (du*du + dv*dv) * toTable; t < tableSize && w > 0 {
			m.score += magsac.gain[int(t)]
			m.inliers++
		}
		if i&31 == 31 && m.score+float32(n-1-i) <= beat {
			return m
		}
	}
	return m
}

// improve refits m by least squares over all correspondences, weighted by the
// marginalised likelihood of their residuals, as long as its score grows.
func (c *correspondences) improve(m model) model {
	for range localSteps {
		h, ok := c.refit(&m.h)
		if !ok || !facesCamera(&h) {
			break
		}
		next := c.score(&h, m.score)
		if next.score <= m.score {
			break
		}
		m = next
	}
	return m
}

// refit solves for the homography once, weighted by the residuals under h. The
// algebraic error is divided by the depth, which makes it geometric.
func (c *correspondences) refit(h *planar.Homography) (planar.Homography, bool) {
	var n planar.LeastSquares
	limit := largestResidual / c.unit
	toTable := tableSize / (limit * limit)
	for i := range c.x {
		p := planar.Pt(float64(c.x[i]), float64(c.y[i]))
		u, v := float64(c.u[i]), float64(c.v[i])
		depth := h.Depth(p)
		q := h.Apply(p)
		t := ((q.X-u)*(q.X-u) + (q.Y-v)*(q.Y-v)) * toTable
		if t < tableSize && depth > 0 {
			n.Add(p.X, p.Y, u, v, float64(magsac.weight[int(t)])/(depth*depth))
		}
	}
	return n.Solve()
}

// facesCamera rejects maps that mirror, fold or look along the plane, judged
// on the square that the normalised reference points fill: depth positive and
// not varying more than maxDepthRatio, and the same sense of rotation
// everywhere.
func facesCamera(h *planar.Homography) bool {
	lo, hi := math.Inf(1), 0.0
	for _, p := range planar.Rectangle(-1, -1, 1, 1) {
		d := h.Depth(p)
		lo, hi = min(lo, d), max(hi, d)
	}
	if lo <= 0 || hi > maxDepthRatio*lo {
		return false
	}
	// The sign of the Jacobian is that of the determinant over depth cubed.
	det := h[0]*(h[4]*h[8]-h[5]*h[7]) - h[1]*(h[3]*h[8]-h[5]*h[6]) + h[2]*(h[3]*h[7]-h[4]*h[6])
	return det > 0
}

// maxDepthRatio bounds how much closer one side of a document may be to the
// camera than the other.
const maxDepthRatio = 3

// fit finds the best homography by PROSAC (Chum and Matas 2005): samples are
// drawn from a growing set of the best correspondences. Every new best is
// optimised locally. It returns false where no sample gives a possible map.
func (c *correspondences) fit() (model, bool) {
	n := len(c.x)
	if n < 4 {
		return model{}, false
	}
	rng := rand.New(rand.NewPCG(fitSeed, uint64(n)))
	grow := newGrowth(n)
	var best model
	for t := 1; t <= maxSamples; t++ {
		h, ok := c.sample(rng, grow.subset(t))
		if !ok {
			continue
		}
		m := c.score(&h, best.score)
		if m.score <= best.score {
			continue
		}
		best = c.improve(m)
		if t >= samplesNeeded(best.inliers, n) {
			break
		}
	}
	return best, best.score > 0
}

// samplesNeeded is how many samples find four of k inliers among n with the
// wished confidence.
func samplesNeeded(k, n int) int {
	p := math.Pow(float64(k)/float64(n), 4)
	if p > 0.999 {
		return 1
	}
	return int(min(maxSamples, math.Log(1-confidence)/math.Log(1-p)))
}

// growth is PROSAC's schedule: after how many samples the subset grows.
type growth struct {
	n, size  int
	expected float64 // T_n of the paper, section 2.2
	until    int
}

func newGrowth(n int) *growth {
	g := &growth{n: n, size: 4, expected: maxSamples, until: 1}
	for i := range 4 {
		g.expected *= float64(4-i) / float64(n-i)
	}
	return g
}

// subset returns how many of the best correspondences sample t is drawn from.
func (g *growth) subset(t int) int {
	for t > g.until && g.size < g.n {
		next := g.expected * float64(g.size+1) / float64(g.size+1-4)
		g.until += int(math.Ceil(next - g.expected))
		g.expected = next
		g.size++
	}
	return g.size
}

// sample draws four of the first size correspondences and returns their
// homography, if it is a possible one.
func (c *correspondences) sample(rng *rand.Rand, size int) (planar.Homography, bool) {
	var pick [4]int
	for i := range pick {
	draw:
		for {
			pick[i] = rng.IntN(size)
			for _, earlier := range pick[:i] {
				if earlier == pick[i] {
					continue draw
				}
			}
			break
		}
	}
	var from, to [4]planar.Point
	for i, k := range pick {
		from[i] = planar.Pt(float64(c.x[k]), float64(c.y[k]))
		to[i] = planar.Pt(float64(c.u[k]), float64(c.v[k]))
	}
	if !sameSense(&from, &to) {
		return planar.Homography{}, false
	}
	h, ok := planar.FourPoints(&from, &to)
	if !ok {
		return h, false
	}
	if h[8] < 0 {
		for i := range h {
			h[i] = -h[i]
		}
	}
	return h, facesCamera(&h)
}

// sameSense says whether each triple of points turns the same way in both
// quadrangles: what every view of the front of a plane does.
func sameSense(a, b *[4]planar.Point) bool {
	for skip := range 4 {
		i, j, k := (skip+1)%4, (skip+2)%4, (skip+3)%4
		p, q := turn(a[i], a[j], a[k]), turn(b[i], b[j], b[k])
		if p*q <= 0 {
			return false
		}
	}
	return true
}

// turn is twice the signed area of a triangle.
func turn(a, b, c planar.Point) float64 {
	return (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X)
}
