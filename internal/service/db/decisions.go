package db

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// Decision is a row of the table of decisions: an answer, and what people made of it.
type Decision struct {
	ID             string
	Collection     string
	At             time.Time
	Who            string
	Source         string
	Page           int
	Member         string
	Part           int    // which of the pages of the file, in their order, from 0
	Nth            int    // which of the documents in the picture, from 0
	Hash           string // SHA-256 of the file, in hexadecimal
	Status         string
	Decision       string
	Label          string
	Confidence     float64
	GalleryVersion int64
	Options        string // JSON
	Answer         string // JSON
	Likeness       []byte // float32, little endian; nil of what nobody is to look at
	HasPicture     bool
}

const decisionColumns = `id, collection, at, who, source, page, member, part, nth, hash, status, decision, label, confidence, gallery_version, options, answer, likeness, has_picture`

func scanDecision(rows *sql.Rows, d *Decision) error {
	var at, picture int64
	err := rows.Scan(&d.ID, &d.Collection, &at, &d.Who, &d.Source, &d.Page, &d.Member, &d.Part, &d.Nth, &d.Hash, &d.Status, &d.Decision, &d.Label,
		&d.Confidence, &d.GalleryVersion, &d.Options, &d.Answer, &d.Likeness, &picture)
	d.At, d.HasPicture = timeOf(at), picture != 0
	return err
}

// AddDecision adds a row.
func (q *Tx) AddDecision(ctx context.Context, d Decision) error {
	_, err := q.exec(ctx, `INSERT INTO decision (`+decisionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Collection, stamp(d.At), d.Who, d.Source, d.Page, d.Member, d.Part, d.Nth, d.Hash, d.Status, d.Decision, d.Label,
		d.Confidence, d.GalleryVersion, d.Options, d.Answer, d.Likeness, flag(d.HasPicture))
	return err
}

// SetDecision writes what may change of a row: its status and its answer.
func (q *Tx) SetDecision(ctx context.Context, d Decision) error {
	return q.must(ctx, `UPDATE decision SET status = ?, decision = ?, label = ?, confidence = ?, gallery_version = ?, answer = ? WHERE id = ?`,
		d.Status, d.Decision, d.Label, d.Confidence, d.GalleryVersion, d.Answer, d.ID)
}

// Decision returns the row with an id.
func (q *Tx) Decision(ctx context.Context, collection, id string) (Decision, error) {
	return one(ctx, q.querier, scanDecision, `SELECT `+decisionColumns+` FROM decision WHERE id = ? AND collection = ?`, id, collection)
}

// DecisionFilter selects decisions; an empty field selects all.
type DecisionFilter struct {
	Decision, Label, Status string
	Text                    string // in the source, the label or the answer's reason
	From, To                time.Time
	Before                  string // only those with a smaller id, which are older
	Limit                   int
}

// Decisions returns the rows of a collection, the newest first.
func (q *Tx) Decisions(ctx context.Context, collection string, f DecisionFilter) ([]Decision, error) {
	where, args := []string{"collection = ?"}, []any{collection}
	add := func(clause string, values ...any) {
		where, args = append(where, clause), append(args, values...)
	}
	if f.Decision != "" {
		add("decision = ?", f.Decision)
	}
	if f.Label != "" {
		add("(label = ? OR label LIKE ? ESCAPE '!')", f.Label, like(f.Label)+"/%")
	}
	if f.Status != "" {
		add("status = ?", f.Status)
	}
	if f.Text != "" {
		pattern := "%" + like(strings.ToLower(f.Text)) + "%"
		add("(lower(source) LIKE ? ESCAPE '!' OR lower(label) LIKE ? ESCAPE '!' OR id = ?)", pattern, pattern, f.Text)
	}
	if !f.From.IsZero() {
		add("at >= ?", stamp(f.From))
	}
	if !f.To.IsZero() {
		add("at < ?", stamp(f.To))
	}
	if f.Before != "" {
		add("id < ?", f.Before)
	}
	args = append(args, f.Limit)
	return all(ctx, q.querier, scanDecision, `SELECT `+decisionColumns+` FROM decision WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT ?`, args...)
}

// DecisionsOfPage returns the rows of a page of a file with a hash that are later than a row.
func (q *Tx) DecisionsOfPage(ctx context.Context, collection, hash string, part int, since string) ([]Decision, error) {
	return all(ctx, q.querier, scanDecision, `SELECT `+decisionColumns+` FROM decision WHERE collection = ? AND id > ? AND hash = ? AND part = ? ORDER BY nth`, collection, since, hash, part)
}

// like escapes what LIKE would take for a pattern.
func like(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }

// CountDecisions counts the rows of a collection with a status.
func (q *Tx) CountDecisions(ctx context.Context, collection, status string) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM decision WHERE collection = ? AND status = ?`, collection, status)
}

// CountAllDecisions counts the rows of a collection.
func (q *Tx) CountAllDecisions(ctx context.Context, collection string) (int64, error) {
	return one(ctx, q.querier, number, `SELECT COUNT(*) FROM decision WHERE collection = ?`, collection)
}

// RemoveOldDecisions removes the decisions of a collection from before a time, and the
// files that no other one needs. It returns how many decisions went.
func (q *Tx) RemoveOldDecisions(ctx context.Context, collection string, before time.Time) (int64, error) {
	n, err := q.exec(ctx, `DELETE FROM decision WHERE collection = ? AND at < ?`, collection, stamp(before))
	if err != nil || n == 0 {
		return n, err
	}
	return n, q.removeUnneeded(ctx, collection)
}
