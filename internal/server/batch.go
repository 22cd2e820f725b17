package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"runtime"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/parallel"
	"exemplar/internal/service"
)

// line is one line of the answer to a batch: what a file came to, or why it did not.
type line struct {
	*service.Classified
	Source string            `json:"source,omitempty"`
	Error  *huma.ErrorDetail `json:"error,omitempty"`
}

// addBatch adds the route for many files, which are answered while they come.
func (s *server) addBatch() {
	type batch struct {
		InCollection
		Judging
		Raw
	}
	op := huma.Operation{OperationID: "classify-batch", Method: http.MethodPost, Path: "/collections/{collection}/classify-batch", Summary: "Say what many files show", Tags: []string{"classify"},
		Description: "A form with any number of fields named file. The answer has one line of JSON for each, in their order, as soon as it is known; a file that cannot be used has a line with an error, and stops no other.",
		RequestBody: form(nil),
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString, Description: "lines of the form {source, answers, gallery_version} or {source, error}"}},
		}}}}
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *batch) (*huma.StreamResponse, error) {
		if _, err := s.service.Collection(ctx, in.Collection); err != nil {
			return nil, err
		}
		reading := &uploaded{memory: s.uploads, patient: s.patient}
		parts, err := reading.form(&in.Raw, streamBytes)
		if err != nil {
			return nil, err
		}
		if parts == nil {
			return nil, service.Fault(service.Invalid, "the body is no form: send the files as fields named file, as curl -F file=@a.jpg -F file=@b.jpg does")
		}
		http.NewResponseController(in.writer).EnableFullDuplex() // to answer while files come
		files := &batchFiles{server: s, parts: parts, fields: map[string]string{}}
		first, some := files.next() // nothing is answered before it anyway
		if !some {
			giveUpBody(&in.Raw)
			return nil, service.Fault(service.Invalid, "the form has no file: send one or several as fields named file, as curl -F file=@a.jpg -F file=@b.jpg does")
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			hc.SetHeader("Content-Type", "application/x-ndjson")
			if in.request.ProtoMajor == 1 {
				hc.SetHeader("Connection", "close") // while the body comes nobody knows whether it ends well
			}
			work := func(ctx context.Context, f batchFile) (line, error) {
				return s.answerOne(ctx, by, in.Collection, f, in.options()), nil
			}
			out := json.NewEncoder(hc.BodyWriter())
			for l, err := range parallel.Ordered(ctx, runtime.GOMAXPROCS(0), files.from(first), work) {
				if err != nil || out.Encode(l) != nil {
					break // the client is gone
				}
				http.NewResponseController(in.writer).Flush()
			}
			giveUpBody(&in.Raw)
		}}, nil
	})
}

// batchFile is a file of a batch, or why there is none.
type batchFile struct {
	*uploaded
	err error
}

// batchFiles are the files of a form, as they come.
type batchFiles struct {
	server *server
	parts  *multipart.Reader
	fields map[string]string // those that came
}

// from yields the first file and those after it. What cannot be read ends them.
func (b *batchFiles) from(first batchFile) iter.Seq[batchFile] {
	return func(yield func(batchFile) bool) {
		for f, more := first, true; more; f, more = b.next() {
			if !yield(f) || f.err != nil {
				return
			}
		}
	}
}

// next reads the next file, and false at the end of the form.
func (b *batchFiles) next() (batchFile, bool) {
	for {
		part, err := b.parts.NextPart()
		if errors.Is(err, io.EOF) {
			return batchFile{}, false
		}
		u := &uploaded{fields: b.fields, memory: b.server.uploads, patient: b.server.patient}
		if err == nil {
			err = u.part(part)
		} else {
			err = cutOff(err)
		}
		if err != nil || len(u.files) > 0 { // else it is a field that is no file
			return batchFile{u, err}, true
		}
	}
}

// answerOne classifies a file of a batch.
func (s *server) answerOne(ctx context.Context, by service.Actor, collection string, f batchFile, opts service.ClassifyOptions) line {
	defer f.release()
	err := f.err
	var l line
	if err == nil {
		var done service.Classified
		done, err = s.service.Classify(ctx, by, collection, f.files[0], opts)
		s.metrics.decided(collection, done)
		l.Source, l.Classified = f.files[0].Name, &done
	}
	if err != nil {
		l.Classified, l.Error = nil, &huma.ErrorDetail{Message: s.problem(ctx, err).Error()}
	}
	return l
}
