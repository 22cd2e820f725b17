// Package vectorindex finds the labels whose references look most like a photo:
// exact top-k search over embeddings in memory.
//
//	index, err := vectorindex.Load(ctx, store, model.Fingerprint, model.Dim())
//	hits, err := index.Search(ctx, embedding, 5) // current, whoever wrote last
//
// An [Index] holds embeddings and searches them (index.go, search.go). It first
// scans one byte a number, and compares in float32 what the scan's error bound
// does not rule out (quantise.go), so that the answer is that of comparing all
// in float32, in about a quarter of the time. A [SyncedIndex] keeps an Index equal
// to a store's content (sync.go): before each search it takes in what this and
// other processes changed.
//
// In the way of a photo it comes after the embedding and before the search for the
// photo's document among the references it names. It knows a store by one method,
// [Source], and gives out a [Hit] for each label; what a hit is worth others decide.
package vectorindex
