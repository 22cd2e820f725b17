package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
)

type evalFlags struct {
	models, embeddings []string
	matrices           []string
	scores, strangers  string
	protocol           string
	seed               uint64
	depth              int
	baselines, decide  bool
	verify             bool
	sweep, json        bool
	fpir               float64
	csv, html          string
	sweepModels        []*eval.Sweep
}

func newEval() *cobra.Command {
	var flags evalFlags
	cmd := &cobra.Command{
		Use:     "eval DATASET...",
		GroupID: "judge",
		Short:   "Measure how good recognition is on labelled pictures, with intervals",
		Long: `Measure verification (TPR at an FMR of 1e-5 to 1e-1, over all pairs), identification (rank, CMC; open set with classes
left out, and with each capture's own class left out) and, with --decide, the decisions. All rates have 95 % intervals by
resampling classes.

A DATASET is a folder tree whose folders are the labels; a file whose name ends in _ref is a class's reference. In its root,
ignore.tsv (path, label) lists pairs that count neither way.

Other systems are judged by what they made of the same pictures, in the order of their paths (byte by byte):
--embeddings NAME=FILE.npy        vectors, a row for each picture of the data set
--embeddings NAME=SET.npy,STRANGERS.npy   the same where there are --strangers, whose vectors are the second file
--matrix NAME=FILE.npy            scores of any kind, higher for more alike: a row for each capture, a column for each
                                  reference; where there are --strangers, their rows follow
--scores FILE.csv                 pairs (score,mated,class_a,class_b); needs no data set
The bundle inside is then judged only if named: --model ''.`,
		Example: `  exemplar eval photos/ --html report.html
  exemplar eval photos/ --baselines --strangers other-photos/
  exemplar eval photos/ --model '' --matrix SIFT=inliers.npy
  exemplar eval --scores pairs.csv --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && flags.scores == "" {
				return fmt.Errorf("no data set: give a folder tree, or --scores")
			}
			if len(flags.embeddings)+len(flags.matrices) > 0 && len(args) != 1 {
				return fmt.Errorf("--embeddings and --matrix are of one data set, %d are given", len(args))
			}
			return runEval(cmd, args, &flags)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&flags.models, "model", nil, "a model bundle, instead of the one inside, which is ''; again for several side by side")
	f.StringArrayVar(&flags.embeddings, "embeddings", nil, "NAME=FILE.npy: vectors of another system; again for several")
	f.StringArrayVar(&flags.matrices, "matrix", nil, "NAME=FILE.npy: scores of another system, captures x references; again for several")
	f.StringVar(&flags.scores, "scores", "", "a CSV of scores to judge")
	f.StringVar(&flags.strangers, "strangers", "", "a folder of pictures that belong to no class, added to every data set")
	f.StringVar(&flags.protocol, "protocol", string(eval.AllPairs), "pairs of verification: all-pairs or reference-probe")
	f.Uint64Var(&flags.seed, "seed", 1, "seed of drawn galleries and of the classes left out")
	f.IntVar(&flags.depth, "depth", 0, "cut labels to their first parts, 0: not at all")
	f.BoolVar(&flags.baselines, "baselines", false, "add a perceptual hash and a 16 x 16 colour correlation")
	f.BoolVar(&flags.verify, "verify", false, "judge the whole decision as well, geometry included, of bundles that have a proof")
	f.BoolVar(&flags.decide, "decide", false, "judge decisions as well: register the references, classify the captures")
	f.Float64Var(&flags.fpir, "fpir", 0.01, "share of strangers that decisions may accept")
	f.BoolVar(&flags.sweep, "sweep", false, "robustness: disturb the clean references in 12 ways at 5 severities")
	f.BoolVar(&flags.json, "json", false, "print one JSON object")
	f.StringVar(&flags.csv, "csv", "", "write a table to this file")
	f.StringVar(&flags.html, "html", "", "write a report to this file")
	return cmd
}

func runEval(cmd *cobra.Command, roots []string, flags *evalFlags) error {
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
	return flags.write(cmd, results, sets)
}

// judge evaluates every system on one data set.
func (f *evalFlags) judge(cmd *cobra.Command, folder *dataset.Folder, systems []system) ([]*eval.Result, error) {
	var results []*eval.Result
	for _, sys := range systems {
		if sys.verify && !slices.ContainsFunc(folder.Samples, isReference) {
			continue // nothing to register
		}
		set, err := embedSet(cmd, folder, sys)
		if err != nil {
			return nil, err
		}
		if set, err = f.adjust(cmd, folder, set, sys); err != nil {
			return nil, err
		}
		if f.decide && !sys.verify {
			if set.Answers, err = decideSet(cmd.Context(), set, sys, f.fpir, readerFor(folder.Root, f.strangers)); err != nil {
				return nil, err
			}
		}
		result, err := eval.Evaluate(cmd.Context(), set, eval.Options{Protocol: eval.Protocol(f.protocol), Seed: f.seed})
		if err != nil {
			return nil, err
		}
		results = append(results, result)
		if f.sweep {
			swept, err := sweepSet(cmd, folder, sys)
			if err != nil {
				return nil, err
			}
			f.sweepModels = append(f.sweepModels, swept)
		}
	}
	return results, nil
}

// adjust cuts the labels of a set, adds the strangers, and gives the set its
// scores where the system has those instead of vectors.
func (f *evalFlags) adjust(cmd *cobra.Command, folder *dataset.Folder, set *eval.Set, sys system) (*eval.Set, error) {
	whole := set
	if f.depth > 0 {
		set = set.AtDepth(f.depth)
	}
	if f.strangers != "" {
		others, err := dataset.ReadFolder(f.strangers)
		if err != nil {
			return nil, err
		}
		strangers, err := embedSet(cmd, others, sys.ofStrangers())
		if err != nil {
			return nil, err
		}
		if sys.scored() {
			addStrangers(set, strangers)
		} else if set, err = set.WithStrangers(strangers); err != nil {
			return nil, err
		}
	}
	switch {
	case sys.matrix != "":
		return set, readMatrix(set, whole, sys.matrix)
	case sys.verify:
		return set, verifySet(cmd, set, sys, readerFor(folder.Root, f.strangers))
	}
	return set, nil
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

// write prints the results and writes the files that were asked for.
func (f *evalFlags) write(cmd *cobra.Command, results []*eval.Result, sets []*dataset.Folder) error {
	if f.csv != "" {
		if err := writeTo(f.csv, func(w io.Writer) error { return eval.WriteCSV(w, results) }); err != nil {
			return err
		}
	}
	if f.html != "" {
		options := eval.ReportOptions{Sweeps: f.sweepModels, Thumb: thumbnails(sets, f.strangers), Maps: true}
		if err := writeTo(f.html, func(w io.Writer) error { return eval.WriteReport(w, results, options) }); err != nil {
			return err
		}
	}
	if f.json {
		return f.printJSON(cmd.OutOrStdout(), results)
	}
	return printResults(cmd.OutOrStdout(), results, f.sweepModels)
}

func (f *evalFlags) printJSON(w io.Writer, results []*eval.Result) error {
	if !f.sweep {
		return eval.WriteJSON(w, results)
	}
	return json.NewEncoder(w).Encode(struct {
		Sets   []*eval.Result `json:"sets"`
		Sweeps []*eval.Sweep  `json:"sweeps"`
	}{results, f.sweepModels})
}

func writeTo(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func printResults(out io.Writer, results []*eval.Result, sweeps []*eval.Sweep) error {
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "set\tmodel\timages\tTPR at FPR 1e-4\trank-1\town class out: right at 1 %\tat 5 %\tdecisions right")
	for _, r := range results {
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\n", r.Name, r.Model, r.Images, verificationCell(r.Verification), identificationCells(r))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	said := map[string]bool{} // once for each set: the first system's word
	for _, r := range results {
		if said[r.Name] {
			continue
		}
		said[r.Name] = true
		for _, note := range r.Notes {
			fmt.Fprintf(out, "%s: %s\n", r.Name, note)
		}
		printChecks(out, r)
	}
	for _, s := range sweeps {
		printSweep(out, s)
	}
	return nil
}

func percentInterval(v, low, high float64) string {
	return fmt.Sprintf("%.1f [%.1f, %.1f]", 100*v, 100*low, 100*high)
}

func verificationCell(v *eval.Verification) string {
	if v == nil {
		return "-"
	}
	p := v.At(1e-4)
	cell := percentInterval(p.TPR, p.Low, p.High)
	if !p.Supported {
		cell += " *"
	}
	return cell
}

func identificationCells(r *eval.Result) string {
	cells := []string{"-", "-", "-", "-"}
	if id := r.Identification; id != nil {
		if len(id.Ranks) > 0 {
			cells[0] = fmt.Sprintf("%.1f", 100*id.Ranks[0])
		}
		for _, p := range id.Open {
			if p.Protocol == "own-class-out" && p.Target == 0.01 {
				cells[1] = percentInterval(1-p.FNIR, 1-p.High, 1-p.Low)
			}
			if p.Protocol == "own-class-out" && p.Target == 0.05 {
				cells[2] = percentInterval(1-p.FNIR, 1-p.High, 1-p.Low)
			}
		}
	}
	if c := r.Classification; c != nil {
		cells[3] = percentInterval(c.Accuracy, c.Low, c.High)
	}
	return strings.Join(cells, "\t")
}

// printChecks says what looks wrong with a data set, a few of each kind.
func printChecks(out io.Writer, r *eval.Result) {
	if r.Checks == nil {
		return
	}
	const shown = 5
	for _, d := range r.Checks.Duplicates {
		if d.LabelError {
			fmt.Fprintf(out, "%s: label error? the same file in several classes: %s\n", r.Name, strings.Join(d.Paths, ", "))
		}
	}
	for i, s := range r.Checks.Suspects {
		if i == shown {
			fmt.Fprintf(out, "%s: ... and %d more\n", r.Name, len(r.Checks.Suspects)-shown)
			break
		}
		fmt.Fprintf(out, "%s: label error? %s\n", r.Name, s)
	}
}

func printSweep(out io.Writer, s *eval.Sweep) {
	fmt.Fprintf(out, "\nrobustness of %s: TPR at FPR 1e-4 by severity\n", s.Model)
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	for _, operator := range s.Operators() {
		fmt.Fprintf(table, "%s\t", operator)
		for _, p := range s.Of(operator) {
			fmt.Fprintf(table, "%.1f\t", 100*p.TPR)
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}
