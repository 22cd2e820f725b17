// Package backup copies the folder of a service while it is served, and puts copies back.
//
//	manifest, err := backup.Make(ctx, s, "2026-11-29")
//	manifest, err = backup.Restore(ctx, "2026-11-29", "service", backup.RestoreOptions{})
//
// A backup is a folder: the databases as they were at one moment, the pictures that are
// kept in a folder, and manifest.json with the SHA-256 of each file (manifest.go). It was
// read through before it got its name: the hashes of the audit, the decisions beside it and
// every byte of the galleries. Restoring checks all of that again in a new folder, and puts
// that in the place of the old one in one step (restore.go).
//
// A database of PostgreSQL has tools of its own for that: docs/postgres.md.
package backup
