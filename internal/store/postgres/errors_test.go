package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"exemplar/internal/store"
)

func TestErrorsOfTheServer(t *testing.T) {
	for code, want := range map[string]error{
		"3D000": store.ErrNoGallery, "42P01": store.ErrNoGallery, "42501": store.ErrReadOnly, "25006": store.ErrReadOnly,
		"55P03": store.ErrBusy, "40001": store.ErrBusy, "40P01": store.ErrBusy, "53100": store.ErrDiskFull,
		"23505": store.ErrInvalid, "22021": store.ErrInvalid, "57014": store.ErrUnavailable,
		"57P01": store.ErrUnavailable, "57P03": store.ErrUnavailable, "08006": store.ErrUnavailable, "53300": store.ErrUnavailable, "28P01": store.ErrUnavailable, "25P03": store.ErrUnavailable,
		"XX001": store.ErrCorrupt, "XX002": store.ErrCorrupt, "42601": nil,
	} {
		err := fmt.Errorf("query: %w", &pgconn.PgError{Code: code, Message: "said the server"})
		if got := sentinelOf(err); got != want {
			t.Errorf("%s is %v, want %v", code, got, want)
		}
		if got := translate(err); want != nil && (!errors.Is(got, want) || !errors.Is(got, err)) {
			t.Errorf("%s: %v", code, got)
		}
	}
	for err, want := range map[error]bool{io.EOF: true, io.ErrUnexpectedEOF: true, context.Canceled: false, context.DeadlineExceeded: false, errors.New("other"): false,
		errors.New("conn closed"): true, &pgconn.PgError{Code: "40001"}: false} {
		if isLost(err) != want {
			t.Errorf("%v is a lost connection: %v", err, !want)
		}
	}
}
