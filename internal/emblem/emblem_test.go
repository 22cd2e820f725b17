package emblem

import (
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
)

const pageW, pageH = 320, 440

// page is paper with lines of small print, drawn from a seed.
func page(seed uint64) *imaging.Gray {
	g := &imaging.Gray{W: pageW, H: pageH, Pix: make([]byte, pageW*pageH)}
	for i := range g.Pix {
		g.Pix[i] = 240
	}
	r := rand.New(rand.NewPCG(seed, 1))
	for y := 120; y < pageH-20; y += 14 {
		print(g, r, image.Rect(30, y, 260, y+7), 4)
	}
	return g
}

// print fills a line with letters of a width: blots that are as high as the line.
func print(g *imaging.Gray, r *rand.Rand, line image.Rectangle, width int) {
	for x := line.Min.X; x+width <= line.Max.X; x += width + max(2, width/4) {
		fill(g, image.Rect(x, line.Min.Y, x+max(1, width/3), line.Max.Y))
		for range 2 {
			y := line.Min.Y + r.IntN(line.Dy()-1)
			fill(g, image.Rect(x, y, x+width, y+max(1, width/4)))
		}
	}
}

func fill(g *imaging.Gray, at image.Rectangle) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			g.Pix[y*g.W+x] = 20
		}
	}
}

var headline = image.Rect(40, 30, 200, 54)

// headed is a page with a headline, moved, drawn from seeds of their own.
func headed(text, name uint64, moved image.Point) *imaging.Gray {
	g := page(text)
	print(g, rand.New(rand.NewPCG(name, 2)), headline.Add(moved), 20)
	return g
}

func TestFind(t *testing.T) {
	if found := Find(page(1)); len(found) > 0 {
		t.Errorf("small print has %v", found)
	}
	framed := page(1)
	fill(framed, image.Rect(20, 110, 300, 112))
	for _, x := range []int{20, 298} {
		fill(framed, image.Rect(x, 110, x+2, 430))
	}
	if found := Find(framed); len(found) > 0 {
		t.Errorf("a frame is %v", found)
	}
	g := headed(1, 1, image.Point{})
	fill(g, image.Rect(250, 30, 280, 50)) // less ink than the headline
	found := Find(g)
	if len(found) != 2 {
		t.Fatalf("%v instead of a headline and a logo", found)
	}
	if !image.Rect(38, 28, 202, 56).Intersect(found[0].Box).Eq(found[0].Box) || found[0].Box.Dx() < 130 {
		t.Errorf("the headline is at %v", found[0].Box)
	}
	if found[1].Box != image.Rect(250, 30, 280, 50) || found[1].Ink != 600 {
		t.Errorf("the logo is %v", found[1])
	}
	barred := page(1)
	r := rand.New(rand.NewPCG(5, 5))
	for x := 60; x < 200; x += 3 + r.IntN(4) {
		fill(barred, image.Rect(x, 30, x+1+r.IntN(2), 60))
	}
	if found := Find(barred); len(found) > 0 {
		t.Errorf("a barcode is %v", found)
	}
	for _, empty := range []*imaging.Gray{{}, {W: 1, H: 1, Pix: []byte{7}}} {
		if found := Find(empty); len(found) > 0 {
			t.Errorf("%dx%d pixels have %v", empty.W, empty.H, found)
		}
	}
}

// laid is a photo at half brightness.
func laid(g *imaging.Gray) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i, v := range g.Pix {
		out.Pix[i] = 10 + v/3
	}
	return out
}

func TestSeen(t *testing.T) {
	ref := headed(1, 1, image.Point{})
	name := Find(ref)[0]
	for _, c := range []struct {
		what       string
		photo      *imaging.Gray
		moved      image.Point
		from, upTo float64
	}{
		{"another copy", headed(2, 1, image.Point{}), image.Point{}, 0.97, 1},
		{"another copy, of which it has moved", headed(2, 1, image.Pt(12, 40)), image.Pt(12, 40), 0.97, 1},
		{"another company", headed(1, 9, image.Point{}), image.Point{}, 0, 0.8},
		{"no headline", page(1), image.Point{}, 0, 0.6},
		{"no print", &imaging.Gray{W: pageW, H: pageH, Pix: make([]byte, pageW*pageH)}, image.Point{}, 0, 0},
	} {
		seen, moved := Lay(ref, laid(c.photo)).Seen(&name)
		if seen < c.from || seen > c.upTo+1e-9 {
			t.Errorf("%s: correlation %.2f, want %v to %v", c.what, seen, c.from, c.upTo)
		}
		if c.from > 0 && moved != c.moved {
			t.Errorf("%s: moved by %v, want %v", c.what, moved, c.moved)
		}
	}
}

// A document that is longer than the reference, laid on it by its foot, has its headline
// above the reference.
func TestSoughtAbove(t *testing.T) {
	ref := headed(1, 1, image.Point{})
	name := Find(ref)[0]
	const rows, moved = 120, 100
	above := &imaging.Gray{W: pageW, H: rows, Pix: make([]byte, pageW*rows)}
	for i := range above.Pix {
		above.Pix[i] = 240
	}
	print(above, rand.New(rand.NewPCG(1, 2)), headline.Add(image.Pt(0, rows-moved)), 20)
	on := Lay(ref, laid(page(2)))
	if seen, _ := on.Seen(&name); seen > 0.8 {
		t.Errorf("seen where it is not: %.2f", seen)
	}
	if seen, at := on.Under(laid(above)).Sought(&name); seen < 0.97 || at != image.Pt(0, -moved) {
		t.Errorf("above: correlation %.2f at %v", seen, at)
	}
}

// Signs of one width in two lines or three are a machine-readable zone; a single line is
// not, and neither is print of letters that are wide and narrow.
func TestMachineZoneLines(t *testing.T) {
	zone := func(lines int, light bool) *imaging.Gray {
		g := &imaging.Gray{W: pageW, H: 220, Pix: make([]byte, pageW*220)}
		for i := range g.Pix {
			g.Pix[i] = 240
		}
		r := rand.New(rand.NewPCG(3, 3))
		for n := range lines {
			print(g, r, image.Rect(12, 140+22*n, 308, 150+22*n), 6)
		}
		if light {
			g = inverted(g)
		}
		return g
	}
	for n, want := range []int{0, 0, 2, 3} {
		for _, light := range []bool{false, true} {
			if got := MachineZoneLines(zone(n, light)); got != want {
				t.Errorf("%d lines, light %v: %d", n, light, got)
			}
		}
	}
	g, r := zone(0, false), rand.New(rand.NewPCG(4, 4))
	for _, y := range []int{140, 162, 184} {
		for x := 12; x < 300; {
			w := 3 + r.IntN(7)
			print(g, r, image.Rect(x, y, x+w, y+10), w)
			x += w + 2
		}
	}
	if got := MachineZoneLines(g); got != 0 {
		t.Errorf("of print: %d", got)
	}
	if got := MachineZoneLines(&imaging.Gray{W: 1, H: 1, Pix: []byte{7}}); got != 0 {
		t.Errorf("of a pixel: %d", got)
	}
}

func TestLayRefusesOtherSizes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two sizes are laid on each other")
		}
	}()
	Lay(page(1), &imaging.Gray{W: 8, H: 8, Pix: make([]byte, 64)})
}

// The box of a field is no emblem, nor a line of print, empty or filled in; a badge with letters cut
// out of it is one.
func TestBoxesOfFieldsAreNoEmblems(t *testing.T) {
	box := image.Rect(pageW-110, 20, pageW-20, 52)
	for _, c := range []struct {
		what     string
		within   image.Rectangle // what is dark of the box beside its outline
		isEmblem bool
	}{
		{"empty", image.Rectangle{}, false},
		{"with a caption", image.Rect(box.Min.X+6, box.Min.Y+5, box.Min.X+30, box.Min.Y+11), false},
		{"a badge", box.Inset(5), true},
	} {
		g := page(1)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				at := image.Pt(x, y)
				g.Pix[y*g.W+x] = 240
				if !at.In(box.Inset(2)) || at.In(c.within) {
					g.Pix[y*g.W+x] = 30
				}
			}
		}
		touches := func(e Emblem) bool { return e.Box.Overlaps(box) && e.Box.Dy() > box.Dy()/2 }
		if got := slices.ContainsFunc(Find(g), touches); got != c.isEmblem {
			t.Errorf("%s: an emblem is %v", c.what, got)
		}
		if !c.isEmblem && slices.ContainsFunc(Lines(g, g.H/2), touches) {
			t.Errorf("%s: it is a line of print", c.what)
		}
	}
}
