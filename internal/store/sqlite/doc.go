// Package sqlite keeps a gallery in a SQLite file that several processes use at
// once: it is a [store.Store], and the only package that knows SQLite.
//
//	g, err := sqlite.Open("documents.gallery", store.Options{Create: true})
//	added, err := g.Put(ctx, entries...) // atomic, durable once it returns
//
// open.go opens and holds the transactions; migrate.go and schema.go keep the file
// at this program's version; write.go and stage.go change references, read.go,
// part.go and words.go give them out, changes.go tells followers what changed;
// reembed.go, check.go, repair.go and compact.go keep the file sound; room.go
// knows what to do when the disk is full. Everything stored has a checksum
// (checksum.go), which is compared when it is read.
//
// docs/formats/gallery.md describes the file.
package sqlite
