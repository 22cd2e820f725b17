package jpeg

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// table is the AC luma table of T.81 table K.5, cut to codes of 1 to 16 bits
// of many runs and sizes.
func table(t *testing.T) *huffman {
	t.Helper()
	counts := []byte{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 20}
	symbols := []byte{
		0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
		0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1,
		0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27,
		0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a,
	}
	h, size, err := newHuffman(append(counts, symbols...), false)
	if err != nil || size != 16+len(symbols) {
		t.Fatal(size, err)
	}
	return h
}

// TestBlockReadersAgree reads random bits as blocks in three ways; all must end
// at the same bit, and two must find the same coefficients.
func TestBlockReadersAgree(t *testing.T) {
	h := table(t)
	h.makeSkips()
	random := rand.New(rand.NewPCG(5, 6))
	src := make([]byte, 1<<16+padding)
	for i := range src[:1<<16] {
		src[i] = byte(random.Uint32())
	}
	var ones [64]int32
	var weights [64]sumWeight
	for k := range ones {
		ones[k] = 1
		weights[k] = sumWeight{weight: k, sum: uint8(k % 4)}
	}
	skipping := bitReader{src: src, end: 1 << 16}
	summing, reading := skipping, skipping
	for block := 0; position(&skipping) < 8<<16; block++ {
		var sums, want [4]int
		var coefficients [64]int32
		skipping.skipAC(h)
		summing.sumAC(h, &sums, &weights)
		reading.readAC(h, &ones, &coefficients)
		at := position(&skipping)
		if position(&summing) != at || position(&reading) != at {
			t.Fatalf("block %d ends at bits %d, %d, %d", block, at, position(&summing), position(&reading))
		}
		for k, natural := range naturalOrder {
			want[k%4] += k * int(coefficients[natural])
		}
		if sums != want {
			t.Fatalf("block %d: sums %v, want %v", block, sums, want)
		}
		for _, r := range []*bitReader{&skipping, &summing, &reading} {
			if r.bad != skipping.bad {
				t.Fatalf("block %d has an invalid code for some only", block)
			}
		}
		if skipping.bad { // its bits are still there: go on after the first
			for _, r := range []*bitReader{&skipping, &summing, &reading} {
				r.drop(1)
				r.bad = false
			}
		}
	}
}

func position(r *bitReader) int { return r.pos*8 - int(r.n) }

func TestSignedValues(t *testing.T) {
	// T.81 table F.1: of 3 bits, 000 is -7 and 111 is 7.
	for bits, want := range []int32{-7, -6, -5, -4, 4, 5, 6, 7} {
		r := bitReader{bits: uint64(bits) << 61, n: 32}
		if got := r.signed(3); got != want || r.n != 29 {
			t.Errorf("%03b: %d, want %d", bits, got, want)
		}
	}
}

func TestImpossibleTables(t *testing.T) {
	ones := make([]byte, 16+300)
	tests := map[string][]byte{
		"three codes of one bit": append([]byte{3}, ones...),
		"no symbols":             {0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"300 symbols":            append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 150, 150, 0, 0, 0, 0, 0}, ones...),
	}
	for name, b := range tests {
		if _, _, err := newHuffman(b, false); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := newHuffman(append([]byte{0, 1}, make([]byte, 15)...), true); err != nil {
		t.Errorf("one code: %v", err)
	}
	big := append(make([]byte, 16), 16)
	big[1] = 1
	if _, _, err := newHuffman(big, true); !errors.Is(err, ErrCorrupt) {
		t.Errorf("DC of 16 bits: %v", err)
	}
}
