package main

import (
	"context"
	"fmt"
	"path/filepath"

	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
)

// states are the sub-labels that are registered of every document, with what makes
// them.
var states = []struct {
	name  string
	kinds []condition.Kind // the reference is of one of them, captures of any
}{
	{"plain", []condition.Kind{""}},
	{"glare", []condition.Kind{condition.Glare}},
	{"damaged", []condition.Kind{condition.Torn, condition.Stained}},
}

// answered is the answer to a picture of a registered document.
type answered struct {
	simulator, document, state string
	how                        manner
	other                      bool
	lookup                     eval.Lookup

	at int // of the state
	of document
	by simulator
}

// tell registers one picture of each document in each state, those of a simulator in
// one gallery, and looks other captures up.
func tell(ctx context.Context, model *recognise.Model, o *options) ([]answered, error) {
	var all []answered
	for _, s := range simulators {
		answers, err := o.tellBy(ctx, model, s)
		if err != nil {
			return nil, err
		}
		all = append(all, answers...)
	}
	return all, nil
}

func (o *options) tellBy(ctx context.Context, model *recognise.Model, by simulator) ([]answered, error) {
	g, err := harness.NewGallery(model, 0.01)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var references []harness.Reference
	var probes []answered
	for i, d := range o.list() {
		for at, s := range states {
			data := imaging.EncodeJPEG(by.take(d.draw(false), s.kinds[i/len(drawnKinds)%len(s.kinds)], scan, d.seed*17+uint64(at)), 92)
			references = append(references, harness.Reference{Label: d.name() + "/" + s.name, Source: d.name() + s.name, Data: data})
			if err := o.keep(by.name+"-"+d.name()+"-reference-"+s.name, data); err != nil {
				return nil, err
			}
			for _, how := range manners {
				for _, other := range []bool{false, true} {
					probes = append(probes, answered{simulator: by.name, document: d.name(), state: s.name, how: how, other: other, at: at, of: d, by: by})
				}
			}
		}
	}
	refused, err := g.Register(ctx, references)
	if err != nil || len(refused) > 0 {
		return nil, fmt.Errorf("register: %v %w", refused, err)
	}
	return parallel.Map(ctx, 0, probes, func(ctx context.Context, p answered) (answered, error) {
		kinds := states[p.at].kinds
		seed := p.of.seed*13 + uint64(1000*p.at+100*len(p.how))
		if p.other {
			seed += 7
		}
		data := imaging.EncodeJPEG(by.take(p.of.draw(p.other), kinds[seed%uint64(len(kinds))], p.how, seed), 88)
		var err error
		if p.lookup, err = g.Lookup(ctx, data); err != nil {
			return p, err
		}
		if p.verdict() == right {
			return p, nil
		}
		name := fmt.Sprintf("%s-%s-%s-%s", p.simulator, p.document, p.state, p.how)
		if p.other {
			name += "-other"
		}
		return p, o.keep(fmt.Sprintf("%s-IS-%s", name, filepath.Base(string(p.lookup.Label))), data)
	})
}

// keep writes a picture to the folder of failures.
func (o *options) keep(name string, data []byte) error {
	if o.failures == "" {
		return nil
	}
	return fileio.WriteBytes(filepath.Join(o.failures, name+".jpg"), 0o644, data)
}

// verdict is what an answer is worth.
type verdict string

const (
	right          verdict = "right"
	parent         verdict = "parent"          // the document alone, which is true
	wrongCondition verdict = "wrong condition" // another sub-label of the document
	missed         verdict = "missed"          // no answer
	wrongDocument  verdict = "wrong document"
)

var verdicts = []verdict{right, parent, wrongCondition, missed, wrongDocument}

func (a *answered) verdict() verdict {
	l := &a.lookup
	switch {
	case l.Outcome != decide.Match:
		return missed
	case l.Label == a.document+"/"+a.state:
		return right
	case l.Label == a.document:
		return parent
	}
	for _, s := range states {
		if l.Label == a.document+"/"+s.name {
			return wrongCondition
		}
	}
	return wrongDocument
}
