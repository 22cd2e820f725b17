// Package sorting files pages by what they show: each page of each file goes into the folder of
// its label, as the file that it came in, as pages cut out of it, or as a document cut out of a
// picture.
//
//	s, err := sorting.Open(sorting.Options{To: "sorted", Pages: pages})
//	err = s.Run(ctx, sources)
//	err = s.Finish()
//
// documents.go says which pages stay together, names.go how their files are called, crop.go
// cuts documents out of pictures. A file of the result appears whole or not at all, replaces
// none, and every page has exactly one outcome, whenever the process is killed: stage.go makes
// the files out of sight, package journal notes what was decided, and publish.go puts them into
// their places, now or after the next start. watch.go sorts what comes into a folder.
//
// What pages show is the matter of the caller ([Page].Classify): the package knows no gallery.
package sorting

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"exemplar/internal/fileio"
	"exemplar/internal/intake"
	"exemplar/internal/parallel"
	"exemplar/internal/sorting/journal"
)

// What becomes of a page, beside the decisions of recognition.
const (
	Match   = "match"
	Unknown = "unknown" // or ambiguous: any decision that is none of the others
	Refused = "refused"
	Blank   = "blank"
	Empty   = "empty" // a mail or an archive without a picture
)

// Answer is what recognition says of a page, or of one document on it.
type Answer struct {
	Decision   string
	Label      string // of a match
	Open       bool   // which one below the label it is could not be told
	Confidence float64
	Reason     string
	// Quad holds the corners of the document, from its upper left one, in pixels of the picture
	// as sent; of a PDF, of the page drawn with a longer side of [intake.DefaultSide] pixels. nil
	// where the document was not found.
	Quad *[4][2]float64
}

// Page is a page of a file.
type Page struct {
	Member     string // of a container, as intake names it
	Number, Of int    // from 1, in the file or member; 0 for an ordinary picture, and for a file that is refused as a whole
	File       []byte // the file or member; nil for an ordinary picture, which is the file itself
	Classify   func(ctx context.Context) ([]Answer, error)
}

// Mode says what becomes of the files that are sorted.
type Mode int

// The modes.
const (
	Copy Mode = iota // they stay where they are
	Move             // they go away when what they show is in its places
	Link             // they stay, and whole files are hard links to them
)

// Options say how files are sorted.
type Options struct {
	To     string // the folder of the result
	Mode   Mode
	Follow bool // unknown pages belong to the document before them
	Split  bool // each page that matches begins a document, also if the one before has its label
	Crop   bool // documents are cut out of their pictures
	DryRun bool // nothing is written

	// Pages yields the pages of the file at a path, which may be cut out of it with Opening.
	Pages   func(ctx context.Context, path string) iter.Seq[Page]
	Opening intake.Options
	Filed   func(Filed) error // is told of each file, in their order; may be nil
}

// Source is a file to be sorted.
type Source struct {
	Path string // where it lies
	Name string // as people know it, with folders; the names of its outputs come from the last part
	Key  string // under which the journal knows it; "": Path
}

// Filed is what has become of a file.
type Filed struct {
	Name string
	journal.File
	Open   []int // places in Pages of those that are filed as far as the label above, since their sub-label is open; not of Before
	Before bool  // it was done in a run before this one
	Err    error // it is left where it is: why
}

// The folders that are not of a label.
const (
	UnknownFolder   = "_unknown"
	FailedFolder    = "_failed"
	EmptyFolder     = "_empty"     // mail and archives without a picture
	OriginalsFolder = "_originals" // files that were moved, and whose parts went to several places
)

// instant is called between two steps of the work: tests end the process there.
var instant = func() {}

// workFolder holds the journal and unfinished files.
const workFolder = ".exemplar-sort"

// Sorter sorts files into one folder. It is used by one goroutine.
type Sorter struct {
	Options
	root    string // To, absolute
	journal *journal.Journal
	kept    fs.FileInfo // of the journal
	batch   int64
	seen    map[string]bool // keys of this run
	apart   []journal.File  // of this run, that are not in the journal: dry or left

	promised map[string]journal.Output // of a dry run: by their places, as [spelt]
	folders  map[string]folder         // of the result, that were looked into
}

// Open takes the folder of the result, which no other process can have meanwhile, and finishes
// what a killed process has decided.
func Open(options Options) (*Sorter, error) {
	root, err := filepath.Abs(options.To)
	if err != nil {
		return nil, err
	}
	s := &Sorter{Options: options, root: root, seen: map[string]bool{}, promised: map[string]journal.Output{}, folders: map[string]folder{}}
	if s.DryRun {
		if _, err := os.Stat(s.work("journal.db")); err != nil {
			return s, nil // a new folder, in which nothing was done before
		}
	} else if err := s.makeFolders(); err != nil {
		return nil, err
	}
	s.journal, err = journal.Open(s.work("journal.db"))
	switch {
	case errors.Is(err, journal.ErrBusy):
		return nil, fmt.Errorf("sort into %q: %w", s.To, journal.ErrBusy)
	case errors.Is(err, journal.ErrReadOnly):
		return nil, s.cannotWrite(journal.ErrReadOnly)
	case err != nil:
		return nil, err
	}
	if s.DryRun {
		return s, nil
	}
	s.kept, _ = os.Stat(s.work("journal.db"))
	err = s.finishUndone()
	if err == nil {
		s.batch, err = s.journal.Begin(time.Now())
	}
	if err != nil {
		return nil, errors.Join(err, s.journal.Close())
	}
	return s, nil
}

// settle begins anew in the folder of the result if that has gone meanwhile and is back. What
// was taken is still in the inbox.
func (s *Sorter) settle() error {
	if at, err := os.Stat(s.work("journal.db")); err == nil && os.SameFile(at, s.kept) {
		return nil
	}
	if _, err := os.Stat(s.root); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %q, for what is sorted, is not there: make it again, or connect its drive; then it goes on by itself", s.To)
	}
	fresh, err := Open(s.Options)
	if err != nil {
		return err
	}
	_ = s.journal.Close() // of a folder that has gone
	*s = *fresh
	return nil
}

// Resume finishes what a killed process has decided, as [Open] does. Who lists the files to sort
// calls it before, because it may take some of them away; a folder in which nothing was sorted is
// left alone.
func Resume(to string) error {
	if _, err := os.Stat(filepath.Join(to, workFolder, "journal.db")); err != nil {
		return nil
	}
	s, err := Open(Options{To: to})
	if err != nil {
		return err
	}
	return s.Close()
}

// work is a path in the folder of unfinished work.
func (s *Sorter) work(name string) string { return filepath.Join(s.root, workFolder, name) }

func (s *Sorter) makeFolders() error {
	if err := os.MkdirAll(s.root, 0o777); err != nil {
		return s.cannotWrite(err)
	}
	if err := os.MkdirAll(s.work("staged"), 0o700); err != nil {
		return s.cannotWrite(err)
	}
	return nil
}

// cannotWrite is the error of a folder of the result that takes nothing.
func (s *Sorter) cannotWrite(err error) error {
	return fmt.Errorf("nothing can be sorted into %q: %w", s.To, fileio.WithoutPath(err))
}

// Close gives the folder of the result back.
func (s *Sorter) Close() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Close()
}

// Finish ends the batch: [Sorter.Batch] of the next run begins anew.
func (s *Sorter) Finish() error {
	if s.DryRun {
		return nil
	}
	return s.journal.End(s.batch, time.Now())
}

// Batch yields what was done since a batch was finished last: by this run, and by those before
// it that were stopped. Files that were left where they are come last, without outputs.
func (s *Sorter) Batch() iter.Seq2[*journal.File, error] {
	return func(yield func(*journal.File, error) bool) {
		if !s.DryRun {
			for f, err := range s.journal.Batch(s.batch) {
				if !yield(f, err) {
					return
				}
			}
		}
		for i := range s.apart {
			if !yield(&s.apart[i], nil) {
				return
			}
		}
	}
}

// opened is a file that is being sorted.
type opened struct {
	Source
	journal.File
	mode    fs.FileMode
	earlier *journal.File // what became of it in an earlier run
	err     error         // why it cannot be sorted
	open    []int         // see [Filed].Open
	pages   []answered
}

// answered is a page with the answers to it.
type answered struct {
	Page
	answers []Answer
}

// leaf is a page on its way through recognition; the last one of a file has none.
type leaf struct {
	of   *opened
	page *answered
}

// Run sorts files. An error means that it cannot go on, because of the folder of the result,
// of recognition, or of ctx; what was reported as filed stays so. A file that cannot be read
// is reported, and ends nothing.
func (s *Sorter) Run(ctx context.Context, sources iter.Seq[Source]) error {
	leaves := parallel.Ordered(ctx, 0, s.leaves(ctx, sources), func(ctx context.Context, l leaf) (leaf, error) {
		var err error
		if l.page != nil {
			l.page.answers, err = l.page.Classify(ctx)
			l.page.Classify = nil // which may hold the picture: a file may have thousands of pages
		}
		return l, err
	})
	for l, err := range leaves {
		if err != nil {
			return err
		}
		if l.page != nil {
			l.of.pages = append(l.of.pages, *l.page)
			continue
		}
		filed, err := s.file(ctx, l.of)
		if err != nil {
			return err
		}
		if s.Filed != nil {
			if err := s.Filed(filed); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaves yields the pages of files, and the end of each.
func (s *Sorter) leaves(ctx context.Context, sources iter.Seq[Source]) iter.Seq[leaf] {
	return func(yield func(leaf) bool) {
		for source := range sources {
			o := s.open(source)
			if s.seen[o.File.Path] {
				continue // it was named twice
			}
			s.seen[o.File.Path] = true
			if o.err == nil && o.earlier == nil {
				for page := range s.Pages(ctx, source.Path) {
					if !yield(leaf{o, &answered{Page: page}}) {
						return
					}
				}
			}
			if ctx.Err() != nil || !yield(leaf{of: o}) { // an unfinished file is no file
				return
			}
		}
	}
}

// open finds out which file a source is, and whether it is known.
func (s *Sorter) open(source Source) *opened {
	o := &opened{Source: source}
	o.File.Path, o.File.Source = source.Key, source.Path
	if o.File.Path == "" {
		o.File.Path = source.Path
	}
	var err error
	if o.File.Source, err = filepath.Abs(source.Path); err == nil {
		o.File.Path, err = filepath.Abs(o.File.Path)
	}
	o.File.Path = knownAs(o.File.Path)
	if err == nil {
		err = o.read()
	}
	if err != nil {
		o.err = fileio.WithoutPath(err)
		return o
	}
	if s.journal != nil && s.Mode != Move { // what was moved and is here is another arrival
		earlier, there, err := s.journal.Find(o.File.Path, o.Hash)
		if err != nil {
			o.err = err
		} else if there && earlier.Done {
			o.earlier = earlier
		}
	}
	return o
}

// read hashes the content of a file.
func (o *opened) read() error {
	info, err := os.Stat(o.File.Source)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // a pipe may keep its readers waiting
		return errors.New("it is no file, and has no content to be filed")
	}
	f, err := os.Open(o.File.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	copy(o.Hash[:], hash.Sum(nil))
	o.Size, o.Modified, o.mode = info.Size(), info.ModTime(), info.Mode().Perm()
	return nil
}

// isUnchanged says whether the source is still what it was when it was read.
func isUnchanged(f *journal.File) bool {
	info, err := os.Stat(f.Source)
	return err == nil && info.Mode().IsRegular() && info.Size() == f.Size && info.ModTime().UnixNano() == f.Modified.UnixNano()
}

// errChanged says that a source was written to meanwhile.
var errChanged = errors.New("it was changed while it was read: sort it again when it is whole")

// file files a file of which all pages are answered.
func (s *Sorter) file(ctx context.Context, o *opened) (Filed, error) {
	switch {
	case o.err != nil:
		return s.leave(o, o.err), nil
	case o.earlier != nil:
		return Filed{Name: o.Name, File: *o.earlier, Before: true}, nil
	}
	w := &work{sorter: s, opened: o, taken: map[string]int{}}
	defer w.clean()
	if err := w.plan(ctx); err != nil {
		var ofSource sourceError
		if errors.As(err, &ofSource) {
			return s.leave(o, ofSource.error), nil
		}
		return Filed{}, err
	}
	if s.DryRun {
		s.apart = append(s.apart, o.File)
		for _, out := range o.Outputs {
			s.promised[spelt(out.Target)] = out
		}
		return Filed{Name: o.Name, File: o.File, Open: o.open}, nil
	}
	if err := s.journal.Decide(s.batch, &o.File); err != nil {
		return Filed{}, err
	}
	w.decided = true
	instant()
	stuck, err := s.finish(&o.File)
	return Filed{Name: o.Name, File: o.File, Open: o.open, Err: stuck}, err
}

// leave notes that a file stays where it is.
func (s *Sorter) leave(o *opened, why error) Filed {
	o.File.Pages = []journal.Page{{Number: 1, Decision: Refused, Reason: why.Error(), Output: -1}}
	o.File.Outputs = nil
	s.apart = append(s.apart, o.File)
	return Filed{Name: o.Name, File: o.File, Err: why}
}

// sourceError is an error of the file that is sorted, and not of the folder of the result.
type sourceError struct{ error }

// IsInside says whether a path lies in a folder or is the folder, whatever links lead there.
func IsInside(path, folder string) bool {
	rel, err := filepath.Rel(resolved(folder), resolved(path))
	return err == nil && filepath.IsLocal(rel)
}

// resolved is an absolute path without links, as far as it exists.
func resolved(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for rest := ""; ; {
		if whole, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Join(whole, rest)
		}
		parent := filepath.Dir(path)
		if parent == path {
			return filepath.Join(path, rest)
		}
		path, rest = parent, filepath.Join(filepath.Base(path), rest)
	}
}

// Targets are the places of the outputs of a file that hold pages, in their order, without
// doubles.
func Targets(f *journal.File) (all []string) {
	for _, p := range f.Pages {
		if p.Output >= 0 && !slices.Contains(all, f.Outputs[p.Output].Target) {
			all = append(all, f.Outputs[p.Output].Target)
		}
	}
	return all
}
