package decide

import (
	"encoding/json"
	"fmt"
	"math"
)

// Proof weighs the evidence of geometry: how many times likelier it is if the
// probe shows the reference than if it shows something that looks like it (an
// edition, another page, a form of the same design). It is fitted by [FitProof]
// on such families, and on pairs at random.
//
// What it promises rests on them: a stranger is taken to have a look-alike
// registered that is no closer to it than the members of the families are to
// each other. Documents that differ in a line or a letter are closer.
// A Proof is not changed once made, and safe for concurrent use.
type Proof struct {
	Source string   `json:"source,omitempty"` // what it was fitted on, in words
	Bias   float64  `json:"bias"`
	Terms  []Term   `json:"terms"`
	Family Survival `json:"family"` // of the best LLR that a stranger reaches with its look-alikes
	Random Survival `json:"random"` // of the LLR of a comparison with something else
	Margin float64  `json:"margin"` // lead in LLR that a label needs over its rivals

	// Alike is the share of strangers that have a look-alike registered, where
	// nothing in the gallery shows that it holds families.
	Alike float64 `json:"alike"`
	// Kin is the LLR from which on two references are taken to look alike.
	Kin float64 `json:"kin"`
	// Lead in LLR is what a label has over its kin, other labels that look like
	// the probe, and one of their kind that is not registered has hardly ever;
	// beside kin of LLR 0, see [Proof.Share].
	Lead float64 `json:"lead"`
}

// Term is a feature's share in the likelihood ratio. A weight is never
// negative: better agreement never speaks against a reference.
type Term struct {
	Feature string  `json:"feature"`
	Weight  float64 `json:"weight"`
}

// notLocated is the LLR of a reference that was looked for and not found, or
// only where nothing could be compared.
const notLocated = -6

// maxLLR bounds what evidence may be worth, either way.
const maxLLR = 6

// LLR returns the decimal logarithm of the likelihood ratio, in [-6, 6].
func (p *Proof) LLR(g *Geometry) float64 {
	if !g.judged() {
		return notLocated
	}
	sum := p.Bias
	for _, t := range p.Terms {
		sum += t.Weight * featureNamed(t.Feature).of(g)
	}
	if math.IsNaN(sum) {
		return notLocated
	}
	return min(max(sum/math.Ln10, -maxLLR), maxLLR)
}

func featureNamed(name string) *feature {
	for i := range features {
		if features[i].name == name {
			return &features[i]
		}
	}
	return nil
}

// leadGrowth is by how much more a label must lead kin that looks more like the
// probe, per LLR: what agrees better is told apart more clearly.
const leadGrowth = 0.25

// Share returns how many of the strangers, in the place of a probe, have a
// look-alike registered, where kin is the highest LLR of a label other than the
// best. A label is accepted beside kin if it leads it by [Proof.Lead] and
// leadGrowth, as one of their kind that is not registered hardly ever does, or
// if it would be accepted were such strangers all there are. The share is what
// comes to that threshold, from [Proof.Alike] to 1.
func (p *Proof) Share(kin, fpir float64, n int) float64 {
	t := kin + p.Lead + leadGrowth*kin
	switch {
	case t <= p.Threshold(p.Alike, fpir, n):
		return p.Alike
	case t >= p.Threshold(1, fpir, n):
		return 1
	}
	return (fpir - p.other(t, n)) / p.Family.Rate(t)
}

// Threshold returns the LLR from which on labels are accepted so that a
// stranger is accepted with probability fpir, 0 < fpir < 1, in a gallery of n
// labels: it is taken for something that looks like it, or for one of n other
// things,
//
//	share * Family(t) + 1 - (1-Random(t))^n <= fpir.
func (p *Proof) Threshold(share, fpir float64, n int) float64 {
	low, high := float64(-maxLLR), float64(4*maxLLR)
	for high-low > 1e-6 {
		if mid := (low + high) / 2; p.fpir(share, mid, n) <= fpir {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// fpir is the share of strangers that are accepted from an LLR on, where the
// given share of them has a look-alike registered.
func (p *Proof) fpir(share, llr float64, n int) float64 {
	return min(1, share*p.Family.Rate(llr)+p.other(llr, n))
}

// other is the share of strangers that are taken for one of n things that do not
// look like them.
func (p *Proof) other(llr float64, n int) float64 {
	return -math.Expm1(float64(n) * math.Log1p(-min(p.Random.Rate(llr), 1-1e-12)))
}

// UnmarshalJSON reads and checks a proof.
func (p *Proof) UnmarshalJSON(data []byte) error {
	type plain Proof
	var read plain
	if err := json.Unmarshal(data, &read); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	checked := Proof(read)
	if err := checked.check(); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	*p = checked
	return nil
}

func (p *Proof) check() error {
	if !(math.Abs(p.Bias) <= 1e3) {
		return fmt.Errorf("bias is %v", p.Bias)
	}
	if !(p.Margin >= 0 && p.Margin <= 2*maxLLR) {
		return fmt.Errorf("margin is %v, a lead in LLR", p.Margin)
	}
	if !(p.Alike > 0 && p.Alike <= 1) || !(math.Abs(p.Kin) <= maxLLR) || !(p.Lead >= 0 && p.Lead <= 2*maxLLR) {
		return fmt.Errorf("alike is %v, kin %v, lead %v", p.Alike, p.Kin, p.Lead)
	}
	for _, t := range p.Terms {
		if featureNamed(t.Feature) == nil {
			return fmt.Errorf("feature %q is not known", t.Feature)
		}
		if !(t.Weight >= 0 && t.Weight <= 1e3) {
			return fmt.Errorf("weight of %s is %v", t.Feature, t.Weight)
		}
	}
	if err := p.Family.check(); err != nil {
		return fmt.Errorf("family: %w", err)
	}
	if err := p.Random.check(); err != nil {
		return fmt.Errorf("random: %w", err)
	}
	return nil
}
