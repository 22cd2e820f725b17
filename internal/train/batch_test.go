package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train/recipe"
)

// drawnFolder writes pictures of drawn documents, and returns the folder.
func drawnFolder(t testing.TB, count int) string {
	t.Helper()
	dir := t.TempDir()
	kinds := synthdoc.Kinds()
	for i := range count {
		m := synthdoc.Draw(synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Size: 120})
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), imaging.EncodePNG(m), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func testLoader(t testing.TB, dir string, stage recipe.Stage, workers int) *loader {
	t.Helper()
	pool, err := dataset.OpenPool(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	classes := dataset.InstanceClasses(pool.Len(), 8, nil, false)
	l, err := newLoader(stage, 3, classes, dataset.NewCache(pool, 96, 1<<24), recipe.Data{Forms: 8, Workers: workers}, testMaterial())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// testMaterial has three forms of two families.
func testMaterial() material {
	form := func(family, edition string) synthdoc.Form {
		page := synthdoc.Draw(synthdoc.Document{Kind: "form", Blank: true, Size: 200})
		return synthdoc.Form{Family: family, Edition: edition, Picture: page,
			Fields: []synthdoc.Field{{Kind: "text", Box: [4]float32{20, 40, 120, 60}}, {Kind: "text", Box: [4]float32{20, 80, 120, 160}}}}
	}
	return material{forms: []synthdoc.Form{form("a", "1"), form("a", "2"), form("b", "1")}}
}

func smallStage() recipe.Stage {
	s := recipe.Default().Settings
	s.Steps, s.Input = 6, 96
	s.Batch = recipe.Batch{Images: 4, Forms: 2, Views: 2, Replicas: 2, Drawn: 4, Filled: 2}
	return recipe.Stage{Name: "small", Settings: s}
}

func TestBatchesDependOnTheirStepAlone(t *testing.T) {
	dir := drawnFolder(t, 11)
	run := func(workers, from int) []*Batch {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		l := testLoader(t, dir, smallStage(), workers)
		go l.run(ctx, from)
		var out []*Batch
		for range 6 - from {
			b, err := l.next(ctx)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b)
		}
		return out
	}
	whole, resumed := run(3, 0), run(1, 4)
	for i, b := range resumed {
		if w := whole[4+i]; !slices.Equal(b.Pixels, w.Pixels) || !slices.Equal(b.Target, w.Target) {
			t.Errorf("step %d differs after a resume", 4+i)
		}
	}
	for step, b := range whole {
		seen := map[int32]bool{}
		for class, p := range b.Source[:8] {
			target := b.Target[class]
			if seen[target] || target != b.Target[class+14] || target != p.image*8+p.form {
				t.Errorf("step %d, class %d: target %d, picture %+v", step, class, target, p)
			}
			seen[target] = true
		}
		for class := 8; class < 14; class++ {
			if b.Target[class] != noClass || b.Source[class].image >= 0 {
				t.Errorf("step %d: the drawn or filled class %d has target %d, picture %+v", step, class, b.Target[class], b.Source[class])
			}
		}
	}
}

func TestLayoutMixesViewsButNotTheClassesOfAReplica(t *testing.T) {
	for _, l := range []Layout{{16, 2, 4}, {12, 2, 2}, {9, 1, 3}, {6, 2, 1}} {
		where := map[int]int{}
		perReplica := l.samples() / l.Replicas
		for view := range l.Views {
			count := make([]int, l.Replicas)
			for class := range l.Classes {
				at := l.place(view, class)
				where[at]++
				count[at/perReplica]++
				if view == 1 && l.Replicas > 1 && at/perReplica == l.place(0, class)/perReplica {
					t.Errorf("%+v: both views of class %d lie in one replica", l, class)
				}
			}
			if slices.Max(count) != slices.Min(count) {
				t.Errorf("%+v: view %d is spread as %v", l, view, count)
			}
		}
		if len(where) != l.samples() {
			t.Errorf("%+v: %d places for %d samples", l, len(where), l.samples())
		}
	}
}

func TestCorruptImagesAreReplacedAndTooManyStop(t *testing.T) {
	dir := drawnFolder(t, 6)
	os.WriteFile(filepath.Join(dir, "000.png"), []byte("no picture"), 0o644)
	l := testLoader(t, dir, smallStage(), 2)
	for step := range 3 {
		b := l.empty()
		if l.fill(context.Background(), b, step); b.err != nil {
			t.Fatal(b.err)
		}
		for _, p := range b.Source {
			if p.image == 0 {
				t.Error("the corrupt image is in a batch")
			}
		}
	}
	if l.cache.Corrupt() != 1 {
		t.Errorf("%d corrupt images counted", l.cache.Corrupt())
	}
	for i := range 6 {
		os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), []byte("no picture"), 0o644)
	}
	l = testLoader(t, dir, smallStage(), 2)
	b := l.empty()
	if l.fill(context.Background(), b, 0); b.err == nil {
		t.Error("no error with nothing but corrupt images")
	}
}

func TestFilledFormsComeWithTheirOtherEditions(t *testing.T) {
	l := &loader{seed: 1}
	for family := range 10 {
		for edition := range 1 + family%5 {
			l.blanks = append(l.blanks, synthdoc.Form{Family: fmt.Sprint(family), Edition: fmt.Sprint(edition)})
		}
	}
	for _, filled := range []int{1, 8, len(l.blanks)} {
		l.stage.Batch.Filled = filled
		seen := map[int]bool{}
		for step := range 20 {
			chosen := l.filledForms(step)
			if len(chosen) != filled {
				t.Fatalf("%d forms chosen, want %d", len(chosen), filled)
			}
			distinct := slices.Clone(chosen)
			slices.Sort(distinct)
			if len(slices.Compact(distinct)) != filled {
				t.Fatalf("step %d: a form twice in %v", step, chosen)
			}
			for _, i := range chosen {
				seen[i] = true
			}
		}
		if filled > 1 && len(seen) != len(l.blanks) {
			t.Errorf("of %d forms, %d were chosen in 20 steps", len(l.blanks), len(seen))
		}
	}
}

func TestLoaderNeedsABatchOfImages(t *testing.T) {
	pool, err := dataset.OpenPool(drawnFolder(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := newLoader(smallStage(), 1, dataset.InstanceClasses(3, 8, nil, false), dataset.NewCache(pool, 96, 0), recipe.Data{Forms: 8}, material{}); err == nil {
		t.Error("no error for 3 images where a step takes 4")
	}
}

// Samples per second with decoding (nothing kept) and with full capture: go test -bench Loader -run -
func BenchmarkLoader(b *testing.B) {
	const shards = "../../../shared/data/train"
	if _, err := os.Stat(shards); err != nil {
		b.Skip("needs the training shards in ", shards)
	}
	for _, kept := range []bool{false, true} {
		b.Run(fmt.Sprintf("kept=%v", kept), func(b *testing.B) {
			stage := recipe.Stage{Settings: recipe.Default().Settings}
			l := testLoader(b, shards, stage, 0)
			if kept {
				stage.Batch.Images = 128
				l.order, l.epoch = make([]int, 128), 0
				for i := range l.order {
					l.order[i] = i * 100
				}
			}
			l.cache = dataset.NewCache(testPool(b, shards), 160, 1<<30)
			batch := l.empty()
			step := 0
			for b.Loop() {
				if kept {
					step = 0
				} else {
					step++
				}
				if l.fill(context.Background(), batch, step); batch.err != nil {
					b.Fatal(batch.err)
				}
			}
			b.ReportMetric(float64(b.N*batch.Layout.samples())/b.Elapsed().Seconds(), "samples/s")
		})
	}
}

func testPool(t testing.TB, path string) *dataset.Pool {
	t.Helper()
	pool, err := dataset.OpenPool(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

// Scaling a form of a picture gives the same as the form of the scaled picture.
func TestFormsAreScaledOnce(t *testing.T) {
	m := synthdoc.Draw(synthdoc.Document{Kind: "cover", Template: 3, Size: 150})
	got := appendForms(nil, m, int(capturesim.AllForms), 96, imaging.ResizeArea)
	for form := range capturesim.AllForms {
		want := imaging.ResizeArea(form.Apply(m), 96, 96).Pix
		for i, v := range got[int(form)*len(want):][:len(want)] {
			if d := int(v) - int(want[i]); d < -1 || d > 1 {
				t.Fatalf("form %d: sample %d is %d, want %d", form, i, v, want[i])
			}
		}
	}
}
