package intake

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"exemplar/internal/imaging"
)

// Member is a file in an archive.
type Member struct {
	Name string // safe: relative, printable, that of no other member
	Data []byte
	Err  error // why it cannot be read; it says what to do
}

// MemberLimits bound what an archive may cost.
type MemberLimits struct {
	Files    int   // files that are looked at
	Unpacked int64 // bytes of all of them together
	Bytes    int64 // of each
}

// IsZIP says by the beginning of a file whether it is a ZIP archive, and not a document that
// has the form of one.
func IsZIP(head []byte) bool { return isZIP(head) }

// largeDirectoryBytes is how much of an archive is read for its directory. By eye: 100,000
// files with names and dates of 600 bytes.
const largeDirectoryBytes = 64 << 20

// ZIPMembers yields the files of a ZIP archive one by one, so that neither the archive nor
// all of its files are in memory: those that may show a document, and those that cannot be
// read, with the reason. passed counts the others. What a file comes to is the matter of
// [Pages].
func ZIPMembers(r io.ReaderAt, size int64, limits MemberLimits, passed *int64) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		source := &atMost{r, largeDirectoryBytes}
		archive, err := zip.NewReader(source, size)
		source.left = math.MaxInt64
		switch {
		case errors.Is(err, errMuchRead):
			yield(Member{Err: fmt.Errorf("%w: there are far more than %d files in the ZIP archive: make several of it", ErrLimit, limits.Files)})
			return
		case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are made safe here
			yield(Member{Err: errors.New("the end of the ZIP archive is missing, and files with it: pack and send it again")})
			return
		}
		files := visible(zipFiles(archive, size))
		names := safeNames(files)
		in := &opening{Options: Options{Unpacked: limits.Unpacked, Limits: imaging.Limits{Bytes: limits.Bytes}}.withDefaults()}
		for i, f := range files {
			if i == limits.Files {
				yield(Member{Err: fmt.Errorf("%w: of %d files in the ZIP archive only the first %d are taken: send the others in another", ErrLimit, len(files), limits.Files)})
				return
			}
			if in.unpacked >= limits.Unpacked {
				yield(Member{Err: fmt.Errorf("%w: more than %d MB are packed into the ZIP archive: send the files from %s on in another", ErrLimit, limits.Unpacked>>20, names[i])})
				return
			}
			m := Member{Name: names[i], Err: f.err}
			if m.Err == nil {
				var other string
				m.Data, other, m.Err = in.unpack(names[i], f)
				in.unpacked += int64(len(m.Data))
				if other != "" {
					*passed++
					continue
				}
			}
			if !yield(m) {
				return
			}
		}
	}
}
