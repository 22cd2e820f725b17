package loss

import "math"

// Margin is the family of margin softmax losses. A class scores s·cos of the angle θ between the embedding and the
// class centre, except the right class, which scores s·(cos(m1·θ + m2) − m3); then follows cross-entropy.
//
//	NormFace  (1, 0, 0)      Wang et al., "NormFace: L2 Hypersphere Embedding for Face Verification", 2017
//	CosFace   (1, 0, 0.35)   Wang et al., "CosFace: Large Margin Cosine Loss for Deep Face Recognition", 2018
//	ArcFace   (1, 0.5, 0)    Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2019, eq. 3
//	combined  (1, 0.3, 0.2)  the same, eq. 4
//
// The zero value of M1 counts as 1.
type Margin struct {
	Scale      float64 // s: 64 in the face papers, 24-32 for fewer classes
	M1, M2, M3 float64
	// StraightThrough passes the gradient as if the right class scored s·cos θ, as insightface's ArcFace does (its
	// margin is added where gradients are off). The default is the true derivative.
	StraightThrough bool
}

// marginLimit keeps cosines away from ±1, where the derivative of the angle has a pole.
const marginLimit = 1 - 1e-6

// target returns t(c) = cos(m1·θ + m2) − m3 of the cosine c of the right class, and dt/dc.
//
// Past m1·θ + m2 = π the cosine would rise again and pull the embedding away from its centre. There t continues as a line
// of slope 1 in c, without a step (insightface's "easy_margin = false" has one).
func (m Margin) target(cos float32) (value, slope float32) {
	m1 := m.M1
	if m1 == 0 {
		m1 = 1
	}
	if m1 == 1 && m.M2 == 0 {
		return cos - float32(m.M3), 1
	}
	c := math.Max(-marginLimit, math.Min(marginLimit, float64(cos)))
	theta := math.Acos(c)
	angle := m1*theta + m.M2
	v, s := math.Cos(angle)-m.M3, m1*math.Sin(angle)/math.Sin(theta)
	if angle > math.Pi {
		fold := math.Cos((math.Pi - m.M2) / m1)
		v, s = c-fold-1-m.M3, 1
	}
	if m.StraightThrough {
		s = 1
	}
	return float32(v), float32(s)
}
