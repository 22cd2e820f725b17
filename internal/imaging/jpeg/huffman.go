package jpeg

const (
	// shortBits is the largest length of codes in the table of symbols.
	shortBits = 9
	// valueBits is the window of the table of values. 93 to 97 % of the codes of photos
	// fit in it together with the value that follows them.
	valueBits = 10
	// skipBits is the window of the table for skipping coefficients.
	skipBits = 12
)

// huffman is a table of codes, in three forms.
type huffman struct {
	symbols [256]byte
	// Codes of one length are consecutive numbers. Those below limit are valid, and
	// their symbol is symbols[code-offset].
	limit, offset [17]int32

	// short maps the next bits to length<<8 | symbol, or 0 for longer codes.
	short [1 << shortBits]uint16
	// values maps the next bits to the coefficient that a code and the value after it
	// make, or to 0 if the window is too short.
	values [1 << valueBits]value
	// skips maps the next bits to the number of coefficients of all whole codes in them.
	// It is computed when it is first needed.
	skips *[1 << skipBits]skip
}

// value is a decoded coefficient: bits 0-4 are the length of code and value, bits 8-15 the
// number of zeros before it, and bits 16-31 the value itself. The end of a block is a run of
// zeros past its end.
type value uint32

func newValue(length, run uint, v int32) value {
	return value(length) | value(run)<<8 | value(uint16(v))<<16
}

func (v value) length() uint { return uint(v & 31) }
func (v value) run() int     { return int(v >> 8 & 0xFF) }
func (v value) value() int32 { return int32(v) >> 16 }

// skip is a number of skipped coefficients: bits 0-4 are the length of their codes and
// values, bits 8-15 their count with runs of zeros. blockEnd is added to the count if the end
// of the block follows. If the window is too short for one code, the count is tooShort.
type skip uint16

const (
	blockEnd = 128
	tooShort = 64
)

func newSkip(length, count uint) skip { return skip(count<<8 | length) }

func (s skip) length() uint { return uint(s & 31) }
func (s skip) count() uint  { return uint(s >> 8) }

// newHuffman makes a table from b, which begins with 16 counts of codes by length and then
// the symbols (T.81 B.2.4.2, codes by annex C). It also returns the number of bytes that it
// has read.
func newHuffman(b []byte, dc bool) (*huffman, int, error) {
	h := new(huffman)
	code, used := int32(0), 0
	for length := 1; length <= 16; length++ {
		count := int(b[length-1])
		if used+count > 256 || 16+used+count > len(b) {
			return nil, 0, corrupt("a Huffman table has more symbols than bytes")
		}
		h.offset[length] = code - int32(used)
		copy(h.symbols[used:], b[16+used:16+used+count])
		used, code = used+count, code+int32(count)
		if code > 1<<length {
			return nil, 0, corrupt("a Huffman table has too many codes of %d bits", length)
		}
		h.limit[length] = code
		code <<= 1
	}
	for _, symbol := range h.symbols[:used] {
		if dc && symbol > 15 {
			return nil, 0, corrupt("a Huffman table has %d bits for a DC value", symbol)
		}
	}
	h.fillShort()
	h.fillValues(dc)
	return h, 16 + used, nil
}

func (h *huffman) fillShort() {
	for length := 1; length <= shortBits; length++ {
		first := h.limit[length-1] << 1
		for code := first; code < h.limit[length]; code++ {
			from := code << (shortBits - length)
			for i := range int32(1) << (shortBits - length) {
				h.short[from+i] = uint16(length)<<8 | uint16(h.symbols[code-h.offset[length]])
			}
		}
	}
}

// lookUp decodes the code at the start of a window of width bits. The length is 0 if the code
// does not end within the window or is invalid.
func (h *huffman) lookUp(window uint32, width int) (length int, symbol byte) {
	for length = 1; length <= width; length++ {
		code := int32(window >> (width - length))
		if code < h.limit[length] {
			return length, h.symbols[code-h.offset[length]]
		}
	}
	return 0, 0
}

func (h *huffman) fillValues(dc bool) {
	for window := range h.values {
		length, symbol := h.lookUp(uint32(window), valueBits)
		run, size := uint(symbol>>4), int(symbol&15)
		switch {
		case length == 0 || length+size > valueBits:
		case size > 0:
			v := int32(window) >> (valueBits - length - size) & (1<<size - 1)
			if v>>(size-1) == 0 {
				v -= 1<<size - 1
			}
			h.values[window] = newValue(uint(length+size), run, v)
		case dc || run == 15:
			h.values[window] = newValue(uint(length), run, 0)
		default:
			h.values[window] = newValue(uint(length), 64, 0)
		}
	}
}

// makeSkips computes the table of skips unless it exists already.
func (h *huffman) makeSkips() {
	if h.skips != nil {
		return
	}
	h.skips = new([1 << skipBits]skip)
	for window := range h.skips {
		h.skips[window] = h.skipsIn(uint32(window))
	}
}

// skipsIn sums the codes in a window. The value of the last one may extend beyond it.
func (h *huffman) skipsIn(window uint32) skip {
	used, count := 0, 0
	for used < skipBits {
		rest := skipBits - used
		length, symbol := h.lookUp(window&(1<<rest-1), rest)
		if length == 0 {
			break
		}
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 && run != 15 {
			return newSkip(uint(used+length), uint(count+blockEnd))
		}
		if count+run+1 >= tooShort {
			break
		}
		used, count = used+length+size, count+run+1
	}
	if used == 0 {
		return newSkip(0, tooShort)
	}
	return newSkip(uint(used), uint(count))
}
