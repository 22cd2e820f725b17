package calibrate

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync/atomic"
	"testing"

	"exemplar/internal/decide"
	"exemplar/internal/draw"
	"exemplar/internal/imaging"
	"exemplar/internal/model"
)

// bareKind is a document of which another copy and the document itself are
// captured, beside one of another design.
func bareKind(seed uint64) KindSource {
	return func() (Kind, error) {
		document := draw.Document{Kind: "ticket", Template: seed, Content: seed, Size: 500}
		siblings := draw.Siblings(document)
		own, other := draw.Draw(document), draw.Draw(siblings["design"])
		k := Kind{Name: fmt.Sprint(seed)}
		for _, picture := range []*imaging.Image{own, draw.Draw(siblings["contents"])} {
			k.Captures = append(k.Captures, KindCapture{picture, []Against{
				{Reference: own, InPlace: true},
				{Reference: other, InPlace: true, OtherKind: true, Form: [2]*imaging.Image{other, own}},
			}})
		}
		return k, nil
	}
}

func TestRunTrials(t *testing.T) {
	if testing.Short() {
		t.Skip("takes photos")
	}
	var steps atomic.Int64
	run := func() *Trials {
		trials, err := RunTrials(t.Context(), model.Default(), []KindSource{bareKind(1), bareKind(2), bareKind(3)},
			TrialOptions{Seed: 5, Progress: func() { steps.Add(1) }})
		if err != nil {
			t.Fatal(err)
		}
		return trials
	}
	first := run()
	if steps.Load() != 3 {
		t.Errorf("%d steps for 3 kinds", steps.Load())
	}
	var mated, siblings, others int
	for _, trial := range first.List {
		switch {
		case trial.Mated:
			mated++
		case trial.Sibling:
			siblings++
		default:
			others++
		}
	}
	if mated < 4 || mated > 6 || siblings != mated || others == 0 {
		t.Errorf("%d mated, %d siblings, %d others", mated, siblings, others)
	}
	if again := run(); !reflect.DeepEqual(first, again) {
		t.Error("the same seed gave other trials")
	}
}

// Look-alikes whose form differs in hardly anything are told from those that a
// camera can tell.
func TestHardlyDiffers(t *testing.T) {
	paper := func(words int) *imaging.Image {
		m := imaging.NewImage(768, 512)
		for i := range m.Pix {
			m.Pix[i] = 255
		}
		for y := 100; y < 112; y++ {
			for x := 100; x < 100+words*30; x++ {
				m.Pix[3*(y*m.W+x)+x%3] = byte(255 * (x / 3 % 2))
			}
		}
		return m
	}
	none, word, line := paper(0), paper(1), paper(20)
	for _, c := range []struct {
		form [2]*imaging.Image
		want bool
	}{{[2]*imaging.Image{}, true}, {[2]*imaging.Image{none, word}, true}, {[2]*imaging.Image{none, line}, false}} {
		if got := (&Against{Reference: none, Form: c.form}).hardlyDiffers(); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
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

// Wished rates are met by families that the proof was not fitted on.
func TestCrossCheck(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	agreeing := func(mean float64) decide.Geometry {
		share := min(1, max(0, mean+0.08*r.NormFloat64()))
		return decide.Geometry{Verifiable: true, Located: true, Judged: 100, Coverage: share, Smoothly: share, Weak: share / 2}
	}
	trials := new(Trials)
	for probe := range 3000 {
		base := decide.Trial{Probe: probe, Family: probe / 4}
		mated, sibling, other := base, base, base
		mated.Geometry, mated.Mated = agreeing(0.9), true
		sibling.Geometry, sibling.Sibling = agreeing(0.6), true
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
