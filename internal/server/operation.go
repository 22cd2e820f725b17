package server

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// body is an answer in JSON.
type body[T any] struct{ Body T }

// picture is an answer that is a picture.
type picture struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// jpeg and png are pictures that browsers may keep: what has an id does not change.
func jpeg(data []byte) *picture {
	return &picture{"image/jpeg", "private, max-age=86400", data}
}

func png(data []byte) *picture { return &picture{"image/png", "private, max-age=60", data} }

// pictureResponses documents an answer that is a picture.
func pictureResponses(contentType string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		contentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}}
}

// anybody is the role of operations that take no key.
const anybody service.Role = ""

// add registers an operation that takes a role. The collection is that of the address,
// if it has one.
func add[I, O any](s *server, role service.Role, op huma.Operation, handle func(ctx context.Context, by service.Actor, in *I) (*O, error)) {
	op.Path = prefix + op.Path
	op.Middlewares = append(op.Middlewares, func(ctx huma.Context, next func(huma.Context)) {
		var err error
		if role != anybody {
			err = actorOf(ctx.Context()).May(role, ctx.Param("collection"))
		}
		if address := ctx.URL(); err == nil {
			err = onceInQuery(address.RawQuery)
		}
		if err != nil {
			s.refuse(ctx, err)
			return
		}
		next(ctx)
	})
	op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable)
	op.MaxBodyBytes, op.BodyReadTimeout = jsonBytes, bodyTime
	files := op.RequestBody // which the operation reads by itself: huma would take them for JSON
	op.RequestBody = nil
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		bodyIsRead(ctx)
		out, err := handle(ctx, actorOf(ctx), in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
	if files != nil {
		s.api.OpenAPI().Paths[op.Path].Post.RequestBody = files
	}
}

// jsonBytes bounds bodies that are no files.
const jsonBytes = 1 << 20

type actorKey struct{}

// actorOf is who asks.
func actorOf(ctx context.Context) service.Actor {
	by, _ := ctx.Value(actorKey{}).(service.Actor)
	return by
}
