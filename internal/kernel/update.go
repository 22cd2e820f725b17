package kernel

import "math"

// AddScaled adds s·x to y.
func AddScaled(y, x []float32, s float32) {
	need("AddScaled", "y", len(y), len(x))
	addScaled(y[:len(x)], x, s)
}

// AdamWStep are the factors of a step of AdamW. With g = Scale·grad,
//
//	first  = Beta1·first + (1-Beta1)·g
//	second = Beta2·second + (1-Beta2)·g²
//	value  = Keep·value - Rate·first / (Root·√second + Epsilon)
type AdamWStep struct {
	Scale, Beta1, Beta2, Root, Epsilon, Rate, Keep float32
}

// AdamW updates values and their moments by one step of AdamW.
func AdamW(value, grad, first, second []float32, s AdamWStep) {
	n := len(value)
	need("AdamW", "grad", len(grad), n)
	need("AdamW", "first", len(first), n)
	need("AdamW", "second", len(second), n)
	adamW(value, grad[:n], first[:n], second[:n], s)
}

// SoftmaxTerms replaces each x by e^(scale·x - shift) and adds it to sum. Exponents are limited to [-87, 88], the range of
// float32; the relative error is below 3e-7.
func SoftmaxTerms(x, shift, sum []float32, scale float32) {
	need("SoftmaxTerms", "shift", len(shift), len(x))
	need("SoftmaxTerms", "sum", len(sum), len(x))
	softmaxTerms(x, shift[:len(x)], sum[:len(x)], scale)
}

func addScaledGeneric(y, x []float32, s float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += s * v
	}
}

func adamWGeneric(value, grad, first, second []float32, s AdamWStep) {
	for i, g := range grad {
		g *= s.Scale
		m := s.Beta1*first[i] + (1-s.Beta1)*g
		v := s.Beta2*second[i] + (1-s.Beta2)*g*g
		first[i], second[i] = m, v
		value[i] = value[i]*s.Keep - s.Rate*m/(s.Root*float32(math.Sqrt(float64(v)))+s.Epsilon)
	}
}

func softmaxTermsGeneric(x, shift, sum []float32, scale float32) {
	for i, v := range x {
		e := exp(min(max(v*scale-shift[i], -87), 88))
		x[i] = e
		sum[i] += e
	}
}

// exp is e^x = 2^k · e^r, where k is the integer nearest to x/ln 2, and a polynomial gives e^r for |r| <= ln(2)/2 (Cody and
// Waite, "Software Manual for the Elementary Functions", 1980, chapter 6; coefficients of Cephes).
func exp(x float32) float32 {
	const log2e, ln2High, ln2Low = math.Log2E, 0.693359375, -2.12194440e-4
	const toInteger = 3 << 22 // adding it rounds to an integer and puts that into the lowest bits
	k := x*log2e + toInteger
	bits := math.Float32bits(k)
	k -= toInteger
	r := x - k*ln2High - k*ln2Low
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	p = p*r*r + r + 1
	return math.Float32frombits(math.Float32bits(p) + bits<<23)
}
