package pdf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"exemplar/internal/papertest"
)

// TestALongDocumentTakesNoMoreMemory than a short one: neither garbage nor what PDFium has read
// of pages that are done is kept.
func TestALongDocumentTakesNoMoreMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const pages, side = 250, 1000
	random := rand.NewChaCha8([32]byte{1})
	var list []papertest.PDFPage
	for range pages {
		noise := make([]byte, side*side)
		random.Read(noise)
		list = append(list, papertest.ScanPage(100, 100, papertest.StreamImage(side, side, "/ColorSpace/DeviceGray/BitsPerComponent 8", noise)))
	}
	doc, err := Open(t.Context(), papertest.PDF(list, ""), patient)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	pid := doc.child.cmd.Process.Pid
	var at20 int64
	for i := range pages {
		if _, err := doc.Page(t.Context(), i, 1024); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			t.Fatal(err)
		}
		var size, resident int64
		fmt.Sscan(string(text), &size, &resident)
		resident *= int64(os.Getpagesize())
		if i == 20 {
			at20 = resident
		}
		if i > 20 && resident > at20+mostKept+mostGarbage+30<<20 {
			t.Fatalf("page %d: %d MB, %d MB at page 20", i, resident>>20, at20>>20)
		}
	}
	t.Logf("%d MB at page 20", at20>>20)
}
