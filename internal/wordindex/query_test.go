package wordindex

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainRank is rank as it is defined: each feature votes for each reference, by the most
// similar of its features in the words that are asked.
func plainRank(x *Index, asked []ask, n int) (best []candidate) {
	votes := make([][rotationBins]float32, len(x.slots))
	last, weights := make([]int32, len(x.slots)), make([]float32, len(x.slots))
	for _, a := range asked {
		list := x.lists[a.list]
		rarity := float32(math.Log(1 + float64(len(x.slots))/float64(len(list.entries))))
		for k, entry := range list.entries {
			at, h := entry>>8, bits.OnesCount64(list.signatures[k]^a.signature)
			if h > maxHamming {
				continue
			}
			if last[at] != a.number {
				last[at], weights[at] = a.number, 0
			}
			if weight := rarity * hammingWeight[h]; weight > weights[at] {
				votes[at][(a.angle-uint8(entry))>>4] += weight - weights[at]
				weights[at] = weight
			}
		}
	}
	for at, s := range x.slots {
		if found := score(&votes[at]); s.live && found > minVotes {
			best = append(best, candidate{s.id, found / float32(math.Sqrt(float64(s.features)))})
		}
	}
	slices.SortFunc(best, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return best[:min(n, len(best))]
}

// Counting block by block finds what counting reference by reference finds, to the bit, also
// beside references that were removed or replaced, and with equal scores.
func TestRankIsExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	some := func(n int) (all []word) {
		for range n {
			w := word{number: uint16(rng.IntN(6)), angle: uint8(rng.IntN(256))}
			for range rng.IntN(30) {
				w.signature ^= 1 << rng.IntN(64)
			}
			all = append(all, w)
		}
		return all
	}
	for _, references := range []int{0, 3, blockSlots, 2*blockSlots + 100} {
		x := New()
		for i := range references {
			if i%7 == 3 { // like one before
				x.add(name(i), []word{{number: 2}, {number: 3, signature: 1}}, nil)
			} else {
				x.add(name(i), some(3), some(3))
			}
		}
		for i := 0; i < references; i += 50 {
			x.Remove(name(i))
			x.add(name(i+1), some(5), nil)
		}
		var asked []ask
		for i := range int32(12) {
			for _, number := range rng.Perm(6)[:2] {
				asked = append(asked, ask{number: i + 1, list: listOf(uint16(number), i%3 == 0), angle: uint8(rng.IntN(256)), signature: uint64(rng.IntN(4))})
			}
		}
		for _, n := range []int{0, 1, 24, 10_000} {
			if got, want := x.rank(slices.Clone(asked), n), plainRank(x, asked, n); !slices.Equal(got, want) {
				t.Errorf("%d references, the best %d: %v, want %v", references, n, got[:min(3, len(got))], want[:min(3, len(want))])
			}
		}
	}
}
