// Package harness tests systems on data sets and makes the sets that package eval
// judges. A system is a whole gallery as users have it, an embedding alone, or the
// results of another program for the same pictures. exemplar eval and the benchmarks
// call it.
//
//	result, err := harness.Judge(ctx, folder, harness.Product("exemplar", model), harness.Options{FPIR: 0.01})
//	fmt.Println(result.Decisions.Right)
//
// system.go lists the systems. judge.go makes a set from a folder and judges a system on
// it; for a gallery it uses ask.go. gallery.go is the gallery under test, references.go
// registers a folder in it, and probes.go looks up captures with and without their own
// label. sweep.go disturbs pictures. The package computes no rate.
package harness
