package gallery

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"exemplar/internal/label"
)

// Rotations is how many embeddings a reference has: of its picture turned by
// 0, 90, 180 and 270 degrees clockwise.
const Rotations = 4

// Limits on what a reference may hold.
const (
	MaxPictureBytes  = 4 << 20
	MaxFeaturesBytes = 4 << 20
	MaxWordsBytes    = 1 << 20
	MaxTextBytes     = 4096 // of source and note each
	MaxModelBytes    = 200  // of the names of a model and of a vocabulary
	MaxDim           = 4096
)

// Label is the label of a reference: see [label.Label].
type Label = label.Label

// Hash is the SHA-256 of an image file as it arrived.
type Hash [sha256.Size]byte

// Reference is one registered image.
type Reference struct {
	ID            string // ULID
	Label         Label
	Hash          Hash
	Source        string // name under which the image arrived
	Note          string
	Registered    time.Time
	Width, Height int    // of the image as it arrived, upright, in pixels
	Model         string // fingerprint of the model that made the embeddings
	Damaged       bool   // its row is not what was written: any of the above may be wrong but the ID
}

// Entry is a reference with what is stored of it.
type Entry struct {
	Reference
	Picture  []byte    // JPEG, upright, longer side at most 768 pixels
	Vectors  []float32 // (4,dim): L2-normalised embeddings of the picture turned by 0, 90, 180, 270 degrees
	Features []byte    // local features, opaque here; may be nil
	Words    Words     // of the features; may be none
}

// dim is the length of the entry's embeddings.
func (e *Entry) dim() int { return len(e.Vectors) / Rotations }

// complete gives the entry an id and a time if it has none, and checks it.
func (e *Entry) complete(now time.Time) error {
	if e.ID == "" {
		e.ID = ulid.Make().String()
	}
	if e.Registered.IsZero() {
		e.Registered = now
	}
	e.Registered = e.Registered.UTC().Truncate(time.Millisecond)
	e.Source = strings.ToValidUTF8(e.Source, "\ufffd") // file names may hold any bytes
	if fault := e.fault(); fault != nil {
		return fmt.Errorf("%s (%s): %w: %w", e.Source, e.Label, ErrInvalid, fault)
	}
	return nil
}

// fault says what about the entry cannot be stored.
func (e *Entry) fault() error {
	if _, err := ulid.ParseStrict(e.ID); err != nil {
		return fmt.Errorf("id %q: %w", e.ID, err)
	}
	switch canonical, err := label.Parse(string(e.Label)); {
	case err != nil:
		return err
	case canonical != e.Label:
		return fmt.Errorf("label %q is not in Unicode NFC: %w", e.Label, label.ErrLabel)
	}
	switch {
	case len(e.Source) > MaxTextBytes || len(e.Note) > MaxTextBytes:
		return fmt.Errorf("source or note is longer than %d bytes", MaxTextBytes)
	case strings.ToValidUTF8(e.Note, "") != e.Note:
		return fmt.Errorf("note is not UTF-8")
	case e.Model == "" || len(e.Model) > MaxModelBytes:
		return fmt.Errorf("model fingerprint is empty or longer than %d bytes", MaxModelBytes)
	case e.Width < 1 || e.Height < 1 || e.Width > math.MaxInt32 || e.Height > math.MaxInt32:
		return fmt.Errorf("image of %d x %d pixels", e.Width, e.Height)
	}
	if err := pictureFault(e.Picture); err != nil {
		return err
	}
	if err := featuresFault(e.Features, e.Words); err != nil {
		return err
	}
	return vectorsFault(e.Vectors)
}

// pictureFault checks that a picture is within the limit and starts as a JPEG.
func pictureFault(picture []byte) error {
	if len(picture) > MaxPictureBytes {
		return fmt.Errorf("picture of %d bytes, at most %d", len(picture), MaxPictureBytes)
	}
	if !bytes.HasPrefix(picture, []byte{0xff, 0xd8, 0xff}) {
		return fmt.Errorf("picture is no JPEG")
	}
	return nil
}

// featuresFault checks that features and their words are within the limits.
func featuresFault(features []byte, words Words) error {
	switch {
	case len(features) > MaxFeaturesBytes:
		return fmt.Errorf("features of %d bytes, at most %d", len(features), MaxFeaturesBytes)
	case len(words.Data) > MaxWordsBytes:
		return fmt.Errorf("visual words of %d bytes, at most %d", len(words.Data), MaxWordsBytes)
	case words.Data != nil && (words.Vocabulary == "" || len(words.Vocabulary) > MaxModelBytes):
		return fmt.Errorf("name of the vocabulary is empty or longer than %d bytes", MaxModelBytes)
	}
	return nil
}

// vectorsFault checks that there are four embeddings of one length, each of
// Euclidean length 1.
func vectorsFault(vectors []float32) error {
	dim := len(vectors) / Rotations
	if dim < 1 || dim > MaxDim || len(vectors) != Rotations*dim {
		return fmt.Errorf("%d numbers are not %d embeddings", len(vectors), Rotations)
	}
	for r := range Rotations {
		square := 0.0
		for _, v := range vectors[r*dim : (r+1)*dim] {
			square += float64(v) * float64(v)
		}
		if !(math.Abs(square-1) < 1e-3) {
			return fmt.Errorf("embedding at %d degrees has length %.4g, not 1", 90*r, math.Sqrt(square))
		}
	}
	return nil
}

// encodeVectors writes float32 numbers in little-endian order.
func encodeVectors(vectors []float32) []byte {
	data := make([]byte, 0, 4*len(vectors))
	for _, v := range vectors {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

// decodeVectors reads what encodeVectors wrote for a model of length dim.
func decodeVectors(data []byte, dim int) ([]float32, error) {
	if len(data) != 4*Rotations*dim {
		return nil, fmt.Errorf("%w (%d bytes of embeddings, expected %d)", ErrCorrupt, len(data), 4*Rotations*dim)
	}
	vectors := make([]float32, Rotations*dim)
	for i := range vectors {
		vectors[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return vectors, nil
}
