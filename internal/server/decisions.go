package server

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// InDecision is an address of a decision.
type InDecision struct {
	InCollection
	ID string `path:"id" maxLength:"64" doc:"id of the decision"`
}

// Selecting selects decisions.
type Selecting struct {
	Decision string    `query:"decision" enum:"match,ambiguous,unknown,refused"`
	Label    string    `query:"label" maxLength:"512" doc:"this label and those below it"`
	Status   string    `query:"status" enum:"answered,open,confirmed,corrected,rejected,ignored"`
	Text     string    `query:"q" maxLength:"200" doc:"text in the name of the file or in the label, or an id"`
	From     time.Time `query:"from" doc:"not before this time"`
	To       time.Time `query:"to" doc:"before this time"`
	Cursor   string    `query:"cursor" maxLength:"64" doc:"next of the page before"`
	Limit    int       `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (f Selecting) filter() service.DecisionFilter {
	return service.DecisionFilter{Decision: f.Decision, Label: f.Label, Status: f.Status, Text: f.Text, From: f.From, To: f.To, Before: f.Cursor, Limit: f.Limit}
}

func (s *server) addDecisions() {
	tags := []string{"decisions"}
	const path = "/collections/{collection}/decisions"
	s.addDecisionList(path, tags)
	add(s, service.Classifier, huma.Operation{OperationID: "get-decision", Method: http.MethodGet, Path: path + "/{id}", Summary: "Show a decision", Tags: tags},
		func(ctx context.Context, by service.Actor, in *InDecision) (*body[service.Decision], error) {
			d, err := s.service.Decision(ctx, in.Collection, in.ID)
			return &body[service.Decision]{d}, err
		})
	type shown struct {
		InDecision
		Sized
	}
	add(s, service.Classifier, huma.Operation{OperationID: "decision-picture", Method: http.MethodGet, Path: path + "/{id}/picture", Summary: "The picture that a decision is about, if it is kept", Tags: tags, Responses: pictureResponses("image/jpeg")},
		func(ctx context.Context, by service.Actor, in *shown) (*picture, error) {
			data, err := s.service.DecisionPicture(ctx, in.Collection, in.ID, in.Width)
			return jpeg(data), err
		})
	add(s, service.Classifier, huma.Operation{OperationID: "decision-explanation", Method: http.MethodGet, Path: path + "/{id}/explain.png", Summary: "Why the picture is answered as it is, drawn", Tags: tags, Responses: pictureResponses("image/png")},
		func(ctx context.Context, by service.Actor, in *InDecision) (*picture, error) {
			data, err := s.service.Explanation(ctx, in.Collection, in.ID)
			return png(data), err
		})
	s.addFeedback(path, tags)
}

// addFeedback adds what people say of decisions.
func (s *server) addFeedback(path string, tags []string) {
	add(s, service.Registrar, huma.Operation{OperationID: "confirm", Method: http.MethodPost, Path: path + "/{id}/confirm", Summary: "The answer is right", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *InDecision) (*body[service.Resolved], error) {
			done, err := s.service.Confirm(ctx, by, in.Collection, in.ID)
			return &body[service.Resolved]{done}, err
		})
	type correct struct {
		InDecision
		Body service.Correction
	}
	add(s, service.Registrar, huma.Operation{OperationID: "correct", Method: http.MethodPost, Path: path + "/{id}/correct", Summary: "Say what the picture shows", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *correct) (*body[service.Resolved], error) {
			done, err := s.service.Correct(ctx, by, in.Collection, in.ID, in.Body)
			return &body[service.Resolved]{done}, err
		})
	type reject struct {
		InDecision
		Body *struct {
			Label string `json:"label,omitempty" maxLength:"512" doc:"what it is not; left out: what was answered"`
		}
	}
	add(s, service.Registrar, huma.Operation{OperationID: "reject", Method: http.MethodPost, Path: path + "/{id}/reject", Summary: "It is not that", Tags: tags, Errors: []int{http.StatusConflict},
		Description: "If the picture is kept, it becomes an example of what is not that label: what looks like it is unknown from then on."},
		func(ctx context.Context, by service.Actor, in *reject) (*body[service.Rejected], error) {
			label := ""
			if in.Body != nil {
				label = in.Body.Label
			}
			done, err := s.service.Reject(ctx, by, in.Collection, in.ID, label)
			return &body[service.Rejected]{done}, err
		})
	s.addChanges()
}

// addChanges adds what people did, and undoing it.
func (s *server) addChanges() {
	tags := []string{"changes"}
	type list struct {
		InCollection
		Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before"`
		Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	}
	add(s, service.Classifier, huma.Operation{OperationID: "list-changes", Method: http.MethodGet, Path: "/collections/{collection}/changes", Summary: "What people did, the newest first", Tags: tags},
		func(ctx context.Context, by service.Actor, in *list) (*body[service.Changes], error) {
			page, err := s.service.Changes(ctx, in.Collection, in.Cursor, in.Limit)
			return &body[service.Changes]{page}, err
		})
	type undo struct {
		InCollection
		Body struct {
			Change string `json:"change" minLength:"1" maxLength:"64" doc:"id of the change"`
		}
	}
	add(s, service.Registrar, huma.Operation{OperationID: "undo", Method: http.MethodPost, Path: "/collections/{collection}/undo", Summary: "Undo a change", Tags: tags, Errors: []int{http.StatusConflict}},
		func(ctx context.Context, by service.Actor, in *undo) (*body[service.Changed], error) {
			done, err := s.service.Undo(ctx, by, in.Collection, in.Body.Change)
			return &body[service.Changed]{done}, err
		})
}
