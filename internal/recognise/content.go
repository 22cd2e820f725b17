package recognise

import (
	"exemplar/internal/features"
	"exemplar/internal/gallery"
	"exemplar/internal/imaging"
)

// keptLimits allow for what is kept of a reference's picture, and no more.
var keptLimits = imaging.Limits{Bytes: gallery.MaxPictureBytes, Pixels: ReferenceSide * ReferenceSide}

// CheckPart says what is wrong with a part of a reference that a gallery keeps
// without understanding it: see [gallery.Content]. Visual words are not looked
// at, since they may be another program's: what is wrong with them is passed
// over when they are read.
func CheckPart(part gallery.Part, data []byte) error {
	var err error
	switch part {
	case gallery.PartPicture:
		_, _, err = imaging.Decode(data, keptLimits)
	case gallery.PartFeatures:
		_, err = features.Unmarshal(data)
	}
	return err
}
