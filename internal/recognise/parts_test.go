package recognise

import (
	"slices"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// A part of a photo looks more like the document that lies in it, on one of its
// sides, than the whole photo does.
func TestPartsLookLikeTheDocument(t *testing.T) {
	papertest.SkipLong(t)
	embedder := NewEmbedder(embed.Default())
	embed := embedder.Embed
	everyday := capturesim.Everyday()
	everyday.Width, everyday.Height = 640, 480
	kinds := synthdoc.Kinds()
	alike, scenes := 0, 12
	for i := range scenes {
		seed := uint64(1000 + i)
		document := synthdoc.Draw(synthdoc.Document{Kind: kinds[i%len(kinds)], Template: seed, Content: seed})
		photo := capturesim.Scene(document, nil, everyday, seed).Image
		var sides [][]float32
		for turn := range 4 {
			sides = append(sides, embed(document.Rotate(turn)))
		}
		likeness := func(of []float32) float32 {
			best := float32(-1)
			for _, side := range sides {
				best = max(best, kernel.Dot(of, side))
			}
			return best
		}
		whole := likeness(embed(photo))
		parts := NewPhoto(embedder, photo).EmbedParts()
		if slices.ContainsFunc(parts, func(part []float32) bool { return likeness(part) > max(0.4, whole+0.1) }) {
			alike++
		}
	}
	t.Logf("%d of %d", alike, scenes)
	if 4*alike < 3*scenes {
		t.Errorf("parts of %d of %d photos look like the document", alike, scenes)
	}
}

func TestAPhotoOfNothingHasNoParts(t *testing.T) {
	embedder := NewEmbedder(embed.Default())
	for _, m := range []*imaging.Image{grey(640, 480), grey(1, 1), grey(1, 5000)} {
		if parts := NewPhoto(embedder, m).EmbedParts(); len(parts) != 0 {
			t.Errorf("%d x %d: %d parts", m.W, m.H, len(parts))
		}
	}
}

func BenchmarkEmbedParts(b *testing.B) {
	p := capturesim.Everyday()
	p.Width, p.Height, p.Clutter = 640, 480, 1
	m := capturesim.Scene(synthdoc.Draw(synthdoc.Examples()[6].Document), nil, p, 6).Image
	photo := NewPhoto(NewEmbedder(embed.Default()), m)
	b.ReportAllocs()
	for b.Loop() {
		photo.EmbedParts()
	}
}
