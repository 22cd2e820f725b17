package recognise

import (
	"image"
	"sync"

	"exemplar/internal/changedetect"
	"exemplar/internal/decide"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
)

// itself is what a picture of a reference, as large as it is compared, tells without a photo. All of
// it is made when it is first asked for, and must not be changed.
type itself struct {
	emblems func() []emblem.Emblem // see [emblem.Find]
	head    func() []emblem.Emblem // see [headPrint]
	lines   func() []emblem.Emblem // down to where emblems of logos.go end
	kinds   func() *changedetect.Map
	second  func() *changedetect.Map // by [changedetect.Alone]
}

func newItself(picture *imaging.Gray) *itself {
	emblems := sync.OnceValue(func() []emblem.Emblem { return emblem.Find(picture) })
	return &itself{
		emblems: emblems,
		head:    sync.OnceValue(func() []emblem.Emblem { return headPrint(picture, emblems()) }),
		lines:   sync.OnceValue(func() []emblem.Emblem { return emblem.Lines(picture, logosEnd(picture)) }),
		kinds:   sync.OnceValue(func() *changedetect.Map { return ofItself(picture, changedetect.Kinds()) }),
		second:  sync.OnceValue(func() *changedetect.Map { return ofItself(picture, changedetect.Alone()) }),
	}
}

// itselves are those of a reference: of each size that photos were compared with, of which there
// are few. They may be used by several goroutines.
type itselves struct {
	mu  sync.Mutex
	all map[*imaging.Gray]*itself
}

// of is what a picture of the reference tells. The same one is asked for again and again.
func (s *itselves) of(picture *imaging.Gray) *itself {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.all[picture]
	if own == nil {
		own = newItself(picture)
		if s.all == nil {
			s.all = map[*imaging.Gray]*itself{}
		}
		s.all[picture] = own
	}
	return own
}

// laidEmblems is the photo, laid on the reference, in which its emblems are looked for, and how one is
// sought in all rows, those above the reference too. It is laid once.
func (f *Found) laidEmblems() (laid emblem.Laid, sought seek) {
	if f.print == nil {
		laid := emblem.Lay(f.rectified.Reference, f.rectified.Photo)
		longer, straight := f.longer(laid), sync.OnceValue(f.straight)
		f.print = &laidPrint{laid, func(e *emblem.Emblem) (correlation float64, moved image.Point) {
			if correlation, moved = longer().Sought(e); correlation >= decide.SameEmblem {
				return correlation, moved
			}
			if c, by := straight().Sought(e); c > correlation {
				return c, by
			}
			return correlation, moved
		}}
	}
	return f.print.laid, f.print.sought
}

// seek looks for an emblem: see [emblem.Laid.Sought].
type seek func(*emblem.Emblem) (correlation float64, moved image.Point)

type laidPrint struct {
	laid   emblem.Laid
	sought seek
}
