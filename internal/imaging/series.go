package imaging

import "fmt"

// series is a file that holds several pictures, of which one is read: the first on
// which there is something.
type series struct {
	called string // "page" or "frame"
	count  int
	open   func(index int) (opened, error)
}

// maxPagesTried and maxPixelsTried bound the time that a file of blank pages may
// take: 60 pages of A4 at 300 dots per inch.
const maxPagesTried, maxPixelsTried = 100, 512 << 20

// at opens a picture, after others of so many pixels, of which some may not have
// been read. One that cannot be opened is one that cannot be decoded.
func (s series) at(index int, tried int64, unread bool) opened {
	o, err := s.open(index)
	if err != nil {
		o = opened{
			w: 1, h: 1, orientation: 1, cost: func(int) int64 { return 0 },
			pixels: func(int) (*Image, []string, error) { return nil, nil, err },
		}
	}
	o.series = s
	switch {
	case unread:
		o.notes = []string{fmt.Sprintf("%s %d of %d: those before it cannot be read or are blank", s.called, index+1, s.count)}
	case index > 0:
		o.notes = []string{fmt.Sprintf("%s %d of %d: nothing is on those before it", s.called, index+1, s.count)}
	case s.count > 1:
		o.notes = []string{fmt.Sprintf("%s 1 of %d", s.called, s.count)}
	}
	if tried += int64(o.w) * int64(o.h); index+1 < min(s.count, maxPagesTried) && tried < maxPixelsTried {
		o.next = func(failed bool) opened { return s.at(index+1, tried, unread || failed) }
	}
	return o
}

// nothingOn says that so many pictures were looked at and show nothing.
func (s series) nothingOn(looked int) []string {
	switch {
	case s.count < 2:
		return nil
	case looked < s.count:
		return []string{fmt.Sprintf("only the first %d of %d %ss were looked at", looked, s.count, s.called)}
	}
	return []string{fmt.Sprintf("none of %d %ss shows anything", s.count, s.called)}
}
