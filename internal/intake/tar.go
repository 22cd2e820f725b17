package intake

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// isTar knows archives of POSIX and GNU; older ones have no sign.
func isTar(head []byte) bool {
	const at, magic = 257, "ustar"
	return len(head) > at && bytes.HasPrefix(head[at:], []byte(magic))
}

// tarPages yields the pages of the files in a tar archive.
func tarPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	files, err := tarFiles(data)
	more := true
	in.members(ctx, "the tar archive", visible(files), func(p Page) bool { more = yield(p); return more })
	if err != nil && more && ctx.Err() == nil {
		yield(Page{Number: 1, Err: fmt.Errorf("the tar archive is damaged or cut off (%w), and files are missing: pack and send it again", err)})
	}
}

// tarFiles lists the files of an archive up to where it is damaged.
func tarFiles(data []byte) (files []stored, err error) {
	source := bytes.NewReader(data)
	archive := tar.NewReader(source)
	for len(files) <= mostMembers {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // names are made safe here
			return files, err
		}
		if header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeGNUSparse {
			continue
		}
		content := data[len(data)-source.Len():]
		f := inMemory(header.Name, content[:min(header.Size, int64(len(content)))])
		switch {
		case isSparse(header):
			f.err = errors.New("it is stored with holes: pack it without (tar without --sparse)")
		case header.Size > int64(len(content)):
			f.err = errors.New("it is cut off in its archive: pack and send it again")
		}
		files = append(files, f)
	}
	return files, nil
}

func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
}

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte("\x1F\x8B\x08")) }

// gzipPages yields the pages of the one file in a gzip archive, which is only its wrapper. Of
// one that is cut off it takes what is there.
func gzipPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	limit := in.Unpacked - in.unpacked
	if in.Limits.Bytes > 0 {
		limit = min(limit, in.Limits.Bytes)
	}
	content, size, err := gunzip(data, limit)
	if size > limit {
		in.unpacked += size
		yield(Page{Number: 1, Err: fmt.Errorf("%w: more than %d MB are packed into the gzip archive: unpack it and send parts of it", ErrLimit, limit>>20)})
		return
	}
	more := true
	if len(content) > 0 {
		more = in.member(ctx, "", content, func(p Page) bool { more = yield(p); return more }) && more
	}
	switch {
	case !more || ctx.Err() != nil:
	case err != nil:
		yield(Page{Number: 1, Err: fmt.Errorf("the gzip archive is damaged or cut off (%w): pack and send it again", err)})
	case len(content) == 0:
		yield(Page{Number: 1, Err: errors.New("the gzip archive is empty: pack and send it again")})
	}
}

// gunzip unpacks twice, first to know the size: memory that grows would take several times as
// much. What is larger than limit is not returned.
func gunzip(data []byte, limit int64) (content []byte, size int64, err error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, 0, err
	}
	size, err = io.Copy(io.Discard, io.LimitReader(r, limit+1))
	if size > limit || size == 0 {
		return nil, size, err
	}
	if again := r.Reset(bytes.NewReader(data)); again != nil {
		return nil, 0, again
	}
	content = make([]byte, size)
	if _, again := io.ReadFull(r, content); again != nil {
		return nil, 0, again
	}
	return content, size, err
}
