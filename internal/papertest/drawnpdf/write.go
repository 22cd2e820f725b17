package drawnpdf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"

	"exemplar/internal/imaging"
)

// The numbers of the objects that every file has.
const (
	catalogObject = 1
	pagesObject   = 2
	fontObject    = 3
)

// document collects the objects of a file.
type document struct {
	objects []string // numbered from 1
	pages   []int    // numbers of those that are pages
	catalog string   // more entries of the catalog
}

func newDocument() *document {
	return &document{objects: []string{"", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}}
}

// add adds an object, and returns its number.
func (d *document) add(object string) int {
	d.objects = append(d.objects, object)
	return len(d.objects)
}

// page adds a page of w x h points with an image /I, 0 for none, and more entries.
func (d *document) page(w, h int, content string, image int, entries string) {
	d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]%s", w, h, entries), content, fmt.Sprintf("/Font<</F %d 0 R>>%s", fontObject, xObject(image)))
}

func xObject(image int) string {
	if image == 0 {
		return ""
	}
	return fmt.Sprintf("/XObject<</I %d 0 R>>", image)
}

// pageWith adds a page that has no entries but those given.
func (d *document) pageWith(entries, content, resources string) {
	body := d.add(stream("", []byte(content)))
	d.pages = append(d.pages, d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/Resources<<%s>>/Contents %d 0 R%s>>", pagesObject, resources, body, entries)))
}

// finish writes the catalog and the list of pages.
func (d *document) finish() []string {
	d.objects[catalogObject-1] = fmt.Sprintf("<</Type/Catalog/Pages %d 0 R%s>>", pagesObject, d.catalog)
	if d.objects[pagesObject-1] == "" {
		d.objects[pagesObject-1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", references(d.pages), len(d.pages))
	}
	return d.objects
}

func references(numbers []int) string {
	var out strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&out, "%d 0 R ", n)
	}
	return out.String()
}

// bytes is the file with a table of objects, as all versions of PDF have it.
func (d *document) bytes() []byte { return withTable(d.finish(), "") }

func stream(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", entries, len(data), data)
}

func image(w, h int, entries string, data []byte) string {
	return stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d%s", w, h, entries), data)
}

func jpegImage(m *imaging.Image) string {
	return image(m.W, m.H, "/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode", imaging.EncodeJPEG(m, 90))
}

func flate(data []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(data)
	w.Close()
	return out.Bytes()
}

// withTable writes objects and their table (ISO 32000-1, 7.5.4).
func withTable(objects []string, trailer string) []byte {
	var out bytes.Buffer
	offsets := writeObjects(&out, objects, nil)
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, catalogObject, trailer, table)
	return out.Bytes()
}

// writeObjects writes the head of a file and the objects that are not to be left out, and
// returns where each begins.
func writeObjects(out *bytes.Buffer, objects []string, leaveOut func(i int) bool) (offsets []int) {
	out.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	for i, object := range objects {
		offsets = append(offsets, out.Len())
		if leaveOut == nil || !leaveOut(i) {
			fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", i+1, object)
		}
	}
	return offsets
}

// withStreams writes objects whose table is a stream (7.5.8); packed puts those that can be in
// a stream of objects (7.5.7).
func withStreams(objects []string, packed bool) []byte {
	var out, inside, heads bytes.Buffer
	isPacked := func(i int) bool { return packed && !strings.Contains(objects[i], "stream\n") }
	offsets := writeObjects(&out, objects, isPacked)
	pack, table := len(objects)+1, len(objects)+2
	var rows []byte
	row := func(kind byte, a uint32, b uint16) {
		rows = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(append(rows, kind), a), b)
	}
	row(0, 0, 0xFFFF)
	n := 0
	for i, object := range objects {
		if !isPacked(i) {
			row(1, uint32(offsets[i]), 0)
			continue
		}
		fmt.Fprintf(&heads, "%d %d ", i+1, inside.Len())
		fmt.Fprintf(&inside, "%s\n", object)
		row(2, uint32(pack), uint16(n))
		n++
	}
	row(1, uint32(out.Len()), 0)
	first := heads.Len()
	fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", pack, stream(fmt.Sprintf("/Type/ObjStm/N %d/First %d/Filter/FlateDecode", n, first), flate(append(heads.Bytes(), inside.Bytes()...))))
	at := out.Len()
	row(1, uint32(at), 0)
	entries := fmt.Sprintf("/Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Filter/FlateDecode", table+1, catalogObject)
	fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", table, stream(entries, flate(rows)), at)
	return out.Bytes()
}
