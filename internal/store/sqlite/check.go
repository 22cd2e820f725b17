package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"exemplar/internal/label"
	"exemplar/internal/store"
)

// Check returns the problems of the gallery: damaged pages, and parts of references
// that are missing, not what was written, or not valid. Damage in one place does not
// stop the rest of the check.
func (g *Store) Check(ctx context.Context, content store.Content) (problems []string, err error) {
	err = g.read(ctx, "check", func(tx *sql.Tx) error {
		if problems, err = g.pageProblems(ctx, tx); err != nil {
			return err
		}
		own, err := g.readState(ctx, tx)
		if err != nil {
			problems = append(problems, err.Error())
			return nil
		}
		if own.damaged {
			problems = append(problems, ownRowProblem(own))
		}
		if problems, err = g.changeProblems(ctx, tx, own, problems); err != nil {
			return err
		}
		damaged, err := g.inspect(ctx, tx, own, content)
		for _, d := range damaged {
			problems = append(problems, d.Problem())
		}
		if isCorrupt(err) && len(problems) > 0 { // the error would only repeat them
			return nil
		}
		return err
	})
	return problems, err
}

func ownRowProblem(own state) string {
	return fmt.Sprintf("the gallery's own row: %s: its embeddings are of model %s with %d numbers", whyChecksum, own.model, own.dim)
}

// mostAlike is how many problems of one kind are listed one by one (by eye).
const mostAlike = 20

// appendProblems appends the problems that a query returns: up to mostAlike lines, and
// the number of the others. Pages that cannot be read are a problem of their own.
func appendProblems(ctx context.Context, tx *sql.Tx, problems []string, of, query string, args ...any) ([]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err == nil {
		defer rows.Close()
		n := 0
		for rows.Next() && err == nil {
			var problem text
			if err = rows.Scan(&problem); err != nil || problem == "ok" {
				continue
			}
			if n++; n <= mostAlike {
				problems = append(problems, string(problem))
			}
		}
		if err == nil {
			err = rows.Err()
		}
		if n > mostAlike {
			problems = append(problems, fmt.Sprintf("%s: %d more like this", of, n-mostAlike))
		}
	}
	if isCorrupt(err) {
		return append(problems, fmt.Sprintf("%s: %s", of, whyPages)), nil
	}
	return problems, err
}

// pageProblems lets SQLite check its own structures.
func (g *Store) pageProblems(ctx context.Context, tx *sql.Tx) (problems []string, err error) {
	found, err := texts(ctx, tx, `SELECT integrity_check FROM pragma_integrity_check`)
	if isCorrupt(err) {
		found, err = append(found, whyPages), nil
	}
	problems = shortly(found)
	tables := []string{"picture", "embedding"}
	if g.version >= wordsVersion {
		tables = append(tables, "words")
	}
	if g.version >= checksumVersion {
		tables = append(tables, "checksum")
	}
	for _, table := range tables {
		if err != nil {
			return nil, err
		}
		problems, err = appendProblems(ctx, tx, problems, "rows of "+table,
			`SELECT 'row of ' || "table" || ' belongs to no reference' FROM pragma_foreign_key_check(?)`, table)
	}
	return problems, err
}

// shortly tells what SQLite finds, a line for each page and row, in one sentence, and leaves
// out pages that nothing uses: they do no harm.
func shortly(found []string) []string {
	const of = "structure of the file: "
	var faults []string
	for line := range strings.Lines(strings.Join(found, "\n")) {
		line = strings.TrimSpace(line)
		if line != "" && line != "ok" && !strings.HasPrefix(line, "***") && !strings.HasSuffix(line, "never used") {
			faults = append(faults, line)
		}
	}
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return []string{of + faults[0]}
	}
	return []string{fmt.Sprintf(of+"%d faults, such as: %s", len(faults), faults[0])}
}

// changeProblems checks the numbers of changes, the records of removals, and that
// every checksum belongs to a known part.
func (g *Store) changeProblems(ctx context.Context, tx *sql.Tx, own state, problems []string) ([]string, error) {
	checks := []struct{ of, query string }{
		{"numbers of changes", `SELECT 'reference ' || id || ': changed after the last change' FROM reference WHERE seq > ?1`},
		{"removals", `SELECT 'removal of ' || reference || ': after the last change' FROM removal WHERE seq > ?1`},
	}
	if g.version >= checksumVersion {
		checks = append(checks, []struct{ of, query string }{
			{"removals", `SELECT 'removal of ' || reference || ': ` + whyChecksum + `' FROM removal WHERE row_crc(reference, seq) IS NOT crc AND seq <= ?1`},
			{"checksums", `SELECT 'checksum of reference ' || reference || ': of ' || quote(part) || ', which is no part' FROM checksum
				WHERE part NOT IN ('picture', 'embedding', 'features', 'words') AND ?1 IS NOT NULL`},
		}...)
	}
	var err error
	for _, c := range checks {
		if problems, err = appendProblems(ctx, tx, problems, c.of, c.query, own.seq); err != nil {
			return nil, err
		}
	}
	return problems, nil
}

// damagedPart is a damaged part of a reference.
type damagedPart struct {
	*store.Damage
	next bool // the part belongs to the next model of an unfinished Reembed, and is not in use yet
}

// inspect reads all parts of all references, with those of a next model that are not
// in use yet, and returns the damaged ones.
func (g *Store) inspect(ctx context.Context, tx *sql.Tx, own state, content store.Content) (damaged []damagedPart, err error) {
	references, err := g.query(ctx, tx, `ORDER BY r.id`)
	if isCorrupt(err) {
		references, err = g.oneByOne(ctx, tx)
	}
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
func (g *Store) inspectReference(ctx context.Context, tx *sql.Tx, own state, r store.Reference, content store.Content) (damaged []damagedPart, err error) {
	if r.Damaged {
		damaged = append(damaged, damagedPart{&store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: whyChecksum}, false})
	} else if canonical, err := label.ParseStored(string(r.Label)); err != nil || canonical != r.Label {
		damaged = append(damaged, damagedPart{&store.Damage{ID: r.ID, Label: r.Label, Part: store.PartReference, Why: fmt.Sprintf("%q is no label", r.Label)}, false})
	}
	look := func(part store.Part, model string, dim int) error {
		next := part != store.PartPicture && model != own.model
		s, err := g.readPart(ctx, tx, r.ID, model, part)
		var damage *store.Damage
		if errors.As(err, &damage) {
			damaged = append(damaged, damagedPart{damage, next})
			return nil
		}
		if err != nil {
			return err
		}
		if err := store.ValidatePart(part, s.data, dim, content); err != nil {
			damaged = append(damaged, damagedPart{&store.Damage{ID: r.ID, Label: r.Label, Part: part, Why: err.Error()}, next})
		}
		return nil
	}
	if err := look(store.PartPicture, "", 0); err != nil {
		return nil, err
	}
	next, err := nextModels(ctx, tx, r.ID, own.model)
	if err != nil && !isCorrupt(err) { // reading the parts below reports damage, too
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

// nextModels returns the models that a reference has embeddings of, but for the
// gallery's own.
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
