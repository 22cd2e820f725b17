package train

import (
	"context"
	"fmt"
	"path/filepath"

	"exemplar/internal/capturesim"
	"exemplar/internal/dataset"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train/random"
	"exemplar/internal/train/recipe"
)

// openData opens the images, groups them into classes, and reads the backgrounds.
func (r *run) openData() error {
	d := r.cfg.Data
	pool, err := openPool(r.cfg)
	if err != nil {
		return err
	}
	r.pool = pool
	r.cache = dataset.NewCache(pool, max(d.ShortSide, largestInput(r.cfg)), int64(d.CacheMiB)<<20)
	if r.classes, err = r.groupClasses(); err != nil {
		return err
	}
	if err := r.openForms(); err != nil {
		return err
	}
	if d.Backgrounds == "" {
		return nil
	}
	folder, err := dataset.ReadFolder(d.Backgrounds)
	if err != nil {
		return r.cfg.Wrong(recipe.NoStage, "data.backgrounds", "cannot be used: %v", err)
	}
	for _, s := range folder.Samples {
		m, err := readImage(filepath.Join(folder.Root, filepath.FromSlash(s.Path)), largestInput(r.cfg))
		if err != nil {
			return fmt.Errorf("background: %w", err)
		}
		r.aside.backgrounds = append(r.aside.backgrounds, m)
	}
	return nil
}

// openForms reads the real forms that are filled in. They are kept at formScale times the largest input; letters that are
// illegible then are invisible to the network as well.
func (r *run) openForms() (err error) {
	const formScale = 3
	if r.cfg.Data.Fields == "" {
		return nil
	}
	r.aside.forms, err = synthdoc.ReadForms(r.cfg.Data.Fields, formScale*largestInput(r.cfg))
	if err != nil {
		return r.cfg.Wrong(recipe.NoStage, "data.fields", "cannot be used: %v", err)
	}
	return nil
}

// openPool lists the images of the recipe. Close it after use.
func openPool(cfg *recipe.Config) (*dataset.Pool, error) {
	pool, err := dataset.OpenPool(cfg.Data.Paths...)
	if err != nil {
		return nil, cfg.Wrong(recipe.NoStage, "data.paths", "cannot be used: %v", err)
	}
	return pool, nil
}

// groupClasses assigns the images to classes.
func (r *run) groupClasses() (*dataset.Classes, error) {
	d := r.cfg.Data
	if d.Classes == "labels" {
		classes, err := dataset.LabelClasses(r.pool, d.Forms)
		if err != nil {
			return nil, r.cfg.Wrong(recipe.NoStage, "data.classes", "does not fit: %v", err)
		}
		return classes, nil
	}
	if d.Duplicates == "keep" {
		return dataset.InstanceClasses(r.pool.Len(), d.Forms, nil, false), nil
	}
	hashes, valid := make([]uint64, r.pool.Len()), make([]bool, r.pool.Len())
	eachPart(r.pool.Len(), func(from, to int) {
		for i := from; i < to; i++ {
			if m, err := r.cache.Image(i); err == nil {
				hashes[i], valid[i] = dataset.PerceptualHash(m)
			}
		}
	})
	return dataset.InstanceClasses(r.pool.Len(), d.Forms, dataset.GroupByHash(hashes, valid, d.Distance), d.Duplicates == "merge"), nil
}

// openTeachers loads the feature files of all stages.
func (r *run) openTeachers() error {
	for i, s := range r.cfg.Stages {
		path := s.Distill.Teacher
		if s.Distill.Weight == 0 || r.teachers[path] != nil {
			continue
		}
		if r.fingerprint == "" {
			var err error
			if r.fingerprint, err = r.pool.Fingerprint(); err != nil {
				return err
			}
		}
		t, err := LoadTeacher(path, r.fingerprint, r.pool.Len())
		if err != nil {
			return r.cfg.Wrong(i, "distill.teacher", "cannot be used: %v", err)
		}
		r.teachers[path] = t
	}
	return nil
}

// imprint sets every class centre to the embedding of its clean image, computed with the running means of the weights.
func (r *run) imprint(ctx context.Context) error {
	r.progress.note("imprinting %d class centres", r.classes.Count())
	input := r.stage().Input
	net := r.net.bundle(r.useMean()).Freeze()
	dim := net.Arch.Embedding
	eachPart(len(r.classes.Members), func(from, to int) {
		pixels := make([]byte, 0, r.classes.Forms*input*input*3)
		out := make([]float32, r.classes.Forms*dim)
		for group := from; group < to && ctx.Err() == nil; group++ {
			m, err := r.cache.Image(int(r.classes.Members[group][0]))
			if err != nil {
				continue // the cache counts it; its centre stays random, and no sample uses it
			}
			pixels = appendForms(pixels[:0], m, r.classes.Forms, input, imaging.ResizeArea)
			net.Embed(out, pixels, r.classes.Forms)
			for form := range r.classes.Forms {
				r.objective.classes.Imprint(group*r.classes.Forms+form, out[form*dim:][:dim])
			}
		}
	})
	return ctx.Err()
}

// appendForms appends the network's input for the first forms of an image. Rotated and mirrored forms are made of the
// picture scaled to a square, so that it is scaled once.
func appendForms(pixels []byte, m *imaging.Image, forms, input int, resize func(m *imaging.Image, w, h int) *imaging.Image) []byte {
	square := resize(m, input, input)
	for form := range capturesim.Form(forms) {
		if form < capturesim.Turned {
			pixels = append(pixels, form.Apply(square).Pix...)
		} else {
			pixels = append(pixels, resize(form.Apply(m), input, input).Pix...)
		}
	}
	return pixels
}

// Preview draws samples of a recipe: a row for each of the first images, with the clean input and n captures as the first
// stage's second view (its only one, if it has one) sees it.
func Preview(cfg *recipe.Config, images, n int) (*imaging.Image, error) {
	r := &run{cfg: cfg}
	if err := r.openData(); err != nil {
		return nil, err
	}
	defer r.pool.Close()
	stage := cfg.Stages[0]
	name := stage.Capture.ViewB
	if stage.Batch.Views == 1 {
		name = stage.Capture.ViewA
	}
	var pictures []*imaging.Image
	for _, group := range random.Stream(cfg.Seed, random.ForOrder, 0).Perm(len(r.classes.Members)) {
		if m, err := r.cache.Image(int(r.classes.Members[group][0])); err == nil {
			pictures = append(pictures, m)
		}
		if len(pictures) == images {
			break
		}
	}
	return newCapture(name, stage.Capture.Strength, r.aside.backgrounds).Preview(pictures, n, stage.Input, cfg.Seed), nil
}
