package papertest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/adler32"
)

// Repeated is a zlib stream of a block that comes many times. Only one is packed: what is
// flushed ends with a whole byte and so can be repeated itself.
func Repeated(block []byte, times int) []byte {
	var once bytes.Buffer
	w, err := flate.NewWriter(&once, flate.BestCompression)
	if err != nil {
		panic(err) // no such level
	}
	w.Write(block)
	w.Flush()
	out := append([]byte{0x78, 0xDA}, bytes.Repeat(once.Bytes(), times)...)
	out = append(out, 0x03, 0x00) // the last block, an empty one
	return binary.BigEndian.AppendUint32(out, adlerOf(block, times))
}

// adlerOf is the Adler-32 of a block that comes many times.
func adlerOf(block []byte, times int) uint32 {
	const modulus = 65521
	sum, n := adler32.Checksum(block), uint64(len(block)%modulus)
	first, second := uint64(sum&0xFFFF)+modulus-1, uint64(sum>>16)+modulus-n // of the block alone, from zero on
	a, b := uint64(1), uint64(0)
	for range times {
		b = (b + n*a + second) % modulus
		a = (a + first) % modulus
	}
	return uint32(b<<16 | a)
}
