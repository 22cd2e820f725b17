// Package postgres keeps galleries in a PostgreSQL database that any number of machines
// may use at once. A [Store] is a [store.Store]; store/open makes one. No other package
// of galleries knows PostgreSQL.
//
//	g, err := postgres.Open("postgres://user@host/db?collection=forms", store.Options{Create: true})
//	added, err := g.Put(ctx, entries...) // atomic, and durable when it returns
//
// One database holds many galleries, named collections, in one set of tables whose first
// column is the key of the gallery. All galleries that a process opens on one server
// share a pool of connections.
//
// The files in reading order:
//
//	address.go, pool.go                        names of galleries, and connections
//	open.go, migrate.go                        opening, and the tables
//	state.go, transaction.go                   the gallery's own row, and the transactions
//	write.go, remove.go, merge.go, stage.go    change references
//	read.go, part.go, snapshot.go              read references
//	changes.go, wait.go                        what changed since a position, and waiting for it
//	reembed.go, compact.go                     embed anew, free space
//	check.go, repair.go                        find damage, and make damaged parts anew
//	errors.go                                  what errors of the server amount to
//
// docs/postgres.md says how to set a database up, and what differs from a file.
package postgres
