package geometry

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
)

// eachVariant runs a test with all variants that this processor has.
func eachVariant(t *testing.T, test func(t *testing.T)) {
	before := kernel.Active()
	for _, name := range kernel.Variants() {
		if err := kernel.Use(name); err != nil {
			t.Fatal(err)
		}
		t.Run(name, test)
	}
	if err := kernel.Use(before); err != nil {
		t.Fatal(err)
	}
}

func randomFloats(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

func randomBytes(rng *rand.Rand, n, limit int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.IntN(limit))
	}
	return out
}

// randomDescriptors have the norm of true ones, at most; every third has the
// largest bytes.
func randomDescriptors(rng *rand.Rand, n int) []byte {
	out := randomBytes(rng, n*descriptorBytes, 45)
	for i := 0; i < n; i += 3 {
		d, from := out[i*descriptorBytes:][:descriptorBytes], rng.IntN(100)
		for k := range d {
			d[k] = 1
		}
		for k := range 16 {
			d[from+k] = 127
		}
	}
	return out
}

func near(t *testing.T, what string, got, want []float32, tolerance float32) {
	t.Helper()
	for i := range want {
		if abs(got[i]-want[i]) > tolerance {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

func TestFilterSymmetricAgreesWithGeneric(t *testing.T) {
	eachVariant(t, testFilterSymmetricAgreesWithGeneric)
}

func testFilterSymmetricAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	src := randomFloats(rng, 4000)
	for groups := 1; groups < 11; groups++ {
		for _, step := range []int{1, 7, 48} {
			for _, sigma := range []float64{0.4, 1.2, 3} {
				half := gaussian(sigma)
				got, want := make([]float32, groups*lanes), make([]float32, groups*lanes)
				filterSymmetric(got, src, 900, step, half, groups)
				filterSymmetricGeneric(want, src, 900, step, half, groups)
				near(t, "filter", got, want, 1e-5)
			}
		}
	}
}

func TestExtremaRowAgreesWithGeneric(t *testing.T) { eachVariant(t, testExtremaRowAgreesWithGeneric) }

func testExtremaRowAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const stride, groups = 96, 4
	total := 0
	for round := range 50 {
		var stack [3][]float32
		for i := range stack {
			stack[i] = randomFloats(rng, 4*stride)
			for k := range stack[i] {
				if round%2 == 1 { // with ties
					stack[i][k] = float32(int(stack[i][k]))
				}
			}
		}
		got, want := make([]uint16, groups), make([]uint16, groups)
		extremaRow(got, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		extremaRowGeneric(want, stack[0], stack[1], stack[2], stride+9, stride, 0.5, groups)
		if !slices.Equal(got, want) {
			t.Fatalf("got %016b, want %016b", got, want)
		}
		for _, m := range want {
			if m != 0 {
				total++
			}
		}
	}
	if total == 0 {
		t.Fatal("no extremum in the test data")
	}
}

// nearestRowsPlainly is what nearestRows should do, without any cleverness.
func nearestRowsPlainly(n *nearest, rows, columns []byte) {
	for i := range n.best {
		for j := range n.column {
			dot := int32(0)
			for k, v := range rows[i*descriptorBytes:][:descriptorBytes] {
				at := j/blockWidth*blockBytes + (k/4*blockWidth+j%blockWidth)*4 + k%4
				dot += int32(v) * int32(columns[at])
			}
			v := dot<<matchIndexBits | int32(j)
			n.second[i] = max(n.second[i], min(n.best[i], v))
			n.best[i] = max(n.best[i], v)
			n.column[j] = max(n.column[j], dot<<matchIndexBits|int32(i))
		}
	}
}

func TestNearestRows(t *testing.T) { eachVariant(t, testNearestRows) }

func testNearestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int{{1, 1}, {3, 33}, {8, 32}, {21, 100}} {
		rows := randomDescriptors(rng, size[0])
		columns := pack(randomDescriptors(rng, size[1]))
		got := newNearest(size[0], len(columns.data)/descriptorBytes)
		want := newNearest(size[0], len(columns.data)/descriptorBytes)
		nearestRows(got.best, got.second, got.column, rows, columns.data)
		nearestRowsPlainly(want, rows, columns.data)
		if !slices.Equal(got.best, want.best) || !slices.Equal(got.second, want.second) ||
			!slices.Equal(got.column[:size[1]], want.column[:size[1]]) {
			t.Fatalf("%d rows, %d columns: different answers", size[0], size[1])
		}
	}
}

// correlatePlainly is what correlate should do, by the formula of Pearson's
// correlation.
func correlatePlainly(found *correlations, t *template, window []byte, stride int) {
	for dy := range found {
		for dx := range found[dy] {
			var sum, squares, own, ownSquares, product float64
			for i, p := range t.pix {
				v, u := float64(window[(dy+i/blockSide)*stride+dx+i%blockSide]), float64(p)
				sum, squares, product = sum+v, squares+v*v, product+u*v
				own, ownSquares = own+u, ownSquares+u*u
			}
			const n = blockPixels
			if below := (n*squares - sum*sum) * (n*ownSquares - own*own); below > 0 {
				found[dy][dx] = float32((n*product - sum*own) / math.Sqrt(below))
			}
		}
	}
}

func TestCorrelateAtTheLimits(t *testing.T) { eachVariant(t, testCorrelateAtTheLimits) }

func testCorrelateAtTheLimits(t *testing.T) {
	const stride = 64
	for _, v := range []int8{-128, 127} {
		var tpl template
		for i := range tpl.pix[:blockPixels/2] {
			tpl.pix[i] = v
			tpl.sum += int32(v)
			tpl.squares += int32(v) * int32(v)
		}
		window := make([]byte, stride*(windowSide+1))
		for i := range window[:stride*windowSide/2] {
			window[i] = 127
		}
		var got, want correlations
		var seen sighting
		seen.look(&got, &tpl, window, stride)
		correlatePlainly(&want, &tpl, window, stride)
		for y := range want {
			near(t, "correlation", got[y][:], want[y][:], 1e-4)
		}
		if abs(got[searchReach][0]) < 0.99 {
			t.Fatalf("halves of %d and 127 correlate by %g", v, got[searchReach][0])
		}
	}
}

func TestCorrelate(t *testing.T) { eachVariant(t, testCorrelate) }

func testCorrelate(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	g := &imaging.Gray{W: 40, H: 40, Pix: randomBytes(rng, 1600, 256)}
	for _, tpl := range newTemplates(g) {
		const stride = 96
		window := randomBytes(rng, stride*(windowSide+2), 128)
		for y := range blockSide { // hide the block at (3, 5)
			for x := range blockSide {
				window[(y+5)*stride+x+3] = g.Pix[y*40+x] / 2
			}
		}
		var got, want correlations
		var seen sighting
		seen.look(&got, &tpl, window, stride)
		correlatePlainly(&want, &tpl, window, stride)
		for y := range want {
			near(t, "correlation", got[y][:], want[y][:], 1e-4)
		}
		if want[5][3] < 0.99 {
			t.Fatalf("the hidden block correlates by %g", want[5][3])
		}
	}
}

func TestDescriptionAgreesWithGeneric(t *testing.T) { eachVariant(t, testDescriptionAgreesWithGeneric) }

func testDescriptionAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var img plane
	img.load(&imaging.Gray{W: 90, H: 70, Pix: randomBytes(rng, 90*70, 256)})
	for range 50 {
		f := patchFrame{
			x: rng.Float32() * 120, y: rng.Float32() * 100, ux: rng.Float32()*4 - 2, uy: rng.Float32()*4 - 2,
			limitX: 90 + 2*planeMargin - 2, limitY: 70 + 2*planeMargin - 2, stride: uint32(img.stride),
		}
		var got, want patch
		sample(&got, &img, &f)
		sampleGeneric(&want, &img, &f)
		near(t, "sample", got[:patchRow*patchRow], want[:patchRow*patchRow], 0.02)

		var g, w polar
		g.fill(&want)
		w.fillGeneric(&want)
		near(t, "turns", g.turns[:], w.turns[:], 1e-4)
		near(t, "magnitudes", g.magnitudes[:], w.magnitudes[:], 1e-3)

		var hist, slow histogram
		hist.pool(&w)
		slow.poolGeneric(&w)
		near(t, "pool", hist[:], slow[:], 0.05)

		fast, exact := make([]byte, descriptorBytes), make([]byte, descriptorBytes)
		copied := slow
		quantise(fast, &slow)
		quantiseGeneric(exact, &copied)
		for i := range exact {
			if d := int(fast[i]) - int(exact[i]); d < -1 || d > 1 {
				t.Fatalf("byte %d is %d, want %d", i, fast[i], exact[i])
			}
		}
	}
	var none histogram
	out := make([]byte, descriptorBytes)
	quantise(out, &none)
	if slices.Max(out) != 0 {
		t.Fatal("an even patch has a descriptor")
	}
}

func TestNormalise(t *testing.T) { eachVariant(t, testNormalise) }

// As the correlations, so their peaks: the first of those that are equal.
func testNormalise(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for round := range 20 {
		tpl := template{sum: int32(rng.IntN(2000) - 1000), squares: 1 << 20}
		var sums windowSums
		for y := range searchHigh {
			for x := range searchWide {
				mean, deviation := rng.IntN(128), rng.IntN(60)
				sums[0][y][x] = int32(rng.IntN(1<<21) - 1<<20)
				sums[1][y][x] = int32(blockPixels * mean)
				sums[2][y][x] = int32(blockPixels * (mean*mean + deviation*deviation))
				if round%2 == 1 { // even windows, and ties
					sums[0][y][x], sums[1][y][x], sums[2][y][x] = int32(rng.IntN(3)-1)<<19, 0, int32(rng.IntN(2))<<20
				}
			}
		}
		var got, want correlations
		var gotPeaks, wantPeaks columnPeaks
		normalise(&got, &gotPeaks, &sums, &tpl)
		normaliseGeneric(&want, &wantPeaks, &sums, &tpl)
		for y := range want {
			for x, v := range want[y] {
				near(t, "correlation", got[y][x:x+1], want[y][x:x+1], 1e-6*(1+abs(v)))
			}
		}
		for x, peak := range gotPeaks.value {
			row, highest := 0, got[0][x]
			for y := range got {
				if got[y][x] > highest {
					row, highest = y, got[y][x]
				}
			}
			if peak != highest || int(gotPeaks.row[x]) != row {
				t.Fatalf("column %d is highest in row %d with %g, want row %d, %g", x, gotPeaks.row[x], peak, row, highest)
			}
		}
	}
}

func TestHighestIsTheFirstOfEquals(t *testing.T) {
	peaks := columnPeaks{row: [searchWide]int32{3: 9, 5: 4, 7: 4, 8: 6}}
	for x := range peaks.value {
		peaks.value[x] = noCorrelation
	}
	for _, x := range []int{3, 5, 7} {
		peaks.value[x] = 0.5
	}
	peaks.value[8] = 0.25
	if v, x, y := peaks.highest(); v != 0.5 || x != 5 || y != 4 {
		t.Errorf("highest is %g at (%d, %d), want 0.5 at (5, 4)", v, x, y)
	}
}

func TestWarpRowAgreesWithGeneric(t *testing.T) { eachVariant(t, testWarpRowAgreesWithGeneric) }

func testWarpRowAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	src := newLevel(&imaging.Gray{W: 100, H: 80, Pix: randomBytes(rng, 8000, 256)})
	for round := range 200 {
		// From all but level, which is done in another way, to steep.
		steep := float32(round%5) / 2
		l := warpLine{
			x: rng.Float32()*200 - 50, y: rng.Float32()*200 - 50, w: 1, dx: rng.Float32()*4 - 2, dy: steep * (rng.Float32()*2 - 1),
			dw: rng.Float32() * 0.005, maxX: 98.99, maxY: 78.99,
		}
		got, want, part := make([]byte, 64), make([]byte, 64), make([]byte, 64)
		warpRow(got, src, &l, 0)
		warpRowGeneric(want, src, &l, 0)
		for i := range want {
			if d := int(got[i]) - int(want[i]); d < -1 || d > 1 {
				t.Fatalf("pixel %d is %d, want %d", i, got[i], want[i])
			}
		}
		skip := round % 4
		if warpRow(part[lanes*skip:], src, &l, skip); !slices.Equal(part[lanes*skip:], got[lanes*skip:]) {
			t.Fatalf("after %d groups that are skipped: %v, want %v", skip, part[lanes*skip:], got[lanes*skip:])
		}
	}
}
