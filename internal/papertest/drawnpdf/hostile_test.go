package drawnpdf

import (
	"testing"
	"time"

	"exemplar/internal/intake"
	"exemplar/internal/papertest"
)

// TestHostileFilesEnd in time, with a page or a reason, and the next file is read.
func TestHostileFilesEnd(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	options := intake.Options{Side: 200, Pages: 20, PageTime: 100 * time.Millisecond}
	for i, f := range Hostile() {
		if testing.Short() && i%6 != 0 {
			continue
		}
		begun, pages := time.Now(), 0
		for p := range intake.Pages(t.Context(), f.Data, options) {
			if pages++; p.Err == nil && p.Picture == nil {
				t.Errorf("%s, page %d: neither a picture nor a reason", f.Name, p.Number)
			}
		}
		if took := time.Since(begun); pages == 0 || took > time.Minute {
			t.Errorf("%s: %d pages in %v", f.Name, pages, took)
		}
	}
	options.PageTime = 30 * time.Second
	sound := Files(sheets())[0]
	if p := intake.First(t.Context(), sound.Data, options); p.Err != nil {
		t.Errorf("a sound file after them: %v", p.Err)
	}
}
