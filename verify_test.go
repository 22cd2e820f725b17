package exemplar

import (
	"context"
	"fmt"
	"testing"

	"exemplar/internal/augment"
	"exemplar/internal/imaging"
	"exemplar/internal/proof"
)

// What the index of features does not know of, as it is with small print in small
// photos, is found in a large gallery by what the photo's parts look like.
func TestDocumentsAreFoundByThePartsOfAPhoto(t *testing.T) {
	path, documents := largeGallery(t, "")
	g := openOne(t, path)
	ctx := context.Background()
	view, err := g.follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.shapes.follow(ctx, g, view); err != nil {
		t.Fatal(err)
	}
	g.shapes.index = proof.NewIndex()
	small := augment.Plain()
	small.SizeMin, small.SizeMax = 0.4, 0.5 // so that the whole photo looks like its ground
	found, asked := 0, 0
	for i := 0; i < len(documents); i += 3 {
		asked++
		photo := augment.Scene(documents[i], nil, small, uint64(i)).Image
		answer, err := g.Classify(ctx, imaging.EncodePNG(photo))
		if err != nil {
			t.Fatal(err)
		}
		if answer.Label == fmt.Sprintf("document/%d", i) {
			found++
		}
	}
	if 4*found < 3*asked {
		t.Errorf("%d of %d documents found", found, asked)
	}
}
