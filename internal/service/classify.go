package service

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"exemplar"
	"exemplar/internal/service/db"
)

// ClassifyOptions say how a file is judged; the zero value is what most want.
type ClassifyOptions struct {
	FPIR    float64 `json:"fpir,omitempty"` // 0: that of the collection
	Exact   bool    `json:"exact,omitempty"`
	All     bool    `json:"all,omitempty"`
	Explain bool    `json:"-"`
	Discard bool    `json:"-"` // the picture, whatever the collection keeps
	AtLeast int64   `json:"-"` // version of the gallery that must be searched
}

// Answered is an answer with the decision that it was kept as.
type Answered struct {
	DecisionID string `json:"decision_id" doc:"empty if the answer is not kept"`
	Status     string `json:"status" doc:"open if a person is to look at it, unkept if it could not be kept because the database is away, else answered"`
	exemplar.Answer
	Explanation []byte `json:"explanation,omitempty" doc:"a PNG, if it was asked for, with the first answer of a picture"`
}

// Classified is what a file came to.
type Classified struct {
	Source         string     `json:"source,omitempty" doc:"name of the file, if it has one"`
	Answers        []Answered `json:"answers" doc:"one for every page; with all, one for every document on each"`
	GalleryVersion int64      `json:"gallery_version"`
}

// Status of a decision.
const (
	StatusAnswered  = "answered"  // nobody needs to look at it
	StatusOpen      = "open"      // a person is to look at it: it is in the inbox
	StatusConfirmed = "confirmed" // a person said that it is right
	StatusCorrected = "corrected" // a person said what it is
	StatusRejected  = "rejected"  // a person said that it is not what was answered
	StatusIgnored   = "ignored"   // a person took it out of the inbox
	StatusUnkept    = "unkept"    // there is no decision: the database was away
)

// Classify says what a file shows, and keeps its answers as decisions.
func (s *Service) Classify(ctx context.Context, by Actor, collection string, file File, opts ClassifyOptions) (Classified, error) {
	row, err := s.db.Read().Collection(ctx, collection)
	row, err = s.away.collections.or(collection, row, err)
	if err != nil {
		return Classified{}, orNoCollection(err, collection)
	}
	g, err := s.gallery(ctx, collection)
	if err != nil {
		return Classified{}, err
	}
	if opts.FPIR == 0 {
		opts.FPIR = row.FPIR
	}
	answers, err := s.answer(ctx, g, file, opts)
	if err != nil {
		return Classified{}, explained(err)
	}
	for _, page := range answers { // while the database is away less may be known
		if page.Version < opts.AtLeast && !page.unusable() {
			return Classified{}, tooOld(ctx, g, page.Version, opts.AtLeast)
		}
	}
	return s.keep(ctx, by, row, file, opts, answers)
}

func orNoCollection(err error, name string) error {
	return orUnknown(err, "there is no collection %q: GET /api/v1/collections lists them", name)
}

// pageAnswers is what one page of a file came to.
type pageAnswers struct {
	part     int
	likeness exemplar.Likeness // nil of what nobody is to look at
	exemplar.Result
}

// unusable reports that nothing was searched, because the picture is of no use.
func (p pageAnswers) unusable() bool {
	return len(p.Answers) == 1 && p.Answers[0].Decision == exemplar.Refused
}

// answer classifies the pages of a file, one after the other.
func (s *Service) answer(ctx context.Context, g *exemplar.Gallery, file File, opts ClassifyOptions) ([]pageAnswers, error) {
	leave, err := s.work.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var answers []pageAnswers
	for page := range exemplar.Pages(ctx, exemplar.FromBytes(file.Data), exemplar.PageOptions{}) {
		result, err := g.Classify(ctx, page, exemplar.ClassifyOptions{FPIR: opts.FPIR, Exact: opts.Exact, All: opts.All, Explain: opts.Explain})
		if err != nil {
			return nil, err
		}
		answers = append(answers, pageAnswers{len(answers), s.likenessOf(page, result), result})
	}
	return answers, ctx.Err()
}

// likenessOf is what the inbox groups a picture by, if it comes there.
func (s *Service) likenessOf(page exemplar.Picture, result exemplar.Result) exemplar.Likeness {
	if !slices.ContainsFunc(result.Answers, func(a exemplar.Answer) bool { return statusOf(a) == StatusOpen }) {
		return nil
	}
	likeness, err := s.model.Likeness(page)
	if err != nil { // it was answered all the same
		s.log.Warn("compare a picture with others", "error", err)
	}
	return likeness
}

// keep records answers as decisions: all of a file together.
func (s *Service) keep(ctx context.Context, by Actor, c db.Collection, file File, opts ClassifyOptions, pages []pageAnswers) (Classified, error) {
	out := Classified{Source: file.Name, Answers: []Answered{}}
	kept, err := newKept(by, c, file, hashOf(file.Data), opts)
	if err != nil {
		return out, err
	}
	for _, page := range pages {
		out.GalleryVersion = max(out.GalleryVersion, page.Version)
		for nth, a := range page.Answers {
			row, err := kept.add(page, nth)
			if err != nil {
				return out, err
			}
			answered := Answered{DecisionID: row.ID, Status: row.Status, Answer: a}
			if nth == 0 {
				answered.Explanation = page.Explanation
			}
			out.Answers = append(out.Answers, answered)
		}
	}
	lost := s.lost.Swap(0)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if lost > 0 {
			if err := s.record(ctx, tx, Actor{Name: "service"}, entry{What: "decisions.unkept", After: map[string]int64{"answers": lost}}); err != nil {
				return err
			}
		}
		return s.recordKept(ctx, tx, kept)
	})
	if err != nil {
		s.lost.Add(lost)
	}
	s.hurry()
	if errors.Is(err, db.ErrUnavailable) {
		s.log.Warn("an answer is not kept: the database is away", "source", file.Name)
		s.lost.Add(int64(len(out.Answers)))
		for i := range out.Answers {
			out.Answers[i].DecisionID, out.Answers[i].Status = "", StatusUnkept
		}
		return out, nil
	}
	return out, err
}

// kept are answers of a file that become decisions.
type kept struct {
	by         Actor
	collection db.Collection
	file       File
	hash       string
	options    string
	discard    bool
	at         time.Time
	rows       []db.Decision
}

func newKept(by Actor, c db.Collection, file File, hash string, opts ClassifyOptions) (*kept, error) {
	options, err := json.Marshal(opts)
	return &kept{by: by, collection: c, file: file, hash: hash, options: string(options), discard: opts.Discard, at: time.Now()}, err
}

// add adds an answer of a page.
func (k *kept) add(page pageAnswers, nth int) (db.Decision, error) {
	a := page.Answers[nth]
	answer, err := json.Marshal(a)
	if err != nil {
		return db.Decision{}, err
	}
	row := db.Decision{
		ID: newID(), Collection: k.collection.Name, At: k.at, Who: k.by.Name, Source: k.file.Name, Page: a.Page, Member: a.Member, Part: page.part, Nth: nth,
		Hash: k.hash, Status: statusOf(a), Decision: string(a.Decision), Label: a.Label, Confidence: a.Confidence,
		GalleryVersion: page.Version, Options: k.options, Answer: string(answer), Likeness: packVector(page.likeness),
	}
	row.HasPicture = !k.discard && (k.collection.KeepPictures == KeepAll || k.collection.KeepPictures == KeepUnknown && row.Status == StatusOpen)
	k.rows = append(k.rows, row)
	return row, nil
}

// recordKept writes decisions, with the picture if it is to be kept, and the audit of
// them.
func (s *Service) recordKept(ctx context.Context, tx *db.Tx, k *kept) error {
	if slices.ContainsFunc(k.rows, func(row db.Decision) bool { return row.HasPicture }) {
		if err := tx.AddPicture(ctx, k.collection.Name, k.hash, k.file.Data); err != nil {
			return err
		}
	}
	for _, row := range k.rows {
		if err := tx.AddDecision(ctx, row); err != nil {
			return err
		}
		if err := s.record(ctx, tx, k.by, entry{What: "decision", Collection: k.collection.Name, Subject: row.ID, After: evidence(row)}); err != nil {
			return err
		}
	}
	return nil
}

// statusOf says whether a person is to look at an answer: what it is is not known, or
// which one below the label that is answered.
func statusOf(a exemplar.Answer) string {
	if len(a.Open) > 0 {
		return StatusOpen
	}
	return statusOfLabel(a)
}

// statusOfLabel is statusOf of an answer that leaves no sub-label open.
func statusOfLabel(a exemplar.Answer) string {
	if a.Decision == exemplar.Unknown || a.Decision == exemplar.Ambiguous {
		return StatusOpen
	}
	return StatusAnswered
}

// decisionEvidence is what the audit keeps of a decision: all that it takes to replay
// it, and the answer, which holds model and thresholds.
type decisionEvidence struct {
	Source         string          `json:"source"`
	SHA256         string          `json:"sha256"` // of the file
	Part           int             `json:"part"`
	Nth            int             `json:"nth"`
	Options        json.RawMessage `json:"options"`
	GalleryVersion int64           `json:"gallery_version"`
	Answer         json.RawMessage `json:"answer"`
	Exact          bool            `json:"exact_version,omitempty"` // the answer is that of the version; of earlier programs, of that or a later one
	Status         string          `json:"status,omitempty"`        // see [decisionEvidence.status]
}

// status is what the answer left a decision as. Earlier programs did not note it, and
// showed nobody an answer with an open sub-label.
func (e decisionEvidence) status(a exemplar.Answer) string {
	return cmp.Or(e.Status, statusOfLabel(a))
}

func evidence(d db.Decision) decisionEvidence {
	return decisionEvidence{d.Source, d.Hash, d.Part, d.Nth, json.RawMessage(d.Options), d.GalleryVersion, json.RawMessage(d.Answer), true, d.Status}
}

// packVector is a likeness as it is kept.
func packVector(v []float32) []byte {
	if v == nil {
		return nil
	}
	packed := make([]byte, 0, 4*len(v))
	for _, x := range v {
		packed = binary.LittleEndian.AppendUint32(packed, math.Float32bits(x))
	}
	return packed
}

// unpackVector is the likeness that was packed; nil if there is none.
func unpackVector(packed []byte) []float32 {
	v := make([]float32, len(packed)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(packed[4*i:]))
	}
	if len(v) == 0 {
		return nil
	}
	return v
}

// tooOld says that an answer knows less than was asked for: while the database is away, or
// because the gallery never had that version.
func tooOld(ctx context.Context, g *exemplar.Gallery, have, wanted int64) error {
	if _, err := g.Version(ctx); err != nil {
		e := fault(Unavailable, "the gallery is known up to version %d, and X-Gallery-Version asks for at least %d: ask again, or for less", have, wanted).(*Error)
		e.After = time.Second
		return e
	}
	return fault(Conflict, "the gallery has version %d, and X-Gallery-Version asks for at least %d, which it never had: send a version that an answer or a registration named", have, wanted)
}
