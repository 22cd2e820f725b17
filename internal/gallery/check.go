package gallery

import (
	"context"
	"database/sql"
	"fmt"

	"exemplar/internal/label"
)

// Check reads the whole gallery and returns, in words, what is wrong with it:
// damaged pages, references without picture or embeddings, embeddings that are
// none, labels that are none. An empty answer means that all is well.
func (g *Gallery) Check(ctx context.Context) (problems []string, err error) {
	err = g.read(ctx, "check", func(tx *sql.Tx) error {
		damaged, err := pageProblems(ctx, tx)
		if err != nil || len(damaged) > 0 { // the rest would only repeat it
			problems = damaged
			return err
		}
		problems, err = referenceProblems(ctx, tx)
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
		var problem string
		if err := rows.Scan(&problem); err != nil {
			return nil, err
		}
		if problem != "ok" {
			problems = append(problems, problem)
		}
	}
	return problems, rows.Err()
}

// referenceProblems checks what every reference must have.
func referenceProblems(ctx context.Context, tx *sql.Tx) (problems []string, err error) {
	own, err := readState(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT r.id, r.label, r.seq, p.jpeg, e.vectors FROM reference r
		LEFT JOIN picture p ON p.reference = r.id
		LEFT JOIN embedding e ON e.reference = r.id AND e.model = ? ORDER BY r.id`, own.model)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, label string
		var seq int64
		var picture, data sql.RawBytes
		if err := rows.Scan(&id, &label, &seq, &picture, &data); err != nil {
			return nil, err
		}
		if fault := rowFault(label, picture, data, own.dim); fault != nil {
			problems = append(problems, fmt.Sprintf("reference %s (%s): %v", id, label, fault))
		}
		if seq > own.seq {
			problems = append(problems, fmt.Sprintf("reference %s (%s): changed after the last change", id, label))
		}
	}
	return problems, rows.Err()
}

func rowFault(name string, picture, data []byte, dim int) error {
	if canonical, err := label.ParseStored(name); err != nil || string(canonical) != name {
		return fmt.Errorf("%q is no label", name)
	}
	if err := pictureFault(picture); err != nil {
		return err
	}
	vectors, err := decodeVectors(data, dim)
	if err != nil {
		return err
	}
	return vectorsFault(vectors)
}
