// Package storetest has the tests that every implementation of [store.Store] must
// pass, and the entries that tests register.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) storetest.Instance { ... })
//	}
//
// Run tests behaviour: that changes happen whole or not at all, that replacing is
// one change, that nothing is there twice, that followers are told every change,
// that damage is reported and harms itself alone. What files, tables and servers
// do to an implementation is the business of its own tests.
package storetest
