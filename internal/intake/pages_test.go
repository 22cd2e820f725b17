package intake

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// patient is for what ought to be drawn, also on a busy machine.
var patient = Options{PageTime: 30 * time.Second, Side: 200}

func drawsPDF(t *testing.T) {
	t.Helper()
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
}

func numbered(n int) *imaging.Gray { return papertest.Bars(120, 90, uint64(n)) }

// TestPagesOfATIFF: all pages come, blank ones too, each the picture that a file of its own has.
func TestPagesOfATIFF(t *testing.T) {
	blank := &imaging.Gray{W: 120, H: 90, Pix: bytes.Repeat([]byte{255}, 120*90)}
	sheets := []*imaging.Gray{numbered(1), blank, numbered(3)}
	file := papertest.TIFF(sheets...)
	if !Holds(file) {
		t.Fatal("a TIFF may hold pages")
	}
	hashes := map[[32]byte]bool{}
	n := 0
	for p := range Pages(t.Context(), file, Options{}) {
		if p.Err != nil || p.Number != n+1 || p.Of != 3 || !p.Paged || !bytes.Equal(p.Picture.Gray().Pix, sheets[n].Pix) {
			t.Errorf("page %d: %d of %d, %v", n+1, p.Number, p.Of, p.Err)
		}
		hashes[p.Hash] = true
		n++
	}
	if n != 3 || len(hashes) != 3 {
		t.Errorf("%d pages, %d hashes", n, len(hashes))
	}
	one := slices.Collect(Pages(t.Context(), papertest.TIFF(numbered(1)), Options{}))
	if len(one) != 1 || one[0].File == nil || one[0].Paged || one[0].Of != 1 {
		t.Errorf("one page: %+v", one)
	}
}

func TestOnlyOnePage(t *testing.T) {
	file := papertest.TIFF(numbered(1), numbered(2), numbered(3))
	got := slices.Collect(Pages(t.Context(), file, Options{Only: 2}))
	if len(got) != 1 || got[0].Number != 2 || got[0].Of != 3 || !bytes.Equal(got[0].Picture.Gray().Pix, numbered(2).Pix) {
		t.Errorf("%d pages", len(got))
	}
	for _, file := range [][]byte{file, drawn(1)} {
		got = slices.Collect(Pages(t.Context(), file, Options{Only: 4}))
		if len(got) != 1 || got[0].Err == nil || !strings.Contains(got[0].Err.Error(), "no page 4") {
			t.Errorf("%+v", got)
		}
	}
}

// TestADamagedPageOfATIFF takes no other with it.
func TestADamagedPageOfATIFF(t *testing.T) {
	file := papertest.TIFF(numbered(1), numbered(2))
	file = file[:len(file)-120*80] // of the last page a ninth is left
	pages := slices.Collect(Pages(t.Context(), file, Options{}))
	if len(pages) != 2 || pages[0].Err != nil || !errors.Is(pages[1].Err, imaging.ErrCorrupt) {
		t.Errorf("%d pages, %v", len(pages), pages[len(pages)-1].Err)
	}
}

// TestATIFFThatWasCutOff: wherever it ends, the last answer is that something is missing, and
// no part of it is cut out.
func TestATIFFThatWasCutOff(t *testing.T) {
	file := papertest.TIFF(numbered(1), numbered(2), numbered(3))
	var ends []int
	for end := 200; end < len(file)-6000; end += 499 { // less of a page is a note of its picture
		ends = append(ends, end)
	}
	for second := len(papertest.TIFF(numbered(1))); len(ends) < 80; second++ { // in the second directory
		ends = append(ends, second)
	}
	for _, end := range ends {
		pages := slices.Collect(Pages(t.Context(), file[:end], Options{}))
		last := pages[len(pages)-1]
		if last.Err == nil && last.File != nil { // a single picture is decoded by who gets it
			_, _, last.Err = imaging.DecodeAtLeast(last.File, 100, imaging.Limits{})
		}
		if !errors.Is(last.Err, imaging.ErrCorrupt) {
			t.Errorf("the first %d of %d bytes: %d pages, %v", end, len(file), len(pages), last.Err)
		}
	}
	whole := papertest.TIFF(numbered(1), numbered(2))
	cut := whole[:len(whole)-120*90-200] // the first page is there
	if _, err := Cut(t.Context(), cut, []int{1}, Options{}); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("cut: %v", err)
	}
}

func TestPagesOfAPDF(t *testing.T) {
	drawsPDF(t)
	page := papertest.PDFPage{W: 100, H: 200, Content: "0 100 50 100 re f"}
	n := 0
	for p := range Pages(t.Context(), papertest.PDF([]papertest.PDFPage{page, page}, ""), patient) {
		if n++; p.Err != nil || p.Number != n || p.Of != 2 || !p.Paged || p.Picture.H != 200 || p.Info.H != 200 {
			t.Errorf("%+v, %v", p.Info, p.Err)
		}
	}
	if n != 2 {
		t.Errorf("%d pages", n)
	}
	if p := First(t.Context(), papertest.PDF([]papertest.PDFPage{page}, ""), patient); !p.Paged || p.Number != 1 || p.Of != 1 {
		t.Errorf("a PDF of one page has pages: %+v", p)
	}
	for _, data := range []string{"%PDF-1.4 garbage", string(papertest.PDF(nil, ""))} {
		if p := First(t.Context(), []byte(data), patient); !errors.Is(p.Err, imaging.ErrCorrupt) {
			t.Errorf("%.10q: %v", data, p.Err)
		}
	}
	over := patient
	over.Limits = imaging.Limits{Bytes: 100}
	if p := First(t.Context(), papertest.PDF([]papertest.PDFPage{page}, ""), over); !errors.Is(p.Err, ErrLimit) {
		t.Error(p.Err)
	}
}

// TestMemoryIsFlatOverManyPages: 500 pages take no more than a few.
func TestMemoryIsFlatOverManyPages(t *testing.T) {
	drawsPDF(t)
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const pages = 160 // of 2 MB each, where 20 MB more than after 20 are too many
	m := imaging.NewImage(1240, 1754)
	for i := range m.Pix {
		m.Pix[i] = byte(200 + i/1000%50)
	}
	scan := papertest.ScanPage(595, 842, papertest.JPEGImage(m.W, m.H, "DeviceRGB", imaging.EncodeJPEG(m, 80)))
	file := papertest.PDF(slices.Repeat([]papertest.PDFPage{scan}, pages), "")
	options := patient
	options.Side = 1024
	var most, at20 uint64
	n := 0
	for p := range Pages(t.Context(), file, options) {
		if n++; p.Err != nil {
			t.Fatalf("page %d: %v", n, p.Err)
		}
		if n%20 == 0 {
			runtime.GC()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			if most = max(most, stats.HeapAlloc); n == 20 {
				at20 = most
			}
		}
	}
	if n != pages || most > at20+20<<20 {
		t.Errorf("%d pages, %d MB after 20, at most %d MB", n, at20>>20, most>>20)
	}
}

func BenchmarkPagesOfAPDF(b *testing.B) {
	m := papertest.Bars(1240, 1754, 1)
	scan := papertest.ScanPage(595, 842, papertest.StreamImage(m.W, m.H, "/ColorSpace/DeviceGray/BitsPerComponent 8", m.Pix))
	file := papertest.PDF(slices.Repeat([]papertest.PDFPage{scan}, 20), "")
	for b.Loop() {
		for p := range Pages(b.Context(), file, Options{}) {
			if p.Err != nil {
				b.Fatal(p.Err)
			}
		}
	}
	b.ReportMetric(float64(20*b.N)/b.Elapsed().Seconds(), "pages/s")
}

// FuzzPages: whatever the bytes, pages come or errors, and an end. What draws PDFs is another
// process, and is not fuzzed here.
func FuzzPages(f *testing.F) {
	f.Add(papertest.TIFF(numbered(1), numbered(2)))
	f.Add(drawn(1))
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.Contains(data, []byte("%PDF-")) {
			return
		}
		options := Options{Pages: 5, Limits: imaging.Limits{Bytes: 1 << 16, Pixels: 1 << 16}}
		n := 0
		for p := range Pages(t.Context(), data, options) {
			if n++; n > 6 || p.Number == 0 || p.Err == nil && (p.File == nil) == (p.Picture == nil) {
				t.Fatalf("%d pages, %+v", n, p.Info)
			}
		}
		if n == 0 {
			t.Fatal("no page at all")
		}
	})
}
