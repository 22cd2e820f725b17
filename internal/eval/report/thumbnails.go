package report

import (
	"bytes"
	"encoding/base64"

	"exemplar/internal/eval"
)

// Thumb returns a small JPEG, PNG or WebP picture of a sample, best 96 to 160 pixels high.
// It returns nil if there is none.
type Thumb func(s *eval.Set, sample int) []byte

// maxThumbs is the largest number of pictures in a report. Each takes some kilobytes.
const maxThumbs = 4000

// thumbnails numbers the pictures of a report, and holds each once.
type thumbnails struct {
	load   Thumb
	known  map[string]int
	Images []string // as data: addresses
}

func newThumbnails(load Thumb) *thumbnails {
	return &thumbnails{load: load, known: map[string]int{}}
}

// number returns a sample's place in Images, or -1.
func (t *thumbnails) number(s *eval.Set, sample int) int {
	if t.load == nil {
		return -1
	}
	key := s.Name + "\x00" + s.Samples[sample].Path
	if n, known := t.known[key]; known {
		return n
	}
	n := -1
	if len(t.Images) < maxThumbs {
		if data := t.load(s, sample); len(data) > 0 {
			n = len(t.Images)
			t.Images = append(t.Images, "data:"+mediaType(data)+";base64,"+base64.StdEncoding.EncodeToString(data))
		}
	}
	t.known[key] = n
	return n
}

func mediaType(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		return "image/png"
	case bytes.HasPrefix(data, []byte("RIFF")):
		return "image/webp"
	}
	return "image/jpeg"
}
