package imaging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"exemplar/internal/fileio"
)

// ReadFile reads a picture file, pipe or device of at most lim.Bytes bytes. What a header
// claims beyond the limits is refused before a large file is read. It waits until
// the budget has room for the file. Call release when its bytes are no longer referred to.
// Before that the caller must not wait for another goroutine that reads a file, since that
// one may wait for the room. The error does not name the file.
func ReadFile(path string, lim Limits) (data []byte, release func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return ReadAll(f, lim)
	}
	if info.Size() > freeBytes {
		if err := lim.checkHead(io.NewSectionReader(f, 0, HeadBytes)); err != nil {
			return nil, nil, err
		}
	}
	release = lim.budget().takeFile(min(info.Size(), lim.mostBytes()))
	data, err = fileio.ReadOpen(f, lim.mostBytes())
	return finish(data, release, err)
}

// ReadAll is [ReadFile] for a reader of unknown size. After the first megabyte it takes room
// for the largest file.
func ReadAll(r io.Reader, lim Limits) (data []byte, release func(), err error) {
	head := make([]byte, HeadBytes)
	n, err := io.ReadFull(r, head)
	if err == nil { // there is more
		if err := lim.checkHead(bytes.NewReader(head)); err != nil {
			return nil, nil, err
		}
	}
	rest := r
	if err != nil {
		rest = failing{err}
	}
	in := &charged{r: io.MultiReader(bytes.NewReader(head[:n]), rest), lim: lim, release: func() {}}
	data, err = fileio.ReadAll(in, lim.mostBytes())
	return finish(data, in.release, err)
}

// checkHead reads the beginning of a large file, and returns what [Decode] would say of the
// size that its header claims. The first page of a TIFF may be of no interest, and of a
// header that goes on beyond the beginning nothing is known.
func (l Limits) checkHead(r io.Reader) error {
	head, err := io.ReadAll(io.LimitReader(r, HeadBytes))
	if err != nil {
		return nil // it is said when it is read again
	}
	f, known := formatOf(head)
	if !known {
		return nil
	}
	file, err := f.openGuarded(head)
	if err != nil || f.name == "tiff" && file.next != nil {
		return nil
	}
	return l.checkPixels(f.name, file.w, file.h)
}

func finish(data []byte, release func(), err error) ([]byte, func(), error) {
	if err == nil {
		return data, release, nil
	}
	release()
	if errors.Is(err, fileio.ErrTooLarge) {
		err = fmt.Errorf("%w: if it is a picture, raise it with --max-file", err)
	}
	return nil, nil, withoutPath(err)
}

// charged takes room in the budget after it has read the first megabyte.
type charged struct {
	r       io.Reader
	lim     Limits
	read    int64
	release func()
}

const freeBytes = 1 << 20

func (c *charged) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	before := c.read
	if c.read += int64(n); before < freeBytes && c.read >= freeBytes {
		c.release = c.lim.budget().takeFile(c.lim.mostBytes())
	}
	return n, err
}

// failing is the end of a reader that has given all it has.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if errors.Is(f.err, io.ErrUnexpectedEOF) {
		return 0, io.EOF
	}
	return 0, f.err
}

func withoutPath(err error) error {
	var named *fs.PathError
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}
