package wordindex

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"sync"

	"exemplar/internal/features"
)

// vocabularyFile holds the visual words, 64 bytes each: a descriptor with four bits per
// element, the first of two in the low half of a byte. bench/geometry/vocabulary
// trained it on pictures that no bench set contains.
//
//go:embed vocabulary.bin
var vocabularyFile []byte

// vocabularySize is the number of words in vocabularyFile.
const vocabularySize = 4096

// vocabulary maps descriptors to visual words.
type vocabulary struct {
	centers []byte // descriptors
	packed  features.Packed
}

var words = sync.OnceValue(func() *vocabulary {
	centers := make([]byte, 2*len(vocabularyFile))
	for i, v := range vocabularyFile {
		centers[2*i], centers[2*i+1] = v&15*features.NibbleStep, v>>4*features.NibbleStep
	}
	return newVocabulary(centers)
})

func newVocabulary(centers []byte) *vocabulary {
	return &vocabulary{centers: centers, packed: features.Pack(centers)}
}

func (v *vocabulary) size() int { return v.packed.Len() }

// assign returns the nearest and the second nearest word of every descriptor.
func (v *vocabulary) assign(descriptors []byte) (first, second []int32) {
	return features.Nearest(descriptors, &v.packed)
}

// signature says in 64 bits on which side of its word's centre a descriptor lies: each
// bit compares the sum of two elements (Hamming embedding without the random rotation:
// Jegou, Douze and Schmid 2008, section 4).
func (v *vocabulary) signature(descriptor []byte, word int32) (bits uint64) {
	c := v.centers[int(word)*features.DescriptorBytes:][:features.DescriptorBytes]
	for i := range 64 {
		if int(descriptor[2*i])+int(descriptor[2*i+1]) > int(c[2*i])+int(c[2*i+1]) {
			bits |= 1 << i
		}
	}
	return bits
}

// TrainVocabulary clusters descriptors of 128 bytes by spherical k-means and
// returns the words as vocabularyFile stores them.
func TrainVocabulary(descriptors []byte, size, rounds int, rng *rand.Rand) []byte {
	n := len(descriptors) / features.DescriptorBytes
	centers := make([]byte, 0, size*features.DescriptorBytes)
	for range size {
		k := rng.IntN(n)
		centers = append(centers, descriptors[k*features.DescriptorBytes:][:features.DescriptorBytes]...)
	}
	for range rounds {
		centers = moveCenters(newVocabulary(centers), descriptors, rng)
	}
	out := make([]byte, len(centers)/2)
	for i := range out {
		out[i] = features.Nibble(centers[2*i]) | features.Nibble(centers[2*i+1])<<4
	}
	return out
}

// moveCenters returns, for each centre, the normalised mean of the descriptors nearest
// to it. A centre without any becomes a random descriptor.
func moveCenters(v *vocabulary, descriptors []byte, rng *rand.Rand) []byte {
	sums := make([]float64, len(v.centers))
	const batch = 4096 * features.DescriptorBytes
	for from := 0; from < len(descriptors); from += batch {
		part := descriptors[from:min(from+batch, len(descriptors))]
		first, _ := v.assign(part)
		for i, word := range first {
			sum := sums[int(word)*features.DescriptorBytes:][:features.DescriptorBytes]
			for k, d := range part[i*features.DescriptorBytes:][:features.DescriptorBytes] {
				sum[k] += float64(d)
			}
		}
	}
	out := make([]byte, len(sums))
	for word := range v.size() {
		sum, to := sums[word*features.DescriptorBytes:][:features.DescriptorBytes], out[word*features.DescriptorBytes:]
		squares := 0.0
		for _, s := range sum {
			squares += s * s
		}
		if squares == 0 {
			k := rng.IntN(len(descriptors) / features.DescriptorBytes)
			copy(to[:features.DescriptorBytes], descriptors[k*features.DescriptorBytes:])
			continue
		}
		for k, s := range sum {
			to[k] = byte(min(127, s*features.DescriptorScale/math.Sqrt(squares)+0.5))
		}
	}
	return out
}
