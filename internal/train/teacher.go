package train

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"exemplar/internal/kernel"
	"exemplar/internal/tensorfile"
	"exemplar/internal/train/loss"
)

// Teacher is the features of another network for the images of a data set. Its file is safetensors with one tensor,
// "features" (N·forms, E) in float16 or float32, image by image and form by form, and metadata:
//
//	"format"   "exemplar-teacher/1"
//	"dataset"  fingerprint of the images, dataset.Pool.Fingerprint
//	"forms"    number of forms of each image; "1" is the picture as it is
//	"teacher"  what made the features: for people
//
// A feature may have any length but zero. A row of zeros stands for a picture without a feature.
type Teacher struct {
	Name    string
	Dataset string // fingerprint of the images
	Dim     int
	Forms   int

	features []float32 // (N·Forms, Dim), rows of length one or zero
}

const (
	teacherFormat = "exemplar-teacher/1"
	maxForms      = 24
)

// ErrOtherData says that a teacher's features were computed for other images.
var ErrOtherData = errors.New("features of another data set")

// LoadTeacher reads a feature file. It checks that the file was made for a data set of n images with the fingerprint.
func LoadTeacher(path, fingerprint string, n int) (*Teacher, error) {
	data, err := tensorfile.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load teacher: %w", err)
	}
	t, err := parseTeacher(data, fingerprint, n)
	if err != nil {
		return nil, fmt.Errorf("load teacher %q: %w", path, err)
	}
	return t, nil
}

func parseTeacher(data []byte, fingerprint string, n int) (*Teacher, error) {
	file, err := tensorfile.ParseSafetensors(data)
	if err != nil {
		return nil, err
	}
	meta := file.Metadata
	if meta["format"] != teacherFormat {
		return nil, fmt.Errorf("format %q is not %q", meta["format"], teacherFormat)
	}
	if meta["dataset"] != fingerprint {
		return nil, fmt.Errorf("%w: made for %.12s, the images here are %.12s", ErrOtherData, meta["dataset"], fingerprint)
	}
	forms, err := strconv.Atoi(meta["forms"])
	if err != nil || forms < 1 || forms > maxForms {
		return nil, fmt.Errorf("forms %q is not a number from 1 to %d", meta["forms"], maxForms)
	}
	tensor, ok := file.Tensors["features"]
	if !ok || len(tensor.Shape) != 2 || tensor.Shape[0] != n*forms || tensor.Shape[1] < 1 {
		return nil, fmt.Errorf("features %v: want (%d, E)", tensor.Shape, n*forms)
	}
	values, err := tensor.Float32s()
	if err != nil {
		return nil, err
	}
	t := &Teacher{Name: meta["teacher"], Dataset: fingerprint, Dim: tensor.Shape[1], Forms: forms, features: values}
	for row := range n * forms {
		if err := unitFeature(t.row(row)); err != nil && !errors.Is(err, errNoFeature) {
			return nil, fmt.Errorf("row %d: %w", row, err)
		}
	}
	return t, nil
}

var errNoFeature = errors.New("a feature of length zero")

// unitFeature scales a feature to length 1. It returns an error if the feature is zero or not finite.
func unitFeature(row []float32) error {
	for i, v := range row {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("feature %d is %v", i, v)
		}
	}
	norm := math.Sqrt(float64(kernel.Dot(row, row)))
	if norm < loss.MinNorm {
		return errNoFeature
	}
	for i := range row {
		row[i] = float32(float64(row[i]) / norm)
	}
	return nil
}

// Save writes the feature file at path in one step.
func (t *Teacher) Save(path string) error {
	data, err := t.encode()
	if err != nil {
		return fmt.Errorf("save teacher %q: %w", path, err)
	}
	return tensorfile.WriteFile(path, data)
}

func (t *Teacher) encode() ([]byte, error) {
	file := tensorfile.Safetensors{
		Metadata: map[string]string{"format": teacherFormat, "dataset": t.Dataset, "forms": strconv.Itoa(t.Forms), "teacher": t.Name},
		Tensors:  map[string]tensorfile.Tensor{"features": tensorfile.NewFloat16(t.features, len(t.features)/t.Dim, t.Dim)},
	}
	return file.Encode()
}

// Images is the number of images of the data set.
func (t *Teacher) Images() int { return len(t.features) / (t.Dim * t.Forms) }

// row is the i-th feature.
func (t *Teacher) row(i int) []float32 { return t.features[i*t.Dim:][:t.Dim] }

// feature returns the feature of a picture, of length 1, or nil if the teacher has none.
func (t *Teacher) feature(p picture) []float32 {
	if p.image < 0 || int(p.form) >= t.Forms {
		return nil
	}
	row := t.row(int(p.image)*t.Forms + int(p.form))
	if kernel.Dot(row, row) == 0 {
		return nil
	}
	return row
}
