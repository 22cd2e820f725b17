// Package calibrate measures how often impostors reach a score: it embeds
// pictures that a model was not trained on, compares each with the references
// of all other classes, and fits the curve that thresholds follow.
//
// XX, err := p.Fit(ctx, "1500 drawn documents")
//
// What the curve looks like is internal/scoremodel's business; here is what goes
// into it.
package calibrate

import (
	"context"
	"fmt"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/label"
	"exemplar/internal/parallel"
	"exemplar/internal/scoremodel"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
	"exemplar/internal/vectorindex"
)

// wrongLeadRate is the share of captures of look-alikes that may be answered
// with the wrong one of the two, and not with what they have in common.
const wrongLeadRate = 0.01

// Pool gathers embeddings: of references, of probes, and of probes that have a
// look-alike registered beside their own document.
type Pool struct {
	network  *embed.Network
	input    int // side of the network's input, pixels
	dim      int
	capture  *capturesim.Capture
	items    []vectorindex.Item
	probes   []probe
	leads    []float32
	pictures int
}

type probe struct {
	label  label.Label // the probe is an impostor to every label that neither contains nor lies in this one
	vector []float32
}

// NewPool makes an empty pool for a model.
func NewPool(bundle *embed.Bundle) *Pool {
	return &Pool{
		network: bundle.Freeze(), input: bundle.Arch.Input, dim: bundle.Arch.Embedding,
		capture: capturesim.NewCapture(capturesim.Full()),
	}
}

// Pictures is how many pictures the pool was given.
func (p *Pool) Pictures() int { return p.pictures }

// sample is a picture's share of the pool.
type sample struct {
	item   *vectorindex.Item
	probes []probe
	lead   []float32
}

// AddFolder adds a data set. References are registered, other pictures are
// probes; a class without references has all its pictures registered. A picture
// in the root is a class of its own. Every registered picture is captured by
// the simulator once as well.
func (p *Pool) AddFolder(ctx context.Context, folder *dataset.Folder, read func(dataset.Sample) (*imaging.Image, error)) error {
	referenced := map[string]bool{}
	for _, s := range folder.Samples {
		if s.IsReference {
			referenced[s.Label] = true
		}
	}
	return p.gather(ctx, len(folder.Samples), func(i int) (sample, error) {
		s := folder.Samples[i]
		picture, err := read(s)
		if err != nil || picture == nil {
			return sample{}, err
		}
		name := s.Label
		if name == "" {
			name = s.Path
		}
		class, err := label.Parse(name)
		if err != nil {
			return sample{}, err
		}
		made := sample{probes: []probe{{class, p.embed(picture)}}}
		if s.IsReference || !referenced[s.Label] {
			made.item = &vectorindex.Item{ID: s.Path, Label: class, Vectors: p.embedTurned(picture)}
			made.probes = append(made.probes, probe{class, p.embedCapture(picture, uint64(i))})
		}
		return made, nil
	})
}

// AddDrawn adds n drawn documents, every one of another design, with a capture
// of each. Every document has a later edition, beside which it is looked for:
// what a rival leads by then is what the margin is fitted on.
func (p *Pool) AddDrawn(ctx context.Context, n int, seed uint64) error {
	kinds := synthdoc.Kinds()
	return p.gather(ctx, n, func(i int) (sample, error) {
		at := seed<<32 + uint64(i)
		document := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: at, Content: at}
		picture := synthdoc.Draw(document)
		document.Edition++
		edition := synthdoc.Draw(document)
		class := label.Label(fmt.Sprintf("drawn/%d", i))
		captured := p.embedCapture(picture, at)
		own := p.embedTurned(picture)
		lead := best(captured, own, p.dim) - best(captured, p.embedTurned(edition), p.dim)
		return sample{
			item:   &vectorindex.Item{ID: string(class), Label: class, Vectors: own},
			probes: []probe{{class, captured}},
			lead:   []float32{lead},
		}, nil
	})
}

// gather makes n samples on all cores and adds them in order.
func (p *Pool) gather(ctx context.Context, n int, sampleOf func(i int) (sample, error)) error {
	made := make([]sample, n)
	err := parallel.Each(ctx, 0, n, func(_ context.Context, i int) (err error) {
		made[i], err = sampleOf(i)
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range made {
		if s.item != nil {
			p.items = append(p.items, *s.item)
		}
		p.probes = append(p.probes, s.probes...)
		p.leads = append(p.leads, s.lead...)
	}
	p.pictures += n
	return nil
}

// Fit fits the curve on every probe against every label that is not its own.
func (p *Pool) Fit(ctx context.Context, source string) (*scoremodel.Calibration, error) {
	scores, err := p.impostorScores(ctx)
	if err != nil {
		return nil, err
	}
	curve, err := scoremodel.FitCalibration(scores, source)
	if err != nil || len(p.leads) == 0 {
		return curve, err
	}
	margin, err := scoremodel.FitMargin(p.leads, wrongLeadRate)
	if err != nil {
		return nil, err
	}
	curve.Margin = margin
	return curve, nil
}

func (p *Pool) impostorScores(ctx context.Context) ([]float32, error) {
	index := vectorindex.NewIndex(p.dim)
	index.Update(nil, p.items...)
	found := make([][]float32, len(p.probes))
	err := parallel.Each(ctx, 0, len(p.probes), func(_ context.Context, i int) error {
		probe := p.probes[i]
		for _, c := range index.Search(probe.vector, index.Labels()) {
			if !probe.label.InLine(c.Label) {
				found[i] = append(found[i], c.Score)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var scores []float32
	for _, of := range found {
		scores = append(scores, of...)
	}
	return scores, nil
}

// embed returns the embedding of a picture.
func (p *Pool) embed(picture *imaging.Image) []float32 {
	out := make([]float32, p.dim)
	p.network.Embed(out, imaging.ResizeArea(picture, p.input, p.input).Pix, 1)
	return out
}

// embedCapture returns the embedding of a simulated capture of the picture.
func (p *Pool) embedCapture(picture *imaging.Image, seed uint64) []float32 {
	pixels := make([]byte, 3*p.input*p.input)
	p.capture.View(pixels, p.input, picture, seed)
	out := make([]float32, p.dim)
	p.network.Embed(out, pixels, 1)
	return out
}

// embedTurned returns the (4,dim) embeddings of a picture turned clockwise by
// 0, 90, 180 and 270 degrees.
func (p *Pool) embedTurned(picture *imaging.Image) []float32 {
	upright := imaging.ResizeArea(picture, p.input, p.input)
	var pixels []byte
	for turn := range store.Rotations {
		pixels = append(pixels, upright.Rotate(turn).Pix...)
	}
	out := make([]float32, store.Rotations*p.dim)
	p.network.Embed(out, pixels, store.Rotations)
	return out
}

// best returns the highest cosine of the vector with any row of turned.
func best(vector, turned []float32, dim int) float32 {
	highest := float32(-1)
	for len(turned) > 0 {
		var dot float32
		for i, v := range turned[:dim] {
			dot += v * vector[i]
		}
		highest, turned = max(highest, dot), turned[dim:]
	}
	return highest
}
