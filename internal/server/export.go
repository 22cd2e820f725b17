package server

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/fileio"
	"exemplar/internal/service"
)

// listing is an answer that is written as it is made.
type listing struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

// addDecisionList adds the search of decisions, a page at a time or all as a file.
func (s *server) addDecisionList(path string, tags []string) {
	type list struct {
		InCollection
		Selecting
		Format string `query:"format" enum:"json,csv,jsonl" default:"json" doc:"json: one page; csv and jsonl: all that are selected, as a file"`
	}
	op := s.selecting(huma.Operation{OperationID: "list-decisions", Path: path, Summary: "Search the decisions, the newest first", Tags: tags},
		reflect.TypeFor[service.Decisions](), "decisions")
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *list) (*listing, error) {
		page, err := s.service.Decisions(ctx, in.Collection, in.filter()) // of a file, too: so that errors are problems
		if err != nil {
			return nil, err
		}
		each := func(write func(service.Decision) error) error {
			return s.service.EachDecision(ctx, in.Collection, in.filter(), write)
		}
		return listed(ctx, s, in.Format, page, table[service.Decision]{"decisions", decisionColumns, decisionCells, each}), nil
	})
}

// selecting adds to an operation that it answers with a page, which is of a type, or with a
// file of all such things, and names it after them.
func (s *server) selecting(op huma.Operation, page reflect.Type, things string) huma.Operation {
	op.Method = http.MethodGet
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json":     {Schema: s.api.OpenAPI().Components.Schemas.Schema(page, true, page.Name())},
		"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}},
		"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Description: "lines as the " + things + " of the page"}},
	}}}
	return op
}

// table is what is selected, to be written as a file.
type table[T any] struct {
	things  string // what they are called, and the file
	columns []string
	cells   func(T) []string
	each    func(write func(T) error) error
}

// listed answers with a page, or with a file of all that is selected, as a format says.
func listed[T any](ctx context.Context, s *server, format string, page any, of table[T]) *listing {
	file := func(contentType, ending string, writer func(io.Writer) (write func(T) error, flush func())) *listing {
		return &listing{contentType, `attachment; filename="` + of.things + ending + `"`, func(c huma.Context) {
			write, flush := writer(c.BodyWriter())
			if err := of.each(write); err != nil {
				s.log.ErrorContext(ctx, "write a file of "+of.things, "error", err, "request", requestID(ctx))
				panic(http.ErrAbortHandler) // so that nobody takes half a file for a whole one
			}
			flush()
		}}
	}
	switch format {
	case "csv":
		return file("text/csv; charset=utf-8", ".csv", of.csv)
	case "jsonl":
		return file("application/x-ndjson", ".jsonl", of.lines)
	}
	return &listing{ContentType: "application/json", Body: func(c huma.Context) { json.NewEncoder(c.BodyWriter()).Encode(page) }}
}

func (of table[T]) lines(out io.Writer) (write func(T) error, flush func()) {
	lines := json.NewEncoder(out)
	return func(row T) error { return lines.Encode(row) }, func() {}
}

func (of table[T]) csv(out io.Writer) (write func(T) error, flush func()) {
	io.WriteString(out, "\uFEFF") // so that spreadsheets read it as UTF-8
	rows := csv.NewWriter(out)
	rows.Write(of.columns)
	return func(row T) error { return rows.Write(of.cells(row)) }, rows.Flush
}

// confidenceCell is the confidence of an answer, empty where there is none, as of what was
// refused: the command line writes it so, too.
func confidenceCell(confidence float64) string {
	if confidence == 0 {
		return ""
	}
	return strconv.FormatFloat(confidence, 'g', 6, 64)
}

// pageCell is the number of a page in a file, empty where there is none.
func pageCell(page int) string {
	if page == 0 {
		return ""
	}
	return strconv.Itoa(page)
}

var decisionColumns = []string{"id", "at", "source", "member", "page", "status", "decision", "label", "confidence", "answered", "answered_label", "gallery_version", "who", "reason"}

func decisionCells(d service.Decision) []string {
	return []string{
		d.ID, d.At.Format(time.RFC3339), fileio.TextCell(d.Source), fileio.TextCell(d.Answer.Member), pageCell(d.Answer.Page), d.Status, d.Decision, fileio.TextCell(d.Label),
		confidenceCell(d.Confidence), string(d.Answer.Decision), fileio.TextCell(d.Answer.Label), strconv.FormatInt(d.GalleryVersion, 10),
		fileio.TextCell(d.Who), fileio.TextCell(d.Answer.Reason),
	}
}
