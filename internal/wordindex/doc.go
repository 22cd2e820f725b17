// Package wordindex finds, among many references, those that share local features
// with a photo: an inverted index of visual words.
//
//	index := wordindex.New()
//	err := index.Add(id, words)        // what a store keeps of a reference
//	ids := index.Query(photo, 10)      // the likeliest references of a photo
//
// A vocabulary of 4,096 descriptors gives each feature its visual word
// (vocabulary.go). [Words] turns the features of a reference into the bytes that a
// store keeps (words.go). An [Index] holds the words of all references (index.go), and
// finds those of a photo (query.go).
//
// Package recognise fills the index from the store and asks it for references that
// the embedding alone would miss: of documents that fill a small part of a photo. It
// then compares each of them with the photo (package alignment). The package knows
// neither labels nor stores.
package wordindex
