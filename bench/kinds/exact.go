package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"

	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/splitmix"
	"exemplar/internal/synthdoc"
)

// What somebody who looked at the pictures says of the table.
//
//go:embed exactnotes.md
var exactNotes string

// editedLines is in how many copies of a document one field is another one, each in a copy of its own.
const editedLines = 3

// exactTrial is one registered document, and pictures of which the very copy alone is to be accepted.
type exactTrial struct {
	name      string
	reference synthdoc.Document
	pictures  []exactPicture
}

// exactPicture is what is looked up.
type exactPicture struct {
	what string // sameCopy, ownCopy or editedLine
	name string
	synthdoc.Document
}

const editedLine = "line"

// exactTrials are documents of all kinds. What they are drawn by is not what the other modes draw.
func (s *drawnSettings) exactTrials() []exactTrial {
	const apart = 0xe8ac7
	trials := make([]exactTrial, s.documents)
	kinds := synthdoc.Kinds()
	for i := range trials {
		kind, at := kinds[i%len(kinds)], splitmix.Hash(s.seed<<32+uint64(i)+apart)
		d := synthdoc.Document{Kind: kind, Template: at, Content: splitmix.Hash(at ^ 1)}
		own := d
		own.Content = splitmix.Hash(at ^ 3)
		t := exactTrial{fmt.Sprintf("%s-%03d", kind, i), d, []exactPicture{{sameCopy, sameCopy, d}, {ownCopy, ownCopy, own}}}
		for k := range editedLines {
			line := d
			line.Changed = 1 + int(splitmix.Hash(at^4+uint64(k))%16)
			t.pictures = append(t.pictures, exactPicture{editedLine, fmt.Sprintf("%s%d", editedLine, k), line})
		}
		trials[i] = t
	}
	return trials
}

// lookUp registers the reference alone, and looks up a scan and a photo of each picture for the very
// copy.
func (t *exactTrial) lookUp(ctx context.Context, s settings) ([]eval.Probe, error) {
	registered := synthdoc.Draw(t.reference)
	g, err := s.galleryOf(ctx, t.name, registered)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	g.Exact = true
	var probes []eval.Probe
	for _, p := range t.pictures {
		drawn := synthdoc.Draw(p.Document)
		if p.what != sameCopy && bytes.Equal(drawn.Pix, registered.Pix) {
			continue // it has no field, or the same value by chance
		}
		for k, how := range manners {
			found, err := g.Lookup(ctx, imaging.EncodeJPEG(how.take(drawn, splitmix.Hash(t.reference.Content^uint64(len(probes)+k))), 85))
			if err != nil {
				return nil, err
			}
			x := eval.Probe{Path: t.name + "/" + p.what + "/" + p.name + "." + how.name, Label: t.name, Registered: found}
			if p.what != sameCopy {
				x = eval.Probe{Path: x.Path, Label: t.name + "-" + p.what, LeftOut: found, HasRelative: true}
			}
			probes = append(probes, x)
		}
	}
	return probes, nil
}

// runExact measures what is accepted where the very copy is asked for, and writes its page of results.
func runExact(ctx context.Context, s settings, results string) error {
	return runTrials(ctx, s, s.drawn.exactTrials(), (*exactTrial).lookUp, exactDocument, filepath.Join(results, "kinds-exact.md"), exactNotes)
}

const exactHead = `# The very copy

` + "`go run ./bench/kinds -documents %[1]d -seed %[2]d exact`" + ` writes this page.
%[1]d documents are drawn (internal/synthdoc), 400 to 900 pixels long, and each is registered alone.
Looked up with ` + "`--exact`" + ` are the same copy, copies of it in which one field is another one, %[3]d each, and another copy of its kind.
Each is captured twice (internal/capturesim): by a scanner, and by a phone, anywhere in a scene, with at least %.0[4]f %% of it seen.
*Right*: answered with the label. *Accepted*: not the same copy, and answered with the label.
Figures are percentages with 95 %% intervals over documents.

| captures | same copy | right | one field is another | accepted | other contents | accepted |
|---|---|---|---|---|---|---|
`

// exactDocument is the page of results.
func exactDocument(probes []eval.Probe, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, exactHead, s.drawn.documents, s.drawn.seed, editedLines, 100*leastVisible)
	parts := []part{{"all", func(eval.Probe) bool { return true }}}
	for _, how := range manners {
		parts = append(parts, part{how.name + "s", func(p eval.Probe) bool { return strings.HasSuffix(p.Path, "."+how.name) }})
	}
	for _, kind := range synthdoc.Kinds() {
		parts = append(parts, part{kind, func(p eval.Probe) bool { return kindOfPath(p.Path) == kind }})
	}
	for _, p := range parts {
		same, line, own := judgePart(probes, p.of(sameCopy)), judgePart(probes, p.of(editedLine)), judgePart(probes, p.of(ownCopy))
		fmt.Fprintf(&b, "| %s | %d | %v | %d | %v | %d | %v |\n", p.name, same.Probes, same.Right, line.Probes, line.Accepted, own.Probes, own.Accepted)
	}
	return b.String()
}
