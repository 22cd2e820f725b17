package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"exemplar/internal/imaging"
)

// mostMembers is how many files of a container are looked at. By eye: five times the pages
// that are read.
const mostMembers = 10_000

// stored is a file in a container, whose bytes are taken from it when they are needed.
type stored struct {
	name  string // as the container has it
	claim int64  // its size as the container has it, or less if the container cannot hold that; 0: not known
	open  func() (io.Reader, error)
	err   error // why it cannot be opened; it says what to do
}

// inMemory is a file that has been unpacked already.
func inMemory(name string, data []byte) stored {
	return stored{name: name, claim: int64(len(data)), open: func() (io.Reader, error) { return &whole{data: data}, nil }}
}

// whole is the reader of a file in memory, which is not copied.
type whole struct {
	data []byte
	at   int
}

func (w *whole) Read(p []byte) (int, error) {
	n := copy(p, w.data[w.at:])
	if w.at += n; n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// members yields the pages of the files in a container, in their order. It passes over files
// that show no document, and names what may show one and cannot be read. If nothing is left it
// says so.
func (in *opening) members(ctx context.Context, container string, files []stored, yield func(Page) bool) {
	if in.depth >= in.Depth {
		yield(Page{Number: 1, Err: in.tooDeep()})
		return
	}
	passed := map[string]int{}
	yielded := false
	counted := func(p Page) bool {
		yielded = true
		return yield(p)
	}
	names := safeNames(files)
	for i, f := range files {
		if ctx.Err() != nil {
			return
		}
		if i == mostMembers {
			yield(Page{Number: 1, Err: fmt.Errorf("%w: of %d files in %s only the first %d are looked at: unpack it and send the others",
				ErrLimit, len(files), container, mostMembers)})
			return
		}
		if !in.one(ctx, names[i], f, passed, counted) {
			return
		}
	}
	if !yielded && ctx.Err() == nil {
		yield(Page{Number: 1, Err: fmt.Errorf("%w in %s%s: send the pictures themselves", ErrNoPicture, container, inBrackets(passed))})
	}
}

// one yields the pages of one file of a container, or counts it among those passed over.
func (in *opening) one(ctx context.Context, name string, f stored, passed map[string]int, yield func(Page) bool) bool {
	if f.err != nil {
		if f.name == "" { // a fault of the container
			name = ""
		}
		return yield(Page{Member: name, Number: 1, Err: f.err})
	}
	data, other, err := in.unpack(name, f)
	switch {
	case other != "":
		passed[other]++
		return true
	case err != nil:
		return yield(Page{Member: name, Number: 1, Err: err})
	}
	return in.member(ctx, name, data, func(p Page) bool {
		var missing noPage
		switch {
		case errors.Is(p.Err, ErrNoPicture): // as a mail without attachments
			passed["without pictures"]++
			return true
		case errors.As(p.Err, &missing):
			passed[fmt.Sprintf("without a page %d", missing.wanted)]++
			return true
		}
		return yield(p)
	})
}

// unpack takes a file out of a container, if its first bytes say that it may show a document;
// other is the kind of one that does not. A file that claims to be too large is not read; one
// that claims less than it has is read up to the limits. What is not passed on to
// [opening.member] is counted here.
func (in *opening) unpack(name string, f stored) (data []byte, other string, err error) {
	limit := in.Unpacked - in.unpacked
	if in.Limits.Bytes > 0 {
		limit = min(limit, in.Limits.Bytes)
	}
	r, err := f.open()
	if err != nil {
		return nil, "", err
	}
	data, err = io.ReadAll(io.LimitReader(r, min(imaging.HeadBytes, limit+1)))
	if err == nil && !mayShow(name, data) {
		in.unpacked += int64(len(data))
		return nil, imaging.KindOf(data).Name, nil
	}
	if w, ok := r.(*whole); ok && int64(len(w.data)) <= limit {
		return w.data, "", nil
	}
	if err == nil && in.overBytes(f.claim) {
		in.unpacked += int64(len(data))
		return nil, "", in.errOverBytes()
	}
	if err == nil {
		if room := min(f.claim, limit) - int64(len(data)); room > 0 {
			data = slices.Grow(data, int(room)+1) // not a byte short of the end of the file
		}
		data, err = readInto(data, io.LimitReader(r, limit+1-int64(len(data))))
	}
	switch {
	case err != nil:
		in.unpacked += int64(len(data))
		return nil, "", fmt.Errorf("it is damaged or cut off in its archive (%w): pack and send it again", err)
	case in.overBytes(int64(len(data))):
		in.unpacked += int64(len(data))
		return nil, "", in.errOverBytes()
	}
	return data, "", nil
}

func (in *opening) overBytes(n int64) bool { return in.Limits.Bytes > 0 && n > in.Limits.Bytes }

func (in *opening) errOverBytes() error {
	return fmt.Errorf("%w: it has more than %d MB: save it with stronger compression", ErrLimit, in.Limits.Bytes>>20)
}

// readInto appends what r has, as [io.ReadAll] does.
func readInto(data []byte, r io.Reader) ([]byte, error) {
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return data, err
		}
	}
}

// mayShow says by its first bytes whether a file may show a document. What is damaged, or a
// web page under the name of a picture, is known by the name alone.
func mayShow(name string, head []byte) bool {
	kind := imaging.KindOf(head)
	return kind.Read || kind.Document || Holds(head) || slices.Contains(pictureEndings, strings.ToLower(path.Ext(name)))
}

// pictureEndings are those of files that people expect an answer to, whatever is in them.
var pictureEndings = []string{".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic", ".pdf"}

// isHidden says whether a system keeps a file for itself: nobody put it into the container.
func isHidden(name string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		switch strings.ToLower(part) {
		case ".", "..", "": // of a path
		case "__macosx", "@eadir", "thumbs.db", "desktop.ini":
			return true
		default:
			if part[0] == '.' || strings.HasPrefix(part, "~$") {
				return true
			}
		}
	}
	return false
}

// visible returns the files that people put into an archive, in the order of their names.
func visible(files []stored) []stored {
	files = slices.DeleteFunc(files, func(f stored) bool { return isHidden(f.name) })
	slices.SortStableFunc(files, func(a, b stored) int { return cmp.Compare(safeName(a.name), safeName(b.name)) })
	return files
}

// safeNames returns a name for every file of a container: relative, printable, and that of no
// other file.
func safeNames(files []stored) []string {
	names, used := make([]string, len(files)), map[string]int{}
	for i, f := range files {
		name := safeName(f.name)
		for used[name] > 0 {
			used[name]++
			ending := path.Ext(name)
			name = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ending), used[name], ending)
		}
		used[name]++
		names[i] = name
	}
	return names
}

const (
	nameBytes = 255 // of a name that is kept, as file systems do
	noName    = "unnamed"
)

// safeName makes a relative path of a name that a stranger wrote: it leads out of no folder,
// and holds only what can be printed.
func safeName(name string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		part = strings.TrimSpace(strings.Map(printable, strings.ToValidUTF8(part, "_")))
		isDrive := len(part) == 2 && part[1] == ':'
		if strings.Trim(part, ". ") != "" && !isDrive {
			parts = append(parts, part)
		}
	}
	for len(parts) > 1 && len(strings.Join(parts, "/")) > nameBytes {
		parts = parts[1:]
	}
	short := strings.TrimSpace(shortened(strings.Join(parts, "/")))
	if strings.Trim(short, ". ") == "" { // nothing, or the dots at the end of a long name
		return noName
	}
	return short
}

// shortened cuts the beginning of a name that is too long: what tells files apart, and their
// kind, is at its end.
func shortened(name string) string {
	if len(name) > nameBytes {
		name = strings.ToValidUTF8(name[len(name)-nameBytes:], "")
	}
	return name
}

// printable replaces what is no character to be seen, such as ends of lines and marks that turn
// the direction of writing.
func printable(r rune) rune {
	if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
		return '_'
	}
	return r
}

// inBrackets says what was passed over: " (3 text, 1 a web page)".
func inBrackets(passed map[string]int) string {
	var kinds []string
	for kind, n := range passed {
		kinds = append(kinds, fmt.Sprintf("%d %s", n, kind))
	}
	if len(kinds) == 0 {
		return ""
	}
	slices.Sort(kinds)
	return " (" + strings.Join(kinds, ", ") + ")"
}

// ErrNoPicture says that a container holds nothing to be recognised. That is a fault of the
// file which a user sends, and none of one among others in it.
var ErrNoPicture = errors.New("there is no picture")

// errEncrypted is the fault of files for which a password is needed.
var errEncrypted = errors.New("it is encrypted: unpack it with its password and send what is in it")
