// Package features finds the distinct places of a picture, describes them, and
// matches those of two pictures: difference-of-Gaussians points with RootSIFT
// descriptors of 128 bytes (Lowe 2004; Arandjelovic and Zisserman 2012).
//
//	ref := features.Extract(reference, features.Options{Max: 800, Grid: 4})
//	probe := features.Prepare(features.Extract(photo, features.Options{Max: 1000, Grid: 4}))
//	for _, m := range features.MutualNearest(ref, probe) {
//		fmt.Println(ref.Points[m.Ref], probe.Points[m.Probe])
//	}
//
// What the matches prove is for package alignment; which of many pictures share
// features with a photo is for package wordindex. The same picture gives the
// same features on every machine.
package features

//go:generate sh -c "cd ../_asm && go run . features"
