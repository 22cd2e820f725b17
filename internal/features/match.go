package features

import (
	"cmp"
	"math"
	"slices"
)

const (
	// maxRatio is the largest quotient, in a match, of the distances to the nearest and
	// the second nearest descriptor (Lowe 2004, 7.1).
	maxRatio = 0.85
	// maxMatchable is how many features of one polarity take part in matching: the
	// kernels keep an index in matchIndexBits bits.
	maxMatchable   = 1 << matchIndexBits
	matchIndexBits = 12
)

// Match joins a feature of a reference and one of a probe that are each
// other's nearest.
type Match struct {
	Ref, Probe int     // indexes of points
	Ratio      float32 // distance to the nearest divided by that to the second nearest
}

// Packed holds descriptors in the order in which the kernels read them: blocks of 16
// descriptors, in each block 32 groups of 4 bytes of each descriptor. Zeros fill up an
// even number of blocks.
type Packed struct {
	n    int
	data []byte
}

const (
	blockWidth  = 16
	blockBytes  = blockWidth * DescriptorBytes
	blockGroups = DescriptorBytes / 4
)

// Pack packs descriptors.
func Pack(descriptors []byte) Packed {
	n := len(descriptors) / DescriptorBytes
	p := Packed{n: n, data: make([]byte, (n+2*blockWidth-1)/(2*blockWidth)*2*blockBytes)}
	for i := range n {
		block := p.data[i/blockWidth*blockBytes:]
		d := descriptors[i*DescriptorBytes:][:DescriptorBytes]
		for g := range blockGroups {
			copy(block[(g*blockWidth+i%blockWidth)*4:][:4], d[4*g:])
		}
	}
	return p
}

// Len is the number of descriptors.
func (p *Packed) Len() int { return p.n }

// Searchable are features whose descriptors are packed for matching.
type Searchable struct {
	*Features
	light, dark Packed
}

// Prepare packs the descriptors of features.
func Prepare(f *Features) *Searchable {
	s := &Searchable{Features: f}
	s.light = Pack(f.polarity(0, f.light))
	s.dark = Pack(f.polarity(f.light, len(f.Points)))
	return s
}

// polarity returns the descriptors of the features [from, to), at most maxMatchable.
func (f *Features) polarity(from, to int) []byte {
	to = min(to, from+maxMatchable)
	return f.Descriptors[from*DescriptorBytes : to*DescriptorBytes]
}

// MutualNearest returns the pairs of features that are mutual nearest neighbours and
// pass the ratio test, best ratio first.
func MutualNearest(ref *Features, probe *Searchable) []Match {
	var out []Match
	out = appendMatches(out, ref, 0, ref.light, &probe.light, 0)
	out = appendMatches(out, ref, ref.light, len(ref.Points), &probe.dark, probe.Features.light)
	slices.SortFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Ratio, b.Ratio), cmp.Compare(a.Ref, b.Ref))
	})
	return out
}

func appendMatches(out []Match, ref *Features, from, to int, probe *Packed, probeFrom int) []Match {
	rows := ref.polarity(from, to)
	n := len(rows) / DescriptorBytes
	if n == 0 || probe.n < 2 {
		return out
	}
	nearest := newNearest(n, len(probe.data)/DescriptorBytes)
	nearest.search(rows, probe)
	for i := range n {
		j := int(nearest.best[i]) & (maxMatchable - 1)
		if int(nearest.column[j])&(maxMatchable-1) != i {
			continue
		}
		ratio := distance(nearest.best[i]) / max(distance(nearest.second[i]), 1)
		if ratio < maxRatio {
			out = append(out, Match{Ref: from + i, Probe: probeFrom + j, Ratio: ratio})
		}
	}
	return out
}

// distance is the Euclidean distance of two descriptors, in units of 1/DescriptorScale,
// from their dot product and index as nearest holds them.
func distance(dotAndIndex int32) float32 {
	dot := float64(dotAndIndex >> matchIndexBits)
	return float32(math.Sqrt(max(0, 2*(DescriptorScale*DescriptorScale-dot))))
}

// nearest holds, as dot<<matchIndexBits | index, the best and second best
// column of every row, and the best row of every column, padding included.
type nearest struct {
	best, second, column []int32
}

func newNearest(rows, columns int) *nearest {
	all := make([]int32, 2*rows+columns)
	return &nearest{best: all[:rows], second: all[rows : 2*rows], column: all[2*rows:]}
}

// Nearest returns, for each descriptor, the indices of its nearest and second nearest
// column.
func Nearest(descriptors []byte, columns *Packed) (first, second []int32) {
	n := newNearest(len(descriptors)/DescriptorBytes, len(columns.data)/DescriptorBytes)
	n.search(descriptors, columns)
	for i := range n.best {
		n.best[i] &= maxMatchable - 1
		n.second[i] &= maxMatchable - 1
	}
	return n.best, n.second
}

// search fills n with the nearest neighbours of rows among columns.
func (n *nearest) search(rows []byte, columns *Packed) {
	nearestRows(n.best, n.second, n.column, rows, columns.data)
}
