package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"exemplar/internal/store"
)

// applicationID marks a SQLite file as a gallery: "EXGL".
const applicationID = 0x4558474c

// schemas holds the steps from one version of the file to the next: schema/0001.sql
// makes version 1 from an empty file. PRAGMA user_version tells the version of a
// file. A released step never changes.
//
//go:embed schema/*.sql
var schemas embed.FS

// latestVersion is the version of the file that this program writes.
const latestVersion = 4

// prepare checks that the database is a gallery and brings it up to date.
func (g *Store) prepare(ctx context.Context) error {
	version, err := fileVersion(ctx, g.db)
	if err != nil {
		return err
	}
	g.version = version
	if version > 0 {
		if err := checkSchema(ctx, g.db, version); err != nil {
			return err
		}
	}
	switch {
	case version == latestVersion:
		return nil
	case g.readOnly && version == 0: // another process is creating it
		return store.ErrNoGallery
	case g.readOnly: // g works without the tables that an older version lacks
		return nil
	}
	if err := g.useWAL(ctx); err != nil {
		return err
	}
	tx, err := g.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := migrate(ctx, tx); err != nil {
		return err
	}
	g.version = latestVersion
	return tx.Commit()
}

// useWAL turns on the write-ahead log, so that readers go on while one process
// writes. The file remembers it. Another process may be doing the same with a new
// file, and SQLite does not wait for it here, so useWAL tries again.
func (g *Store) useWAL(ctx context.Context) error {
	for deadline := time.Now().Add(busyTimeout); ; time.Sleep(5 * time.Millisecond) {
		_, err := g.db.ExecContext(ctx, `PRAGMA journal_mode = wal`)
		if !errors.Is(translate(err), store.ErrBusy) || time.Now().After(deadline) {
			return err
		}
	}
}

// querier is what *sql.DB and *sql.Tx have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// execer is what *sql.Conn and *sql.Tx have in common.
type execer interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// fileVersion returns the version of the gallery, 0 for an empty file.
func fileVersion(ctx context.Context, db querier) (int, error) {
	var application, version, tables int
	const query = `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`
	if err := db.QueryRowContext(ctx, query).Scan(&application, &version, &tables); err != nil {
		return 0, err
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
		return 0, nil
	case application != applicationID || version < 1:
		return 0, fmt.Errorf("%w (a SQLite file of another program)", store.ErrNotGallery)
	case version > latestVersion:
		return 0, fmt.Errorf("%w (file version %d, known up to %d)", store.ErrNewer, version, latestVersion)
	}
	return version, nil
}

// migrate takes the steps that the file lacks. It reads the version again, because
// another process may have taken them meanwhile.
func migrate(ctx context.Context, tx *sql.Tx) error {
	version, err := fileVersion(ctx, tx)
	if err != nil {
		return err
	}
	if version > 0 {
		if err := checkSchema(ctx, tx, version); err != nil {
			return err
		}
	}
	if err := takeSteps(ctx, tx, version+1, latestVersion); err != nil {
		return err
	}
	if version == 0 {
		if err := writeState(ctx, tx, state{id: ulid.Make().String(), created: time.Now().UnixMilli()}); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, latestVersion))
	return err
}

func takeSteps(ctx context.Context, tx *sql.Tx, first, last int) error {
	for step := first; step <= last; step++ {
		text, err := schemas.ReadFile(fmt.Sprintf("schema/%04d.sql", step))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("bring the file to version %d: %w", step, err)
		}
	}
	return nil
}
