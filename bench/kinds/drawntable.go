package main

import (
	"fmt"
	"slices"
	"strings"

	"exemplar/internal/eval"
)

const drawnHead = `# Kinds of drawn documents: one copy registered, others recognised

` + "`go run ./bench/kinds -documents %d drawn`" + ` writes this page.
%d documents are drawn (internal/synthdoc) by seeds that nothing was trained or fitted on; another seed was for choosing.
Each has a template of its own and three editions, which differ in their colour or emblem, in their year, and in one further detail (emblem, colour, small print or a place).
Every picture of a document has other contents.
Covers, labels and pages of books are left out: their contents are what a label names.
Each is captured twice (internal/capturesim): by a scanner, and by a phone, anywhere in a scene, with at least %.0f %% of it seen.
Everything is at its default, ` + "`--fpir %g`" + `, and galleries hold %d documents each.
Measures are those of [evaluation.md](../evaluation.md#kinds).
Figures are percentages with 95 %% intervals over documents.

`

// drawnParts are the rows of a table.
var drawnParts = []part{
	{"**all**", func(eval.Probe) bool { return true }},
	{"scans", func(p eval.Probe) bool { return strings.HasSuffix(p.Path, "scan.jpg") }},
	{"photos", func(p eval.Probe) bool { return strings.HasSuffix(p.Path, "photo.jpg") }},
	{"papers", isDrawnPaper},
	{"papers, scans", func(p eval.Probe) bool { return isDrawnPaper(p) && strings.HasSuffix(p.Path, "scan.jpg") }},
	{"cards, tickets and notes", func(p eval.Probe) bool { return !isDrawnPaper(p) }},
}

// isDrawnPaper says that a document is print on a sheet of paper.
func isDrawnPaper(p eval.Probe) bool {
	return slices.ContainsFunc([]string{"bill-", "certificate-", "form-", "invoice-", "letter-", "receipt-", "roll-", "statement-"},
		func(kind string) bool { return strings.HasPrefix(p.Label, kind) })
}

func judgePart(probes []eval.Probe, p part) *eval.OpenSet {
	var some []eval.Probe
	for _, x := range probes {
		if p.has(x) {
			some = append(some, x)
		}
	}
	return eval.JudgeOpenSet(some, eval.FirstPart)
}

// drawnDocument is the page of results.
func drawnDocument(a, trial *drawnAnswers, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, drawnHead, s.drawn.documents, s.drawn.documents, 100*leastVisible, s.fpir, perGallery)
	b.WriteString("## One edition registered\nThe first edition is registered.\n" +
		"*Strangers accepted*: the same captures with their own document left out. *Second edition accepted*: captures of the second edition, answered with the label of the first.\n\n" +
		"| captures | n | first | right | wrong label | strangers accepted | second edition accepted |\n|---|---|---|---|---|---|---|\n")
	alone := func(name string, p part, a *drawnAnswers) {
		r, second := judgePart(a.alone, p), judgePart(a.second, p)
		fmt.Fprintf(&b, "| %s | %d | %v | %v | %v | %v | %v |\n", name, r.Probes, r.First, r.Right, r.Wrong, r.Accepted, second.Accepted)
	}
	for _, p := range drawnParts {
		alone(p.name, p, a)
	}
	for _, kind := range drawnKinds(a) {
		alone(kind, ofKind(kind), a)
	}
	b.WriteString("\n## Both editions registered\nThe first and the second edition are registered below one label, and captures of both are looked up.\n" +
		"*Right or open*: answered with the edition, or with the label above it. *Third edition accepted*: captures of the third edition, answered with the first or the second. *Open*: answered with the label above them, which is true.\n\n" +
		"| captures | n | first | right | right or open | another document | the other edition | third edition accepted | open |\n|---|---|---|---|---|---|---|---|---|\n")
	both := func(name string, p part, a *drawnAnswers) {
		r, third := judgePart(a.both, p), judgePart(a.third, p)
		fmt.Fprintf(&b, "| %s | %d | %v | %v | %v | %v | %v | %v | %v |\n", name, r.Probes, r.First, r.Right, r.True, r.WrongFamily, r.WrongMember, third.Accepted, third.AcceptedOpen)
	}
	for _, p := range drawnParts {
		both(p.name, p, a)
	}
	for _, kind := range drawnKinds(a) {
		both(kind, ofKind(kind), a)
	}
	t := eval.JudgeOpenSet(trial.alone, eval.FirstPart)
	with := eval.JudgeOpenSet(trial.both, eval.FirstPart)
	first := judgePart(trial.both, part{has: func(p eval.Probe) bool { return strings.HasSuffix(p.Label, "/first") }})
	fmt.Fprintf(&b, "\n## The first trial\n`exemplar draw --siblings --seed %d` draws %d documents of all kinds, covers, labels and pages too. Clean pictures with other contents are looked up.\n\n"+
		"| registered | n | right | right or open | wrong |\n|---|---|---|---|---|\n", trialSeed, trialDocuments)
	fmt.Fprintf(&b, "| the document | %d | %v | %v | %v |\n", t.Probes, t.Right, t.True, t.Wrong)
	fmt.Fprintf(&b, "| the second edition beside it | %d | %v | %v | %v |\n", first.Probes, first.Right, first.True, first.Wrong)
	fmt.Fprintf(&b, "| the same, captures of both editions | %d | %v | %v | %v |\n", with.Probes, with.Right, with.True, with.Wrong)
	return b.String()
}

func drawnKinds(a *drawnAnswers) []string {
	var kinds []string
	for _, p := range a.alone {
		kinds = append(kinds, kindOf(p))
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func ofKind(kind string) part {
	return part{kind, func(p eval.Probe) bool { return kindOf(p) == kind }}
}

// kindOf is the kind of a drawn document, which its label begins with.
func kindOf(p eval.Probe) string {
	name, _, _ := strings.Cut(p.Label, "/")
	name = strings.TrimSuffix(name, "-"+editions[1])
	return name[:strings.LastIndex(name, "-")]
}
