// Package gallery keeps the references of one collection: their labels,
// pictures and embeddings in a SQLite file that several processes use at once,
// and an exact index over the embeddings in memory.
//
//	g, err := gallery.Open("documents.gallery", gallery.Options{Create: true})
//	added, err := g.Add(ctx, entries...)            // atomic, durable once it returns
//	view, err := g.Follow(ctx, bundle.Fingerprint, 256)
//	candidates, err := view.Search(ctx, embedding, 5) // current, whoever wrote last
//
// A [Gallery] is the store. A [View] is an [Index] of its embeddings in memory
// that follows what this and other processes change. A reference has four
// embeddings, of its picture turned by 0, 90, 180 and 270 degrees, so that a
// turned probe is found with one embedding of its own.
//
// What is read is checked: a damaged part gives a [*Damage], which harms no other
// reference; [Gallery.Check] finds it and [Gallery.Repair] makes it anew where it
// can. References that take the place of others come by way of a [Stage].
//
// The package neither decodes images nor runs networks: it is handed pictures
// and embeddings. docs/formats/gallery.md describes the file.
package gallery
