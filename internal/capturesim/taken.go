package capturesim

import "exemplar/internal/imaging"

// PlainToSee is the share of a document that glare, a tear or a stain changes at least, by
// 24 grey levels: what nobody sees is drawn again.
const PlainToSee = 0.015

// Taken is a picture of a document in a condition: a scan, which it fills, or a photo. The
// same seed gives the same. It panics on an unknown condition.
func Taken(doc *imaging.Image, state Wear, scanned bool, seed uint64) *imaging.Image {
	p := Everyday()
	p.Clutter, p.Dim = 0.2, 0.3
	p.Width, p.Height, p.SizeMin, p.SizeMax, p.Turn = 1000, 750, 0.6, 0.9, 15
	var lid *imaging.Image
	if scanned {
		const long = 900
		p = SceneParams{Width: long, Height: long, SizeMin: 0.98, SizeMax: 1, Turn: 0.6, Noise: 0.05, Quality: 75}
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
	hasPlace := state == Glaring || state == Torn || state == Stained
	for ; ; seed += 101 {
		shot := Worn(doc, lid, state, p, seed)
		m := shot.Image
		isTurned := (m.W > m.H) != (p.Width > p.Height) // some are held upright; a scan is not
		if (!scanned || !isTurned) && (!hasPlace || shot.Touched >= PlainToSee) {
			return m
		}
	}
}
