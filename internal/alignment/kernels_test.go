package alignment

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/kernel/kerneltest"
)

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

func TestCorrelateAtTheLimits(t *testing.T) { kerneltest.EachVariant(t, testCorrelateAtTheLimits) }

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
		var seen blockCorrelator
		seen.correlate(&got, &tpl, window, stride)
		correlatePlainly(&want, &tpl, window, stride)
		for y := range want {
			kerneltest.Near(t, "correlation", got[y][:], want[y][:], 1e-4)
		}
		if float32(math.Abs(float64(got[searchReach][0]))) < 0.99 {
			t.Fatalf("halves of %d and 127 correlate by %g", v, got[searchReach][0])
		}
	}
}

func TestCorrelate(t *testing.T) { kerneltest.EachVariant(t, testCorrelate) }

func testCorrelate(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	g := &imaging.Gray{W: 40, H: 40, Pix: kerneltest.Bytes(rng, 1600, 256)}
	for _, tpl := range newTemplates(g) {
		const stride = 96
		window := kerneltest.Bytes(rng, stride*(windowSide+2), 128)
		for y := range blockSide { // hide the block at (3, 5)
			for x := range blockSide {
				window[(y+5)*stride+x+3] = g.Pix[y*40+x] / 2
			}
		}
		var got, want correlations
		var seen blockCorrelator
		seen.correlate(&got, &tpl, window, stride)
		correlatePlainly(&want, &tpl, window, stride)
		for y := range want {
			kerneltest.Near(t, "correlation", got[y][:], want[y][:], 1e-4)
		}
		if want[5][3] < 0.99 {
			t.Fatalf("the hidden block correlates by %g", want[5][3])
		}
	}
}

func TestNormalise(t *testing.T) { kerneltest.EachVariant(t, testNormalise) }

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
				kerneltest.Near(t, "correlation", got[y][x:x+1], want[y][x:x+1], 1e-6*(1+float32(math.Abs(float64(v)))))
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

func TestWarpRowAgreesWithGeneric(t *testing.T) {
	kerneltest.EachVariant(t, testWarpRowAgreesWithGeneric)
}

func testWarpRowAgreesWithGeneric(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	src := newPhotoLevel(&imaging.Gray{W: 100, H: 80, Pix: kerneltest.Bytes(rng, 8000, 256)})
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

// sumWindowPlainly is what sumWindow should do.
func sumWindowPlainly(sums *windowSums, pix *[blockPixels]int8, window []byte, stride int) {
	for dy := range searchHigh {
		for dx := range searchWide {
			var products, sum, squares int32
			for y := range blockSide {
				row := window[(dy+y)*stride+dx:][:blockSide]
				for x, p := range pix[y*blockSide:][:blockSide] {
					v := int32(row[x])
					products, sum, squares = products+v*int32(p), sum+v, squares+v*v
				}
			}
			sums[0][dy][dx], sums[1][dy][dx], sums[2][dy][dx] = products, sum, squares
		}
	}
}

func TestSumWindow(t *testing.T) { kerneltest.EachVariant(t, testSumWindow) }

func testSumWindow(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	const stride = 64
	window := kerneltest.Bytes(rng, stride*(windowSide+1), 128)
	var pix [blockPixels]int8
	for i := range pix {
		pix[i] = int8(rng.IntN(256) - 128)
	}
	var got, want windowSums
	sumWindow(&got, &pix, window, stride)
	sumWindowPlainly(&want, &pix, window, stride)
	if got != want {
		t.Fatalf("%v, want %v", got, want)
	}
}

// What lanes of a word are worth where there are no vectors.
func BenchmarkSumWindow(b *testing.B) {
	var sums windowSums
	var pix [blockPixels]int8
	window := make([]byte, 64*(windowSide+1))
	b.Run("lanes", func(b *testing.B) {
		for b.Loop() {
			sumWindowGeneric(&sums, &pix, window, 64)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			sumWindowPlainly(&sums, &pix, window, 64)
		}
	})
}
