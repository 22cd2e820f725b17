package recognise

import (
	"context"
	"errors"
	"slices"
	"strings"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/store"
)

// Several references of one label show what is contents: what differs between them while the rest
// agrees. No network has to guess it there, in a title of a play, say, that is printed as large as
// the theatre's name.

const (
	// mostTeachers are the other references of a label that one is held against, the first by id,
	// and keptVaried how many references with theirs stay known.
	mostTeachers, keptVaried = 3, 256
	// surelyContents is the logit that a cell gets which differs between references.
	surelyContents = 6
)

// varied says of each cell of a reference, at some size, whether it differs between the references
// of its label. Nil where nothing is known.
type varied struct {
	w, h    int
	differs []bool
}

// mark makes contents of what differs between references.
func (v *varied) mark(m *changedetect.Map) {
	if v == nil {
		return
	}
	for i := range m.Logit {
		if v.differs[sameCell(i, m.W, m.H, v.w, v.h)] {
			m.Filled[i], m.Form[i] = surelyContents, -surelyContents
		}
	}
}

// learn sets what the other references of their labels say of hypotheses, whose form is looked at.
func (s *search) learn(ctx context.Context, found []*Hypothesis) error {
	if len(found) == 0 {
		return nil
	}
	others := map[decide.Label][]string{}
	for _, h := range found {
		others[h.Label] = nil
	}
	for id, label := range s.members {
		if list, wanted := others[label]; wanted && s.damaged[id] == nil {
			others[label] = append(list, id)
		}
	}
	for _, h := range found {
		teachers := slices.DeleteFunc(slices.Sorted(slices.Values(others[h.Label])), func(id string) bool { return id == h.ID })
		if len(teachers) == 0 {
			continue
		}
		teachers = teachers[:min(len(teachers), mostTeachers)]
		var err error
		h.Found.varied, err = s.engine.references.varied.get(ctx, strings.Join(append([]string{h.ID}, teachers...), "\n"), func(ctx context.Context) (*varied, error) {
			return s.engine.variedBy(ctx, h.Reference, teachers)
		})
		if err != nil && !s.skips(err, h.Label) {
			return err
		}
	}
	return nil
}

// variedBy holds a reference against others of its label.
func (g *Engine) variedBy(ctx context.Context, r *Reference, teachers []string) (*varied, error) {
	var v *varied
	for _, id := range teachers {
		picture, err := g.Picture(ctx, id)
		if errors.Is(err, store.ErrNoReference) {
			return nil, err
		}
		if err != nil {
			continue // it teaches nothing; the search says what is damaged
		}
		v = v.with(NewPhoto(g.model.Embedder, picture), r)
	}
	return v, nil
}

// with adds what differs in a picture of another reference, if most of it agrees.
func (v *varied) with(p *Photo, r *Reference) *varied {
	f := Found{Evidence: alignment.VerifyCoarsely(p.probe, r.target)}
	if !f.Located || f.LocallyConsistent < sameForm {
		return v
	}
	p.lay(r, &f) // no decision is taken
	seen := f.seenKinds()
	if v == nil {
		v = &varied{seen.W, seen.H, make([]bool, len(seen.Logit))}
	}
	for i := range v.differs {
		at := sameCell(i, v.w, v.h, seen.W, seen.H)
		v.differs[i] = v.differs[i] || seen.Judged[at] && f.rectified.Visible[at] && seen.Logit[at] > 0
	}
	return v
}

// sameCell is the cell of a raster of w x h that lies where cell i of another one does.
func sameCell(i, ofW, ofH, w, h int) int {
	return (2*(i/ofW)+1)*h/(2*ofH)*w + (2*(i%ofW)+1)*w/(2*ofW)
}
