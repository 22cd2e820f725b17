package exemplar

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
	"exemplar/internal/recognise"
)

// PageOptions say how files are opened by [Pages].
type PageOptions struct {
	Passwords []string // tried on what is encrypted
	Only      int      // the number of the only page wanted, from 1; 0: all pages
}

// Pages yields the pages of a picture that is a file: one of most files, every page of a
// PDF and of a TIFF. They are made one by one, so that memory does not grow with their
// number: pages that were taken are held by whoever took them. A page that cannot be made is
// a Picture all the same, which is refused with the reason, and the next one follows. The
// sequence ends when ctx does.
//
// Answers say which page they are about: [Answer].Page.
func Pages(ctx context.Context, p Picture, options PageOptions) iter.Seq[Picture] {
	return func(yield func(Picture) bool) {
		if p.page != nil || p.pixels != nil || p.fault != nil || p.read == nil {
			yield(p)
			return
		}
		data, ordinary, err := p.whole()
		switch {
		case err != nil:
			yield(Picture{fault: err})
			return
		case data == nil && options.Only > 1:
			yield(Picture{fault: fmt.Errorf("there is no page %d: the file has one picture", options.Only)})
			return
		case data == nil:
			yield(ordinary)
			return
		}
		opening := intake.Options{Passwords: options.Passwords, Only: options.Only, Side: recognise.PhotoSide}
		for page := range intake.Pages(ctx, data, opening) {
			if !yield(Picture{page: &page}) {
				return
			}
		}
	}
}

// Origin is where a page that [Pages] yields comes from.
type Origin struct {
	Member string // the file within a container; "" if the file itself has the page
	// Number is that of the page in its file or member, from 1, and Of how many there are. Both are
	// 0 for an ordinary picture, also in a container, and for a file or container that is refused
	// as a whole: neither has pages.
	Number, Of int
	// File is the file or member that has the page, as it was sent, and must not be changed.
	// It is nil for an ordinary picture that lies in no container, which is not read yet.
	File []byte
	// Empty says that the file is a container, such as a mail, in which there is no picture.
	Empty bool
}

// Origin says where a page that [Pages] yields comes from.
func (p Picture) Origin() Origin {
	if p.page == nil {
		return Origin{}
	}
	from := Origin{Member: p.page.Member, File: p.page.Source, Empty: errors.Is(p.page.Err, intake.ErrNoPicture)}
	if p.page.Paged {
		from.Number, from.Of = p.page.Number, p.page.Of
	}
	return from
}

// containers are read beside the budget of files: whoever opens one waits for those who use
// its pages, and they may be waiting for the budget. One of [Pages] holds one file.
func containers() imaging.Limits {
	return imaging.Limits{Bytes: imaging.DefaultLimits.Bytes, Pixels: imaging.DefaultLimits.Pixels, Memory: imaging.NewBudget(math.MaxInt64)}
}

// whole reads a file that may have several pages. The data are nil if it is an ordinary
// picture, which is not read yet and which ordinary is.
func (p Picture) whole() (data []byte, ordinary Picture, err error) {
	switch {
	case p.path != "":
		return p.wholeFile()
	case p.reader != nil:
		return p.wholeReader(p.reader)
	}
	data, release, err := p.read()
	if err != nil {
		return nil, p, nil // which is said when it is read again
	}
	release()
	if !intake.Holds(data) {
		return nil, p, nil
	}
	return data, p, nil
}

func (p Picture) wholeFile() (data []byte, ordinary Picture, err error) {
	if info, err := os.Stat(p.path); err != nil || !info.Mode().IsRegular() {
		return nil, p, nil // a pipe or a device may keep its readers waiting
	}
	file, err := os.Open(p.path)
	if err != nil {
		return nil, p, nil
	}
	defer file.Close()
	head := make([]byte, imaging.HeadBytes)
	n, _ := io.ReadFull(file, head)
	if !intake.Holds(head[:n]) {
		return nil, p, nil
	}
	if err := intake.CheckHead(head[:n]); err != nil {
		return nil, p, err
	}
	data, release, err := imaging.ReadFile(p.path, containers())
	if err == nil {
		release()
	}
	return data, p, err
}

func (p Picture) wholeReader(r io.Reader) (data []byte, ordinary Picture, err error) {
	in := bufio.NewReaderSize(r, imaging.HeadBytes)
	if head, _ := in.Peek(imaging.HeadBytes); !intake.Holds(head) {
		return nil, FromReader(in), nil
	} else if err := intake.CheckHead(head); err != nil {
		return nil, p, err
	}
	data, release, err := imaging.ReadAll(in, containers())
	if err == nil {
		release()
	}
	return data, p, err
}

// openedPage is a page for the engine. What lets go of a file must keep the file of a page,
// which may be part of it: pages are not charged to the budget of files.
func openedPage(p intake.Page) opened {
	in := opened{member: p.Member, release: keep}
	in.Data, in.Image, in.Info, in.Hash, in.Fault = p.File, p.Picture, p.Info, p.Hash, p.Err
	if p.Paged {
		in.page = p.Number
	}
	if p.Of > 1 {
		in.Info.Notes = append([]string{fmt.Sprintf("page %d of %d", p.Number, p.Of)}, in.Info.Notes...)
	}
	return in
}
