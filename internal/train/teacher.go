package train

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"exemplar/internal/weights"
)

// Teacher is the features of another network for the images of a data set: a safetensors file with one tensor,
// "features" (N·forms, E) in float16 or float32, image by image, form by form, and metadata:
//
//	"format"   "exemplar-teacher/1"
//	"dataset"  fingerprint of the images, dataset.Pool.Fingerprint
//	"forms"    number of forms of each image that it covers, the first ones; "1" is the picture as it is
//	"teacher"  what made the features: for people
type Teacher struct {
	Name  string
	Dim   int
	Forms int

	features []float32 // unit rows
}

const teacherFormat = "exemplar-teacher/1"

// ErrOtherData says that a teacher's features were made of other images.
var ErrOtherData = errors.New("features of another data set")

// LoadTeacher reads a feature file and checks that it belongs to a data set of n images with that fingerprint.
func LoadTeacher(path, fingerprint string, n int) (*Teacher, error) {
	data, err := weights.ReadFile(path)
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
	file, err := weights.ParseSafetensors(data)
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
	if err != nil || forms < 1 || forms > 24 {
		return nil, fmt.Errorf("forms %q is not a number from 1 to 24", meta["forms"])
	}
	tensor, ok := file.Tensors["features"]
	if !ok || len(tensor.Shape) != 2 || tensor.Shape[0] != n*forms || tensor.Shape[1] < 1 {
		return nil, fmt.Errorf("features %v: want (%d, E)", tensor.Shape, n*forms)
	}
	values, err := tensor.Float32s()
	if err != nil {
		return nil, err
	}
	t := &Teacher{Name: meta["teacher"], Dim: tensor.Shape[1], Forms: forms, features: make([]float32, len(values))}
	for i, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("feature %d of row %d is %v", i%t.Dim, i/t.Dim, v)
		}
	}
	normalizeRows(t.features, make([]float32, n*forms), values, n*forms, t.Dim)
	return t, nil
}

// EncodeTeacher returns the bytes of a feature file for features (n·forms, dim).
func EncodeTeacher(name, fingerprint string, features []float32, forms, dim int) ([]byte, error) {
	file := weights.Safetensors{
		Metadata: map[string]string{"format": teacherFormat, "dataset": fingerprint, "forms": strconv.Itoa(forms), "teacher": name},
		Tensors:  map[string]weights.Tensor{"features": weights.NewFloat32(features, len(features)/dim, dim)},
	}
	return file.Encode()
}

// feature returns the unit feature of a picture, nil where the teacher has none.
func (t *Teacher) feature(p picture) []float32 {
	if p.image < 0 || int(p.form) >= t.Forms {
		return nil
	}
	return t.features[(int(p.image)*t.Forms+int(p.form))*t.Dim:][:t.Dim]
}
