package pdf

import (
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental"
)

// memory is that of PDFium. It grows in place where the system can reserve addresses: copies
// would add up to five times as much, because no garbage is collected while a page is drawn.
type memory struct {
	bytes   []byte
	release func()
	held    *atomic.Int64 // bytes of all memories together
	refused *atomic.Bool  // set when more than mostMemory was asked for
}

func (e *engine) allocate(first, most uint64) experimental.LinearMemory {
	if reserved, release, ok := reserve(min(most, mostMemory)); ok {
		return &memory{reserved[:0], release, &e.bytes, &e.refused}
	}
	return &memory{make([]byte, 0, first), func() {}, &e.bytes, &e.refused}
}

func (m *memory) Reallocate(size uint64) []byte {
	if size > mostMemory {
		m.refused.Store(true)
		return nil
	}
	m.held.Add(int64(size) - int64(len(m.bytes)))
	if size <= uint64(cap(m.bytes)) {
		m.bytes = m.bytes[:size]
	} else {
		m.bytes = append(m.bytes, make([]byte, size-uint64(len(m.bytes)))...)
	}
	return m.bytes
}

func (m *memory) Free() {
	m.held.Add(-int64(len(m.bytes)))
	m.bytes = nil
	m.release()
}
