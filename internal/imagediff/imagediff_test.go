package imagediff

import (
	"image"
	"math"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// kinds are the kinds of documents to draw: every third one with -short.
func kinds(t *testing.T) (out []string) {
	for i, kind := range synthdoc.Kinds() {
		if !testing.Short() || i%3 == 0 {
			out = append(out, kind)
		}
	}
	return out
}

// scaledBy maps pixels of a picture to those of the same picture enlarged by k; the edges
// coincide.
func scaledBy(k float64) planar.Homography {
	return planar.Resizing(k, k)
}

// changed lists the pixels in which two pictures of one size clearly differ.
func changed(a, b *imaging.Image) (at []image.Point) {
	const clearly = 60
	ga, gb := a.Gray(), b.Gray()
	for i, v := range ga.Pix {
		if d := int(v) - int(gb.Pix[i]); max(d, -d) > clearly {
			at = append(at, image.Pt(i%a.W, i/a.W))
		}
	}
	return at
}

// between returns where picture b differs from a.
func between(a, b *imaging.Image, onto planar.Homography) Difference {
	return NewSubject(a).Differs(b, onto)
}

func within(at []image.Point, regions []image.Rectangle) (n int) {
	for _, p := range at {
		for _, r := range regions {
			if p.In(r) {
				n++
				break
			}
		}
	}
	return n
}

// again simulates another scan of a picture: smaller, compressed, and a little darker. The
// map is from its pixels to those of the first.
func again(m *imaging.Image) (*imaging.Image, planar.Homography) {
	const k = 0.8
	small := imaging.Resize(m, int(k*float64(m.W)), int(k*float64(m.H)))
	for i, v := range small.Pix {
		small.Pix[i] = byte(float64(v) * 0.92)
	}
	small, _, err := imaging.Decode(imaging.EncodeJPEG(small, 85), imaging.DefaultLimits)
	if err != nil {
		panic(err)
	}
	h := scaledBy(float64(m.W) / float64(small.W))
	h[4] = float64(m.H) / float64(small.H)
	h[5] = (h[4] - 1) / 2
	return small, h
}

// If one line of a document changes, the regions cover it and little else. If the document is
// only scanned again, nothing differs.
func TestAChangedLineIsFound(t *testing.T) {
	for _, kind := range kinds(t) {
		d := synthdoc.Document{Kind: kind, Template: 41, Content: 41, Size: 768}
		line := synthdoc.Siblings(d)["line"]
		a, b := synthdoc.Draw(d), synthdoc.Draw(line)
		marks := changed(a, b)
		if len(marks) < 20 {
			continue // a field of a letter or two
		}
		seen, h := again(b)
		found := between(a, seen, h)
		if got := within(marks, found.Regions); got < len(marks)*9/10 {
			t.Errorf("%s: %d of %d changed pixels lie in %v", kind, got, len(marks), found.Regions)
		}
		if found.Area > 0.3 {
			t.Errorf("%s: one line is %.2f of the picture: %v", kind, found.Area, found.Regions)
		}
		same, h := again(a)
		if self := between(a, same, h); self.Area > 0.01 || self.Recoloured {
			t.Errorf("%s: differs from itself by %.3f, recoloured %v: %v", kind, self.Area, self.Recoloured, self.Regions)
		}
	}
}

// The rotation of the other picture does not matter.
func TestATurnedPictureIsLaidUpright(t *testing.T) {
	d := synthdoc.Document{Kind: "id-card", Template: 7, Content: 7, Size: 700}
	a, b := synthdoc.Draw(d), synthdoc.Draw(synthdoc.Siblings(d)["line"])
	upright := between(a, b, scaledBy(1))
	w, h := float64(a.W-1), float64(a.H-1)
	turned := between(a, b.Rotate(2), planar.Homography{-1, 0, w, 0, -1, h, 0, 0, 1})
	if len(upright.Regions) == 0 || len(turned.Regions) != len(upright.Regions) {
		t.Fatalf("upright %v, turned %v", upright.Regions, turned.Regions)
	}
	for i, r := range upright.Regions {
		if near := turned.Regions[i].Inset(-8); !r.In(near) {
			t.Errorf("region %v is %v when turned", r, turned.Regions[i])
		}
	}
}

// The part that the other picture does not show is no difference.
func TestWhatIsNotCoveredIsNotCompared(t *testing.T) {
	d := synthdoc.Document{Kind: "form", Template: 23, Content: 23, Size: 768}
	a := synthdoc.Draw(d)
	b := synthdoc.Draw(synthdoc.Siblings(d)["contents"])
	half := b.H / 2
	found := between(a, b.Crop(0, 0, b.W, half), scaledBy(1))
	if len(found.Regions) == 0 {
		t.Fatal("other contents do not differ")
	}
	for _, r := range found.Regions {
		if r.Max.Y > half+2*cellSide {
			t.Errorf("region %v lies below %d, where there is nothing to compare with", r, half)
		}
	}
}

// Another colour of a part is a region; another colour of the whole sets Recoloured.
func TestColours(t *testing.T) {
	a := synthdoc.Draw(synthdoc.Document{Kind: "membership", Template: 11, Content: 11, Size: 768})
	part, all := imaging.NewImage(a.W, a.H), imaging.NewImage(a.W, a.H)
	patch := image.Rect(200, 200, 320, 280)
	for i := 0; i < len(a.Pix); i += 3 {
		p := [3]byte{a.Pix[i], a.Pix[i+1], a.Pix[i+2]}
		tinted := [3]byte{p[0]/4*3 + 64, p[1] / 4 * 3, p[2] / 4 * 3}
		copy(all.Pix[i:], tinted[:])
		if image.Pt(i/3%a.W, i/3/a.W).In(patch) {
			p = tinted
		}
		copy(part.Pix[i:], p[:])
	}
	found := between(a, part, scaledBy(1))
	if len(found.Regions) != 1 || !found.Regions[0].Overlaps(patch) || found.Area > 0.1 || found.Recoloured {
		t.Errorf("a tinted patch: %+v, want one region at %v", found, patch)
	}
	if found := between(a, all, scaledBy(1)); !found.Recoloured || found.Area > 0.1 {
		t.Errorf("all tinted: %+v, want recoloured and hardly a region", found)
	}
}

// Two pictures that have nothing in common give few, separate regions inside the picture, as
// does noise.
func TestRegionsAreFewAndInside(t *testing.T) {
	for _, kind := range kinds(t) {
		a := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: 1, Content: 1, Size: 500})
		b := imaging.Resize(synthdoc.Draw(synthdoc.Document{Kind: "page", Template: 2, Content: 2, Size: 500}), a.W, a.H)
		found := between(a, b, scaledBy(1))
		if n := len(found.Regions); n == 0 && !found.Recoloured || n > maxRegions {
			t.Errorf("%s against a page: %d regions", kind, n)
		}
		if found.Area < 0 || found.Area > 1+1e-9 {
			t.Errorf("%s: area %v", kind, found.Area)
		}
		for _, r := range found.Regions {
			if r.Empty() || !r.In(image.Rect(0, 0, a.W, a.H)) {
				t.Errorf("%s: region %v of %d x %d", kind, r, a.W, a.H)
			}
		}
	}
}

func TestOddPicturesAndMaps(t *testing.T) {
	one := synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 1, Size: 300})
	for _, size := range [][2]int{{1, 1}, {1, 3000}, {3000, 1}, {16, 16}, {40, 17}} {
		m := imaging.NewImage(size[0], size[1])
		for _, h := range []planar.Homography{scaledBy(1), {}, scaledBy(1e6), scaledBy(1e-6), {1, 0, 0, 0, 1, 0, 1, 1, -30}, {math.NaN(), 0, 0, 0, 1, 0, 0, 0, 1}} {
			between(m, one, h)
			between(one, m, h)
		}
	}
}
