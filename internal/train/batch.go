package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train/random"
	"exemplar/internal/train/recipe"
)

// noClass is the target of a sample without a centre in the classification head: one that is drawn or filled in.
const noClass = -1

// Batch is the samples of one step. A sample's number is view*Classes + class. In Pixels the samples are in the order of
// [Layout], replica by replica.
type Batch struct {
	Layout Layout
	Pixels []byte    // (S, size, size, 3)
	Target []int32   // (S) training class, by sample number
	Source []picture // (K) by class
	err    error
}

// picture is the image and the form (see [capturesim.Form]) of a class of a batch. Image -1 stands for a drawn document.
type picture struct {
	image int32
	form  int32
}

// Layout distributes samples over replicas. Each replica normalises by the statistics of its own samples. A replica
// holds one view of some classes and the other view of others: the statistics then reveal neither the view of a sample
// nor which two samples are one class.
type Layout struct {
	Classes, Views, Replicas int
}

func (l Layout) samples() int { return l.Classes * l.Views }

// place is the position in Pixels of one view of a class.
func (l Layout) place(view, class int) int {
	chunk := l.Classes / l.Replicas
	replica := (class/chunk + view*(l.Replicas/2)) % l.Replicas
	return replica*chunk*l.Views + view*chunk + class%chunk
}

// loader makes the batches of a stage, ahead of time.
type loader struct {
	stage   recipe.Stage
	seed    uint64
	classes *dataset.Classes
	cache   *dataset.Cache
	forms   int // forms of each image that are classes (data.forms)
	views   [2]*capturesim.Capture
	blanks  []synthdoc.Form
	alike   *alike // nil: images come in random order
	workers int

	ready chan *Batch
	spare chan *Batch

	epoch int
	order []int
}

// material is what samples are made of in addition to the images.
type material struct {
	backgrounds []*imaging.Image
	forms       []synthdoc.Form
	alike       *alike
}

// aheadBatches is how many finished batches wait for the network.
const aheadBatches = 2

func newLoader(stage recipe.Stage, seed uint64, classes *dataset.Classes, cache *dataset.Cache, data recipe.Data, aside material) (*loader, error) {
	if n := len(classes.Members); n < stage.Batch.Images {
		return nil, fmt.Errorf("stage %q: a step takes %d images (batch.images), the data have %d", stage.Name, stage.Batch.Images, n)
	}
	if n := len(aside.forms); n < stage.Batch.Filled {
		return nil, fmt.Errorf("stage %q: a step takes %d forms (batch.filled), data.fields has %d", stage.Name, stage.Batch.Filled, n)
	}
	l := &loader{
		stage: stage, seed: seed, classes: classes, cache: cache, forms: data.Forms, workers: data.Workers, blanks: aside.forms, alike: aside.alike,
		ready: make(chan *Batch, aheadBatches), spare: make(chan *Batch, aheadBatches+2), epoch: -1,
	}
	if l.workers == 0 {
		l.workers = runtime.GOMAXPROCS(0)
	}
	c := stage.Capture
	l.views[0], l.views[1] = newCapture(c.ViewA, c.Strength, aside.backgrounds), newCapture(c.ViewB, c.Strength, aside.backgrounds)
	return l, nil
}

// newCapture is the capture simulator that a recipe names: "clean", "light", "full" or "wide".
func newCapture(name string, strength float64, backgrounds []*imaging.Image) *capturesim.Capture {
	var cfg capturesim.Config
	switch name {
	case "clean":
		cfg = capturesim.Config{Clean: 1}
	case "light":
		cfg = capturesim.Light()
	case "full":
		cfg = capturesim.Full()
	case "wide":
		cfg = capturesim.Wide()
	}
	cfg.Strength *= strength
	cfg.Backgrounds = backgrounds
	return capturesim.NewCapture(cfg)
}

// run makes the batches of the steps from on, until the stage or the context ends.
func (l *loader) run(ctx context.Context, from int) {
	defer close(l.ready)
	for step := from; step < l.stage.Steps; step++ {
		b := l.empty()
		l.fill(ctx, b, step)
		select {
		case l.ready <- b:
		case <-ctx.Done():
			return
		}
	}
}

// next returns the next batch; give it back with reuse.
func (l *loader) next(ctx context.Context) (*Batch, error) {
	select {
	case b, ok := <-l.ready:
		if !ok {
			return nil, context.Cause(ctx)
		}
		return b, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *loader) reuse(b *Batch) { l.spare <- b }

func (l *loader) empty() *Batch {
	select {
	case b := <-l.spare:
		return b
	default:
	}
	layout := Layout{l.stage.Batch.Classes(), l.stage.Batch.Views, l.stage.Batch.Replicas}
	n, size := layout.samples(), l.stage.Input
	return &Batch{
		Layout: layout, Pixels: make([]byte, n*size*size*3),
		Target: make([]int32, n), Source: make([]picture, layout.Classes),
	}
}

// fill makes the samples of a step, image by image on several goroutines. A sample depends on the seed, the step and its
// number only.
func (l *loader) fill(ctx context.Context, b *Batch, step int) {
	groups := l.groups(step)
	drawn := (l.stage.Batch.Drawn + 1) / 2
	filled := l.filledForms(step)
	b.err = parallel.Each(ctx, l.workers, len(groups)+drawn+len(filled), func(_ context.Context, job int) error {
		switch n := job - len(groups); {
		case n < 0:
			return l.fillImage(b, step, job, groups[job])
		case n < drawn:
			l.fillDrawn(b, step, n)
		default:
			l.fillForm(b, step, n-drawn, filled[n-drawn])
		}
		return nil
	})
}

// groups returns the image groups of a step: the next ones in the order of the epoch. The rest at the end of an epoch is
// skipped, so that no batch contains an image twice.
func (l *loader) groups(step int) []int {
	images := l.stage.Batch.Images
	perEpoch := len(l.classes.Members) / images
	if epoch := step / perEpoch; epoch != l.epoch {
		l.epoch = epoch
		rng := random.Stream(l.seed, random.ForOrder, uint64(epoch))
		if l.stage.Batch.Alike > 1 {
			l.order = l.alike.order(rng, l.stage.Batch.Alike)
		} else {
			l.order = rng.Perm(len(l.classes.Members))
		}
	}
	return l.order[step%perEpoch*images:][:images]
}

// maxReplacements bounds the search for an image that decodes.
const maxReplacements = 100

// fillImage makes all samples of one image: its forms in all views. A corrupt image is replaced by a random one, which
// may, rarely, be in the batch already.
func (l *loader) fillImage(b *Batch, step, slot, group int) error {
	rng := random.Stream(l.seed, random.ForForms, uint64(step)<<20|uint64(slot))
	forms := rng.Perm(l.forms)[:l.stage.Batch.Forms]
	if n := l.stage.Batch.Alike; n > 1 { // turned alike too, they resemble each other more
		forms = random.Stream(l.seed, random.ForForms, uint64(step)<<20|uint64(slot/n*n)).Perm(l.forms)[:l.stage.Batch.Forms]
	}
	for range maxReplacements {
		err := l.fillForms(b, step, slot, group, forms, rng)
		if err == nil {
			return nil
		}
		group = rng.IntN(len(l.classes.Members))
	}
	return fmt.Errorf("%d images in a row cannot be decoded", maxReplacements)
}

func (l *loader) fillForms(b *Batch, step, slot, group int, forms []int, rng *rand.Rand) error {
	members := l.classes.Members[group]
	var sources [2]*capturesim.Source
	var image [2]int32
	for view := range b.Layout.Views {
		image[view] = members[rng.IntN(len(members))]
		if view == 1 && image[1] == image[0] {
			sources[1] = sources[0]
			continue
		}
		m, err := l.cache.Image(int(image[view]))
		if err != nil {
			return err
		}
		sources[view] = capturesim.NewSource(m)
	}
	for i, form := range forms {
		class := slot*len(forms) + i
		b.Source[class] = picture{image[0], int32(form)}
		for view := range b.Layout.Views {
			b.Target[view*b.Layout.Classes+class] = int32(group*l.forms + form)
			l.capture(b, step, view, class, sources[view], capturesim.Form(form))
		}
	}
	return nil
}

// capture makes one sample.
func (l *loader) capture(b *Batch, step, view, class int, src *capturesim.Source, form capturesim.Form) {
	size := l.stage.Input
	at := b.Layout.place(view, class)
	seed := random.Mix(random.Mix(l.seed, uint64(random.ForViews)), uint64(step)<<20|uint64(view*b.Layout.Classes+class))
	l.views[view].ViewOf(b.Pixels[at*size*size*3:][:size*size*3], size, src, form, seed)
}
