package recognise

import (
	"context"
	"fmt"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/papertest"
	"exemplar/internal/wordindex"
)

// What the index of features does not know of, as it is with small print in small
// photos, is found in a large gallery by what the photo's parts look like.
func TestDocumentsAreFoundByThePartsOfAPhoto(t *testing.T) {
	papertest.SkipLong(t)
	path, documents := largeGallery(t, "")
	g := openEngine(t, path)
	ctx := context.Background()
	vectors, err := g.follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.references.follow(ctx, g, vectors.Index()); err != nil {
		t.Fatal(err)
	}
	g.references.index = wordindex.New()
	small := capturesim.Plain()
	small.SizeMin, small.SizeMax = 0.4, 0.5 // so that the whole photo looks like its ground
	found, asked := 0, 0
	for i := 0; i < len(documents); i += 6 {
		asked++
		photo := capturesim.Scene(documents[i], nil, small, uint64(i)).Image
		result, err := g.Recognise(ctx, Input{Image: photo}, Options{FPIR: 0.01})
		if err != nil {
			t.Fatal(err)
		}
		if string(result.Findings[0].Decision.Label) == fmt.Sprintf("document/%d", i) {
			found++
		}
	}
	if 4*found < 3*asked {
		t.Errorf("%d of %d documents found", found, asked)
	}
}
