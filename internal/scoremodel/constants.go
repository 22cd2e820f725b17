package scoremodel

import "fmt"

// Constants are the numbers of an [LLRModel] that were chosen and not fitted. They
// lie in the calibration with the weights, which were fitted under them. A
// calibration without them has [DefaultConstants].
type Constants struct {
	// EnoughSeen is the share of a reference's blocks that must be comparable. With
	// less the evidence counts less in proportion: a fit that puts most of the
	// reference outside of the photo is likely a wrong one. Chosen on the odd
	// classes of the benchmark sets, with the even ones in view
	// (docs/results/proof.md).
	EnoughSeen float64 `json:"enough_seen"`
	// EnoughBlocks blocks say as much as any number more: what spoils one block
	// spoils its neighbours too. By eye.
	EnoughBlocks int `json:"enough_blocks"`
	// EvenBlocks blocks on either side draw a share towards even odds. By eye.
	EvenBlocks int `json:"even_blocks"`
	// LeastChanged is a share of changed print below which less is worth nothing. By
	// eye.
	LeastChanged float64 `json:"least_changed"`
	// MarginSlope is by how much the margin over the closest competitor grows with
	// each LLR of the competitor: what agrees better is told apart more clearly. By
	// eye.
	MarginSlope float64 `json:"margin_slope"`
}

// DefaultConstants returns those of calibrations that do not name any.
func DefaultConstants() Constants {
	return Constants{EnoughSeen: 0.5, EnoughBlocks: 24, EvenBlocks: 4, LeastChanged: 0.003, MarginSlope: 0.25}
}

// check holds the constants to what the features rely on. No feature may be
// infinite, and a better competitor may not ask for a lower threshold.
func (c *Constants) check() error {
	switch {
	case !(c.EnoughSeen > 0 && c.EnoughSeen <= 1):
		return fmt.Errorf("enough_seen is %v, a share of the blocks", c.EnoughSeen)
	case c.EnoughBlocks < 1 || c.EnoughBlocks > 1e6:
		return fmt.Errorf("enough_blocks is %d", c.EnoughBlocks)
	case c.EvenBlocks < 1 || c.EvenBlocks > 1e6:
		return fmt.Errorf("even_blocks is %d", c.EvenBlocks)
	case !(c.LeastChanged > 0 && c.LeastChanged <= 1):
		return fmt.Errorf("least_changed is %v, a share of the print", c.LeastChanged)
	case !(c.MarginSlope >= 0 && c.MarginSlope <= 10):
		return fmt.Errorf("margin_slope is %v", c.MarginSlope)
	}
	return nil
}
