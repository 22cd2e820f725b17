// Package store defines what a gallery keeps: the references of one collection,
// with their labels, pictures, embeddings and local features. It holds the types
// (reference.go), the rules (validate.go, vectors.go) and the interface [Store]
// (store.go). Each implementation is a package of its own.
//
//	store/open       opens the store that a user names
//	store/sqlite     a SQLite file that many processes share
//	store/postgres   a PostgreSQL database that many machines share
//	store/archive    export and import, of any store, as a ZIP file
//	store/storetest  the tests that every implementation must pass
//
// Registration ends at a [Store], and recognition begins there:
//
//	recognise.Model.NewEntry -> Entry -> Store.Put
//	Store.ChangesSince -> vectorindex -> which references look like a photo
//	Store.EachWords -> wordindex -> which references share features with it
//	Store.Picture, Store.Features -> alignment -> is it really that document
//
// A reference has four embeddings: of its picture turned by 0, 90, 180 and 270
// degrees. One embedding of a probe then finds it, however the probe is turned.
//
// A store checks whatever it reads. A damaged part gives a [*Damage], which harms no
// other reference; Check finds it, and Repair makes it anew where it can.
//
// The package decodes no image, runs no network and takes no decision.
package store
