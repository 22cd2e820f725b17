package exemplar

import (
	"context"
	"errors"
	"iter"

	"exemplar/internal/decide"
	"exemplar/internal/explain"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/store"
)

// DefaultFPIR is the share of strangers that is accepted unless told otherwise.
const DefaultFPIR = 0.01

// ErrFPIR says that a share of accepted strangers does not lie between 0 and 1.
var ErrFPIR = decide.ErrFPIR

// CheckFPIR returns [ErrFPIR], with the allowed range, for a share of accepted
// strangers that is none: 0 and 1 are not.
func CheckFPIR(fpir float64) error { return decide.CheckFPIR(fpir) }

// SearchMode says how far documents are looked for in photos.
type SearchMode int

// How far documents are looked for.
const (
	SearchAll    SearchMode = iota // all that may be there by their embeddings or by their features
	SearchLikely                   // only those whose embeddings are most like the whole picture's
	SearchOff                      // not at all: the embedding of the whole picture decides
)

// ClassifyOptions say how pictures are judged. The zero value is what most want.
type ClassifyOptions struct {
	FPIR float64 // share of strangers that may be accepted, in (0, 1); 0: DefaultFPIR
	// Exact refuses a document that shows other print: a changed line, another
	// edition, another serial number; and one too small or blurred to tell copies
	// apart. Without it such a document is a match, and the answer says where the
	// print is other: [Geometry.Changes].
	Exact   bool
	All     bool // answer with every document in the picture
	Explain bool // draw why the first answer is what it is
	Search  SearchMode
}

func (o ClassifyOptions) checked() (recognise.Options, error) {
	if o.FPIR == 0 {
		o.FPIR = DefaultFPIR
	}
	return recognise.Options{FPIR: o.FPIR, Exact: o.Exact, All: o.All, Search: recognise.SearchMode(o.Search)}, CheckFPIR(o.FPIR)
}

// Result is what a picture came to.
type Result struct {
	// Answers holds one answer; with All one for every document in the picture, the
	// most certain first, each with its place.
	Answers []Answer
	// Explanation is a PNG, if it was asked for: the picture and the first candidate
	// side by side, the points and the blocks that agree, those that do not, and the
	// answer in words. It is nil where nothing was looked for in the picture: it was
	// refused, nothing is registered, or the search is off.
	Explanation []byte
	// Version is the number of the gallery's last change that the answers know of: see
	// [Stats].Changes. They are those of the gallery at that version, whatever others
	// change meanwhile. It is 0 where the picture was refused while the gallery could not
	// be read.
	Version int64
}

// Answer is the first answer. The Result that comes with an error has none: then it is
// the zero Answer, whose Decision is empty.
func (r Result) Answer() Answer {
	if len(r.Answers) == 0 {
		return Answer{}
	}
	return r.Answers[0]
}

// Classify says what a picture shows. A picture that cannot be read or used gives
// an answer, [Refused], and not an error; an error means that the gallery cannot be
// read, that the options make no sense, or that ctx has ended.
func (g *Gallery) Classify(ctx context.Context, p Picture, opts ClassifyOptions) (Result, error) {
	options, err := opts.checked()
	if err != nil {
		return Result{}, err
	}
	if err := g.open(); err != nil {
		return Result{}, err
	}
	return g.classify(ctx, p, options, opts.Explain)
}

// ClassifyBatch classifies many pictures on all cores. The results come in the
// order of the pictures, each as soon as all before it were taken. The first error
// comes last; so does the end of ctx. Pictures must come to an end when ctx does.
func (g *Gallery) ClassifyBatch(ctx context.Context, pictures iter.Seq[Picture], opts ClassifyOptions) iter.Seq2[Result, error] {
	options, err := opts.checked()
	if err == nil {
		err = g.open()
	}
	if err != nil {
		return func(yield func(Result, error) bool) { yield(Result{}, err) }
	}
	return parallel.Ordered(ctx, 0, pictures, func(ctx context.Context, p Picture) (Result, error) {
		return g.classify(ctx, p, options, opts.Explain)
	})
}

func (g *Gallery) classify(ctx context.Context, p Picture, options recognise.Options, draw bool) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	input := p.open()
	defer input.release()
	found, err := g.engine.Recognise(ctx, input.Input, options)
	if err != nil {
		return Result{}, g.fail(err)
	}
	result := Result{Version: found.Version}
	for i := range found.Findings {
		a := newAnswer(&found.Findings[i], found.Photo)
		a.Model = g.model.DecisionFingerprint()
		a.Page, a.Member = input.page, input.member
		result.Answers = append(result.Answers, a)
	}
	if first := &found.Findings[0]; draw && first.Best != nil {
		picture, err := g.engine.Picture(ctx, first.Best.ID)
		if errors.Is(err, store.ErrUnavailable) {
			return result, nil // the answer says why nothing is drawn
		}
		if err != nil {
			return Result{}, g.fail(err)
		}
		result.Explanation = imaging.EncodePNG(explain.Photo(found.Photo, first, picture))
	}
	return result, nil
}

// ErrClosed says that a gallery was used after it was closed.
var ErrClosed = errors.New("the gallery is closed")

// open returns an error if the gallery is closed.
func (g *Gallery) open() error {
	if g.closed.Load() {
		return ErrClosed
	}
	return nil
}

// writable returns an error if the gallery cannot be written.
func (g *Gallery) writable() error {
	if g.mode == ReadOnly {
		return ErrReadOnly
	}
	return g.open()
}

// fail is the error of a call during which the gallery was closed, perhaps.
func (g *Gallery) fail(err error) error {
	if err != nil && g.closed.Load() {
		return ErrClosed
	}
	return err
}
