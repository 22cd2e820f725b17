package geometry

import (
	"cmp"
	"math"
	"slices"
)

const (
	// maxRatio is the largest quotient of the distances to the nearest and the
	// second nearest descriptor that makes a match.
	maxRatio = 0.85
	// maxMatchable features of one polarity take part in matching: the kernels
	// keep an index in matchIndexBits bits.
	maxMatchable   = 1 << matchIndexBits
	matchIndexBits = 12
)

// match joins a feature of a reference and one of a probe that are each
// other's nearest.
type match struct {
	ref, probe int
	ratio      float32 // distance to the nearest over that to the second nearest
}

// packed holds descriptors in the order in which the kernels read them: blocks
// of 16 descriptors, in each block 32 groups of 4 bytes of each descriptor,
// filled up with zeros to an even number of blocks.
type packed struct {
	n    int
	data []byte
}

const (
	blockWidth  = 16
	blockBytes  = blockWidth * descriptorBytes
	blockGroups = descriptorBytes / 4
)

func pack(descriptors []byte) packed {
	n := len(descriptors) / descriptorBytes
	p := packed{n: n, data: make([]byte, (n+2*blockWidth-1)/(2*blockWidth)*2*blockBytes)}
	for i := range n {
		block := p.data[i/blockWidth*blockBytes:]
		d := descriptors[i*descriptorBytes:][:descriptorBytes]
		for g := range blockGroups {
			copy(block[(g*blockWidth+i%blockWidth)*4:][:4], d[4*g:])
		}
	}
	return p
}

// searchable are features made ready to be searched.
type searchable struct {
	*Features
	light, dark packed
}

func newSearchable(f *Features) *searchable {
	s := &searchable{Features: f}
	s.light = pack(f.polarity(0, f.light))
	s.dark = pack(f.polarity(f.light, len(f.Points)))
	return s
}

// polarity returns the descriptors of features from to to, at most maxMatchable.
func (f *Features) polarity(from, to int) []byte {
	to = min(to, from+maxMatchable)
	return f.Descriptors[from*descriptorBytes : to*descriptorBytes]
}

// matchFeatures returns the pairs that are mutual nearest neighbours and pass
// the ratio test, best ratio first.
func matchFeatures(ref *Features, probe *searchable) []match {
	var out []match
	out = appendMatches(out, ref, 0, ref.light, &probe.light, 0)
	out = appendMatches(out, ref, ref.light, len(ref.Points), &probe.dark, probe.Features.light)
	slices.SortFunc(out, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.ratio, b.ratio), cmp.Compare(a.ref, b.ref))
	})
	return out
}

func appendMatches(out []match, ref *Features, from, to int, probe *packed, probeFrom int) []match {
	rows := ref.polarity(from, to)
	n := len(rows) / descriptorBytes
	if n == 0 || probe.n < 2 {
		return out
	}
	nearest := newNearest(n, len(probe.data)/descriptorBytes)
	nearest.search(rows, probe)
	for i := range n {
		j := int(nearest.best[i]) & (maxMatchable - 1)
		if int(nearest.column[j])&(maxMatchable-1) != i {
			continue
		}
		ratio := distance(nearest.best[i]) / max(distance(nearest.second[i]), 1)
		if ratio < maxRatio {
			out = append(out, match{ref: from + i, probe: probeFrom + j, ratio: ratio})
		}
	}
	return out
}

// distance is the Euclidean distance that belongs to a dot product and index.
func distance(dotAndIndex int32) float32 {
	dot := float64(dotAndIndex >> matchIndexBits)
	return float32(math.Sqrt(max(0, 2*(descriptorScale*descriptorScale-dot))))
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

// search fills n with the nearest of rows among columns.
func (n *nearest) search(rows []byte, columns *packed) {
	nearestRows(n.best, n.second, n.column, rows, columns.data)
}
