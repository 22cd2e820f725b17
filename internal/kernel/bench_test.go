package kernel

import (
	"fmt"
	"testing"
	"time"
)

// layer is one operation of the network with its shape.
type layer struct {
	name string
	macs int // multiply-adds per image
	run  func(images int)
}

// layers is the work of PP-LCNet x0.5 with the squeeze head on 128x128 pixels, for up to so many images at once.
// The two reductions to one position of squeeze-and-excite are left in, as they are part of the time.
func layers(most int) []layer {
	a, b := Floats(most*64*64*16), Floats(most*64*64*16)
	fillNormal(newRand(), a)
	pixels := make([]byte, most*128*128*3)
	var all []layer
	add := func(macs int, run func(n int), format string, args ...any) {
		all = append(all, layer{fmt.Sprintf(format, args...), macs, func(n int) { run(n); a, b = b, a }})
	}
	weights := func(n int) []float32 {
		w := Floats(n)
		fillNormal(newRand(), w)
		for i := range w {
			w[i] /= 16 // keeps activations from overflowing
		}
		return w
	}
	pointwise := func(positions, k, n int, act Activation) {
		w, bias := Pack(weights(k*n), k, n), weights(n)
		add(positions*k*n, func(images int) { MatMul(b, a, images*positions, w, bias, act) }, "pw %d->%d %dpx", k, n, positions)
	}
	side := 64
	block := func(r, stride, c, n int, squeeze bool) {
		w, bias, h := weights(r*r*c), weights(c), side
		side /= stride
		add(side*side*r*r*c, func(images int) { Depthwise(b, a, images, h, h, c, w, r, stride, bias, HardSwish) }, "dw%d s%d %d %dpx", r, stride, c, side*side)
		if squeeze {
			hw := side * side
			reduce, expand := Pack(weights(c*c/4), c, c/4), Pack(weights(c*c/4), c/4, c)
			mean, hidden, factor := make([]float32, most*c), make([]float32, most*c/4), make([]float32, most*c)
			all = append(all, layer{fmt.Sprintf("se %d", c), c * c / 2, func(images int) {
				GlobalAverage(mean, a, images, hw, c)
				MatMul(hidden, mean, images, reduce, bias, ReLU)
				MatMul(factor, hidden, images, expand, bias, HardSigmoid)
				ScaleChannels(a, images, hw, c, factor)
			}})
		}
		pointwise(side*side, c, n, HardSwish)
	}
	stemWeights, stemBias := weights(27*8), weights(8)
	add(64*64*27*8, func(images int) { Stem(b, pixels, images, 128, 128, stemWeights, 8, stemBias, HardSwish) }, "stem 8")
	block(3, 1, 8, 16, false)
	block(3, 2, 16, 32, false)
	block(3, 1, 32, 32, false)
	block(3, 2, 32, 64, false)
	block(3, 1, 64, 64, false)
	block(3, 2, 64, 128, false)
	for range 5 {
		block(5, 1, 128, 128, false)
	}
	block(5, 2, 128, 256, true)
	block(5, 1, 256, 256, true)
	pointwise(16, 256, 64, None)
	pointwise(1, 1024, 256, None)
	gain := weights(256)
	add(0, func(images int) { LayerNorm(b, a, images, 256, gain, gain, 1e-5) }, "ln 256")
	pointwise(1, 256, 256, None)
	add(0, func(images int) { LayerNorm(b, a, images, 256, gain, gain, 1e-5) }, "ln 256 again")
	return all
}

// BenchmarkNetwork runs all layers, as often as there are images in the batch at once.
func BenchmarkNetwork(b *testing.B) {
	for _, images := range []int{1, 8, 64} {
		all := layers(images)
		macs := 0
		for _, l := range all {
			macs += l.macs
		}
		for _, name := range Variants() {
			b.Run(fmt.Sprintf("%s/%d", name, images), func(b *testing.B) {
				use(b, name)
				measure(b, images, macs, func() {
					for _, l := range all {
						l.run(images)
					}
				})
			})
		}
	}
}

// BenchmarkLayers runs each layer alone.
func BenchmarkLayers(b *testing.B) {
	const times = 16
	for _, name := range Variants() {
		for i, l := range layers(1) {
			b.Run(fmt.Sprintf("%s/%02d %s", name, i, l.name), func(b *testing.B) {
				use(b, name)
				measure(b, times, l.macs, func() {
					for range times {
						l.run(1)
					}
				})
			})
		}
	}
}

// BenchmarkGradients runs what training adds, on shapes of the same network.
func BenchmarkGradients(b *testing.B) {
	in, dOut, dw := Floats(1<<19), Floats(1<<19), Floats(1<<18)
	fillNormal(newRand(), in)
	fillNormal(newRand(), dOut)
	bench := func(b *testing.B, shape string, macs int, run func()) {
		for _, name := range Variants() {
			b.Run(fmt.Sprintf("%s/%s", shape, name), func(b *testing.B) {
				use(b, name)
				measure(b, 1, macs, run)
			})
		}
	}
	for _, s := range [][3]int{{4096, 8, 16}, {1024, 16, 32}, {1024, 32, 32}, {256, 32, 64}, {256, 64, 64}, {256, 128, 128}, {64, 256, 256}, {4096, 27, 8}} {
		m, k, n := s[0], s[1], s[2]
		bench(b, fmt.Sprintf("transA %dx%dx%d", m, k, n), m*k*n, func() { MatMulTransA(dw, in, dOut, m, k, n) })
	}
	for _, s := range [][4]int{{64, 8, 3, 1}, {64, 16, 3, 2}, {32, 32, 3, 1}, {16, 64, 3, 1}, {8, 128, 5, 1}, {8, 128, 5, 2}, {4, 256, 5, 1}} {
		side, c, r, stride := s[0], s[1], s[2], s[3]
		macs := outSize(side, stride) * outSize(side, stride) * r * r * c
		bench(b, fmt.Sprintf("dw%d s%d %d %dpx", r, stride, c, side*side), macs, func() { DepthwiseBackwardWeights(dw, dOut, in, 1, side, side, c, r, stride) })
	}
	for _, c := range []int{8, 16, 128} {
		x, dy, du := in[:1<<15], dOut[:1<<15], dw[:1<<15]
		p, q := make([]float32, c), make([]float32, c)
		bench(b, fmt.Sprintf("moments %d", c), len(x), func() { Moments(p, q, x) })
		bench(b, fmt.Sprintf("scaleShift %d", c), len(x), func() { ScaleShift(du, x, p, q, HardSwish) })
		bench(b, fmt.Sprintf("scaleShiftBackward %d", c), len(x), func() { ScaleShiftBackward(du, dy, x, in[:c], in, HardSwish, p, q) })
		bench(b, fmt.Sprintf("combine %d", c), len(x), func() { Combine(du, dy, x, p, p, q) })
	}
}

// measure reports the fastest of all runs, per image, which other work on the machine disturbs least.
func measure(b *testing.B, images, macs int, run func()) {
	fastest := time.Hour
	for b.Loop() {
		start := time.Now()
		run()
		fastest = min(fastest, time.Since(start))
	}
	perImage := float64(fastest.Nanoseconds()) / float64(images)
	b.ReportMetric(perImage/1e3, "us")
	b.ReportMetric(2*float64(macs)/perImage, "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDotBlock scans 256 MB of references, more than fits in the caches: a million in bytes, or a quarter of a million
// in floats.
func BenchmarkDotBlock(b *testing.B) {
	const n, dim = 1_000_000, 256
	refs, probe, out := make([]int8, n*dim), make([]int8, dim), make([]int32, n)
	floatRefs, floatProbe, floatOut := make([]float32, n/4*dim), make([]float32, dim), make([]float32, n/4)
	for i := range refs {
		refs[i] = int8(i)
	}
	for i := range floatRefs {
		floatRefs[i] = float32(i % 251)
	}
	for _, name := range Variants() {
		b.Run("int8/"+name, func(b *testing.B) {
			use(b, name)
			measure(b, 1, n*dim, func() { DotBlockInt8(out, probe, refs, dim) })
		})
		b.Run("float32/"+name, func(b *testing.B) {
			use(b, name)
			measure(b, 1, n/4*dim, func() { DotBlock(floatOut, floatProbe, floatRefs, dim) })
		})
	}
}
