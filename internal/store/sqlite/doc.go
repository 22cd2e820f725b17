// Package sqlite keeps a gallery in a SQLite file that several processes may use at
// once. A [Store] is a [store.Store]; store/open makes one. No other package knows
// SQLite.
//
//	g, err := sqlite.Open("documents.gallery", store.Options{Create: true})
//	added, err := g.Put(ctx, entries...) // atomic, and durable when it returns
//
// The files in reading order:
//
//	open.go                                    opening, and the transactions
//	migrate.go, schema.go                      bring the file to this program's version, and check it
//	write.go, stage.go, merge.go               change references
//	read.go, part.go, words.go, snapshot.go    read references
//	changes.go                                 what changed since a position
//	checksum.go, damage.go, scan.go            every part has a checksum, compared on reading
//	reembed.go, compact.go                     embed anew, free space
//	check.go, repair.go, rebuild.go            find damage, and make damaged parts anew
//	room.go                                    what happens when the disk is full
//
// docs/formats/gallery.md describes the file.
package sqlite
