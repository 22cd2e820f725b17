package capturesim

import (
	"bytes"
	"sync"
	"testing"

	"exemplar/internal/imaging"
)

// testPicture is a picture with edges, colours and fine detail.
func testPicture(w, h int) *imaging.Image {
	m := imaging.NewImage(w, h)
	for y := range h {
		for x := range w {
			i := 3 * (y*w + x)
			m.Pix[i], m.Pix[i+1], m.Pix[i+2] = byte(255*x/w), byte(255*y/h), byte(128+100*((x/8+y/8)%2))
			if x/3%4 == 0 && y/20%2 == 0 {
				m.Pix[i], m.Pix[i+1], m.Pix[i+2] = 20, 20, 30
			}
		}
	}
	return m
}

func TestViewIsDeterministic(t *testing.T) {
	c := NewCapture(Wide())
	src := testPicture(180, 240)
	for seed := range uint64(50) {
		a, b := make([]byte, 3*128*128), make([]byte, 3*128*128)
		c.View(a, 128, src, seed)
		c.View(b, 128, src, seed+1000) // dirties the scratch memory
		c.View(b, 128, src, seed)
		if !bytes.Equal(a, b) {
			t.Fatalf("seed %d: two captures differ", seed)
		}
	}
}

// Several goroutines can use one Capture at the same time.
func TestViewIsSafeForConcurrentUse(t *testing.T) {
	c, m := NewCapture(Wide()), testPicture(100, 140)
	var want [16][]byte
	for i := range want {
		want[i] = make([]byte, 3*64*64)
		c.View(want[i], 64, m, uint64(i))
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got := make([]byte, 3*64*64)
			for i := range want {
				if c.View(got, 64, m, uint64(i)); !bytes.Equal(got, want[i]) {
					t.Errorf("seed %d: a capture beside others differs", i)
				}
			}
		})
	}
	wait.Wait()
}

func TestViewOfOddSources(t *testing.T) {
	c := NewCapture(Wide())
	for _, size := range [][2]int{{1, 1}, {1, 50}, {3, 2}, {2000, 9}, {900, 1300}} {
		src := NewSource(testPicture(size[0], size[1]))
		for _, side := range []int{1, 7, 33, 128} {
			dst := make([]byte, 3*side*side)
			for seed := range uint64(24) {
				c.ViewOf(dst, side, src, Form(seed), seed)
			}
		}
	}
}

// Four views of one picture, as a training step with two forms takes them.
func BenchmarkViewsOfOneSource(b *testing.B) {
	for name, size := range map[string][2]int{"160x220": {160, 220}, "640x450": {640, 450}} {
		b.Run(name, func(b *testing.B) {
			m, c := testPicture(size[0], size[1]), NewCapture(Full())
			dst := make([]byte, 3*128*128)
			var src *Source
			for seed := uint64(0); b.Loop(); seed++ {
				if seed%4 == 0 {
					src = NewSource(m)
				}
				c.ViewOf(dst, 128, src, Form(seed%8), seed)
			}
		})
	}
}

func BenchmarkView(b *testing.B) {
	src := testPicture(160, 220)
	dst := make([]byte, 3*256*256)
	for name, cfg := range map[string]Config{"full": Full(), "light": Light(), "wide": Wide()} {
		c := NewCapture(cfg)
		for _, size := range []int{128, 160} {
			b.Run(name+"/"+map[int]string{128: "128", 160: "160"}[size], func(b *testing.B) {
				b.ReportAllocs()
				for seed := uint64(0); b.Loop(); seed++ {
					c.View(dst[:3*size*size], size, src, seed)
				}
			})
		}
	}
}
