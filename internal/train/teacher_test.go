package train

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"exemplar/internal/nn"
	"exemplar/internal/tensorfile"
	"exemplar/internal/train/loss"
	"exemplar/internal/train/recipe"
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
	file := tensorfile.Safetensors{
		Metadata: map[string]string{"format": teacherFormat, "dataset": "abc", "forms": "1", "teacher": "x"},
		Tensors:  map[string]tensorfile.Tensor{"features": tensorfile.NewFloat32(features, len(features)/dim, dim)},
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
	bare := tensorfile.Safetensors{Tensors: map[string]tensorfile.Tensor{"features": tensorfile.NewFloat32([]float32{1}, 1, 1)}}
	data, _ := bare.Encode()
	if _, err := parseTeacher(data, "", 1); err == nil || !strings.Contains(err.Error(), "format") {
		t.Errorf("no format: %v", err)
	}
}

// A batch in which some samples have no class and some no teacher.
func TestObjectiveLeavesOutWhatHasNoClassOrTeacher(t *testing.T) {
	const d = 6
	settings := recipe.Default().Settings
	settings.Contrast.Weight, settings.Classes.Weight, settings.Distill.Weight = 1, 0.5, 2
	settings.Distill.Kind = loss.DistillLogits
	teacher, err := parseTeacher(teacherFile(t, randomRows(4, 3, 5), 5), "abc", 3)
	if err != nil {
		t.Fatal(err)
	}
	head := func() *loss.Classes {
		c, err := loss.NewClasses(loss.ClassesOptions{
			Count: 24, Dim: d, Rate: 1, Shards: 2, Margin: loss.Margin{Scale: 8}, Optimizer: nn.Optimizer{Kind: "sgd"}})
		if err != nil {
			t.Fatal(err)
		}
		centres, _, _ := c.State()
		copy(centres, randomRows(7, 24, d))
		return c
	}
	o := &objective{settings: settings, teacher: teacher, classes: head()}
	b := &Batch{Layout: Layout{4, 2, 2}, Target: []int32{0, 9, 16, noClass, 0, 9, 16, noClass}, Source: []picture{{0, 0}, {1, 1}, {2, 0}, {image: -1}}}
	rows := newRows(8, d)
	copy(rows.raw, randomRows(5, 8, d))
	total, parts := o.compute(rows, b, 0, 0)
	near(t, "loss", total, parts[partContrast]+0.5*parts[partClasses]+2*parts[partDistill], 1e-6)

	// By hand: distillation sees samples 0, 2, 4 and 6, the head all but 3 and 7.
	pick := func(x []float32, dim int, chosen ...int) (out []float32) {
		for _, i := range chosen {
			out = append(out, x[i*dim:][:dim]...)
		}
		return out
	}
	add := func(to, part []float32, chosen ...int) {
		for k, i := range chosen {
			for j := range d {
				to[i*d+j] += part[k*d+j]
			}
		}
	}
	unit, norms, du := make([]float32, 8*d), make([]float32, 8), make([]float32, 8*d)
	loss.NormalizeRows(unit, norms, rows.raw, 8, d)
	want := loss.Contrast{Scale: 24, Margin: 0.15}.Loss(du, unit, 4, d, 1)

	classed, part := []int{0, 1, 2, 4, 5, 6}, make([]float32, 6*d)
	want += 0.5 * head().Step(part, pick(unit, d, classed...), []int32{0, 9, 16, 0, 9, 16}, 0.5, 0, 0)
	add(du, part, classed...)

	taught, part := []int{0, 2, 4, 6}, make([]float32, 4*d)
	centres, _, _ := head().State()
	right := pick(centres, d, 0, 16, 0, 16)
	loss.NormalizeRows(right, make([]float32, 4), right, 4, d)
	want += 2 * loss.Distill{Kind: loss.DistillLogits, Scale: settings.Distill.Scale}.Loss(part, loss.DistillBatch{
		Student: pick(unit, d, taught...), Teacher: pick(teacher.features, 5, 0, 2, 0, 2), Count: 4, Centres: right}, 2)
	add(du, part, taught...)

	near(t, "loss by hand", total, want, 1e-6)
	dx := make([]float32, 8*d)
	loss.NormalizeRowsBackward(dx, du, unit, norms, 8, d)
	for i, v := range dx {
		near(t, fmt.Sprintf("gradient %d", i), float64(rows.draw[i]), float64(v), 1e-6)
	}
}

func randomRows(seed uint64, n, d int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n*d)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %.8g, want %.8g", name, got, want)
	}
}
