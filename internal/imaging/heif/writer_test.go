package heif

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// writer writes HEIC files of the streams beside package hevc, in every form that the tests
// need.
type writer struct {
	items      []entry
	properties [][]byte
	references []reference
	primary    uint32
	compact    bool // short numbers: iloc version 0, pitm version 0
	extra      []byte
}

// entry is an item of a file.
type entry struct {
	id     uint32
	kind   string
	hidden bool
	inIdat bool
	data   []byte
	uses   []int // indices of properties, from 1
}

func u16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func boxOf(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(u32(8+len(body)), kind...), body...)
}

func fullBox(kind string, version, flags int, parts ...[]byte) []byte {
	return boxOf(kind, append([][]byte{u32(version<<24 | flags)}, parts...)...)
}

// property adds a property and returns its index, from 1.
func (w *writer) property(kind string, body ...[]byte) int {
	w.properties = append(w.properties, boxOf(kind, body...))
	return len(w.properties)
}

// add adds an item, the primary one if it is the first, and returns its number.
func (w *writer) add(kind string, data []byte, uses ...int) uint32 {
	id := uint32(len(w.items) + 1)
	w.items = append(w.items, entry{id: id, kind: kind, data: data, uses: uses})
	if w.primary == 0 {
		w.primary = id
	}
	return id
}

// coded adds a stream beside package hevc as an item.
func (w *writer) coded(t testing.TB, name string, uses ...int) uint32 {
	t.Helper()
	config, data := itemOf(t, name)
	return w.add("hvc1", data, append([]int{w.property("hvcC", config)}, uses...)...)
}

// itemOf returns the decoder configuration and the data of an item for a stream.
func itemOf(t testing.TB, name string) (config, data []byte) {
	t.Helper()
	stream, err := os.ReadFile(filepath.Join("..", "hevc", "testdata", name+".265"))
	if err != nil {
		t.Fatal(err)
	}
	config = make([]byte, 22)
	config[0], config[21] = 1, 3
	arrays := 0
	var sets []byte
	for _, nal := range bytes.Split(stream, []byte{0, 0, 1}) {
		nal = bytes.TrimRight(nal, "\x00")
		switch {
		case len(nal) < 2:
		case nal[0]>>1&63 >= 32 && nal[0]>>1&63 <= 34:
			arrays++
			sets = append(append(append(sets, nal[0]>>1&63), u16(1)...), append(u16(len(nal)), nal...)...)
		default:
			data = append(append(data, u32(len(nal))...), nal...)
		}
	}
	return append(append(config, byte(arrays)), sets...), data
}

func (w *writer) refer(kind string, from uint32, to ...uint32) {
	w.references = append(w.references, reference{kind, from, to})
}

// file returns the file.
func (w *writer) file() []byte {
	ftyp := boxOf("ftyp", []byte("heic"), u32(0), []byte("mif1heic"))
	meta := w.meta(0)
	return bytes.Join([][]byte{ftyp, w.meta(len(ftyp) + len(meta) + 8), boxOf("mdat", w.content(false))}, nil)
}

func (w *writer) content(inIdat bool) (b []byte) {
	for _, e := range w.items {
		if e.inIdat == inIdat {
			b = append(b, e.data...)
		}
	}
	return b
}

// meta returns the meta box, if the data of the items begins at the given byte.
func (w *writer) meta(start int) []byte {
	version, id := 1, u32
	if w.compact {
		version, id = 0, u16
	}
	var infos, places, uses []byte
	at := map[bool]int{false: start}
	for _, e := range w.items {
		flags := 0
		if e.hidden {
			flags = 1
		}
		infos = append(infos, fullBox("infe", 2+version, flags, id(int(e.id)), u16(0), []byte(e.kind+"\x00"))...)
		places = append(places, id(int(e.id))...)
		if !w.compact {
			method := 0
			if e.inIdat {
				method = 1
			}
			places = append(places, u16(method)...)
		}
		places = append(append(append(append(places, u16(0)...), u16(1)...), u32(at[e.inIdat])...), u32(len(e.data))...)
		at[e.inIdat] += len(e.data)
		uses = append(append(uses, id(int(e.id))...), byte(len(e.uses)))
		for _, n := range e.uses {
			uses = append(uses, u16(n|0x8000)...)
		}
	}
	refs := [][]byte{}
	for _, r := range w.references {
		body := append(id(int(r.from)), u16(len(r.to))...)
		for _, to := range r.to {
			body = append(body, id(int(to))...)
		}
		refs = append(refs, boxOf(r.kind, body))
	}
	return fullBox("meta", 0, 0,
		fullBox("hdlr", 0, 0, u32(0), []byte("pict"), make([]byte, 13)),
		fullBox("pitm", version, 0, id(int(w.primary))),
		fullBox("iloc", 2*version, 0, []byte{0x44, 0}, id(len(w.items)), places),
		fullBox("iinf", version, 0, id(len(w.items)), infos),
		boxOf("iprp", boxOf("ipco", w.properties...), fullBox("ipma", version, 1, u32(len(w.items)), uses)),
		fullBox("iref", version, 0, refs...), boxOf("idat", w.content(true)), w.extra)
}

// gridBody is the data of a grid.
func gridBody(rows, columns, w, h int) []byte {
	return bytes.Join([][]byte{{0, 0, byte(rows - 1), byte(columns - 1)}, u16(w), u16(h)}, nil)
}
