package gif

// expand decompresses LZW in the variant of GIF (GIF89a, appendix F). It calls put for the
// indices until put returns false, the data end, or a code is invalid. It does not require
// that the first code is a clear code, or that a full table is cleared.
func expand(blocks reader, codeBits int, put func(index byte) bool) {
	const most = 1 << 12
	var (
		prefix        [most]uint16
		suffix        [most]byte
		stack         [most + 1]byte
		clear         = 1 << codeBits
		end           = clear + 1
		next, width   = end + 1, codeBits + 1
		previous      = -1
		first         byte // first index of the previous code's string
		bits, waiting = uint32(0), 0
	)
	for block := blocks.block(); len(block) > 0; block = blocks.block() {
		for _, b := range block {
			bits |= uint32(b) << waiting
			waiting += 8
			for waiting >= width {
				code := int(bits & (1<<width - 1))
				bits, waiting = bits>>width, waiting-width
				switch {
				case code == clear:
					next, width, previous = end+1, codeBits+1, -1
					continue
				case code == end, code > next, code == next && previous < 0:
					return
				}
				depth, c := 0, code
				if code == next { // the string of the previous code, followed by its first index
					stack[0], depth, c = first, 1, previous
				}
				for c > end {
					stack[depth], depth = suffix[c], depth+1
					c = int(prefix[c])
				}
				first = byte(c)
				if !put(first) {
					return
				}
				for depth > 0 {
					depth--
					if !put(stack[depth]) {
						return
					}
				}
				if previous >= 0 && next < most {
					prefix[next], suffix[next] = uint16(previous), first
					if next++; next == 1<<width && width < 12 {
						width++
					}
				}
				previous = code
			}
		}
	}
}
