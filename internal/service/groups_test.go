package service

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/service/db"
	"exemplar/internal/synthdoc"
)

// arrivals are decisions about copies of drawn kinds with contents of their own: scans, plain
// photos and everyday ones. The source of each is the number of its kind.
func arrivals(t *testing.T, m *exemplar.Model, seed, kinds, copies int) []db.Decision {
	t.Helper()
	names := synthdoc.Kinds()
	var rows []db.Decision
	for c := range copies {
		for k := range kinds {
			n := k*copies + c
			picture := synthdoc.Draw(synthdoc.Document{Kind: names[k%len(names)], Template: uint64(1000*seed + k), Content: uint64(100*seed + 10*k + c), Size: 1000})
			switch c % 3 {
			case 1:
				picture = capturesim.Scene(picture, nil, capturesim.Plain(), uint64(10_000*seed+n)).Image
			case 2:
				picture = capturesim.Scene(picture, nil, capturesim.Everyday(), uint64(10_000*seed+n)).Image
			}
			likeness, err := m.Likeness(exemplar.FromImage(imaging.FitWithin(picture, 1000).ToImage()))
			if err != nil {
				t.Fatal(err)
			}
			rows = append([]db.Decision{{ID: fmt.Sprintf("%06d", len(rows)), Source: fmt.Sprint(k), Likeness: packVector(likeness)}}, rows...) // the newest first
		}
	}
	return rows
}

// What comes in of 20 unknown kinds is in groups that hardly mix them, if not in 20. With -v it
// tells the figures.
func TestGroupsOfDrawnKinds(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 80 documents")
	}
	const seed, kinds, copies = 2, 20, 4
	s := &Service{model: exemplar.DefaultModel(), work: newWorkplace(2)}
	rows := arrivals(t, s.model, seed, kinds, copies)
	groups, err := s.groupsOf(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	mixed, pure, parts := 0, 0, map[string]int{}
	for _, g := range groups {
		of := map[string]int{}
		for _, row := range g {
			of[row.Source]++
		}
		most := 0
		for kind, n := range of {
			most = max(most, n)
			parts[kind]++
		}
		pure += most
		if len(of) > 1 {
			mixed++
		}
	}
	whole := 0
	for _, n := range parts {
		if n == 1 {
			whole++
		}
	}
	t.Logf("%d kinds, %d copies each: %d groups, %d of them mixed, purity %.3f, %d kinds in one group", kinds, copies, len(groups), mixed, float64(pure)/float64(len(rows)), whole)
	if len(groups) > 9*kinds/4 || 100*pure < 93*len(rows) {
		t.Errorf("%d groups of %d kinds, %d of %d in a group of their kind", len(groups), kinds, pure, len(rows))
	}
}

// Chains of nearest neighbours find what joining the two most alike groups again and again
// finds.
func TestLinkedIsCompleteLinkage(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for n := range 40 {
		alike := make([][]float32, n)
		for i := range alike {
			alike[i] = make([]float32, n)
			for j := range i {
				alike[i][j] = rng.Float32()
				alike[j][i] = alike[i][j]
			}
		}
		var want [][]int
		for i := range n {
			want = append(want, []int{i})
		}
		for {
			best, one, other := float32(0.3), -1, -1
			for i := range want {
				for j := range i {
					least := float32(1)
					for _, a := range want[i] {
						for _, b := range want[j] {
							least = min(least, alike[a][b])
						}
					}
					if least >= best {
						best, one, other = least, i, j
					}
				}
			}
			if one < 0 {
				break
			}
			want[other] = append(want[other], want[one]...)
			want = slices.Delete(want, one, one+1)
		}
		got := linked(alike, 0.3)
		for _, groups := range [][][]int{got, want} {
			for _, g := range groups {
				slices.Sort(g)
			}
			slices.SortFunc(groups, slices.Compare)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}

func BenchmarkGroups(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 7))
	s := &Service{model: exemplar.DefaultModel(), work: newWorkplace(1)}
	rows := make([]db.Decision, groupMost)
	for i := range rows {
		v := make([]float32, 17*s.model.Dim())
		for k := range v {
			v[k] = rng.Float32() / 16
		}
		rows[i] = db.Decision{ID: newID(), Likeness: packVector(v)}
	}
	for b.Loop() {
		if _, err := s.groupsOf(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
}
