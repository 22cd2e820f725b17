package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

func (s *server) addLabels() {
	tags := []string{"labels"}
	const path = "/collections/{collection}/labels"
	add(s, service.Classifier, huma.Operation{OperationID: "list-labels", Method: http.MethodGet, Path: path, Summary: "List the labels, and those above them, in order", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InCollection) (*body[service.Labels], error) {
			labels, err := s.service.Labels(ctx, in.Collection)
			return &body[service.Labels]{labels}, err
		})
	type rename struct {
		InCollection
		Body struct {
			From string `json:"from" minLength:"1" maxLength:"512"`
			To   string `json:"to" minLength:"1" maxLength:"512"`
		}
	}
	add(s, service.Registrar, huma.Operation{OperationID: "rename-label", Method: http.MethodPost, Path: path + "/rename", Summary: "Rename a label with those below it", Description: "Pictures that were said not to be it go with it. Where a label gets the name of one that is there, the two merge, and the answer says merged; undoing it parts them again.", Tags: tags},
		func(ctx context.Context, by service.Actor, in *rename) (*body[service.Changed], error) {
			done, err := s.service.RenameLabel(ctx, by, in.Collection, in.Body.From, in.Body.To)
			return &body[service.Changed]{done}, err
		})
	type remove struct {
		InCollection
		Label string `query:"label" required:"true" minLength:"1" maxLength:"512"`
	}
	add(s, service.Registrar, huma.Operation{OperationID: "remove-label", Method: http.MethodDelete, Path: path, Summary: "Remove the references of a label and of those below it, with what was said not to be them", Tags: tags},
		func(ctx context.Context, by service.Actor, in *remove) (*body[service.Changed], error) {
			done, err := s.service.RemoveLabel(ctx, by, in.Collection, in.Label)
			return &body[service.Changed]{done}, err
		})
}
