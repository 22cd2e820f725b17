package main

import (
	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/imaging"
)

// manner is how a picture of a document is taken.
type manner string

const (
	scan  manner = "scan"  // the document fills the picture, flat and evenly lit
	photo manner = "photo" // it lies on something, seen aslant, in a room's light
)

var manners = []manner{scan, photo}

// scanned says that a scanner sees such a condition.
func scanned(kind condition.Kind) bool {
	return kind != condition.Screen && kind != condition.Covered && kind != condition.Blurred && kind != condition.CutOff
}

// plainToSee is the share of a document that glare, a tear or a stain changes at least, by
// 24 grey levels: what nobody sees is drawn again.
const plainToSee = 0.015

func hasPlace(kind condition.Kind) bool {
	return kind == condition.Glare || kind == condition.Torn || kind == condition.Stained
}

// simulator takes pictures of a document in a state. The same seed gives the same.
type simulator struct {
	name string
	take func(doc *imaging.Image, kind condition.Kind, how manner, seed uint64) *imaging.Image
}

var simulators = []simulator{{"capturesim", worn}, {"independent", capture}}

// worn takes pictures by package capturesim.
func worn(doc *imaging.Image, kind condition.Kind, how manner, seed uint64) *imaging.Image {
	state := capturesim.Unworn
	if kind != "" {
		state = capturesim.Wear(kind)
	}
	p := capturesim.Everyday()
	p.Clutter, p.Dim = 0.2, 0.3
	p.Width, p.Height, p.SizeMin, p.SizeMax, p.Turn = 1000, 750, 0.6, 0.9, 15
	var lid *imaging.Image
	if how == scan {
		long := 900
		p = capturesim.SceneParams{Width: long, Height: long, SizeMin: 0.98, SizeMax: 1, Turn: 0.6, Noise: 0.05, Quality: 75}
		if doc.W < doc.H {
			p.Width = long * doc.W / doc.H
		} else {
			p.Height = long * doc.H / doc.W
		}
		lid = imaging.NewImage(16, 16)
		for i := range lid.Pix {
			lid.Pix[i] = []byte{250, 238, 24}[seed%3]
		}
	}
	for ; ; seed += 101 {
		shot := capturesim.Worn(doc, lid, state, p, seed)
		m := shot.Image
		isTurned := (m.W > m.H) != (p.Width > p.Height) // some are held upright; a scan is not
		if (how == photo || !isTurned) && (!hasPlace(kind) || shot.Touched >= plainToSee) {
			return m
		}
	}
}
