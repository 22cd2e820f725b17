package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/manifest"
	"exemplar/internal/parallel"
)

// bulkFlags say what of a list is recognised, and where the answers go.
type bulkFlags struct {
	store        galleryFlags
	list, out    string
	shard        string
	passwordFile string
	all          bool
}

func newBulk() *cobra.Command {
	var f bulkFlags
	cmd := &cobra.Command{
		Use:     "bulk --manifest FILE",
		GroupID: "use",
		Short:   "Recognise the files of a long list, on one machine or many",
		Long: `Recognise the files of a list, and write a line of JSON for each page. The list has a path on each line, or is a table (.csv)
or lines of JSON (.jsonl) with a field "path"; paths may be relative to the folder of the list.

A run that was stopped or killed goes on where it was: with the same --out, files whose answers are there are passed over. Every page
is there once. Without --out the answers go to standard output, and every run begins anew.

Several machines share a list: each takes a part of it, by --shard I/N with I from 0 to N-1. The part of a file depends on its path
alone. Without --shard the scheduler is asked: Slurm (SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT), AWS Batch (AWS_BATCH_JOB_ARRAY_INDEX
and AWS_BATCH_JOB_ARRAY_SIZE) and Kubernetes (JOB_COMPLETION_INDEX; --shard /N tells how many parts there are). If --out is a folder, each part has a
file in it.`,
		Example: `  exemplar bulk --manifest scans.txt --out results.jsonl
  exemplar bulk --manifest scans.csv --shard 2/8 --out results/
  sbatch --array=0-7 --wrap "exemplar bulk --manifest scans.csv --out results/"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	cmd.Flags().StringVar(&f.list, "manifest", "", "`FILE` that lists the files")
	cmd.MarkFlagRequired("manifest")
	cmd.Flags().StringVar(&f.shard, "shard", "", "take part `I/N` of the list, or /N with I from the scheduler")
	cmd.RegisterFlagCompletionFunc("shard", cobra.NoFileCompletions)
	cmd.Flags().StringVar(&f.out, "out", "", "`FILE` of the answers, or a folder; a run goes on with what is there")
	cmd.Flags().BoolVar(&f.all, "all", false, "answer with every document in a picture")
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "", "open encrypted PDFs with the passwords in this `FILE`, one a line")
	f.store.add(cmd)
	f.store.addDecision(cmd)
	return cmd
}

func (f *bulkFlags) run(cmd *cobra.Command) (err error) {
	part, err := shardOf(f.shard, os.Getenv)
	if err != nil {
		return err
	}
	if part.source != "" && !isQuiet(cmd) {
		say(cmd.ErrOrStderr(), "exemplar: part %s of the list, by %s\n", part.String(), part.source)
	}
	passwords, err := readPasswords(f.passwordFile)
	if err != nil {
		return err
	}
	paths, bad, err := f.paths(part)
	if err != nil {
		return err
	}
	g, err := f.store.open(exemplar.ReadOnly)
	if err != nil {
		return err
	}
	defer g.Close()
	results, err := openResults(f.outFile(part), cmd.OutOrStdout())
	if err != nil {
		return err
	}
	defer func() { err = orElse(err, results.close()) }()
	b := &bulk{cmd: cmd, folder: filepath.Dir(f.list), bad: bad, opening: exemplar.PageOptions{Passwords: passwords}, options: f.store.options(), gallery: g, results: results, decisions: map[exemplar.Decision]int{}}
	b.options.All = f.all
	for _, path := range paths {
		if results.done[path] {
			b.before++
			continue
		}
		b.paths = append(b.paths, path)
	}
	err = b.work(cmd.Context())
	b.summary()
	return err
}

// paths are those of a part of the list, each once, and by its name which of them is none.
func (f *bulkFlags) paths(part shard) (paths []string, bad map[string]*manifest.BadPath, err error) {
	list, err := os.Open(f.list)
	if err != nil {
		return nil, nil, fmt.Errorf("--manifest: %w", err)
	}
	defer list.Close()
	bad = map[string]*manifest.BadPath{}
	seen := map[string]bool{}
	for path, err := range manifest.Paths(list, manifest.KindOf(f.list)) {
		var none *manifest.BadPath
		if errors.As(err, &none) {
			path = none.Name()
			bad[path] = none
		} else if err != nil {
			return nil, nil, fmt.Errorf("--manifest %q: %w", f.list, err)
		}
		if part.has(path) && !seen[path] {
			seen[path] = true
			paths = append(paths, path)
		}
	}
	return paths, bad, nil
}

// outFile is the file of the answers; empty is standard output.
func (f *bulkFlags) outFile(part shard) string {
	if info, err := os.Stat(f.out); f.out != "" && (err == nil && info.IsDir() || os.IsPathSeparator(f.out[len(f.out)-1])) {
		return filepath.Join(f.out, part.fileName())
	}
	return f.out
}

// bulk is a run.
type bulk struct {
	cmd     *cobra.Command
	folder  string // of the list
	paths   []string
	bad     map[string]*manifest.BadPath // those that are no paths
	opening exemplar.PageOptions
	options exemplar.ClassifyOptions
	gallery *exemplar.Gallery
	results *results

	before, files, pages int
	decisions            map[exemplar.Decision]int
}

// bulkPage is a page of a file, or, without a picture, the end of one.
type bulkPage struct {
	path, hash string
	part       int
	picture    *exemplar.Picture
	answers    []exemplar.Answer
}

// bulkLine is an answer as it is written.
type bulkLine struct {
	Path   string `json:"path"` // as in the list
	SHA256 string `json:"sha256,omitempty"`
	Part   int    `json:"part"` // which of the file's pages, with all its members, from 0
	Nth    int    `json:"nth"`  // which of the documents on it, from 0
	exemplar.Answer
	Last bool `json:"last,omitempty"` // of the file: whoever is killed before has the file done again
}

// work recognises the pages of the files, several at a time, and writes the answers of each
// file together.
func (b *bulk) work(ctx context.Context) error {
	progress := newProgressBar("recognising", len(b.paths))
	defer progress.clear()
	classify := func(ctx context.Context, p bulkPage) (bulkPage, error) {
		if p.picture == nil {
			return p, nil
		}
		result, err := b.gallery.Classify(ctx, *p.picture, b.options)
		p.answers, p.picture = result.Answers, nil
		return p, err
	}
	var lines []bulkLine
	for p, err := range parallel.Ordered(ctx, 0, b.eachPage(ctx), classify) {
		if err != nil {
			return err
		}
		if p.answers != nil {
			for nth, a := range p.answers {
				lines = append(lines, bulkLine{Path: p.path, SHA256: p.hash, Part: p.part, Nth: nth, Answer: a})
			}
			continue
		}
		if err := b.write(lines, p.part); err != nil {
			return err
		}
		lines = nil
		progress.step(1)
	}
	if b.decisions[exemplar.Refused] > 0 {
		return errPartly
	}
	return nil
}

// eachPage yields the pages of all files, with an end after each file.
func (b *bulk) eachPage(ctx context.Context) iter.Seq[bulkPage] {
	return func(yield func(bulkPage) bool) {
		for _, path := range b.paths {
			data, err := b.read(path)
			p := bulkPage{path: path}
			picture := exemplar.FromFunc(func() ([]byte, error) { return data, err })
			if err == nil {
				sum := sha256.Sum256(data)
				p.hash, picture = hex.EncodeToString(sum[:]), exemplar.FromBytes(data)
			}
			for picture := range exemplar.Pages(ctx, picture, b.opening) {
				p.picture = &picture
				if !yield(p) {
					return
				}
				p.part++
			}
			p.picture = nil
			if ctx.Err() != nil || !yield(p) {
				return
			}
		}
	}
}

// read reads a file of the list.
func (b *bulk) read(path string) ([]byte, error) {
	if bad := b.bad[path]; bad != nil {
		return nil, bad
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.folder, path)
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file: list the files of a folder one by one")
	}
	var data []byte
	if err == nil {
		data, err = fileio.ReadFile(path, imaging.DefaultLimits.Bytes)
	}
	return data, fileio.WithoutPath(err) // the path is printed beside it
}

// write writes the answers of a file, and counts them.
func (b *bulk) write(lines []bulkLine, pages int) error {
	if len(lines) == 0 {
		return nil
	}
	lines[len(lines)-1].Last = true
	var text bytes.Buffer
	for _, line := range lines {
		if err := sayJSON(&text, line); err != nil {
			return err
		}
		b.decisions[line.Decision]++
	}
	b.files, b.pages = b.files+1, b.pages+pages
	return b.results.write(text.Bytes())
}

// summary says what was done.
func (b *bulk) summary() {
	if isQuiet(b.cmd) {
		return
	}
	var parts []string
	for _, d := range []exemplar.Decision{exemplar.Match, exemplar.Ambiguous, exemplar.Unknown, exemplar.Refused} {
		if n := b.decisions[d]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, d))
		}
	}
	text := fmt.Sprintf("%s (%s) recognised", count(b.files, "file"), count(b.pages, "page"))
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	if b.before > 0 {
		text += fmt.Sprintf("; %s done before", count(b.before, "file"))
	}
	if left := len(b.paths) - b.files; left > 0 {
		text += fmt.Sprintf("; %d left", left)
	}
	say(b.cmd.ErrOrStderr(), "%s\n", text)
}
