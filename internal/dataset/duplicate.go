package dataset

import (
	"math"
	"math/bits"
	"slices"

	"exemplar/internal/imaging"
)

// If every image is a class of its own, two copies of one image are label noise: the loss pushes equal images apart. A
// perceptual hash finds such near-duplicates, and training merges them into one class or leaves them out.

const (
	hashSide     = 32 // pixels of the grey picture that is hashed
	hashCorner   = 8  // lowest frequencies that are kept, each way
	flatContrast = 2.0
)

// PerceptualHash is the 64-bit hash of a picture's lowest frequencies. It takes the cosine transform of the grey picture
// at 32 x 32. Each bit says whether one of the 8 x 8 coefficients after the constant row and column is above their median
// (pHash: Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1). ok is false
// for a picture of nearly one colour, whose hash is noise.
func PerceptualHash(m *imaging.Image) (hash uint64, ok bool) {
	gray := imaging.Resize(m, hashSide, hashSide).Gray()
	var low [hashCorner * hashCorner]float64
	var energy float64
	for v := range hashCorner {
		for u := range hashCorner {
			c := cosineCoefficient(gray.Pix, u+1, v+1)
			low[v*hashCorner+u] = c
			energy += c * c
		}
	}
	sorted := slices.Clone(low[:])
	slices.Sort(sorted)
	median := (sorted[31] + sorted[32]) / 2
	for i, c := range low {
		if c > median {
			hash |= 1 << i
		}
	}
	return hash, math.Sqrt(energy)/hashSide > flatContrast
}

// cosineTable[u][x] = cos(π u (2x+1) / 2N).
var cosineTable = func() (t [hashCorner + 1][hashSide]float64) {
	for u := range t {
		for x := range t[u] {
			t[u][x] = math.Cos(math.Pi * float64(u) * float64(2*x+1) / (2 * hashSide))
		}
	}
	return t
}()

// cosineCoefficient is the DCT-II coefficient (u, v) of a grey picture of hashSide².
func cosineCoefficient(pix []byte, u, v int) float64 {
	var sum float64
	for y := range hashSide {
		var row float64
		for x, p := range pix[y*hashSide:][:hashSide] {
			row += float64(p) * cosineTable[u][x]
		}
		sum += row * cosineTable[v][y]
	}
	return sum * 2 / hashSide
}

// GroupByHash groups items whose hashes differ in at most distance bits, directly or through others. It returns for each
// item the smallest item of its group. Two such hashes agree in at least one of distance+1 bands of bits, so it compares
// only items that share a band: a million hashes at distance 3 take seconds. An item without a hash stays alone.
func GroupByHash(hashes []uint64, valid []bool, distance int) []int {
	groups := newUnion(len(hashes))
	bands := distance + 1
	for b := range bands {
		from, to := 64*b/bands, 64*(b+1)/bands
		buckets := map[uint64][]int32{}
		for i, h := range hashes {
			if valid[i] {
				key := h << (64 - to) >> (64 - to + from)
				buckets[key] = append(buckets[key], int32(i))
			}
		}
		for _, bucket := range buckets {
			groups.joinNear(bucket, func(i, j int32) bool {
				return bits.OnesCount64(hashes[i]^hashes[j]) <= distance
			})
		}
	}
	return groups.roots()
}

// union is a disjoint-set forest whose root is the smallest item.
type union []int32

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = int32(i)
	}
	return u
}

func (u union) root(i int32) int32 {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(i, j int32) {
	a, b := u.root(i), u.root(j)
	u[max(a, b)] = min(a, b)
}

// joinNear joins the near pairs of a bucket.
func (u union) joinNear(bucket []int32, near func(i, j int32) bool) {
	for a, i := range bucket {
		for _, j := range bucket[:a] {
			if u.root(i) != u.root(j) && near(i, j) {
				u.join(i, j)
			}
		}
	}
}

func (u union) roots() []int {
	out := make([]int, len(u))
	for i := range u {
		out[i] = int(u.root(int32(i)))
	}
	return out
}
