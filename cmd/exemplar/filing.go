package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/explain"
	"exemplar/internal/fileio"
	"exemplar/internal/intake"
	"exemplar/internal/service"
	"exemplar/internal/sorting"
	"exemplar/internal/sorting/journal"
)

// filingFlags are those of sort and watch.
type filingFlags struct {
	store               galleryFlags
	to, passwordFile    string
	follow, split, crop bool
}

func (f *filingFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", "", "`FOLDER` of the result; it is made")
	cmd.MarkFlagRequired("to")
	cmd.MarkFlagDirname("to")
	cmd.Flags().BoolVar(&f.follow, "follow", false, "unknown pages belong to the document before them in their file")
	cmd.Flags().BoolVar(&f.split, "split", false, "each page that matches begins a document: for a stack of one form in one file")
	cmd.Flags().BoolVar(&f.crop, "crop", false, "cut documents out of their pictures, upright: several on one scanner bed, or on a table")
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "", "open encrypted PDFs with the passwords in this `FILE`, one a line")
	f.store.add(cmd)
	f.store.addDecision(cmd)
}

// options are those of the flags, with a gallery that knows what pages show. tell is called
// with each reference that is damaged, once.
func (f *filingFlags) options(g *exemplar.Gallery, tell func(exemplar.LeftOut)) (sorting.Options, error) {
	passwords, err := readPasswords(f.passwordFile)
	if err != nil {
		return sorting.Options{}, err
	}
	deciding := f.store.options()
	deciding.All = f.crop
	var mu sync.Mutex
	told := map[string]bool{}
	classify := func(ctx context.Context, p exemplar.Picture) (answers []sorting.Answer, err error) {
		result, err := g.Classify(ctx, p, deciding)
		for _, a := range result.Answers {
			answers = append(answers, service.SortingAnswer(a))
			for _, left := range a.LeftOut {
				mu.Lock()
				if !told[left.ID] {
					told[left.ID] = true
					tell(left)
				}
				mu.Unlock()
			}
		}
		return answers, err
	}
	return sorting.Options{
		To: f.to, Follow: f.follow, Split: f.split, Crop: f.crop,
		Pages:   filedPages(exemplar.PageOptions{Passwords: passwords}, classify),
		Opening: intake.Options{Passwords: passwords},
	}, nil
}

// filedPages opens files for sorting.
func filedPages(opening exemplar.PageOptions, classify func(context.Context, exemplar.Picture) ([]sorting.Answer, error)) func(context.Context, string) iter.Seq[sorting.Page] {
	return func(ctx context.Context, path string) iter.Seq[sorting.Page] {
		return func(yield func(sorting.Page) bool) {
			for p := range exemplar.Pages(ctx, exemplar.FromFile(path), opening) {
				from := p.Origin()
				if !yield(sorting.Page{Member: from.Member, Number: from.Number, Of: from.Of, File: from.File,
					Classify: func(ctx context.Context) ([]sorting.Answer, error) {
						answers, err := classify(ctx, p)
						if from.Empty && err == nil {
							answers[0].Decision = sorting.Empty
						}
						return answers, err
					}}) {
					return
				}
			}
		}
	}
}

// sayDamaged names a reference that had no part in answers.
func sayDamaged(cmd *cobra.Command) func(exemplar.LeftOut) {
	return func(left exemplar.LeftOut) {
		say(cmd.ErrOrStderr(), "exemplar: reference %s of %s is damaged and was left out: %s; see exemplar gallery check\n", left.ID, left.Label, left.Reason)
	}
}

// checkTo refuses a result that cannot be a folder.
func (f *filingFlags) checkTo() error {
	if info, err := os.Stat(f.to); err == nil && !info.IsDir() {
		return fmt.Errorf("--to %q is a file: name a folder", f.to)
	}
	return nil
}

// checkInbox refuses folders that would be sorted into themselves.
func (f *filingFlags) checkInbox(folder string) error {
	if sorting.IsInside(folder, f.to) && sorting.IsInside(f.to, folder) {
		return fmt.Errorf("--to %q is the folder that is sorted: name another, also one in it", f.to)
	}
	return nil
}

// filer prints what becomes of files, and counts it.
type filer struct {
	cmd      *cobra.Command
	widest   int // columns of the names
	progress *progressBar

	files, pages, before, unknown, empty, failed, left int
	documents                                          map[string]int // by label
	open                                               map[string]int // of them those whose sub-label is open
}

// filed prints a line for each output of a file.
func (f *filer) filed(in sorting.Filed) error {
	if f.progress != nil {
		f.progress.clear()
		f.progress.step(1)
	}
	if f.documents == nil {
		f.documents, f.open = map[string]int{}, map[string]int{}
	}
	if in.Before {
		f.before++
		return nil
	}
	if in.Err != nil {
		f.left++
		say(f.cmd.ErrOrStderr(), "exemplar: %s is left where it is: %v\n", in.Name, in.Err)
		if len(in.Outputs) == 0 {
			return nil
		}
	}
	f.files++
	f.pages += countPages(in.Pages)
	for first := 0; first < len(in.Pages); {
		end := first + 1
		for end < len(in.Pages) && in.Pages[end].Output == in.Pages[first].Output {
			end++
		}
		f.document(in, first, end)
		first = end
	}
	return nil
}

// document prints and counts pages, from one up to another, that went to one place.
func (f *filer) document(in sorting.Filed, first, end int) {
	pages := in.Pages[first:end]
	target := in.Outputs[pages[0].Output].Target
	why := ""
	switch folder, _, _ := strings.Cut(target, "/"); folder {
	case sorting.UnknownFolder:
		f.unknown++
	case sorting.EmptyFolder:
		f.empty++
	case sorting.FailedFolder:
		f.failed++
		why = ": " + pages[0].Reason
	default:
		for i, p := range pages {
			if p.Label != "" {
				f.documents[p.Label]++
				if slices.Contains(in.Open, first+i) {
					f.open[p.Label]++
				}
				break
			}
		}
	}
	name := plain(pagesName(in.Name, pages))
	f.widest = max(f.widest, min(columns(name), aligned)) // of what is in an archive or mail nobody knew it
	say(f.cmd.OutOrStdout(), "%s  ->  %s%s\n", pad(name, f.widest), filepath.FromSlash(target), why)
}

// countPages counts pages, on which there may be several documents.
func countPages(pages []journal.Page) (n int) {
	for i, p := range pages {
		if i == 0 || pages[i-1].Number != p.Number {
			n++
		}
	}
	return n
}

// pagesName names pages of a file: "letters.zip/form.pdf, pages 2-3".
func pagesName(name string, pages []journal.Page) string {
	first, last := pages[0], pages[len(pages)-1]
	if first.Member != "" {
		name += "/" + first.Member
	}
	switch {
	case first.Page == 0: // an ordinary picture, or a file that is refused as a whole
	case last.Page > first.Page:
		name += fmt.Sprintf(", pages %d-%d", first.Page, last.Page)
	default:
		name += fmt.Sprintf(", page %d", first.Page)
	}
	if first.Document > 0 {
		name += fmt.Sprintf(", document %d", first.Document)
	}
	return name
}

// summary says what was done.
func (f *filer) summary(dry bool) {
	if isQuiet(f.cmd) {
		return
	}
	known := 0
	for _, n := range f.documents {
		known += n
	}
	verb := "sorted"
	if dry {
		verb = "would be sorted"
	}
	parts := []string{fmt.Sprintf("%s (%s) %s: %s of %s, %d unknown, %d failed", count(f.files, "file"), count(f.pages, "page"), verb,
		count(known, "document"), count(len(f.documents), "label"), f.unknown, f.failed)}
	if f.files == 0 {
		parts[0] = "nothing new to sort"
	}
	if f.empty > 0 {
		parts[0] += fmt.Sprintf(", %d without a picture", f.empty)
	}
	if len(f.open) > 0 {
		parts = append(parts, f.openLabels())
	}
	if f.left > 0 {
		parts = append(parts, count(f.left, "file")+" left in place")
	}
	if f.before > 0 {
		parts = append(parts, count(f.before, "file")+" done before")
	}
	say(f.cmd.OutOrStdout(), "%s\n", strings.Join(parts, "; "))
}

// openLabels counts the documents that are filed as far as the label above.
func (f *filer) openLabels() string {
	n, folders := 0, []string{}
	for _, label := range slices.Sorted(maps.Keys(f.open)) {
		n += f.open[label]
		folders = append(folders, plain(label)+"/")
	}
	return fmt.Sprintf("%d with the sub-label open: only as far as %s", n, strings.Join(folders, ", "))
}

// fault says by the exit code that not everything was sorted by what it shows.
func (f *filer) fault() error {
	if f.failed+f.left > 0 {
		return errPartly
	}
	return nil
}

// filedRow is a line of the table of a batch: a page, or a document on it.
type filedRow struct {
	Path       string  `json:"path"`
	Member     string  `json:"member,omitempty"`
	Page       int     `json:"page,omitempty"`
	Document   int     `json:"document,omitempty"`
	Decision   string  `json:"decision"`
	Label      string  `json:"label"`
	Confidence float64 `json:"confidence,omitzero"`
	To         string  `json:"to"`
	Reason     string  `json:"reason"`
}

// filedRows yields the rows of files.
func filedRows(files iter.Seq2[*journal.File, error]) iter.Seq2[filedRow, error] {
	return func(yield func(filedRow, error) bool) {
		for f, err := range files {
			if err != nil {
				yield(filedRow{}, err)
				return
			}
			for _, p := range f.Pages {
				row := filedRow{f.Path, p.Member, p.Page, p.Document, p.Decision, p.Label, p.Confidence, "", p.Reason}
				if p.Output >= 0 {
					row.To = f.Outputs[p.Output].Target
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// writeFiledCSV writes the rows as a table for spreadsheets.
func writeFiledCSV(w io.Writer, rows iter.Seq2[filedRow, error]) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	text := func(s string) string { return fileio.TextCell(plain(s)) }
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	out := csv.NewWriter(w)
	out.Write([]string{"path", "member", "page", "document", "decision", "label", "confidence", "to", "reason"})
	for r, err := range rows {
		if err != nil {
			return err
		}
		confidence := ""
		if r.Confidence > 0 {
			confidence = strconv.FormatFloat(r.Confidence, 'g', 6, 64)
		}
		out.Write([]string{text(r.Path), text(r.Member), number(r.Page), number(r.Document), r.Decision, text(r.Label), confidence, text(r.To), text(explain.Reason(r.Reason))})
	}
	out.Flush()
	return out.Error()
}

// writeFiledJSON writes the rows, a line each.
func writeFiledJSON(w io.Writer, rows iter.Seq2[filedRow, error]) error {
	for r, err := range rows {
		if err == nil {
			err = sayJSON(w, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
