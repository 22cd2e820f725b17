package fileio

import "hash/crc32"

// CRC32C is the table of CRC-32C, the checksum of our files: it finds every
// flipped bit and every run of up to 32 damaged ones (RFC 3720, section B.4), and
// processors compute it.
var CRC32C = crc32.MakeTable(crc32.Castagnoli)
