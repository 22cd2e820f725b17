package fileio

import "hash/crc32"

// CRC32C is the table of CRC-32C, the checksum of our files. It finds every flipped
// bit and every run of up to 32 damaged bits (RFC 3720, section B.4), and processors
// have an instruction for it.
var CRC32C = crc32.MakeTable(crc32.Castagnoli)
