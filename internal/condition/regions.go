package condition

import (
	"image"
	"math"

	"exemplar/internal/cellnet"
)

const (
	// leastCells is how many cells a region has at least.
	leastCells = 6
	// ring is how many cells along the edges are not judged: ground may be seen there.
	ring = 2
	// plainArea is the share of the document from which on a region is plain, and
	// surelyArea and surelyMean the share and the mean probability of its cells from
	// which on it is said.
	plainArea, surelyArea, surelyMean = 0.012, 0.012, 0.8
)

// regions finds the places that something happened to: glare, things upon the
// document, missing parts and stains.
func (m *maps) regions() []Condition {
	p := passes.Get().(*cellnet.Pass)
	defer passes.Put(p)
	m.inputs(&p.In)
	network().Forward(p)
	m.probabilities(p.Logits())
	m.leaveMargins()
	m.like = make([]float64, len(m.inside))
	for i := range m.like {
		m.like[i] = float64(p.In.V[i*channels+likeGround])
	}
	glare, other := make([]bool, len(m.inside)), make([]bool, len(m.inside))
	for i := range m.inside {
		switch q := m.happened[i]; {
		case q[0] >= 0.5:
		case q[1] > q[2]+q[3]+q[4]:
			glare[i] = true
		default:
			other[i] = true
		}
	}
	var all []Condition
	for _, marked := range [][]bool{glare, other} {
		for _, p := range m.patches(marked) {
			all = m.addRegion(all, p)
		}
	}
	for i := range all {
		all[i].Strength = min(1, all[i].Strength)
	}
	m.addHints()
	return all
}

// addAmount adds what is seen in a region. What is covered is no damage: a thumb on a
// copy does not make it a torn one.
func (m *maps) addAmount(k Kind, share float64) {
	switch k {
	case Glare:
		m.glare.seen += share
	case Torn, Stained:
		m.damage.seen += share
	}
}

// addHints adds all that may be, but for contents.
func (m *maps) addHints() {
	for i, q := range m.happened {
		if !m.isOtherContents(i) {
			m.glare.hinted += q[1] / float64(len(m.happened))
			m.damage.hinted += (q[3] + q[4]) / float64(len(m.happened))
		}
	}
}

// anything is how likely it is of each cell that something happened to it.
func (m *maps) anything() Happened {
	found := Happened{m.w, m.h, make([]float64, len(m.happened))}
	for i, q := range m.happened {
		found.Cells[i] = 1 - q[0]
	}
	return found
}

// probabilities turns what the network says into what happened to each cell; cells
// outside of the picture are nothing's.
func (m *maps) probabilities(logits []float32) {
	m.happened = make([][answers]float64, len(m.inside))
	for i, in := range m.inside {
		q := &m.happened[i]
		if x, y := i%m.w, i/m.w; !in || min(x, y, m.w-1-x, m.h-1-y) < ring {
			q[0] = 1
			continue
		}
		sum := 0.0
		for k, z := range logits[answers*i:][:answers] {
			q[k] = math.Exp(float64(z))
			sum += q[k]
		}
		for k := range q {
			q[k] /= sum
		}
	}
}

// addRegion adds a patch to the condition of its kind: that which is likeliest over all
// of its cells, since a tear does not become a stain half way. What is gone is torn away
// if it looks like what lies around the document, and covered if not: the network sees
// that it is gone, and is less sure of the rest.
func (m *maps) addRegion(all []Condition, p *patch) []Condition {
	var mean [answers]float64
	like := 0.0
	for _, i := range p.cells {
		for k, q := range m.happened[i] {
			mean[k] += q / float64(len(p.cells))
		}
		like += m.like[i] / float64(len(p.cells))
	}
	const covered, torn = 2, 3 // places in mean
	gone := mean[covered] + mean[torn]
	if m.isScan() || mean[torn]+like > mean[covered]+1-like {
		mean[covered], mean[torn] = 0, gone
	} else {
		mean[covered], mean[torn] = gone, 0
	}
	kind := 1
	for k := range mean {
		if k > 0 && mean[k] > mean[kind] {
			kind = k
		}
	}
	isGone := placed[kind-1] == Torn || placed[kind-1] == Covered
	if isGone && m.showsPrint(p) || placed[kind-1] == Torn && m.isEnd(p) {
		return all
	}
	if placed[kind-1] != Glare && m.isContents(p) || placed[kind-1] == Stained && m.isAnotherPicture(p) {
		return all
	}
	if m.isAsReference(p) {
		return all
	}
	share := float64(len(p.cells)) / float64(len(m.inside))
	m.addAmount(placed[kind-1], share*mean[kind])
	c := Condition{Kind: placed[kind-1], Share: share, Where: []Place{m.v.place(p.bounds)},
		Strength: share * mean[kind] / plainArea, Sure: share >= m.surelyArea(placed[kind-1]) && mean[kind] >= surelyMean}
	for i := range all {
		if a := &all[i]; a.Kind == c.Kind {
			a.Share, a.Strength, a.Sure = a.Share+c.Share, a.Strength+c.Strength, a.Sure || c.Sure
			a.Where = append(a.Where, c.Where...)
			return all
		}
	}
	return append(all, c)
}

// isEnd says that a patch is what is not there of a document that is shorter than the
// reference: it reaches from side to side at one of its ends.
func (m *maps) isEnd(p *patch) bool {
	const most = 0.7 // of the width
	b := p.bounds
	across, width, low, high, length := b.Dx(), m.w, b.Min.Y, b.Max.Y, m.h
	if m.w > m.h {
		across, width, low, high, length = b.Dy(), m.h, b.Min.X, b.Max.X, m.w
	}
	return m.v.Grows && float64(across) >= most*float64(width) && (low <= 2*ring || high >= length-2*ring)
}

// patch is a group of cells that touch each other.
type patch struct {
	cells  []int
	bounds image.Rectangle
}

// patches returns the groups of marked cells that are large enough.
func (m *maps) patches(marked []bool) []*patch {
	done := make([]bool, len(marked))
	var found []*patch
	for i, on := range marked {
		if !on || done[i] {
			continue
		}
		p := &patch{}
		done[i] = true
		for todo := []int{i}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			x, y := at%m.w, at/m.w
			p.cells = append(p.cells, at)
			p.bounds = p.bounds.Union(image.Rect(x, y, x+1, y+1))
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				u, v := x+d[0], y+d[1]
				if u < 0 || v < 0 || u >= m.w || v >= m.h {
					continue
				}
				if k := v*m.w + u; marked[k] && !done[k] {
					done[k] = true
					todo = append(todo, k)
				}
			}
		}
		if len(p.cells) >= leastCells {
			found = append(found, p)
		}
	}
	return found
}

// surelyArea is the share of the document from which on a region is said. In a blurred photo
// what is small has other colours.
func (m *maps) surelyArea(k Kind) float64 {
	if k == Stained && m.softness >= blurredFrom {
		return 2 * surelyArea
	}
	return surelyArea
}

// isScan says that the document fills the picture.
func (m *maps) isScan() bool { return len(m.around) < m.w }
