package changedetect

import (
	"exemplar/internal/cellnet"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
	"exemplar/internal/tensorfile"
)

// TestDefaultTellsChanges shows drawn documents under poor light to the
// reference of each and to that of a sibling with other contents.
func TestDefaultTellsChanges(t *testing.T) {
	var right, n [2]int // of cells that are the same, and another
	for seed := range uint64(6) {
		document := synthdoc.Document{Kind: synthdoc.Kinds()[seed], Template: seed, Content: seed, Size: 480}
		own, other := synthdoc.Draw(document).Gray(), synthdoc.Draw(synthdoc.Siblings(document)["contents"]).Gray()
		laid := papertest.Halved(own)
		for i, v := range laid.Pix {
			laid.Pix[i] = v - byte(int(v)*(i%laid.W)/(2*laid.W))
		}
		for _, ref := range []*imaging.Gray{own, other} {
			m := Default().Detect(ref, laid)
			for i, judged := range m.Judged {
				difference := cellDifference(ref, own, i%m.W*Cell, i/m.W*Cell)
				if !judged || difference > 0 && difference < 12 {
					continue
				}
				k := min(1, difference)
				n[k]++
				if (m.Logit[i] > 0) == (k == 1) {
					right[k]++
				}
			}
		}
	}
	t.Logf("%d of %d cells that are the same are seen as such, %d of %d that are another", right[0], n[0], right[1], n[1])
	if min(n[0], n[1]) < 1000 || right[0] < n[0]*95/100 || right[1] < n[1]/2 {
		t.Error("too few")
	}
}

// TestKindsTellFormFromContents shows drawn papers to references of their kind with
// other contents, and to those of another issuer with the same template.
func TestKindsTellFormFromContents(t *testing.T) {
	if testing.Short() {
		t.Skip("draws papers")
	}
	right, n := 0, 0
	for seed := range uint64(12) {
		ref := synthdoc.Document{Kind: []string{"bill", "invoice", "id-card"}[seed%3], Template: seed + 900, Content: seed, Size: 700}
		copied, issuer := ref, ref
		copied.Content, issuer.Content, issuer.Issuer = seed+100, seed+100, 1
		pictures := [3]*imaging.Gray{}
		for i, d := range []synthdoc.Document{ref, copied, issuer} {
			pictures[i] = synthdoc.Draw(d).Gray()
		}
		seen := slices.Repeat([]bool{true}, pictures[0].W/Cell*(pictures[0].H/Cell))
		own := Kinds().Detect(pictures[0], papertest.Halved(pictures[1])).Tally(seen)
		other := Kinds().Detect(pictures[0], papertest.Halved(pictures[2])).Tally(seen)
		n++
		if own.OtherContents > 2*own.OtherForm && other.OtherForm > 2*own.OtherForm && own.Form > own.OtherForm {
			right++
		}
	}
	if right < n*3/4 {
		t.Errorf("%d of %d kinds are told from those of another issuer", right, n)
	}
}

// cellDifference is the mean of the differences in a cell.
func cellDifference(a, b *imaging.Gray, x, y int) int {
	sum := 0
	for j := y; j < y+Cell; j++ {
		for i := x; i < x+Cell; i++ {
			sum += max(int(a.Pix[j*a.W+i])-int(b.Pix[j*b.W+i]), int(b.Pix[j*b.W+i])-int(a.Pix[j*a.W+i]))
		}
	}
	return (sum + Cell*Cell - 1) / (Cell * Cell)
}

// TestAnySize holds pictures of all small sizes and of odd shapes to the shape
// of their map.
func TestAnySize(t *testing.T) {
	d := Default()
	sizes := [][2]int{{1, 1}, {7, 3000}, {3000, 7}, {8, 3000}, {3000, 9}, {0, 0}, {0, 20}}
	for w := 1; w < 40; w += 3 {
		for h := 1; h < 40; h += 5 {
			sizes = append(sizes, [2]int{w, h})
		}
	}
	for _, s := range sizes {
		g := &imaging.Gray{W: s[0], H: s[1], Pix: make([]byte, s[0]*s[1])}
		for i := range g.Pix {
			g.Pix[i] = byte(i * 37)
		}
		m := d.Detect(g, g)
		w, h := s[0]/Cell, s[1]/Cell
		if w*h == 0 {
			w, h = 0, 0
		}
		if m.W != w || m.H != h || len(m.Logit) != w*h || len(m.Judged) != w*h {
			t.Fatalf("%v: a map of %dx%d with %d logits and %d verdicts", s, m.W, m.H, len(m.Logit), len(m.Judged))
		}
		for _, v := range m.Logit {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("%v: logit %v", s, v)
			}
		}
	}
}

func TestDifferentSizesPanic(t *testing.T) {
	defer func() {
		if fmt.Sprint(recover()) != "changedetect: a photo of 8x16 laid on a reference of 16x8" {
			t.Error("no panic that names the sizes")
		}
	}()
	Default().Detect(papertest.Bars(16, 8, 1), papertest.Bars(8, 16, 1))
}

// TestDetectSideBySide has goroutines share a detector and its memory, with
// pictures of different sizes.
func TestDetectSideBySide(t *testing.T) {
	d := Default()
	var group sync.WaitGroup
	for i := range 4 {
		ref := papertest.Bars(100+40*i, 200-30*i, uint64(i))
		laid := papertest.Halved(papertest.Bars(ref.W, ref.H, 9))
		want := d.Detect(ref, laid)
		group.Go(func() {
			for range 5 {
				if got := d.Detect(ref, laid); !reflect.DeepEqual(got, want) {
					t.Error("another map for the same pictures")
				}
			}
		})
	}
	group.Wait()
}

// TestEncode reads back what it wrote, and again: half precision is exact by
// then.
func TestEncode(t *testing.T) {
	d := newDetector(formulaNetwork(t, small))
	var files [2][]byte
	for i := range files {
		data, err := d.Encode(map[string]string{"made by": "a test"})
		if err != nil {
			t.Fatal(err)
		}
		n, err := cellnet.Load(pictures, small, data)
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range n.Tensors() {
			compareValues(t, d.net.Tensors()[k].Value, p.Value)
		}
		files[i], d = data, newDetector(n)
	}
	if !slices.Equal(files[0], files[1]) {
		t.Error("the second file is another")
	}
}

func compareValues(t *testing.T, want, got []float32) {
	t.Helper()
	for i, v := range want {
		if math.Abs(float64(got[i]-v)) > math.Abs(float64(v))/2048+1e-7 {
			t.Fatalf("%v came back as %v", v, got[i])
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	change := func(f func(tensors map[string]tensorfile.Tensor)) []byte {
		data, err := Default().Encode(nil)
		if err != nil {
			t.Fatal(err)
		}
		file, err := tensorfile.ParseSafetensors(data)
		if err != nil {
			t.Fatal(err)
		}
		f(file.Tensors)
		if data, err = file.Encode(); err != nil {
			t.Fatal(err)
		}
		return data
	}
	one := tensorfile.NewFloat32([]float32{1}, 1)
	for want, data := range map[string][]byte{
		"too few":                         []byte("abc"),
		`"e.bias" is missing`:             change(func(m map[string]tensorfile.Tensor) { delete(m, "e.bias") }),
		`"e.weight": shape [1] where [1 `: change(func(m map[string]tensorfile.Tensor) { m["e.weight"] = one }),
		`["g.bias"] belong to no layer`:   change(func(m map[string]tensorfile.Tensor) { m["g.bias"] = one }),
		`"e.bias": value 0 is NaN`: change(func(m map[string]tensorfile.Tensor) {
			m["e.bias"] = tensorfile.NewFloat32([]float32{float32(math.NaN())}, 1)
		}),
		`"e.bias": tensor of I64`: change(func(m map[string]tensorfile.Tensor) { m["e.bias"] = tensorfile.NewInt64([]int64{1}, 1) }),
	} {
		if _, err := Load(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

// BenchmarkDetect takes pictures of the size that documents are compared at.
func BenchmarkDetect(b *testing.B) {
	ref := papertest.Bars(768, 544, 1)
	laid := papertest.Halved(ref)
	d := Default()
	b.ReportAllocs()
	for b.Loop() {
		d.Detect(ref, laid)
	}
}

// FuzzLoad gives files to the reader, which takes them or says why not.
func FuzzLoad(f *testing.F) {
	data, err := newDetector(cellnet.New(pictures, small)).Encode(map[string]string{"made by": "a test"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(`{"e.bias":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := cellnet.Load(pictures, small, data)
		if err != nil {
			return
		}
		again, err := newDetector(n).Encode(nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cellnet.Load(pictures, small, again); err != nil && !strings.Contains(err.Error(), "Inf") {
			t.Fatal(err)
		}
	})
}
