package eval

import (
	"context"
	"fmt"
	"sync/atomic"

	"exemplar/internal/kernel"
	"exemplar/internal/parallel"
)

// The matrix of all pairs is computed in blocks. A block of columns is packed once and
// stays in the cache while it meets the blocks of rows.
const (
	blockRows = 64
	blockCols = 256
)

// allPairs compares every two usable samples of a set of embeddings once.
func allPairs(ctx context.Context, s *Set, c *classes, o Options) (*comparisons, error) {
	use := usable(s)
	mated, other := expectedPairs(use, c)
	if mated > maxPairs {
		return nil, fmt.Errorf("%d mated pairs, more than %d: judge references against probes, or fewer images of a class", mated, int64(maxPairs))
	}
	tallies := make([]*tally, o.Workers)
	var next atomic.Int64
	err := parallel.Each(ctx, o.Workers, o.Workers, func(ctx context.Context, w int) error {
		tallies[w] = newCosineTally(len(s.Samples), other, o.keep)
		b := newPairBlock(s, c, use, tallies[w])
		for ctx.Err() == nil {
			// Begin at the end, where columns have the most rows above them: short stripes
			// at last keep all workers busy.
			col := (len(use)-1)/blockCols*blockCols - int(next.Add(1)-1)*blockCols
			if col < 0 {
				return nil
			}
			b.stripe(col)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	for _, t := range tallies[1:] {
		tallies[0].merge(t)
	}
	return tallies[0].comparisons(c.of), nil
}

// usable lists the samples that were not refused.
func usable(s *Set) []int32 {
	var use []int32
	for i, x := range s.Samples {
		if x.Refused == "" {
			use = append(use, int32(i))
		}
	}
	return use
}

// expectedPairs counts the pairs, including those that are neither mated nor non-mated.
func expectedPairs(use []int32, c *classes) (mated, other int64) {
	size := map[int32]int64{}
	for _, i := range use {
		size[c.of[i]]++
	}
	for _, n := range size {
		mated += n * (n - 1) / 2
	}
	n := int64(len(use))
	return mated, n*(n-1)/2 - mated
}

// pairBlock computes and counts one block of the matrix of pairs after another.
type pairBlock struct {
	set     *Set
	classes *classes
	use     []int32
	tally   *tally
	columns []float32 // (Dim, blockCols): a stripe's embeddings, transposed
	rows    []float32 // (blockRows, Dim)
	scores  []float32 // (blockRows, columns of the stripe)
}

func newPairBlock(s *Set, c *classes, use []int32, t *tally) *pairBlock {
	return &pairBlock{
		set: s, classes: c, use: use, tally: t,
		columns: make([]float32, s.Dim*blockCols),
		rows:    make([]float32, blockRows*s.Dim),
		scores:  make([]float32, blockRows*blockCols),
	}
}

func (b *pairBlock) embedding(k int) []float32 {
	return b.set.Embeddings[int(b.use[k])*b.set.Dim:][:b.set.Dim]
}

// stripe counts the pairs of each column from col on with the samples before it.
func (b *pairBlock) stripe(col int) {
	n, dim := min(blockCols, len(b.use)-col), b.set.Dim
	for j := range n {
		for d, v := range b.embedding(col + j) {
			b.columns[d*n+j] = v
		}
	}
	packed := kernel.Pack(b.columns[:dim*n], dim, n)
	for row := 0; row < col+n; row += blockRows {
		m := min(blockRows, col+n-row)
		for i := range m {
			copy(b.rows[i*dim:(i+1)*dim], b.embedding(row+i))
		}
		kernel.MatMul(b.scores[:m*n], b.rows[:m*dim], m, packed, nil, kernel.None)
		for i := range m {
			b.countRow(row+i, col, b.scores[i*n:(i+1)*n])
		}
	}
}

// countRow counts the pairs of sample number row with later ones among those
// from number col on.
func (b *pairBlock) countRow(row, col int, scores []float32) {
	i := b.use[row]
	own, plain := b.classes.of[i], b.classes.plain(int(i))
	first := max(0, row+1-col)
	if first >= len(scores) {
		return
	}
	others := b.use[col+first:]
	for k, v := range scores[first:] {
		j := others[k]
		if !(plain && b.classes.plain(int(j))) && b.classes.neutral(int(i), int(j)) {
			continue
		}
		if b.classes.of[j] == own {
			b.tally.mated = append(b.tally.mated, pair{float64(v), i, j})
		} else {
			b.tally.addOther(float64(v), i, j)
		}
	}
}
