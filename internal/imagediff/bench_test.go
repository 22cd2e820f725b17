package imagediff

import (
	"testing"

	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

func BenchmarkDiffers(b *testing.B) {
	first := synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 768}
	second := first
	second.Edition = 1
	x, y := synthdoc.Draw(first), synthdoc.Draw(second)
	b.ReportAllocs()
	for b.Loop() {
		between(x, y, planar.Homography{1, 0, 0, 0, 1, 0, 0, 0, 1})
	}
}
