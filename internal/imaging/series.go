package imaging

import (
	"fmt"

	"exemplar/internal/imaging/tiff"
)

// series is a file with several pictures, of which the first that is not blank is read.
type series struct {
	called string // "page" or "frame"
	count  int
	open   func(index int) (opened, error)
}

// maxPagesTried and maxPixelsTried bound the time for a file of blank pages. The latter is
// 60 pages of A4 at 300 dots per inch.
const maxPagesTried, maxPixelsTried = 100, 512 << 20

// at opens the picture index. tried is the number of pixels of the pictures before it, and
// unread says that some of those could not be read. If the picture cannot be opened, the
// result fails to decode.
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
		o.notes = []string{fmt.Sprintf("%s %d of %d: the %ss before it are blank or cannot be read", s.called, index+1, s.count, s.called)}
	case index > 0:
		o.notes = []string{fmt.Sprintf("%s %d of %d: the %ss before it are blank", s.called, index+1, s.count, s.called)}
	case s.count > 1:
		o.notes = []string{fmt.Sprintf("%s 1 of %d", s.called, s.count)}
	}
	if tried += int64(o.w) * int64(o.h); index+1 < min(s.count, maxPagesTried) && tried < maxPixelsTried {
		o.next = func(failed bool) opened { return s.at(index+1, tried, unread || failed) }
	}
	return o
}

// nothingOn is the note that the first pictures are blank.
func (s series) nothingOn(looked int) []string {
	switch {
	case s.count < 2:
		return nil
	case looked < s.count:
		return []string{fmt.Sprintf("only the first %d of %d %ss were looked at", looked, s.count, s.called)}
	}
	return []string{fmt.Sprintf("none of %d %ss shows anything", s.count, s.called)}
}

// Pages are the pages of a file that has several: a TIFF of a scanner or a fax machine.
type Pages struct {
	format string
	series series
	file   []byte
}

// OpenPages opens a file that has several pages. The result is nil if the file has one
// picture, or frames of an animation, or cannot be read: [Decode] then says more.
func OpenPages(data []byte) *Pages {
	f, err := sniff(data)
	if err != nil {
		return nil
	}
	file, err := f.openGuarded(data)
	if err != nil || file.series.called != "page" || file.series.count < 2 {
		return nil
	}
	return &Pages{f.name, file.series, data}
}

// Count is the number of pages, at least 2.
func (p *Pages) Count() int { return p.series.count }

// DecodeAtLeast reads page index, from 0, as the function of that name does, whether the page
// is blank or not.
func (p *Pages) DecodeAtLeast(index, side int, lim Limits) (_ *Image, _ Info, err error) {
	defer guard(&err)
	page, err := p.series.open(index)
	if err != nil {
		return nil, Info{}, fmt.Errorf("read %s header: %w", p.format, classify(err))
	}
	return page.page(p.format, max(side, 1), lim)
}

// Cut returns some of the pages, from 0, as a file of their own, with their pixels as they are
// in this one.
func (p *Pages) Cut(indexes []int) (file []byte, err error) {
	defer guard(&err)
	opened, err := tiff.Open(p.file)
	if err == nil {
		file, err = opened.Cut(indexes)
	}
	if err != nil {
		return nil, fmt.Errorf("cut %s: %w", p.format, classify(err))
	}
	return file, nil
}
