package exemplar_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// Labels that differ in capitals alone would be one folder on most systems.
func TestLabelsThatDifferInCapitalsAloneAreRefused(t *testing.T) {
	g, err := exemplar.Open(filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	number := uint64(0)
	item := func(label string) exemplar.Item {
		number++
		return exemplar.Item{Label: label, Picture: exemplar.FromBytes(imaging.EncodeJPEG(synthdoc.Draw(synthdoc.Document{Kind: "form", Template: 5, Content: number, Size: 300}), 90))}
	}
	for _, replace := range []bool{false, true} {
		results, err := g.Register(context.Background(), []exemplar.Item{item("Card/front"), item("card/back"), item("Card/back")}, exemplar.RegisterOptions{Replace: replace})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []exemplar.Outcome{exemplar.Registered, exemplar.RefusedImage, exemplar.Registered} {
			if r := results[i]; r.Outcome != want || want == exemplar.RefusedImage && !strings.Contains(r.Reason, `"Card"`) {
				t.Errorf("%s: %s (%s)", r.Label, r.Outcome, r.Reason)
			}
		}
	}
}
