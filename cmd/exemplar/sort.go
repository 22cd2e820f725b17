package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/sorting"
)

func newSort() *cobra.Command {
	var filing filingFlags
	var move, link, dry, undo bool
	var only, csvFile, jsonFile string
	cmd := &cobra.Command{
		Use:        "sort PATH... --to FOLDER",
		GroupID:    "use",
		SuggestFor: []string{"file", "organize", "organise", "split"},
		Short:      "File pictures and pages by what they show",
		Long: `Put each file, and each page of a PDF, TIFF, archive or mail, into a folder that has the name of its label. What is unknown
goes to _unknown, what cannot be used to _failed, with the reason in a text beside it; mail without a picture to _empty. PATH is a file, a folder, or a pattern.

A file whose pages all go to one folder is filed as it is. Otherwise its pages are cut out, neighbours of one folder
together: letter-p3.pdf, letter-p4-p6.pdf. Blank pages stay with the page before them. What is in an archive or mail is filed by
itself: mail-invoice.pdf.

Files are copied. With --move they go away when all that they show is in its place; one whose parts went to several places is
kept in _originals. Nothing is overwritten: another file of a name gets a number.

A run that was stopped, in whatever way, is finished by the next one. Files that were sorted before, by path and content, are passed
over. To sort what was unknown, after more was registered: exemplar sort --move sorted/_unknown --to sorted

--undo takes the newest run back: what was moved goes where it came from, and what was made goes, if it is as it was made. What
was changed since is left, and named; so is a copy whose original has gone. Again, --undo takes the run before it back.`,
		Example: `  exemplar sort inbox/ --to sorted --dry-run
  exemplar sort --move --follow --csv batch.csv inbox/ --to sorted
  exemplar sort --crop bed.jpg --to sorted
  exemplar sort --undo --to sorted`,
		Args: func(cmd *cobra.Command, args []string) error {
			if undo {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if undo {
				return undoSort(cmd, filing.to)
			}
			if err := checkSort(args, &filing); err != nil {
				return err
			}
			if !dry {
				if err := sorting.Resume(filing.to); err != nil {
					return err
				}
			}
			found, err := sortInputs(args, only, &filing, move)
			if err != nil {
				return err
			}
			for _, t := range []target{{"--csv", csvFile, textKind}, {"--jsonl", jsonFile, textKind}} {
				if err := filing.store.checkTarget(t, found.list); err != nil {
					return err
				}
			}
			g, err := filing.store.open(exemplar.ReadOnly)
			if err != nil {
				return err
			}
			defer g.Close()
			options, err := filing.options(g, sayDamaged(cmd))
			if err != nil {
				return err
			}
			switch {
			case move:
				options.Mode = sorting.Move
			case link:
				options.Mode = sorting.Link
			}
			options.DryRun = dry
			out := &filer{cmd: cmd, widest: widestName(found.list, filing.crop), progress: newProgressBar("sorting", len(found.list))}
			options.Filed = out.filed
			err = sortAll(cmd, options, sortSources(found.list), csvFile, jsonFile)
			out.progress.clear()
			if err != nil {
				return err
			}
			out.summary(dry)
			return orElse(out.fault(), found.report(cmd, false))
		},
	}
	filing.add(cmd)
	cmd.Flags().BoolVar(&move, "move", false, "take the files away when they are sorted")
	cmd.Flags().BoolVar(&link, "link", false, "make hard links instead of copies of whole files")
	cmd.MarkFlagsMutuallyExclusive("move", "link")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be done, and write nothing but --csv and --jsonl")
	cmd.Flags().BoolVar(&undo, "undo", false, "take the newest run back")
	cmd.Flags().StringVar(&only, "only", "", "take only files whose name matches this `PATTERN`")
	cmd.Flags().StringVar(&csvFile, "csv", "", "write what became of each page to this `FILE`, as a table")
	cmd.Flags().StringVar(&jsonFile, "jsonl", "", "write it to this `FILE`, as lines of JSON")
	for _, other := range []string{"move", "link", "dry-run", "only", "csv", "jsonl", "crop", "follow", "split"} {
		cmd.MarkFlagsMutuallyExclusive("undo", other)
	}
	return cmd
}

// undoSort takes the newest run into a folder back, and says what it did.
func undoSort(cmd *cobra.Command, to string) error {
	back, removed, left := 0, 0, 0
	err := sorting.Undo(to, func(done sorting.Undone) error {
		removed += done.Removed
		switch {
		case done.Err != nil:
			left++
			say(cmd.ErrOrStderr(), "exemplar: %s is left as it is: %v\n", done.Source, done.Err)
		case done.PutBack:
			back++
			say(cmd.OutOrStdout(), "put back %s\n", done.Source)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !isQuiet(cmd) {
		says := fmt.Sprintf("taken back: %s put back, %s of the result removed", count(back, "file"), count(removed, "file"))
		if left > 0 {
			says += "; " + count(left, "file") + " left in place"
		}
		say(cmd.OutOrStdout(), "%s\n", says)
	}
	if left > 0 {
		return errPartly
	}
	return nil
}

// Kinds of files that --move passes over.
const (
	behindLinks = "in linked folders"
	besideLinks = "linked to files that are sorted"
)

// outsideLinks is the kind of files that are passed over because a link leads to them, out of what
// was named: whoever may put a link into an inbox would have any file of this machine copied.
const outsideLinks = "behind links that lead outside"

// checkSort refuses what cannot be sorted or sorted into.
func checkSort(args []string, filing *filingFlags) error {
	if err := filing.checkTo(); err != nil {
		return err
	}
	for _, arg := range args {
		if arg == "-" {
			return errors.New("sort - : standard input has no name to be filed under: give a file")
		}
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			if err := filing.checkInbox(arg); err != nil {
				return err
			}
		}
	}
	return nil
}

// sortInputs are the files to sort, without those of the result. There may be none: in most nights
// nothing comes. Those are left that a link leads to outside of the folders that were named; if
// files are to be moved, they belong to somebody else, who would miss them. So are then links to
// files that are sorted themselves, which lead nowhere afterwards.
func sortInputs(args []string, only string, filing *filingFlags, move bool) (inputs, error) {
	found, err := expandInputs(args, only)
	if len(found.list) == 0 && !errors.Is(err, errNoPictures) {
		return found, err
	}
	isSorted, isNamed := sortedFiles(found.list), inFolders(found.list)
	kept := found.list[:0]
	for _, in := range found.list {
		isResult := in.root != "" && !sorting.IsInside(in.root, filing.to) && sorting.IsInside(in.name, filing.to)
		switch {
		case isResult:
		case move && in.root != "" && !sorting.IsInside(filepath.Dir(in.name), in.root):
			found.passed[behindLinks]++
		case move && isLink(in.name) && isSorted(in.name):
			found.passed[besideLinks]++
		case in.root != "" && !isNamed(in.name):
			found.passed[outsideLinks]++
		default:
			kept = append(kept, in)
		}
	}
	if found.list = kept; len(kept) > 0 {
		return found, found.fault(args)
	}
	return found, nil
}

// inFolders tells of a file whether it lies in a folder that was named, wherever links lead.
func inFolders(list []input) func(path string) bool {
	roots := map[string]bool{}
	for _, in := range list {
		if in.root != "" {
			roots[in.root] = true
		}
	}
	folders := slices.Collect(maps.Keys(roots))
	return func(path string) bool {
		return slices.ContainsFunc(folders, func(folder string) bool { return sorting.IsInside(path, folder) })
	}
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

// sortedFiles tells of a link whether it leads to a file that was named, or into a folder that was,
// also if the file has been moved since.
func sortedFiles(list []input) func(link string) bool {
	named, roots := map[string]bool{}, map[string]bool{}
	for _, in := range list {
		switch {
		case in.root != "":
			roots[in.root] = true
		case !isLink(in.name):
			named[resolved(in.name)] = true
		}
	}
	return func(link string) bool {
		target := followed(link)
		isInside := func(root string) bool { return sorting.IsInside(target, root) }
		return named[resolved(target)] || slices.ContainsFunc(slices.Collect(maps.Keys(roots)), isInside)
	}
}

// followed is the path that a link leads to, whether something is there or not.
func followed(path string) string {
	const most = 40 // links one after the other, as Linux has it: they may lead in a circle
	for range most {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(resolved(filepath.Dir(path)), to)
		}
		path = to
	}
	return path
}

// widestName is the number of columns of names, so that places stand below each other.
func widestName(list []input, crop bool) (widest int) {
	for _, in := range list {
		more := pageColumns(in.name)
		if more > 0 {
			more = len(", pages 1-2")
		}
		if crop {
			more = pageColumns(in.name) + len(", document 1")
		}
		widest = max(widest, min(aligned, columns(plain(in.name))+more))
	}
	return widest
}

func sortSources(list []input) iter.Seq[sorting.Source] {
	return func(yield func(sorting.Source) bool) {
		for _, in := range list {
			if !yield(sorting.Source{Path: in.name, Name: in.name}) {
				return
			}
		}
	}
}

// sortAll sorts files, and writes the tables of the batch.
func sortAll(cmd *cobra.Command, options sorting.Options, sources iter.Seq[sorting.Source], csvFile, jsonFile string) (err error) {
	s, err := sorting.Open(options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Run(cmd.Context(), sources); err != nil {
		return err
	}
	write := func(path string, rows func(io.Writer) error) error {
		switch path {
		case "":
			return nil
		case "/dev/stdout":
			return rows(cmd.OutOrStdout())
		}
		return fileio.Write(path, fileio.Private, rows)
	}
	err = errors.Join(
		write(csvFile, func(w io.Writer) error { return writeFiledCSV(w, filedRows(s.Batch())) }),
		write(jsonFile, func(w io.Writer) error { return writeFiledJSON(w, filedRows(s.Batch())) }))
	if err != nil {
		return err
	}
	return s.Finish()
}
