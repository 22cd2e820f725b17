// Package archive writes a whole store to one portable file, and reads such files
// into stores. It works with every kind of store, because it uses [store.Store]
// alone. The root package calls it for export and import.
//
//	err := archive.Export(ctx, s, "documents.zip")
//	merged, err := archive.Import(ctx, other, "documents.zip", model.Mend)
//
// An export is a ZIP file that people can look into. It holds the pictures in folders
// named after their labels, the embeddings as a NumPy array, and a manifest in JSON
// with the SHA-256 of every file (export.go, manifest.go). A file to import may come
// from anybody. Its size limits what it may hold (read.go, manifest_read.go,
// vectors_read.go), and every part is checked before the store changes (import.go).
//
// docs/formats/gallery.md describes the file.
package archive
