package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"exemplar/internal/service/db"
)

// AuditEntry is one row of the audit: who did what to what, when, and what it was like
// before and after. Its hash is the SHA-256 of its canonical form, the JSON of this
// struct without Hash; that form holds the hash of the row before.
type AuditEntry struct {
	Seq        int64           `json:"seq" doc:"number of the row, from 1"`
	At         time.Time       `json:"at"`
	Who        string          `json:"who" doc:"name of the key; 'local' where no key is needed"`
	Key        string          `json:"key,omitempty" doc:"prefix of the key"`
	What       string          `json:"what" doc:"such as decision, references.register, key.create"`
	Collection string          `json:"collection,omitempty"`
	Subject    string          `json:"subject,omitempty" doc:"id or name of what it is about"`
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
	Prev       string          `json:"prev" doc:"hash of the row before; empty for the first"`
	Hash       string          `json:"hash,omitempty" doc:"SHA-256 of this row, in hexadecimal"`
}

// entry is what a caller says of a change.
type entry struct {
	What, Collection, Subject string
	Before, After             any
}

// record appends a row to the audit, in the transaction of the change itself.
func (s *Service) record(ctx context.Context, tx *db.Tx, by Actor, e entry) error {
	seq, prev, err := tx.NextAudit(ctx)
	if err != nil {
		return err
	}
	full := AuditEntry{
		Seq: seq, At: time.Now().UTC().Truncate(time.Microsecond), Who: by.Name, Key: by.Key, What: e.What,
		Collection: e.Collection, Subject: e.Subject, Prev: prev,
	}
	if full.Before, err = rawJSON(e.Before); err != nil {
		return err
	}
	if full.After, err = rawJSON(e.After); err != nil {
		return err
	}
	body, err := json.Marshal(full)
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, db.AuditRow{Seq: seq, Hash: hashOf(body), Collection: e.Collection, What: e.What, Subject: e.Subject, Body: string(body)})
}

func rawJSON(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// parseAudit reads a row back.
func parseAudit(row db.AuditRow) (AuditEntry, error) {
	var e AuditEntry
	err := json.Unmarshal([]byte(row.Body), &e)
	e.Hash = row.Hash
	return e, err
}

// AuditPage is a part of the audit, the newest row first.
type AuditPage struct {
	Entries []AuditEntry `json:"entries"`
	Next    int64        `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// AuditFilter selects rows; see [db.AuditFilter].
type AuditFilter = db.AuditFilter

// Audit returns rows with numbers below before (0: from the newest on) that a filter
// selects.
func (s *Service) Audit(ctx context.Context, before int64, f AuditFilter, limit int) (AuditPage, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := s.db.Read().AuditPage(ctx, before, f, limit)
	if err != nil {
		return AuditPage{}, err
	}
	page := AuditPage{Entries: []AuditEntry{}}
	for _, row := range rows {
		e, err := parseAudit(row)
		if err != nil {
			return AuditPage{}, fmt.Errorf("row %d of the audit is damaged: see exemplar audit verify: %w", row.Seq, err)
		}
		page.Entries = append(page.Entries, e)
	}
	if len(rows) == limit {
		page.Next = rows[len(rows)-1].Seq
	}
	return page, nil
}
