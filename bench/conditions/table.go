package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

const head = `# Conditions: in what state documents are seen

` + "`%s`" + ` writes this page.
%d drawn documents of %d sorts, captured by the simulator of the command: *scans* fill the picture, *photos* show the document aslant on a surface, in a room's light with shadows.
Thresholds were chosen by eye on documents of other seeds, captured by package capturesim and by this simulator.
Figures are percentages with 95 %% intervals over documents.
`

const detectionHead = `
## Which conditions are said
Every document is held against its clean reference.
- *Said*: the condition that was made is among those that are said. *Also said*: another one is said, too.
- A plain picture is right if nothing is said.
- *Other contents*: the same form, filled in by somebody else.
- *Found*: the document was found in the picture; only of these anything can be said.

| made | found | said | also said | other contents: found | said | also said |
|---|---|---|---|---|---|---|
`

const storyHead = `
## Sub-labels
Of each document one scan of each state is registered, ` + "`DOCUMENT/plain`, `DOCUMENT/glare`, `DOCUMENT/damaged`" + ` (torn or stained), all in one gallery, everything at its default.
Other captures are looked up: the glare, the tear, the stain are elsewhere.
- *Right*: the sub-label. *Parent*: the document alone, which is true. *Wrong condition*: another sub-label of the document. *Missed*: no answer. *Wrong document*: another one.

| captures | trials | right | parent | wrong condition | missed | wrong document |
|---|---|---|---|---|---|---|
`

func document(said []looked, story []answered, o options) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, strings.Join(append([]string{"go run ./bench/conditions"}, os.Args[1:]...), " "), o.documents, min(o.documents, len(drawnKinds)))
	if len(said) > 0 {
		b.WriteString(detectionHead)
		for _, kind := range seen {
			for _, how := range []manner{scan, photo} {
				if how == scan && !scanned(kind) {
					continue
				}
				name := string(kind)
				if kind == "" {
					name = "plain"
				}
				fmt.Fprintf(&b, "| %s, %s | %s | %s |\n", name, how, saidRow(said, kind, how, false), saidRow(said, kind, how, true))
			}
		}
		b.WriteString("\n" + confusions(said))
	}
	if len(story) > 0 {
		b.WriteString(storyHead)
		for _, other := range []bool{false, true} {
			for _, how := range []manner{scan, photo, ""} {
				for _, s := range []string{"plain", "glare", "damaged", ""} {
					if (s == "") != (how == "") && s != "" {
						continue
					}
					storyRow(&b, story, s, how, other)
				}
			}
		}
	}
	return b.String()
}

// saidRow is what was said of the pictures of a kind.
func saidRow(all []looked, kind condition.Kind, how manner, other bool) string {
	var found, right, also []eval.Trial
	for _, l := range all {
		if l.kind != kind || l.how != how || l.other != other {
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

// confusions counts what was said of what.
func confusions(all []looked) string {
	var b strings.Builder
	b.WriteString("Pictures of each sort of which a condition is said:\n\n| made | pictures |")
	kinds := condition.Kinds()
	for _, k := range kinds {
		fmt.Fprintf(&b, " %s |", k)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(kinds)) + "\n")
	for _, other := range []bool{false, true} {
		for _, made := range seen {
			name := string(made)
			if made == "" {
				name = "plain"
			}
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

func storyRow(b *strings.Builder, all []answered, state string, how manner, other bool) {
	var right, parent, condition, missed, wrong []eval.Trial
	for _, a := range all {
		if a.other != other || how != "" && a.how != how || state != "" && a.state != state {
			continue
		}
		l := a.lookup
		answer := func(hit bool) eval.Trial { return eval.Trial{Cluster: a.document, Hit: hit} }
		isMatch := l.Outcome == decide.Match
		right = append(right, answer(isMatch && l.Label == a.document+"/"+a.state))
		parent = append(parent, answer(isMatch && l.Label == a.document))
		sub := isMatch && strings.HasPrefix(l.Label, a.document+"/")
		condition = append(condition, answer(sub && l.Label != a.document+"/"+a.state))
		missed = append(missed, answer(!isMatch))
		wrong = append(wrong, answer(isMatch && !sub && l.Label != a.document))
	}
	var name []string
	for _, part := range []string{state, string(how)} {
		if part != "" {
			name = append(name, part)
		}
	}
	if len(name) == 0 {
		name = []string{"all"}
	}
	if other {
		name = append(name, "other contents")
	}
	fmt.Fprintf(b, "| %s | %d | %v | %v | %v | %v | %v |\n", strings.Join(name, ", "), len(right),
		eval.ShareOf(right), eval.ShareOf(parent), eval.ShareOf(condition), eval.ShareOf(missed), eval.ShareOf(wrong))
}

// writeSheet draws the captures, a row for each document, to be looked at.
func writeSheet(o options) error {
	var pictures []*imaging.Image
	for n := range min(o.documents, 8) {
		for k, kind := range seen {
			pictures = append(pictures, capture(o.drawn(n, false), kind, photo, o.seed*31+uint64(n*1000+k*10)+uint64(len(photo))))
		}
	}
	return os.WriteFile(o.sheet, imaging.EncodePNG(capturesim.ContactSheet(pictures, len(seen), 300)), 0o644)
}

// writeExample writes one picture of a card in each state, and photos of another
// holder's card.
func writeExample(o options) error {
	const card = 6 // an id-card
	for i, s := range states {
		for _, other := range []bool{false, true} {
			name, how := s.name+".png", scan
			if other {
				name, how = "other-"+s.name+".jpg", photo
			}
			picture := capture(o.drawn(card, other), s.kinds[0], how, o.seed+uint64(i))
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
