package imaging

import (
	"errors"
	"fmt"
	"math"
)

// The kinds of errors. Errors of this package wrap one of these and say in words what was
// found and what to do about it.
var (
	// ErrTooLarge means that the file has more bytes, or states more pixels, than the
	// limits allow.
	ErrTooLarge = errors.New("picture is too large")
	// ErrUnsupported means that the format of the file, or a part of the format that the
	// file uses, is not read.
	ErrUnsupported = errors.New("picture format is not supported")
	// ErrCorrupt means that the file is damaged or cut off.
	ErrCorrupt = errors.New("picture is damaged")
)

// Limits bound what a file may cost. A limit of zero or less means no limit.
type Limits struct {
	Bytes  int64   // size of the file
	Pixels int64   // width x height that the file states
	Memory *Budget // for decoding; nil is the process's budget: see [SetBudget]
}

// DefaultLimits admits the largest common phone photos (200 megapixels), and uncompressed
// colour scans of A3 at 600 dpi (209 MB).
var DefaultLimits = Limits{Bytes: 256 << 20, Pixels: 256 << 20}

// checkBytes returns an error if n bytes are over the limit.
func (l Limits) checkBytes(n int) error {
	if l.Bytes > 0 && int64(n) > l.Bytes {
		return fmt.Errorf("%w: the file has more than %s: save it with stronger compression or raise the limit",
			ErrTooLarge, inWords(l.Bytes))
	}
	return nil
}

// mostBytes is the limit of bytes; for no limit, a number that no file reaches.
func (l Limits) mostBytes() int64 {
	if l.Bytes > 0 {
		return l.Bytes
	}
	return math.MaxInt64 - 1
}

func (l Limits) budget() *Budget {
	if l.Memory != nil {
		return l.Memory
	}
	return processBudget()
}

// maxSide is the longest side in pixels, whatever the limits. With it sums of a row or
// column of samples, 255*maxSide, fit in 32 bits.
const maxSide = 1 << 20

// checkPixels returns an error if the stated size is over the limit, or empty.
func (l Limits) checkPixels(format string, w, h int) error {
	if w <= 0 || h <= 0 {
		return fmt.Errorf("%w: the %s header claims %d x %d pixels", ErrCorrupt, format, w, h)
	}
	if max(w, h) > maxSide {
		return fmt.Errorf("%w: the %s header claims %d x %d pixels, the limit is %d on a side: cut the picture into pieces",
			ErrTooLarge, format, w, h, maxSide)
	}
	if l.Pixels > 0 && int64(w) > l.Pixels/int64(h) {
		return fmt.Errorf("%w: the %s header claims %d x %d pixels, the limit is %d: scale the picture down or raise the limit",
			ErrTooLarge, format, w, h, l.Pixels)
	}
	return nil
}
