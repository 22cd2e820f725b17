// Package alignment generates the assembly of internal/alignment: reading a photo in perspective, and comparing blocks.
package alignment

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
)

// Files are the generators, by the names of the files that they write.
var Files = map[string]func(c *build.Context){
	"warp":      warp,
	"window":    window,
	"normalise": normalise,
}

// emitter emits for one instruction set.
type emitter struct{ *isa.ISA }

// emitters returns the emitters of one file. Its signatures may contain pointers to the named types.
func emitters(c *build.Context, named ...string) []emitter {
	both := isa.Both(c, named...)
	return []emitter{{both[0]}, {both[1]}}
}

// Sizes of the comparison of blocks, as in internal/alignment.
const (
	blockSide   = 32
	windowSide  = 48
	searchWide  = 16
	searchHigh  = 17
	blockPixels = blockSide * blockSide
	sumsBytes   = 4 * searchHigh * searchWide // of the sums of products; then come those of the window, and of its squares
	rowBytes    = 4 * searchWide
)

// rowVectors is the number of vectors in a row of positions.
func (s emitter) rowVectors() int { return searchWide / s.Lanes }
