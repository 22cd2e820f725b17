package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// Judging says how files are judged.
type Judging struct {
	FPIR    float64 `query:"fpir" exclusiveMinimum:"0" exclusiveMaximum:"1" doc:"share of strangers that may be accepted, above 0 and below 1; left out: the collection's"`
	Exact   bool    `query:"exact" doc:"accept the same copy only, with no other print and no writing where the reference is blank"`
	All     bool    `query:"all" doc:"answer with every document in a picture"`
	Explain bool    `query:"explain" doc:"draw why the first answer is what it is"`
	Discard bool    `query:"discard" doc:"keep no picture, whatever the collection keeps"`
	AtLeast int64   `header:"X-Gallery-Version" minimum:"0" doc:"the gallery that is searched must have at least this version"`
}

func (j Judging) options() service.ClassifyOptions {
	return service.ClassifyOptions{FPIR: j.FPIR, Exact: j.Exact, All: j.All, Explain: j.Explain, Discard: j.Discard, AtLeast: j.AtLeast}
}

func (s *server) addClassify() {
	type classify struct {
		InCollection
		Judging
		Filename string `header:"X-Filename" maxLength:"1000" doc:"name of a file that is sent as it is"`
		Raw
	}
	sent := form(nil)
	sent.Content["application/octet-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary",
		Description: "the file as it is: JPEG, PNG, TIFF, WebP, PDF, ZIP, mail ...; its kind is told by its content, whatever Content-Type says"}}
	op := huma.Operation{OperationID: "classify", Method: http.MethodPost, Path: "/collections/{collection}/classify", Summary: "Say what a file shows", Tags: []string{"classify"},
		Description: "The body is the file itself, or a form with a field named file. A file with pages has an answer for each. The answers are kept as decisions.",
		Errors:      []int{http.StatusConflict, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge}, RequestBody: sent}
	add(s, service.Classifier, op, func(ctx context.Context, by service.Actor, in *classify) (*body[service.Classified], error) {
		sent, err := s.upload(&in.Raw, fileBytes+fieldBytes)
		if err != nil {
			return nil, err
		}
		defer sent.release()
		if len(sent.files) != 1 {
			return nil, service.Fault(service.Invalid, "the form has %d files: send one here, as a field named file, and several to classify-batch", len(sent.files))
		}
		done, err := s.service.Classify(ctx, by, in.Collection, sent.files[0], in.options())
		s.metrics.decided(in.Collection, done)
		return &body[service.Classified]{done}, err
	})
}
