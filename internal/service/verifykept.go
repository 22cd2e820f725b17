package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"exemplar"
	"exemplar/internal/service/db"
)

// verifying is how far the audit was read, and what it says of decisions.
type verifying struct {
	Verified
	head string // hash that a row must have
	seen bool   // it has
	said map[string]saidLast
	kept map[string]*keptCount // by collection
}

// keptCount is how many decisions of a collection must be kept by what was read, and
// between what bounds that was since compareCount began: others may be at work.
type keptCount struct{ now, low, high int64 }

func (k *keptCount) set(n int64) { k.now, k.low, k.high = n, min(k.low, n), max(k.high, n) }

// saidLast is what a person made of a decision last.
type saidLast struct {
	seq   int64
	state decisionState
}

// note notes what a row says that people made of decisions.
func (v *verifying) note(row db.AuditRow) error {
	kept := v.kept[row.Collection]
	if kept == nil {
		kept = &keptCount{}
		v.kept[row.Collection] = kept
	}
	switch row.What {
	case "decision":
		kept.set(kept.now + 1)
		return nil
	case "decisions.expire":
		removed, err := expired(row)
		kept.set(kept.now - removed)
		return err
	case "collection.delete":
		kept.set(0)
		return nil
	case "decisions." + ActConfirm, "decisions." + ActNew, "decisions." + ActNot, "decisions." + ActIgnore, "undo":
	default:
		return nil
	}
	e, err := parseAudit(row)
	if err != nil {
		return err
	}
	var after struct {
		Left []decisionState `json:"left"` // by an action on decisions, or by undoing one
	}
	if err := json.Unmarshal(e.After, &after); err != nil {
		return fmt.Errorf("row %d of the audit: %w", row.Seq, err)
	}
	for _, state := range after.Left {
		v.said[state.ID] = saidLast{row.Seq, state}
	}
	return nil
}

// expired is how many decisions retention removed, by a row.
func expired(row db.AuditRow) (int64, error) {
	e, err := parseAudit(row)
	if err != nil {
		return 0, err
	}
	var after struct {
		Removed int64 `json:"removed"`
	}
	if err := json.Unmarshal(e.After, &after); err != nil {
		return 0, fmt.Errorf("row %d of the audit: %w", row.Seq, err)
	}
	return after.Removed, nil
}

// namedMost is how many of what differs from the audit are named.
const namedMost = 10

// compareKept compares all decisions that are kept, and all changes that are listed, with
// the audit, which was read.
func (s *Service) compareKept(ctx context.Context, v *verifying) error {
	collections, err := s.db.Read().Collections(ctx)
	if err != nil {
		return err
	}
	var wrong []string
	for _, c := range collections {
		more, err := s.compareDecisions(ctx, v, c.Name)
		if err != nil {
			return err
		}
		wrong = append(wrong, more...)
		if more, err = s.compareChanges(ctx, c.Name); err != nil {
			return err
		}
		wrong = append(wrong, more...)
	}
	for _, name := range slices.Sorted(maps.Keys(v.kept)) {
		fault, err := s.compareCount(ctx, v, name)
		if err != nil {
			return err
		}
		if fault != "" {
			wrong = append(wrong, fault)
		}
	}
	if n := len(wrong); n > namedMost {
		wrong = append(wrong[:namedMost], fmt.Sprintf("%d more", n-namedMost))
	}
	if v.Problem == "" && len(wrong) > 0 {
		v.Problem = "the rows are as they were written, and what is kept beside them is not what they say: " + strings.Join(wrong, "; ")
	}
	return nil
}

// compareCount says whether as many decisions of a collection are kept as its rows say. As
// each kept one has a row of its own, none is missing then.
func (s *Service) compareCount(ctx context.Context, v *verifying, collection string) (fault string, err error) {
	kept := v.kept[collection]
	kept.low, kept.high = kept.now, kept.now
	have, err := s.db.Read().CountAllDecisions(ctx, collection)
	if err != nil {
		return "", err
	}
	if err := s.readOn(ctx, v); err != nil || v.Problem != "" { // what was recorded until they were counted
		return "", err
	}
	if have >= kept.low && have <= kept.high {
		return "", nil
	}
	return fmt.Sprintf("%d decisions of %s are kept, by the rows it must be %d: some were removed, or put in, beside the program", have, collection, kept.now), nil
}

// compareDecisions says which decisions of a collection are not what the audit says.
func (s *Service) compareDecisions(ctx context.Context, v *verifying, collection string) (wrong []string, err error) {
	f := db.DecisionFilter{Limit: verifyBatch}
	for {
		rows, err := s.db.Read().Decisions(ctx, collection, f)
		if err != nil {
			return wrong, err
		}
		for _, row := range rows {
			v.Decisions++
			f.Before = row.ID
			fault, err := s.compareDecision(ctx, v, row)
			if err != nil {
				return wrong, err
			}
			if fault != "" {
				wrong = append(wrong, fmt.Sprintf("decision %s of %s: %s", row.ID, collection, fault))
			}
		}
		if len(rows) < verifyBatch {
			return wrong, nil
		}
	}
}

// compareTries is how often a decision that differs is read anew, with the audit: others
// may be changing it.
const compareTries = 3

// compareDecision says in what a decision differs from its rows.
func (s *Service) compareDecision(ctx context.Context, v *verifying, row db.Decision) (fault string, err error) {
	for try := range compareTries {
		if try > 0 {
			row, err = s.db.Read().Decision(ctx, row.Collection, row.ID)
			if errors.Is(err, db.ErrNone) {
				return "", nil // removed meanwhile
			}
			if err != nil {
				return "", err
			}
			if err := s.readOn(ctx, v); err != nil || v.Problem != "" {
				return "", err
			}
		}
		if fault, err = s.differs(ctx, v, row); fault == "" || err != nil {
			return "", err
		}
	}
	return fault, nil
}

// differs says in what a decision differs from what the audit says of it.
func (s *Service) differs(ctx context.Context, v *verifying, row db.Decision) (string, error) {
	asked, answered, err := s.rowsOf(ctx, row.ID)
	if err != nil {
		return "", err
	}
	if asked.Seq == 0 || asked.Collection != row.Collection {
		return "it has no row of its own", nil
	}
	if asked.Who != row.Who {
		return fmt.Sprintf("it names %q as who asked, row %d %q", row.Who, asked.Seq, asked.Who), nil
	}
	recorded, ok := evidenceOf(answered.After, row)
	if !ok {
		return fmt.Sprintf("its answer is not that of row %d", answered.Seq), nil
	}
	var answer exemplar.Answer
	if err := json.Unmarshal([]byte(row.Answer), &answer); err != nil {
		return "", err
	}
	if answer.Confidence != row.Confidence || answer.Page != row.Page || answer.Member != row.Member {
		return fmt.Sprintf("its confidence, page or member is not that of row %d", answered.Seq), nil
	}
	seq, want := answered.Seq, decisionState{row.ID, recorded.status(answer), string(answer.Decision), answer.Label}
	if said, ok := v.said[row.ID]; ok && said.seq > seq {
		seq, want = said.seq, said.state
	}
	for _, field := range []struct{ name, have, want string }{
		{"decision", row.Decision, want.Decision}, {"label", row.Label, want.Label}, {"status", row.Status, want.Status},
	} {
		if field.have != field.want {
			return fmt.Sprintf("its %s is %q, by row %d %q", field.name, field.have, seq, field.want), nil
		}
	}
	return "", nil
}

// evidenceOf is what a row of the audit, of this program or an earlier one, has of a
// decision; false if that is not the decision as it is kept. Its status is what the answer
// left, and not what people made of it.
func evidenceOf(recorded json.RawMessage, row db.Decision) (decisionEvidence, bool) {
	e := evidence(row)
	var then struct{ Status string }
	if err := json.Unmarshal(recorded, &then); err != nil {
		return e, false
	}
	e.Status = then.Status
	for _, e.Exact = range []bool{true, false} {
		if kept, err := json.Marshal(e); err == nil && bytes.Equal(kept, recorded) {
			return e, true
		}
	}
	return e, false
}

// rowsOf are the rows of the audit in which a decision was taken first, and last.
func (s *Service) rowsOf(ctx context.Context, id string) (first, last AuditEntry, err error) {
	before := int64(math.MaxInt64)
	for {
		rows, err := s.db.Read().AuditPage(ctx, before, db.AuditFilter{Subject: id}, verifyBatch)
		if err != nil {
			return first, last, err
		}
		for _, row := range rows {
			before = row.Seq
			if row.What != "decision" && row.What != "decision.recheck" {
				continue
			}
			e, err := parseAudit(row)
			if err != nil {
				return first, last, err
			}
			if last.Seq == 0 {
				last = e
			}
			if row.What == "decision" {
				first = e
			}
		}
		if len(rows) < verifyBatch {
			return first, last, nil
		}
	}
}

// compareChanges says which changes of a collection are not what the audit says: what was
// done, and who did it.
func (s *Service) compareChanges(ctx context.Context, collection string) (wrong []string, err error) {
	cursor := ""
	for {
		rows, err := s.db.Read().Changes(ctx, collection, cursor, verifyBatch)
		if err != nil {
			return wrong, err
		}
		for _, row := range rows {
			cursor = row.ID
			of, err := s.db.Read().AuditPage(ctx, math.MaxInt64, db.AuditFilter{Subject: row.ID}, 1)
			if err != nil {
				return wrong, err
			}
			if len(of) == 0 {
				wrong = append(wrong, fmt.Sprintf("change %s of %s: it has no row", row.ID, collection))
				continue
			}
			e, err := parseAudit(of[0])
			if err != nil {
				return wrong, err
			}
			if e.Who != row.Who || e.What != row.What || e.Collection != collection {
				wrong = append(wrong, fmt.Sprintf("change %s of %s: it is listed as %s by %q, row %d has %s by %q", row.ID, collection, row.What, row.Who, e.Seq, e.What, e.Who))
			}
		}
		if len(rows) < verifyBatch {
			return wrong, nil
		}
	}
}
