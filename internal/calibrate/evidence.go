package calibrate

import (
	"math"

	"exemplar/internal/decide"
	"exemplar/internal/geometry"
)

// Evidence puts what geometry found into the terms of a decision. Score is the
// cosine of the document, rectified onto the reference, with the reference.
func Evidence(r *geometry.Reference, e *geometry.Evidence, score float32) *decide.Geometry {
	if !e.Located {
		return &decide.Geometry{Verifiable: true}
	}
	frame, inside := agreementByPlace(e.Blocks)
	return &decide.Geometry{
		Verifiable: true, Located: true, Turn: quarterTurn(&e.Quad),
		Inliers: e.Inliers, Coverage: e.Coverage,
		Judged: e.Judged, Agree: e.Agree, InPlace: e.AgreeInPlace, Smoothly: e.AgreeSmoothly,
		Best: e.MeanCorrelation, There: e.MeanInPlace, Weak: e.WeakInPlace,
		Frame: frame, Inside: inside, Score: float64(score),
		Places: placesOf(r, e),
	}
}

// placesOf returns the judged blocks as they lie in the photo.
func placesOf(r *geometry.Reference, e *geometry.Evidence) []decide.Place {
	places := make([]decide.Place, 0, e.Judged)
	for i, corners := range geometry.Places(r, e) {
		verdict := e.Blocks[i].Verdict
		if verdict == geometry.Unjudged {
			continue
		}
		a, b := e.H.Apply(corners[0]), e.H.Apply(corners[2])
		places = append(places, decide.Place{
			X: float32(a.X+b.X) / 2, Y: float32(a.Y+b.Y) / 2,
			Size:   float32(math.Hypot(b.X-a.X, b.Y-a.Y) / math.Sqrt2),
			Agrees: verdict == geometry.InPlace,
		})
	}
	return places
}

// quarterTurn is the turn of the quad's upper side, to the next multiple of 90.
func quarterTurn(q *[4]geometry.Point) int {
	angle := math.Atan2(q[1].Y-q[0].Y, q[1].X-q[0].X) * 180 / math.Pi
	return (int(math.Round(angle/90))*90 + 360) % 360
}

// agreementByPlace is the share of the judged blocks that agree among those
// along the edges, the outer fifth on each side, and among the others.
func agreementByPlace(blocks []geometry.Block) (frame, inside float64) {
	var right, bottom int
	for i := range blocks {
		right, bottom = max(right, blocks[i].X), max(bottom, blocks[i].Y)
	}
	var judged, agree [2]float64
	for i := range blocks {
		b := &blocks[i]
		if b.Verdict == geometry.Unjudged {
			continue
		}
		at := 0
		if within(b.X, right) && within(b.Y, bottom) {
			at = 1
		}
		judged[at]++
		if b.Verdict == geometry.InPlace {
			agree[at]++
		}
	}
	return agree[0] / max(1, judged[0]), agree[1] / max(1, judged[1])
}

func within(x, last int) bool { return 5*x >= last && 5*x <= 4*last }
