package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// InCollection is an address in a collection.
type InCollection struct {
	Collection string `path:"collection" maxLength:"63" doc:"name of the collection"`
}

// collectionList is the answer to a listing.
type collectionList struct {
	Collections []service.Collection `json:"collections"`
}

func (s *server) addCollections() {
	tags := []string{"collections"}
	add(s, service.Classifier, huma.Operation{OperationID: "list-collections", Method: http.MethodGet, Path: "/collections", Summary: "List the collections", Tags: tags},
		func(ctx context.Context, by service.Actor, _ *struct{}) (*body[collectionList], error) {
			list, err := s.service.Collections(ctx, by)
			return &body[collectionList]{collectionList{list}}, err
		})
	add(s, service.Admin, huma.Operation{OperationID: "create-collection", Method: http.MethodPost, Path: "/collections", Summary: "Make a collection", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *body[service.NewCollection]) (*body[service.Collection], error) {
			made, err := s.service.CreateCollection(ctx, by, in.Body)
			return &body[service.Collection]{made}, err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "get-collection", Method: http.MethodGet, Path: "/collections/{collection}", Summary: "Show a collection", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InCollection) (*body[service.Collection], error) {
			c, err := s.service.Collection(ctx, in.Collection)
			return &body[service.Collection]{c}, err
		})
	type change struct {
		InCollection
		Body service.CollectionChange
	}
	add(s, service.Admin, huma.Operation{OperationID: "change-collection", Method: http.MethodPatch, Path: "/collections/{collection}", Summary: "Change what a collection does", Description: "What is left out stays.", Tags: tags},
		func(ctx context.Context, by service.Actor, in *change) (*body[service.Collection], error) {
			c, err := s.service.ChangeCollection(ctx, by, in.Collection, in.Body)
			return &body[service.Collection]{c}, err
		})
	add(s, service.Admin, huma.Operation{OperationID: "delete-collection", Method: http.MethodDelete, Path: "/collections/{collection}", Summary: "Delete a collection with all that is in it", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InCollection) (*struct{}, error) {
			return nil, s.service.DeleteCollection(ctx, by, in.Collection)
		})
}
