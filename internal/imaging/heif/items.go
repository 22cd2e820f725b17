package heif

import (
	"slices"

	"exemplar/internal/imaging/hevc"
)

// Limits on what a file may list. An iPhone's file has about 60 items.
const (
	mostItems      = 1 << 15
	mostExtents    = 1 << 16
	mostReferences = 1 << 17
	mostProperties = 1<<15 - 1 // an association has 15 bits
)

// meta is what the boxes say (ISO/IEC 14496-12, 8.11).
type meta struct {
	file       []byte
	idat       []byte
	primary    uint32
	items      map[uint32]*item
	properties []box
	references []reference
	params     map[int]*hevc.Params // of the hvcC properties that were read
}

// item is something in the file: a picture, or a part of one.
type item struct {
	id        uint32
	kind      string // four characters
	hidden    bool
	sealed    bool // encrypted
	inIdat    bool
	elsewhere bool // in another file, or in another item
	extents   []extent
	uses      []int // indices of its properties, from 0, in their order
}

type extent struct{ offset, length uint64 } // length 0: to the end

// reference goes from an item to others (8.11.12).
type reference struct {
	kind string
	from uint32
	to   []uint32
}

// readMeta reads the first meta box of a file.
func readMeta(data []byte) (*meta, error) {
	found := ""
	for b := range boxes(data) {
		if found += b.kind; len(found) > 4*64 {
			break
		}
		if b.kind != "meta" {
			continue
		}
		if b.cut {
			return nil, ErrTruncated
		}
		m := &meta{file: data, items: map[uint32]*item{}, params: map[int]*hevc.Params{}}
		if err := m.read(b.body); err != nil {
			return nil, err
		}
		return m, nil
	}
	for i := 0; i < len(found); i += 4 {
		switch found[i : i+4] {
		case "moov":
			return nil, unsupported("it is a sequence of pictures, like a video")
		case "mini":
			return nil, unsupported("it is in the compact form (mini)")
		}
	}
	return nil, corrupt("it lists no picture")
}

// read reads the boxes in the meta box.
func (m *meta) read(body []byte) error {
	r := &reader{b: body}
	r.full()
	var order = [...]struct {
		kind string
		read func(*reader) error
	}{
		{"pitm", m.readPrimary}, {"iinf", m.readInfos}, {"iloc", m.readLocations}, {"iprp", m.readProperties}, {"iref", m.readReferences},
		{"idat", func(r *reader) error { m.idat = r.b; return nil }},
	}
	// Locations and properties belong to items, whatever the order of the boxes.
	for _, o := range order {
		for b := range boxes(r.b) {
			if b.kind != o.kind {
				continue
			}
			in := &reader{b: b.body}
			if err := o.read(in); err != nil {
				return err
			}
			if in.over || b.cut {
				return corrupt("its box %s is cut off", o.kind)
			}
			break
		}
	}
	return nil
}

// id reads the number of an item.
func (r *reader) id(long bool) uint32 {
	if long {
		return uint32(r.uint(4))
	}
	return uint32(r.uint(2))
}

func (m *meta) readPrimary(r *reader) error {
	version, _ := r.full()
	m.primary = r.id(version > 0)
	return nil
}

// readInfos reads iinf (8.11.6).
func (m *meta) readInfos(r *reader) error {
	if version, _ := r.full(); version == 0 {
		r.uint(2)
	} else {
		r.uint(4)
	}
	for b := range boxes(r.b) {
		if b.kind != "infe" {
			continue
		}
		if len(m.items) >= mostItems {
			return corrupt("it lists more than %d items", mostItems)
		}
		in := &reader{b: b.body}
		version, flags := in.full()
		if version < 2 {
			continue // of other kinds of files
		}
		it := &item{hidden: flags&1 == 1}
		it.id = in.id(version > 2)
		it.sealed = in.uint(2) != 0
		it.kind = in.fourCC()
		if in.over {
			return corrupt("its list of items is cut off")
		}
		m.items[it.id] = it
	}
	return nil
}

// readLocations reads iloc (8.11.3).
func (m *meta) readLocations(r *reader) error {
	version, _ := r.full()
	sizes := r.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	if max(offsetSize, lengthSize, baseSize, indexSize) > 8 {
		return corrupt("its list of places has numbers of %d bytes", max(offsetSize, lengthSize, baseSize, indexSize))
	}
	extents := 0
	for range r.id(version > 1) {
		id := r.id(version > 1)
		method := uint64(0)
		if version > 0 {
			method = r.uint(2) & 15
		}
		other := r.uint(2)
		base := r.uint(baseSize)
		count := int(r.uint(2))
		if extents += count + 1; r.over || extents > mostExtents {
			return corrupt("its list of places is cut off or too long")
		}
		it := m.items[id]
		for range count {
			r.uint(indexSize)
			e := extent{base + r.uint(offsetSize), r.uint(lengthSize)}
			if it != nil && !r.over {
				it.extents = append(it.extents, e)
			}
		}
		if it != nil {
			it.inIdat, it.elsewhere = method == 1, method > 1 || other != 0
		}
	}
	return nil
}

// readProperties reads iprp (ISO/IEC 23008-12, 9.3).
func (m *meta) readProperties(r *reader) error {
	associations := 0
	for b := range boxes(r.b) {
		switch b.kind {
		case "ipco":
			for p := range boxes(b.body) {
				if len(m.properties) >= mostProperties {
					return corrupt("it has more than %d properties", mostProperties)
				}
				m.properties = append(m.properties, p)
			}
		case "ipma":
			in := &reader{b: b.body}
			version, flags := in.full()
			for range in.uint(4) {
				it := m.items[in.id(version > 0)]
				count := int(in.uint(1))
				if associations += count + 1; in.over || associations > mostReferences {
					return corrupt("its list of properties is cut off or too long")
				}
				for range count {
					n := int(in.uint(1)) & 0x7F
					if flags&1 == 1 {
						n = n<<8 | int(in.uint(1))
					}
					if it != nil && n > 0 {
						it.uses = append(it.uses, n-1)
					}
				}
			}
		}
	}
	return nil
}

// readReferences reads iref (8.11.12).
func (m *meta) readReferences(r *reader) error {
	version, _ := r.full()
	total := 0
	for b := range boxes(r.b) {
		in := &reader{b: b.body}
		ref := reference{kind: b.kind, from: in.id(version > 0)}
		count := int(in.uint(2))
		if total += count + 1; total > mostReferences || count > len(in.b) {
			return corrupt("its list of references is cut off or too long")
		}
		for range count {
			ref.to = append(ref.to, in.id(version > 0))
		}
		m.references = append(m.references, ref)
	}
	return nil
}

// property returns the first property of an item of a kind, and its index.
func (m *meta) property(it *item, kind string) (body []byte, index int) {
	for _, n := range it.uses {
		if n < len(m.properties) && m.properties[n].kind == kind {
			return m.properties[n].body, n
		}
	}
	return nil, -1
}

// inputs returns the items that a derived picture is made of.
func (m *meta) inputs(it *item) []uint32 {
	for _, r := range m.references {
		if r.kind == "dimg" && r.from == it.id {
			return r.to
		}
	}
	return nil
}

// refers says whether there is a reference of a kind between two items.
func (m *meta) refers(kind string, from, to uint32) bool {
	for _, r := range m.references {
		if r.kind == kind && r.from == from && slices.Contains(r.to, to) {
			return true
		}
	}
	return false
}

// alphaOf returns the item with the transparency of a picture, or nil.
func (m *meta) alphaOf(it *item) *item {
	for _, r := range m.references {
		if r.kind != "auxl" || !slices.Contains(r.to, it.id) || m.items[r.from] == nil {
			continue
		}
		body, _ := m.property(m.items[r.from], "auxC")
		in := &reader{b: body}
		in.full()
		switch in.text() {
		case "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1":
			return m.items[r.from]
		}
	}
	return nil
}

// pictures counts the pictures that are to be seen: neither hidden, nor a part, a thumbnail or
// something beside another.
func (m *meta) pictures() int {
	aside := map[uint32]bool{}
	for _, r := range m.references {
		switch r.kind {
		case "dimg":
			for _, id := range r.to {
				aside[id] = true
			}
		case "thmb", "auxl", "cdsc":
			aside[r.from] = true
		}
	}
	n := 0
	for id, it := range m.items {
		if id == m.primary || !it.hidden && !aside[id] && slices.Contains([]string{"hvc1", "grid", "iovl", "iden"}, it.kind) {
			n++
		}
	}
	return n
}

// size returns how many bytes an item has, in the file as it is.
func (m *meta) size(it *item) uint64 {
	n := uint64(0)
	for _, e := range it.extents {
		n += uint64(len(m.piece(it, e)))
	}
	return n
}

// piece returns the bytes of an extent, as far as they are there.
func (m *meta) piece(it *item, e extent) []byte {
	from := m.file
	if it.inIdat {
		from = m.idat
	}
	if e.offset >= uint64(len(from)) {
		return nil
	}
	from = from[e.offset:]
	if e.length > 0 && e.length < uint64(len(from)) {
		from = from[:e.length]
	}
	return from
}

// content returns the bytes of an item, as far as they are there.
func (m *meta) content(it *item) ([]byte, error) {
	switch {
	case it.sealed:
		return nil, unsupported("its picture is encrypted")
	case it.elsewhere:
		return nil, unsupported("its picture is in another file")
	case len(it.extents) == 1:
		return m.piece(it, it.extents[0]), nil
	}
	var b []byte
	for _, e := range it.extents {
		b = append(b, m.piece(it, e)...)
	}
	return b, nil
}
