package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"exemplar"
	"exemplar/internal/service"
)

// InReference is an address of a reference.
type InReference struct {
	InCollection
	ID string `path:"id" maxLength:"64" doc:"id of the reference"`
}

// Sized is a picture that may be asked for smaller.
type Sized struct {
	Width int `query:"width" minimum:"0" maximum:"4096" doc:"no wider or higher than this many pixels; 0: as it is"`
}

// form documents a body of files, and of fields of which some are required.
func form(fields map[string]*huma.Schema, required ...string) *huma.RequestBody {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	properties := map[string]*huma.Schema{"file": {Type: huma.TypeArray, Items: file, Description: "one or several files"}}
	for name, schema := range fields {
		properties[name] = schema
	}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Properties: properties, Required: append([]string{"file"}, required...)}},
	}}
}

func text(doc string) *huma.Schema { return &huma.Schema{Type: huma.TypeString, Description: doc} }

func (s *server) addReferences() {
	tags := []string{"references"}
	const path = "/collections/{collection}/references"
	type list struct {
		InCollection
		Label  string `query:"label" maxLength:"512" doc:"this label and those below it; empty: all"`
		Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
		Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "list-references", Method: http.MethodGet, Path: path, Summary: "List references", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *list) (*body[service.References], error) {
			page, err := s.service.References(ctx, in.Collection, in.Label, in.Cursor, in.Limit)
			return &body[service.References]{page}, err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "get-reference", Method: http.MethodGet, Path: path + "/{id}", Summary: "Show a reference", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InReference) (*body[exemplar.Reference], error) {
			r, err := s.service.Reference(ctx, in.Collection, in.ID)
			return &body[exemplar.Reference]{r}, err
		})
	type change struct {
		InReference
		Body service.ReferenceChange
	}
	add(s, service.Registrar, huma.Operation{OperationID: "change-reference", Method: http.MethodPatch, Path: path + "/{id}", Summary: "Change a reference", Tags: tags,
		Description: "What is left out stays. Under another label the reference may get another id: see the answer."},
		func(ctx context.Context, by service.Actor, in *change) (*body[exemplar.Reference], error) {
			r, err := s.service.ChangeReference(ctx, by, in.Collection, in.ID, in.Body)
			return &body[exemplar.Reference]{r}, err
		})
	add(s, service.Registrar, huma.Operation{OperationID: "remove-reference", Method: http.MethodDelete, Path: path + "/{id}", Summary: "Remove a reference", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InReference) (*body[service.Changed], error) {
			done, err := s.service.RemoveReference(ctx, by, in.Collection, in.ID)
			return &body[service.Changed]{done}, err
		})
	s.addRegister(path, tags)
	s.addReferencePictures(path, tags)
}

func (s *server) addRegister(path string, tags []string) {
	type register struct {
		InCollection
		DryRun  bool `query:"dry_run" doc:"change nothing: say what would become of the files, and which labels they resemble"`
		Explain bool `query:"explain" doc:"with dry_run: draw what of the files is taken for form and what for contents, and where they differ from what they resemble"`
		Raw
	}
	op := huma.Operation{OperationID: "register", Method: http.MethodPost, Path: path, Summary: "Register files under a label", Tags: tags,
		Description: "Each file becomes a reference. One that cannot be used does not stop the others: its result says why.",
		Errors:      []int{http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage},
		RequestBody: form(map[string]*huma.Schema{
			"label": text("path of the kind, such as id-card/front"), "note": text("kept with the references"),
			"contents": {Type: huma.TypeString, Enum: []any{"", "auto", "vary", "fixed"}, Description: "whether other contents are a match; auto or empty: the program decides"},
			"replace":  {Type: huma.TypeBoolean, Description: "true: the files take the place of what the label has itself"},
		}, "label")}
	add(s, service.Registrar, op, func(ctx context.Context, by service.Actor, in *register) (*body[service.RegisteredFiles], error) {
		sent, err := s.upload(&in.Raw, filesBytes)
		if err != nil {
			return nil, err
		}
		defer sent.release()
		replace, err := strconv.ParseBool(orFalse(sent.fields["replace"]))
		if err != nil {
			return nil, service.Fault(service.Invalid, "the field replace is %q: want true or false", sent.fields["replace"])
		}
		done, err := s.service.Register(ctx, by, in.Collection, service.Registering{
			Label: sent.fields["label"], Note: sent.fields["note"], Contents: exemplar.Contents(sent.fields["contents"]), Replace: replace, Files: sent.files, DryRun: in.DryRun, Explain: in.Explain,
		})
		return &body[service.RegisteredFiles]{done}, err
	})
}

func orFalse(text string) string {
	if text == "" {
		return "false"
	}
	return text
}

// rivalList is the answer to a listing.
type rivalList struct {
	Rivals []exemplar.Rival `json:"rivals"`
}

func (s *server) addReferencePictures(path string, tags []string) {
	type shown struct {
		InReference
		Sized
	}
	add(s, service.Classifier, huma.Operation{OperationID: "reference-picture", Method: http.MethodGet, Path: path + "/{id}/picture", Summary: "The picture of a reference", Tags: tags, Responses: pictureResponses("image/jpeg")},
		func(ctx context.Context, by service.Actor, in *shown) (*picture, error) {
			data, err := s.service.ReferencePicture(ctx, in.Collection, in.ID, in.Width)
			return jpeg(data), err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "reference-contents", Method: http.MethodGet, Path: path + "/{id}/contents.png", Summary: "What of a reference is taken for form, and what for contents", Tags: tags, Responses: pictureResponses("image/png")},
		func(ctx context.Context, by service.Actor, in *InReference) (*picture, error) {
			data, err := s.service.ReferenceContents(ctx, in.Collection, in.ID)
			return png(data), err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "rivals", Method: http.MethodGet, Path: path + "/{id}/rivals", Summary: "Other labels that resemble a reference", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InReference) (*body[rivalList], error) {
			rivals, err := s.service.Rivals(ctx, in.Collection, in.ID)
			return &body[rivalList]{rivalList{rivals}}, err
		})
	type rival struct {
		InReference
		Rival string `path:"rival" maxLength:"64" doc:"id of the other reference"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "explain-rival", Method: http.MethodGet, Path: path + "/{id}/rivals/{rival}/explain.png", Summary: "Where a reference differs from another one, drawn", Tags: tags, Errors: []int{http.StatusConflict}, Responses: pictureResponses("image/png")},
		func(ctx context.Context, by service.Actor, in *rival) (*picture, error) {
			data, err := s.service.ExplainRival(ctx, in.Collection, in.ID, in.Rival)
			return png(data), err
		})
}
