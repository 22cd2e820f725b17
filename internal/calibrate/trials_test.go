package calibrate

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"

	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
	"exemplar/internal/synthdoc"
)

// bareFamily is a document with its sibling of another design, captured twice.
func bareFamily(seed uint64) Source {
	return func() (Family, error) {
		document := synthdoc.Document{Kind: "ticket", Template: seed, Content: seed, Size: 500}
		other := synthdoc.Siblings(document)["design"]
		f := Family{Name: document.Kind, Members: []*imaging.Image{synthdoc.Draw(document), synthdoc.Draw(other)}}
		shot := Shot{Document: f.Members[0], Relation: "design", Own: 0, Siblings: []int{1}}
		f.Shots = []Shot{shot, shot}
		return f, nil
	}
}

func TestRunTrials(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	cover := func() (Family, error) {
		return Family{Name: "cover", Members: []*imaging.Image{synthdoc.Draw(synthdoc.Document{Kind: "cover", Template: 3, Size: 400})}}, nil
	}
	var steps atomic.Int64
	run := func() *Trials {
		trials, err := RunTrials(t.Context(), embed.Default(), []Source{bareFamily(1), bareFamily(2), cover},
			TrialOptions{Seed: 5, Progress: func() { steps.Add(1) }})
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
	if mated == 0 || mated > 4 || siblings != mated || others == 0 {
		t.Errorf("%d mated, %d siblings, %d others", mated, siblings, others)
	}
	if again := run(); !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave other trials")
	}
}

func TestPictureFamilies(t *testing.T) {
	root := t.TempDir()
	if _, err := PictureFamilies(root, 1); err == nil {
		t.Error("an empty folder has families")
	}
	for _, name := range []string{"card/a/fr", "card/a/pl", "page/b/1"} {
		path := filepath.Join(root, filepath.FromSlash(name)+".png")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, imaging.EncodePNG(imaging.NewImage(40, 30)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := PictureFamilies(root, 3)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%d families, %v", len(sources), err)
	}
	family, err := sources[0]()
	if err != nil || family.Name != "card" || len(family.Members) != 2 || len(family.Shots) != 6 {
		t.Fatalf("%q with %d members and %d shots, %v", family.Name, len(family.Members), len(family.Shots), err)
	}
	for _, shot := range family.Shots {
		if len(shot.Siblings) != 1 || shot.Siblings[0] == shot.Own || shot.Document != family.Members[shot.Own] {
			t.Errorf("shot of %d with siblings %v", shot.Own, shot.Siblings)
		}
	}
}

func TestDrawnFamily(t *testing.T) {
	family, _ := DrawnFamilies(1, 7)[0]()
	if len(family.Shots) != DrawnCaptures {
		t.Errorf("%d shots, not %d", len(family.Shots), DrawnCaptures)
	}
	for _, shot := range family.Shots {
		own, other := family.Members[shot.Own], family.Members[shot.Siblings[0]]
		if reflect.DeepEqual(own.Pix, other.Pix) {
			t.Errorf("%s: the sibling is the document itself", shot.Relation)
		}
	}
}

// Wished rates are met by families that the proof was not fitted on.
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
		if c.Strangers != 3000 || c.Met < c.Wished/2 || c.Met > 1.5*c.Wished || c.Right < 0.8 {
			t.Errorf("%+v", c)
		}
	}
}
