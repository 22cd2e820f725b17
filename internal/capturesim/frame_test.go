package capturesim

import (
	"bytes"
	stdimage "image"
	stdjpeg "image/jpeg"
	"math"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

func loaded(m *imaging.Image) *frame {
	f := new(frame)
	f.load(m)
	return f
}

func flat(w, h int, p uint64) *frame {
	f := new(frame)
	f.resize(w, h)
	f.fill(p)
	return f
}

func TestHomographyMapsCorners(t *testing.T) {
	r := newRNG(1)
	for range 200 {
		var q [4]planar.Point
		for i, c := range planar.Rectangle(0, 0, 100, 80) {
			q[i] = planar.Pt(c.X+r.around(25), c.Y+r.around(20))
		}
		h := squareTo(q)
		back := h.Adjugate()
		for i, c := range planar.Rectangle(0, 0, 1, 1) {
			if p := h.Apply(c); math.Hypot(p.X-q[i].X, p.Y-q[i].Y) > 1e-9 {
				t.Fatalf("corner %d goes to %v, want %v", i, p, q[i])
			}
			if p := back.Apply(q[i]); math.Hypot(p.X-c.X, p.Y-c.Y) > 1e-9 {
				t.Fatalf("corner %d comes back as %v, want %v", i, p, c)
			}
		}
	}
}

// Sampling exactly at the pixels' centres changes nothing; a shift by a whole
// number of pixels moves them.
func TestWarpIsExactOnTheGrid(t *testing.T) {
	src := loaded(testPicture(50, 37))
	dst := flat(50, 37, 0)
	warp(dst, src, planar.Homography{1, 0, 3, 0, 1, 2, 0, 0, 1}, replicate)
	for y := range dst.h {
		for x := range dst.w {
			want := src.px[min(y+2, src.h-1)*src.w+min(x+3, src.w-1)]
			if got := dst.px[y*dst.w+x]; got != want {
				t.Fatalf("pixel %d,%d is %x, want %x", x, y, got, want)
			}
		}
	}
}

// A document half as large as the view covers a quarter of it, softly.
func TestWarpKeepsWhatIsBehind(t *testing.T) {
	dst := flat(64, 64, pixel(10, 20, 30))
	white := flat(32, 32, laneMask)
	warp(dst, white, planar.Homography{1, 0, -16, 0, 1, -16, 0, 0, 1}, keep)
	sum := 0.0
	for _, p := range dst.px {
		sum += (float64(p&255) - 10) / 245
	}
	if math.Abs(sum-32*32) > 20 {
		t.Errorf("a document of 1024 pixels covers %.1f", sum)
	}
}

func TestLoadHalfIsLoadThenHalve(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 9}, {8, 1}, {31, 20}} {
		m := testPicture(size[0], size[1])
		var want, got frame
		loaded(m).halve(&want)
		got.loadHalf(m)
		if got.w != want.w || got.h != want.h || !slices.Equal(got.px, want.px) {
			t.Errorf("%v: half loaded differs from loaded and halved", size)
		}
	}
}

func TestGaussianHasItsWidth(t *testing.T) {
	for _, sigma := range []float64{0.5, 0.8, 1.5, 2.5, 4, 9} {
		const n = 121
		f := flat(n, n, 0)
		f.box(n/2-1, n/2-1, n/2+2, n/2+2, laneMask) // 3 x 3, for resolution
		f.gaussian(new(scratch), sigma)
		sum, variance := 0.0, 0.0
		for i, p := range f.px {
			v := float64(p & 255)
			d := float64(i%n) - n/2
			sum += v
			variance += v * d * d
		}
		got := math.Sqrt(variance/sum - 2.0/3)
		if math.Abs(got-sigma) > 0.15*sigma+0.05 {
			t.Errorf("sigma %.1f blurs by %.2f", sigma, got)
		}
	}
}

func TestBlursKeepFlatPictures(t *testing.T) {
	p := pixel(40, 130, 255)
	for name, op := range map[string]func(f *frame){
		"gaussian 0.7": func(f *frame) { f.gaussian(new(scratch), 0.7) },
		"gaussian 8":   func(f *frame) { f.gaussian(new(scratch), 8) },
		"motion":       func(f *frame) { f.motion(new(scratch), 11, 0.6) },
		"long motion":  func(f *frame) { f.motion(new(scratch), 70, 2) },
		"defocus":      func(f *frame) { f.defocus(new(scratch), 4) },
		"wide defocus": func(f *frame) { f.defocus(new(scratch), 13) },
		"coarse":       func(f *frame) { f.coarse(new(scratch), 17, 11) },
	} {
		for _, size := range [][2]int{{1, 1}, {3, 50}, {80, 60}} {
			f := flat(size[0], size[1], p)
			op(f)
			for i, got := range f.px {
				if got != p {
					t.Errorf("%s: pixel %d of a flat %v picture is %x, want %x", name, i, size, got, p)
					break
				}
			}
		}
	}
}

func TestGainSaturates(t *testing.T) {
	for v := range uint64(256) {
		for _, k := range []uint64{0, 1, 64, 127, 128, 200, 256} {
			got := gained(pixel(v, 255-v, 7), k)
			want := pixel(min(255, v*k/128), min(255, (255-v)*k/128), min(255, 7*k/128))
			if got != want {
				t.Fatalf("%d x %d/128: %x, want %x", v, k, got, want)
			}
		}
	}
}

func TestNoiseHasItsStrength(t *testing.T) {
	for _, sigma := range []float64{2, 8, 32} {
		f := flat(200, 200, pixel(128, 128, 128))
		f.noise(newRNG(4), sigma, false)
		sum, square := 0.0, 0.0
		for _, p := range f.px {
			for _, v := range []uint64{p & 255, p >> 16 & 255, p >> 32} {
				d := float64(v) - 128
				sum += d
				square += d * d
			}
		}
		n := float64(3 * len(f.px))
		if mean, got := sum/n, math.Sqrt(square/n); math.Abs(mean) > 0.05*sigma || math.Abs(got-sigma) > 0.06*sigma {
			t.Errorf("noise of %.0f: mean %.2f, deviation %.2f", sigma, mean, got)
		}
	}
}

// Compression is that of the standard library's encoder, up to its integer
// arithmetic.
func TestJPEGIsTheStandardLibrarys(t *testing.T) {
	m := testPicture(96, 80)
	for _, quality := range []int{10, 30, 50, 75, 95} {
		f := loaded(m)
		f.jpeg(new(scratch), quality)
		var file bytes.Buffer
		if err := stdjpeg.Encode(&file, m.ToImage(), &stdjpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		decoded, err := stdjpeg.Decode(&file)
		if err != nil {
			t.Fatal(err)
		}
		want := imaging.FromImage(decoded.(*stdimage.YCbCr))
		theirs := psnr(m, want)
		if same := psnr(f.image(), want); same < 36 {
			t.Errorf("quality %d: %.1f dB between ours and the standard library's", quality, same)
		}
		if ours := psnr(m, f.image()); math.Abs(ours-theirs) > 0.5 {
			t.Errorf("quality %d: loses to %.2f dB, the standard library to %.2f", quality, ours, theirs)
		}
	}
}

// An undisturbed view of a form is the form itself.
func TestViewShowsTheForm(t *testing.T) {
	m := testPicture(180, 130)
	c := NewCapture(Config{})
	src := NewSource(m)
	for form := range AllForms {
		got := imaging.NewImage(96, 96)
		c.ViewOf(got.Pix, 96, src, form, 5)
		want := imaging.ResizeArea(form.Apply(m), 96, 96)
		if ratio := psnr(got, want); ratio < 24 {
			t.Errorf("form %d: %.1f dB against the form made apart", form, ratio)
		}
		for other := range AllForms {
			if other != form && psnr(got, imaging.ResizeArea(other.Apply(m), 96, 96)) > 20 {
				t.Errorf("form %d looks like form %d", form, other)
			}
		}
	}
}

// psnr returns the peak signal-to-noise ratio of b against a, in decibels:
// infinite for equal pictures. The sizes must be equal.
func psnr(a, b *imaging.Image) float64 {
	sum := 0.0
	for i, v := range a.Pix {
		d := float64(v) - float64(b.Pix[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))/sum)
}
