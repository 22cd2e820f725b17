// Package harness puts systems under test: a gallery of our own, whole, as users
// have it; an embedding alone; what other systems made of the same pictures. It
// gives internal/eval the sets that it judges.
//
//	result, err := harness.Judge(ctx, folder, harness.Product("exemplar", model), harness.Options{FPIR: 0.01})
//	fmt.Println(result.Decisions.Right)
//
// gallery.go is the gallery under test, probes.go looks captures up in it with
// and without their own label, references.go registers a folder in it, system.go
// lists what else can be judged, judge.go makes a set of a folder and judges it
// (ask.go: by a gallery), sweep.go disturbs pictures.
//
// No rate is computed here.
package harness
