// Package features generates the assembly of internal/features: the scale space, extrema, descriptors and their matching.
package features

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
)

// Files are the generators, by the names of the files that they write.
var Files = map[string]func(c *build.Context){
	"filter":   filter,
	"extrema":  extrema,
	"nearest":  nearest,
	"sample":   sample,
	"polar":    polar,
	"pool":     pool,
	"quantise": quantise,
}

// emitter emits for one instruction set.
type emitter struct{ *isa.ISA }

// emitters returns the emitters of one file. Its signatures may contain pointers to the named types.
func emitters(c *build.Context, named ...string) []emitter {
	both := isa.Both(c, named...)
	return []emitter{{both[0]}, {both[1]}}
}

// groupLanes is the number of floats in a group, the unit in which callers count.
const groupLanes = 16

// groupVectors is the number of vectors in a group.
func (s emitter) groupVectors() int { return groupLanes / s.Lanes }
