package train

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLogIsCutAtTheResumedPosition(t *testing.T) {
	dir := t.TempDir()
	l, err := openLogs(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for step := 1; step <= 5; step++ {
		if err := l.add(Entry{Step: step, Loss: float64(step), Parts: map[string]float64{"contrast": 1}}); err != nil {
			t.Fatal(err)
		}
	}
	l.close()
	f, _ := os.OpenFile(filepath.Join(dir, logName), os.O_APPEND|os.O_WRONLY, 0)
	f.WriteString(`{"step": 4, "lo`) // killed in mid-line
	f.Close()
	if l, err = openLogs(dir, 3); err != nil {
		t.Fatal(err)
	}
	l.add(Entry{Step: 4, Loss: 40})
	l.close()
	entries, err := ReadLog(filepath.Join(dir, logName), math.MaxInt)
	if err != nil || len(entries) != 4 || entries[3].Loss != 40 {
		t.Errorf("entries %+v, error %v", entries, err)
	}
}

// The bytes of a record that TensorBoard's own writer makes for step 1, tag "a", value 2 at time 0.
func TestTensorBoardRecord(t *testing.T) {
	var out bytes.Buffer
	e := eventWriter{w: &out, now: func() time.Time { return time.Unix(0, 0) }}
	if err := e.scalar("a", 1, 2); err != nil {
		t.Fatal(err)
	}
	b := out.Bytes()
	n := binary.LittleEndian.Uint64(b)
	if int(n)+16 != len(b) {
		t.Fatalf("length %d in a record of %d bytes", n, len(b))
	}
	if got, want := binary.LittleEndian.Uint32(b[8:]), maskedCRC(b[:8]); got != want {
		t.Errorf("check sum of the length %x, want %x", got, want)
	}
	want := "\x09\x00\x00\x00\x00\x00\x00\x00\x00\x10\x01\x2a\x0a\x0a\x08\x0a\x01a\x15\x00\x00\x00\x40"
	if got := string(b[12 : 12+n]); got != want {
		t.Errorf("event %q, want %q", got, want)
	}
}

func TestMaskedCRCOfTheDocumentation(t *testing.T) {
	// CRC-32C of "123456789" is e3069283 (RFC 3720, appendix B.4, uses the same polynomial).
	if got, want := maskedCRC([]byte("123456789")), uint32(0xe3069283>>15|0xe3069283<<17&0xffffffff)+0xa282ead8; got != want {
		t.Errorf("%x, want %x", got, want)
	}
}

func TestReportIsOnePageWithCurves(t *testing.T) {
	var entries []Entry
	for step := range 1000 {
		entries = append(entries, Entry{Step: step, Loss: 7 / float64(step+1), Parts: map[string]float64{"contrast": 1}})
	}
	entries = append(entries, Entry{Step: 1000, Figures: map[string]float64{"TPR at FPR 1e-4": 0.9}})
	dir := t.TempDir()
	if err := writeReport(dir, reportPage{Name: "<run>", Curves: curves(entries), Summary: []fact{{"steps", "1000"}}}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if strings.Count(text, "<svg") != 6 || strings.Contains(text, "<run>") || strings.Contains(text, "NaN") {
		t.Errorf("page of %d bytes with %d curves", len(page), strings.Count(text, "<svg"))
	}
	for _, c := range curves(entries) {
		dec := xml.NewDecoder(strings.NewReader(string(c.draw())))
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", c.Title, err)
			}
		}
	}
}
