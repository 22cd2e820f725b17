package wordindex

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"sync"

	"exemplar/internal/features"
)

// A store keeps the words of a reference, because finding them again for many
// references would take long. The format is little-endian:
//
//	2 bytes  number of light features, 2 bytes number of dark ones
//	then for each feature, the light ones first:
//	2 bytes  word
//	1 byte   angle in 1/256 of a turn
//	8 bytes  signature
//
// It belongs to one vocabulary: see [Vocabulary].
const (
	wordsHeaderBytes = 4
	wordBytes        = 11
)

// ErrWords is wrapped by the errors of [Index.Add].
var ErrWords = errors.New("not the visual words of a reference")

// Vocabulary names the visual words of this program and the format of a reference's
// words. Words that were stored under another name cannot be used.
var Vocabulary = sync.OnceValue(func() string {
	sum := sha256.Sum256(vocabularyFile)
	return "words1-" + hex.EncodeToString(sum[:8])
})

// word describes a feature for the index.
type word struct {
	number    uint16 // of the visual word
	angle     uint8  // in 1/256 of a turn
	signature uint64
}

// wordsOf returns the words of the light features and of the dark ones.
func wordsOf(f *features.Features) (light, dark []word) {
	v := words()
	first, _ := v.assign(f.Descriptors)
	all := make([]word, len(f.Points))
	for i, number := range first {
		all[i] = word{
			number:    uint16(number),
			angle:     angleByte(f.Points[i].Angle),
			signature: v.signature(f.Descriptors[i*features.DescriptorBytes:][:features.DescriptorBytes], number),
		}
	}
	return all[:f.Light()], all[f.Light():]
}

func angleByte(angle float32) uint8 {
	return uint8(int(angle * (256 / (2 * math.Pi))))
}

// Words returns the words of a picture's features for [Index.Add], 11 bytes each.
func Words(f *features.Features) []byte {
	light, dark := wordsOf(f)
	out := make([]byte, 0, wordsHeaderBytes+(len(light)+len(dark))*wordBytes)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(light)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(dark)))
	for _, part := range [2][]word{light, dark} {
		for _, w := range part {
			out = binary.LittleEndian.AppendUint16(out, w.number)
			out = append(out, w.angle)
			out = binary.LittleEndian.AppendUint64(out, w.signature)
		}
	}
	return out
}

// Count checks the result of [Words] and returns its number of features. The error
// wraps [ErrWords].
func Count(words []byte) (int, error) {
	light, dark, err := unmarshalWords(words)
	return len(light) + len(dark), err
}

// unmarshalWords checks the length before it takes memory, and every word against the
// vocabulary.
func unmarshalWords(data []byte) (light, dark []word, err error) {
	if len(data) < wordsHeaderBytes {
		return nil, nil, fmt.Errorf("%w: %d bytes", ErrWords, len(data))
	}
	lights := int(binary.LittleEndian.Uint16(data))
	n := lights + int(binary.LittleEndian.Uint16(data[2:]))
	if want := wordsHeaderBytes + n*wordBytes; n > features.MaxStored || len(data) != want {
		return nil, nil, fmt.Errorf("%w: %d bytes for %d features, want %d", ErrWords, len(data), n, want)
	}
	all := make([]word, n)
	for i := range all {
		from := data[wordsHeaderBytes+i*wordBytes:][:wordBytes]
		all[i] = word{binary.LittleEndian.Uint16(from), from[2], binary.LittleEndian.Uint64(from[3:])}
		if all[i].number >= vocabularySize {
			return nil, nil, fmt.Errorf("%w: feature %d has word %d of %d", ErrWords, i, all[i].number, vocabularySize)
		}
	}
	return all[:lights], all[lights:], nil
}
