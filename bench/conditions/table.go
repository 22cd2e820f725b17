package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/eval"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

const head = `# Conditions: in what state documents are seen

` + "`%s`" + ` writes this page.
%d drawn documents of %d sorts, captured by two simulators:
- *capturesim*: the package of that name. What is chosen in the program was chosen with its captures, of other documents.
- *independent*: the command's own, written apart from it: other shapes of glare, tears, stains and things, made in other ways, in other strengths.
  Only how the plainest reference is found was corrected by one of its captures, the card of [sub-labels.md](../sub-labels.md#a-document-in-several-conditions), and when a picture is blurred or of a screen was chosen with both.

*Scans* fill the picture, *photos* show the document aslant on a surface, in a room's light with shadows.
The network that finds regions learnt from a third sort of captures ([tools/condition](../../tools/condition/main.go)), of other documents.
Figures are percentages with 95 %% intervals over documents.
`

const storyHead = `
## Sub-labels
Of each document one scan of each state is registered, ` + "`DOCUMENT/plain`, `DOCUMENT/glare`, `DOCUMENT/damaged`" + ` (torn or stained), all in one gallery, everything at its default.
Other captures are looked up: the glare, the tear, the stain are elsewhere.
- *Right*: the sub-label. *Open*: the document alone, which is true. *Wrong condition*: another sub-label of the document. *Missed*: no answer. *Wrong document*: another one.

| simulator | captures | trials | right | open | wrong condition | missed | wrong document |
|---|---|---|---|---|---|---|---|
`

const detectionHead = `
## Which conditions are said
Every document is held against its clean picture.
- *Said*: the condition that was made is among those that are said. *Also said*: another one is said, too.
- A plain picture is right if nothing is said.
- *Found*: the document was found in the picture; only of these anything can be said.

`

const detectionColumns = `| made | found | said | also said | other contents: found | said | also said |
|---|---|---|---|---|---|---|
`

func page(said []looked, story []answered, o *options) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, strings.Join(append([]string{"go run ./bench/conditions"}, os.Args[1:]...), " "), o.documents, min(o.documents, len(drawnKinds)))
	if len(story) > 0 {
		b.WriteString(storyHead)
		for _, s := range simulators {
			storyRows(&b, story, s.name)
		}
	}
	if len(said) == 0 {
		return b.String()
	}
	b.WriteString(detectionHead)
	b.WriteString(cleanLine(said) + "\n")
	for _, s := range simulators {
		fmt.Fprintf(&b, "### %s\n%s", strings.ToUpper(s.name[:1])+s.name[1:], detectionColumns)
		for _, kind := range seen {
			for _, how := range manners {
				if how == photo || scanned(kind) {
					fmt.Fprintf(&b, "| %s, %s | %s | %s |\n", nameOf(kind), how, saidRow(said, s.name, kind, how, false), saidRow(said, s.name, kind, how, true))
				}
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(confusions(said))
	return b.String()
}

func nameOf(kind condition.Kind) string {
	if kind == "" {
		return "plain"
	}
	return string(kind)
}

// cleanLine says how many plain pictures get a word.
func cleanLine(said []looked) string {
	var words []eval.Trial
	n := 0
	for _, l := range said {
		if l.kind == "" && l.found {
			words = append(words, eval.Trial{Cluster: l.document, Hit: len(l.said) > 0})
			n += min(1, len(l.said))
		}
	}
	return fmt.Sprintf("Of %d plain pictures %d get a word: %v %%.\n", len(words), n, eval.ShareOf(words))
}

func storyRows(b *strings.Builder, all []answered, simulator string) {
	for _, other := range []bool{false, true} {
		for _, s := range states {
			for _, how := range manners {
				storyRow(b, all, simulator, s.name, how, other)
			}
		}
		storyRow(b, all, simulator, "", "", other)
	}
}

func storyRow(b *strings.Builder, all []answered, simulator, state string, how manner, other bool) {
	trials := map[verdict][]eval.Trial{}
	n := 0
	for _, a := range all {
		if a.simulator != simulator || a.other != other || how != "" && a.how != how || state != "" && a.state != state {
			continue
		}
		n++
		for _, v := range verdicts {
			trials[v] = append(trials[v], eval.Trial{Cluster: a.document, Hit: a.verdict() == v})
		}
	}
	name := "**all**"
	if state != "" {
		name = state + ", " + string(how)
	}
	if other {
		name += ", other contents"
	}
	fmt.Fprintf(b, "| %s | %s | %d |", simulator, name, n)
	for _, v := range verdicts {
		fmt.Fprintf(b, " %v |", eval.ShareOf(trials[v]))
	}
	b.WriteString("\n")
}

// saidRow is what was said of the pictures of a kind.
func saidRow(all []looked, simulator string, kind condition.Kind, how manner, other bool) string {
	var found, right, also []eval.Trial
	for _, l := range all {
		if l.simulator != simulator || l.kind != kind || l.how != how || l.other != other {
			continue
		}
		found = append(found, eval.Trial{Cluster: l.document, Hit: l.found})
		if !l.found {
			continue
		}
		n := len(l.said)
		if kind == "" {
			right = append(right, eval.Trial{Cluster: l.document, Hit: n == 0})
			also = append(also, eval.Trial{Cluster: l.document, Hit: n > 0})
			continue
		}
		right = append(right, eval.Trial{Cluster: l.document, Hit: l.said[kind]})
		also = append(also, eval.Trial{Cluster: l.document, Hit: n > 1 || n == 1 && !l.said[kind]})
	}
	return fmt.Sprintf("%v | %v | %v", eval.ShareOf(found), eval.ShareOf(right), eval.ShareOf(also))
}

// confusions counts what was said of what, by both simulators.
func confusions(all []looked) string {
	var b strings.Builder
	b.WriteString("### Counts\nPictures of each sort of which a condition is said, by both simulators:\n\n| made | pictures |")
	kinds := condition.Kinds()
	for _, k := range kinds {
		fmt.Fprintf(&b, " %s |", k)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(kinds)) + "\n")
	for _, other := range []bool{false, true} {
		for _, made := range seen {
			name := nameOf(made)
			if other {
				name += ", other contents"
			}
			n, counts := 0, map[condition.Kind]int{}
			for _, l := range all {
				if l.kind == made && l.other == other && l.found {
					n++
					for k := range l.said {
						counts[k]++
					}
				}
			}
			fmt.Fprintf(&b, "| %s | %d |", name, n)
			for _, k := range kinds {
				fmt.Fprintf(&b, " %d |", counts[k])
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// writeSheet draws the captures, two rows for each document, one by each simulator, to
// be looked at.
func writeSheet(o *options) error {
	var pictures []*imaging.Image
	for i, d := range o.list()[:min(o.documents, 8)] {
		for _, by := range simulators {
			for k, kind := range seen {
				pictures = append(pictures, by.take(d.draw(i%2 == 1), kind, photo, d.seed*31+uint64(k*10+len(photo))))
			}
		}
	}
	return os.WriteFile(o.sheet, imaging.EncodePNG(capturesim.ContactSheet(pictures, len(seen), 300)), 0o644)
}

// writeExample writes one picture of a card in each state, and photos of another
// holder's card.
func writeExample(o *options) error {
	card := document{12, o.seed + 6} // an id-card
	for i, s := range states {
		for _, other := range []bool{false, true} {
			name, how := s.name+".png", scan
			if other {
				name, how = "other-"+s.name+".jpg", photo
			}
			picture := capture(card.draw(other), s.kinds[0], how, o.seed+uint64(i))
			data := imaging.EncodePNG(picture)
			if other {
				data = imaging.EncodeJPEG(picture, 88)
			}
			if err := fileio.WriteBytes(filepath.Join(o.example, name), 0o644, data); err != nil {
				return err
			}
		}
	}
	return nil
}
