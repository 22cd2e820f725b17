// Package features finds local features of a picture, describes them, and matches
// those of two pictures: extrema of the difference of Gaussians with RootSIFT
// descriptors of 128 bytes (Lowe 2004; Arandjelovic and Zisserman 2012).
//
// In comes a grey picture; out come points with descriptors, and pairs of points of
// two pictures. Package alignment fits a homography to the pairs, package wordindex
// finds which of many references share features with a photo, and package recognise
// extracts the features of photos and references.
//
//	ref := features.Extract(reference, features.Options{Max: 800, Grid: 4})
//	probe := features.Prepare(features.Extract(photo, features.Options{Max: 1000, Grid: 4}))
//	for _, m := range features.MutualNearest(ref, probe) {
//		fmt.Println(ref.Points[m.Ref], probe.Points[m.Probe])
//	}
//
// The same picture gives the same features on every machine.
//
// The path of a picture: plane.go and blur.go build the scale space of
// scalespace.go, detect.go finds its extrema, select.go keeps the strongest of each
// part of the picture, orient.go and describe.go describe them, match.go matches
// them, and encode.go stores them. Files named *_generic.go and *_amd64.go are the
// variants of the inner loops; internal/_asm generates the assembly.
package features

//go:generate sh -c "cd ../_asm && go run . features"
