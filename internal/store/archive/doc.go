// Package archive writes everything in a store to one portable file, and reads such
// files into stores: of any kind, since it knows them by [store.Store] alone.
//
//	err := archive.Export(ctx, s, "documents.zip")
//	merged, err := archive.Import(ctx, other, "documents.zip", model.Mend)
//
// An export is a ZIP file that people can look into: the pictures in folders of
// their labels' names, the embeddings as a NumPy array, and a manifest in JSON with
// the SHA-256 of every file (export.go, manifest.go). A file to import may come
// from anybody: it is read within limits that follow from its size (read.go,
// manifest_read.go), and checked part by part before the store is touched (import.go).
//
// docs/formats/gallery.md describes the file.
package archive
