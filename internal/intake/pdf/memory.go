package pdf

import "github.com/tetratelabs/wazero/experimental"

// memory is that of PDFium. It grows in place where the system can reserve addresses: copies
// would add up to five times as much, because no garbage is collected while a page is drawn.
type memory struct {
	bytes   []byte
	release func()
}

func allocate(first, most uint64) experimental.LinearMemory {
	if reserved, release, ok := reserve(most); ok {
		return &memory{reserved[:0], release}
	}
	return &memory{make([]byte, 0, first), func() {}}
}

func (m *memory) Reallocate(size uint64) []byte {
	if size <= uint64(cap(m.bytes)) {
		m.bytes = m.bytes[:size]
	} else {
		m.bytes = append(m.bytes, make([]byte, size-uint64(len(m.bytes)))...)
	}
	return m.bytes
}

func (m *memory) Free() {
	m.bytes = nil
	m.release()
}
