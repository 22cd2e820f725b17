// Package store says what a gallery keeps and what can be asked of it: the
// references of one collection, with their labels, pictures, embeddings and local
// features. It is types, rules and one interface; implementations are packages of
// their own.
//
//	store/open       from the name that a user gives to an open store
//	store/sqlite     the implementation: a SQLite file that many processes share
//	store/archive    export and import, of any store, as a ZIP file
//	store/storetest  the tests that every implementation must pass
//
// A [Store] is where recognition begins and where registration ends:
//
//	recognise.Model.NewEntry -> Entry -> Store.Put
//	Store.ChangesSince -> vectorindex -> which references look like a photo
//	Store.EachWords -> wordindex -> which references share features with it
//	Store.Picture, Store.Features -> alignment -> is it really that document
//
// A reference has four embeddings, of its picture turned by 0, 90, 180 and 270
// degrees, so that a turned probe is found with one embedding of its own.
//
// What is read is checked: a damaged part gives a [*Damage], which harms no other
// reference; Check finds it and Repair makes it anew where it can.
//
// The package neither decodes images nor runs networks: it is handed pictures and
// embeddings. It does not know how decisions are taken.
package store
