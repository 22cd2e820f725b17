// Package storetest holds the tests that every implementation of [store.Store] must
// pass. Tests of other packages use its entries (samples.go) and its maker (maker.go).
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) storetest.Instance { ... })
//	}
//
// run.go lists the tests. They check the contract of the interface: a change happens
// whole or not at all, replacing is one change, nothing is stored twice, a reader of
// changes learns every change, damage is reported and harms no other reference. Each
// implementation tests its own files, tables and servers itself.
package storetest
