package exemplar_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"exemplar"
)

// A large file that is refused by its beginning is not in memory for it, whichever way it
// comes.
func TestLargeFilesAreRefusedByTheirBeginning(t *testing.T) {
	tiff := []byte("II*\x00\x08\x00\x00\x00\x08\x00")
	for _, e := range [][2]uint32{{256, 60000}, {257, 60000}, {258, 8}, {259, 1}, {262, 1}, {273, 200}, {278, 60000}, {279, 1 << 20}} {
		tiff = binary.LittleEndian.AppendUint16(tiff, uint16(e[0]))
		tiff = binary.LittleEndian.AppendUint32(append(tiff, 4, 0), 1)
		tiff = binary.LittleEndian.AppendUint32(tiff, e[1])
	}
	g := open(t, filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	for name, c := range map[string]struct{ head, want string }{
		"a.pdf": {"%PDF-1.7\n", "cannot be opened"}, "a.ppm": {"P6\n60000 60000\n255\n", "60000 x 60000"}, "a.tif": {string(tiff) + strings.Repeat("\x00", 200), "60000 x 60000"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(c.head), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 200<<20); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		pages := 0
		for page := range exemplar.Pages(t.Context(), exemplar.FromFile(path), exemplar.PageOptions{}) {
			a, err := g.Classify(context.Background(), page, exemplar.ClassifyOptions{})
			if err != nil || a.Answer().Decision != exemplar.Refused || !strings.Contains(a.Answer().Reason, c.want) {
				t.Errorf("%s: %+v, %v", name, a.Answer(), err)
			}
			pages++
		}
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; pages != 1 || taken > 64<<20 {
			t.Errorf("%s: %d pages, took %d bytes", name, pages, taken)
		}
	}
}
