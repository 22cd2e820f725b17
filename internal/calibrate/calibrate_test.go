package calibrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
	"exemplar/internal/synthdoc"
)

// drawn draws another small document for every path.
func drawn(s dataset.Sample) (*imaging.Image, error) {
	seed := uint64(0)
	for _, c := range []byte(s.Path) {
		seed = seed*31 + uint64(c)
	}
	kinds := synthdoc.Kinds()
	return synthdoc.Draw(synthdoc.Document{Kind: kinds[seed%uint64(len(kinds))], Template: seed, Content: seed, Size: 160}), nil
}

// shelf has a label with another below it, one without a reference, and a picture
// that belongs to no label.
func shelf() *dataset.Folder {
	return &dataset.Folder{Samples: []dataset.Sample{
		{Path: "card/a_ref.png", Label: "card", IsReference: true},
		{Path: "card/photo.png", Label: "card"},
		{Path: "card/back/b_ref.png", Label: "card/back", IsReference: true},
		{Path: "note/1.png", Label: "note"},
		{Path: "note/2.png", Label: "note"},
		{Path: "poster.png"},
	}}
}

// TestImpostorsAreOfOtherLines counts by hand which of the probes are strangers to
// which labels: a label's parent is none, a picture in the root is one of its own.
func TestImpostorsAreOfOtherLines(t *testing.T) {
	p := NewPool(embed.Default())
	if err := p.AddFolder(t.Context(), shelf(), drawn); err != nil {
		t.Fatal(err)
	}
	scores, err := p.impostorScores(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Every picture is a probe, and those that are registered once more as captured:
	// card 3, card/back 2, note 4, poster 2; each against the labels of other lines.
	if want := 3*2 + 2*2 + 4*3 + 2*3; len(scores) != want || p.Pictures() != 6 {
		t.Errorf("%d scores of %d pictures, want %d of 6", len(scores), p.Pictures(), want)
	}
	for _, s := range scores {
		if !(s >= -1 && s < 0.999) {
			t.Errorf("an impostor's score is %v", s)
		}
	}
	again := NewPool(embed.Default())
	if err := again.AddFolder(t.Context(), shelf(), drawn); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.probes, again.probes) || !reflect.DeepEqual(p.items, again.items) {
		t.Error("the same pictures make another pool")
	}
}

func TestAddFolderPassesOverAndReports(t *testing.T) {
	broken := errors.New("broken")
	p := NewPool(embed.Default())
	skipped := func(s dataset.Sample) (*imaging.Image, error) {
		if s.Label == "note" {
			return nil, nil
		}
		return drawn(s)
	}
	if err := p.AddFolder(t.Context(), shelf(), skipped); err != nil || len(p.items) != 3 {
		t.Errorf("%d references without the notes, %v", len(p.items), err)
	}
	fails := func(dataset.Sample) (*imaging.Image, error) { return nil, broken }
	if err := p.AddFolder(t.Context(), shelf(), fails); !errors.Is(err, broken) {
		t.Errorf("a picture that cannot be read: %v", err)
	}
	unnamed := &dataset.Folder{Samples: []dataset.Sample{{Path: "x.png", Label: "a//b"}}}
	if err := p.AddFolder(t.Context(), unnamed, drawn); err == nil {
		t.Error("a label that is none is taken")
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := p.AddFolder(ended, shelf(), drawn); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if _, err := p.Fit(t.Context(), ""); !errors.Is(err, scoremodel.ErrTooFew) {
		t.Errorf("a curve of a handful of scores: %v", err)
	}
}

// A threshold of the fitted curve lets through as many of the scores as it says.
func TestFitKeepsItsRate(t *testing.T) {
	p := NewPool(embed.Default())
	many := new(dataset.Folder)
	for i := range 40 {
		many.Samples = append(many.Samples, dataset.Sample{Path: fmt.Sprintf("%d.png", i)})
	}
	if err := p.AddFolder(t.Context(), many, drawn); err != nil {
		t.Fatal(err)
	}
	curve, err := p.Fit(t.Context(), "forty drawn documents")
	if err != nil {
		t.Fatal(err)
	}
	scores, err := p.impostorScores(t.Context())
	if err != nil || int(curve.Pairs) != len(scores) || curve.Source != "forty drawn documents" || curve.Margin != scoremodel.DefaultMargin {
		t.Errorf("%d pairs of %d scores, source %q, margin %v, %v", curve.Pairs, len(scores), curve.Source, curve.Margin, err)
	}
	reached := 0.0
	at := curve.Threshold(0.1, 1)
	for _, s := range scores {
		if float64(s) >= at {
			reached++
		}
	}
	if share := reached / float64(len(scores)); math.Abs(share-0.1) > 0.02 {
		t.Errorf("%.3f of the impostors reach the threshold of 0.1", share)
	}
}

// Drawn documents are looked for beside their later editions: the margin is what
// the wrong one of the two leads by in one of a hundred.
func TestDrawnLeadsMakeTheMargin(t *testing.T) {
	p := NewPool(embed.Default())
	if err := p.AddDrawn(t.Context(), 2, 3); err != nil {
		t.Fatal(err)
	}
	if len(p.leads) != 2 || len(p.items) != 2 || len(p.probes) != 2 {
		t.Fatalf("%d leads, %d references, %d probes of 2 documents", len(p.leads), len(p.items), len(p.probes))
	}
	other := NewPool(embed.Default())
	if err := other.AddDrawn(t.Context(), 2, 4); err != nil || reflect.DeepEqual(p.leads, other.leads) {
		t.Errorf("another seed draws the same, %v", err)
	}
	many := new(dataset.Folder)
	for i := range 40 {
		many.Samples = append(many.Samples, dataset.Sample{Path: fmt.Sprintf("%d.png", i)})
	}
	if err := p.AddFolder(t.Context(), many, drawn); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Fit(t.Context(), ""); !errors.Is(err, scoremodel.ErrTooFew) {
		t.Errorf("a margin of two leads: %v", err)
	}
	p.leads = nil
	for i := range 400 { // four of them are lost by 0.05, one by 0.25
		lead := float32(0.2)
		if i < 5 {
			lead = -0.05
		}
		p.leads = append(p.leads, lead)
	}
	p.leads[0] = -0.25
	curve, err := p.Fit(t.Context(), "")
	if err != nil || math.Abs(curve.Margin-0.05) > 1e-6 {
		t.Errorf("margin %v, %v", curve.Margin, err)
	}
}

func TestBest(t *testing.T) {
	if got := best([]float32{1, 0}, []float32{-1, 0, 0.6, 0.8, 0, 1}, 2); got != 0.6 {
		t.Errorf("the best of three turns is %v, want 0.6", got)
	}
}
