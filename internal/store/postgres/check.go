package postgres

import (
	"context"
	"errors"
	"fmt"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// mostAlike is how many problems of one kind are listed one by one (by eye).
const mostAlike = 20

// Check returns the problems of the gallery: parts of references that are missing, not
// what was written, or not valid, and pages that the server cannot read. Damage in one
// place does not stop the rest of the check. Indexes are the server's: pg_amcheck checks
// them.
func (g *Store) Check(ctx context.Context, content store.Content) (problems []string, err error) {
	err = g.read(ctx, "check", func(tx querier) error {
		own, err := g.readState(ctx, tx)
		if errors.Is(err, store.ErrDamaged) {
			problems = append(problems, err.Error())
			return nil
		}
		if err != nil {
			return err
		}
		if own.damaged {
			problems = append(problems, ownRowProblem(own))
		}
		more, err := g.changeProblems(ctx, tx, own)
		problems = append(problems, more...)
		if err != nil {
			return err
		}
		damaged, err := g.inspect(ctx, tx, own, content)
		for _, d := range damaged {
			problems = append(problems, d.Problem())
		}
		return err
	})
	return problems, err
}

func ownRowProblem(own state) string {
	return fmt.Sprintf("the gallery's own row: %s: its embeddings are of model %s with %d numbers", whyChecksum, own.model, own.dim)
}

// changeProblems checks the numbers of changes, and the records of removals.
func (g *Store) changeProblems(ctx context.Context, tx querier, own state) (problems []string, err error) {
	late, err := texts(ctx, tx, `SELECT id FROM reference WHERE gallery = $1 AND seq > $2`, g.key, own.seq)
	if err != nil {
		return nil, err
	}
	for _, id := range late {
		problems = append(problems, fmt.Sprintf("reference %s: changed after the last change", id))
	}
	rows, err := tx.Query(ctx, `SELECT reference, seq, crc FROM removal WHERE gallery = $1`, g.key)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var seq, crc int64
		if err := rows.Scan(&id, &seq, &crc); err != nil {
			return nil, err
		}
		switch {
		case seq > own.seq:
			problems = append(problems, fmt.Sprintf("removal of %s: after the last change", id))
		case crc != store.Checksum(id, seq):
			problems = append(problems, fmt.Sprintf("removal of %s: %s", id, whyChecksum))
		}
	}
	if n := len(problems) - mostAlike; n > 0 {
		problems = append(problems[:mostAlike], fmt.Sprintf("numbers of changes: %d more like this", n))
	}
	return problems, rows.Err()
}

// damagedPart is a damaged part of a reference.
type damagedPart struct {
	*store.Damage
	next bool // the part belongs to the next model of an unfinished Reembed, and is not in use yet
}

// inspectedAtOnce is how many references are read at once: up to 100 KB each, as
// registered.
const inspectedAtOnce = 32

// inspect reads all parts of all references, with those of a next model that are not in
// use yet, and returns the damaged ones.
func (g *Store) inspect(ctx context.Context, tx querier, own state, content store.Content) (damaged []damagedPart, err error) {
	for after := ""; ; {
		ids, err := texts(ctx, tx, `SELECT id FROM reference WHERE gallery = $1 AND id > $2 ORDER BY id LIMIT $3`, g.key, after, inspectedAtOnce)
		if err != nil || len(ids) == 0 {
			return damaged, err
		}
		after = ids[len(ids)-1]
		found, err := g.inspectSome(ctx, tx, own, ids, content)
		if isCorrupt(err) {
			goOn(ctx, tx)
			found, err = g.inspectOneByOne(ctx, tx, own, ids, content)
		}
		if err != nil {
			return nil, err
		}
		damaged = append(damaged, found...)
	}
}

// inspectQuery selects the references $2 with the embeddings of all models, that of $3
// first. The embeddings are looked up one by one: see changesQuery.
const inspectQuery = `SELECT ` + entryColumns + `, coalesce(e.model, '') FROM reference r JOIN gallery g ON g.key = r.gallery
		LEFT JOIN LATERAL (SELECT * FROM embedding e WHERE e.gallery = r.gallery AND e.reference = r.id OFFSET 0) e ON true WHERE r.gallery = $1 AND r.id = ANY($2) ORDER BY r.id, e.model = $3 DESC`

// inspectSome returns the damaged parts of references, in the order of their ids.
func (g *Store) inspectSome(ctx context.Context, tx querier, own state, ids []string, content store.Content) (damaged []damagedPart, err error) {
	rows, err := tx.Query(ctx, inspectQuery, g.key, ids, own.model)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	last := ""
	for rows.Next() {
		var model string
		e, err := scanEntry(rows, &model)
		if err != nil {
			return nil, err
		}
		if e.ID != last { // the row of the gallery's own model comes first, if there is one
			damaged = append(damaged, e.inspectReference()...)
			damaged = append(damaged, e.inspectParts("", 0, false, content, store.PartPicture)...)
			if model != own.model {
				damaged = append(damaged, damagedPart{&store.Damage{ID: e.ID, Label: e.Label, Part: store.PartEmbedding, Why: whyMissing}, false})
			}
		}
		last = e.ID
		if model == "" {
			continue
		}
		dim, next := own.dim, model != own.model
		if next {
			dim = 0 // not known yet
		}
		damaged = append(damaged, e.inspectParts(model, dim, next, content, store.PartEmbedding, store.PartFeatures, store.PartWords)...)
	}
	return damaged, rows.Err()
}

// inspectReference says what is wrong with the row of a reference.
func (e *rawEntry) inspectReference() []damagedPart {
	damage := &store.Damage{ID: e.ID, Label: e.Label, Part: store.PartReference, Why: whyChecksum}
	if !e.Damaged {
		if canonical, err := label.ParseStored(string(e.Label)); err == nil && canonical == e.Label {
			return nil
		}
		damage.Why = fmt.Sprintf("%q is no label", e.Label)
	}
	return []damagedPart{{damage, false}}
}

// inspectParts returns the damaged ones of some parts, which a model made.
func (e *rawEntry) inspectParts(model string, dim int, next bool, content store.Content, parts ...store.Part) (damaged []damagedPart) {
	for _, part := range parts {
		s, err := e.read(part, model)
		if err == nil {
			err = store.ValidatePart(part, s.data, dim, content)
		}
		damaged = appendDamage(damaged, &e.Reference, part, next, err)
	}
	return damaged
}

// appendDamage appends the damage that an error of reading a part amounts to.
func appendDamage(damaged []damagedPart, r *store.Reference, part store.Part, next bool, err error) []damagedPart {
	if err == nil {
		return damaged
	}
	damage := &store.Damage{ID: r.ID, Label: r.Label, Part: part, Why: err.Error()}
	errors.As(err, &damage)
	return append(damaged, damagedPart{damage, next})
}

// inspectOneByOne is inspectSome where pages cannot be read: it finds which parts lie in
// them. It leaves out the parts of a next model.
func (g *Store) inspectOneByOne(ctx context.Context, tx querier, own state, ids []string, content store.Content) (damaged []damagedPart, err error) {
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := g.get(ctx, tx, id)
		if err != nil && !r.Damaged {
			return nil, err
		}
		damaged = appendDamage(damaged, &r, store.PartReference, false, err)
		for _, part := range []store.Part{store.PartPicture, store.PartEmbedding, store.PartFeatures, store.PartWords} {
			model := own.model
			if part == store.PartPicture {
				model = ""
			}
			s, err := g.readPart(ctx, tx, id, model, part)
			if err == nil {
				err = store.ValidatePart(part, s.data, own.dim, content)
			} else if !errors.Is(err, store.ErrDamaged) {
				return nil, err
			}
			damaged = appendDamage(damaged, &r, part, false, err)
		}
	}
	return damaged, nil
}
