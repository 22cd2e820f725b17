package recognise

import (
	"exemplar/internal/features"
	"exemplar/internal/imaging"
	"exemplar/internal/store"
)

// keptLimits allow for what is kept of a reference's picture, and no more.
var keptLimits = imaging.Limits{Bytes: store.MaxPictureBytes, Pixels: ReferenceSide * ReferenceSide}

// CheckPart says what is wrong with a part of a reference that a gallery keeps
// without understanding it: see [store.Content]. Visual words are not looked
// at, since they may be another program's: what is wrong with them is passed
// over when they are read.
func CheckPart(part store.Part, data []byte) error {
	var err error
	switch part {
	case store.PartPicture:
		_, _, err = imaging.Decode(data, keptLimits)
	case store.PartFeatures:
		_, err = features.Unmarshal(data)
	}
	return err
}
