package exemplar_test

import (
	"sync"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// drawings holds the files of documents that tests have drawn. To draw and to pack one
// takes longer than to recognise it, above all under the race detector.
var drawings sync.Map

// drawnFile is a drawn document as a PNG file, which must not be changed.
func drawnFile(d synthdoc.Document) []byte {
	file, there := drawings.Load(d)
	if !there {
		file, _ = drawings.LoadOrStore(d, imaging.EncodePNG(synthdoc.Draw(d)))
	}
	return file.([]byte)
}

// drawn is a drawn document of a kind.
func drawn(kind string) []byte {
	return drawnFile(synthdoc.Document{Kind: kind, Template: 3, Size: 600})
}
