package service

import (
	"context"

	"exemplar/internal/sorting"
)

// watchState is what is kept of a watch: what is told of it, and the files that are in work.
// The answers of a file are decisions before it lies in its place. If the process is killed
// in between, the next one takes the file again, and those answers with it.
type watchState struct {
	WatchProgress
	InHand map[string]inHand `json:"in_hand,omitempty"` // by name
}

// inHand is a file that was begun and is not filed.
type inHand struct {
	Hash     string `json:"sha256"`
	Modified int64  `json:"modified"` // nanoseconds: a file that comes again has another
	Since    string `json:"since"`    // its decisions have later ids
}

// mostInHand bounds the files in work that are known: of one that went away nobody says so.
const mostInHand = 50

// begin notes that a file is in work. Of one that was already, it returns when that began.
func (p *watchState) begin(name string, file inHand) (since string, again bool) {
	if known, is := p.InHand[name]; is && known.Hash == file.Hash && known.Modified == file.Modified {
		return known.Since, true
	}
	if p.InHand == nil || len(p.InHand) >= mostInHand {
		p.InHand = map[string]inHand{}
	}
	p.InHand[name] = file
	return file.Since, false
}

// keptAnswers are those of a page that were kept since a decision, as sorting wants them.
func (s *Service) keptAnswers(ctx context.Context, collection, hash string, part int, since string) ([]sorting.Answer, error) {
	rows, err := s.db.Read().DecisionsOfPage(ctx, collection, hash, part, since)
	if err != nil {
		return nil, err
	}
	var answers []sorting.Answer
	for _, row := range rows {
		d, err := newDecision(row)
		if err != nil {
			return nil, err
		}
		answers = append(answers, SortingAnswer(d.Answer))
	}
	return answers, nil
}
