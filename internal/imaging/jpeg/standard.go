package jpeg

import (
	"encoding/hex"
	"sync"
)

// standardHex are the tables of T.81 annex K.3, for luma and chroma, as in a DHT segment: 16
// counts, then symbols.
var standardHex = struct{ dc, ac [2]string }{
	dc: [2]string{
		"00010501010101010100000000000000" +
			"000102030405060708090a0b",
		"00030101010101010101010000000000" +
			"000102030405060708090a0b",
	},
	ac: [2]string{
		"0002010303020403050504040000017d" +
			"01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a343536373839" +
			"3a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7" +
			"a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
		"00020102040403040705040400010277" +
			"000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738" +
			"393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5" +
			"a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
	},
}

// tables are Huffman tables for luma and chroma.
type tables struct{ dc, ac [2]*huffman }

// standardTables returns the tables for files without tables, such as frames of motion JPEG.
// Each call returns new ones, since decoding adds to them.
func standardTables() *tables {
	parsed := annexK()
	t := new(tables)
	for i := range 2 {
		dc, ac := *parsed.dc[i], *parsed.ac[i]
		t.dc[i], t.ac[i] = &dc, &ac
	}
	return t
}

var annexK = sync.OnceValue(func() *tables {
	t := new(tables)
	for i := range 2 {
		t.dc[i], t.ac[i] = mustHuffman(standardHex.dc[i], true), mustHuffman(standardHex.ac[i], false)
	}
	return t
})

func mustHuffman(digits string, dc bool) *huffman {
	b, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	h, _, err := newHuffman(b, dc)
	if err != nil {
		panic(err)
	}
	return h
}
