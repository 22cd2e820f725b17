package imaging

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"exemplar/internal/fileio"
)

// ReadFile reads a picture file, pipe or device of at most lim.Bytes bytes. It waits until
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
	release = lim.budget().takeFile(min(info.Size(), lim.mostBytes()))
	data, err = fileio.ReadOpen(f, lim.mostBytes())
	return finish(data, release, err)
}

// ReadAll is [ReadFile] for a reader of unknown size. After the first megabyte it takes room
// for the largest file.
func ReadAll(r io.Reader, lim Limits) (data []byte, release func(), err error) {
	in := &charged{r: r, lim: lim, release: func() {}}
	data, err = fileio.ReadAll(in, lim.mostBytes())
	return finish(data, in.release, err)
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

func withoutPath(err error) error {
	var named *fs.PathError
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}
