package intake

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"exemplar/internal/imaging"

	"golang.org/x/text/encoding/charmap"
)

const (
	zipHeader    = "PK\x03\x04"
	zipDirectory = "PK\x05\x06" // alone in an archive of no files
	zipSplit     = "PK\x07\x08" // before the first header of an archive in parts

	zipHeaderBytes = 30

	// directoryBytes is how much of an archive is read for its directory. By eye: 10,000 files
	// with names and dates of 800 bytes.
	directoryBytes = 8 << 20
	// mostPacked is how many bytes one byte of deflate stands for at most.
	mostPacked = 1032
)

// isZIP says whether a file is a ZIP archive, and not a document that has the form of one.
func isZIP(head []byte) bool {
	begins := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	return begins(zipHeader) && imaging.KindOf(head).Name == "a ZIP archive" || begins(zipDirectory) || begins(zipSplit+zipHeader)
}

// zipPages yields the pages of the files in a ZIP archive. Of one without a directory, as
// those are that were cut off, it takes what comes before the cut.
func zipPages(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
	const container = "the ZIP archive"
	source := &atMost{bytes.NewReader(data), directoryBytes}
	archive, err := zip.NewReader(source, int64(len(data)))
	source.left = math.MaxInt64 // from here the limits of unpacking hold
	switch {
	case errors.Is(err, errMuchRead):
		yield(Page{Number: 1, Err: fmt.Errorf("%w: there are far more than %d files in %s: unpack it and send parts of it", ErrLimit, mostMembers, container)})
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are made safe here
		more := true
		in.members(ctx, container, visible(zipWithoutDirectory(data)), func(p Page) bool { more = yield(p); return more })
		if more && ctx.Err() == nil {
			yield(Page{Number: 1, Err: errors.New("the end of the ZIP archive is missing, and files with it: pack and send it again")})
		}
	default:
		in.members(ctx, container, visible(zipFiles(archive, int64(len(data)))), yield)
	}
}

// errMuchRead ends the reading of a directory that is too long.
var errMuchRead = errors.New("more was read than is allowed")

// atMost reads a limited number of bytes.
type atMost struct {
	r    io.ReaderAt
	left int64
}

func (a *atMost) ReadAt(p []byte, at int64) (int, error) {
	if a.left -= int64(len(p)); a.left < 0 {
		return 0, errMuchRead
	}
	return a.r.ReadAt(p, at)
}

func zipFiles(archive *zip.Reader, archiveBytes int64) []stored {
	var files []stored
	for _, f := range archive.File {
		if !f.Mode().IsRegular() {
			continue
		}
		claim := min(int64(min(f.UncompressedSize64, 1<<62)), mostPacked*min(int64(min(f.CompressedSize64, 1<<40)), archiveBytes))
		s := stored{name: zipName(f.Name), claim: claim, err: zipFault(f.Flags, f.Method)}
		s.open = func() (io.Reader, error) {
			r, err := f.Open()
			if err != nil {
				return nil, fmt.Errorf("it is damaged in its archive (%w): pack and send it again", err)
			}
			return r, nil
		}
		files = append(files, s)
	}
	return files
}

// zipName reads a name in the alphabet of MS-DOS unless it is valid UTF-8, whatever the archive
// says of it: many programs write UTF-8 and do not say so.
func zipName(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	decoded, err := charmap.CodePage437.NewDecoder().String(name)
	if err != nil {
		return name
	}
	return decoded
}

func zipFault(flags, method uint16) error {
	const encrypted = 1
	switch {
	case flags&encrypted != 0:
		return errEncrypted
	case method != zip.Store && method != zip.Deflate:
		return fmt.Errorf("it is packed by a method that is not read (number %d): pack it as an ordinary ZIP archive", method)
	}
	return nil
}

// zipWithoutDirectory finds the files of an archive by the headers before them (APPNOTE.TXT,
// section 4.3.7).
func zipWithoutDirectory(data []byte) []stored {
	data = bytes.TrimPrefix(data, []byte(zipSplit))
	var files []stored
	for len(files) <= mostMembers && len(data) > zipHeaderBytes && bytes.HasPrefix(data, []byte(zipHeader)) {
		header := data[:zipHeaderBytes]
		flags, method := binary.LittleEndian.Uint16(header[6:]), binary.LittleEndian.Uint16(header[8:])
		packed := int(binary.LittleEndian.Uint32(header[18:]))
		nameLen, extra := int(binary.LittleEndian.Uint16(header[26:])), int(binary.LittleEndian.Uint16(header[28:]))
		data = data[zipHeaderBytes:]
		if len(data) < nameLen+extra {
			break
		}
		name := zipName(string(data[:nameLen]))
		data = data[nameLen+extra:]
		const sizeFollows = 8
		if flags&sizeFollows != 0 || packed > len(data) {
			if packed = bytes.Index(data, []byte(zipHeader)); packed < 0 {
				packed = len(data)
			}
		}
		content := data[:packed]
		data = data[packed:]
		if len(name) == 0 || name[len(name)-1] == '/' {
			continue
		}
		files = append(files, stored{name: name, err: zipFault(flags, method), open: func() (io.Reader, error) {
			if method == zip.Store {
				return bytes.NewReader(content), nil
			}
			return flate.NewReader(bytes.NewReader(content)), nil
		}})
	}
	return files
}
