package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// Verified says whether the audit is as it was written, and what is kept beside it as the
// audit says.
type Verified struct {
	Rows      int64  `json:"rows" doc:"that were looked at, from the first on"`
	Head      string `json:"head" doc:"hash of the last of them: noted elsewhere, it shows later that nothing up to there was changed or cut off"`
	Decisions int64  `json:"decisions" doc:"kept ones that were compared with their rows"`
	Sound     bool   `json:"sound"`
	Problem   string `json:"problem,omitempty" doc:"the first thing that is wrong"`
}

// verifyBatch is how many rows are read at once.
const verifyBatch = 1000

// VerifyAudit computes every hash of the audit again, and compares the kept decisions and
// the listed changes with what it says of them. If head is not empty, a row must have that
// hash: it was noted earlier.
func (s *Service) VerifyAudit(ctx context.Context, head string) (Verified, error) {
	v := verifying{head: head, seen: head == "", said: map[string]saidLast{}, kept: map[string]*keptCount{}}
	if err := s.readOn(ctx, &v); err != nil || v.Problem != "" {
		return v.Verified, err
	}
	last, err := s.db.Read().AuditHead(ctx)
	if err != nil {
		return v.Verified, err
	}
	before := v.Rows
	if last.Seq > before { // rows that were appended meanwhile are no problem
		if err := s.readOn(ctx, &v); err != nil || v.Problem != "" {
			return v.Verified, err
		}
	}
	switch {
	case last.Seq > before && v.Rows < last.Seq:
		v.Problem = fmt.Sprintf("rows %d to %d are missing at the end", v.Rows+1, last.Seq)
	case last.Seq < before || last.Seq == v.Rows && last.Hash != v.Head:
		v.Problem = fmt.Sprintf("the head says row %d, and row %d is the last", last.Seq, v.Rows)
	case !v.seen:
		v.Problem = fmt.Sprintf("no row has the hash %s: what was written after it was noted, or before, is another audit", head)
	default:
		err = s.compareKept(ctx, &v)
	}
	v.Sound = err == nil && v.Problem == ""
	return v.Verified, err
}

// readOn reads the rows of the audit that were not read yet.
func (s *Service) readOn(ctx context.Context, v *verifying) error {
	for {
		rows, err := s.db.Read().AuditAfter(ctx, v.Rows, verifyBatch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if v.Problem = checkRow(row, v.Rows+1, v.Head); v.Problem != "" {
				return nil
			}
			if err := v.note(row); err != nil {
				return err
			}
			v.Rows, v.Head = row.Seq, row.Hash
			v.seen = v.seen || row.Hash == v.head
		}
		if len(rows) < verifyBatch {
			return nil
		}
	}
}

// checkRow says what is wrong with a row, which must have a number and follow a hash.
func checkRow(row db.AuditRow, seq int64, before string) string {
	e, err := parseAudit(row)
	switch {
	case row.Seq != seq:
		return fmt.Sprintf("row %d is missing: row %d follows row %d", seq, row.Seq, seq-1)
	case hashOf([]byte(row.Body)) != row.Hash:
		return fmt.Sprintf("row %d is not what was written: its hash is another", seq)
	case err != nil:
		return fmt.Sprintf("row %d cannot be read: %v", seq, err)
	case e.Prev != before:
		return fmt.Sprintf("row %d does not follow row %d: it was written after another one", seq, seq-1)
	case e.Seq != seq || e.What != row.What || e.Subject != row.Subject || e.Collection != row.Collection:
		return fmt.Sprintf("row %d is listed as something else than it says", seq)
	}
	return ""
}

// Replayed is a decision that was taken again.
type Replayed struct {
	ID      string          `json:"id"`
	Same    bool            `json:"same" doc:"whether the answer is the recorded one, to the last digit"`
	Gallery string          `json:"gallery" enum:"unchanged,rebuilt" doc:"unchanged: it has the version of the decision; rebuilt: what changed since was undone in a copy"`
	Before  exemplar.Answer `json:"before"`
	After   exemplar.Answer `json:"after"`
	Why     string          `json:"why,omitempty" doc:"what is known of why the two differ"`
}

// Replay takes a decision again, by the audit alone: of the picture that is kept, as it
// was asked for, with what the gallery held then. Of a collection that is named, only its
// own decisions are: whoever asks may see no other.
func (s *Service) Replay(ctx context.Context, of, id string) (Replayed, error) {
	recorded, at, collection, err := s.recorded(ctx, id)
	if err != nil {
		return Replayed{}, err
	}
	if of != "" && of != collection {
		return Replayed{}, fault(Unknown, "the audit has no decision %q of %q: GET decisions lists them", id, of)
	}
	out := Replayed{ID: id, Gallery: "unchanged"}
	if err := json.Unmarshal(recorded.Answer, &out.Before); err != nil {
		return Replayed{}, err
	}
	row := db.Decision{ID: id, Collection: collection, Hash: recorded.SHA256, Part: recorded.Part, Nth: recorded.Nth, Options: string(recorded.Options), HasPicture: true}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Replayed{}, err
	}
	version, err := g.Version(ctx)
	if err != nil {
		return Replayed{}, explained(err)
	}
	if version != recorded.GalleryVersion {
		rebuilt, remove, err := s.galleryAt(ctx, g, collection, at)
		if err != nil {
			return Replayed{}, err
		}
		defer remove()
		g, out.Gallery = rebuilt, "rebuilt"
	}
	result, _, err := s.again(ctx, g, row, 1)
	if err != nil {
		return Replayed{}, err
	}
	if row.Nth >= len(result.Answers) {
		out.Why = "the picture has fewer answers now"
		return out, nil
	}
	out.After = result.Answers[row.Nth]
	again, err := json.Marshal(out.After)
	if err != nil {
		return Replayed{}, err
	}
	switch out.Same = bytes.Equal(again, recorded.Answer); {
	case out.Same:
	case out.After.Model != out.Before.Model:
		out.Why = "another model answered then: start the service with --model and that bundle"
	case out.Gallery == "rebuilt":
		out.Why = "what the gallery held then could not be rebuilt in full: it was changed beside the service, or what was removed is not kept any more"
	default:
		out.Why = "the program was another version, or the machine computes otherwise"
	}
	return out, nil
}

// recorded finds in the audit how a decision was last taken.
func (s *Service) recorded(ctx context.Context, id string) (e decisionEvidence, at time.Time, collection string, err error) {
	rows, err := s.db.Read().AuditBefore(ctx, 1<<62, id, 100)
	if err != nil {
		return e, at, "", err
	}
	for _, row := range rows {
		if row.What != "decision" && row.What != "decision.recheck" {
			continue
		}
		entry, err := parseAudit(row)
		if err != nil {
			return e, at, "", err
		}
		return e, entry.At, entry.Collection, errors.Join(err, json.Unmarshal(entry.After, &e))
	}
	return e, at, "", fault(Unknown, "the audit has no decision %q: GET decisions lists them", id)
}

// galleryAt makes a copy of a gallery as it was at a time: without what was registered
// since, with what was removed since, and with the labels of then.
func (s *Service) galleryAt(ctx context.Context, g *exemplar.Gallery, collection string, at time.Time) (_ *exemplar.Gallery, remove func(), err error) {
	made, remove, err := s.temporary()
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	list, err := g.List(ctx, "")
	if err != nil {
		return nil, nil, explained(err)
	}
	packed, err := g.Pack(ctx, idsOf(list)...)
	if err != nil {
		return nil, nil, explained(err)
	}
	if _, err := made.Unpack(ctx, packed); err != nil {
		return nil, nil, explained(err)
	}
	changes, err := s.changesSince(ctx, collection, at)
	if err != nil {
		return nil, nil, err
	}
	for _, back := range changes {
		if back.Rename == nil && back.RenameNegatives == nil && back.Note == nil {
			back.Remove = nil // of what was registered since: below
		}
		if _, err := undoIn(ctx, made, back); err != nil {
			s.log.Warn("rebuild a gallery", "collection", collection, "error", err) // the answer shows whether it matters
		}
	}
	return made, remove, explained(removeLater(ctx, made, at))
}

// changesSince are the changes of a collection since a time that were not undone, the
// newest first.
func (s *Service) changesSince(ctx context.Context, collection string, at time.Time) ([]undo, error) {
	var list []undo
	cursor := ""
	for {
		rows, err := s.db.Read().Changes(ctx, collection, cursor, verifyBatch)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.At.Before(at) {
				return list, nil
			}
			cursor = row.ID
			if row.Undone || row.Undo == nil {
				continue
			}
			var back undo
			if err := json.Unmarshal(row.Undo, &back); err != nil {
				return nil, err
			}
			list = append(list, back)
		}
		if len(rows) < verifyBatch {
			return list, nil
		}
	}
}

// removeLater removes what was registered after a time.
func removeLater(ctx context.Context, g *exemplar.Gallery, at time.Time) error {
	list, err := g.List(ctx, "")
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r exemplar.Reference) bool { return !r.Registered.After(at) })
	if len(list) == 0 {
		return nil
	}
	return g.Remove(ctx, idsOf(list)...)
}

// temporary makes an empty gallery. Call remove when it has been used.
func (s *Service) temporary() (_ *exemplar.Gallery, remove func(), err error) {
	folder, err := os.MkdirTemp(s.dir, trialPrefix)
	if err != nil {
		return nil, nil, err
	}
	made, err := exemplar.Open(filepath.Join(folder, "trial"+galleryExtension), exemplar.Options{Mode: exemplar.ReadWrite, Model: s.model})
	if err != nil {
		os.RemoveAll(folder)
		return nil, nil, err
	}
	return made, func() { made.Close(); os.RemoveAll(folder) }, nil
}

// startingWith lists the files and folders whose paths start with a path. Glob would take
// a bracket in the name of the service's folder for a pattern, and find nothing.
func startingWith(path string) ([]string, error) {
	folder, start := filepath.Split(path)
	entries, err := os.ReadDir(folder)
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), start) {
			found = append(found, filepath.Join(folder, e.Name()))
		}
	}
	return found, err
}

// trialPrefix begins the names of folders of galleries that are not kept.
const trialPrefix = "trial-"

// removeTrials removes what a killed process left of them.
func (s *Service) removeTrials() error {
	left, err := startingWith(filepath.Join(s.dir, trialPrefix))
	if err != nil {
		return err
	}
	for _, folder := range left {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return nil
}
