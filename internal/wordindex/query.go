package wordindex

import (
	"cmp"
	"math"
	"math/bits"
	"sort"

	"exemplar/internal/features"
)

// Query returns up to n references that share features with a photo, the likeliest
// first.
func (x *Index) Query(f *features.Features, n int) (ids []string) {
	for _, c := range x.rank(asksOf(f), n) {
		ids = append(ids, c.id)
	}
	return ids
}

// rank returns the n best references of those that get votes.
func (x *Index) rank(asked []ask, n int) []candidate {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for i := range asked {
		asked[i].prepare(x)
	}
	best := ranking{most: n}
	var t tallies
	for from := 0; from < len(x.slots); from += blockSlots {
		slots := x.slots[from:min(from+blockSlots, len(x.slots))]
		t.reset(len(slots))
		for i := range asked {
			asked[i].vote(&t, uint32(from), uint32(from+len(slots)))
		}
		for at := range slots {
			if s := &slots[at]; s.live && t.marks[at].last != 0 {
				if score := score(&t.votes[at]); score > minVotes {
					best.offer(candidate{id: s.id, score: score / float32(math.Sqrt(float64(s.features)))})
				}
			}
		}
	}
	return best.list
}

// blockSlots is how many references are counted at once: their tallies, 72 bytes each,
// stay in the cache of a core.
const blockSlots = 4096

// tallies are the votes for the references of a block.
type tallies struct {
	votes [][rotationBins]float32 // by the difference in angle
	marks []mark
}

// mark is the last vote for a reference.
type mark struct {
	last   int32 // number of the probe's feature, from 1
	weight float32
}

// reset makes them those of n references without votes.
func (t *tallies) reset(n int) {
	if t.votes == nil {
		t.votes, t.marks = make([][rotationBins]float32, n), make([]mark, n)
		return
	}
	t.votes, t.marks = t.votes[:n], t.marks[:n]
	clear(t.votes)
	clear(t.marks)
}

// ask is a feature of the probe as one of its words describes it.
type ask struct {
	number    int32 // of the feature, from 1
	list      int
	angle     uint8
	signature uint64

	left   postings // those of later blocks
	rarity float32
}

// asksOf describes each feature by its two nearest words.
func asksOf(f *features.Features) []ask {
	v := words()
	first, second := v.assign(f.Descriptors)
	asked := make([]ask, 0, 2*len(f.Points))
	for i, p := range f.Points {
		d := f.Descriptors[i*features.DescriptorBytes:][:features.DescriptorBytes]
		for _, number := range [2]int32{first[i], second[i]} {
			asked = append(asked, ask{number: int32(i) + 1, list: listOf(uint16(number), p.Dark), angle: angleByte(p.Angle), signature: v.signature(d, number)})
		}
	}
	return asked
}

// prepare finds what is asked of the index.
func (a *ask) prepare(x *Index) {
	a.left = x.lists[a.list]
	a.rarity = float32(math.Log(1 + float64(len(x.slots))/float64(len(a.left.entries))))
}

// vote lets a feature vote for all references of a block that have a similar one in a
// word. In texture and repeated print one feature is similar to many of a reference. It
// votes once for that reference, by the most similar one (burstiness: Jegou, Douze and
// Schmid 2009, section 3).
func (a *ask) vote(t *tallies, from, to uint32) {
	list := a.take(to)
	for len(list.signatures) > 0 {
		n := min(len(list.signatures), similarMost)
		a.voteFor(t, from, list.signatures[:n], list.entries[:n])
		list.signatures, list.entries = list.signatures[n:], list.entries[n:]
	}
}

// take takes the postings of the slots before to, which are in the order of slots.
func (a *ask) take(to uint32) postings {
	n := len(a.left.entries)
	if n > 0 && a.left.entries[n-1]>>8 >= to {
		n = sort.Search(n, func(i int) bool { return a.left.entries[i]>>8 >= to })
	}
	taken := postings{a.left.signatures[:n], a.left.entries[:n]}
	a.left = postings{a.left.signatures[n:], a.left.entries[n:]}
	return taken
}

// similarMost is how many postings are looked through at once.
const similarMost = 256

// voteFor first finds the similar ones without a branch, which nobody could predict.
func (a *ask) voteFor(t *tallies, from uint32, signatures []uint64, entries []uint32) {
	var similar [similarMost]uint8
	n, signature := 0, a.signature
	for k, s := range signatures {
		similar[n&(similarMost-1)] = uint8(k)
		n += int((uint64(bits.OnesCount64(s^signature)) - (maxHamming + 1)) >> 63) // 1 up to maxHamming
	}
	for _, k := range similar[:n] {
		entry := entries[k]
		weight := a.rarity * hammingWeight[bits.OnesCount64(signatures[k]^signature)]
		at := entry>>8 - from
		m := &t.marks[at]
		if m.last != a.number {
			m.last, m.weight = a.number, 0
		}
		if weight > m.weight {
			t.votes[at][(a.angle-uint8(entry))>>4] += weight - m.weight
			m.weight = weight
		}
	}
}

// hammingWeight falls as a Gaussian of the distance (Jegou, Douze and Schmid
// 2009, section 4.2).
var hammingWeight = newHammingWeight()

func newHammingWeight() (w [maxHamming + 1]float32) {
	for h := range w {
		w[h] = float32(math.Exp(-float64(h*h) / (2 * 13 * 13)))
	}
	return w
}

// score is the number of votes in the fullest bins, less the number that chance puts
// there. The votes in all other bins estimate chance.
func score(votes *[rotationBins]float32) float32 {
	const near = 3 // bins that the votes for one rotation spread over
	top, all := float32(0), float32(0)
	for k, v := range votes {
		all += v
		top = max(top, votes[(k+rotationBins-1)%rotationBins]+v+votes[(k+1)%rotationBins])
	}
	return top - (all-top)*near/(rotationBins-near)
}

// candidate is a reference with its score, which compares within one query only.
type candidate struct {
	id    string
	score float32
}

// ranking holds the best candidates so far, the best first.
type ranking struct {
	most int
	list []candidate
}

func (r *ranking) offer(c candidate) {
	if len(r.list) < r.most {
		r.list = append(r.list, c)
	} else if r.most == 0 || likelier(c, r.list[r.most-1]) > 0 {
		return
	}
	at := len(r.list) - 1
	for ; at > 0 && likelier(c, r.list[at-1]) < 0; at-- {
		r.list[at] = r.list[at-1]
	}
	r.list[at] = c
}

// likelier orders candidates: by falling score, those of equal scores by their ids.
func likelier(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
}
