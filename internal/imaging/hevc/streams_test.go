//go:build hevcstreams

package hevc

import (
	"crypto/sha256"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestStreams writes streams whose bins are chosen by chance, with the tools that x265 has not:
// raw samples, tiles, dependent slice segments, explicit lists of factors. It prints the sums of
// the planes for testdata/planes.txt; other decoders must say the same of the streams. Run
//
//	STREAMS=FOLDER go test -tags hevcstreams -run TestStreams ./internal/imaging/hevc
func TestStreams(t *testing.T) {
	folder := os.Getenv("STREAMS")
	if folder == "" {
		t.Skip("no folder is named")
	}
	for _, spec := range []streamSpec{
		{name: "chance", seed: 1},
		{name: "chance-raw", seed: 2, raw: true},
		{name: "chance-raw-filtered", seed: 3, raw: true, rawFiltered: true, bypass: true},
		{name: "chance-tiles", seed: 4, tiles: true, log2CTB: 4},
		{name: "chance-tiles-apart", seed: 5, tiles: true, apart: true, log2CTB: 5},
		{name: "chance-dependent", seed: 6, log2CTB: 4, segments: 9, dependent: true, whole: true},
		{name: "chance-wavefront", seed: 7, log2CTB: 4, segments: 9, dependent: true, whole: true, wavefront: true, raw: true},
		{name: "chance-lists", seed: 9, lists: true, raw: true, skip: true},
		{name: "chance-slices", seed: 10, log2CTB: 4, segments: 7, whole: true},
		{name: "chance-bits10", seed: 11, depth: 10, raw: true, lists: true, bypass: true, skip: true},
		{name: "chance-all", seed: 12, log2CTB: 5, raw: true, bypass: true, tiles: true, segments: 6, dependent: true, whole: true, lists: true, skip: true},
	} {
		stream, pic := spec.make(t)
		if err := os.WriteFile(filepath.Join(folder, spec.name+".265"), stream, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, spec.name+".yuv"), samples(pic), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%x %s\n", sha256.Sum256(samples(pic)), spec.name)
	}
}

// streamSpec says which tools a stream uses.
type streamSpec struct {
	name                           string
	seed                           uint64
	log2CTB, depth                 int // 0: 6, 8
	segments                       int
	raw, rawFiltered, bypass, skip bool
	tiles                          bool
	apart, whole                   bool // filters stop at the edges of tiles and of all slices, of none
	dependent, wavefront           bool
	lists                          bool
}

// bitWriter writes the bits of a header.
type bitWriter struct{ b []byte }

func (w *bitWriter) u(n int, v uint32) {
	for i := n - 1; i >= 0; i-- {
		w.b = append(w.b, byte(v>>i&1))
	}
}

func (w *bitWriter) flag(v bool) {
	if v {
		w.u(1, 1)
	} else {
		w.u(1, 0)
	}
}

func (w *bitWriter) ue(v int) {
	n := 0
	for (v+1)>>(n+1) > 0 {
		n++
	}
	w.u(n, 0)
	w.u(n+1, uint32(v+1))
}

func (w *bitWriter) se(v int) {
	if v > 0 {
		w.ue(2*v - 1)
	} else {
		w.ue(-2 * v)
	}
}

// bytes closes with a one and zeros.
func (w *bitWriter) bytes() (out []byte) {
	bits := append(append([]byte(nil), w.b...), 1)
	for len(bits)%8 != 0 {
		bits = append(bits, 0)
	}
	for ; len(bits) > 0; bits = bits[8:] {
		v := byte(0)
		for _, b := range bits[:8] {
			v = v<<1 | b
		}
		out = append(out, v)
	}
	return out
}

// escaped prevents the emulation of start codes, and returns where bytes of the payload went.
func escaped(payload []byte) (out []byte, at []int) {
	zeros := 0
	for _, b := range payload {
		if zeros >= 2 && b <= 3 {
			out, zeros = append(out, 3), 0
		}
		at = append(at, len(out))
		if out = append(out, b); b == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return out, append(at, len(out))
}

func nal(kind int, payload []byte) []byte {
	out, _ := escaped(payload)
	return append([]byte{byte(kind) << 1, 1}, out...)
}

const specW, specH = 176, 112

func (s streamSpec) sps(r *rand.Rand) []byte {
	w := &bitWriter{}
	w.u(4, 0)
	w.u(3, 0)
	w.u(1, 1)
	profile := 1
	if s.depth > 8 {
		profile = 2
	}
	w.u(8, uint32(profile))
	w.u(32, 1<<(31-profile))
	w.u(32, 0x90000000)
	w.u(16, 0)
	w.u(8, 93)
	w.ue(0)
	w.ue(1)
	w.ue(specW)
	w.ue(specH)
	w.flag(false)
	w.ue(s.depth - 8)
	w.ue(s.depth - 8)
	w.ue(4)
	w.flag(true)
	w.ue(0)
	w.ue(0)
	w.ue(0)
	w.ue(0) // coding blocks from 8 samples
	w.ue(s.log2CTB - 3)
	w.ue(0) // transform blocks from 4 samples
	w.ue(min(s.log2CTB, 5) - 2)
	w.ue(0)
	w.ue(2)
	w.flag(s.lists)
	if s.lists {
		w.flag(true)
		writeLists(w, r)
	}
	w.flag(false)
	w.flag(true) // SAO
	w.flag(s.raw)
	if s.raw {
		w.u(4, uint32(s.depth-2))
		w.u(4, uint32(s.depth-3))
		w.ue(0)
		w.ue(min(s.log2CTB, 5) - 3)
		w.flag(!s.rawFiltered)
	}
	w.ue(0)
	w.flag(false)
	w.flag(false)
	w.flag(true)
	w.flag(false)
	w.flag(false)
	return w.bytes()
}

func writeLists(w *bitWriter, r *rand.Rand) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for i := 0; i < 6; i += step {
			own := r.IntN(2) == 0
			if w.flag(own); !own {
				w.ue(r.IntN(i/step + 1))
				continue
			}
			last := 8
			if size > 1 {
				v := 1 + r.IntN(60)
				w.se(v - 8)
				last = v
			}
			for range min(64, 1<<(4+2*size)) {
				v := 1 + r.IntN(60)
				w.se(v - last)
				last = v
			}
		}
	}
}

func (s streamSpec) pps(r *rand.Rand) []byte {
	w := &bitWriter{}
	w.ue(0)
	w.ue(0)
	w.flag(s.dependent)
	w.flag(false)
	w.u(3, 0)
	w.flag(true)
	w.flag(false)
	w.ue(0)
	w.ue(0)
	w.se(4)
	w.flag(true)
	w.flag(s.skip)
	w.flag(false)
	w.se(-3)
	w.se(5)
	w.flag(true)
	w.u(2, 0)
	w.flag(s.bypass)
	w.flag(s.tiles)
	w.flag(s.wavefront)
	if s.tiles {
		w.ue(2)
		w.ue(1)
		w.flag(s.log2CTB > 4)
		if s.log2CTB == 4 {
			w.ue(1)
			w.ue(4)
			w.ue(2)
		}
		w.flag(!s.apart)
	}
	w.flag(!s.apart)
	w.flag(true)
	w.flag(true) // override
	w.flag(false)
	w.se(2)
	w.se(-1)
	w.flag(s.lists && s.seed%2 == 0)
	if s.lists && s.seed%2 == 0 {
		writeLists(w, r)
	}
	w.flag(false)
	w.ue(0)
	w.flag(false)
	w.flag(false)
	return w.bytes()
}

func (s streamSpec) make(t *testing.T) ([]byte, *Picture) {
	if s.log2CTB == 0 {
		s.log2CTB = 6
	}
	if s.depth == 0 {
		s.depth = 8
	}
	r := rand.New(rand.NewPCG(s.seed, 1))
	params := [][]byte{nal(nalVPS, vpsPayload(s)), nal(nalSPS, s.sps(r)), nal(nalPPS, s.pps(r))}
	p, err := ReadParams(params)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	dec := NewDecoder(p)
	d := &dec.d
	d.cabac.random = r
	seq, _ := p.first()
	var stream []byte
	for _, n := range params {
		stream = append(append(stream, 0, 0, 0, 1), n...)
	}
	layout, err := newLayout(seq, p.pps[0])
	if err != nil {
		t.Fatal(err)
	}
	var before *slice
	for at, began, n := 0, 0, 0; at < len(layout.toBlock); n++ {
		seg := segment{n: n, block: layout.toBlock[at], blocks: len(layout.toBlock)}
		// A slice does not go on in another tile, nor in another row if it began inside one.
		within := !(s.tiles && layout.first[seg.block]) && !(s.wavefront && at%seq.ctbW == 0 && began%seq.ctbW > 0)
		if seg.dependent = s.dependent && n > 0 && within && r.IntN(3) > 0; !seg.dependent {
			began = at
		}
		d.cabac.left = s.length(r, layout, seq, at, n)
		at += d.cabac.left
		payload, _ := escaped(s.header(seg, nil).bytes())
		if before, err = d.segment(idrOnly, payload, before); err != nil {
			t.Fatalf("%s: segment %d: %v", s.name, n, err)
		}
		data, moved := escaped(d.cabac.out)
		var ends []int
		for _, e := range d.cabac.ends {
			ends = append(ends, moved[e])
		}
		header, _ := escaped(s.header(seg, ends).bytes())
		stream = append(append(append(stream, 0, 0, 1, idrOnly<<1, 1), header...), data...)
	}
	d.deblock()
	d.adaptiveOffset()
	return stream, d.picture()
}

// length chooses how many coding tree blocks segment n has, which begins at rank at.
func (s streamSpec) length(r *rand.Rand, l *layout, seq *sps, at, n int) int {
	blocks := len(l.toBlock)
	count := blocks - at
	if n < s.segments-1 {
		count = min(count, 1+r.IntN(max(1, 2*blocks/s.segments)))
	}
	if s.tiles && s.segments > 0 { // it lies within a tile
		end := at + 1
		for end < blocks && l.tile[l.toBlock[end]] == l.tile[l.toBlock[at]] {
			end++
		}
		count = min(count, end-at)
	}
	if column := at % seq.ctbW; s.wavefront && column > 0 { // one that begins inside a row ends in it
		count = min(count, seq.ctbW-column)
	}
	return count
}

// segment is what a header says of a slice segment.
type segment struct {
	n             int // its number
	block, blocks int // its first block, of how many
	dependent     bool
}

// header writes slice_segment_header. ends are those of the parts of its data, in bytes as they
// are sent.
func (s streamSpec) header(seg segment, ends []int) *bitWriter {
	w := &bitWriter{}
	w.flag(seg.n == 0)
	w.flag(false)
	w.ue(0)
	if seg.n > 0 {
		if s.dependent {
			w.flag(seg.dependent)
		}
		w.u(bits.Len(uint(seg.blocks-1)), uint32(seg.block))
	}
	if !seg.dependent {
		s.writeOwn(w, rand.New(rand.NewPCG(s.seed, uint64(100+seg.n))))
	}
	if s.tiles || s.wavefront {
		w.ue(max(0, len(ends)-1))
		if len(ends) > 1 {
			w.ue(31)
			last := 0
			for _, e := range ends[:len(ends)-1] {
				w.u(32, uint32(e-last-1))
				last = e
			}
		}
	}
	return w
}

// writeOwn writes what dependent segments do not have.
func (s streamSpec) writeOwn(w *bitWriter, r *rand.Rand) {
	w.ue(2)
	w.flag(r.IntN(4) > 0)
	w.flag(r.IntN(4) > 0)
	w.se(r.IntN(9) - 4)
	w.se(r.IntN(5) - 2)
	w.se(r.IntN(5) - 2)
	own := r.IntN(2) == 0
	w.flag(own)
	if own {
		off := r.IntN(3) == 0
		if w.flag(off); !off {
			w.se(r.IntN(7) - 3)
			w.se(r.IntN(7) - 3)
		}
	}
	if !s.apart {
		w.flag(s.whole || r.IntN(2) == 0)
	}
}

func vpsPayload(s streamSpec) []byte {
	w := &bitWriter{}
	w.u(4, 0)
	w.u(2, 3)
	w.u(6, 0)
	w.u(3, 0)
	w.u(1, 1)
	w.u(16, 0xFFFF)
	profile := 1
	if s.depth > 8 {
		profile = 2
	}
	w.u(8, uint32(profile))
	w.u(32, 1<<(31-profile))
	w.u(32, 0x90000000)
	w.u(16, 0)
	w.u(8, 93)
	w.flag(true)
	w.ue(4)
	w.ue(0)
	w.ue(0)
	w.u(6, 0)
	w.ue(0)
	w.flag(false)
	w.flag(false)
	return w.bytes()
}
