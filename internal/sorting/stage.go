package sorting

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/intake"
	"exemplar/internal/sorting/journal"
)

// work makes the outputs of one file, out of sight.
type work struct {
	sorter  *Sorter
	opened  *opened
	taken   map[string]int // outputs by their places, as [spelt]
	staged  []string       // unfinished files
	whole   bool           // one of the outputs is the source as it is
	decided bool           // the journal knows them: they are no rubbish
	drawn   drawn
}

// clean removes the unfinished files of what was not decided.
func (w *work) clean() {
	if w.decided {
		return
	}
	for _, name := range w.staged {
		os.Remove(w.sorter.work(filepath.Join("staged", name)))
	}
}

// plan fills the outputs and pages of the file, and makes the outputs ready to be put into their
// places.
func (w *work) plan(ctx context.Context) error {
	o, s := w.opened, w.sorter
	all := documents(o.pages, s.Options)
	if len(all) == 0 {
		return sourceError{errors.New("there is no page in it")}
	}
	for len(all) > 0 {
		n := 1
		for n < len(all) && o.pages[all[n].pages[0]].Member == o.pages[all[0].pages[0]].Member {
			n++
		}
		if err := w.member(ctx, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	if o.Removed = s.Mode == Move; o.Removed && !w.whole {
		made, err := w.source()
		if err != nil {
			return err
		}
		w.put(made, OriginalsFolder+"/"+ownName(o.Name))
	}
	for _, out := range o.Outputs { // sorted into the place where it lies
		if resolved(s.target(out.Target)) == resolved(o.File.Source) {
			o.Removed = false
		}
	}
	return nil
}

// target is the path of a place.
func (s *Sorter) target(relative string) string {
	return filepath.Join(s.root, filepath.FromSlash(relative))
}

// member makes the outputs of the documents of one file or member. If they cannot be cut out,
// the whole is put where somebody looks after it.
func (w *work) member(ctx context.Context, all []document) error {
	outputs, pages, taken := len(w.opened.Outputs), len(w.opened.File.Pages), maps.Clone(w.taken)
	for _, d := range all {
		err := w.document(ctx, d)
		var uncut cutError
		if errors.As(err, &uncut) {
			for _, o := range w.opened.Outputs[outputs:] {
				w.discard(made{name: o.Staged})
			}
			w.opened.Outputs, w.opened.File.Pages, w.taken = w.opened.Outputs[:outputs], w.opened.File.Pages[:pages], taken
			return w.uncut(ctx, all, uncut)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cutError says why documents could not be cut out of their file.
type cutError struct{ error }

// uncut puts the whole of a file or member that cannot be cut where somebody looks after it.
func (w *work) uncut(ctx context.Context, all []document, why error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	whole := document{folder: FailedFolder, whole: true}
	for _, d := range all {
		for _, i := range d.pages {
			if n := len(whole.pages); n > 0 && whole.pages[n-1] == i {
				continue // another document on the same page
			}
			whole.pages = append(whole.pages, i)
			a := w.opened.pages[i].first()
			is := a.Decision
			if a.Label != "" {
				is += ", " + a.Label
			}
			w.opened.pages[i].answers = []Answer{{Decision: Refused, Reason: fmt.Sprintf("it is not filed by what it shows (%s): %v", is, why)}}
		}
	}
	return w.document(ctx, whole)
}

// document makes the output of a document, and notes its pages.
func (w *work) document(ctx context.Context, d document) error {
	o := w.opened
	made, err := w.make(ctx, d)
	if err != nil {
		return err
	}
	number := w.put(made, d.folder+"/"+nameOf(ownName(o.Name), d, o.pages))
	var reasons strings.Builder
	for _, i := range d.pages {
		p := o.pages[i]
		a := p.first()
		if d.crop > 0 {
			a = p.answers[d.crop-1]
		}
		if a.Open {
			o.open = append(o.open, len(o.File.Pages))
		}
		o.File.Pages = append(o.File.Pages, journal.Page{Number: i + 1, Document: d.shown, Member: p.Member, Page: p.Number,
			Decision: a.Decision, Label: a.Label, Confidence: a.Confidence, Reason: a.Reason, Output: number})
		fmt.Fprintf(&reasons, "%s: %s\n", placeOf(o.Name, p), a.Reason)
	}
	if d.folder != FailedFolder {
		return nil
	}
	if made, err = w.bytes([]byte(reasons.String())); err != nil {
		return err
	}
	w.put(made, o.Outputs[number].Target+".txt")
	return nil
}

// placeOf names a page for people.
func placeOf(name string, p answered) string {
	if p.Member != "" {
		name += "/" + p.Member
	}
	if p.Number > 0 && p.Of > 1 {
		name += fmt.Sprintf(", page %d", p.Number)
	}
	return name
}

// made is a file that is ready to be put into its place.
type made struct {
	name string // in the folder of unfinished work; "" in a dry run
	hash [32]byte
	dry  bool // its content is not known
}

// make makes the file of a document.
func (w *work) make(ctx context.Context, d document) (made, error) {
	first := w.opened.pages[d.pages[0]]
	switch {
	case d.whole && first.Member == "":
		w.whole = true
		return w.source()
	case d.whole:
		return w.bytes(first.File)
	case w.sorter.DryRun:
		return made{dry: true}, nil
	case d.crop > 0:
		file, err := w.crop(ctx, d)
		if err != nil {
			return made{}, cutError{err}
		}
		return w.bytes(file)
	}
	var numbers []int
	for _, i := range d.pages {
		numbers = append(numbers, w.opened.pages[i].Number)
	}
	file, err := intake.Cut(ctx, first.File, numbers, w.sorter.Opening)
	if err != nil {
		return made{}, cutError{err}
	}
	return w.bytes(file)
}

// put notes an output for the first place of a name that is free, or has the same content
// already. It returns the number of the output.
func (w *work) put(m made, wish string) int {
	o := w.opened
	for n := 1; ; n++ {
		target := numbered(wish, n)
		if number, ours := w.taken[spelt(target)]; ours {
			if !m.dry && o.Outputs[number].Hash == m.hash { // a file that is in a container twice
				w.discard(m)
				return number
			}
			continue
		}
		there, same := w.sorter.at(target, m)
		if there != "" && !same {
			continue
		}
		if there != "" {
			w.discard(m)
			m.name, target = "", there
		}
		w.taken[spelt(target)] = len(o.Outputs)
		o.Outputs = append(o.Outputs, journal.Output{Staged: m.name, Target: target, Hash: m.hash})
		return len(o.Outputs) - 1
	}
}

// at returns the place of a file that lies at a place, or at one that may be the same on another
// system; "": there is none. same says whether it has the content of another.
func (s *Sorter) at(target string, m made) (there string, same bool) {
	if out, ok := s.promised[spelt(target)]; ok {
		return out.Target, !m.dry && out.Hash == m.hash
	}
	if there = s.occupied(target); there == "" {
		return "", false
	}
	return there, !m.dry && hasContent(s.target(there), m.hash)
}

// discard removes an unfinished file that is not needed.
func (w *work) discard(m made) {
	if m.name != "" {
		os.Remove(w.sorter.work(filepath.Join("staged", m.name)))
	}
}

// hasContent says whether a file has the content with a hash.
func hasContent(path string, hash [32]byte) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return err == nil && bytes.Equal(h.Sum(nil), hash[:])
}

// bytes makes a file of data.
func (w *work) bytes(data []byte) (made, error) {
	m := made{hash: sha256.Sum256(data)}
	if w.sorter.DryRun {
		return m, nil
	}
	var err error
	m.name, err = w.stage(bytes.NewReader(data))
	return m, err
}

// source makes a file of the source as it is.
func (w *work) source() (made, error) {
	o, s := w.opened, w.sorter
	m := made{hash: o.Hash}
	if s.DryRun {
		return m, nil
	}
	if s.Mode != Copy {
		name, err := w.link()
		if err == nil {
			m.name = name
			return m, w.unchanged()
		}
		if s.Mode == Link {
			return made{}, fmt.Errorf("no hard link to %q can be made in %q (%w): copy the files", o.Name, s.To, fileio.WithoutPath(err))
		}
	}
	f, err := os.Open(o.File.Source)
	if err != nil {
		return made{}, sourceError{fileio.WithoutPath(err)}
	}
	defer f.Close()
	hash := sha256.New()
	if m.name, err = w.stage(io.TeeReader(reading{f}, hash)); err != nil {
		return made{}, err
	}
	if !bytes.Equal(hash.Sum(nil), o.Hash[:]) {
		return made{}, sourceError{errChanged}
	}
	return m, w.unchanged()
}

// reading tells errors of the source from those of the result.
type reading struct{ r io.Reader }

func (r reading) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = sourceError{fileio.WithoutPath(err)}
	}
	return n, err
}

func (w *work) unchanged() error {
	if !isUnchanged(&w.opened.File) {
		return sourceError{errChanged}
	}
	return nil
}

// link makes a hard link to the source.
func (w *work) link() (name string, err error) {
	info, err := os.Lstat(w.opened.File.Source)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("it is a link itself")
	}
	f, err := os.CreateTemp(w.sorter.work("staged"), "*")
	if err != nil {
		return "", w.sorter.cannotWrite(err)
	}
	f.Close()
	name = filepath.Base(f.Name())
	w.staged = append(w.staged, name)
	if err := errors.Join(os.Remove(f.Name()), os.Link(w.opened.File.Source, f.Name())); err != nil {
		return "", err
	}
	instant()
	syncFile(f.Name()) // whoever wrote it may not have
	fileio.SyncFolder(w.sorter.work("staged"))
	return name, nil
}

// syncFile makes the content of a file durable, if the system can.
func syncFile(path string) {
	if f, err := os.Open(path); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}

// stage writes an unfinished file, with the rights and the time of the source.
func (w *work) stage(content io.Reader) (name string, err error) {
	f, err := os.CreateTemp(w.sorter.work("staged"), "*")
	if err != nil {
		return "", w.sorter.cannotWrite(err)
	}
	name = filepath.Base(f.Name())
	w.staged = append(w.staged, name)
	_, err = io.Copy(f, content)
	instant()
	err = errors.Join(err, f.Chmod(w.opened.mode&fs.ModePerm), f.Sync(), f.Close())
	var ofSource sourceError
	if err != nil && !errors.As(err, &ofSource) {
		return "", w.sorter.cannotWrite(err)
	}
	if err != nil {
		return "", err
	}
	_ = os.Chtimes(f.Name(), w.opened.Modified, w.opened.Modified) // if not, it has the time of now
	fileio.SyncFolder(w.sorter.work("staged"))
	return name, nil
}
