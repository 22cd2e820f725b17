package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// Groups that resemble each other stand together, each once in an epoch.
func TestOrderPutsWhatIsAlikeTogether(t *testing.T) {
	const families, members, size = 9, 8, 4
	a := &alike{make([][]int32, families*members+3)} // three resemble nothing
	for i := range families * members {
		for j := range members {
			if other := i/members*members + j; other != i {
				a.near[i] = append(a.near[i], int32(other))
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	order, next := a.order(rng, size), a.order(rng, size)
	if slices.Equal(order, next) {
		t.Error("two epochs have one order")
	}
	for from := 0; from < families*members; from += size {
		for _, group := range order[from:][:size] {
			if group/members != order[from]/members {
				t.Fatalf("the batch from %d on has groups of several families: %v", from, order[from:][:size])
			}
		}
	}
	slices.Sort(order)
	for i, group := range order {
		if i != group {
			t.Fatalf("place %d of the sorted order holds %d", i, group)
		}
	}
}

// Documents of one kind are found alike, and two copies of one picture are not brought together.
func TestNearestAreAlikeAndNoCopies(t *testing.T) {
	const templates = 4
	dir := t.TempDir()
	var documents []synthdoc.Document
	for _, kind := range []string{"bank-card", "form", "cover"} {
		for template := range templates {
			documents = append(documents, synthdoc.Document{Kind: kind, Template: uint64(template), Size: 300})
		}
	}
	documents = append(documents, documents[0])
	for i, d := range documents {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), imaging.EncodePNG(synthdoc.Draw(d)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	pool := testPool(t, dir)
	a, err := findAlike(context.Background(), dataset.InstanceClasses(pool.Len(), 8, nil, false), dataset.NewCache(pool, 160, 1<<24))
	if err != nil {
		t.Fatal(err)
	}
	last := len(documents) - 1
	if slices.Contains(a.near[0], int32(last)) || slices.Contains(a.near[last], 0) {
		t.Error("a picture and its copy are called alike")
	}
	right := 0
	for i := range last {
		if int(a.near[i][0])%last/templates == i/templates {
			right++
		}
	}
	if right < last*3/4 {
		t.Errorf("of %d pictures %d are most like one of the same kind", last, right)
	}
}

// Pictures that are in a batch because they are alike are turned alike.
func TestAlikeImagesHaveTheSameForms(t *testing.T) {
	stage := smallStage()
	stage.Batch.Alike = 2
	l := testLoader(t, drawnFolder(t, 11), stage, 2)
	l.alike = &alike{make([][]int32, 11)}
	for i := range l.alike.near {
		l.alike.near[i] = []int32{int32(i ^ 1)}
	}
	l.alike.near[10] = nil
	for step := range 4 {
		b := l.empty()
		if l.fill(context.Background(), b, step); b.err != nil {
			t.Fatal(b.err)
		}
		for slot := 0; slot < 4; slot += 2 {
			for form := range 2 {
				p, q := b.Source[slot*2+form], b.Source[(slot+1)*2+form]
				if p.image^1 != q.image || p.form != q.form {
					t.Errorf("step %d: pictures %+v and %+v", step, p, q)
				}
			}
		}
	}
}
