package store

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"exemplar/internal/label"
)

// Limits of a reference.
const (
	MaxPictureBytes  = 4 << 20
	MaxFeaturesBytes = 4 << 20
	MaxWordsBytes    = 1 << 20
	MaxTextBytes     = 4096 // source and note each
	MaxModelBytes    = 200  // the names of a model and of a vocabulary each
	MaxDim           = 4096
)

// Complete checks the entries and returns copies, which have an id and a time. Every
// implementation calls it first. The caller's entries stay as they are. The error is
// ErrInvalid and names the source.
func Complete(entries []Entry) ([]Entry, error) {
	now := time.Now()
	completed := make([]Entry, len(entries))
	for i, e := range entries {
		e.setDefaults(now)
		if err := e.Validate(); err != nil {
			return nil, fmt.Errorf("%s (%s): %w: %w", e.Source, e.Label, ErrInvalid, err)
		}
		completed[i] = e
	}
	return completed, nil
}

func (e *Entry) setDefaults(now time.Time) {
	if e.ID == "" {
		e.ID = ulid.Make().String()
	}
	if e.Registered.IsZero() {
		e.Registered = now
	}
	e.Registered = e.Registered.UTC().Truncate(time.Millisecond)
	e.Source = strings.ToValidUTF8(e.Source, "\ufffd") // file names may hold any bytes
}

// Validate says why the entry cannot be stored.
func (e *Entry) Validate() error {
	if _, err := ulid.ParseStrict(e.ID); err != nil {
		return fmt.Errorf("id %q: %w", e.ID, err)
	}
	switch canonical, err := label.Parse(string(e.Label)); {
	case err != nil:
		return err
	case canonical != e.Label:
		return fmt.Errorf("label %q is not in Unicode NFC: %w", e.Label, label.ErrLabel)
	}
	if err := ValidateNote(e.Note); err != nil {
		return err
	}
	if err := ValidateContents(e.Contents); err != nil {
		return err
	}
	switch {
	case len(e.Source) > MaxTextBytes:
		return fmt.Errorf("source is longer than %d bytes", MaxTextBytes)
	case e.Model == "" || len(e.Model) > MaxModelBytes:
		return fmt.Errorf("model fingerprint is empty or longer than %d bytes", MaxModelBytes)
	case e.Width < 1 || e.Height < 1 || e.Width > math.MaxInt32 || e.Height > math.MaxInt32:
		return fmt.Errorf("image of %d x %d pixels", e.Width, e.Height)
	}
	if err := ValidatePicture(e.Picture); err != nil {
		return err
	}
	if err := ValidateFeatures(e.Features, e.Words); err != nil {
		return err
	}
	return ValidateVectors(e.Vectors)
}

// ValidateNote checks that a note is text of at most MaxTextBytes.
func ValidateNote(note string) error {
	switch {
	case len(note) > MaxTextBytes:
		return fmt.Errorf("note of %d bytes, at most %d", len(note), MaxTextBytes)
	case !utf8.ValidString(note):
		return fmt.Errorf("note is not UTF-8: write it in UTF-8")
	}
	return nil
}

// ValidateContents checks that contents are one of the known values.
func ValidateContents(c Contents) error {
	switch c {
	case ContentsAuto, ContentsVary, ContentsFixed:
		return nil
	}
	return fmt.Errorf("contents %q are not known: write %s, %s, or auto (the program decides)", string(c), ContentsVary, ContentsFixed)
}

// ValidateSubtree refuses the empty label for a change of all that lies below a
// label: it would change everything.
func ValidateSubtree(label Label) error {
	if label == "" {
		return fmt.Errorf("%w: the label is empty: name one", ErrInvalid)
	}
	return nil
}

// ValidatePicture checks that a picture is within the limit and starts as a JPEG.
func ValidatePicture(picture []byte) error {
	if len(picture) > MaxPictureBytes {
		return fmt.Errorf("picture of %d bytes, at most %d", len(picture), MaxPictureBytes)
	}
	if !bytes.HasPrefix(picture, []byte{0xff, 0xd8, 0xff}) {
		return fmt.Errorf("picture is no JPEG")
	}
	return nil
}

// ValidateFeatures checks that features and their words are within the limits.
func ValidateFeatures(features []byte, words Words) error {
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

// ValidatePart says what is wrong with the bytes of an intact part; no bytes are no fault
// but of an embedding, which must have dim numbers, unless dim is 0.
func ValidatePart(part Part, data []byte, dim int, content Content) error {
	switch {
	case part == PartEmbedding:
		if dim == 0 {
			dim = len(data) / (4 * Rotations)
		}
		vectors, err := DecodeVectors(data, dim)
		if err != nil {
			return fmt.Errorf("%d bytes are not %d embeddings of %d numbers", len(data), Rotations, dim)
		}
		return ValidateVectors(vectors)
	case data == nil:
		return nil
	case part == PartPicture:
		if err := ValidatePicture(data); err != nil {
			return err
		}
	}
	if content == nil {
		return nil
	}
	return content(part, data)
}
