package service

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

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
