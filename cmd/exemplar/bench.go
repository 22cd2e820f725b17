package main

import (
	"bytes"
	"context"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/alignment"
	"exemplar/internal/capturesim"
	"exemplar/internal/embed"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/label"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train"
	"exemplar/internal/vectorindex"
)

// timings are process CPU milliseconds of one core.
type timings struct {
	Kernel       string  `json:"kernel"`
	Batch1       float64 `json:"batch1_ms"`
	Batch64      float64 `json:"batch64_ms_per_image"`
	Photo        float64 `json:"photo_ms"`                     // from the bytes of a photo to an answer, by the embedding of the whole picture
	PhotoStd     float64 `json:"photo_std_ms"`                 // the same with the standard library's JPEG decoder
	PhotoLocated float64 `json:"photo_located_ms"`             // from the bytes of a photo to an answer by default: the document is located and compared
	Features     float64 `json:"features_ms"`                  // features of a picture scaled to 640 pixels
	Verify       float64 `json:"verify_ms"`                    // fit of one reference: each picture against the next
	Compare      float64 `json:"compare_ms"`                   // block by block comparison with one reference: each picture against itself
	ScanMillion  float64 `json:"scan_million_ms"`              // one probe against a million embeddings, exact
	Train        float64 `json:"train_ms_per_image,omitempty"` // a whole training step, per picture of 64

	photos string // names them in words
}

func newBench() *cobra.Command {
	var asJSON, training bool
	cmd := &cobra.Command{
		Use:     "bench [IMAGE...]",
		GroupID: "tool",
		Short:   "Measure the speed on this machine, in CPU time of one core",
		Long: `Measure the speed on this machine, in CPU milliseconds of one core:
- the network, with one picture and with 64 at once
- a photo, from its bytes to its answer: by the embedding of the whole picture, and as classify does it, which also finds
  the document in the photo and compares it with its reference
- the steps of that
- the exact search of one picture among a million embeddings

The photos are the images that you name, or two drawn JPEGs of 12 megapixels.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			t, err := measure(cmd.Context(), args)
			if err != nil {
				return err
			}
			if training {
				if t.Train, err = benchTraining(); err != nil {
					return err
				}
			}
			if asJSON {
				return sayJSON(cmd.OutOrStdout(), t)
			}
			t.print(cmd.OutOrStdout())
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&training, "train", false, "also measure a training step: forward, backward and AdamW, batch 64 at 128 pixels")
	return cmd
}

func measure(ctx context.Context, paths []string) (timings, error) {
	photos, named, err := benchPhotos(paths)
	if err != nil {
		return timings{}, err
	}
	t := timings{Kernel: kernel.Active(), photos: named}
	t.Batch1, t.Batch64 = benchNetwork(1), benchNetwork(64)/64
	if err := t.benchAnswers(ctx, photos); err != nil {
		return timings{}, err
	}
	if err := t.benchGeometry(photos); err != nil {
		return timings{}, err
	}
	t.ScanMillion = benchScan(1_000_000)
	return t, nil
}

func (t timings) print(out io.Writer) {
	say(out, "CPU milliseconds of one core, arithmetic %s\n", t.Kernel)
	say(out, "  network, one picture            %8.3f\n", t.Batch1)
	say(out, "  network, per picture of 64      %8.3f\n", t.Batch64)
	say(out, "  photo to answer, embedding only %8.1f  (%s)\n", t.Photo, t.photos)
	say(out, "  the same with Go's image/jpeg   %8.1f\n", t.PhotoStd)
	say(out, "  photo to answer, as classify    %8.1f\n", t.PhotoLocated)
	say(out, "    features at 640 pixels        %8.2f\n", t.Features)
	say(out, "    fit of one reference          %8.2f\n", t.Verify)
	say(out, "    comparison with one           %8.2f\n", t.Compare)
	say(out, "  search among 1,000,000          %8.1f\n", t.ScanMillion)
	if t.Train > 0 {
		say(out, "  training step, per picture      %8.2f\n", t.Train)
	}
}

// benchTraining times a training step, per picture.
func benchTraining() (float64, error) {
	const batch, side = 64, 128
	step, err := train.NewStep(batch, side)
	if err != nil {
		return 0, err
	}
	return cpuMilliseconds(step) / batch, nil
}

// benchPhotos reads the named photos, or draws two of 12 megapixels.
func benchPhotos(paths []string) (photos [][]byte, named string, err error) {
	if len(paths) > 0 {
		found, err := expandInputs(paths, "")
		if err != nil {
			return nil, "", err
		}
		for _, in := range found.list {
			data, err := fileio.ReadFile(in.name, imaging.DefaultLimits.Bytes)
			if err != nil {
				return nil, "", err
			}
			photos = append(photos, data)
		}
		return photos, "mean of " + count(len(photos), "image"), nil
	}
	params := capturesim.Everyday()
	for i, example := range synthdoc.Examples()[:2] {
		photo := capturesim.Scene(synthdoc.Draw(example.Document), nil, params, uint64(i)).Image
		photos = append(photos, imaging.EncodeJPEG(imaging.Resize(photo, 4000, 3000), 92))
	}
	return photos, "mean of two drawn 12-megapixel JPEGs", nil
}

func benchNetwork(batch int) float64 {
	bundle := embed.Default()
	network := bundle.Freeze()
	pixels := bytes.Repeat(imaging.ResizeArea(synthdoc.Draw(synthdoc.Examples()[0].Document), bundle.Arch.Input, bundle.Arch.Input).Pix, batch)
	out := make([]float32, batch*bundle.Arch.Embedding)
	return cpuMilliseconds(func() { network.Embed(out, pixels, batch) })
}

// benchAnswers times whole answers from a gallery of the examples.
func (t *timings) benchAnswers(ctx context.Context, photos [][]byte) error {
	folder, remove, err := temporaryFolder(ctx, "exemplar-bench-")
	if err != nil {
		return err
	}
	defer remove()
	g, err := exampleGallery(ctx, filepath.Join(folder, "gallery.db"))
	if err != nil {
		return err
	}
	defer g.Close()
	for _, how := range []struct {
		search exemplar.SearchMode
		ms     *float64
	}{{exemplar.SearchOff, &t.Photo}, {exemplar.SearchAll, &t.PhotoLocated}} {
		options := exemplar.ClassifyOptions{Search: how.search}
		for _, photo := range photos {
			if _, err := g.Classify(ctx, exemplar.FromBytes(photo), options); err != nil {
				return err
			}
			*how.ms += cpuMilliseconds(func() { g.Classify(ctx, exemplar.FromBytes(photo), options) }) / float64(len(photos))
		}
	}
	for _, photo := range photos {
		t.PhotoStd += cpuMilliseconds(func() { standardAnswer(photo) }) / float64(len(photos))
	}
	return nil
}

// exampleGallery opens a gallery of the drawn examples.
func exampleGallery(ctx context.Context, path string) (*exemplar.Gallery, error) {
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		return nil, err
	}
	var items []exemplar.Item
	for _, e := range synthdoc.Examples() {
		items = append(items, exemplar.Item{Label: e.Label, Source: e.Label, Picture: exemplar.FromBytes(imaging.EncodePNG(synthdoc.Draw(e.Document)))})
	}
	if _, err := g.Register(ctx, items, exemplar.RegisterOptions{}); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// benchGeometry times the steps of looking for a reference.
func (t *timings) benchGeometry(photos [][]byte) error {
	const side = 640
	var pictures []*imaging.Gray
	for _, photo := range photos {
		picture, _, err := imaging.DecodeAtLeast(photo, side, imaging.DefaultLimits)
		if err != nil {
			return err
		}
		pictures = append(pictures, imaging.FitWithin(picture, side).Gray())
	}
	share := 1 / float64(len(pictures))
	for i, picture := range pictures {
		probe, own := alignment.NewProbe(picture), alignment.NewReference(picture)
		next := alignment.NewReference(pictures[(i+1)%len(pictures)])
		t.Features += share * cpuMilliseconds(func() { alignment.NewProbe(picture).CoarseFeatures() })
		t.Verify += share * cpuMilliseconds(func() { alignment.Locate(probe, next) })
		located := cpuMilliseconds(func() { alignment.Locate(probe, own) })
		t.Compare += share * max(0, cpuMilliseconds(func() { alignment.VerifyCoarsely(probe, own) })-located)
	}
	return nil
}

// standardAnswer does what a Go program without our decoder would do: it decodes at
// full size, scales down and embeds. It returns at once for other formats.
func standardAnswer(photo []byte) {
	decoded, err := jpeg.Decode(bytes.NewReader(photo))
	if err != nil {
		return
	}
	bundle := embed.Default()
	input := imaging.ResizeArea(imaging.FromImage(decoded), bundle.Arch.Input, bundle.Arch.Input)
	out := make([]float32, bundle.Arch.Embedding)
	defaultNetwork().Embed(out, input.Pix, 1)
}

// benchScan times the exact search among n random embeddings: those of n/4 references
// at four rotations.
func benchScan(n int) float64 {
	dim := embed.Default().Arch.Embedding
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(rows int) []float32 {
		vectors := make([]float32, rows*dim)
		for i := range vectors {
			vectors[i] = rng.Float32() - rng.Float32() // roughly Gaussian, which suffices
		}
		for row := range rows {
			kernel.NormalizeL2(vectors[row*dim:][:dim])
		}
		return vectors
	}
	index := vectorindex.NewIndex(dim)
	for i := range n / store.Rotations {
		index.Update(nil, vectorindex.Item{ID: strconv.Itoa(i), Label: label.Label(strconv.Itoa(i)), Vectors: random(store.Rotations)})
	}
	probe := random(1)
	return cpuMilliseconds(func() { index.Search(probe, 1) })
}
