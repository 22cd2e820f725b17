package calibrate

import (
	"testing"

	"exemplar/internal/changetrain"
	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/papertest"
)

// A kind's captures are held against a reference with other contents, against
// look-alikes, and against other kinds; the form is looked at on paper alone.
func TestRunKindTrials(t *testing.T) {
	papertest.SkipUnderRace(t)
	trials, err := RunKindTrials(t.Context(), embed.Default(), changetrain.DrawnKinds(4, 3, nil)[1:], families.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	var mated, alike, others, formed int
	for _, x := range trials {
		switch {
		case x.Mated:
			mated++
		case x.LookAlike:
			alike++
		default:
			others++
		}
		if x.Form == nil {
			continue
		}
		formed++
		if !x.Located || x.InPhoto != nil {
			t.Errorf("form of what was not found: %+v", x.Evidence)
		}
	}
	if mated < 6 || alike < 4 || others < 9 || formed < 4 {
		t.Errorf("%d captures on their kind, %d on look-alikes, %d on others, %d with form", mated, alike, others, formed)
	}
	if _, err := RunKindTrials(t.Context(), embed.Default(), []changetrain.KindSource{func() (changetrain.Kind, error) { return changetrain.Kind{}, nil }}, families.Options{}); err == nil {
		t.Error("a kind without a reference lends one")
	}
}
