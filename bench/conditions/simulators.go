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
	return capturesim.Taken(doc, state, how == scan, seed)
}
