package service

import (
	"context"
	"strings"
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

// Repeated is how such a request was answered.
type Repeated struct {
	Status int
	Body   []byte
	Sent   string // hash of what was sent with it; empty: Request says all, or it was not read
}

// Begin says that a request is to be done, or returns how it was answered before. Then the
// caller compares what was sent: Request need not say all of it.
func (s *Service) Begin(ctx context.Context, r Repeatable) (*Repeated, error) {
	var before *db.Answer
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		before, err = tx.BeginAnswer(ctx, db.Answer{Who: r.By.Key, Name: r.Name, Request: r.Request, Node: s.node, At: time.Now()})
		return err
	})
	if err != nil || before == nil {
		return nil, err
	}
	request, sent, _ := strings.Cut(before.Request, sentAfter)
	switch {
	case request != r.Request:
		return nil, r.Other(request)
	case before.Status == 0:
		return nil, &Error{Kind: Conflict, Text: "the same request is being done: ask again in a moment", After: time.Second}
	}
	return &Repeated{before.Status, before.Body, sent}, nil
}

// sentAfter stands between a request and the hash of what was sent with it.
const sentAfter = "\n"

// Other is the error for a name that another request has.
func (r Repeatable) Other(request string) error {
	return fault(Conflict, "the Idempotency-Key %q was used for another request (%s): take a new one for each", r.Name, request)
}

// End remembers how a request was answered; where it failed on this side, or is to be
// sent again, it is forgotten.
func (s *Service) End(ctx context.Context, r Repeatable, done Repeated) {
	ctx = context.WithoutCancel(ctx)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if done.Status == 0 || done.Status >= 500 || done.Status == 429 || done.Status == 408 {
			return tx.ForgetAnswer(ctx, r.By.Key, r.Name)
		}
		request := r.Request
		if done.Sent != "" {
			request += sentAfter + done.Sent
		}
		return tx.EndAnswer(ctx, db.Answer{Who: r.By.Key, Name: r.Name, Request: request, Status: done.Status, Body: done.Body})
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
