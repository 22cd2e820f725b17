package embed

import (
	"fmt"
	"slices"
	"strings"
)

// Architecture identifies the network of a bundle.
type Architecture struct {
	Backbone  string  `json:"backbone"`  // "lcnet"
	Width     float64 `json:"width"`     // multiplies the channels of every stage
	Head      string  `json:"head"`      // one of Heads
	Embedding int     `json:"embedding"` // number of values of an embedding
	Input     int     `json:"input"`     // side of the input in pixels
}

// Heads lists the heads, which map the last feature map to the embedding. The linear
// layers have no bias. A head that flattens first pools the last map to 4x4 if it is
// not 4x4.
//
//	flat_bn      flatten -> linear -> BN -> linear -> BN
//	flat_ln      flatten -> linear -> LN -> linear -> LN
//	gap_ln       global average -> linear -> LN -> linear -> LN
//	squeeze_bn   1x1 convolution to a quarter -> flatten -> linear -> BN -> linear -> BN
//	squeeze_ln   1x1 convolution to a quarter -> flatten -> linear -> LN -> linear -> LN
//	squeeze_lbn  1x1 convolution to a quarter -> flatten -> linear -> LN -> BN -> linear -> LN -> BN
//	squeeze_1    1x1 convolution to 64 -> BN -> hardswish -> flatten -> linear -> LN -> BN
func Heads() []string {
	return []string{"flat_bn", "flat_ln", "gap_ln", "squeeze_bn", "squeeze_ln", "squeeze_lbn", "squeeze_1"}
}

// Limits of what Validate accepts. The widths include those for which ImageNet weights
// are published. Larger embeddings would make every gallery larger.
const (
	minWidth, maxWidth         = 0.25, 3.0
	minEmbedding, maxEmbedding = 16, 1024
	minInput, maxInput         = 96, 320
	inputStep                  = 32 // reduction of the backbone, which halves the map five times
	poolSide                   = 4  // side of the map that the flattening heads see
)

// Validate returns an error if the architecture is impossible.
func (a Architecture) Validate() error {
	switch {
	case a.Backbone != "lcnet":
		return fmt.Errorf("backbone %q is not known: only lcnet is", a.Backbone)
	case !(a.Width >= minWidth && a.Width <= maxWidth): // also refuses NaN
		return fmt.Errorf("width %g is not between %g and %g", a.Width, minWidth, maxWidth)
	case !slices.Contains(Heads(), a.Head):
		return fmt.Errorf("head %q is not known: choose one of %s", a.Head, strings.Join(Heads(), ", "))
	case a.Embedding < minEmbedding || a.Embedding > maxEmbedding:
		return fmt.Errorf("embedding of %d values is not between %d and %d", a.Embedding, minEmbedding, maxEmbedding)
	case a.Input < minInput || a.Input > maxInput || a.Input%inputStep != 0:
		return fmt.Errorf("input of %d pixels is no multiple of %d from %d to %d", a.Input, inputStep, minInput, maxInput)
	}
	return nil
}

// String is for people: "lcnet 0.5, squeeze_lbn to 256, 128 px".
func (a Architecture) String() string {
	return fmt.Sprintf("%s %g, %s to %d, %d px", a.Backbone, a.Width, a.Head, a.Embedding, a.Input)
}

// pixels is the number of bytes of one input.
func (a Architecture) pixels() int { return a.Input * a.Input * 3 }

// lastSide is the side of the last map.
func (a Architecture) lastSide() int { return a.Input / inputStep }

// blockSpec describes a depthwise-separable block of the backbone of width 1.
type blockSpec struct {
	size, stride, channels int
	squeezeExcite          bool
}

// stages is PP-LCNet (Cui et al., "PP-LCNet: A Lightweight CPU Convolutional Neural
// Network", 2021, table 2) in the order of timm, whose names of parameters contain the
// numbers of stages and blocks.
var stages = [][]blockSpec{
	{{3, 1, 32, false}},
	{{3, 2, 64, false}, {3, 1, 64, false}},
	{{3, 2, 128, false}, {3, 1, 128, false}},
	{{3, 2, 256, false}, {5, 1, 256, false}},
	{{5, 1, 256, false}, {5, 1, 256, false}, {5, 1, 256, false}, {5, 1, 256, false}},
	{{5, 2, 512, true}, {5, 1, 512, true}},
}

// stemChannels is the number of channels of the stem at width 1.
const stemChannels = 16

// channels multiplies by the width and rounds to a multiple of 8, never down by
// more than a tenth (timm's make_divisible).
func channels(base int, width float64) int {
	v := float64(base) * width
	n := max(8, int(v+4)/8*8)
	if float64(n) < 0.9*v {
		n += 8
	}
	return n
}
