package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"exemplar/internal/service"
)

// statuses are those of the kinds of errors.
var statuses = map[service.Kind]int{
	service.Invalid:     http.StatusBadRequest,
	service.Unknown:     http.StatusNotFound,
	service.Conflict:    http.StatusConflict,
	service.NoKey:       http.StatusUnauthorized,
	service.Denied:      http.StatusForbidden,
	service.TooLarge:    http.StatusRequestEntityTooLarge,
	service.Busy:        http.StatusTooManyRequests,
	service.Unavailable: http.StatusServiceUnavailable,
	service.Full:        http.StatusInsufficientStorage,
}

// problem makes an error an answer as RFC 9457 has it. What is nobody's fault outside
// is logged, and says no more than that.
func (s *server) problem(ctx context.Context, err error) error {
	var e *service.Error
	var status huma.StatusError
	var large *http.MaxBytesError
	err = service.Explained(err)
	switch {
	case errors.As(err, &e):
		return explain(statuses[e.Kind], e.Text, e.After)
	case errors.As(err, &status):
		return err
	case errors.As(err, &large):
		return explain(http.StatusRequestEntityTooLarge, tooLarge(large.Limit), 0)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return explain(http.StatusRequestTimeout, "the body came too slowly, or not at all: send it again", 0)
	case ctx.Err() != nil:
		return explain(http.StatusServiceUnavailable, "the request was given up before it was answered: send it again", time.Second)
	}
	s.log.ErrorContext(ctx, "request failed", "error", err, "request", requestID(ctx))
	return explain(http.StatusInternalServerError, "something went wrong inside; the log has the details under request "+requestID(ctx), 0)
}

// echoed is how much of what was sent a problem repeats at most, in bytes.
const echoed = 200

// init makes the problems that huma finds by itself say what to do, and repeat no more
// than a little of what was sent.
func init() {
	usual := huma.NewError
	huma.NewError = func(status int, text string, errs ...error) huma.StatusError {
		if status == http.StatusUnsupportedMediaType {
			return usual(status, "the body is no JSON: send JSON with Content-Type: application/json")
		}
		if status == http.StatusRequestEntityTooLarge && strings.HasPrefix(text, "request body") {
			return usual(status, fmt.Sprintf("the body is larger than the %d MB of JSON that are taken here: send less at once, such as fewer decisions", jsonBytes>>20))
		}
		if status == http.StatusInternalServerError && text == "cannot read request body" {
			return usual(http.StatusBadRequest, bodyCutOff)
		}
		made := usual(status, text, errs...)
		if model, ok := made.(*huma.ErrorModel); ok {
			if len(model.Errors) > 0 { // what is wrong, and where, is in the first already
				model.Detail = fmt.Sprintf("%s: %s", model.Errors[0].Location, model.Errors[0].Message)
			}
			model.Detail = plainJSON(model.Detail)
			for _, detail := range model.Errors {
				detail.Message = plainJSON(detail.Message)
				if value, err := json.Marshal(detail.Value); err != nil || len(value) > echoed {
					detail.Value = nil
				}
			}
		}
		return made
	}
}

// goJSON is what encoding/json says of a value that does not fit its field.
var goJSON = regexp.MustCompile(`json: cannot unmarshal (.*) into Go (?:struct field [^ .]*\.([^ ]*)|value) of type ([^ ]*)$`)

// plainJSON says it without the names of Go.
func plainJSON(text string) string {
	m := goJSON.FindStringSubmatchIndex(text)
	if m == nil {
		return text
	}
	field, want := "the body", "another kind of value"
	if m[4] >= 0 {
		field = text[m[4]:m[5]]
	}
	if strings.HasPrefix(text[m[6]:m[7]], "int") {
		want = "a whole number without a fraction, such as 20"
	}
	return fmt.Sprintf("%s%s is a %s: want %s", text[:m[0]], field, text[m[2]:m[3]], want)
}

// isNoKey reports whether a key was of no use.
func isNoKey(err error) bool {
	var e *service.Error
	return errors.As(err, &e) && e.Kind == service.NoKey
}

// explain makes a problem, with Retry-After where it is known.
func explain(status int, text string, after time.Duration) error {
	err := huma.NewError(status, text)
	if after > 0 {
		return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {strconv.Itoa(int((after + time.Second - 1) / time.Second))}})
	}
	return err
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("the body is larger than the %d MB that are taken here: send a smaller file, or several one by one", limit>>20)
}

// refuse answers with an error before the operation has begun.
func (s *server) refuse(ctx huma.Context, err error) {
	_, w := humago.Unwrap(ctx)
	writeProblem(w, s.problem(ctx.Context(), err))
}

// writeProblem writes a problem outside of an operation.
func writeProblem(w http.ResponseWriter, err error) {
	var headers huma.HeadersError
	if errors.As(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	var known huma.StatusError
	errors.As(err, &known) // every problem is one
	w.Header().Set("Content-Type", "application/problem+json")
	if known.GetStatus() == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(known.GetStatus())
	json.NewEncoder(w).Encode(known)
}
