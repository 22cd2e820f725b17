// Package kernel generates the assembly of internal/kernel: the arithmetic under the network.
package kernel

import (
	"exemplar/internal/_asm/isa"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
)

// Files are the generators, by the names of the files that they write.
var Files = map[string]func(c *build.Context){
	"matmul":       matMul,
	"depthwise":    depthwise,
	"stem":         stem,
	"pool":         pool,
	"dot":          dot,
	"gradient":     gradient,
	"channels":     channels,
	"channelblock": channelBlocks,
	"update":       update,
	"stemweights":  stemWeights,
}

// emitter emits for one instruction set.
type emitter struct {
	*isa.ISA
	constants *constants
}

// constants are vectors in the file's read-only data, as wide as the widest instruction set needs.
type constants struct{ sixth, half, one operand.Mem }

// emitters returns the emitters of one file.
func emitters(c *build.Context) []*emitter {
	k := &constants{
		sixth: isa.Floats(c, "sixth", 1.0/6),
		half:  isa.Floats(c, "half", 0.5),
		one:   isa.Floats(c, "one", 1),
	}
	var all []*emitter
	for _, s := range isa.Both(c) {
		all = append(all, &emitter{s, k})
	}
	return all
}
