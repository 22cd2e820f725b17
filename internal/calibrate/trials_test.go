package calibrate

import (
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"

	"exemplar/internal/embed"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
	"exemplar/internal/synthdoc"
)

// bareFamily is a document with its sibling of another design, captured twice.
func bareFamily(seed uint64) families.Source {
	return func() (families.Family, error) {
		document := synthdoc.Document{Kind: "ticket", Template: seed, Content: seed, Size: 320}
		other := synthdoc.Siblings(document)["design"]
		f := families.Family{Name: document.Kind, Members: []*imaging.Image{synthdoc.Draw(document), synthdoc.Draw(other)}}
		shot := families.Shot{Document: f.Members[0], Relation: "design", Own: 0, Siblings: []int{1}}
		f.Shots = []families.Shot{shot}
		return f, nil
	}
}

func TestRunTrials(t *testing.T) {
	cover := func() (families.Family, error) {
		return families.Family{Name: "cover", Members: []*imaging.Image{synthdoc.Draw(synthdoc.Document{Kind: "cover", Template: 3, Size: 320})}}, nil
	}
	var steps atomic.Int64
	run := func() *Trials {
		trials, err := RunTrials(t.Context(), embed.Default(), []families.Source{bareFamily(1), bareFamily(2), cover},
			families.Options{Seed: 5, Progress: func() { steps.Add(1) }})
		if err != nil {
			t.Fatal(err)
		}
		return trials
	}
	first := run()
	if steps.Load() != 3 {
		t.Errorf("%d steps for 3 families", steps.Load())
	}
	var mated, siblings, others int
	for _, trial := range first.List {
		switch {
		case trial.Mated:
			mated++
		case trial.LookAlike:
			siblings++
		default:
			others++
		}
	}
	if mated == 0 || mated > 2 || siblings != mated || others == 0 {
		t.Errorf("%d mated, %d siblings, %d others", mated, siblings, others)
	}
	if again := run(); !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave other trials")
	}
}

// Wished rates are met by families that the model was not fitted on.
func TestCrossCheck(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	agreeing := func(mean float64) scoremodel.Evidence {
		share := min(1, max(0, mean+0.08*r.NormFloat64()))
		return scoremodel.Evidence{Verifiable: true, Located: true, Comparable: 100, Coverage: share, LocallyConsistent: share, CorrelationP10: share / 2}
	}
	trials := new(Trials)
	for probe := range 3000 {
		base := scoremodel.Trial{Probe: probe, Group: probe / 4}
		mated, sibling, other := base, base, base
		mated.Evidence, mated.Mated = agreeing(0.9), true
		sibling.Evidence, sibling.LookAlike = agreeing(0.6), true
		trials.List = append(trials.List, mated, sibling, other)
	}
	checks, err := trials.CrossCheck([]float64{0.02, 0.1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		if c.Strangers != 3000 || c.Observed < c.Wished/2 || c.Observed > 1.5*c.Wished || c.Right < 0.8 {
			t.Errorf("%+v", c)
		}
	}
}
