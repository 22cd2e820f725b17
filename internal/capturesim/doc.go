// Package capturesim is the capture simulator: what cameras, scanners and people
// do to a document.
//
// In comes the clean picture of a document and a seed; out comes what a capture of
// it looks like. Three parts serve three callers:
//   - [Capture], for package train: one geometric warp from the source into the
//     network's input, then light, lens and sensor at that size. It takes a third of
//     a millisecond. (view.go, source.go, warp.go)
//   - [Sweep], for package eval/harness: twelve families of disturbance at five
//     levels. (sweep.go)
//   - [Scene], for package calibrate and the benchmarks: a whole document laid into a
//     photo, with the true positions of its corners; [Worn] does so in one condition.
//     (scene.go, wear.go, camera.go, sheet3d.go, bend.go, surface.go, hands.go, shoot.go)
//
// All of them change pixels by the operations of light.go, tone.go, blur.go, noise.go
// and jpeg.go on the pictures of frame.go.
//
//	c := capturesim.NewCapture(capturesim.Full())
//	c.View(dst, 128, picture, seed)         // a training capture
//	worse := capturesim.Sweep("glare", 3, picture, seed)
//	photo := capturesim.Scene(picture, nil, capturesim.Everyday(), seed)
//
// The same arguments give the same bytes on every machine. It does not simulate colour
// management, rolling shutter or lens distortion.
package capturesim
