package main

import (
	"fmt"
	"path"
	"strings"

	"exemplar/internal/eval"
)

// familyOf returns how the labels of a set are grouped: in a tree of labels by the first
// part, and otherwise by the text before the first _ of a name. The names of cards and
// passports end in the side that they show, so these go by the text before the last _.
func familyOf(set string) eval.Family {
	flat := eval.UpTo("_")
	if set == "kinds_identity" {
		flat = eval.UpToLast("_")
	}
	return func(label string) string {
		if strings.Contains(label, "/") {
			return eval.FirstPart(label)
		}
		return flat(label)
	}
}

// part is a part of a set with a row of its own.
type part struct {
	name string
	has  func(p eval.Probe) bool
}

// partsOf lists the parts of a set, apart from the whole set and its halves.
func partsOf(set string) []part {
	switch set {
	case "kinds_invoices":
		return []part{{"receipts", isReceipt}, {"other papers", func(p eval.Probe) bool { return !isReceipt(p) }}}
	case "kinds_forms":
		byOthers := func(p eval.Probe) bool { return strings.HasPrefix(path.Base(p.Path), "real") }
		return []part{{"filled by others", byOthers}, {"filled in the PDF", func(p eval.Probe) bool { return !byOthers(p) }}}
	}
	return nil
}

// isReceipt reports whether a paper is from a roll, and so varies in length.
func isReceipt(p eval.Probe) bool {
	for _, prefix := range []string{"receipt_", "walmart_store", "rewe_ebon", "maxima_", "robotsparebin_receipt"} {
		if strings.HasPrefix(p.Label, prefix) {
			return true
		}
	}
	return false
}

const head = `# Kinds: one copy registered, other copies recognised

` + "`go run ./bench/kinds`" + ` writes this page.
ONE copy of each kind is registered. Every other file of its folder is another copy of that kind, with other contents.
Everything is at its default, ` + "`--fpir %g`" + `.
Measures are those of [evaluation.md](../evaluation.md#kinds); the sets' pages say what is in them.
Figures are percentages with 95 %% intervals over kinds.

- *First*: the right label is the best candidate, whatever was decided.
- *Kinds*: those that have captures; the set's other kinds are registered too.
- *Right*: answered with the right label. *Right or open*: with it, or with a label above it, which is true and not wrong.
- *Wrong family*, *wrong member*: answered with a label of another family, or with another one of the same family (another edition, another company on one template).
- *Strangers accepted*: the same captures, with their own kind left out of the gallery%s and its look-alikes still there, answered with a label that is not above their own. *With a relative*: another member of their family is registered; *without*: none is.
- *Right at 1 %%*: right answers at the threshold, on the decision's own scale, that 1 %% of the strangers reach; *of those without a relative* the same with these as the strangers.
- Families in sorted order: *odd* ones, the 1st, 3rd, 5th ..., are for choosing, *even* ones for reporting.
`

// document is the page of results.
func document(sets []*measured, s settings) string {
	var b strings.Builder
	how := ""
	if s.hands > 0 {
		how = fmt.Sprintf(" (a hand of %d at a time)", s.hands)
	}
	fmt.Fprintf(&b, head, s.fpir, how)
	b.WriteString("\n## As used\n| set | kinds | captures | first | right | right or open | wrong family | wrong member | strangers accepted | with a relative | without |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range sets {
		eachPart(m, func(name string, r *eval.OpenSet) {
			fmt.Fprintf(&b, "| %s | %d | %d | %v | %v | %v | %v | %v | %v | %s | %s |\n", name, r.Labels, r.Probes, r.First, r.Right, r.True,
				r.WrongFamily, r.WrongMember, r.Accepted, of(r.AcceptedRelated), of(r.AcceptedUnrelated))
		})
	}
	b.WriteString("\n## Swept\n| set | right at 1 % of strangers | at 5 % | right at 1 % of those without a relative | at 5 % |\n|---|---|---|---|---|\n")
	for _, m := range sets {
		eachPart(m, func(name string, r *eval.OpenSet) {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", name, swept(r.AtStrangers), swept(r.AtUnrelated))
		})
	}
	if s.references > 1 {
		b.WriteString(secondTable(sets))
	}
	return b.String()
}

// eachPart judges the whole set, its halves and its parts.
func eachPart(m *measured, row func(name string, r *eval.OpenSet)) {
	odd, even := eval.Halves(m.one, m.family)
	row("**"+m.Name+"**", eval.JudgeOpenSet(m.one, m.family))
	row(m.Name+", odd", eval.JudgeOpenSet(odd, m.family))
	row(m.Name+", even", eval.JudgeOpenSet(even, m.family))
	for _, p := range partsOf(m.Name) {
		var probes []eval.Probe
		for _, x := range m.one {
			if p.has(x) {
				probes = append(probes, x)
			}
		}
		row(m.Name+", "+p.name, eval.JudgeOpenSet(probes, m.family))
	}
}

// of is a share with its number of trials.
func of(s eval.Share) string { return fmt.Sprintf("%v of %d", s, s.Trials) }

func swept(points []eval.RightAt) string {
	if points == nil {
		return "- | -"
	}
	return fmt.Sprintf("%v | %v", points[0].Share, points[1].Share)
}

// secondTable compares one reference with two, on the same captures.
func secondTable(sets []*measured) string {
	var b strings.Builder
	b.WriteString("\n## A second reference\nOf kinds with two other copies or more the first one, in the order of file names, is registered too. The captures are the same in both rows.\n\n" +
		"| set | references | captures | first | right | right or open | wrong family | wrong member | strangers accepted | right at 1 % of strangers |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range sets {
		for i, probes := range [][]eval.Probe{m.same, m.two} {
			r, at := eval.JudgeOpenSet(probes, m.family), "-"
			if r.AtStrangers != nil {
				at = r.AtStrangers[0].Share.String()
			}
			fmt.Fprintf(&b, "| %s | %d | %d | %v | %v | %v | %v | %v | %v | %s |\n", m.Name, i+1, r.Probes, r.First, r.Right, r.True,
				r.WrongFamily, r.WrongMember, r.Accepted, at)
		}
	}
	return b.String()
}
