package train

import (
	"errors"
	"math"
	"strings"
	"testing"

	"exemplar/internal/nn"
	"exemplar/internal/weights"
)

func TestTeacherRoundTrip(t *testing.T) {
	made := &Teacher{Name: "sscd", Dataset: "abc", Forms: 2, Dim: 2, features: []float32{0.6, 0.8, 0, 0, 0, 1, 1, 0}}
	data, err := made.encode()
	if err != nil {
		t.Fatal(err)
	}
	teacher, err := parseTeacher(data, "abc", 2)
	if err != nil || teacher.Name != "sscd" || teacher.Forms != 2 || teacher.Dim != 2 {
		t.Fatalf("teacher %+v, error %v", teacher, err)
	}
	if f := teacher.feature(picture{image: 0}); math.Abs(float64(f[0])-0.6) > 3e-4 {
		t.Errorf("feature %v", f)
	}
	if f := teacher.feature(picture{image: 0, form: 1}); f != nil {
		t.Errorf("a feature %v of a row of zeros", f)
	}
	if f := teacher.feature(picture{image: 1, form: 1}); f[0] != 1 {
		t.Errorf("feature %v", f)
	}
	if teacher.feature(picture{image: 1, form: 2}) != nil || teacher.feature(picture{image: -1}) != nil {
		t.Error("features of forms and pictures that the teacher has not seen")
	}
}

// teacherFile is a feature file in float32, as other programs write it, of one form of the images "abc".
func teacherFile(t *testing.T, features []float32, dim int) []byte {
	t.Helper()
	file := weights.Safetensors{
		Metadata: map[string]string{"format": teacherFormat, "dataset": "abc", "forms": "1", "teacher": "x"},
		Tensors:  map[string]weights.Tensor{"features": weights.NewFloat32(features, len(features)/dim, dim)},
	}
	data, err := file.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTeacherOfOtherDataIsRefused(t *testing.T) {
	good := teacherFile(t, []float32{1, 0, 0, 1}, 2)
	if _, err := parseTeacher(good, "def", 2); !errors.Is(err, ErrOtherData) {
		t.Errorf("other fingerprint: %v", err)
	}
	if _, err := parseTeacher(good, "abc", 3); err == nil || !strings.Contains(err.Error(), "want (3, E)") {
		t.Errorf("other number of images: %v", err)
	}
	bad := teacherFile(t, []float32{1, float32(math.NaN())}, 2)
	if _, err := parseTeacher(bad, "abc", 1); err == nil {
		t.Error("no error for NaN")
	}
	bare := weights.Safetensors{Tensors: map[string]weights.Tensor{"features": weights.NewFloat32([]float32{1}, 1, 1)}}
	data, _ := bare.Encode()
	if _, err := parseTeacher(data, "", 1); err == nil || !strings.Contains(err.Error(), "format") {
		t.Errorf("no format: %v", err)
	}
}

// A batch in which some samples have no class and some no teacher.
func TestObjectiveLeavesOutWhatHasNoClassOrTeacher(t *testing.T) {
	const d = 6
	settings := DefaultConfig().Settings
	settings.Contrast.Weight, settings.Classes.Weight, settings.Distill.Weight = 1, 0.5, 2
	settings.Distill.Kind = DistillLogits
	teacher, err := parseTeacher(teacherFile(t, randomRows(4, 3, 5), 5), "abc", 3)
	if err != nil {
		t.Fatal(err)
	}
	o := &objective{settings: settings, teacher: teacher, classes: newTestClasses(t, ClassesOptions{
		Count: 24, Dim: d, Rate: 1, Shards: 2, Margin: Margin{Scale: 8}, Optimizer: nn.Optimizer{Kind: "sgd"}})}
	b := &Batch{Layout: Layout{4, 2, 2}, Target: []int32{0, 9, 16, noClass, 0, 9, 16, noClass}, Source: []picture{{0, 0}, {1, 1}, {2, 0}, {image: -1}}}
	rows := newRows(8, d)
	copy(rows.raw, randomRows(5, 8, d))
	loss, parts := o.compute(rows, b, 0, 0)
	near(t, "loss", loss, parts[partContrast]+0.5*parts[partClasses]+2*parts[partDistill], 1e-6)

	// By hand: distillation sees samples 0, 2, 4 and 6, the head all but 3 and 7.
	x := rows64(rows.raw, d)
	w := rows64(o.classes.weight, d)
	features := rows64(teacher.features, 5)
	margin := Margin{Scale: 8}
	reference := func() float64 {
		few := [][]float64{x[0], x[2], x[4], x[6]}
		kd := distill64(Distill{Kind: DistillLogits, Scale: settings.Distill.Scale}, few,
			[][]float64{features[0], features[2], features[0], features[2]}, [][]float64{w[0], w[16], w[0], w[16]}, nil)
		head := classLoss64(&margin, [][]float64{x[0], x[1], x[2], x[4], x[5], x[6]}, w, []int32{0, 9, 16, 0, 9, 16})
		return contrast64(Contrast{Scale: 24, Margin: 0.15}, x) + 0.5*head + 2*kd
	}
	near(t, "loss by hand", loss, reference(), 1e-5)
	checkGradient(t, "embeddings", rows.draw, x, reference)
}
