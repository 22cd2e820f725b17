// Command conditions asks in what state documents are seen: are glare, things upon
// them, missing parts, stains and the like told, and not told of plain pictures, and
// do sub-labels that name a condition go to the copies in that condition, whoever's
// they are?
//
//	go run ./bench/conditions                       # writes docs/results/conditions.md
//	go run ./bench/conditions -documents 8 -sheet sheet.png
//	go run ./bench/conditions -example card         # the pictures of docs/sub-labels.md
//
// Documents are drawn, and captured by a simulator of this command's own, written
// apart from package capturesim. Thresholds were chosen on both, by documents of other
// seeds. Rates are internal/eval's.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"path/filepath"
	"time"

	"exemplar/internal/condition"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// drawnKinds are documents of which there are other copies. Covers, labels and pages
// have no contents; rolls vary in length.
var drawnKinds = []string{"bank-card", "banknote", "bill", "certificate", "driving-licence", "form", "id-card", "id-card-back", "invoice", "letter", "membership", "receipt", "statement", "ticket"}

// seen are the conditions that are made; "" is a plain picture.
var seen = []condition.Kind{"", condition.Glare, condition.Covered, condition.CutOff, condition.Torn, condition.Stained, condition.Blurred, condition.Faded, condition.TooSmall, condition.Screen}

func main() {
	var o options
	flag.IntVar(&o.documents, "documents", 14, "number of documents")
	flag.Uint64Var(&o.seed, "seed", 7000, "seed")
	flag.StringVar(&o.sheet, "sheet", "", "draw the captures of the first documents to this file (PNG), and measure nothing")
	flag.StringVar(&o.example, "example", "", "write the pictures of docs/sub-labels.md to this folder, and measure nothing")
	flag.BoolVar(&o.story, "story", true, "measure sub-labels")
	flag.BoolVar(&o.detection, "detection", true, "measure which conditions are said")
	results := flag.String("results", "docs/results", "folder to write conditions.md to; none if empty")
	flag.Parse()
	if err := run(context.Background(), o, *results); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	documents        int
	seed             uint64
	sheet, example   string
	story, detection bool
}

func run(ctx context.Context, o options, results string) error {
	if o.sheet != "" {
		return writeSheet(o)
	}
	if o.example != "" {
		return writeExample(o)
	}
	model, err := recognise.OpenModel("")
	if err != nil {
		return err
	}
	start := time.Now()
	var said []looked
	var answered []answered
	if o.detection {
		if said, err = look(ctx, model, o); err != nil {
			return err
		}
		log.Printf("%d pictures looked at in %s", len(said), time.Since(start).Round(time.Second))
	}
	if o.story {
		if answered, err = tell(ctx, model, o); err != nil {
			return err
		}
		log.Printf("%d pictures answered in %s", len(answered), time.Since(start).Round(time.Second))
	}
	text := document(said, answered, o)
	fmt.Print(text)
	if results == "" {
		return nil
	}
	return fileio.WriteBytes(filepath.Join(results, "conditions.md"), 0o644, []byte(text))
}

// drawn is the n-th document, with its first contents or with others.
func (o *options) drawn(n int, other bool) *imaging.Image {
	seed := o.seed + uint64(n)
	d := synthdoc.Document{Kind: drawnKinds[n%len(drawnKinds)], Template: seed, Content: seed, Size: 800}
	if other {
		d.Content += 500_000
	}
	return synthdoc.Draw(d)
}

func (o *options) name(n int) string {
	return fmt.Sprintf("%s-%03d", drawnKinds[n%len(drawnKinds)], n)
}

// looked is what was said of a picture.
type looked struct {
	document string
	kind     condition.Kind // it was made to be
	how      manner
	other    bool // contents
	found    bool
	said     map[condition.Kind]bool
}

// look asks for the conditions of every document in every state.
func look(ctx context.Context, model *recognise.Model, o options) ([]looked, error) {
	numbers := make([]int, o.documents)
	for i := range numbers {
		numbers[i] = i
	}
	all, err := parallel.Map(ctx, 0, numbers, func(_ context.Context, n int) ([]looked, error) {
		reference := recognise.NewReference(model.Embedder, o.drawn(n, false))
		var list []looked
		for _, other := range []bool{false, true} {
			doc := o.drawn(n, other)
			for k, kind := range seen {
				for _, how := range []manner{scan, photo} {
					if how == scan && !scanned(kind) {
						continue
					}
					picture := recognise.NewPhoto(model.Embedder, capture(doc, kind, how, o.seed*31+uint64(n*1000+k*10)+uint64(len(how))))
					l := looked{document: o.name(n), kind: kind, how: how, other: other, said: map[condition.Kind]bool{}}
					if found := picture.Verify(reference.Reference); found.Located {
						l.found = true
						conditions, _ := picture.Conditions(reference.Reference, &found)
						for _, c := range conditions {
							if c.Sure {
								l.said[c.Kind] = true
							}
						}
					}
					list = append(list, l)
				}
			}
		}
		return list, nil
	})
	var flat []looked
	for _, list := range all {
		flat = append(flat, list...)
	}
	return flat, err
}

// scanned says that a scanner sees such a condition.
func scanned(kind condition.Kind) bool {
	return kind != condition.Screen && kind != condition.Covered && kind != condition.Blurred && kind != condition.CutOff
}

// states are the sub-labels that are registered of every document, with what makes
// them.
var states = []struct {
	name  string
	kinds []condition.Kind // the reference is of one of them, captures of any
}{
	{"plain", []condition.Kind{""}},
	{"glare", []condition.Kind{condition.Glare}},
	{"damaged", []condition.Kind{condition.Torn, condition.Stained}},
}

// answered is the answer to a picture of a registered document.
type answered struct {
	document, state string
	how             manner
	other           bool
	lookup          eval.Lookup
}

// tell registers one picture of each document in each state, all in one gallery, and
// looks other captures up.
func tell(ctx context.Context, model *recognise.Model, o options) ([]answered, error) {
	g, err := harness.NewGallery(model, 0.01)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	var references []harness.Reference
	var probes []answered
	for n := range o.documents {
		for i, s := range states {
			kind := s.kinds[n%len(s.kinds)]
			how := scan
			picture := capture(o.drawn(n, false), kind, how, o.seed*17+uint64(n*10+i))
			references = append(references, harness.Reference{Label: o.name(n) + "/" + s.name, Source: o.name(n) + s.name, Data: imaging.EncodeJPEG(picture, 92)})
			for _, how := range []manner{scan, photo} {
				for _, other := range []bool{false, true} {
					probes = append(probes, answered{document: o.name(n), state: s.name, how: how, other: other})
				}
			}
		}
	}
	refused, err := g.Register(ctx, references)
	if err != nil || len(refused) > 0 {
		return nil, fmt.Errorf("register: %v %w", refused, err)
	}
	return parallel.Map(ctx, 0, probes, func(ctx context.Context, p answered) (answered, error) {
		n, at := 0, 0
		fmt.Sscanf(p.document[len(p.document)-3:], "%d", &n)
		for i, s := range states {
			if s.name == p.state {
				at = i
			}
		}
		kinds := states[at].kinds
		seed := o.seed*13 + uint64(n*100+at*10) + uint64(len(p.how))
		if p.other {
			seed += 5
		}
		picture := capture(o.drawn(n, p.other), kinds[seed%uint64(len(kinds))], p.how, seed)
		var err error
		p.lookup, err = g.Lookup(ctx, imaging.EncodeJPEG(picture, 88))
		return p, err
	})
}
