package exemplar_test

import (
	"fmt"
	"sync"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// drawings and packed hold the files of documents that tests have drawn. To draw and to pack one
// takes longer than to recognise it, above all under the race detector.
var drawings, packed sync.Map

// drawnFile is a drawn document as a PPM file, which takes no time to write and to read. It must
// not be changed.
func drawnFile(d synthdoc.Document) []byte {
	return fileOf(&drawings, d, func(m *imaging.Image) []byte {
		return append(fmt.Appendf(nil, "P6\n%d %d\n255\n", m.W, m.H), m.Pix...)
	})
}

// drawn is a drawn document of a kind as a PNG file, which must not be changed.
func drawn(kind string) []byte {
	return fileOf(&packed, synthdoc.Document{Kind: kind, Template: 3, Size: 600}, imaging.EncodePNG)
}

// fileOf is the file of a document among those that were made.
func fileOf(made *sync.Map, d synthdoc.Document, pack func(*imaging.Image) []byte) []byte {
	file, there := made.Load(d)
	if !there {
		file, _ = made.LoadOrStore(d, pack(synthdoc.Draw(d)))
	}
	return file.([]byte)
}
