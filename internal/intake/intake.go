// Package intake opens what people send: a file is a sequence of pages. A picture file is one
// page; a TIFF and a PDF may have many.
//
//	for page := range intake.Pages(ctx, data, intake.Options{}) {
//		if page.Err != nil { ... } // this page only: the next one may be read
//	}
//
// Pages are made one by one as they are asked for, so that memory does not grow with their
// number. Whoever reads a file asks [Holds] first: ordinary pictures need not pass through
// here, and are decoded by package imaging when and at the scale that they are needed.
//
// A kind of file is a [reader]: pages.go has the pages of TIFF; what needs a library is in a
// package of its own (pdf).
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/intake/mail"
	"exemplar/internal/intake/pdf"
)

// Page is one picture of a file.
type Page struct {
	Member     string // where it lies in containers, "letters.zip/form.pdf"; "" if the file itself has the page
	Number, Of int    // of the file or member, from 1; Of is 1 for an ordinary picture

	// The page is a picture file, or pixels. File is nil where Picture is the page.
	File    []byte
	Picture *imaging.Image // upright
	Info    imaging.Info   // how Picture was sent; its notes say what is to be known of the page
	Hash    [32]byte       // of the content: equal for the same page of the same file

	Source []byte // the file or member that has the page, as it was sent

	Paged bool  // the file has pages, if only one
	Err   error // why there is no picture; it says what to do
}

// Options bound what a file may cost. Zero values stand for the defaults.
type Options struct {
	Pages     int           // pages of a file, with all its members: [DefaultPages]
	Unpacked  int64         // bytes of all members of a file together: [DefaultUnpacked]
	Depth     int           // containers in containers: [DefaultDepth]
	PageTime  time.Duration // of a processor, to make a page: [DefaultPageTime]
	Only      int           // number of the only page of each file or member that is wanted; 0: all
	Side      int           // longer side in pixels that the caller needs: [DefaultSide]
	Passwords []string      // tried on what is encrypted
	Limits    imaging.Limits
}

// The defaults.
const (
	DefaultPages    = 2000
	DefaultUnpacked = 1 << 30
	DefaultDepth    = 4
	DefaultPageTime = 4 * time.Second
	DefaultSide     = 1024
)

// ErrLimit says that a file, or a page of it, is over one of the limits. What is within the
// limits was answered.
var ErrLimit = errors.New("over a limit")

func (o Options) withDefaults() Options {
	setDefault(&o.Pages, DefaultPages)
	setDefault(&o.Unpacked, DefaultUnpacked)
	setDefault(&o.Depth, DefaultDepth)
	setDefault(&o.PageTime, DefaultPageTime)
	setDefault(&o.Side, DefaultSide)
	if o.Limits == (imaging.Limits{}) {
		o.Limits = imaging.DefaultLimits
	}
	return o
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// A reader opens one kind of file.
type reader struct {
	name string
	// is tells the kind by the beginning of a file, [imaging.HeadBytes] of it or the whole.
	is func(head []byte) bool
	// pages yields the pages of a file until there are no more or yield returns false: with
	// [opening.each] for a file that has pages, with [opening.member] for one that has members.
	pages func(ctx context.Context, in *opening, data []byte, yield func(Page) bool)
}

// readers are tried in this order; a file that is of none is an ordinary picture.
var readers []reader

// The readers of containers ask for those of what is in them: a plain list would depend on itself.
func init() {
	readers = []reader{
		{"PDF", pdf.Is, pdfPages},
		{"TIFF", isTIFF, tiffPages},
		{"ZIP", isZIP, zipPages},
		{"tar", isTar, tarPages},
		{"gzip", isGzip, gzipPages},
		{"mbox", mail.IsMailbox, mailboxPages},
		{"mail", mail.Is, mailPages},
	}
}

func readerOf(head []byte) (reader, bool) {
	for _, r := range readers {
		if r.is(head) {
			return r, true
		}
	}
	return reader{}, false
}

// Holds says by the beginning of a file, [imaging.HeadBytes] of it or the whole, whether the
// file may hold several pages, or one that only this package reads.
func Holds(head []byte) bool {
	_, ok := readerOf(head)
	return ok
}

// CheckHead says by the beginning of a file, [imaging.HeadBytes] of it or the whole, what is wrong
// with one that [Holds] knows and that need not be read; nil of all others.
func CheckHead(head []byte) error {
	if pdf.Is(head) {
		return pdf.CheckHead(head)
	}
	return nil
}

// Pages yields the pages of a file. A file that is none of the kinds of this package is one
// page, as it is. A page that cannot be made has an error, and the next one follows.
func Pages(ctx context.Context, data []byte, options Options) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		in := &opening{Options: options.withDefaults()}
		in.pages(ctx, "", data, yield)
	}
}

// First is the first page of a file.
func First(ctx context.Context, data []byte, options Options) Page {
	for page := range Pages(ctx, data, options) {
		return page
	}
	return Page{Number: 1, Err: errors.New("there is no page in it: send another")}
}

// opening is a file that is being opened, with all that is in it.
type opening struct {
	Options
	made     int   // pages, of all members
	unpacked int64 // bytes, of all members
	depth    int
	mailTime time.Duration // of a processor, that all mails took
}

// pages yields the pages of a file or member. It returns false when no more are wanted.
func (in *opening) pages(ctx context.Context, member string, data []byte, yield func(Page) bool) bool {
	more := true
	content := sync.OnceValue(func() [32]byte { return sha256.Sum256(data) })
	counted := func(p Page) bool {
		if !more {
			return false
		}
		if p.Member == "" {
			p.Member = member
		}
		if p.Source == nil {
			p.Source = data
		}
		switch in.made++; {
		case ctx.Err() != nil:
			more = false
		case in.made > in.Pages:
			more = false
			yield(Page{Member: p.Member, Number: p.Number, Of: p.Of, Paged: p.Paged, Source: p.Source,
				Err: fmt.Errorf("%w: only the first %d pages of a file are read: cut it into several", ErrLimit, in.Pages)})
		default:
			switch {
			case p.Err != nil || p.Hash != [32]byte{}:
			case p.File != nil:
				p.Hash = sha256.Sum256(p.File)
			default:
				p.Hash = pageHash(content(), p.Number)
			}
			more = yield(p)
		}
		return more
	}
	r, ok := readerOf(data)
	if !ok {
		in.each(1, counted, func(int) Page { return Page{File: data} })
		return more
	}
	r.pages(ctx, in, data, counted)
	return more
}

// noPage says that a file has not the one page that is wanted.
type noPage struct{ wanted, count int }

func (e noPage) Error() string {
	if e.count == 1 {
		return fmt.Sprintf("there is no page %d: the file has one picture", e.wanted)
	}
	return fmt.Sprintf("there is no page %d: the last one is %d", e.wanted, e.count)
}

// each makes the pages that are wanted of a file that has count, and numbers them.
func (in *opening) each(count int, yield func(Page) bool, page func(index int) Page) {
	if in.Only > count {
		yield(Page{Number: in.Only, Of: count, Paged: true, Err: noPage{in.Only, count}})
	}
	for i := range count {
		if in.Only > 0 && in.Only != i+1 {
			continue
		}
		p := page(i)
		p.Number, p.Of, p.Paged = i+1, count, p.Paged || count > 1
		if !yield(p) {
			return
		}
	}
}

// member yields the pages of a file in a container. The name is one of [safeNames], or empty if
// the container is only a wrapper around one file. It returns false when no more are wanted.
func (in *opening) member(ctx context.Context, name string, data []byte, yield func(Page) bool) bool {
	if in.unpacked += int64(len(data)); in.unpacked > in.Unpacked {
		yield(Page{Member: name, Number: 1,
			Err: fmt.Errorf("%w: more than %d MB are packed into the file: unpack it and send parts of it", ErrLimit, in.Unpacked>>20)})
		return false
	}
	if in.depth >= in.Depth {
		return yield(Page{Member: name, Number: 1, Err: in.tooDeep()})
	}
	in.depth++
	defer func() { in.depth-- }()
	return in.pages(ctx, name, data, func(p Page) bool {
		in.made-- // the container counts it too
		if name != "" && p.Member != name {
			p.Member = name + "/" + p.Member
		}
		return yield(p)
	})
}

func (in *opening) tooDeep() error {
	return fmt.Errorf("%w: containers lie %d deep in each other: unpack the file and send what is in it", ErrLimit, in.Depth+1)
}

// pageHash tells pages by the hash of their file and their number.
func pageHash(file [32]byte, number int) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(file[:], uint64(number)))
}
