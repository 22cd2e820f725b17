package eval

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"
)

// OpenTargets are the FPIRs at which the FNIR is reported.
var OpenTargets = []float64{1e-3, 1e-2, 5e-2, 1e-1}

// The protocols of open-set identification: see docs/evaluation.md.
const (
	HeldOut     = "held-out"
	OwnClassOut = "own-class-out"
)

// OpenPoint is the FNIR at one FPIR.
type OpenPoint struct {
	Protocol  string  `json:"protocol"`
	Target    float64 `json:"fpir_target"`
	FPIR      float64 `json:"fpir"` // observed
	FNIR      float64 `json:"fnir"` // share of captures of registered classes whose right label is not the best or not over the threshold
	Low       float64 `json:"low"`  // 95 % interval of the FNIR at the target
	High      float64 `json:"high"`
	Threshold float64 `json:"threshold"`
	Supported bool    `json:"supported"` // at least 3/target strangers (rule of three)
}

// At returns the point of a protocol and one of the [OpenTargets], or nil.
func (id *Identification) At(protocol string, target float64) *OpenPoint {
	for i, p := range id.Open {
		if p.Protocol == protocol && p.Target == target {
			return &id.Open[i]
		}
	}
	return nil
}

// Right is the share of right answers.
func (p *OpenPoint) Right() float64 { return 1 - p.FNIR }

// RightLow is the lower end of the interval of [OpenPoint.Right].
func (p *OpenPoint) RightLow() float64 { return 1 - p.High }

// RightHigh is the upper end of the interval of [OpenPoint.Right].
func (p *OpenPoint) RightHigh() float64 { return 1 - p.Low }

// OpenCurve is FNIR over FPIR of one protocol.
type OpenCurve struct {
	Protocol string
	Points   []OpenPoint // rising FPIR
}

// searchOutcome is the outcome of one search. Its score is the best score of a stranger. For a
// registered capture it is the score of its own class if that is the best, and else -Inf.
type searchOutcome struct {
	class int32
	score float64
}

// openSearch is one gallery with its strangers in two halves. The threshold comes from
// fit, and the observed FPIR from test. Both descend by score.
type openSearch struct {
	registered, fit, test []searchOutcome
}

func newOpenSearch(registered, fit, test []searchOutcome) openSearch {
	for _, list := range [][]searchOutcome{registered, fit, test} {
		slices.SortFunc(list, func(a, b searchOutcome) int { return cmp.Compare(b.score, a.score) })
	}
	return openSearch{registered, fit, test}
}

// threshold returns the smallest threshold whose FPIR on fit is at most target.
func (s openSearch) threshold(target float64) float64 {
	allowed := allowance(target, int64(len(s.fit)))
	if int(allowed) == len(s.fit) {
		return math.Inf(-1)
	}
	return math.Nextafter(s.fit[allowed].score, math.Inf(1))
}

// reaching counts the outcomes, in descending order, that reach a threshold.
func reaching(sorted []searchOutcome, threshold float64) int {
	return sort.Search(len(sorted), func(i int) bool { return sorted[i].score < threshold })
}

// openStudy pools several searches of one protocol.
type openStudy struct {
	protocol string
	classes  int
	searches []openSearch
}

// point measures the study at a target.
func (s openStudy) point(target float64) OpenPoint {
	p := OpenPoint{Protocol: s.protocol, Target: target}
	hits, accepted, fitted := s.count(target)
	p.FPIR, _ = accepted.rate()
	right, n := hits.rate()
	p.FNIR = 1 - right
	strangers := 0
	for _, x := range s.searches {
		p.Threshold += max(x.threshold(target), x.lowest()) / float64(len(s.searches))
		strangers += len(x.fit)
	}
	p.Supported = supported(target, int64(strangers/len(s.searches)))
	lowM, highM := wilson(p.FNIR, n)
	less, more := spreadOf(fitted)
	lowT, highT := s.miss(min(1, target/less)), s.miss(target/more)
	p.Low, p.High = joinIntervals(p.FNIR, min(p.FNIR, lowT), max(p.FNIR, highT), lowM, highM)
	return p
}

// lowest is the lowest score of any outcome, and 0 if none has a score.
func (s openSearch) lowest() float64 {
	low := math.Inf(1)
	for _, list := range [][]searchOutcome{s.registered, s.fit} {
		for _, a := range list {
			if !math.IsInf(a.score, -1) {
				low = min(low, a.score)
			}
		}
	}
	if math.IsInf(low, 1) {
		return 0
	}
	return low
}

// count returns, by class, the right answers to registered captures, and the accepted
// strangers of the test half and of the fit half.
func (s openStudy) count(target float64) (right, accepted, fitted clustered) {
	right, accepted, fitted = newClustered(s.classes), newClustered(s.classes), newClustered(s.classes)
	for _, x := range s.searches {
		t := x.threshold(target)
		right.add(x.registered, t)
		accepted.add(x.test, t)
		fitted.add(x.fit, t)
	}
	return right, accepted, fitted
}

// miss is the FNIR at a target.
func (s openStudy) miss(target float64) float64 {
	right, _, _ := s.count(target)
	rate, _ := right.rate()
	return 1 - rate
}

func newClustered(classes int) clustered {
	return clustered{hits: make([]float64, classes), trials: make([]float64, classes)}
}

func (c clustered) add(sorted []searchOutcome, threshold float64) {
	for _, a := range sorted {
		c.trials[a.class]++
	}
	for _, a := range sorted[:reaching(sorted, max(threshold, -math.MaxFloat64))] {
		c.hits[a.class]++
	}
}

// spreadOf returns two factors. The true rate lies between the counted rate times the one
// and times the other. Without any hit they are the factors of a single hit.
func spreadOf(c clustered) (low, high float64) {
	p, n := c.rate()
	if p == 0 || p == 1 {
		trials := 0.0
		for _, m := range c.trials {
			trials += m
		}
		p, n = 1/max(trials, 2), max(trials, 2)
	}
	low, high = wilson(p, n)
	return low / p, high / p
}

// curve samples the study from one accepted stranger up to half of them.
func (s openStudy) curve() OpenCurve {
	c := OpenCurve{Protocol: s.protocol}
	strangers := 0
	for _, x := range s.searches {
		strangers = max(strangers, len(x.fit))
	}
	for e := -math.Log10(float64(strangers)); ; e += 1.0 / 6 {
		f := min(widestBand, math.Pow(10, e))
		c.Points = append(c.Points, s.point(f))
		if f == widestBand {
			return c
		}
	}
}

// open adds the two open-set protocols.
func (id *Identification) open(ctx context.Context, g *gallery, results []probeResult, o Options) error {
	studies := []openStudy{ownClassOut(g, results)}
	held, err := heldOut(ctx, g, o)
	if err != nil {
		return err
	}
	if held != nil {
		studies = append([]openStudy{*held}, studies...)
	}
	for _, s := range studies {
		if len(s.searches[0].fit) == 0 || len(s.searches[0].registered) == 0 {
			continue
		}
		for _, f := range OpenTargets {
			id.Open = append(id.Open, s.point(f))
		}
		id.OpenCurves = append(id.OpenCurves, s.curve())
	}
	return nil
}

// ownClassOut looks up every labelled capture twice: with all classes registered, and as a
// stranger, without its own class and that class's ancestors and descendants.
func ownClassOut(g *gallery, results []probeResult) openStudy {
	var registered, strangers []searchOutcome
	for k, f := range results {
		class := g.classes.of[g.probes[k]]
		if g.classes.isStranger(int(g.probes[k])) {
			continue
		}
		if !math.IsInf(f.stranger, -1) { // otherwise there is no other class
			strangers = append(strangers, searchOutcome{class, f.stranger})
		}
		if f.rank > 0 {
			registered = append(registered, f.outcome(class))
		}
	}
	search := newOpenSearch(registered, strangers, strangers)
	return openStudy{OwnClassOut, len(g.classes.labels), []openSearch{search}}
}

func (f probeResult) outcome(class int32) searchOutcome {
	if f.identified() {
		return searchOutcome{class, f.own}
	}
	return searchOutcome{class, math.Inf(-1)}
}

// minHeldOut is the smallest number of registered classes of which some are left out.
const minHeldOut = 4

// heldOut registers a random half of the classes. The captures of the other half and the
// set's own strangers are the strangers. They are halved again, and each half is judged at
// the threshold of the other.
func heldOut(ctx context.Context, g *gallery, o Options) (*openStudy, error) {
	if len(g.enrol) < minHeldOut {
		return nil, nil
	}
	study := &openStudy{protocol: HeldOut, classes: g.classes.count()}
	parts := make([]partition, o.Repetitions)
	for r := range parts {
		parts[r] = newPartition(g, o.random(1<<48|uint64(r)))
	}
	results := make([][]searchOutcome, len(parts))
	for r := range results {
		results[r] = make([]searchOutcome, len(g.probes))
	}
	err := g.each(ctx, o.Workers, func(k int, scores []float32) {
		masked := make([]float32, len(scores))
		for r, part := range parts {
			results[r][k] = part.look(g, k, scores, masked)
		}
	})
	for r, part := range parts {
		var sides [3][]searchOutcome
		for _, a := range results[r] {
			sides[part.side[a.class]] = append(sides[part.side[a.class]], a)
		}
		if len(sides[0]) == 0 || len(sides[1]) == 0 || len(sides[2]) == 0 {
			continue
		}
		study.searches = append(study.searches,
			newOpenSearch(sides[0], sides[1], sides[2]),
			newOpenSearch(slices.Clone(sides[0]), slices.Clone(sides[2]), slices.Clone(sides[1])))
	}
	if len(study.searches) == 0 {
		return nil, err
	}
	return study, err
}

// partition puts each class on a side: 0 is registered, 1 and 2 are left out.
type partition struct{ side []uint8 }

func newPartition(g *gallery, rng interface{ Perm(int) []int }) partition {
	p := partition{side: make([]uint8, g.classes.count())}
	for n, class := range rng.Perm(len(p.side)) {
		p.side[class] = uint8(1 + n%2)
	}
	for n, place := range rng.Perm(len(g.enrol)) {
		if 2*n < len(g.enrol) {
			p.side[g.enrol[place]] = 0
		}
	}
	return p
}

// look looks up a probe in the registered half.
func (p partition) look(g *gallery, probe int, scores, masked []float32) searchOutcome {
	for i, v := range scores {
		masked[i] = v
		if p.side[g.enrol[i]] != 0 {
			masked[i] = float32(math.Inf(-1))
		}
	}
	f := g.find(probe, masked)
	class := g.classes.of[g.probes[probe]]
	if p.side[class] == 0 {
		return f.outcome(class)
	}
	return searchOutcome{class, f.stranger}
}
