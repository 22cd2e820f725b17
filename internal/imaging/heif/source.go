package heif

import (
	"encoding/binary"

	"exemplar/internal/imaging/hevc"
)

// Kinds of sources.
const (
	coded = iota
	grid
	overlay
)

// source is what a picture is made of.
type source struct {
	kind  int
	w, h  int // before the view
	view  view
	parts []part
	fill  [3]byte // of an overlay

	// Of a coded picture. nclx is the colour that the file states; Known may be false.
	item   *item
	meta   *meta
	params *hevc.Params
	length int // bytes of the length of a NAL unit
	nclx   hevc.Colour
}

// part is one of the pictures of a grid or of an overlay.
type part struct {
	x, y   int
	source *source
}

// mostDepth is how deep pictures may be made of others.
const mostDepth = 4

// builder finds sources.
type builder struct {
	meta   *meta
	pixels int64  // of all coded pictures
	bytes  uint64 // of all coded pictures
	looked int    // how many items were looked at
}

// source returns what an item is made of (ISO/IEC 23008-12, 6.6.2).
func (b *builder) source(it *item, depth int) (*source, error) {
	if b.looked++; depth > mostDepth || b.looked > mostReferences {
		return nil, corrupt("its pictures are made of each other")
	}
	var s *source
	var err error
	switch it.kind {
	case "hvc1":
		s, err = b.coded(it)
	case "grid":
		s, err = b.grid(it, depth)
	case "iovl":
		s, err = b.overlay(it, depth)
	case "iden", "tmap": // the latter adds HDR to its first input, by ISO 21496-1
		return b.identity(it, depth)
	default:
		return nil, unsupported("its picture is %s", kindName(it.kind))
	}
	if err != nil {
		return nil, err
	}
	s.view, err = b.meta.apply(view{w: s.w, h: s.h}, it)
	return s, err
}

func kindName(kind string) string {
	switch kind {
	case "av01":
		return "AVIF"
	case "avc1":
		return "coded with H.264"
	case "vvc1":
		return "coded with H.266"
	case "jpeg":
		return "a JPEG inside HEIF"
	case "j2k1":
		return "a JPEG 2000 inside HEIF"
	case "lhv1":
		return "coded in layers"
	case "unci":
		return "not compressed"
	}
	return "of the unknown kind " + printable(kind)
}

// printable keeps what can be shown of four characters of a file.
func printable(kind string) string {
	out := []byte(kind)
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '?'
		}
	}
	return `"` + string(out) + `"`
}

// coded reads the properties of a coded picture.
func (b *builder) coded(it *item) (*source, error) {
	m := b.meta
	config, index := m.property(it, "hvcC")
	if config == nil {
		return nil, corrupt("its picture has no header of HEVC")
	}
	const lengthAt = 21
	if len(config) <= lengthAt {
		return nil, corrupt("its header of HEVC is cut off")
	}
	params := m.params[index]
	if params == nil {
		var err error
		if params, err = hevc.ReadParams(configUnits(config)); err != nil {
			return nil, err
		}
		m.params[index] = params
	}
	s := &source{kind: coded, item: it, meta: m, params: params, length: int(config[lengthAt]&3) + 1, nclx: m.nclx(it)}
	s.w, s.h = params.Size()
	b.pixels += int64(s.w) * int64(s.h)
	b.bytes += m.size(it)
	return s, nil
}

// configUnits returns the NAL units in a decoder configuration record (ISO/IEC 14496-15,
// 8.3.3.1).
func configUnits(config []byte) (units [][]byte) {
	const header = 22
	r := &reader{b: config[header:]}
	for range r.uint(1) {
		r.uint(1)
		for range r.uint(2) {
			if unit := r.take(r.uint(2)); len(unit) > 0 && !r.over {
				units = append(units, unit)
			}
			if r.over {
				return units
			}
		}
	}
	return units
}

// grid reads the layout of a grid (6.6.2.3.2).
func (b *builder) grid(it *item, depth int) (*source, error) {
	body, err := b.meta.content(it)
	if err != nil {
		return nil, err
	}
	r := &reader{b: body}
	r.uint(1)
	size := 2 + 2*int(r.uint(1)&1)
	rows, columns := 1+int(r.uint(1)), 1+int(r.uint(1))
	s := &source{kind: grid, w: int(r.uint(size)), h: int(r.uint(size))}
	inputs := b.meta.inputs(it)
	if r.over || len(inputs) != rows*columns {
		return nil, corrupt("its grid of %d x %d tiles has %d", columns, rows, len(inputs))
	}
	seen := map[uint32]*source{}
	for i, id := range inputs {
		tile := seen[id]
		if tile == nil {
			if tile, err = b.part(id, depth); err != nil {
				return nil, err
			}
			seen[id] = tile
		} else { // it is decoded once more
			b.pixels += int64(tile.w) * int64(tile.h)
			b.bytes += b.meta.size(b.meta.items[id])
		}
		first := tile
		if i > 0 {
			first = s.parts[0].source
		}
		if tile.kind != coded || tile.view.w != first.view.w || tile.view.h != first.view.h {
			return nil, corrupt("the tiles of its grid have different sizes")
		}
		s.parts = append(s.parts, part{i % columns * tile.view.w, i / columns * tile.view.h, tile})
	}
	last := s.parts[len(s.parts)-1]
	if s.w < 1 || s.h < 1 || s.w <= last.x || s.h <= last.y || s.w > last.x+last.source.view.w || s.h > last.y+last.source.view.h {
		return nil, corrupt("its grid of %d x %d tiles does not make %d x %d pixels", columns, rows, s.w, s.h)
	}
	return s, nil
}

// part returns the source of a part, which must not be turned.
func (b *builder) part(id uint32, depth int) (*source, error) {
	it := b.meta.items[id]
	if it == nil {
		return nil, corrupt("a part of its picture is not there")
	}
	s, err := b.source(it, depth+1)
	switch {
	case err != nil:
		return nil, err
	case s.kind == overlay:
		return nil, unsupported("a part of its picture is an overlay")
	case s.view.orientation() != 1:
		return nil, unsupported("a part of its picture is turned")
	}
	return s, nil
}

// overlay reads the places of pictures on a canvas (6.6.2.4).
func (b *builder) overlay(it *item, depth int) (*source, error) {
	body, err := b.meta.content(it)
	if err != nil {
		return nil, err
	}
	r := &reader{b: body}
	r.uint(1)
	size := 2 + 2*int(r.uint(1)&1)
	s := &source{kind: overlay}
	opacity := 0
	for c := range 4 {
		v := r.uint(2)
		if c < 3 {
			s.fill[c] = byte(v >> 8)
		} else {
			opacity = int(v >> 8)
		}
	}
	if opacity == 0 {
		s.fill = [3]byte{255, 255, 255}
	}
	s.w, s.h = int(r.uint(size)), int(r.uint(size))
	signed := func() int {
		v := r.uint(size)
		if size == 2 {
			return int(int16(v))
		}
		return int(int32(v))
	}
	for _, id := range b.meta.inputs(it) {
		p, err := b.part(id, depth)
		if err != nil {
			return nil, err
		}
		s.parts = append(s.parts, part{signed(), signed(), p})
	}
	if r.over || len(s.parts) == 0 || s.w < 1 || s.h < 1 {
		return nil, corrupt("the overlay that is its picture is cut off")
	}
	return s, nil
}

// identity returns another view of a picture (6.6.2.1), its first input.
func (b *builder) identity(it *item, depth int) (*source, error) {
	inputs := b.meta.inputs(it)
	if len(inputs) == 0 || b.meta.items[inputs[0]] == nil {
		return nil, corrupt("the picture that it shows is not there")
	}
	s, err := b.source(b.meta.items[inputs[0]], depth+1)
	if err != nil {
		return nil, err
	}
	s.view, err = b.meta.apply(s.view, it)
	return s, err
}

// check returns an error if decoding would cost much more than the picture is worth: the
// limits of the caller count its pixels.
func (b *builder) check(f *File) error {
	const times, least = 16, 1 << 26
	if pixels := int64(f.W) * int64(f.H); b.pixels > max(times*pixels, least) {
		return corrupt("it takes %d pixels to make %d", b.pixels, pixels)
	}
	if b.bytes > 4*uint64(len(b.meta.file))+1<<20 {
		return corrupt("it uses the same bytes for many pictures")
	}
	return nil
}

// cost is the number of bytes that decoding the parts takes, one after the other.
func (s *source) cost() int64 {
	if s.kind == coded {
		return s.params.Cost() + int64(s.meta.size(s.item))
	}
	most := int64(0)
	for _, p := range s.parts {
		most = max(most, p.source.cost())
	}
	return most
}

// units returns the NAL units of a coded picture; the last may be cut off.
func (s *source) units() ([][]byte, error) {
	content, err := s.meta.content(s.item)
	if err != nil {
		return nil, err
	}
	var units [][]byte
	for len(content) > s.length {
		var size [4]byte
		copy(size[4-s.length:], content[:s.length])
		content = content[s.length:]
		n := min(uint64(binary.BigEndian.Uint32(size[:])), uint64(len(content)))
		units = append(units, content[:n])
		content = content[n:]
	}
	return units, nil
}
