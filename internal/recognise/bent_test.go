package recognise

import (
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// A ticket and a note whose ends stand up are the same copies, though no flat map holds for
// more than a part of them: both were said to be other ones.
func TestBentPaperIsTheSameCopy(t *testing.T) {
	papertest.SkipLong(t)
	embedder := NewEmbedder(embed.Default())
	for _, e := range synthdoc.Examples() {
		if e.Document.Kind != "ticket" && e.Document.Kind != "banknote" {
			continue
		}
		document := synthdoc.Draw(e.Document)
		reference := NewReference(embedder, document).Reference
		picture, _, err := imaging.Decode(imaging.EncodeJPEG(capturesim.Scene(document, nil, capturesim.Everyday(), 4).Image, 85), imaging.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		f := NewPhoto(embedder, picture).Verify(reference)
		if !f.Located || f.LocallyConsistent < 0.92 {
			t.Errorf("%s: %.2f of %d parts agree", e.Label, f.LocallyConsistent, f.Comparable)
		}
		if len(f.Changes.Where) > 0 || f.Changes.Share > 0.1 {
			t.Errorf("%s: other print in %d places, %.2f of it", e.Label, len(f.Changes.Where), f.Changes.Share)
		}
	}
}
