package decide

import "math"

// Geometry is what was found by looking for a reference in the probe: where it
// lies, and how much of it agrees. Shares and correlations lie in [0, 1].
// A candidate whose reference was not looked for has none.
type Geometry struct {
	// Verifiable is false where the reference or the probe has too few features
	// to be found by: then only the embedding speaks.
	Verifiable bool
	Located    bool // all that follows is zero otherwise

	Turn     int     // degrees clockwise by which the document lies turned in the photo: 0, 90, 180, 270
	Inliers  int     // features that lie as those of one flat thing would
	Coverage float64 // share of the reference's parts in which there are any

	Whole    int     // places that the reference has to compare; 0 where nobody counted
	Judged   int     // those of them that could be judged
	Agree    float64 // share of them that agrees somewhere near
	InPlace  float64 // that agrees on one smooth field
	Smoothly float64 // that agrees where its neighbours say
	Best     float64 // mean correlation of the places, each where it fits best
	There    float64 // mean correlation, each where its neighbours say
	Weak     float64 // a tenth of the places correlates less, there
	Frame    float64 // Smoothly of the places along the edges
	Inside   float64 // Smoothly of the others
	Changed  float64 // share of the print that is another than the reference's
	Changes  int     // places where it surely is

	Score float64 // cosine of the document, cut out and upright, with the reference

	// Places are those that were judged, where they lie in the photo. They are
	// needed only to tell references apart that lie in the same part of it.
	Places []Place
}

// Place is a small part of a reference as it lies in the photo.
type Place struct {
	X, Y   float32 // of its middle, pixels
	Size   float32 // of its sides, pixels
	Agrees bool    // where its neighbours say, whatever the photo's noise leaves to be expected
}

// feature is a figure of the evidence that speaks the more for the reference
// the higher it is.
type feature struct {
	name string
	of   func(g *Geometry) float64
}

// features are those that a [Proof] may weigh.
var features = []feature{
	{"inliers", func(g *Geometry) float64 { return math.Log(float64(max(1, g.Inliers))) }},
	{"coverage", func(g *Geometry) float64 { return min(1, max(0, g.Coverage)) }},
	{"agree", func(g *Geometry) float64 { return g.odds(g.Agree) }},
	{"in-place", func(g *Geometry) float64 { return g.odds(g.InPlace) }},
	{"smoothly", func(g *Geometry) float64 { return g.odds(g.Smoothly * g.seen()) }},
	{"best", func(g *Geometry) float64 { return logit(g.Best) }},
	{"there", func(g *Geometry) float64 { return logit(g.There) }},
	{"weak", func(g *Geometry) float64 { return max(0, g.Weak*g.seen()) }},
	{"weak-sharp", func(g *Geometry) float64 { return max(0, g.Weak*g.seen()-0.5) }},
	{"judged", func(g *Geometry) float64 { return math.Log(float64(min(enoughJudged, g.Judged) + evenJudged)) }},
	{"unchanged", func(g *Geometry) float64 { return -math.Log(min(1, max(0, g.Changed)) + leastChanged) }},
	{"score", func(g *Geometry) float64 { return g.Score }},
}

const (
	// enoughJudged is how many places say as much as any number more: what
	// spoils one place spoils its neighbours too.
	enoughJudged = 24
	evenJudged   = 4
	// leastChanged is a share of changed print below which less is worth nothing.
	leastChanged = 0.003
)

// judged says that the reference was found, and that there was something to
// compare: a wrong fit may lie on blank paper.
func (g *Geometry) judged() bool { return g.Located && g.Judged > 0 }

// seen is 1 if half of the reference could be judged, less in proportion below:
// a fit that puts most of it outside of the photo is likely to be a wrong one.
func (g *Geometry) seen() float64 {
	const enough = 0.5
	if g.Whole == 0 {
		return 1
	}
	return min(1, float64(g.Judged)/(enough*float64(g.Whole)))
}

// odds is the logarithm of the odds of a share of the judged places, drawn
// towards even by evenJudged places on either side: few places say little.
func (g *Geometry) odds(share float64) float64 {
	n := float64(min(g.Judged, enoughJudged))
	return math.Log((share*n + evenJudged) / ((1-share)*n + evenJudged))
}

// logit is bounded, so that no correlation is worth everything.
func logit(x float64) float64 {
	x = min(max(x, 0.02), 0.98)
	return math.Log(x / (1 - x))
}

// unchanged says that no place surely shows other print, and hardly any seems to.
func (g *Geometry) unchanged() bool {
	const hardlyAny = 0.05
	return g.Changes == 0 && g.Changed < hardlyAny
}

// differing is the number of places that do not agree.
func (g *Geometry) differing() int { return int(math.Round((1 - g.Smoothly) * float64(g.Judged))) }
