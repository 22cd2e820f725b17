package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// watchList is the answer to a listing.
type watchList struct {
	Watches []service.Watch `json:"watches"`
	Below   []string        `json:"below" doc:"folders of the server's machine below which folders may be watched; empty: none"`
}

// InWatch is an address of a watched folder.
type InWatch struct {
	InCollection
	ID string `path:"id" maxLength:"64" doc:"id of the watched folder"`
}

// addWatches adds folders into which files come.
func (s *server) addWatches() {
	tags := []string{"watches"}
	const path = "/collections/{collection}/watches"
	add(s, service.Classifier, huma.Operation{OperationID: "list-watches", Method: http.MethodGet, Path: path, Summary: "The folders that are watched, and how they are", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InCollection) (*body[watchList], error) {
			list, err := s.service.Watches(ctx, in.Collection)
			return &body[watchList]{watchList{list, s.service.WatchFolders()}}, err
		})
	type start struct {
		InCollection
		Body service.NewWatch
	}
	add(s, service.Admin, huma.Operation{OperationID: "add-watch", Method: http.MethodPost, Path: path, Summary: "Watch a folder: files that come into it are sorted", Tags: tags, DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
		Description: "Both folders lie on the server's machine, below one that its operator allows (serve --watch). Files are moved; their answers are decisions like others."},
		func(ctx context.Context, by service.Actor, in *start) (*body[service.Watch], error) {
			w, err := s.service.AddWatch(ctx, by, in.Collection, in.Body)
			return &body[service.Watch]{w}, err
		})
	type change struct {
		InWatch
		Body struct {
			Paused bool `json:"paused" doc:"true: stop when the file in hand is done; false: go on"`
		}
	}
	add(s, service.Admin, huma.Operation{OperationID: "change-watch", Method: http.MethodPatch, Path: path + "/{id}", Summary: "Pause a watched folder, or go on with it", Tags: tags},
		func(ctx context.Context, by service.Actor, in *change) (*body[service.Watch], error) {
			w, err := s.service.PauseWatch(ctx, by, in.Collection, in.ID, in.Body.Paused)
			return &body[service.Watch]{w}, err
		})
	add(s, service.Admin, huma.Operation{OperationID: "remove-watch", Method: http.MethodDelete, Path: path + "/{id}", Summary: "Watch a folder no longer; its files stay where they are", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InWatch) (*struct{}, error) {
			return nil, s.service.RemoveWatch(ctx, by, in.Collection, in.ID)
		})
}
