package recognise

import (
	"sync"

	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
)

// drawings and entries hold what tests have drawn, and what a gallery keeps of it: both
// take long under the race detector.
var drawings, entries sync.Map // of synthdoc.Document

// drawn is the picture of a document, which must not be changed.
func drawn(d synthdoc.Document) *imaging.Image {
	return onceFor(&drawings, d, synthdoc.Draw)
}

// drawnEntry is what a gallery keeps of the picture, which must not be changed.
func drawnEntry(label string, d synthdoc.Document) store.Entry {
	e := onceFor(&entries, d, func(d synthdoc.Document) store.Entry { return newEntry(label, drawn(d)) })
	e.Label, e.Source = decide.Label(label), label
	return e
}

// onceFor is what a document gives, made when it is first asked for.
func onceFor[T any](made *sync.Map, d synthdoc.Document, by func(synthdoc.Document) T) T {
	value, there := made.Load(d)
	if !there {
		value, _ = made.LoadOrStore(d, by(d))
	}
	return value.(T)
}

// pasted lays a picture on another one.
func pasted(on, m *imaging.Image, x, y int) *imaging.Image {
	out := &imaging.Image{W: on.W, H: on.H, Pix: append([]byte(nil), on.Pix...)}
	for v := range min(m.H, on.H-y) {
		copy(out.Pix[3*((y+v)*on.W+x):][:3*min(m.W, on.W-x)], m.Pix[3*v*m.W:])
	}
	return out
}
