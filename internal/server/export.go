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
	op := huma.Operation{OperationID: "list-decisions", Method: http.MethodGet, Path: path, Summary: "Search the decisions, the newest first", Tags: tags,
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/json":     {Schema: s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[service.Decisions](), true, "Decisions")},
			"text/csv":             {Schema: &huma.Schema{Type: huma.TypeString}},
			"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Description: "lines as the decisions of the page"}},
		}}}}
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *list) (*listing, error) {
		page, err := s.service.Decisions(ctx, in.Collection, in.filter()) // of a file, too: so that errors are problems
		if err != nil {
			return nil, err
		}
		switch in.Format {
		case "csv":
			return s.file(ctx, in.Collection, in.filter(), "text/csv; charset=utf-8", "decisions.csv", newCSV), nil
		case "jsonl":
			return s.file(ctx, in.Collection, in.filter(), "application/x-ndjson", "decisions.jsonl", newLines), nil
		}
		return &listing{ContentType: "application/json", Body: func(c huma.Context) { json.NewEncoder(c.BodyWriter()).Encode(page) }}, nil
	})
}

// decisionWriter writes decisions to a file; flush ends it.
type decisionWriter func(out io.Writer) (write func(service.Decision) error, flush func())

// file is all decisions that a filter selects.
func (s *server) file(ctx context.Context, collection string, f service.DecisionFilter, contentType, name string, writer decisionWriter) *listing {
	return &listing{contentType, `attachment; filename="` + name + `"`, func(c huma.Context) {
		write, flush := writer(c.BodyWriter())
		if err := s.service.EachDecision(ctx, collection, f, write); err != nil {
			s.log.ErrorContext(ctx, "write a file of decisions", "error", err, "request", requestID(ctx))
			panic(http.ErrAbortHandler) // so that nobody takes half a file for a whole one
		}
		flush()
	}}
}

func newLines(out io.Writer) (func(service.Decision) error, func()) {
	lines := json.NewEncoder(out)
	return func(d service.Decision) error { return lines.Encode(d) }, func() {}
}

func newCSV(out io.Writer) (func(service.Decision) error, func()) {
	io.WriteString(out, "\uFEFF") // so that spreadsheets read it as UTF-8
	table := csv.NewWriter(out)
	table.Write([]string{"id", "at", "source", "member", "page", "status", "decision", "label", "confidence", "answered", "answered_label", "gallery_version", "who", "reason"})
	return func(d service.Decision) error {
		page := ""
		if d.Answer.Page > 0 {
			page = strconv.Itoa(d.Answer.Page)
		}
		return table.Write([]string{
			d.ID, d.At.Format(time.RFC3339), fileio.TextCell(d.Source), fileio.TextCell(d.Answer.Member), page, d.Status, d.Decision, fileio.TextCell(d.Label),
			strconv.FormatFloat(d.Confidence, 'g', 6, 64), string(d.Answer.Decision), fileio.TextCell(d.Answer.Label), strconv.FormatInt(d.GalleryVersion, 10),
			fileio.TextCell(d.Who), fileio.TextCell(d.Answer.Reason),
		})
	}, table.Flush
}
