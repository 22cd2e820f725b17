package cellnet

import (
	"math/rand/v2"
	"slices"
)

// Init draws the weights by a seed.
func (n *Network) Init(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, c := range n.convs {
		c.InitFanIn(rng)
	}
	n.Pack()
}

// Replica makes a network that shares the values and has gradients of its own:
// several may go backward side by side.
func (n *Network) Replica() *Network {
	r := *n
	r.convs = slices.Clone(n.convs)
	for i, c := range r.convs {
		r.convs[i] = c.Replica()
	}
	return &r
}
