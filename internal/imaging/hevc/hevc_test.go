package hevc

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// split returns the NAL units of a stream with start codes (Annex B): parameter sets and the
// rest.
func split(stream []byte) (params, units [][]byte) {
	for _, nal := range bytes.Split(stream, []byte{0, 0, 1}) {
		nal = bytes.TrimRight(nal, "\x00")
		switch {
		case len(nal) < 2:
		case nal[0]>>1&63 >= nalVPS:
			params = append(params, nal)
		default:
			units = append(units, nal)
		}
	}
	return params, units
}

func stream(t testing.TB, name string) (params, units [][]byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".265"))
	if err != nil {
		t.Fatal(err)
	}
	return split(data)
}

func decoded(t testing.TB, name string) *Picture {
	t.Helper()
	params, units := stream(t, name)
	p, err := ReadParams(params)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	pic, missing, err := NewDecoder(p).Decode(units)
	if err != nil || missing != 0 {
		t.Fatalf("%s: %g is missing, %v", name, missing, err)
	}
	return pic
}

// samples returns the planes of a picture one after the other, as other decoders write them.
func samples(p *Picture) (b []byte) {
	for c, plane := range p.Planes {
		for y := range plane.H {
			for _, v := range plane.Pix[y*plane.Stride:][:plane.W] {
				if b = append(b, byte(v)); p.Depth[c] > 8 {
					b = append(b, byte(v>>8))
				}
			}
		}
	}
	return b
}

// TestPlanes compares every sample with what the encoder says that the stream shows.
func TestPlanes(t *testing.T) {
	list, err := os.ReadFile("testdata/planes.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")
	files, _ := filepath.Glob("testdata/*.265")
	if len(lines) != len(files) || len(lines) < 25 {
		t.Fatalf("%d sums for %d streams", len(lines), len(files))
	}
	for _, line := range lines {
		sum, name, _ := strings.Cut(line, " ")
		if got := fmt.Sprintf("%x", sha256.Sum256(samples(decoded(t, name)))); got != sum {
			t.Errorf("%s: another picture", name)
		}
	}
}

// TestDecoderIsReused: a decoder keeps nothing of the picture before.
func TestDecoderIsReused(t *testing.T) {
	params, units := stream(t, "plain")
	p, err := ReadParams(params)
	if err != nil {
		t.Fatal(err)
	}
	want := samples(decoded(t, "plain"))
	d := NewDecoder(p)
	cut := bytes.Clone(units[len(units)-1])
	for _, last := range [][]byte{cut, cut[:len(cut)/2], cut} {
		pic, missing, _ := d.Decode([][]byte{last})
		if pic == nil {
			t.Fatal("no picture")
		}
		if same := bytes.Equal(samples(pic), want); same != (missing == 0) {
			t.Errorf("%.2f is missing, the same: %v", missing, same)
		}
	}
}

// TestCutOff: of a stream that ends early the first blocks are there, and the others grey.
func TestCutOff(t *testing.T) {
	params, units := stream(t, "ctu16")
	p, _ := ReadParams(params)
	want := decoded(t, "ctu16").Planes[0]
	last := 1.0
	for share := 1; share < 10; share++ {
		nal := units[0][:len(units[0])*share/10]
		pic, missing, err := NewDecoder(p).Decode([][]byte{nal})
		if !errors.Is(err, ErrTruncated) || missing > last || missing < 0.02 {
			t.Fatalf("%d/10: %.2f is missing, %v", share, missing, err)
		}
		last = missing
		if missing > 0.9 {
			continue
		}
		got := pic.Planes[0]
		if !bytes.Equal(fmt.Append(nil, got.Pix[:8]), fmt.Append(nil, want.Pix[:8])) {
			t.Errorf("%d/10: begins with %v, not %v", share, got.Pix[:8], want.Pix[:8])
		}
		if end := got.Pix[(got.H-1)*got.Stride+got.W-1]; end != 128 {
			t.Errorf("%d/10: ends with %d", share, end)
		}
	}
}

// TestColour: what the stream says about colours.
func TestColour(t *testing.T) {
	if got, want := decoded(t, "headers").Colour, (Colour{Known: true, FullRange: true, Primaries: 2, Transfer: 2, Matrix: 1}); got != want {
		t.Errorf("%+v", got)
	}
	if got := decoded(t, "plain").Colour; got.FullRange {
		t.Errorf("%+v", got)
	}
}

// TestRefused: what is not read is named.
func TestRefused(t *testing.T) {
	params, units := stream(t, "plain")
	p, _ := ReadParams(params)
	inter := bytes.Clone(units[0])
	inter[0] = 1 << 1 // of a picture that follows another
	for name, test := range map[string]struct {
		units [][]byte
		is    error
		words string
	}{
		"a video":         {[][]byte{inter}, ErrUnsupported, "predicted"},
		"nothing":         {nil, ErrCorrupt, "no picture"},
		"empty units":     {[][]byte{{}, {1}, {19 << 1, 1}}, ErrTruncated, "too early"},
		"a picture again": {[][]byte{units[0], units[0]}, ErrCorrupt, "two pictures"},
	} {
		pic, _, err := NewDecoder(p).Decode(test.units)
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, %v", name, pic != nil, err)
		}
	}
	if _, err := ReadParams(nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("without headers: %v", err)
	}
}

// FuzzDecode checks that no stream makes the decoder panic.
func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.265")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		params, units := split(data)
		p, err := ReadParams(params)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if w, h := p.Size(); w*h > 1<<18 || p.Cost() > 1<<24 {
			return
		}
		d := NewDecoder(p)
		d.Decode(append(slices.Clone(params), units...)) // with headers of its own
		pic, missing, err := d.Decode(units)
		if missing > 0 && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrUnsupported) {
			t.Fatalf("an error of no kind: %v", err)
		}
		if pic != nil {
			samples(pic)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"fine", "plain"} {
		b.Run(name, func(b *testing.B) {
			params, units := stream(b, name)
			p, err := ReadParams(params)
			if err != nil {
				b.Fatal(err)
			}
			d := NewDecoder(p)
			w, h := p.Size()
			b.SetBytes(int64(3 * w * h))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := d.Decode(units); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCost: a decoder takes no more memory than it says.
func TestCost(t *testing.T) {
	for _, name := range []string{"plain", "ctu16", "grey", "444", "bits10"} {
		params, units := stream(t, name)
		p, err := ReadParams(params)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		NewDecoder(p).Decode(units)
		runtime.ReadMemStats(&after)
		took, fixed := int64(after.TotalAlloc-before.TotalAlloc), int64(3*len(units[0])+1<<14)
		if took > p.Cost()+fixed || took < p.Cost()/2 {
			t.Errorf("%s: took %d bytes of %d", name, took, p.Cost())
		}
	}
}

// TestHeadersAmongThePictures: a picture may bring another sequence header of its own.
func TestHeadersAmongThePictures(t *testing.T) {
	params, units := stream(t, "plain")
	others, otherUnits := stream(t, "ctu16")
	p, err := ReadParams(params)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(p)
	if _, _, err := d.Decode(units); err != nil {
		t.Fatal(err)
	}
	var own [][]byte
	for _, nal := range others {
		if nal[0]>>1&63 == nalSPS {
			own = append(own, nal)
		}
	}
	pic, missing, err := d.Decode(append(own, otherUnits...))
	if err != nil || missing != 0 || !bytes.Equal(samples(pic), samples(decoded(t, "ctu16"))) {
		t.Errorf("%g is missing, %v", missing, err)
	}
}
