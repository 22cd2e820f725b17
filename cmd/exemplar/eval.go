package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	evalreport "exemplar/internal/eval/report"
	"exemplar/internal/fileio"
	"exemplar/internal/recognise"
)

type evalFlags struct {
	models, vectors   []string
	matrices          []string
	scores, strangers string
	protocol          string
	seed              uint64
	depth             int
	embedding         bool
	baselines         bool
	sweep, json       bool
	fpir              share
	csv, html         string
	sweeps            []*eval.Sweep
}

func newEval() *cobra.Command {
	var flags evalFlags
	cmd := &cobra.Command{
		Use:     "eval DATASET...",
		GroupID: "judge",
		Short:   "Measure how good recognition is on labelled pictures",
		Long: `Measure how good recognition is on your own pictures. eval registers the
references of a data set in a temporary gallery, and looks up each other picture
in it twice: first as it is, and then with its own label left out. The second
time the picture is a stranger, and its look-alikes are still registered. The
report says how many pictures are right, how many are wrong, and how many
strangers are accepted, at --fpir and at other thresholds. All rates have 95 %
intervals over labels.

A DATASET is a folder tree whose folders are the labels. A file whose name ends
in _ref (card/front_ref.jpg) is the reference of its folder's label, and every
label needs one. The file ignore.tsv in the root (path, tab, label) lists labels
that count neither as right nor as wrong for a picture.

--embedding judges the network alone: it compares pairs of pictures by the
cosine of their embeddings, and draws references at random if none are marked.

Other systems are judged by their results for the same pictures, in the order of
the paths, byte by byte:
--vectors NAME=FILE.npy   a row for each picture of the data set
--vectors NAME=SET.npy,STRANGERS.npy   the same if there are --strangers
--matrix NAME=FILE.npy    scores, higher for more alike: a row for each picture
                          that is no reference, a column for each reference;
                          the rows of --strangers follow
--scores FILE.csv         pairs (score,mated,class_a,class_b); needs no data set
With any of these the built-in model is judged only if you name it: --model ''.`,
		Example: `  exemplar eval photos/ --html report.html
  exemplar eval photos/ --strangers other-photos/
  exemplar eval photos/ --embedding --baselines
  exemplar eval photos/ --model '' --matrix SIFT=inliers.npy
  exemplar eval --scores pairs.csv --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && flags.scores == "" {
				return fmt.Errorf("no data set: give a folder tree, or --scores")
			}
			if len(flags.vectors)+len(flags.matrices) > 0 && len(args) != 1 {
				return fmt.Errorf("--vectors and --matrix belong to one data set, but %d are given: name one", len(args))
			}
			return runEval(cmd, args, &flags)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&flags.models, "model", nil, "`BUNDLE` to judge (default the built-in one, ''); may be repeated")
	f.BoolVar(&flags.embedding, "embedding", false, "judge the network alone")
	f.StringArrayVar(&flags.vectors, "vectors", nil, "`NAME=FILE.npy`: vectors of another system; may be repeated")
	f.StringArrayVar(&flags.matrices, "matrix", nil, "`NAME=FILE.npy`: scores of another system; may be repeated")
	f.StringVar(&flags.scores, "scores", "", "`CSV` of scores to judge")
	f.StringVar(&flags.strangers, "strangers", "", "add the pictures in this `FOLDER`, which have no label, to every data set")
	f.StringVar(&flags.protocol, "protocol", string(eval.AllPairs), "`PAIRS` of vectors to compare: all-pairs or reference-probe")
	f.Uint64Var(&flags.seed, "seed", 1, "seed for drawing galleries and the labels left out of them")
	f.IntVar(&flags.depth, "depth", 0, "cut labels to their first `N` parts (default not at all)")
	f.BoolVar(&flags.baselines, "baselines", false, "also judge a perceptual hash and a 16 x 16 colour correlation")
	addFPIR(cmd, &flags.fpir)
	f.BoolVar(&flags.sweep, "sweep", false, "measure robustness: disturb the references in 12 ways at 5 severities")
	f.BoolVar(&flags.json, "json", false, "print one JSON object")
	f.StringVar(&flags.csv, "csv", "", "write a table to this `FILE`")
	f.StringVar(&flags.html, "html", "", "write a report to this `FILE`")
	cmd.RegisterFlagCompletionFunc("protocol", cobra.FixedCompletions([]string{string(eval.AllPairs), string(eval.ReferenceProbe)}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// systems lists the systems that the flags name, ours first.
func (f *evalFlags) systems() ([]harness.System, error) {
	paths := f.models
	if len(paths) == 0 && len(f.vectors)+len(f.matrices) == 0 {
		paths = []string{""}
	}
	var all []harness.System
	for _, path := range paths {
		bundle, err := readBundle(path)
		if err != nil {
			return nil, err
		}
		model, err := recognise.NewModel(bundle)
		if err != nil {
			return nil, err
		}
		name := "exemplar"
		if path != "" {
			name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		}
		if f.embedding || f.sweep {
			all = append(all, harness.Network(name+", embedding", model))
		} else {
			all = append(all, harness.Product(name, model))
		}
	}
	for _, text := range f.vectors {
		name, file, ok := strings.Cut(text, "=")
		if _, _, pair := strings.Cut(file, ","); !ok || pair != (f.strangers != "") {
			return nil, fmt.Errorf("--vectors %q: want NAME=FILE.npy, or NAME=SET.npy,STRANGERS.npy with --strangers", text)
		}
		all = append(all, harness.System{Name: name, Vectors: file})
	}
	for _, text := range f.matrices {
		name, file, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--matrix %q: want NAME=FILE.npy", text)
		}
		all = append(all, harness.System{Name: name, Matrix: file})
	}
	if f.baselines {
		all = append(all, harness.Baselines()...)
	}
	return all, nil
}

func runEval(cmd *cobra.Command, roots []string, flags *evalFlags) error {
	for _, t := range []target{{"--csv", flags.csv, textKind}, {"--html", flags.html, htmlKind}} {
		if err := t.check("", []input{{name: flags.scores}}); err != nil {
			return err
		}
	}
	systems, err := flags.systems()
	if err != nil {
		return err
	}
	var results []*eval.Result
	var sets []*dataset.Folder
	for _, root := range roots {
		folder, err := dataset.ReadFolder(root)
		if err != nil {
			return err
		}
		sets = append(sets, folder)
		found, err := flags.judge(cmd, folder, systems)
		if err != nil {
			return err
		}
		results = append(results, found...)
	}
	if flags.scores != "" {
		result, err := judgeScores(flags.scores)
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	if err := flags.write(cmd, results, sets); err != nil {
		return err
	}
	if slices.ContainsFunc(results, func(r *eval.Result) bool {
		return slices.Contains(r.Notes, harness.NoReferences) || slices.Contains(r.Notes, harness.NoCaptures)
	}) {
		return errPartly
	}
	return nil
}

// judge evaluates every system on one data set.
func (f *evalFlags) judge(cmd *cobra.Command, folder *dataset.Folder, systems []harness.System) ([]*eval.Result, error) {
	var results []*eval.Result
	for _, sys := range systems {
		result, err := harness.Judge(cmd.Context(), folder, sys, harness.Options{
			Strangers: f.strangers, Depth: f.depth, FPIR: float64(f.fpir), Protocol: eval.Protocol(f.protocol), Seed: f.seed,
			Progress: func(doing string, steps int) (step, end func()) {
				bar := newProgressBar(doing, steps)
				return func() { bar.step(1) }, bar.clear
			},
		})
		if err != nil {
			return nil, err
		}
		results = append(results, result)
		if f.sweep {
			swept, err := harness.Sweep(cmd.Context(), folder, sys)
			if err != nil {
				return nil, err
			}
			f.sweeps = append(f.sweeps, swept)
		}
	}
	return results, nil
}

func judgeScores(path string) (*eval.Result, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	scores, err := eval.ReadScores(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return eval.EvaluateScores(filepath.Base(path), "scores", scores)
}

// write prints the results and writes the files that the flags name.
func (f *evalFlags) write(cmd *cobra.Command, results []*eval.Result, sets []*dataset.Folder) error {
	if f.csv != "" {
		if err := fileio.Write(f.csv, fileio.Private, func(w io.Writer) error { return eval.WriteCSV(w, results) }); err != nil {
			return err
		}
	}
	if f.html != "" {
		options := evalreport.Options{Sweeps: f.sweeps, Thumb: harness.Thumbnails(sets, f.strangers), Maps: true}
		if err := fileio.Write(f.html, fileio.Private, func(w io.Writer) error { return evalreport.Write(w, results, options) }); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	switch {
	case f.json && f.sweep:
		return sayJSON(out, struct {
			Sets   []*eval.Result `json:"sets"`
			Sweeps []*eval.Sweep  `json:"sweeps"`
		}{results, f.sweeps})
	case f.json:
		return eval.WriteJSON(out, results)
	}
	return printResults(out, results, f.sweeps)
}
