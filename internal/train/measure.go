package train

import (
	"math/rand/v2"

	"exemplar/internal/embed"
	"exemplar/internal/train/recipe"
)

// NewStep prepares a benchmark of training. Each call of step is a whole training step of the default network on a batch
// of random pictures with a side of input pixels, in one replica: forward with batch statistics, contrastive loss,
// backward, clipping and AdamW. batch must be even.
func NewStep(batch, input int) (step func(), err error) {
	bundle, err := embed.Default().WithInput(input)
	if err != nil {
		return nil, err
	}
	s := recipe.Default().Settings
	s.Input = input
	s.Batch = recipe.Batch{Images: batch / 2, Forms: 1, Views: 2, Replicas: 1}
	s.Contrast.Weight = 1
	net := newNetwork(bundle)
	if err := net.setStage(recipe.Stage{Settings: s}, nil); err != nil {
		return nil, err
	}
	b := &Batch{Layout: Layout{batch / 2, 2, 1}, Pixels: make([]byte, batch*input*input*3),
		Target: make([]int32, batch), Source: make([]picture, batch/2)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range b.Pixels {
		b.Pixels[i] = byte(rng.Uint32())
	}
	o, rows := &objective{settings: s}, newRows(batch, bundle.Arch.Embedding)
	return func() {
		net.forward(rows.raw, b)
		o.compute(rows, b, s.Optimizer.LR, 0)
		net.backward(rows.draw, b)
		net.weights.step(s.Optimizer.LR, s.Optimizer.Clip)
		net.repack()
	}, nil
}
