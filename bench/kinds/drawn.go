package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
	"exemplar/internal/splitmix"
	"exemplar/internal/synthdoc"
)

// drawnSettings say what is drawn.
type drawnSettings struct {
	documents int
	seed      uint64
	folder    string // where the pictures are kept; "" for nowhere
}

// keptIn is the folder that pictures are kept in, a temporary one where none was named, which
// remove deletes.
func (s *drawnSettings) keptIn() (folder string, remove func(), err error) {
	if s.folder != "" {
		return s.folder, func() {}, nil
	}
	folder, err = os.MkdirTemp("", "exemplar-drawn-")
	return folder, func() { os.RemoveAll(folder) }, err
}

// part is the name of the folder of this seed's papers in it.
func (s *drawnSettings) part() string { return fmt.Sprintf("seed%d", s.seed) }

// Of these documents the contents are what a label names: no other copy has others.
var namedByContents = []string{"cover", "label", "page"}

// Seed and number of the documents of the first trial: those that
// `exemplar draw --siblings --seed 77` draws.
const trialSeed, trialDocuments = 77, 30

// drawnPaper is a document in three editions. Every picture has other contents.
type drawnPaper struct {
	name string
	// References are of the first edition and the second; captures of all three.
	references [2]synthdoc.Document
	captures   [3]synthdoc.Document
	clean      bool // a capture is the picture itself
}

// papers are documents of all kinds whose contents vary, by a seed that no training
// used: those hash theirs otherwise.
func (s *drawnSettings) papers() []drawnPaper {
	kinds := drawnKindNames()
	papers := make([]drawnPaper, s.documents)
	for i := range papers {
		at := splitmix.Hash(s.seed<<32 + uint64(i))
		make := func(contents uint64, edition int) synthdoc.Document {
			return synthdoc.Document{Kind: kinds[i%len(kinds)], Template: at, Content: splitmix.Hash(at ^ contents), Edition: edition}
		}
		papers[i] = drawnPaper{
			name:       fmt.Sprintf("%s-%03d", kinds[i%len(kinds)], i),
			references: [2]synthdoc.Document{make(1, 0), make(2, 1)},
			captures:   [3]synthdoc.Document{make(3, 0), make(4, 1), make(5, 2)},
		}
	}
	return papers
}

// trialPapers are those of `exemplar draw --siblings`: the second edition has the contents
// of the first, and captures are clean.
func trialPapers() []drawnPaper {
	kinds := synthdoc.Kinds()
	papers := make([]drawnPaper, trialDocuments)
	for i := range papers {
		at := uint64(trialSeed)<<32 + uint64(i)
		first := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: at, Content: at}
		siblings := synthdoc.Siblings(first)
		second := siblings["edition"]
		captures := [3]synthdoc.Document{siblings["contents"], siblings["contents"], siblings["contents"]}
		captures[1].Edition, captures[2].Edition = second.Edition, second.Edition+1
		papers[i] = drawnPaper{name: fmt.Sprintf("%s-%03d", first.Kind, i), references: [2]synthdoc.Document{first, second}, captures: captures, clean: true}
	}
	return papers
}

// editions are the folders of a paper, in which its pictures are kept.
var editions = [3]string{"first", "second", "third"}

// keep draws what is not there yet.
func (p *drawnPaper) keep(folder string) error {
	for i, d := range p.references {
		if err := keepPicture(p.reference(folder, i), func() []byte { return imaging.EncodePNG(synthdoc.Draw(d)) }); err != nil {
			return err
		}
	}
	for i, d := range p.captures {
		if p.clean {
			if err := keepPicture(p.capture(folder, i, "clean"), func() []byte { return imaging.EncodeJPEG(synthdoc.Draw(d), 90) }); err != nil {
				return err
			}
			continue
		}
		for _, how := range manners {
			if err := keepPicture(p.capture(folder, i, how.name), func() []byte { return imaging.EncodeJPEG(how.take(synthdoc.Draw(d), d.Content), 85) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *drawnPaper) reference(folder string, edition int) string {
	return filepath.Join(folder, p.name, editions[edition], editions[edition]+"_ref.png")
}

func (p *drawnPaper) capture(folder string, edition int, how string) string {
	return filepath.Join(folder, p.name, editions[edition], how+".jpg")
}

func keepPicture(file string, draw func() []byte) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return fileio.WriteBytes(file, 0o644, draw())
}

// leastVisible is the share of a document that a photo must show.
const leastVisible = 0.8

// manners are how a document is captured.
var manners = []struct {
	name string
	take func(document *imaging.Image, seed uint64) *imaging.Image
}{
	{"scan", func(document *imaging.Image, seed uint64) *imaging.Image {
		const side = 1000
		p := capturesim.SceneParams{Width: side, Height: side, SizeMin: 0.94, SizeMax: 1, Turn: 1.5, Blur: 0.1, Dim: 0.3, Noise: 0.15, Quality: 60}
		if long := max(document.W, document.H); long > 0 {
			p.Width, p.Height = side*document.W/long, side*document.H/long
		}
		lid := imaging.NewImage(64, 64)
		for i := range lid.Pix {
			lid.Pix[i] = 245
		}
		return capturesim.Scene(document, lid, p, seed).Image
	}},
	{"photo", func(document *imaging.Image, seed uint64) *imaging.Image {
		for ; ; seed++ {
			if taken := capturesim.Scene(document, nil, capturesim.Everyday(), seed); taken.Visible >= leastVisible {
				return taken.Image
			}
		}
	}},
}

// drawnAnswers are the answers of two galleries to captures of drawn papers: one has the
// first edition alone, the other has both below one label.
type drawnAnswers struct {
	alone, both   []eval.Probe // of registered editions
	second, third []eval.Probe // of the edition that nobody registered
}

// perGallery is how many documents are registered together.
const perGallery = 50

// measureDrawn measures papers in galleries of their own.
func measureDrawn(ctx context.Context, papers []drawnPaper, folder string, s settings) (*drawnAnswers, error) {
	all := new(drawnAnswers)
	for some := range slices.Chunk(papers, perGallery) {
		a, err := measureGallery(ctx, some, folder, s)
		if err != nil {
			return nil, err
		}
		all.alone, all.both = append(all.alone, a.alone...), append(all.both, a.both...)
		all.second, all.third = append(all.second, a.second...), append(all.third, a.third...)
		log.Printf("%d captures of documents", len(all.alone))
	}
	return all, nil
}

// measureGallery registers papers and looks up their captures.
func measureGallery(ctx context.Context, papers []drawnPaper, folder string, s settings) (*drawnAnswers, error) {
	if err := parallel.Each(ctx, 0, len(papers), func(_ context.Context, i int) error { return papers[i].keep(folder) }); err != nil {
		return nil, err
	}
	a := new(drawnAnswers)
	err := withGallery(ctx, papers, folder, s, 1, func(g *harness.Gallery) (err error) {
		if a.alone, err = g.Probes(ctx, capturesOf(papers, folder, 0, false), harness.ProbeOptions{}); err != nil {
			return err
		}
		a.second, err = strangersIn(ctx, g, capturesOf(papers, folder, 1, false))
		return err
	})
	if err != nil {
		return nil, err
	}
	err = withGallery(ctx, papers, folder, s, 2, func(g *harness.Gallery) (err error) {
		known := slices.Concat(capturesOf(papers, folder, 0, true), capturesOf(papers, folder, 1, true))
		lookups, err := g.Strangers(ctx, known, nil) // nothing is left out: once each
		if err != nil {
			return err
		}
		for i, c := range known {
			a.both = append(a.both, eval.Probe{Path: c.Path, Label: c.Label, Registered: lookups[i], HasRelative: true})
		}
		a.third, err = strangersIn(ctx, g, capturesOf(papers, folder, 2, true))
		return err
	})
	return a, err
}

// strangersIn looks up captures of editions that are not registered.
func strangersIn(ctx context.Context, g *harness.Gallery, captures []harness.Capture) ([]eval.Probe, error) {
	lookups, err := g.Strangers(ctx, captures, nil)
	var probes []eval.Probe
	for i, l := range lookups {
		probes = append(probes, eval.Probe{Path: captures[i].Path, Label: captures[i].Label, LeftOut: l, HasRelative: true})
	}
	return probes, err
}

// withGallery makes a gallery of the first editions of papers, or of the first two.
func withGallery(ctx context.Context, papers []drawnPaper, folder string, s settings, registered int, use func(*harness.Gallery) error) error {
	set := harness.References{Name: "drawn", Folder: &dataset.Folder{Root: folder}, Registered: registeredOf(papers, registered)}
	g, err := set.Gallery(ctx, s.model, s.fpir)
	if err != nil {
		return err
	}
	defer g.Close()
	return use(g)
}

func registeredOf(papers []drawnPaper, editionsEach int) []dataset.Sample {
	var list []dataset.Sample
	for i := range papers {
		for edition := range editionsEach {
			list = append(list, dataset.Sample{Path: papers[i].reference("", edition), Label: labelOf(&papers[i], edition, editionsEach > 1), IsReference: true})
		}
	}
	return list
}

// labelOf is the label of an edition: that of the paper, or one below it.
func labelOf(p *drawnPaper, edition int, asSublabel bool) string {
	switch {
	case asSublabel:
		return p.name + "/" + editions[edition]
	case edition > 0:
		return p.name + "-" + editions[edition]
	}
	return p.name
}

func capturesOf(papers []drawnPaper, folder string, edition int, asSublabel bool) []harness.Capture {
	var list []dataset.Sample
	for i := range papers {
		hows := []string{"clean"}
		if !papers[i].clean {
			hows = hows[:0]
			for _, how := range manners {
				hows = append(hows, how.name)
			}
		}
		for _, how := range hows {
			list = append(list, dataset.Sample{Path: papers[i].capture("", edition, how), Label: labelOf(&papers[i], edition, asSublabel)})
		}
	}
	return harness.CapturesOf(&dataset.Folder{Root: folder}, list)
}

// choosingSeed draws the documents that constants are chosen on, which are no results.
const choosingSeed = 1

// runDrawn measures drawn papers, and writes its page of results.
func runDrawn(ctx context.Context, s settings, results string) error {
	folder, remove, err := s.drawn.keptIn()
	if err != nil {
		return err
	}
	defer remove()
	var rows []*drawnAnswers
	papers := s.drawn.papers()
	for i, some := range [][]drawnPaper{papers, trialPapers()} {
		start := time.Now()
		part := filepath.Join(folder, []string{s.drawn.part(), "trial"}[i])
		a, err := measureDrawn(ctx, some, part, s)
		if err != nil {
			return err
		}
		log.Printf("%d drawn documents in %s", len(some), time.Since(start).Round(time.Second))
		rows = append(rows, a)
		if s.page != "" && i == 0 {
			if err := writePage(s.page, drawnViews(some, part, a), s.worst); err != nil {
				return err
			}
		}
	}
	text := drawnDocument(rows[0], rows[1], s)
	fmt.Print(text)
	if s.drawn.seed == choosingSeed {
		return nil
	}
	return fileio.WriteBytes(filepath.Join(results, "kinds-drawn.md"), 0o644, []byte(text+"\n"+drawnNotes))
}

// drawnViews are the errors of each table as the page of errors shows them.
func drawnViews(papers []drawnPaper, folder string, a *drawnAnswers) []*measured {
	view := func(name string, registered int, probes []eval.Probe) *measured {
		return &measured{
			References: &harness.References{Name: name, Folder: &dataset.Folder{Root: folder}, Registered: registeredOf(papers, registered)},
			family:     eval.FirstPart, one: probes,
		}
	}
	return []*measured{
		view("the first edition registered", 1, a.alone), view("the second edition arrives", 1, a.second),
		view("both registered", 2, a.both), view("the third edition arrives", 2, a.third),
	}
}
