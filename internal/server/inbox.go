package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// addInbox adds what waits for a person.
func (s *server) addInbox() {
	tags := []string{"inbox"}
	const path = "/collections/{collection}/inbox"
	add(s, service.Classifier, huma.Operation{OperationID: "inbox", Method: http.MethodGet, Path: path, Summary: "What waits for a person, in groups that look alike, the largest first", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InCollection) (*body[service.Inbox], error) {
			inbox, err := s.service.Inbox(ctx, in.Collection)
			return &body[service.Inbox]{inbox}, err
		})
	type resolve struct {
		InCollection
		Body service.Resolving
	}
	add(s, service.Registrar, huma.Operation{OperationID: "resolve", Method: http.MethodPost, Path: path + "/resolve", Summary: "Decide on several at once, as one change", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *resolve) (*body[service.Resolved], error) {
			done, err := s.service.Resolve(ctx, by, in.Collection, in.Body)
			return &body[service.Resolved]{done}, err
		})
	type preview struct {
		InCollection
		Body service.Previewing
	}
	add(s, service.Registrar, huma.Operation{OperationID: "preview", Method: http.MethodPost, Path: path + "/preview", Summary: "Which answers would be other, if pictures were registered; nothing is changed", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *preview) (*body[service.Preview], error) {
			seen, err := s.service.Preview(ctx, in.Collection, in.Body)
			return &body[service.Preview]{seen}, err
		})
	type recheck struct {
		InCollection
		Like string `query:"like" maxLength:"64" doc:"id of a decision: those that look most like it come first, else the newest"`
	}
	add(s, service.Registrar, huma.Operation{OperationID: "recheck", Method: http.MethodPost, Path: path + "/recheck", Summary: "Answer the inbox anew, by what is registered now", Tags: tags,
		Description: "At most 50 pictures for each call; left says how many there are still."},
		func(ctx context.Context, by service.Actor, in *recheck) (*body[service.Rechecked], error) {
			done, err := s.service.Recheck(ctx, by, in.Collection, in.Like)
			return &body[service.Rechecked]{done}, err
		})
}
