package train

import (
	"context"
	"fmt"

	"exemplar/internal/dataset"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/tensorfile"
	"exemplar/internal/train/recipe"
)

// Embedder is a network that computes a teacher's features.
type Embedder struct {
	Name string // for people
	Side int    // side of its square input, pixels
	Dim  int    // length of a feature

	// Embed sets out (count,Dim) to the features of pixels (count,Side,Side,3), bytes of RGB.
	Embed func(out []float32, pixels []byte, count int) error
	// Close ends it. If it returns an error, the features may be wrong.
	Close func() error
}

// EmbedByBundle computes features with a bundle.
func EmbedByBundle(b *embed.Bundle) *Embedder {
	net := b.Freeze()
	side, dim := b.Arch.Input, b.Arch.Embedding
	return &Embedder{
		Name: fmt.Sprintf("exemplar %s, fingerprint %.12s", b.Arch, b.Fingerprint),
		Side: side, Dim: dim,
		Embed: func(out []float32, pixels []byte, count int) error {
			eachPart(count, func(from, to int) { net.Embed(out[from*dim:], pixels[from*side*side*3:], to-from) })
			return nil
		},
		Close: func() error { return nil },
	}
}

// TeachOptions are the options of Teach.
type TeachOptions struct {
	Forms    int                   // number of forms of each image; 0 = all that the recipe trains
	Progress func(done, total int) // is called with the number of images done; may be nil
}

// teachPictures is about how many pictures are given to the teacher at once.
const teachPictures = 32

// Teach computes the features of a recipe's images by another network, in the order in which training numbers them.
// Pictures that cannot be decoded have none, since training skips them; skipped is their number.
func Teach(ctx context.Context, cfg *recipe.Config, by *Embedder, opt TeachOptions) (t *Teacher, skipped int, err error) {
	forms := opt.Forms
	if forms == 0 {
		forms = cfg.Data.Forms
	}
	if forms < 1 || forms > cfg.Data.Forms {
		return nil, 0, fmt.Errorf("teach %d forms: the recipe trains 1 to %d of each image (data.forms)", forms, cfg.Data.Forms)
	}
	pool, err := openPool(cfg)
	if err != nil {
		return nil, 0, err
	}
	defer pool.Close()
	if size := int64(pool.Len()) * int64(forms) * int64(by.Dim) * 2; size > tensorfile.MaxFile {
		return nil, 0, fmt.Errorf("teach %d images in %d forms: %d values each make a file of %d MiB, of which %d can be read: take fewer forms",
			pool.Len(), forms, by.Dim, size>>20, tensorfile.MaxFile>>20)
	}
	fingerprint, err := pool.Fingerprint()
	if err != nil {
		return nil, 0, err
	}
	t = &Teacher{Name: by.Name, Dataset: fingerprint, Dim: by.Dim, Forms: forms, features: make([]float32, pool.Len()*forms*by.Dim)}
	step := max(1, teachPictures/forms)
	for from := 0; from < pool.Len(); from += step {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		to := min(from+step, pool.Len())
		bad, err := t.teach(pool, by, from, to)
		if err != nil {
			return nil, 0, err
		}
		skipped += bad
		if opt.Progress != nil {
			opt.Progress(to, pool.Len())
		}
	}
	return t, skipped, nil
}

// teach computes the features of the images [from, to).
func (t *Teacher) teach(pool *dataset.Pool, by *Embedder, from, to int) (skipped int, err error) {
	inputs := make([][]byte, to-from) // nil: cannot be decoded
	eachPart(len(inputs), func(first, last int) {
		for i := first; i < last; i++ {
			inputs[i] = teachInput(pool, from+i, t.Forms, by.Side)
		}
	})
	var pixels []byte
	for _, input := range inputs {
		pixels = append(pixels, input...)
	}
	count := len(pixels) / (by.Side * by.Side * 3)
	out := make([]float32, count*by.Dim)
	if count > 0 {
		if err := by.Embed(out, pixels, count); err != nil {
			return 0, err
		}
	}
	for i, input := range inputs {
		if input == nil {
			skipped++
			continue
		}
		for form := range t.Forms {
			row := t.row((from+i)*t.Forms + form)
			copy(row, out)
			out = out[by.Dim:]
			if err := unitFeature(row); err != nil {
				return 0, fmt.Errorf("teach by %s: image %q: %w", by.Name, pool.Name(from+i), err)
			}
		}
	}
	return skipped, nil
}

// teachInput returns the forms of an image as squares of the given side, scaled from the full resolution of the file.
func teachInput(pool *dataset.Pool, i, forms, side int) []byte {
	data, err := pool.Bytes(i)
	if err != nil {
		return nil
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil
	}
	return appendForms(nil, m, forms, side, imaging.Resize)
}
