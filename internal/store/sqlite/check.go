package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// Check returns what is wrong with the gallery: damaged pages, parts of references
// that are missing, or not what was written, or not what they should be.
func (g *Gallery) Check(ctx context.Context, content store.Content) (problems []string, err error) {
	err = g.read(ctx, "check", func(tx *sql.Tx) error {
		if problems, err = pageProblems(ctx, tx); err != nil {
			return err
		}
		own, err := g.readState(ctx, tx)
		if err != nil {
			problems = append(problems, err.Error())
			return nil
		}
		more, err := g.changeProblems(ctx, tx, own)
		problems = append(problems, more...)
		if err == nil {
			var damaged []finding
			damaged, err = g.inspect(ctx, tx, own, content)
			for _, d := range damaged {
				problems = append(problems, d.Problem())
			}
		}
		if isCorrupt(err) && len(problems) > 0 { // it would only repeat them
			return nil
		}
		return err
	})
	return problems, err
}

// pageProblems lets SQLite check its own structures.
func pageProblems(ctx context.Context, tx *sql.Tx) (problems []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT integrity_check FROM pragma_integrity_check
		UNION ALL SELECT 'row of ' || "table" || ' belongs to no reference' FROM pragma_foreign_key_check`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var problem text
		if err := rows.Scan(&problem); err != nil {
			return nil, err
		}
		if problem != "ok" {
			problems = append(problems, string(problem))
		}
	}
	return problems, rows.Err()
}

// changeProblems checks the numbers of changes, and what is kept of removals.
func (g *Gallery) changeProblems(ctx context.Context, tx *sql.Tx, own state) (problems []string, err error) {
	query := `SELECT 'reference ' || id || ': changed after the last change' FROM reference WHERE seq > ?1
		UNION ALL SELECT 'removal of ' || reference || ': after the last change' FROM removal WHERE seq > ?1`
	if g.version >= checksumVersion {
		query += ` UNION ALL SELECT 'removal of ' || reference || ': ` + whyChecksum + `' FROM removal WHERE row_crc(reference, seq) IS NOT crc`
	}
	rows, err := tx.QueryContext(ctx, query, own.seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var problem text
		if err := rows.Scan(&problem); err != nil {
			return nil, err
		}
		problems = append(problems, string(problem))
	}
	return problems, rows.Err()
}

// finding is a damaged part.
type finding struct {
	*store.Damage
	next bool // it is an embedding of a next model, or belongs to one: not in use yet
}

// inspect reads all parts of all references, and embeddings of a next model
// that are not in use yet, and returns those that are damaged.
func (g *Gallery) inspect(ctx context.Context, tx *sql.Tx, own state, content store.Content) (damaged []finding, err error) {
	references, err := g.query(ctx, tx, `ORDER BY r.id`)
	if err != nil {
		return nil, err
	}
	for _, r := range references {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := g.inspectReference(ctx, tx, own, r, content)
		if err != nil {
			return nil, err
		}
		damaged = append(damaged, found...)
	}
	return damaged, nil
}

// inspectReference returns the damaged parts of a reference.
func (g *Gallery) inspectReference(ctx context.Context, tx *sql.Tx, own state, r store.Reference, content store.Content) (damaged []finding, err error) {
	if r.Damaged {
		damaged = append(damaged, finding{&store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: whyChecksum}, false})
	} else if canonical, err := label.ParseStored(string(r.Label)); err != nil || canonical != r.Label {
		damaged = append(damaged, finding{&store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: fmt.Sprintf("%q is no label", r.Label)}, false})
	}
	look := func(part store.Part, model string, dim int) error {
		next := part != store.PartPicture && model != own.model
		s, err := g.readPart(ctx, tx, r.ID, model, part)
		var damage *store.Damage
		if errors.As(err, &damage) {
			damaged = append(damaged, finding{damage, next})
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.validate(part, dim, content); err != nil {
			damaged = append(damaged, finding{&store.Damage{ID: r.ID, Label: r.Label, Part: part, Why: err.Error()}, next})
		}
		return nil
	}
	if err := look(store.PartPicture, "", 0); err != nil {
		return nil, err
	}
	next, err := nextModels(ctx, tx, r.ID, own.model)
	if err != nil {
		return nil, err
	}
	for _, model := range append([]string{own.model}, next...) {
		dim := own.dim
		if model != own.model {
			dim = 0 // not known yet
		}
		for _, part := range []store.Part{store.PartEmbedding, store.PartFeatures, store.PartWords} {
			if part == store.PartWords && g.version < wordsVersion {
				continue
			}
			if err := look(part, model, dim); err != nil {
				return nil, err
			}
		}
	}
	return damaged, nil
}

// nextModels returns the models, other than the gallery's, that a reference has
// embeddings of.
func nextModels(ctx context.Context, tx *sql.Tx, id, own string) (models []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT model FROM embedding WHERE reference = ? AND model <> ?`, id, own)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var model text
		if err := rows.Scan(&model); err != nil {
			return nil, err
		}
		models = append(models, string(model))
	}
	return models, rows.Err()
}
