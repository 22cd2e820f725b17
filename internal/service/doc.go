// Package service is the work of `exemplar serve`, without HTTP: collections, each a
// gallery; answers, which are kept as decisions; what people make of them; keys; and an
// audit of all of it. Package server offers it over HTTP.
//
// A [Service] works in one folder, service.db (package db) and collections/NAME.gallery,
// or in one PostgreSQL database, with any number of others. Everything that changes its
// tables is one transaction with its row of the audit ([Service.record]). A gallery has
// transactions of its own: what is begun there is noted first as an intent, and
// [Service.recover] records what a process that was killed left behind.
//
// Everything here is safe for concurrent use. Errors that a user can do something
// about are of type [*Error].
package service
