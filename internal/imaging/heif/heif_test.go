package heif

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/cputime"
	"exemplar/internal/imaging/hevc"
)

// The streams beside package hevc have this size.
const streamW, streamH = 176, 112

// picture is a decoded picture of 3 bytes a pixel.
type picture struct {
	w, h int
	pix  []byte
}

func (p picture) at(x, y int) [3]byte { return [3]byte(p.pix[3*(y*p.w+x):]) }

func decoded(t testing.TB, data []byte) (*File, picture) {
	t.Helper()
	f, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	w, h, pix, missing, err := f.Decode(1)
	if err != nil || missing != 0 {
		t.Fatalf("%g is missing, %v", missing, err)
	}
	return f, picture{w, h, pix}
}

func plain(t testing.TB, name string) picture {
	t.Helper()
	w := &writer{}
	w.coded(t, name)
	_, p := decoded(t, w.file())
	return p
}

// TestNumbers: short and long numbers in the boxes, data in the file and in the meta box.
func TestNumbers(t *testing.T) {
	want := plain(t, "plain")
	if want.w != streamW || want.h != streamH {
		t.Fatal(want.w, want.h)
	}
	for _, w := range []*writer{{compact: true}, {}} {
		w.coded(t, "plain")
		w.items[0].inIdat = !w.compact
		if _, got := decoded(t, w.file()); !bytes.Equal(got.pix, want.pix) {
			t.Errorf("compact %v: another picture", w.compact)
		}
	}
}

// TestView: turns, mirrors and crops in any order, against doing them one after the other.
func TestView(t *testing.T) {
	whole := plain(t, "lossless")
	turned := func(p picture, n int) picture { // anticlockwise
		for range n {
			out := picture{p.h, p.w, make([]byte, len(p.pix))}
			for y := range out.h {
				for x := range out.w {
					copy(out.pix[3*(y*out.w+x):], p.pix[3*(x*p.w+p.w-1-y):][:3])
				}
			}
			p = out
		}
		return p
	}
	part := func(p picture, x0, y0, w, h int) picture {
		out := picture{w, h, nil}
		for y := range h {
			out.pix = append(out.pix, p.pix[3*((y0+y)*p.w+x0):][:3*w]...)
		}
		return out
	}
	mirrored := func(p picture, axis int) picture {
		out := picture{p.w, p.h, make([]byte, len(p.pix))}
		for y := range p.h {
			for x := range p.w {
				from := y*p.w + p.w - 1 - x
				if axis == 0 {
					from = (p.h-1-y)*p.w + x
				}
				copy(out.pix[3*(y*p.w+x):], p.pix[3*from:][:3])
			}
		}
		return out
	}
	// A step is r and the turns, m and the axis, or c for a crop of 40 x 30 at (8, 10).
	for _, steps := range []string{"", "r1", "r2", "r3", "m0", "m1", "c", "cr1", "r1c", "m0r1", "r1m0", "m1r3", "r3m1c", "cm1r1", "m0cr2m1", "r1m1cr1"} {
		w := &writer{}
		var uses []int
		want := whole
		for at := 0; at < len(steps); at++ {
			switch steps[at] {
			case 'c':
				// The offset is that of the centre: (8 + 39/2) - (w-1)/2, in halves.
				off := func(start, size, whole int) []byte {
					return append(u32(2*start+size-whole), u32(2)...)
				}
				uses = append(uses, w.property("clap", u32(40), u32(1), u32(30), u32(1), off(8, 40, want.w), off(10, 30, want.h)))
				want = part(want, 8, 10, 40, 30)
			case 'r':
				at++
				uses = append(uses, w.property("irot", []byte{steps[at] - '0'}))
				want = turned(want, int(steps[at]-'0'))
			case 'm':
				at++
				uses = append(uses, w.property("imir", []byte{steps[at] - '0'}))
				want = mirrored(want, int(steps[at]-'0'))
			}
		}
		w.coded(t, "lossless", uses...)
		f, got := decoded(t, w.file())
		for _, turn := range [9][]func(picture) picture{ // EXIF: how to make it upright
			2: {func(p picture) picture { return mirrored(p, 1) }},
			3: {func(p picture) picture { return turned(p, 2) }},
			4: {func(p picture) picture { return mirrored(p, 0) }},
			5: {func(p picture) picture { return mirrored(p, 1) }, func(p picture) picture { return turned(p, 1) }},
			6: {func(p picture) picture { return turned(p, 3) }},
			7: {func(p picture) picture { return mirrored(p, 1) }, func(p picture) picture { return turned(p, 3) }},
			8: {func(p picture) picture { return turned(p, 1) }},
		}[f.Orientation] {
			got = turn(got)
		}
		if got.w != want.w || got.h != want.h || !bytes.Equal(got.pix, want.pix) {
			t.Errorf("%q: %d x %d, orientation %d: another picture than %d x %d", steps, got.w, got.h, f.Orientation, want.w, want.h)
		}
	}
}

// TestGrid: tiles lie side by side, and the last ones are cut; at every scale.
func TestGrid(t *testing.T) {
	a, b := plain(t, "plain"), plain(t, "coarse")
	const w, h = 2*streamW - 30, 2*streamH - 11
	file := &writer{}
	grid := file.add("grid", gridBody(2, 2, w, h))
	first, second := file.coded(t, "plain"), file.coded(t, "coarse")
	file.items[1].hidden = true
	file.refer("dimg", grid, first, second, second, first)
	f, got := decoded(t, file.file())
	if got.w != w || got.h != h || f.Pictures != 1 {
		t.Fatal(got.w, got.h, f.Pictures)
	}
	for y := range h {
		for x := range w {
			tile := a
			if (x < streamW) != (y < streamH) {
				tile = b
			}
			if got.at(x, y) != tile.at(x%streamW, y%streamH) {
				t.Fatalf("at (%d, %d): %v", x, y, got.at(x, y))
			}
		}
	}
	for _, scale := range []int{2, 4, 8} {
		gw, gh, pix, _, err := f.Decode(scale)
		if err != nil || gw != (w+scale-1)/scale || gh != (h+scale-1)/scale || len(pix) != 3*gw*gh {
			t.Fatal(scale, gw, gh, err)
		}
		sum, count := 0, 0
		for y := range scale {
			for x := range scale {
				sum, count = sum+int(got.at(x, y)[0]), count+1
			}
		}
		if mean := (sum + count/2) / count; mean != int(pix[0]) {
			t.Errorf("1/%d begins with %d, not %d", scale, pix[0], mean)
		}
	}
}

// TestAlpha: transparency is blended with white, with its own size and from the same as the
// picture; premultiplied colours are not multiplied again.
func TestAlpha(t *testing.T) {
	colour, opacity := plain(t, "plain"), plain(t, "grey")
	for _, premultiplied := range []bool{false, true} {
		w := &writer{}
		id := w.coded(t, "plain")
		kind := w.property("auxC", u32(0), []byte("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"))
		alpha := w.coded(t, "grey", kind)
		w.refer("auxl", alpha, id)
		if premultiplied {
			w.refer("prem", id, alpha)
		}
		f, got := decoded(t, w.file())
		if f.Pictures != 1 {
			t.Errorf("%d pictures", f.Pictures)
		}
		for i, v := range got.pix {
			a := int(opacity.pix[i])
			want := (int(colour.pix[i])*a + 255*(255-a) + 127) / 255
			if premultiplied {
				want = min(int(colour.pix[i])+255-a, 255)
			}
			if int(v) != want {
				t.Fatalf("premultiplied %v: sample %d: %d, not %d", premultiplied, i, v, want)
			}
		}
	}
}

// TestOtherSources: another view of a picture, and pictures on a canvas.
func TestOtherSources(t *testing.T) {
	whole := plain(t, "plain")
	w := &writer{}
	view := w.add("iden", nil, w.property("irot", []byte{2}))
	w.refer("dimg", view, w.coded(t, "plain", w.property("imir", []byte{1})))
	if f, got := decoded(t, w.file()); f.Orientation != 4 || !bytes.Equal(got.pix, whole.pix) {
		t.Errorf("another view: orientation %d", f.Orientation)
	}

	w = &writer{}
	bright := w.add("tmap", []byte{0})
	w.refer("dimg", bright, w.coded(t, "plain"), w.coded(t, "grey"))
	if _, got := decoded(t, w.file()); !bytes.Equal(got.pix, whole.pix) {
		t.Error("a picture with a gain map is not its base")
	}

	w = &writer{}
	body := bytes.Join([][]byte{{0, 0}, u16(0x1000), u16(0x2000), u16(0x3000), u16(0xFFFF), u16(200), u16(150), u16(0xFFF0), u16(20), u16(60), u16(30)}, nil)
	canvas := w.add("iovl", body)
	w.refer("dimg", canvas, w.coded(t, "coarse"), w.coded(t, "plain")) // at (-16, 20) and (60, 30)
	_, got := decoded(t, w.file())
	coarse := plain(t, "coarse")
	for _, test := range []struct {
		x, y int
		want [3]byte
	}{{0, 0, [3]byte{0x10, 0x20, 0x30}}, {0, 20, coarse.at(16, 0)}, {59, 100, coarse.at(75, 80)}, {60, 30, whole.at(0, 0)}, {199, 141, whole.at(139, 111)}, {199, 149, [3]byte{0x10, 0x20, 0x30}}} {
		if got.at(test.x, test.y) != test.want {
			t.Errorf("on the canvas at (%d, %d): %v, not %v", test.x, test.y, got.at(test.x, test.y), test.want)
		}
	}
}

// TestRanges: what the file says about colours counts more than what the stream says.
func TestRanges(t *testing.T) {
	nclx := func(matrix int, full byte) [][]byte {
		return [][]byte{[]byte("nclx"), u16(2), u16(2), u16(matrix), {full}}
	}
	narrow := plain(t, "plain")
	for _, test := range []struct {
		stream string
		uses   [][]byte
		same   bool
	}{
		{"plain", nclx(6, 0), true}, // as if nothing is stated
		{"plain", nclx(6, 0x80), false},
		{"plain", nclx(1, 0), false},
	} {
		w := &writer{}
		n := w.property("colr", test.uses...)
		w.coded(t, test.stream, n)
		if _, got := decoded(t, w.file()); bytes.Equal(got.pix, narrow.pix) != test.same {
			t.Errorf("%s with %q: the same: %v", test.stream, test.uses, !test.same)
		}
	}
	// Grey, black and white of a picture with no colour are what the range says.
	c := newConverter(&hevc.Picture{Depth: [3]int{10, 10, 10}, Planes: make([]hevc.Plane, 1)}, hevc.Colour{Known: true, Matrix: 6})
	for sample, want := range map[int]byte{0: 0, 64: 0, 502: 128, 940: 255, 1023: 255} {
		if got := clip(c.luma[sample] + 1<<(fractionBits-1)); got != want {
			t.Errorf("%d of the narrow range is %d, not %d", sample, got, want)
		}
	}
}

// TestPictures: the number counts what is to be seen.
func TestPictures(t *testing.T) {
	w := &writer{}
	first := w.coded(t, "plain")
	thumbnail, other := w.coded(t, "coarse"), w.coded(t, "fine")
	w.refer("thmb", thumbnail, first)
	exif := w.add("Exif", []byte("\x00\x00\x00\x00II*\x00"))
	w.refer("cdsc", exif, first)
	w.coded(t, "coarse")
	w.items[len(w.items)-1].hidden = true
	if f, _ := decoded(t, w.file()); f.Pictures != 2 {
		t.Errorf("%d pictures", f.Pictures)
	}
	w.primary = other
	if _, got := decoded(t, w.file()); !bytes.Equal(got.pix, plain(t, "fine").pix) {
		t.Error("not the main picture")
	}
}

// TestCutOff: of a grid that is cut off the tiles that are there, as long as they are half.
func TestCutOff(t *testing.T) {
	w := &writer{}
	grid := w.add("grid", gridBody(1, 4, 4*streamW, streamH))
	w.items[0].inIdat = true
	var tiles []uint32
	for range 4 {
		tiles = append(tiles, w.coded(t, "lossless"))
	}
	w.refer("dimg", grid, tiles...)
	data := w.file()
	_, whole := decoded(t, data)
	tile := len(w.items[1].data)
	last := 0.0
	for lost := tile / 4; lost < 4*tile; lost += tile / 4 {
		f, err := Open(data[:len(data)-lost])
		if err != nil {
			t.Fatal(err)
		}
		_, _, pix, missing, err := f.Decode(1)
		if missing < last || (missing > 0.5) != (err != nil) {
			t.Fatalf("without %d bytes: %.2f is missing after %.2f, %v", lost, missing, last, err)
		}
		if last = missing; err != nil {
			if !errors.Is(err, hevc.ErrTruncated) && !errors.Is(err, hevc.ErrCorrupt) {
				t.Errorf("without %d bytes: %v", lost, err)
			}
			continue
		}
		if !bytes.Equal(pix[:300], whole.pix[:300]) {
			t.Errorf("without %d bytes: another picture", lost)
		}
	}
	if last < 0.9 {
		t.Errorf("at last %.2f is missing", last)
	}
}

// TestRefused: damaged files and those that are not read say what they are.
func TestRefused(t *testing.T) {
	grid := func(rows, columns, w, h, tiles int) []byte {
		file := &writer{}
		id := file.add("grid", gridBody(rows, columns, w, h))
		tile := file.coded(t, "plain")
		file.refer("dimg", id, make([]uint32, tiles)...)
		for i := range tiles {
			file.references[0].to[i] = tile
		}
		return file.file()
	}
	itself := &writer{}
	id := itself.add("iden", nil)
	itself.refer("dimg", id, id)
	kind := func(kind string) []byte {
		w := &writer{}
		w.add(kind, []byte("data"))
		return w.file()
	}
	crop := &writer{}
	crop.coded(t, "plain", crop.property("clap", u32(400), u32(1), u32(30), u32(0), u32(0), u32(1), u32(0), u32(1)))
	for name, test := range map[string]struct {
		data  []byte
		is    error
		words string
	}{
		"nothing":              {nil, ErrCorrupt, "lists no picture"},
		"a sequence":           {append(boxOf("ftyp", []byte("hevc")), boxOf("moov")...), ErrUnsupported, "sequence"},
		"the compact form":     {append(boxOf("ftyp", []byte("mif3")), boxOf("mini")...), ErrUnsupported, "compact"},
		"AVIF":                 {kind("av01"), ErrUnsupported, "AVIF"},
		"H.264":                {kind("avc1"), ErrUnsupported, "H.264"},
		"an unknown kind":      {kind("x\x00yz"), ErrUnsupported, `"x?yz"`},
		"no header":            {kind("hvc1"), ErrCorrupt, "no header"},
		"itself":               {itself.file(), ErrCorrupt, "each other"},
		"too few tiles":        {grid(2, 2, 300, 200, 3), ErrCorrupt, "2 x 2 tiles has 3"},
		"tiles that lie aside": {grid(2, 2, 170, 200, 4), ErrCorrupt, "does not make 170 x 200"},
		"too small tiles":      {grid(1, 1, 177, 100, 1), ErrCorrupt, "does not make"},
		"a bad crop":           {crop.file(), ErrCorrupt, "cropped"},
		"cut off in the boxes": {grid(1, 1, 100, 100, 1)[:200], ErrTruncated, "too early"},
	} {
		_, err := Open(test.data)
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHostile: files that are made to cost much.
func TestHostile(t *testing.T) {
	many := &writer{}
	id := many.add("grid", gridBody(255, 256, 256*streamW-1, 255*streamH-1))
	tile := many.coded(t, "lossless")
	all := make([]uint32, 255*256)
	for i := range all {
		all[i] = tile
	}
	many.refer("dimg", id, all...)
	lists := bytes.Repeat(boxOf("free"), 200_000)
	tree := &writer{}
	for range 5 {
		tree.add("iovl", make([]byte, 20))
	}
	wide := make([]uint32, 60_000)
	for depth := range 4 {
		for i := range wide {
			wide[i] = uint32(depth + 2)
		}
		tree.refer("dimg", uint32(depth+1), slices.Clone(wide)...)
	}
	for name, data := range map[string][]byte{
		"the same tile 65,280 times": many.file(),
		"many boxes":                 fullBox("meta", 0, 0, lists),
		"many properties":            fullBox("meta", 0, 0, boxOf("iprp", boxOf("ipco", lists))),
		"pictures of pictures":       tree.file(),
		"many places":                fullBox("meta", 0, 0, fullBox("iloc", 2, 0, []byte{0, 0}, u32(-1), make([]byte, 1<<20))),
		"many items":                 fullBox("meta", 0, 0, fullBox("iinf", 1, 0, u32(-1), bytes.Repeat(fullBox("infe", 3, 0, make([]byte, 10)), 100_000))),
	} {
		if _, err := Open(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzOpen checks that no file makes the decoder panic.
func FuzzOpen(f *testing.F) {
	w := &writer{}
	grid := w.add("grid", gridBody(2, 1, streamW, 2*streamH), w.property("irot", []byte{1}))
	w.refer("dimg", grid, w.coded(f, "coarse"), w.coded(f, "coarse"))
	f.Add(w.file())
	w = &writer{compact: true}
	id := w.coded(f, "coarse", w.property("clap", u32(100), u32(1), u32(30), u32(1), u32(0), u32(1), u32(0), u32(1)), w.property("colr", []byte("prof"), displayP3()))
	alpha := w.coded(f, "grey", w.property("auxC", u32(0), []byte("urn:mpeg:hevc:2015:auxid:1\x00")))
	w.refer("auxl", alpha, id)
	f.Add(w.file())
	w = &writer{}
	canvas := w.add("iovl", bytes.Join([][]byte{make([]byte, 10), u16(100), u16(100), u16(9), u16(9)}, nil))
	view := w.add("iden", nil)
	w.refer("dimg", canvas, view)
	w.refer("dimg", view, w.coded(f, "coarse", w.property("imir", []byte{1}), w.property("imir", []byte{1})))
	f.Add(w.file())
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data)
		if err != nil {
			return
		}
		if int64(file.W)*int64(file.H) > 1<<18 || file.Cost(1) > 1<<25 {
			return
		}
		for _, scale := range []int{1, 8} {
			w, h, pix, _, err := file.Decode(scale)
			if err == nil && (len(pix) != 3*w*h || w != (file.W+scale-1)/scale || h != (file.H+scale-1)/scale) {
				t.Fatalf("%d x %d in %d bytes of %d x %d", w, h, len(pix), file.W, file.H)
			}
		}
	})
}

// BenchmarkPhoto decodes 10 megapixels in tiles, as telephones have them, with 3 bits a pixel.
func BenchmarkPhoto(b *testing.B) {
	const rows, columns = 22, 23
	w := &writer{}
	grid := w.add("grid", gridBody(rows, columns, columns*streamW, rows*streamH))
	config, data := itemOf(b, "fine")
	header := w.property("hvcC", config)
	var tiles []uint32
	for range rows * columns {
		tiles = append(tiles, w.add("hvc1", data, header))
	}
	w.refer("dimg", grid, tiles...)
	file := w.file()
	for _, scale := range []int{1, 4} {
		b.Run(fmt.Sprint(scale), func(b *testing.B) {
			start := cputime.Used()
			for b.Loop() {
				f, err := Open(file)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, _, missing, err := f.Decode(scale); err != nil || missing > 0 {
					b.Fatal(missing, err)
				}
			}
			b.ReportMetric((cputime.Used()-start).Seconds()/float64(b.N), "cpu-s/op")
		})
	}
}
