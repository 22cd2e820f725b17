package jpeg

import (
	"bytes"
	"errors"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"exemplar/internal/cputime"
)

var scales = []int{1, 2, 4, 8}

// testFiles returns the pictures of testdata by name.
func testFiles(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.jpg")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d pictures in testdata, %v", len(paths), err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimSuffix(filepath.Base(path), ".jpg")] = data
	}
	return files
}

// standard decodes with the standard library, to RGB.
func standard(data []byte) (w, h int, pix []byte, err error) {
	img, err := stdjpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return 0, 0, nil, err
	}
	w, h = img.Bounds().Dx(), img.Bounds().Dy()
	pix = make([]byte, 0, 3*w*h)
	for y := range h {
		for x := range w {
			r, g, b, _ := img.At(x, y).RGBA()
			pix = append(pix, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return w, h, pix, nil
}

func TestDecodeEqualsStandardLibrary(t *testing.T) {
	for name, data := range testFiles(t) {
		if name == "restart-progressive" {
			continue // the standard library cannot read it: see below
		}
		w, h, pix, err := Decode(data, 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantW, wantH, want, err := standard(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w != wantW || h != wantH || len(pix) != 3*w*h {
			t.Errorf("%s: %d x %d in %d bytes, want %d x %d", name, w, h, len(pix), wantW, wantH)
			continue
		}
		// A sample may differ by 1 in each of Y, Cb and Cr: 1.772 weighs most.
		if worst := maxDifference(pix, want); worst > 3 {
			t.Errorf("%s: differs by up to %d", name, worst)
		}
	}
}

func TestRestartsOfProgressive(t *testing.T) {
	files := testFiles(t)
	_, _, want, _ := Decode(files["progressive-420"], 1)
	_, _, got, err := Decode(files["restart-progressive"], 1)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("differs from the same picture without restarts (%v)", err)
	}
}

func maxDifference(a, b []byte) int {
	worst := 0
	for i := range a {
		worst = max(worst, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return worst
}

// means returns the picture at 1/scale, each pixel the mean of what it covers.
func means(w, h int, pix []byte, scale int) []float64 {
	outW, outH := ceilDiv(w, scale), ceilDiv(h, scale)
	sums, counts := make([]float64, 3*outW*outH), make([]float64, 3*outW*outH)
	for i, v := range pix {
		x, y, c := i/3%w, i/3/w, i%3
		at := 3*(y/scale*outW+x/scale) + c
		sums[at], counts[at] = sums[at]+float64(v), counts[at]+1
	}
	for i := range sums {
		sums[i] /= counts[i]
	}
	return sums
}

// psnr is the peak signal-to-noise ratio in decibels.
func psnr(got []byte, want []float64) float64 {
	sum := 0.0
	for i, v := range got {
		d := float64(v) - want[i]
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(got))/max(sum, 1e-9))
}

// leastPSNR is the least PSNR of a reduced picture against the means of the full one; 48 dB
// are differences of one level in all samples. There are two exceptions: a picture that is
// mostly border, since pixels outside count in the frequency domain, and inks, since these
// are multiplied.
func leastPSNR(name string) float64 {
	switch {
	case strings.HasPrefix(name, "7x13"):
		return 31
	case strings.HasPrefix(name, "cmyk"):
		return 41
	case name == "ycck": // its colours are out of range
		return 27
	case name == "quality-5":
		return 44
	}
	return 48
}

func TestReducedIsMeanOfFull(t *testing.T) {
	for name, data := range testFiles(t) {
		w, h, full, err := Decode(data, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range scales[1:] {
			gotW, gotH, got, err := Decode(data, scale)
			if err != nil || gotW != ceilDiv(w, scale) || gotH != ceilDiv(h, scale) {
				t.Errorf("%s at 1/%d: %d x %d of %d x %d, %v", name, scale, gotW, gotH, w, h, err)
				continue
			}
			if ratio := psnr(got, means(w, h, full, scale)); ratio < leastPSNR(name) {
				t.Errorf("%s at 1/%d: %.1f dB", name, scale, ratio)
			}
		}
	}
}

// TestCutOff cuts every file at many positions. Of a picture with one scan only the missing
// part is lost, and less than half of it is refused. Files with many scans may lose the last
// ones.
func TestCutOff(t *testing.T) {
	for name, data := range testFiles(t) {
		header, err := ReadHeader(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range []int{1, 8} {
			_, _, whole, err := Decode(data, scale)
			if err != nil {
				t.Fatal(err)
			}
			for cut := 0; cut < len(data)-2; cut += 1 + len(data)/100 {
				_, _, pix, damage, err := DecodeDamaged(data[:cut], scale)
				if err != nil {
					if !errors.Is(err, ErrTruncated) && (cut > 2 || !errors.Is(err, ErrCorrupt)) {
						t.Errorf("%s cut at %d of %d, at 1/%d: %v", name, cut, len(data), scale, err)
					}
					continue
				}
				if header.Buffered {
					continue
				}
				if !errors.Is(damage.Err, ErrTruncated) || damage.Missing <= 0 || damage.Missing > 0.5 {
					t.Errorf("%s cut at %d of %d, at 1/%d: %+v", name, cut, len(data), scale, damage)
				}
				// Rows of MCUs are 8 to 32 pixels high; one may be there in part.
				there := int((1-damage.Missing)*float64(len(pix))) - 3*header.W*32
				if there > 0 && !bytes.Equal(pix[:there], whole[:there]) {
					t.Errorf("%s cut at %d of %d, at 1/%d: what is there differs", name, cut, len(data), scale)
				}
			}
		}
	}
}

// TestRestartsAreUsed damages files with restart markers. Only the part between two markers
// is lost.
func TestRestartsAreUsed(t *testing.T) {
	for _, name := range []string{"restart-420", "restart-444", "restart-progressive"} {
		data := testFiles(t)[name]
		marker := func(n int) int {
			scan := bytes.Index(data, []byte{0xFF, sos})
			at := bytes.Index(data[scan:], []byte{0xFF, byte(rst0 + n)})
			if at < 0 {
				t.Fatalf("%s: no restart marker %d", name, n)
			}
			return scan + at
		}
		cutOut := func(from, to int) []byte { return append(bytes.Clone(data[:from]), data[to:]...) }
		ones := bytes.Clone(data)
		for i := marker(1) + 3; i < marker(2)-1; i++ {
			ones[i] = 0x7F
		}
		damaged := map[string][]byte{
			"a marker is missing":        cutOut(marker(1), marker(1)+2),
			"an interval is missing":     cutOut(marker(1)+2, marker(2)),
			"two intervals are missing":  cutOut(marker(1), marker(3)),
			"an interval comes twice":    append(bytes.Clone(data[:marker(2)]), data[marker(1):]...),
			"an interval is nonsense":    ones,
			"a strange marker is within": append(append(bytes.Clone(data[:marker(1)+4]), 0xFF, 0xE5), data[marker(1)+4:]...),
		}
		_, _, whole, err := Decode(data, 1)
		if err != nil {
			t.Fatal(err)
		}
		for kind, file := range damaged {
			_, _, pix, damage, err := DecodeDamaged(file, 1)
			if err != nil || damage.Missing > 0.35 {
				t.Errorf("%s, %s: %+v, %v", name, kind, damage, err)
				continue
			}
			if damage.Err == nil && kind != "an interval is nonsense" {
				t.Errorf("%s, %s: nothing was noticed", name, kind)
			}
			same := 0
			for i, v := range pix {
				if v == whole[i] {
					same++
				}
			}
			if share := float64(same) / float64(len(pix)); share < 0.5 {
				t.Errorf("%s, %s: only %.0f %% of the samples are right", name, kind, 100*share)
			}
		}
	}
}

// TestStandardTables leaves out the Huffman tables, as motion JPEG does.
func TestStandardTables(t *testing.T) {
	var buf bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 7)
	}
	if err := stdjpeg.Encode(&buf, m, nil); err != nil { // it uses the tables of the standard
		t.Fatal(err)
	}
	data := buf.Bytes()
	from, to := bytes.Index(data, []byte{0xFF, dht}), bytes.Index(data, []byte{0xFF, sos})
	without := append(bytes.Clone(data[:from]), data[to:]...)
	for _, scale := range scales {
		_, _, want, err := Decode(data, scale)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, got, err := Decode(without, scale); err != nil || !bytes.Equal(got, want) {
			t.Errorf("at 1/%d: differs (%v)", scale, err)
		}
	}
}

func TestHeightBelow(t *testing.T) {
	data := testFiles(t)["baseline-420"]
	w, h, want, err := Decode(data, 1)
	if err != nil {
		t.Fatal(err)
	}
	below := claim(t, data[:len(data)-2], w, 0)
	below = append(below, 0xFF, dnl, 0, 4, byte(h>>8), byte(h), 0xFF, eoi)
	if _, gotH, got, err := Decode(below, 1); err != nil || gotH != h || !bytes.Equal(got, want) {
		t.Errorf("%d rows, want %d (%v)", gotH, h, err)
	}
}

// TestAroundThePicture: bytes before, between and after the segments do not matter.
func TestAroundThePicture(t *testing.T) {
	for _, name := range []string{"baseline-420", "progressive-420"} {
		data := testFiles(t)[name]
		_, _, want, err := Decode(data, 1)
		if err != nil {
			t.Fatal(err)
		}
		table := bytes.Index(data, []byte{0xFF, dqt})
		insert := func(at int, b ...byte) []byte {
			return append(append(bytes.Clone(data[:at]), b...), data[at:]...)
		}
		for kind, file := range map[string][]byte{
			"bytes before the start":  append([]byte("\r\n--boundary\r\n\r\n"), data...),
			"garbage between markers": insert(table, 0, 1, 2, 0xFF, 0, 3),
			"fill bytes":              insert(table, 0xFF, 0xFF, 0xFF),
			"a second start":          insert(table, 0xFF, soi),
			"another picture after":   append(bytes.Clone(data), testFiles(t)["gray"]...),
			"no end marker":           data[:len(data)-2],
			"half an end marker":      data[:len(data)-1],
		} {
			if _, _, got, err := Decode(file, 1); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %s: differs (%v)", name, kind, err)
			}
		}
	}
}

// claim sets the size in the frame header of a file.
func claim(t *testing.T, data []byte, w, h int) []byte {
	t.Helper()
	out := bytes.Clone(data)
	at := max(bytes.Index(out, []byte{0xFF, sof0, 0}), bytes.Index(out, []byte{0xFF, sof2, 0}))
	if at < 0 {
		t.Fatal("no frame header")
	}
	copy(out[at+5:], []byte{byte(h >> 8), byte(h), byte(w >> 8), byte(w)})
	return out
}

func TestHugeClaimTakesNoMemory(t *testing.T) {
	files := testFiles(t)
	for _, name := range []string{"baseline-420", "progressive-420", "gray", "scans"} {
		data := claim(t, files[name], 60000, 60000)
		header, err := ReadHeader(data)
		if err != nil || header.W != 60000 || header.H != 60000 {
			t.Errorf("%s: %+v, %v", name, header, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _, err = Decode(data, 1)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrTruncated) || taken > 1<<20 {
			t.Errorf("%s: %v, %d bytes taken", name, err, taken)
		}
	}
}

// TestEndlessScans repeats the last scan of a progressive file.
func TestEndlessScans(t *testing.T) {
	data := testFiles(t)["progressive-444"]
	last := bytes.LastIndex(data, []byte{0xFF, sos})
	scan := data[last : len(data)-2]
	long := append(bytes.Clone(data[:last]), bytes.Repeat(scan, 10_000)...)
	start := cputime.Used()
	_, _, _, err := Decode(long, 1)
	if took := cputime.Used() - start; !errors.Is(err, ErrCorrupt) || took > time.Second {
		t.Errorf("%v after %v", err, took)
	}
}

func TestUnsupported(t *testing.T) {
	data := testFiles(t)["baseline-444"]
	at := bytes.Index(data, []byte{0xFF, sof0})
	with := func(offset int, v byte) []byte {
		out := bytes.Clone(data)
		out[at+offset] = v
		return out
	}
	tests := map[string][]byte{
		"arithmetic":   with(1, 0xC9),
		"lossless":     with(1, 0xC3),
		"12 bits":      with(4, 12),
		"2 components": with(9, 2),
		"fractional":   with(11, 0x31), // of 3 columns the next has 2
	}
	tests["fractional"][at+14] = 0x21
	for name, file := range tests {
		if _, err := ReadHeader(file); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAllocationsDoNotGrow(t *testing.T) {
	encoded := func(side int) []byte {
		var buf bytes.Buffer
		if err := stdjpeg.Encode(&buf, image.NewNRGBA(image.Rect(0, 0, side, side)), nil); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	small, large := encoded(16), encoded(600)
	for _, scale := range scales {
		few := testing.AllocsPerRun(3, func() { Decode(small, scale) })
		more := testing.AllocsPerRun(3, func() { Decode(large, scale) })
		if more != few {
			t.Errorf("at 1/%d: %v allocations for 1,296 blocks, %v for one", scale, more, few)
		}
	}
}

// FuzzDecode checks that no file makes the decoder panic, and that pictures have the stated
// size. (The pixels of damaged files are not defined: coefficients out of range overflow in
// one decoder and not in another.)
func FuzzDecode(f *testing.F) {
	for _, data := range testFiles(f) {
		f.Add(data, uint8(0))
		f.Add(data, uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		header, err := ReadHeader(data)
		if err != nil || header.W*header.H > 1<<16 {
			return
		}
		scale := scales[which&3]
		w, h, pix, _, err := DecodeDamaged(data, scale)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if w != ceilDiv(header.W, scale) || h != ceilDiv(header.H, scale) || len(pix) != 3*w*h {
			t.Fatalf("%+v at 1/%d gave %d x %d in %d bytes", header, scale, w, h, len(pix))
		}
	})
}

// FuzzEncoded checks that any picture that the standard library encodes is decoded as by the
// standard library.
func FuzzEncoded(f *testing.F) {
	f.Add([]byte("any samples"), uint8(20), uint8(75), false)
	f.Add([]byte{0, 255, 0, 255, 255}, uint8(33), uint8(100), true)
	f.Add([]byte{200, 10, 30}, uint8(1), uint8(1), false)
	f.Fuzz(func(t *testing.T, samples []byte, width, quality uint8, gray bool) {
		if len(samples) == 0 || width == 0 {
			return
		}
		var buf bytes.Buffer
		err := stdjpeg.Encode(&buf, sampled(samples, int(width), gray), &stdjpeg.Options{Quality: int(quality)})
		if err != nil {
			t.Fatal(err)
		}
		_, _, want, err := standard(buf.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		w, h, got, err := Decode(buf.Bytes(), 1)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d x %d, %v", w, h, err)
		}
		if worst := maxDifference(got, want); worst > 4 {
			t.Fatalf("differs by %d", worst)
		}
	})
}

// sampled returns a picture of the samples, repeated to fill the last row.
func sampled(samples []byte, width int, gray bool) image.Image {
	if gray {
		m := image.NewGray(image.Rect(0, 0, width, ceilDiv(len(samples), width)))
		for i := range m.Pix {
			m.Pix[i] = samples[i%len(samples)]
		}
		return m
	}
	m := image.NewRGBA(image.Rect(0, 0, width, ceilDiv(len(samples), 4*width)))
	for i := range m.Pix {
		m.Pix[i] = samples[i%len(samples)]
	}
	return m
}
