package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"exemplar/internal/store"
)

// schema is the namespace of all our tables in the database. It is ours alone, so that
// no name meets those of other programs.
const schema = "exemplar_gallery"

// versionTable is where goose notes the steps that were taken.
const versionTable = schema + ".version"

// migrations holds the steps from one version of the tables to the next. A released
// step never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// latestVersion is the version of the tables that this program writes.
const latestVersion = 1

// migrating is the key of the lock that one process holds while it migrates: the first
// eight bytes of the SHA-256 of the name of the schema.
const migrating = 0x2d7f1a5c3b90e146

// prepare brings the tables to this program's version. It makes them if create is set,
// and gives ErrNoGallery if they are not there otherwise.
func (g *Store) prepare(ctx context.Context, create bool) error {
	version, err := g.version(ctx)
	switch {
	case err != nil:
		return err
	case version == latestVersion:
		return nil
	case version > latestVersion:
		return fmt.Errorf("%w (its tables have version %d, known up to %d)", store.ErrNewer, version, latestVersion)
	case version == 0 && !create:
		return store.ErrNoGallery
	case g.readOnly:
		return fmt.Errorf("%w (its tables are of version %d: open it once for writing)", store.ErrReadOnly, version)
	}
	return g.migrate(ctx)
}

// version is the version of the tables, 0 if there are none.
func (g *Store) version(ctx context.Context) (version int64, err error) {
	err = g.pool.look(ctx, func(db querier) error {
		var encoding string
		var there bool
		err := db.QueryRow(ctx, `SELECT current_setting('server_encoding'), to_regclass($1) IS NOT NULL`, versionTable).Scan(&encoding, &there)
		if err != nil {
			return err
		}
		if encoding != "UTF8" {
			return fmt.Errorf("the database has the encoding %s, which cannot hold every label: make one with createdb --encoding UTF8 --template template0", encoding)
		}
		if !there {
			version = 0
			return nil
		}
		return db.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versionTable+` WHERE is_applied`).Scan(&version)
	})
	return version, err
}

// migrate takes the missing steps. Another process that does the same waits.
func (g *Store) migrate(ctx context.Context) error {
	conn, err := g.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrating)); err != nil {
		return err
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrating))
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, schema).Scan(&there); err != nil {
		return err
	}
	if !there { // not IF NOT EXISTS, for which one needs the permission even where the schema is there
		if _, err := conn.Exec(ctx, `CREATE SCHEMA `+schema); err != nil {
			return fmt.Errorf("make the schema %s, for which the user needs CREATE on the database: %w", schema, err)
		}
	}
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(g.pool.Pool)
	provider, err := goose.NewProvider(goose.DialectPostgres, db, steps, goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = provider.Up(ctx)
	return errors.Join(err, provider.Close())
}
