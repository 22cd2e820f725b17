package train

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/train/checkpoint"
)

func testSections(fill float32) []checkpoint.Section {
	values := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = fill * float32(i+1)
		}
		return x
	}
	return []checkpoint.Section{{Name: "weights", Values: values(20000)}, {Name: "empty"}, {Name: "moments", Values: values(5)}}
}

func layoutOf(s []checkpoint.Section) func(Position) ([]checkpoint.Section, error) {
	return func(Position) ([]checkpoint.Section, error) { return s, nil }
}

func TestCheckpointRoundTrip(t *testing.T) {
	c := checkpoints{dir: filepath.Join(t.TempDir(), "new"), keep: 2}
	for total := 1; total <= 4; total++ {
		if err := c.save(Position{Run: "r", Total: total, Best: 0.5}, testSections(float32(total))); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(c.list()); n != 2 {
		t.Errorf("%d checkpoints kept", n)
	}
	got := testSections(0)
	p, ok, damaged, err := c.load(layoutOf(got))
	if err != nil || !ok || len(damaged) > 0 || p.Total != 4 || p.Best != 0.5 {
		t.Fatalf("position %+v, ok %v, damaged %v, error %v", p, ok, damaged, err)
	}
	for i, want := range testSections(4) {
		if !slices.Equal(got[i].Values, want.Values) {
			t.Errorf("section %q differs", want.Name)
		}
	}
}

func TestDamagedCheckpointFallsBackToTheOneBefore(t *testing.T) {
	c := checkpoints{dir: t.TempDir(), keep: 3}
	for total := 1; total <= 2; total++ {
		if err := c.save(Position{Total: total}, testSections(float32(total))); err != nil {
			t.Fatal(err)
		}
	}
	newest := c.list()[1]
	whole, err := os.ReadFile(newest)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, data := range map[string][]byte{"cut": whole[:len(whole)-9], "flipped": flipped, "empty": nil, "foreign": []byte("something else entirely")} {
		if err := os.WriteFile(newest, data, 0o644); err != nil {
			t.Fatal(err)
		}
		p, ok, damaged, err := c.load(layoutOf(testSections(0)))
		if err != nil || !ok || p.Total != 1 || len(damaged) != 1 {
			t.Errorf("%s: position %+v, ok %v, damaged %v, error %v", name, p, ok, damaged, err)
		}
	}
}

func TestCheckpointOfAnotherRunIsRefused(t *testing.T) {
	c := checkpoints{dir: t.TempDir(), keep: 1}
	if err := c.save(Position{Run: "theirs"}, testSections(1)); err != nil {
		t.Fatal(err)
	}
	for name, sections := range map[string][]checkpoint.Section{
		"fewer":  testSections(0)[:2],
		"longer": {{Name: "weights", Values: make([]float32, 9)}, {Name: "empty"}, {Name: "moments"}},
		"named":  {{Name: "other", Values: testSections(0)[0].Values}, {Name: "empty"}, {Name: "moments", Values: make([]float32, 5)}},
	} {
		if _, _, _, err := c.load(layoutOf(sections)); !errors.Is(err, checkpoint.ErrOther) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
