package loss

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"exemplar/internal/nn"
)

// The losses are checked against float64 references written as plainly as possible, and their gradients against central
// differences of those references through the normalisation of the embeddings.

func randomRows(seed uint64, n, d int) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n*d)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func rows64(x []float32, d int) [][]float64 {
	out := make([][]float64, len(x)/d)
	for i := range out {
		for _, v := range x[i*d:][:d] {
			out[i] = append(out[i], float64(v))
		}
	}
	return out
}

func dot64(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func cos64(a, b []float64) float64 { return dot64(a, b) / math.Sqrt(dot64(a, a)*dot64(b, b)) }

// checkGradient compares dx with central differences of loss at x. The tolerance is that of float32 sums of the size
// of the gradient.
func checkGradient(t *testing.T, name string, dx []float32, x [][]float64, loss func() float64) {
	t.Helper()
	const h = 1e-5
	var worst, size float64
	for i, row := range x {
		for j := range row {
			keep := row[j]
			row[j] = keep + h
			up := loss()
			row[j] = keep - h
			down := loss()
			row[j] = keep
			want := (up - down) / (2 * h)
			worst = math.Max(worst, math.Abs(want-float64(dx[i*len(row)+j])))
			size = math.Max(size, math.Abs(want))
		}
	}
	if worst > 2e-4*size+1e-6 || size == 0 {
		t.Errorf("%s: gradient differs by %.3g, largest %.3g", name, worst, size)
	}
}

// throughUnit runs a loss on the unit rows of x and returns it with its gradient by x.
func throughUnit(x []float32, n, d int, loss func(du, unit []float32) float64) (float64, []float32) {
	unit, norms := make([]float32, n*d), make([]float32, n)
	NormalizeRows(unit, norms, x, n, d)
	du, dx := make([]float32, n*d), make([]float32, n*d)
	value := loss(du, unit)
	NormalizeRowsBackward(dx, du, unit, norms, n, d)
	return value, dx
}

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %.8g, want %.8g", name, got, want)
	}
}

var margins = map[string]Margin{
	"normface": {Scale: 16},
	"cosface":  {Scale: 32, M3: 0.35},
	"arcface":  {Scale: 64, M2: 0.5},
	"combined": {Scale: 30, M1: 0.9, M2: 0.4, M3: 0.15},
	"folded":   {Scale: 8, M1: 1.4, M2: 1.2, M3: 0.1},
}

// target64 is the margin's definition, in float64.
func target64(m Margin, c float64) float64 {
	m1 := m.M1
	if m1 == 0 {
		m1 = 1
	}
	if angle := m1*math.Acos(c) + m.M2; angle <= math.Pi {
		return math.Cos(angle) - m.M3
	}
	return c - math.Cos((math.Pi-m.M2)/m1) - 1 - m.M3
}

// classLoss64 is the mean cross-entropy of all classes.
func classLoss64(m *Margin, x, w [][]float64, targets []int32) float64 {
	var loss float64
	for i, row := range x {
		var sum, right float64
		for j := range w {
			logit := dot64(row, w[j])
			if m != nil {
				logit = cos64(row, w[j])
				if int32(j) == targets[i] {
					logit = target64(*m, logit)
				}
				logit *= m.Scale
			}
			sum += math.Exp(logit)
			if int32(j) == targets[i] {
				right = logit
			}
		}
		loss += math.Log(sum) - right
	}
	return loss / float64(len(x))
}

func newTestClasses(t testing.TB, opt ClassesOptions) *Classes {
	t.Helper()
	c, err := NewClasses(opt)
	if err != nil {
		t.Fatal(err)
	}
	copy(c.weight, randomRows(7, opt.Count, opt.Dim))
	return c
}

func TestClassLossesAndGradients(t *testing.T) {
	const n, d, classes = 7, 9, 13
	x := randomRows(1, n, d)
	targets := []int32{0, 12, 3, 3, 7, 1, 12}
	cases := map[string]*Margin{"softmax": nil}
	for name, m := range margins {
		cases[name] = &m
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			opt := ClassesOptions{Count: classes, Dim: d, Rate: 1, Shards: 3, Optimizer: nn.Optimizer{Kind: "sgd"}}
			opt.Plain = m == nil
			if m != nil {
				opt.Margin = *m
			}
			c := newTestClasses(t, opt)
			w := rows64(c.weight, d)
			before := append([]float32(nil), c.weight...)
			run := func(du, unit []float32) float64 { return c.Step(du, unit, targets, 1, 1, 0) }
			var loss float64
			dx := make([]float32, n*d)
			if opt.Plain {
				loss = run(dx, x)
			} else {
				loss, dx = throughUnit(x, n, d, run)
			}
			x64 := rows64(x, d)
			reference := func() float64 { return classLoss64(m, x64, w, targets) }
			near(t, "loss", loss, reference(), 2e-6)
			checkGradient(t, "embeddings", dx, x64, reference)
			// SGD with rate 1 and no momentum steps by the gradient.
			dw := make([]float32, len(before))
			for i := range dw {
				dw[i] = before[i] - c.weight[i]
			}
			checkGradient(t, "centres", dw, w, reference)
		})
	}
}

func TestMarginIsContinuousAndFalling(t *testing.T) {
	for name, m := range margins {
		last := math.Inf(-1)
		for c := float32(-0.9999); c < 0.9999; c += 1e-4 {
			v, slope := m.target(c)
			if float64(v) < last-1e-6 {
				t.Fatalf("%s: target falls with the cosine at %v", name, c)
			}
			if step := float64(v) - last; last > -10 && step > 0.03 {
				t.Fatalf("%s: target jumps by %v at %v", name, step, c)
			}
			if slope < 0 {
				t.Fatalf("%s: slope %v at %v", name, slope, c)
			}
			last = float64(v)
		}
	}
}

func TestStraightThroughKeepsTheValue(t *testing.T) {
	true_, straight := margins["arcface"], margins["arcface"]
	straight.StraightThrough = true
	v1, s1 := true_.target(0.3)
	v2, s2 := straight.target(0.3)
	if v1 != v2 || s2 != 1 || s1 == 1 {
		t.Errorf("true (%v, %v), straight through (%v, %v)", v1, s1, v2, s2)
	}
}

func contrast64(c Contrast, x [][]float64) float64 {
	n := len(x)
	var loss float64
	for i := range x {
		positive := (i + n/2) % n
		right := c.Scale * (cos64(x[i], x[positive]) - c.Margin)
		sum := math.Exp(right)
		for j := range x {
			if j != i && j != positive {
				sum += math.Exp(c.Scale * cos64(x[i], x[j]))
			}
		}
		loss += math.Log(sum) - right
	}
	return loss / float64(n)
}

func TestContrast(t *testing.T) {
	const classes, d = 5, 8
	x := randomRows(3, 2*classes, d)
	c := Contrast{Scale: 24, Margin: 0.15}
	loss, dx := throughUnit(x, 2*classes, d, func(du, unit []float32) float64 {
		return c.Loss(du, unit, classes, d, 1)
	})
	x64 := rows64(x, d)
	reference := func() float64 { return contrast64(c, x64) }
	near(t, "loss", loss, reference(), 1e-6)
	checkGradient(t, "embeddings", dx, x64, reference)
}

func softmax64(x []float64, scale float64, skip int) []float64 {
	var sum float64
	p := make([]float64, len(x))
	for i, v := range x {
		if i != skip {
			p[i] = math.Exp(scale * v)
			sum += p[i]
		}
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func kl64(p, q []float64) float64 {
	var s float64
	for i := range p {
		if p[i] > 0 {
			s += p[i] * math.Log(p[i]/q[i])
		}
	}
	return s
}

// distill64 is each kind's definition.
func distill64(d Distill, x, teacher, centres [][]float64, p [][]float64) float64 {
	var loss float64
	cosines := func(a []float64, others [][]float64) (c []float64) {
		for _, b := range others {
			c = append(c, cos64(a, b))
		}
		return c
	}
	n := float64(len(x))
	for i := range x {
		switch d.Kind {
		case DistillFeatures, DistillCosine:
			z := make([]float64, len(p[0]))
			for k := range p {
				for e := range z {
					z[e] += x[i][k] * p[k][e]
				}
			}
			if d.Kind == DistillCosine {
				loss += 1 - cos64(z, teacher[i])
				continue
			}
			for e, norm := 0, math.Sqrt(dot64(z, z)); e < len(z); e++ {
				z[e] /= norm
			}
			loss += kl64(softmax64(teacher[i], d.Scale, -1), softmax64(z, d.Scale, -1))
		case DistillSimilarity:
			loss += kl64(softmax64(cosines(teacher[i], teacher), d.Scale, i), softmax64(cosines(x[i], x), d.Scale, i))
		case DistillLogits:
			loss += kl64(softmax64(cosines(teacher[i], teacher), d.Scale, -1), softmax64(cosines(x[i], centres), d.Scale, -1))
		case DistillRelational:
			a, b := cosines(x[i], x), cosines(teacher[i], teacher)
			for j := range a {
				loss += (a[j] - b[j]) * (a[j] - b[j]) / n
			}
		}
	}
	return loss / n
}

func TestDistillation(t *testing.T) {
	const n, d, e = 6, 7, 10
	x := randomRows(5, n, d)
	unit := func(seed uint64, dim int) []float32 {
		rows, norms := randomRows(seed, n, dim), make([]float32, n)
		NormalizeRows(rows, norms, rows, n, dim)
		return rows
	}
	teacher, centres := unit(6, e), unit(8, d)
	for _, kind := range []DistillKind{DistillFeatures, DistillCosine, DistillSimilarity, DistillRelational, DistillLogits} {
		t.Run(string(kind), func(t *testing.T) {
			distill := Distill{Kind: kind, Scale: 6}
			p := NewProjection(d, e, 1)
			loss, dx := throughUnit(x, n, d, func(du, u []float32) float64 {
				return distill.Loss(du, DistillBatch{Count: n, Student: u, Teacher: teacher, Centres: centres, Projection: p}, 1)
			})
			x64, p64 := rows64(x, d), rows64(p.Weight, e)
			reference := func() float64 { return distill64(distill, x64, rows64(teacher, e), rows64(centres, d), p64) }
			near(t, "loss", loss, reference(), 1e-5)
			checkGradient(t, "embeddings", dx, x64, reference)
			if kind.NeedsProjection() {
				// The projection sees unit rows: the reference must too.
				for _, row := range x64 {
					for j, norm := 0, math.Sqrt(dot64(row, row)); j < len(row); j++ {
						row[j] /= norm
					}
				}
				checkGradient(t, "projection", p.Grad, p64, reference)
			}
		})
	}
}

func ExampleMargin() {
	arcFace := Margin{Scale: 64, M2: 0.5}
	value, slope := arcFace.target(0.8)
	fmt.Printf("%.3f %.3f\n", value, slope)
	// Output: 0.414 1.517
}
