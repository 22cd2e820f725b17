package synthdoc

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

// Form is the blank page of a real form with its fields.
type Form struct {
	Family  string // the same for all editions of a form
	Edition string
	Picture *imaging.Image
	Fields  []Field
}

// Limits of what is read for one form.
const (
	maxFormBytes   = 64 << 20
	maxFormFields  = 10_000
	maxFieldLetter = 1000
)

// ReadForms reads a folder of forms, FAMILY/EDITION.webp with the boxes of the
// fields in EDITION.json, sorted: {"fields": [{"kind", "box", "max", "comb"}]} in
// pixels of the picture. Pictures are scaled down to a longer side of side
// pixels, and boxes with them.
func ReadForms(root string, side int) ([]Form, error) {
	paths, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("read forms: no FAMILY/EDITION.json in %q", root)
	}
	var forms []Form
	for _, path := range paths {
		f, err := readForm(path, side)
		if err != nil {
			return nil, fmt.Errorf("read form %q: %w", path, err)
		}
		forms = append(forms, f)
	}
	return forms, nil
}

func readForm(path string, side int) (Form, error) {
	name := strings.TrimSuffix(path, ".json")
	f := Form{Family: filepath.Base(filepath.Dir(path)), Edition: filepath.Base(name)}
	data, err := fileio.ReadFile(path, maxFormBytes)
	if err != nil {
		return f, err
	}
	var read struct{ Fields []Field }
	if err := json.Unmarshal(data, &read); err != nil {
		return f, err
	}
	if data, err = readPicture(name); err != nil {
		return f, err
	}
	whole, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return f, err
	}
	if len(read.Fields) > maxFormFields {
		return f, fmt.Errorf("%d fields, more than %d", len(read.Fields), maxFormFields)
	}
	f.Picture = imaging.FitWithin(whole, side)
	x, y := float32(f.Picture.W)/float32(whole.W), float32(f.Picture.H)/float32(whole.H)
	for i, field := range read.Fields {
		if err := field.check(whole); err != nil {
			return f, fmt.Errorf("field %d: %w", i, err)
		}
		b := field.Box
		field.Box = [4]float32{b[0] * x, b[1] * y, b[2] * x, b[3] * y}
		f.Fields = append(f.Fields, field)
	}
	return f, nil
}

func readPicture(name string) ([]byte, error) {
	for _, extension := range []string{".webp", ".png", ".jpg"} {
		if _, err := os.Stat(name + extension); err == nil {
			return fileio.ReadFile(name+extension, maxFormBytes)
		}
	}
	return nil, fmt.Errorf("no picture beside it: %s.webp, .png or .jpg", filepath.Base(name))
}

// check refuses a field that does not lie on the page.
func (f Field) check(page *imaging.Image) error {
	b := f.Box
	for _, v := range b {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("box %v", b)
		}
	}
	if b[0] < 0 || b[1] < 0 || b[2] < b[0] || b[3] < b[1] || b[2] > float32(page.W)+1 || b[3] > float32(page.H)+1 {
		return fmt.Errorf("box %v does not lie on a page of %d x %d", b, page.W, page.H)
	}
	if f.Max < 0 || f.Max > maxFieldLetter {
		return fmt.Errorf("%d characters: 0 to %d", f.Max, maxFieldLetter)
	}
	return nil
}
