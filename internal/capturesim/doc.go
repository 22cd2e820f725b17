// Package capturesim is the capture simulator: what cameras, scanners and people
// do to a document.
//
// It has three users. Training takes [Capture]: one geometric warp from the
// source straight into the network's input, then light, lens and sensor at
// that size, at a third of a millisecond each. The benchmark takes [Sweep]:
// twelve families of disturbance at five levels. The proof takes [Scene]: a
// whole document laid into a photo, with its true corners.
//
//	c := capturesim.NewCapture(augment.Full())
//	c.View(dst, 128, picture, seed)         // a training capture
//	worse := capturesim.Sweep("glare", 3, picture, seed)
//	photo := capturesim.Scene(picture, nil, augment.Everyday(), seed)
//
// Everything is decided by seeds: the same arguments give the same bytes. What
// it does not do: colour management, rolling shutter, lens distortion.
package capturesim
