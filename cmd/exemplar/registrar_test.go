package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// --replace replaces over the whole call, however many pictures a label has.
func TestRegisterReplacesOnce(t *testing.T) {
	s := newSession(t)
	const pictures = registerBatch + 8
	for i := range pictures {
		document := synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: uint64(i), Content: uint64(i), Size: 400})
		s.write(fmt.Sprintf("new/card/%02d.jpg", i), imaging.EncodeJPEG(document, 80))
	}
	s.write("old/card/old.jpg", documentFiles()[synthdoc.Examples()[2].Label])
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

// Registered references are counted, even if a signal comes while their rivals are being
// searched.
func TestStoppedRegisterCountsWhatIsStored(t *testing.T) {
	for _, replace := range []bool{false, true} {
		s := newSession(t)
		list, err := expandInputs([]string{s.documents()}, "")
		if err != nil {
			t.Fatal(err)
		}
		g, err := exemplar.Open(s.gallery, exemplar.Options{Mode: exemplar.ReadWrite})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		ctx, stop := context.WithCancel(context.Background())
		var said bytes.Buffer
		report := newRegisterReport(newRoot(io.Discard, &said), false)
		into, err := newRegistrar(ctx, g, replace, func(stored []exemplar.Registration) {
			report.count(stored)
			if report.registered != len(list.list) { // at a forced end it is said now
				t.Errorf("replace %t: %d counted", replace, report.registered)
			}
			stop()
		})
		if err != nil {
			t.Fatal(err)
		}
		results, err := registerSome(ctx, into, list.list, registerFlags{}, report)
		if err := report.addAll(results, err); err == nil {
			results, err = into.commit(ctx)
			if err := report.addAll(results, err); err == nil {
				t.Fatalf("replace %t: it was not stopped", replace)
			}
		}
		into.close()
		report.interrupted(len(list.list))
		there, err := g.List(context.Background(), "")
		if err != nil || len(there) != len(list.list) {
			t.Fatalf("replace %t: %d are there, %v", replace, len(there), err)
		}
		if !strings.Contains(said.String(), "3 references registered") {
			t.Errorf("replace %t: said %q", replace, said.String())
		}
	}
}
