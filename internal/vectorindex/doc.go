// Package vectorindex finds the labels whose references look most like a photo:
// exact top-k search over embeddings in memory.
//
//	index, err := vectorindex.Load(ctx, store, model.Fingerprint, model.Dim())
//	hits, err := index.Search(ctx, embedding, 5) // current, whoever wrote last
//
// An [Index] holds embeddings and searches them (index.go, search.go, nearest.go). It
// first scans one byte per number. It then compares in float32 the embeddings that the
// error bound of the scan does not rule out (quantise.go). The answer is the same as
// if it had compared all in float32, in about a quarter of the time. A [SyncedIndex]
// keeps an Index equal to the content of a store (sync.go): before each search it
// applies what this and other processes changed. A [View] is the store at one version,
// for searches of several steps (view.go).
//
// Package recognise calls it after it has embedded a photo, and then looks for the
// photo's document among the labels found. The package uses one method of a store,
// [Source], and returns a [Hit] for each label; package decide says what a hit means.
package vectorindex
