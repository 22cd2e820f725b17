package wordindex

import (
	"fmt"
	"math"
	"testing"

	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

func TestIndexFindsAddedAndForgetsRemoved(t *testing.T) {
	x := New()
	for i := range 12 {
		add(t, x, name(i), wordsOfPage(t, 100+uint64(i)))
	}
	m := papertest.Placed(480, 640, 33, 0.8, 320, 320, 2e-4)
	p := probe(papertest.Capture(papertest.Page(t, 105, -1), &m, 640, 640, 4))
	if got := x.Query(p, 3); len(got) == 0 || got[0] != name(5) {
		t.Fatalf("candidates %v, want 5 first", got)
	}
	for i := range 6 {
		x.Remove(name(i))
	}
	x.Remove(name(77))
	if x.Len() != 6 {
		t.Errorf("%d references left, want 6", x.Len())
	}
	for _, id := range x.Query(p, 12) {
		if id < name(6) {
			t.Errorf("candidate %s was removed", id)
		}
	}
	add(t, x, name(5), wordsOfPage(t, 105))
	add(t, x, name(5), wordsOfPage(t, 105))
	if got := x.Query(p, 1); x.Len() != 7 || len(got) == 0 || got[0] != name(5) {
		t.Errorf("%d references, candidates %v after adding 5 again", x.Len(), got)
	}
}

// Repeated print must not outvote a reference that shares many features: a feature of the
// probe votes once for a reference, by the most similar one.
func TestAFeatureVotesOnceForAReference(t *testing.T) {
	x := New()
	near, far, other := uint64(0b1), uint64(0b111111), uint64(1)<<40
	var comb []word
	for range 50 {
		comb = append(comb, word{number: 7, signature: far}, word{number: 8, signature: near})
	}
	x.add("1", comb, nil)
	x.add("2", []word{{number: 7}, {number: 8, signature: other}, {number: 9}}, nil)
	seven, eight, nine := ask{number: 1, list: listOf(7, false)}, ask{number: 1, list: listOf(8, false)}, ask{number: 2, list: listOf(9, false)}
	var votes tallies
	votes.reset(2)
	for _, a := range []ask{seven, eight} { // its first word and its second
		a.prepare(x)
		a.vote(&votes, 0, 2)
	}
	once := votes.votes[0][0]
	if most := float32(math.Log(1+2.0/1)) * hammingWeight[0]; once <= 0 || once > most {
		t.Errorf("one feature gave %g to fifty like it, at most %g for one", once, most)
	}
	if votes.marks[0].weight != once {
		t.Errorf("gave %g, and counts as %g", once, votes.marks[0].weight)
	}
	if best := x.rank([]ask{seven, eight, nine}, 2); len(best) != 2 || best[0].id != "2" {
		t.Errorf("candidates %v, want 2 first, where two features agree", best)
	}
}

// Votes that are spread over all rotations are chance.
func TestVotesForEveryTurnSayNothing(t *testing.T) {
	var even, one [rotationBins]float32
	for k := range even {
		even[k] = 5
	}
	one[rotationBins-1], one[0] = 2, 3
	if score(&even) > minVotes || score(&one) < 4 {
		t.Errorf("spread over all turns %g, want 0; agreeing %g", score(&even), score(&one))
	}
}

// name is the id of a reference, in the order of their numbers.
func name(i int) string { return fmt.Sprintf("%02d", i) }

func add(t *testing.T, x *Index, id string, words []byte) {
	t.Helper()
	if err := x.Add(id, words); err != nil {
		t.Fatal(err)
	}
}

func wordsOfPage(t testing.TB, seed uint64) []byte {
	return Words(features.Extract(papertest.Page(t, seed, -1), features.Options{Max: 800, Grid: 4}))
}

func probe(g *imaging.Gray) *features.Features {
	return features.Extract(g, features.Options{Max: 1000, Grid: 4})
}
