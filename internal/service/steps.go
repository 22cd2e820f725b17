package service

import (
	"context"
	"errors"

	"exemplar"
	"exemplar/internal/service/db"
)

// step is one change of a gallery: the version that it made, and how what it touched was
// before. A gallery is what it was at an earlier version once the steps since then are
// taken back, the newest first.
type step struct {
	Version int64 `json:"version"`
	Was     []was `json:"was,omitempty"`
}

// was is how a reference was before a step.
type was struct {
	ID       string            `json:"id"`
	Gone     bool              `json:"gone,omitempty"` // it was not there
	Label    string            `json:"label,omitempty"`
	Contents exemplar.Contents `json:"contents,omitempty"`
}

// steps are those of one request, as far as they are made. A nil one notes nothing.
type steps struct{ made []step }

// note returns a context in which what changes a gallery becomes a step, by the number
// that the gallery itself gives it: to ask for its version afterwards would give that of
// another process's change at times.
func (s *steps) note(ctx context.Context, touched []was) context.Context {
	if s == nil {
		return ctx
	}
	return exemplar.Numbered(ctx, func(version int64) { s.made = append(s.made, step{version, touched}) })
}

// version is the one that the last step made; that of the gallery if there is none.
func (s *steps) version(ctx context.Context, g *exemplar.Gallery) (int64, error) {
	if n := len(s.made); n > 0 {
		return s.made[n-1].Version, nil
	}
	version, err := g.Version(ctx)
	return version, explained(err)
}

// record notes which change made the versions, in the transaction of its row of the audit.
func (s *steps) record(ctx context.Context, tx *db.Tx, collection, change string) error {
	for _, made := range s.made {
		if err := tx.AddVersion(ctx, collection, made.Version, change); err != nil {
			return err
		}
	}
	return nil
}

// notThere says that references were not there.
func notThere(ids ...string) []was {
	list := make([]was, len(ids))
	for i, id := range ids {
		list[i] = was{ID: id, Gone: true}
	}
	return list
}

// asTheyAre says how references are.
func asTheyAre(references ...exemplar.Reference) []was {
	list := make([]was, len(references))
	for i, r := range references {
		list[i] = was{ID: r.ID, Label: r.Label, Contents: r.Contents}
	}
	return list
}

// asTheyAreIn says how references of a gallery are, also those that are not there.
func asTheyAreIn(ctx context.Context, g *exemplar.Gallery, ids ...string) ([]was, error) {
	var list []was
	for _, id := range ids {
		switch r, err := g.Get(ctx, id); {
		case errors.Is(err, exemplar.ErrNoReference):
			list = append(list, notThere(id)...)
		case err != nil && !errors.Is(err, exemplar.ErrDamaged):
			return nil, err
		default:
			list = append(list, asTheyAre(r)...)
		}
	}
	return list, nil
}
