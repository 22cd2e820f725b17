package exemplar

import (
	"context"

	"exemplar/internal/recognise"
	"exemplar/internal/store"
)

// Check reads every byte of the gallery, and every kept picture, and says in
// words what is wrong with it; an empty answer means that all is well.
func (g *Gallery) Check(ctx context.Context) ([]string, error) {
	problems, err := g.store.Check(ctx, recognise.CheckPart)
	return problems, g.fail(err)
}

// CheckModel returns [ErrWrongModel] if the gallery's embeddings are not of the model that it was opened
// with, as after an update that brought another one: then it can be read, and nothing can be looked up in it.
// It is one short question, however large the gallery is.
func (g *Gallery) CheckModel(ctx context.Context) error {
	return g.fail(g.engine.CheckModel(ctx))
}

// Compact writes the gallery's file anew, as small as it can be. Removing
// overwrites what was removed; what goes with this only are traces of labels and
// file names. It needs as much room again as the file takes.
func (g *Gallery) Compact(ctx context.Context) error { return g.fail(g.store.Compact(ctx)) }

// Damage is something stored of a reference that is not what was written.
type Damage struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Part  string `json:"part"` // reference (its label, source, note, ...), picture, embedding, features or words
	Why   string `json:"why"`  // how it shows
}

// Repaired says what a repair did.
type Repaired struct {
	Made    []Damage // is made anew
	Left    []Damage // cannot be made anew: these references are to be removed or registered again
	Rebuilt []string // what of the file itself was damaged and is made anew, in words
	File    []string // damage of the file itself: an export has all that can be read
}

// Repair makes anew what is damaged and can be made of what is not: embeddings
// and features of the kept pictures, which takes the model that the gallery was
// made with, and the file's own structures. It removes no reference.
func (g *Gallery) Repair(ctx context.Context) (Repaired, error) {
	done, err := g.engine.Repair(ctx)
	return Repaired{Made: newDamages(done.Made), Left: newDamages(done.Left), Rebuilt: done.Rebuilt, File: done.Pages}, g.fail(err)
}

func newDamages(found []*store.Damage) []Damage {
	damages := make([]Damage, len(found))
	for i, d := range found {
		damages[i] = Damage{ID: d.ID, Label: string(d.Label), Part: string(d.Part), Why: d.Why}
	}
	return damages
}
