package alignment

import (
	"image/color"
	"image/jpeg"
	"os"
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
)

// scene opens a picture of the shared data, or skips.
func scene(b *testing.B, name string) *imaging.Gray {
	f, err := os.Open("../../../shared/data/bench/" + name)
	if err != nil {
		b.Skip("no shared data: ", err)
	}
	defer f.Close()
	m, err := jpeg.Decode(f)
	if err != nil {
		b.Fatal(err)
	}
	g := &imaging.Gray{W: m.Bounds().Dx(), H: m.Bounds().Dy()}
	g.Pix = make([]byte, g.W*g.H)
	for y := range g.H {
		for x := range g.W {
			g.Pix[y*g.W+x] = color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y
		}
	}
	return g
}

func BenchmarkExtract640(b *testing.B) {
	g := Shrink(scene(b, "dvd_scene/dvd001/canon.jpg"), coarseSide)
	b.ReportAllocs()
	for b.Loop() {
		features.Extract(g, CoarseProbe)
	}
}

func BenchmarkShrinkTo640(b *testing.B) {
	g := scene(b, "dvd_scene/dvd001/canon.jpg")
	for b.Loop() {
		Shrink(g, coarseSide)
	}
}

func BenchmarkLocate(b *testing.B) {
	p := NewProbe(scene(b, "dvd_scene/dvd001/canon.jpg")).coarse()
	own := NewReference(scene(b, "dvd_scene/dvd001/dvd001_ref.jpg"))
	other := NewReference(scene(b, "dvd_scene/dvd050/dvd050_ref.jpg"))
	b.Run("mated", func(b *testing.B) {
		for b.Loop() {
			locate(own.features, p)
		}
	})
	b.Run("other", func(b *testing.B) {
		for b.Loop() {
			locate(other.features, p)
		}
	})
	b.Run("match", func(b *testing.B) {
		for b.Loop() {
			features.MutualNearest(own.features, p)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	p := NewProbe(scene(b, "forms/T01/v1/p12.jpg"))
	r := NewReference(scene(b, "forms/T01/v1/T01v1_ref.jpg"))
	e := VerifyCoarsely(p, r)
	b.ReportMetric(float64(e.Comparable), "blocks")
	for b.Loop() {
		compare(p.photo(), r.pyramid, &e.H, nil)
	}
}
