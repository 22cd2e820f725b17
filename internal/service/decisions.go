package service

import (
	"context"
	"encoding/json"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// Decision is an answer that was kept, and what people made of it.
type Decision struct {
	ID             string          `json:"id"`
	At             time.Time       `json:"at"`
	Who            string          `json:"who" doc:"name of the key that asked"`
	Source         string          `json:"source,omitempty" doc:"name of the file"`
	Status         string          `json:"status" enum:"answered,open,confirmed,corrected,rejected,ignored" doc:"open: a person is to look at it"`
	Decision       string          `json:"decision" doc:"as it stands: match, ambiguous, unknown, refused"`
	Label          string          `json:"label,omitempty" doc:"as it stands: what was answered, or what a person said"`
	Confidence     float64         `json:"confidence"`
	GalleryVersion int64           `json:"gallery_version"`
	Picture        bool            `json:"picture" doc:"whether the picture is kept"`
	Answer         exemplar.Answer `json:"answer" doc:"what was answered"`
}

func newDecision(row db.Decision) (Decision, error) {
	d := Decision{
		ID: row.ID, At: row.At, Who: row.Who, Source: row.Source, Status: row.Status, Decision: row.Decision, Label: row.Label,
		Confidence: row.Confidence, GalleryVersion: row.GalleryVersion, Picture: row.HasPicture,
	}
	return d, json.Unmarshal([]byte(row.Answer), &d.Answer)
}

// Decisions is a part of a collection's decisions, the newest first.
type Decisions struct {
	Decisions []Decision `json:"decisions"`
	Next      string     `json:"next,omitempty" doc:"cursor of the next page; absent on the last one"`
}

// DecisionFilter selects decisions; see [db.DecisionFilter].
type DecisionFilter = db.DecisionFilter

// Decisions lists the decisions of a collection.
func (s *Service) Decisions(ctx context.Context, collection string, f DecisionFilter) (Decisions, error) {
	if _, err := s.db.Read().Collection(ctx, collection); err != nil {
		return Decisions{}, orNoCollection(err, collection)
	}
	rows, err := s.db.Read().Decisions(ctx, collection, f)
	if err != nil {
		return Decisions{}, err
	}
	page := Decisions{Decisions: []Decision{}}
	for _, row := range rows {
		d, err := newDecision(row)
		if err != nil {
			return Decisions{}, err
		}
		page.Decisions = append(page.Decisions, d)
	}
	if len(rows) == f.Limit {
		page.Next = rows[len(rows)-1].ID
	}
	return page, nil
}

// eachPage is how many decisions are read at once to go through all.
const eachPage = 1000

// EachDecision calls use with every decision that a filter selects, whatever its limit,
// the newest first.
func (s *Service) EachDecision(ctx context.Context, collection string, f DecisionFilter, use func(Decision) error) error {
	f.Limit = eachPage
	for {
		page, err := s.Decisions(ctx, collection, f)
		if err != nil {
			return err
		}
		for _, d := range page.Decisions {
			if err := use(d); err != nil {
				return err
			}
		}
		if f.Before = page.Next; f.Before == "" {
			return nil
		}
	}
}

// Decision returns one.
func (s *Service) Decision(ctx context.Context, collection, id string) (Decision, error) {
	row, err := s.decisionRow(ctx, collection, id)
	if err != nil {
		return Decision{}, err
	}
	return newDecision(row)
}

func (s *Service) decisionRow(ctx context.Context, collection, id string) (db.Decision, error) {
	row, err := s.db.Read().Decision(ctx, collection, id)
	return row, orUnknown(err, "there is no decision %q in %q: GET decisions lists them; old ones are removed as the collection says", id, collection)
}

// keptPicture is the page that a decision was about.
func (s *Service) keptPicture(ctx context.Context, row db.Decision) (exemplar.Picture, error) {
	file, err := s.keptFile(ctx, row)
	if err != nil {
		return exemplar.Picture{}, err
	}
	return pageOf(ctx, file, row)
}

// pageOf is the page of a file that a decision was about.
func pageOf(ctx context.Context, file []byte, row db.Decision) (exemplar.Picture, error) {
	part := 0
	for page := range exemplar.Pages(ctx, exemplar.FromBytes(file), exemplar.PageOptions{}) {
		if part == row.Part {
			return page, nil
		}
		part++
	}
	return exemplar.Picture{}, fault(Conflict, "the kept file of %s has no page %d any more", row.ID, row.Part+1)
}

func noPicture(id string) error {
	return fault(Unknown, "the picture of %s is not kept: the collection's keep_pictures says which are", id)
}

// enterKept gets the page that a decision was about, and enters the work: leave it. The
// file is read before, so that nobody waits at a core for another place.
func (s *Service) enterKept(ctx context.Context, row db.Decision) (picture exemplar.Picture, leave func(), err error) {
	file, err := s.keptFile(ctx, row)
	if err != nil {
		return exemplar.Picture{}, nil, err
	}
	if leave, err = s.work.enter(ctx); err != nil {
		return exemplar.Picture{}, nil, err
	}
	if picture, err = pageOf(ctx, file, row); err != nil {
		leave()
		return exemplar.Picture{}, nil, err
	}
	return picture, leave, nil
}

// pictureSide is the longer side of the picture of a decision, unless less is asked
// for: as much as screens show.
const pictureSide = 2048

// DecisionPicture draws the picture that a decision was about, as a JPEG.
func (s *Service) DecisionPicture(ctx context.Context, collection, id string, side int) ([]byte, error) {
	row, err := s.decisionRow(ctx, collection, id)
	if err != nil {
		return nil, err
	}
	picture, leave, err := s.enterKept(ctx, row)
	if err != nil {
		return nil, err
	}
	defer leave()
	if side == 0 {
		side = pictureSide
	}
	jpeg, err := picture.JPEG(side)
	if err != nil {
		return nil, fault(Conflict, "the picture of %s cannot be shown: %v", id, err)
	}
	return jpeg, nil
}

// Explanation draws why the picture of a decision is answered as it is, by what the
// gallery holds now. It is a PNG.
func (s *Service) Explanation(ctx context.Context, collection, id string) ([]byte, error) {
	row, err := s.decisionRow(ctx, collection, id)
	if err != nil {
		return nil, err
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return nil, err
	}
	var opts ClassifyOptions
	if err := json.Unmarshal([]byte(row.Options), &opts); err != nil {
		return nil, err
	}
	picture, leave, err := s.enterKept(ctx, row)
	if err != nil {
		return nil, err
	}
	defer leave()
	result, err := g.Classify(ctx, picture, exemplar.ClassifyOptions{FPIR: opts.FPIR, Exact: opts.Exact, Explain: true})
	if err != nil {
		return nil, explained(err)
	}
	if result.Explanation == nil {
		return nil, fault(Conflict, "there is nothing to draw: %s", result.Answer().Summary)
	}
	return result.Explanation, nil
}
