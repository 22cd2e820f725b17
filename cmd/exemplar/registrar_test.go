package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/draw"
	"exemplar/internal/imaging"
)

// --replace replaces over the whole call, however many pictures a label has.
func TestRegisterReplacesOnce(t *testing.T) {
	s := newSession(t)
	const pictures = registerBatch + 8
	for i := range pictures {
		document := draw.Draw(draw.Document{Kind: "ticket", Template: uint64(i), Content: uint64(i), Size: 400})
		s.write(fmt.Sprintf("new/card/%02d.jpg", i), imaging.EncodeJPEG(document, 80))
	}
	s.write("old/card/old.jpg", documentFiles()[draw.Examples()[2].Label])
	s.inGallery(0, "register", filepath.Join(s.folder, "old"))
	out, _ := s.inGallery(0, "register", "--replace", "--json", filepath.Join(s.folder, "new"))
	if n := strings.Count(out, `"outcome":"registered"`); n != pictures {
		t.Errorf("%d are reported:\n%s", n, out)
	}
	g, err := exemplar.Open(s.gallery, exemplar.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	references, err := g.List(context.Background(), "card")
	if err != nil || len(references) != pictures {
		t.Errorf("%d references of %d pictures, %v", len(references), pictures, err)
	}
	for _, r := range references {
		if strings.Contains(r.Source, "old.jpg") {
			t.Errorf("%s is still there", r.Source)
		}
	}
}
