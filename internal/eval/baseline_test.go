package eval

import (
	"math"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

func TestBaselines(t *testing.T) {
	a, b := imaging.NewImage(80, 60), imaging.NewImage(80, 60)
	for i := range a.Pix {
		x, y := i/3%80, i/240
		a.Pix[i] = byte(128 + 100*math.Sin(float64(x)/9)*math.Cos(float64(y)/13))
		b.Pix[i] = byte(128 + 100*math.Sin(float64(y)/7+float64(x)/31))
	}
	brighter := imaging.NewImage(80, 60)
	for i, v := range a.Pix {
		brighter.Pix[i] = byte(float64(v)*0.8) + 20
	}
	for name, of := range map[string]func(*imaging.Image) []float32{"hash": HashDCT, "colour": Color16} {
		x, y, z := of(a), of(b), of(brighter)
		near(t, name+" length", kernel.Norm(x), 1, 1e-6)
		if same, other := dot(x, z), dot(x, y); same < 0.85 || other > 0.6 {
			t.Errorf("%s: %.2f with itself brighter, %.2f with another", name, same, other)
		}
		near(t, name+" of a blank", kernel.Norm(of(imaging.NewImage(5, 5))), 1, 1e-6)
	}
	// One bit of 64 is 1/32 of the cosine.
	x := HashDCT(a)
	y := append([]float32{-x[0]}, x[1:]...)
	near(t, "one bit", dot(x, y), 1-1.0/32, 1e-6)
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}
