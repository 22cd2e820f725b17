package intake

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"exemplar/internal/papertest"
)

// The files of an archive come one by one: those that may show a document, and those that
// cannot be read.
func TestZIPMembers(t *testing.T) {
	png := []byte("\x89PNG\r\n\x1a\n" + strings.Repeat("x", 50))
	archive := papertest.ZIP(map[string][]byte{
		"b/scan.png": png, "a.pdf": []byte("%PDF-1.4"), "../../up.png": png, "notes.txt": []byte("words"), "__MACOSX/x.png": png,
		"large.png": append(png, make([]byte, 2000)...), "in.zip": papertest.ZIP(map[string][]byte{"deep.png": png}),
	})
	list := func(archive []byte, limits MemberLimits) (said []string, passed int64) {
		for m := range ZIPMembers(bytes.NewReader(archive), int64(len(archive)), limits, &passed) {
			text := fmt.Sprintf("%s %d", m.Name, len(m.Data))
			if m.Err != nil {
				text = fmt.Sprintf("%s: %.40v", m.Name, m.Err)
			}
			said = append(said, text)
		}
		return said, passed
	}
	wide := MemberLimits{Files: 100, Unpacked: 1 << 20, Bytes: 1000}
	said, passed := list(archive, wide)
	want := "a.pdf 8; b/scan.png 58; in.zip 147; large.png: over a limit: it has more than 0 MB: sav; up.png 58"
	if got := strings.Join(said, "; "); got != want || passed != 1 {
		t.Errorf("%s; %d passed over\nwant %s", got, passed, want)
	}
	for name, c := range map[string]struct {
		limits MemberLimits
		want   string
	}{
		"files": {MemberLimits{2, 1 << 20, 1000}, "only the first 2 are taken"},
		"bytes": {MemberLimits{100, 60, 1000}, "from in.zip on"},
	} {
		passed = 0
		var last Member
		for last = range ZIPMembers(bytes.NewReader(archive), int64(len(archive)), c.limits, &passed) {
		}
		if last.Err == nil || !strings.Contains(last.Err.Error(), c.want) {
			t.Errorf("%s: %v", name, last.Err)
		}
	}
	for _, cut := range []int{0, 10, len(archive) / 2, len(archive) - 1} {
		if said, _ := list(archive[:cut], wide); len(said) != 1 || !strings.Contains(said[0], "the end of the ZIP archive") {
			t.Errorf("cut off after %d bytes: %v", cut, said)
		}
	}
}
