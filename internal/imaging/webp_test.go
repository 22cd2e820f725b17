package imaging

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// losslessWebP returns a file that begins like one of w by h pixels and continues with the
// given number of zero bytes, which are codes for one colour.
func losslessWebP(w, h, zeros int) []byte {
	body := binary.LittleEndian.AppendUint32([]byte{0x2F}, uint32(w-1)|uint32(h-1)<<14)
	body = append(body, make([]byte, zeros)...)
	b := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(12+len(body)))
	b = binary.LittleEndian.AppendUint32(append(b, "WEBPVP8L"...), uint32(len(body)))
	return append(b, body...)
}

// TestWebPBomb: a file of few bytes that states many pixels takes no memory; a file that may
// be a picture is decoded.
func TestWebPBomb(t *testing.T) {
	for _, zeros := range []int{9, 1000, 10_000} {
		bomb := losslessWebP(13000, 13000, zeros)
		if taken := allocated(func() {
			_, _, err := Decode(bomb, DefaultLimits)
			if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), fmt.Sprint(zeros+5, " bytes for 13000 x 13000 pixels")) {
				t.Error(err)
			}
		}); taken > 1<<20 {
			t.Errorf("%d bytes took %d", len(bomb), taken)
		}
	}
	if _, _, err := Decode(losslessWebP(100, 80, 40), DefaultLimits); err == nil || strings.Contains(err.Error(), "can show nothing") {
		t.Errorf("45 bytes for 100 x 80 pixels: %v", err)
	}
}
