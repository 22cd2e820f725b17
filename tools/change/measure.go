package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/changedetect"
	"exemplar/internal/changetrain"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
)

// Of the sets of real copies only the odd families are measured: they are for
// choosing, and the even ones for reporting.
var realSets = []string{"kinds_forms", "kinds_identity", "kinds_invoices", "banknotes_located"}

// heldOutSeed is of drawn documents that no training saw.
const heldOutSeed = 1 << 32

// heldOut makes samples of what is not learnt from: drawn documents of another
// seed, the families of forms and of look-alikes that are left out, and odd
// families of real copies.
func (s *settings) heldOut(ctx context.Context) ([]changetrain.Sample, error) {
	pool, err := s.openPool()
	if err != nil {
		return nil, err
	}
	forms, err := s.formKinds(func(family int) bool { return !taughtForm(family) })
	if err != nil {
		return nil, err
	}
	alike, err := s.siblingKinds(1)
	if err != nil {
		return nil, err
	}
	samples, err := changetrain.KindSamples(ctx, slices.Concat(s.madeKinds(heldOutSeed+s.seed, pool), forms, alike), s.sampleOptions())
	if err != nil {
		return nil, err
	}
	for i := range samples {
		samples[i].Kind = group(samples[i].Kind)
	}
	for _, name := range realSets {
		folder := filepath.Join(s.measure, name)
		if _, err := os.Stat(folder); err != nil {
			continue
		}
		set, err := dataset.ReadFolder(folder)
		if err != nil {
			return nil, err
		}
		family := realFamily(name)
		var names []string
		for _, label := range set.Labels() {
			names = append(names, family(label))
		}
		isOdd := eval.Odd(names)
		copies, err := changetrain.CopySamples(ctx, set, family, func(label string) bool { return isOdd(family(label)) })
		if err != nil {
			return nil, err
		}
		for i := range copies {
			if name == "kinds_invoices" && isRoll(copies[i].Kind) {
				copies[i].Kind = name + ", receipts"
			} else {
				copies[i].Kind = name
			}
		}
		samples = append(samples, copies...)
	}
	return samples, nil
}

// group names the row of a made sample.
func group(kind string) string {
	if strings.ContainsRune(kind, filepath.Separator) {
		return "real forms"
	}
	if slices.Contains([]string{"boxart", "card", "page", "doc"}, kind) {
		return "look-alikes, " + kind
	}
	if strings.HasPrefix(kind, "picture ") || kind == "blank form" {
		return kind
	}
	return "drawn " + kind
}

func realFamily(set string) func(label string) string {
	switch set {
	case "kinds_identity":
		return func(string) string { return "" }
	case "kinds_invoices":
		return eval.UpTo("_")
	}
	return eval.FirstPart
}

func isRoll(label string) bool {
	return slices.ContainsFunc([]string{"receipt_", "walmart_store", "rewe_ebon", "maxima_", "robotsparebin_receipt"}, func(prefix string) bool { return strings.HasPrefix(label, prefix) })
}

// row is what a detector says of the samples of one kind of document.
type row struct {
	cells         [3][2][]float32 // logits of the cells by question, where the answer is no and where it is yes
	two           [2][]float32    // those of the detector of changes for the first question
	form, cluster [2][]float32    // other form, in cells, on copies of the kind and on other kinds
}

// add looks at a sample.
func (r *row) add(d *changetrain.Sample, m *changedetect.Map) {
	for i, truth := range d.Cells {
		if truth == changetrain.Unsure {
			continue
		}
		r.cell(0, truth != changetrain.Same, m.Logit[i])
		if m.Form == nil {
			continue
		}
		if truth == changetrain.Contents || truth == changetrain.Form {
			r.cell(1, truth == changetrain.Form, m.Form[i])
		}
		if d.Sorts != nil && d.Sorts[i] != changetrain.Unsorted {
			r.cell(2, d.Sorts[i] == changetrain.Filled, m.Filled[i])
		}
	}
	if m.Form == nil {
		return
	}
	other := 0
	if d.OtherKind {
		other = 1
	}
	t := m.Tally(d.Seen)
	r.form[other] = append(r.form[other], float32(t.OtherForm))
	r.cluster[other] = append(r.cluster[other], float32(t.Cluster))
}

func (r *row) cell(question int, yes bool, logit float32) { put(&r.cells[question], yes, logit) }

func put(scores *[2][]float32, yes bool, score float32) {
	answer := 0
	if yes {
		answer = 1
	}
	scores[answer] = append(scores[answer], score)
}

// addTwo is add for what the detector of changes says.
func (r *row) addTwo(d *changetrain.Sample, m *changedetect.Map) {
	for i, truth := range d.Cells {
		if truth != changetrain.Unsure {
			put(&r.two, truth != changetrain.Same, m.Logit[i])
		}
	}
}

const measurePage = `# Other contents, other form

` + "`go run ./tools/change ARGUMENTS`" + ` prints this page.
Rows of drawn documents, of kinds made of pictures, of real forms and of look-alikes are captures of what no training saw; what differs is known cell by cell.
The others are the odd families of real sets, two captures of each kind, of which nothing is known cell by cell.
Odd families are for choosing: these figures are no results.

- *Copies*, *others*: photos laid on a reference of their own kind, and on one that looks like it.
- *AUC other print*, *form*, *filled in*: over cells of 8 pixels: other print told from the same; of other print, another form from other contents; of the reference's print, contents from form.
  *By Default*: the first of these, by the detector of changes.
- *Other form*: the sum over the cells of the probability of other print times that of its being another form. *Cluster*: the same, in the 5x5 cells that have most.

` + "| documents | copies | others | AUC other print | by Default | AUC form | AUC filled in | other form on copies: median, mean, 90 % | on others: median, 10 % | AUC of copies and others: other form, cluster |\n|---|---|---|---|---|---|---|---|---|---|\n"

func (r *row) print(w io.Writer, name string) {
	fmt.Fprintf(w, "| %s | %d | %d |", name, len(r.form[0]), len(r.form[1]))
	for _, cells := range [][2][]float32{r.cells[0], r.two, r.cells[1], r.cells[2]} {
		fmt.Fprintf(w, " %s |", auroc(cells))
	}
	fmt.Fprintf(w, " %s, %s, %s | %s, %s | %s, %s |\n", quantile(r.form[0], 0.5), mean(r.form[0]), quantile(r.form[0], 0.9),
		quantile(r.form[1], 0.5), quantile(r.form[1], 0.1), auroc(r.form), auroc(r.cluster))
}

func auroc(scores [2][]float32) string {
	if min(len(scores[0]), len(scores[1])) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", eval.AUROC(scores[1], scores[0]))
}

func quantile(x []float32, share float64) string {
	if len(x) == 0 {
		return "-"
	}
	sorted := slices.Sorted(slices.Values(x))
	return fmt.Sprintf("%.1f", sorted[int(share*float64(len(sorted)-1))])
}

func mean(x []float32) string {
	if len(x) == 0 {
		return "-"
	}
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return fmt.Sprintf("%.1f", sum/float64(len(x)))
}

// measured prints what the detector says of documents that it has not learnt from.
func (s *settings) measured(ctx context.Context) error {
	d, err := s.detector()
	if err != nil {
		return err
	}
	samples, err := s.keptSamples(ctx, s.heldOut)
	if err != nil {
		return err
	}
	rows := map[string]*row{}
	looks := make([]look, 0, len(samples))
	for i := range samples {
		x := &samples[i]
		m := d.Detect(x.Ref, x.Laid)
		if rows[x.Kind] == nil {
			rows[x.Kind] = new(row)
		}
		rows[x.Kind].add(x, m)
		if s.kinds && x.Cells != nil {
			rows[x.Kind].addTwo(x, changedetect.Default().Detect(x.Ref, x.Laid))
		}
		if s.looks != "" {
			looks = append(looks, look{x, m, m.Tally(x.Seen)})
		}
	}
	var text bytes.Buffer
	text.WriteString(strings.Replace(measurePage, "ARGUMENTS", strings.Join(os.Args[1:], " "), 1))
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		rows[name].print(&text, name)
	}
	fmt.Print(text.String())
	if s.looks == "" {
		return nil
	}
	return drawLooks(s.looks, looks)
}

// detector is the one in the file of weights, or the one inside the program.
func (s *settings) detector() (*changedetect.Detector, error) {
	load, inside := changedetect.Load, changedetect.Default
	if s.kinds {
		load, inside = changedetect.LoadKinds, changedetect.Kinds
	}
	if s.start == "" {
		return inside(), nil
	}
	data, err := os.ReadFile(s.start)
	if err != nil {
		return nil, err
	}
	return load(data)
}
