package explain

import (
	"bytes"
	"image"
	"strings"
	"testing"

	"exemplar/internal/imagediff"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// laid lays the second of two drawn documents on the first.
func laid(first, second synthdoc.Document) *recognise.AlignedPair {
	d := newDesk(synthdoc.Example{Label: "first", Document: first}, synthdoc.Example{Label: "second", Document: second})
	o := &recognise.AlignedPair{On: d.photo(d.pictures["first"]), Reference: d.references["second"], Picture: d.pictures["second"]}
	o.Found = o.On.Compare(o.Reference)
	o.Difference = o.On.Differ(o.Reference, o.Picture, &o.Found)
	o.Print = o.Found.Print(o.Reference)
	return o
}

// Of two forms only what differs keeps its colour, under a red frame; a
// document laid on itself is shown as it is.
func TestNeighboursShowsWhatDiffers(t *testing.T) {
	papertest.SkipUnderRace(t)
	form := synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 760}
	for _, c := range []struct {
		name   string
		second synthdoc.Document
		differ bool
	}{{"itself", form, false}, {"other contents", synthdoc.Siblings(form)["contents"], true}} {
		o := laid(form, c.second)
		m := Neighbours(o, "first", "second")
		panel := fitPanel(o.On.Picture())
		if differs := len(o.Regions) > 0; differs != c.differ {
			t.Fatalf("%s: regions %v", c.name, o.Regions)
		}
		// Halfway between the panels' middles lies the gap; both panels show frames.
		for side, columns := range map[string][2]int{"first": {0, m.W / 2}, "second": {m.W / 2, m.W}} {
			red := tinted(m, 0, columns[0], columns[1])
			if c.differ != (red > 0.002) {
				t.Errorf("%s, %s: %.4f is red", c.name, side, red)
			}
		}
		if unchanged := same(m, panel, image.Pt((m.W-2*panel.W-between)/2, top)); c.differ == (unchanged > 0.9) {
			t.Errorf("%s: %.2f of the panel is as it was", c.name, unchanged)
		}
	}
}

// Of most that differ in contents alone it is said, with what to do; of other editions
// it is not.
func TestContentsAloneAreSaidToDiffer(t *testing.T) {
	papertest.SkipUnderRace(t)
	said := map[string]int{}
	for i, kind := range []string{"invoice", "driving-licence", "statement", "ticket"} {
		d := synthdoc.Document{Kind: kind, Template: 700 + uint64(i), Content: 700 + uint64(i), Size: 760}
		for _, name := range []string{"contents", "edition"} {
			o := laid(d, synthdoc.Siblings(d)[name])
			for _, fixed := range []bool{false, true} {
				o.Fixed = fixed
				says := Difference(o, "other")
				alone := strings.Contains(says, "only in what is filled in")
				if alone {
					said[name]++
				}
				if strings.Contains(says, "under one label") != (alone && !fixed) {
					t.Errorf("%s, fixed %v: %s", name, fixed, says)
				}
			}
		}
	}
	o := laid(synthdoc.Document{Kind: "form", Template: 9, Content: 9, Size: 760}, synthdoc.Document{Kind: "form", Template: 9, Content: 15, Size: 760})
	if o.Condition = "glare"; !strings.HasPrefix(Difference(o, "other"), "differs from other in condition (glare); ") {
		t.Errorf("of another condition: %s", Difference(o, "other"))
	}
	if said["contents"] < 4 || said["edition"] > 0 {
		t.Errorf("said of %v, twice each", said)
	}
}

// An invoice and a delivery note of one company differ in more than what is filled in, whatever that
// is; two invoices do not.
func TestOtherPapersOfACompanyAreSaidToDiffer(t *testing.T) {
	papertest.SkipUnderRace(t)
	said := map[string]int{}
	for _, template := range []uint64{900, 903, 904, 907, 2900, 2902} {
		d := synthdoc.Document{Kind: "invoice", Template: template, Content: template, Size: 900}
		contents := synthdoc.Siblings(d)["contents"]
		note, other := d, contents
		note.Headline, other.Headline = 1, 1
		for name, second := range map[string]synthdoc.Document{"invoice": contents, "delivery note": note, "filled in otherwise": other} {
			o := laid(d, second)
			switch says := Difference(o, "other"); {
			case strings.Contains(says, "only in what is filled in") != o.OnlyContentsDiffer():
				t.Errorf("template %d, %s: %s", template, name, says)
			case o.OnlyContentsDiffer():
				said[name]++
			case !strings.HasPrefix(says, "differs from other"):
				t.Errorf("template %d, %s: %s", template, name, says)
			}
		}
	}
	if said["invoice"] < 4 || said["delivery note"] > 0 || said["filled in otherwise"] > 0 {
		t.Errorf("only what is filled in is said to differ of %v", said)
	}
}

// same is the share of a picture's pixels that another one shows at a place.
func same(m, part *imaging.Image, at image.Point) float64 {
	n := 0
	for y := range part.H {
		for x := range part.W {
			if bytes.Equal(m.Pix[3*((at.Y+y)*m.W+at.X+x):][:3], part.Pix[3*(y*part.W+x):][:3]) {
				n++
			}
		}
	}
	return float64(n) / float64(part.W*part.H)
}

// Any number of regions, of any size, and words of any length come out, the same
// each time.
func TestNeighboursOddities(t *testing.T) {
	papertest.SkipUnderRace(t)
	card := synthdoc.Document{Kind: "ticket", Template: 4, Content: 4, Size: 500}
	o := laid(card, synthdoc.Siblings(card)["edition"])
	labels := [2]string{strings.Repeat("ab/", 300), "身分證/正面"}
	title, says := strings.Repeat("title ", 60), strings.Repeat("really ", 90)+strings.Repeat("x", 700)
	w, h := o.On.Size()
	for _, regions := range [][]image.Rectangle{
		nil,
		{image.Rect(0, 0, w, h)},
		{image.Rect(0, 0, 1, 1), image.Rect(w-1, h-1, w, h), image.Rect(0, h/2, w, h/2+1)},
		slicesOf(w, h, 30),
	} {
		o.Difference = imagediff.Difference{Regions: regions}
		m := neighbours(o, labels, title, says)
		if m.W < minWidth || m.W > 2*panelWidth+2*margin+between || m.H > 4000 {
			t.Errorf("%d regions: the picture is %d x %d", len(regions), m.W, m.H)
		}
		if !bytes.Equal(m.Pix, neighbours(o, labels, title, says).Pix) {
			t.Errorf("%d regions: two pictures of one thing differ", len(regions))
		}
	}
}

// Every region is enlarged, or it is said why not: nobody looks for what is not there.
func TestRegionsThatAreNotEnlargedAreSaid(t *testing.T) {
	for _, c := range []struct {
		large, more []int
		want        string
	}{
		{nil, nil, ""},
		{[]int{6, 7}, []int{11, 12, 14}, "Not enlarged: large enough above: 6-7; no room here: 11-12, 14"},
		{nil, []int{9}, "Not enlarged: no room here: 9"},
	} {
		if got := notEnlarged(c.large, c.more); got != c.want {
			t.Errorf("%v and %v: %q, want %q", c.large, c.more, got, c.want)
		}
	}
	card := synthdoc.Document{Kind: "ticket", Template: 4, Content: 4, Size: 500}
	o := laid(card, synthdoc.Siblings(card)["edition"])
	w, h := o.On.Size()
	o.Difference = imagediff.Difference{Regions: append([]image.Rectangle{image.Rect(0, 0, w, h)}, slicesOf(w, h, 12)...)}
	if s := layOutDetails(o, 1200); len(s.details) != maxDetails || len(s.rest) == 0 {
		t.Errorf("%d of 13 regions are enlarged, and the rest is %q", len(s.details), s.rest)
	}
}

// The discs of the numbers lie beside what is framed, and beside print, where there is room.
func TestNumbersHideNothing(t *testing.T) {
	const w, h = 500, 400
	out := newSheet(1200, 900, paper)
	panels := []panel{{image.Rect(60, 80, 560, 480), w, h}, {image.Rect(620, 80, 1120, 480), w, h}}
	frames := []image.Rectangle{image.Rect(100, 200, 200, 216), image.Rect(100, 220, 260, 300), image.Rect(120, 304, 180, 320)}
	out.box(ink, 80, 180, 20, 30, 0) // print at the upper left of the first
	var taken []image.Point
	for i, f := range frames {
		at := out.badgePlace(f, frames, taken, panels)
		if cost := out.hidden(at, frames, taken, panels); cost > 0 {
			t.Errorf("the disc of frame %d at %v hides %d", i+1, at, cost)
		}
		taken = append(taken, at)
	}
}

func slicesOf(w, h, n int) (out []image.Rectangle) {
	for i := range n {
		out = append(out, image.Rect(i*w/n, i*h/n, (i+1)*w/n, (i+1)*h/n))
	}
	return out
}
