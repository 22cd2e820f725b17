package main

import (
	"context"
	_ "embed"
	"fmt"
	"log"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/splitmix"
	"exemplar/internal/synthdoc"
)

// What somebody who looked at the pictures says of the tables.
//
//go:embed lookalikenotes.md
var lookAlikeNotes string

// What a picture is to the reference of its trial, besides what [synthdoc.LookAlikes] draws: the
// same copy, another one, and a filled paper to a blank letterhead.
const sameCopy, ownCopy, letterhead = "same", "own", "letterhead"

// lookAlikeTrial is one registered document, and pictures that are looked up there.
type lookAlikeTrial struct {
	name      string
	reference synthdoc.Document
	pictures  map[string]synthdoc.Document // by what they are to the reference
}

// lookAlikeTrials are documents of all kinds whose contents vary. What they are drawn by is
// not what [drawnSettings.papers] draws.
func (s *drawnSettings) lookAlikeTrials() []lookAlikeTrial {
	const apart = 0x10ca
	var trials []lookAlikeTrial
	kinds := drawnKindNames()
	for i := range s.documents {
		kind, at := kinds[i%len(kinds)], splitmix.Hash(s.seed<<32+uint64(i)+apart)
		d := synthdoc.Document{Kind: kind, Template: at, Content: splitmix.Hash(at ^ 1)}
		own := d
		own.Content = splitmix.Hash(at ^ 3)
		t := lookAlikeTrial{fmt.Sprintf("%s-%03d", kind, i), d, synthdoc.LookAlikes(d, splitmix.Hash(at^4))}
		t.pictures[sameCopy], t.pictures[ownCopy] = d, own
		trials = append(trials, t)
		if kind == "letter" {
			blank := d
			blank.Blank = true
			trials = append(trials, lookAlikeTrial{t.name + "-blank", blank, map[string]synthdoc.Document{letterhead: own}})
		}
	}
	return trials
}

// drawnKindNames are the kinds of document whose contents vary.
func drawnKindNames() []string {
	return slices.DeleteFunc(synthdoc.Kinds(), func(kind string) bool { return slices.Contains(namedByContents, kind) })
}

// lookUp registers the reference alone, and looks up scans and photos of the pictures.
func (t *lookAlikeTrial) lookUp(ctx context.Context, s settings) ([]eval.Probe, error) {
	g, err := s.galleryOf(ctx, t.name, synthdoc.Draw(t.reference))
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var probes []eval.Probe
	for _, what := range slices.Sorted(maps.Keys(t.pictures)) {
		d := t.pictures[what]
		drawn := synthdoc.Draw(d)
		for _, how := range manners {
			found, err := g.Lookup(ctx, imaging.EncodeJPEG(how.take(drawn, d.Content), 85))
			if err != nil {
				return nil, err
			}
			p := eval.Probe{Path: t.name + "/" + what + "/" + how.name + ".jpg", Label: t.name, Registered: found}
			if what != sameCopy && what != ownCopy {
				p = eval.Probe{Path: p.Path, Label: t.name + "-" + what, LeftOut: found, HasRelative: true}
			}
			probes = append(probes, p)
		}
	}
	return probes, nil
}

// galleryOf is a gallery in which one picture is registered, under its name.
func (s *settings) galleryOf(ctx context.Context, name string, picture *imaging.Image) (*harness.Gallery, error) {
	g, err := harness.NewGallery(s.model, s.fpir)
	if err != nil {
		return nil, err
	}
	refused, err := g.Register(ctx, []harness.Reference{{Label: name, Source: name, Data: imaging.EncodePNG(picture)}})
	if err != nil || len(refused) > 0 {
		g.Close()
		return nil, fmt.Errorf("%s: %v %w", name, refused, err)
	}
	return g, nil
}

// runLookAlikes measures drawn look-alikes, and writes their page of results.
func runLookAlikes(ctx context.Context, s settings, results string) error {
	return runTrials(ctx, s, s.drawn.lookAlikeTrials(), (*lookAlikeTrial).lookUp, lookAlikeDocument, filepath.Join(results, "kinds-lookalikes.md"), lookAlikeNotes)
}

// runTrials looks up the pictures of trials, and writes a page of what came of it, but for the seed by
// which constants are chosen.
func runTrials[T any](ctx context.Context, s settings, trials []T, lookUp func(*T, context.Context, settings) ([]eval.Probe, error), document func([]eval.Probe, settings) string, page, notes string) error {
	start := time.Now()
	all, err := parallel.Map(ctx, 0, trials, func(ctx context.Context, t T) ([]eval.Probe, error) { return lookUp(&t, ctx, s) })
	if err != nil {
		return err
	}
	probes := slices.Concat(all...)
	log.Printf("%d captures in %s", len(probes), time.Since(start).Round(time.Second))
	text := document(probes, s)
	fmt.Print(text)
	if s.drawn.seed == choosingSeed {
		return nil
	}
	return fileio.WriteBytes(page, 0o644, []byte(text+"\n"+notes))
}

const lookAlikeHead = `# Look-alikes of drawn documents: one copy registered, others must be unknown

` + "`go run ./bench/kinds -documents %d lookalikes`" + ` writes this page.
%d documents are drawn (internal/synthdoc) by seeds that nothing was trained or fitted on; another seed was for choosing.
One copy of each is registered alone, under a label without one above, and everything is at its default, ` + "`--fpir %g`" + `.
Looked up are the same copy, other copies of it, and papers that share most of its print and are of another kind, these with other contents:
another issuer's (company, shop, authority, club, bank or state) in the same design, with its own name, address and emblem; another paper of the same company, such as a delivery note for an invoice; and, where a blank letterhead is registered, the company's letters.
Each is captured twice (internal/capturesim): by a scanner, and by a phone, anywhere in a scene, with at least %.0f %% of it seen.
*Right*: answered with the label. *Accepted*: a look-alike, answered with the label.
Figures are percentages with 95 %% intervals over documents.

| captures | same copy | right | other copies | right | another issuer's | accepted | another paper's | accepted |
|---|---|---|---|---|---|---|---|---|
`

// lookAlikeDocument is the page of results.
func lookAlikeDocument(probes []eval.Probe, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, lookAlikeHead, s.drawn.documents, s.drawn.documents, s.fpir, 100*leastVisible)
	parts := slices.Clone(drawnParts)
	for _, kind := range drawnKindNames() {
		parts = append(parts, part{kind, func(p eval.Probe) bool { return kindOfPath(p.Path) == kind }})
	}
	for _, p := range parts {
		same, own := judgePart(probes, p.of(sameCopy)), judgePart(probes, p.of(ownCopy))
		issuer, paper := judgePart(probes, p.of("issuer")), judgePart(probes, p.of("paper"))
		fmt.Fprintf(&b, "| %s | %d | %v | %d | %v | %d | %v | %d | %v |\n", p.name, same.Probes, same.Right, own.Probes, own.Right, issuer.Probes, issuer.Accepted, paper.Probes, paper.Accepted)
	}
	blank := judgePart(probes, drawnParts[0].of(letterhead))
	fmt.Fprintf(&b, "\nOf %d captures of letters, looked up where the blank letterhead is registered, %v are accepted.\n", blank.Probes, blank.Accepted)
	return b.String()
}

// of is a part's pictures of one sort.
func (p part) of(what string) part {
	return part{p.name, func(x eval.Probe) bool { return p.has(x) && strings.Contains(x.Path, "/"+what+"/") }}
}

// kindOfPath is the kind of a drawn document, which its path begins with.
func kindOfPath(path string) string {
	name, _, _ := strings.Cut(path, "/")
	name = strings.TrimSuffix(name, "-blank")
	return name[:strings.LastIndex(name, "-")]
}
