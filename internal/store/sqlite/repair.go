package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/oklog/ulid/v2"

	"exemplar/internal/store"
)

// Repair makes anew what is damaged: indexes, the gallery's own row, derived tables,
// and the embeddings, features and words of pictures. See [store.Keeper].
func (g *Store) Repair(ctx context.Context, maker store.Maker, content store.Content) (done store.Repaired, err error) {
	const doing = "repair"
	if g.filled > 0 {
		done.Rebuilt = append(done.Rebuilt, humanize.IBytes(uint64(g.filled))+" of the file's end were missing: what lay there is lost")
	}
	rebuilt, err := g.repairFile(ctx)
	done.Rebuilt = append(done.Rebuilt, rebuilt...)
	if err != nil {
		return done, err
	}
	var own state
	var damaged []damagedPart
	err = g.read(ctx, doing, func(tx *sql.Tx) error {
		if own, err = g.readState(ctx, tx); err != nil {
			return err
		}
		damaged, err = g.inspect(ctx, tx, own, content)
		return err
	})
	if err != nil {
		return done, err
	}
	for start := 0; start < len(damaged); {
		end := start + 1
		for end < len(damaged) && damaged[end].ID == damaged[start].ID {
			end++
		}
		if err := g.repairOne(ctx, own, maker, content, damaged[start:end], &done); err != nil {
			return done, err
		}
		start = end
	}
	err = g.read(ctx, doing, func(tx *sql.Tx) error {
		done.Pages, err = g.pageProblems(ctx, tx)
		return err
	})
	return done, err
}

// repairOne makes anew the damaged parts of a reference, and notes the result in done.
func (g *Store) repairOne(ctx context.Context, own state, maker store.Maker, content store.Content, damaged []damagedPart, done *store.Repaired) error {
	summed, damaged, err := g.sumAnew(ctx, own, content, damaged)
	for _, f := range summed {
		done.Made = append(done.Made, f.Damage)
	}
	if err != nil || len(damaged) == 0 {
		return err
	}
	made, err := g.repairReference(ctx, own, maker, damaged)
	if err != nil {
		return err
	}
	for _, f := range damaged {
		if made {
			done.Made = append(done.Made, f.Damage)
		} else {
			done.Left = append(done.Left, f.Damage)
		}
	}
	return nil
}

// sumAnew makes anew the lost checksums of pictures and features, whose content shows
// whether they are sound. The content of embeddings and words does not show it.
func (g *Store) sumAnew(ctx context.Context, own state, content store.Content, damaged []damagedPart) (summed, left []damagedPart, err error) {
	err = g.write(ctx, "repair", func(tx *sql.Tx) error {
		for _, f := range damaged {
			if f.next || f.Why != whyUnsummed || f.Part != store.PartPicture && f.Part != store.PartFeatures {
				left = append(left, f)
				continue
			}
			model := own.model
			if f.Part == store.PartPicture {
				model = ""
			}
			s, err := g.readUnsummed(ctx, tx, f.ID, model, f.Part)
			if err != nil {
				return err
			}
			if fault := store.ValidatePart(f.Part, s.data, 0, content); fault != nil {
				f.Why += ", and " + fault.Error()
				left = append(left, f)
				continue
			}
			if err := insertChecksum(ctx, tx, "", f.ID, f.Part, model, s.data); err != nil {
				return err
			}
			summed = append(summed, f)
		}
		if len(summed) == 0 {
			return nil
		}
		return g.touch(ctx, tx, summed[0].ID)
	})
	if err != nil {
		return nil, nil, err
	}
	return summed, left, nil
}

// touch makes readers of ChangesSince load a reference again.
func (g *Store) touch(ctx context.Context, tx *sql.Tx, id string) error {
	seq, err := g.nextSeq(ctx, tx)
	if err != nil {
		return err
	}
	return updateOne(ctx, tx, id, `UPDATE reference SET seq = ? WHERE id = ?`, seq, id)
}

// repairFile repairs the file itself, without any reference, and says what it repaired.
func (g *Store) repairFile(ctx context.Context) (rebuilt []string, err error) {
	if err := g.rebuildTables(ctx, &rebuilt); err != nil {
		return rebuilt, err
	}
	var problems []string
	err = g.read(ctx, "repair", func(tx *sql.Tx) error {
		problems, err = g.pageProblems(ctx, tx)
		return err
	})
	if err != nil {
		return rebuilt, err
	}
	if len(problems) > 0 {
		err = g.tidy(ctx)
	}
	if err != nil {
		return rebuilt, err
	}
	err = g.write(ctx, "repair", func(tx *sql.Tx) error { return g.repairState(ctx, tx, &rebuilt) })
	return rebuilt, err
}

// tidy makes the indexes anew, and removes rows that belong to no reference. Each step is
// for itself: where pages cannot be read it cannot be made, and the others can.
func (g *Store) tidy(ctx context.Context) error {
	for _, statement := range []string{
		`REINDEX`,
		`DELETE FROM words WHERE NOT EXISTS (SELECT 1 FROM embedding e WHERE e.reference = words.reference AND e.model = words.model)
			OR reference NOT IN (SELECT id FROM reference)`,
		`DELETE FROM embedding WHERE reference NOT IN (SELECT id FROM reference)`,
		`DELETE FROM picture WHERE reference NOT IN (SELECT id FROM reference)`,
		`DELETE FROM checksum WHERE reference NOT IN (SELECT id FROM reference) OR part NOT IN ('picture', 'embedding', 'features', 'words')`,
	} {
		err := g.write(ctx, "repair", func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement)
			return err
		})
		if err != nil && !isCorrupt(err) {
			return err
		}
	}
	return nil
}

// repairState makes the gallery's own row anew if that, or the record of a removal, is
// damaged. The gallery then gets another id, so that all readers load it again.
func (g *Store) repairState(ctx context.Context, tx *sql.Tx, rebuilt *[]string) error {
	own, err := g.readState(ctx, tx)
	if err != nil && !errors.Is(err, store.ErrDamaged) {
		return err
	}
	problems, damage := g.changeProblems(ctx, tx, own, nil)
	if damage != nil {
		return damage
	}
	if err == nil && !own.damaged && len(problems) == 0 && len(*rebuilt) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM checksum WHERE part NOT IN ('picture', 'embedding', 'features', 'words')`); err != nil && !isCorrupt(err) {
		return err
	}
	switch {
	case err != nil:
		*rebuilt = append(*rebuilt, "the gallery's own row was damaged, and is made anew")
	case own.damaged:
		*rebuilt = append(*rebuilt, fmt.Sprintf("the gallery's own row was damaged, and is made anew: its embeddings are of model %s with %d numbers", own.model, own.dim))
	case len(problems) > 0:
		*rebuilt = append(*rebuilt, "the records of changes and removals were damaged, and are made anew")
	}
	fresh := own
	if err != nil || own.damaged {
		if fresh, err = deriveState(ctx, tx); err != nil {
			return err
		}
	}
	fresh.id = ulid.Make().String()
	if fresh.seq, err = lastChange(ctx, tx, fresh.seq); err != nil {
		return err
	}
	fresh.seq++
	if _, err := tx.ExecContext(ctx, `DELETE FROM removal WHERE row_crc(reference, seq) IS NOT crc`); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM gallery`); err != nil {
		return err
	}
	return writeState(ctx, tx, fresh)
}

// deriveState makes a gallery's own row of its references. What is damaged there may be
// of any type.
func deriveState(ctx context.Context, tx *sql.Tx) (state, error) {
	var model text
	var created, bytes integer
	const most = `FROM embedding GROUP BY model ORDER BY count(*) DESC LIMIT 1`
	err := tx.QueryRowContext(ctx, `SELECT (SELECT model `+most+`), (SELECT length(vectors) `+most+`), (SELECT min(registered) FROM reference)`).
		Scan(&model, &bytes, &created)
	if created == 0 {
		created = integer(time.Now().UnixMilli())
	}
	return state{model: string(model), dim: int(bytes) / (4 * store.Rotations), created: int64(created)}, err
}

// lastChange is the number of the last change that is recorded, or seq if that is later.
func lastChange(ctx context.Context, tx *sql.Tx, seq int64) (int64, error) {
	var last integer
	err := tx.QueryRowContext(ctx, `SELECT max(?, (SELECT coalesce(max(seq), 0) FROM reference),
		(SELECT coalesce(max(seq), 0) FROM removal WHERE row_crc(reference, seq) IS crc))`, seq).Scan(&last)
	return int64(last), err
}

// repairReference makes anew the damaged parts of a reference, all or none.
func (g *Store) repairReference(ctx context.Context, own state, maker store.Maker, damaged []damagedPart) (made bool, err error) {
	hit := map[store.Part]bool{}
	for _, d := range damaged {
		if !d.next {
			hit[d.Part] = true
		}
	}
	if len(hit) == 0 {
		err := g.write(ctx, "repair", func(tx *sql.Tx) error { return dropNext(ctx, tx, own.model, damaged[0].ID) })
		return err == nil, err
	}
	if hit[store.PartReference] || hit[store.PartPicture] {
		return false, nil
	}
	if own.checkModel(maker.Model, maker.Dim) != nil {
		for _, d := range damaged {
			d.Why += "; it was made with another model: repair with that one"
		}
		return false, nil
	}
	id := damaged[0].ID
	var s store.Stored
	err = g.read(ctx, "repair", func(tx *sql.Tx) error {
		picture, err := g.readPart(ctx, tx, id, "", store.PartPicture)
		s = store.Stored{Reference: store.Reference{ID: id, Label: damaged[0].Label}, Picture: picture.data}
		return err
	})
	if err != nil {
		return false, err
	}
	derived, err := maker.Derive(ctx, []store.Stored{s})
	if err != nil {
		return false, g.fail("repair", err)
	}
	if len(derived) != 1 {
		return false, g.fail("repair", fmt.Errorf("one picture gave %d embeddings", len(derived)))
	}
	err = g.write(ctx, "repair", func(tx *sql.Tx) error { return g.putDerived(ctx, tx, own.model, maker, id, hit, derived[0]) })
	if isCorrupt(err) { // the old rows are in unreadable pages and cannot be deleted
		for _, d := range damaged {
			d.Why = whyPages
		}
		return false, nil
	}
	return err == nil, err
}

// dropNext drops the parts of a reference that a next model made. Reembed makes them
// again.
func dropNext(ctx context.Context, tx *sql.Tx, model, id string) error {
	for _, table := range []string{"embedding", "checksum"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE reference = ? AND model NOT IN ('', ?)`, id, model); err != nil {
			return err
		}
	}
	return nil
}

// putDerived replaces the damaged parts of a reference by the derived ones.
func (g *Store) putDerived(ctx context.Context, tx *sql.Tx, model string, maker store.Maker, id string, hit map[store.Part]bool, d store.Derived) error {
	if err := d.Validate(maker.Dim, maker.Vocabulary); err != nil {
		return fmt.Errorf("reference %s: %w: %w", id, store.ErrInvalid, err)
	}
	vectors := d.Vectors
	if !hit[store.PartEmbedding] {
		kept, err := g.readVectors(ctx, tx, id, model, maker.Dim)
		if err != nil {
			return err
		}
		vectors = kept
	}
	if err := insertEmbedding(ctx, tx, "", id, model, vectors, d.Features, store.Words{Vocabulary: maker.Vocabulary, Data: d.Words}); err != nil {
		return err
	}
	if err := dropNext(ctx, tx, model, id); err != nil {
		return err
	}
	return g.touch(ctx, tx, id)
}
