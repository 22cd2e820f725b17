package service

import (
	"context"
	"time"

	"exemplar/internal/service/db"
)

// Repeatable is a request that its sender may send again, not knowing whether it was
// done: it is done once, and answered alike.
type Repeatable struct {
	By      Actor
	Name    string // that the sender gave it
	Request string // what is asked for
}

// repeatTime is how long an answer is remembered.
const repeatTime = 24 * time.Hour

// Begin says that a request is to be done, or returns what it was answered before.
func (s *Service) Begin(ctx context.Context, r Repeatable) (status int, body []byte, done bool, err error) {
	var before *db.Answer
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) {
		before, err = tx.BeginAnswer(ctx, db.Answer{Who: r.By.Key, Name: r.Name, Request: r.Request, Node: s.node, At: time.Now()})
		return err
	})
	switch {
	case err != nil || before == nil:
		return 0, nil, false, err
	case before.Request != r.Request:
		return 0, nil, false, fault(Conflict, "the Idempotency-Key %q was used for another request (%s): take a new one for each", r.Name, before.Request)
	case before.Status == 0:
		return 0, nil, false, &Error{Kind: Conflict, Text: "the same request is being done: ask again in a moment", After: time.Second}
	}
	return before.Status, before.Body, true, nil
}

// End remembers what a request was answered; where it failed on this side, or is to be
// sent again, it is forgotten.
func (s *Service) End(ctx context.Context, r Repeatable, status int, body []byte) {
	ctx = context.WithoutCancel(ctx)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if status == 0 || status >= 500 || status == 429 || status == 408 {
			return tx.ForgetAnswer(ctx, r.By.Key, r.Name)
		}
		return tx.EndAnswer(ctx, db.Answer{Who: r.By.Key, Name: r.Name, Status: status, Body: body})
	})
	if err != nil {
		s.log.Error("remember an answer", "error", err)
	}
}

// forgetRepeated forgets old answers. What a killed process was at goes with its node:
// to do it again is safe, because a picture is registered once under a label.
func (s *Service) forgetRepeated(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return tx.ForgetAnswers(ctx, now.Add(-repeatTime)) })
}
