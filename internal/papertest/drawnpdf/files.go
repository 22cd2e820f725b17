package drawnpdf

import (
	"bytes"
	"encoding/ascii85"
	"encoding/binary"
	"fmt"
	"strings"

	"exemplar/internal/imaging"
)

// File is a PDF of which is known what its pages show.
type File struct {
	Name     string
	Data     []byte
	Password string // empty: it is not encrypted
	Shows    []int  // for each page, which of the pictures
}

// Pictures is how many pictures [Files] wants: upright pages of print, which can be told apart
// in black and white.
const Pictures = 4

// ManyPages is the number of pages of the longest file.
const ManyPages = 500

// Files are PDFs of all kinds that show the pictures. Each kind is written by the standard,
// and the broken ones as programs break them.
func Files(pictures []*imaging.Image) []File {
	var out []File
	for i, k := range kinds {
		shows := []int{i % Pictures, (i + 1) % Pictures}
		f := File{Name: k.name, Shows: shows}
		f.Data = k.write(&set{pictures, shows})
		f.Password = k.password
		switch k.name {
		case "500 pages":
			f.Shows = nil
			for n := range ManyPages {
				f.Shows = append(f.Shows, n%Pictures)
			}
		}
		out = append(out, f)
	}
	return out
}

// set is what a file shows: two pages.
type set struct {
	pictures []*imaging.Image
	shows    []int
}

func (s *set) each(add func(m *imaging.Image)) {
	for _, n := range s.shows {
		add(s.pictures[n])
	}
}

// hidden is a picture that no page may show.
func (s *set) hidden() *imaging.Image { return s.pictures[(s.shows[1]+1)%Pictures] }

var kinds = []struct {
	name     string
	password string
	write    func(s *set) []byte
}{
	{"scans in JPEG", "", func(s *set) []byte { return scans(s, jpegImage).bytes() }},
	{"scans in gray JPEG", "", func(s *set) []byte { return scans(s, grayJPEG).bytes() }},
	{"scans in Flate with predictors", "", func(s *set) []byte { return scans(s, predicted).bytes() }},
	{"scans in a palette", "", func(s *set) []byte { return scans(s, palette).bytes() }},
	{"scans in inks", "", func(s *set) []byte { return scans(s, inks).bytes() }},
	{"scans in run lengths as text", "", func(s *set) []byte { return scans(s, runLengths).bytes() }},
	{"scans in CCITT Group 4", "", func(s *set) []byte { return scans(s, fax).bytes() }},
	{"scans in JBIG2", "", func(s *set) []byte { return scans(s, jbig2).bytes() }},
	{"scans in strips", "", strips},
	{"scans with text beneath", "", textBeneath},
	{"a picture in the page's own text", "", inline},
	{"turned by 90", "", func(s *set) []byte { return turned(s, 90) }},
	{"turned by 180", "", func(s *set) []byte { return turned(s, 180) }},
	{"turned by 270", "", func(s *set) []byte { return turned(s, 270) }},
	{"cropped", "", func(s *set) []byte { return cropped(s, 0) }},
	{"cropped and turned", "", func(s *set) []byte { return cropped(s, 90) }},
	{"in units of its own", "", func(s *set) []byte { return inUnits(s) }},
	{"layers", "", layers},
	{"a form", "", form},
	{"a stamp", "", stamp},
	{"forms in forms", "", nested},
	{"see-through", "", seeThrough},
	{"strokes", "", strokes},
	{"RC4 of 40 bits", "secret", func(s *set) []byte { return encrypted(scans(s, jpegImage).finish(), rc4With40, "secret") }},
	{"RC4 of 128 bits", "secret", func(s *set) []byte { return encrypted(scans(s, jpegImage).finish(), rc4With128, "secret") }},
	{"AES of 128 bits", "secret", func(s *set) []byte { return encrypted(scans(s, jpegImage).finish(), aesWith128, "secret") }},
	{"AES of 256 bits", "secret", func(s *set) []byte { return encrypted(scans(s, jpegImage).finish(), aesWith256, "secret") }},
	{"500 pages", "", many},
	{"a table in a stream", "", func(s *set) []byte { return withStreams(scans(s, jpegImage).finish(), false) }},
	{"objects in a stream", "", func(s *set) []byte { return withStreams(scans(s, jpegImage).finish(), true) }},
	{"changed later", "", changedLater},
	{"a tree of pages", "", tree},
	{"a wrong table", "", wrongTable},
	{"without a table", "", withoutTable},
	{"behind other bytes", "", func(s *set) []byte {
		return append([]byte("\r\nHTTP/1.1 200 OK\r\n\r\n"), scans(s, jpegImage).bytes()...)
	}},
}

// points is the size of a picture's page: of 144 dots per inch.
func points(m *imaging.Image) (w, h int) { return m.W / 2, m.H / 2 }

// fill are operators that draw the image over a page.
func fill(w, h int) string { return fmt.Sprintf("q %d 0 0 %d 0 0 cm /I Do Q", w, h) }

// scans has a page for each picture, which an image fills.
func scans(s *set, write func(m *imaging.Image) string) *document {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		d.page(w, h, fill(w, h), d.add(write(m)), "")
	})
	return d
}

func asColour(g *imaging.Gray) *imaging.Image {
	m := imaging.NewImage(g.W, g.H)
	for i, v := range g.Pix {
		m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2] = v, v, v
	}
	return m
}

func grayJPEG(m *imaging.Image) string { return jpegImage(asColour(m.Gray())) }

// predicted stores each row as differences to the one above (PNG's filter 2).
func predicted(m *imaging.Image) string {
	var rows []byte
	above := make([]byte, 3*m.W)
	for y := range m.H {
		row := m.Pix[3*m.W*y : 3*m.W*(y+1)]
		rows = append(rows, 2)
		for i, v := range row {
			rows = append(rows, v-above[i])
		}
		above = row
	}
	return image(m.W, m.H, fmt.Sprintf("/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 3/Columns %d>>", m.W), flate(rows))
}

// palette has 16 grays of 4 bits, listed from white to black.
func palette(m *imaging.Image) string {
	var colours strings.Builder
	for i := range 16 {
		fmt.Fprintf(&colours, "%02x%02x%02x", 255-17*i, 255-17*i, 255-17*i)
	}
	var rows []byte
	for y := range m.H {
		row := m.Gray().Pix[m.W*y : m.W*(y+1)]
		packed := make([]byte, (m.W+1)/2)
		for x, v := range row {
			packed[x/2] |= (15 - v/16) << (4 - 4*(x%2))
		}
		rows = append(rows, packed...)
	}
	return image(m.W, m.H, fmt.Sprintf("/ColorSpace[/Indexed/DeviceRGB 15<%s>]/BitsPerComponent 4/Filter/FlateDecode", colours.String()), flate(rows))
}

// inks has cyan, magenta, yellow and no black.
func inks(m *imaging.Image) string {
	var out []byte
	for i := 0; i < len(m.Pix); i += 3 {
		out = append(out, 255-m.Pix[i], 255-m.Pix[i+1], 255-m.Pix[i+2], 0)
	}
	return image(m.W, m.H, "/ColorSpace/DeviceCMYK/BitsPerComponent 8/Filter/FlateDecode", flate(out))
}

// runLengths has two filters, of which one makes letters of bytes.
func runLengths(m *imaging.Image) string {
	var out bytes.Buffer
	pix := m.Gray().Pix
	for len(pix) > 0 {
		n := 1
		for n < min(128, len(pix)) && pix[n] == pix[0] {
			n++
		}
		if n > 1 {
			out.Write([]byte{byte(257 - n), pix[0]})
		} else {
			out.Write([]byte{0, pix[0]})
		}
		pix = pix[n:]
	}
	out.WriteByte(128)
	text := make([]byte, ascii85.MaxEncodedLen(out.Len()))
	text = append(text[:ascii85.Encode(text, out.Bytes())], "~>"...)
	return image(m.W, m.H, "/ColorSpace/DeviceGray/BitsPerComponent 8/Filter[/ASCII85Decode/RunLengthDecode]", text)
}

func fax(m *imaging.Image) string {
	return image(m.W, m.H, fmt.Sprintf("/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d>>", m.W, m.H), group4(m.Gray()))
}

// jbig2 has a page with one region, coded like a fax (ITU-T T.88, 7.4.6).
func jbig2(m *imaging.Image) string {
	be := binary.BigEndian
	size := be.AppendUint32(be.AppendUint32(nil, uint32(m.W)), uint32(m.H))
	segment := func(number uint32, kind byte, data []byte) []byte {
		head := be.AppendUint32(append(be.AppendUint32(nil, number), kind, 0, 1), uint32(len(data)))
		return append(head, data...)
	}
	page := append(append([]byte(nil), size...), make([]byte, 8+1+2)...)
	region := append(append([]byte(nil), size...), make([]byte, 8+1)...)
	region = append(append(region, 1), group4(m.Gray())...)
	return image(m.W, m.H, "/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/JBIG2Decode", append(segment(0, 48, page), segment(1, 38, region)...))
}

// part is a band of a picture.
func part(m *imaging.Image, top, bottom int) *imaging.Image {
	return &imaging.Image{W: m.W, H: bottom - top, Pix: m.Pix[3*m.W*top : 3*m.W*bottom]}
}

// strips has every page in eight images, as some scanners store it.
func strips(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		var content, names strings.Builder
		for i := range 8 {
			top, bottom := m.H*i/8, m.H*(i+1)/8
			fmt.Fprintf(&names, "/I%d %d 0 R", i, d.add(jpegImage(part(m, top, bottom))))
			fmt.Fprintf(&content, "q %d 0 0 %.2f 0 %.2f cm /I%d Do Q\n", w, float64(bottom-top)/2, float64(m.H-bottom)/2, i)
		}
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", w, h), content.String(), "/XObject<<"+names.String()+">>")
	})
	return d.bytes()
}

// textBeneath has words that are found and not seen, as recognised text is kept.
func textBeneath(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		d.page(w, h, "BT 3 Tr /F 200 Tf 0 100 Td (UNSEEN) Tj ET "+fill(w, h)+" BT 3 Tr /F 200 Tf 0 100 Td (UNSEEN) Tj ET", d.add(jpegImage(m)), "")
	})
	return d.bytes()
}

func inline(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		small := imaging.ResizeArea(m, w, h).Gray()
		d.page(w, h, fmt.Sprintf("q %d 0 0 %d 0 0 cm BI /W %d /H %d /CS /G /BPC 8 /F /AHx ID %x> EI Q", w, h, w, h, small.Pix), 0, "")
	})
	return d.bytes()
}

// turned has pages that lie on their sides, and that viewers turn.
func turned(s *set, degrees int) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		pageW, pageH, content := turnedBack(w, h, degrees)
		d.page(pageW, pageH, content, d.add(jpegImage(m)), fmt.Sprintf("/Rotate %d", degrees))
	})
	return d.bytes()
}

// turnedBack draws an image so that it is upright on a page that is turned clockwise.
func turnedBack(w, h, degrees int) (pageW, pageH int, content string) {
	switch degrees {
	case 0:
		return w, h, fill(w, h)
	case 90:
		return h, w, fmt.Sprintf("q 0 %d %d 0 %d 0 cm /I Do Q", w, -h, h)
	case 180:
		return w, h, fmt.Sprintf("q %d 0 0 %d %d %d cm /I Do Q", -w, -h, w, h)
	}
	return h, w, fmt.Sprintf("q 0 %d %d 0 0 %d cm /I Do Q", -w, h, w)
}

// cropped has turned pages whose greater part, with another picture, is cut off.
func cropped(s *set, degrees int) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		pageW, pageH, content := turnedBack(w, h, degrees)
		content = fmt.Sprintf("q 1 0 0 1 300 -200 cm %s Q q %d 0 0 %d 300 %d cm /J Do Q", content, w, h, pageH-200)
		d.pageWith(fmt.Sprintf("/MediaBox[-100 -300 %d %d]/CropBox[300 -200 %d %d]/Rotate %d", 400+pageW, 2*pageH, 300+pageW, pageH-200, degrees),
			content, fmt.Sprintf("/XObject<</I %d 0 R/J %d 0 R>>", d.add(jpegImage(m)), d.add(jpegImage(s.hidden()))))
	})
	return d.bytes()
}

func inUnits(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		d.page(w, h, fill(w, h), d.add(jpegImage(m)), "/UserUnit 7.5")
	})
	return d.bytes()
}

// layers has pages with a picture on a layer that is seen, and another on one that is not.
func layers(s *set) []byte {
	d := newDocument()
	seen, unseen := d.add("<</Type/OCG/Name(seen)>>"), d.add("<</Type/OCG/Name(unseen)>>")
	d.catalog = fmt.Sprintf("/OCProperties<</OCGs[%d 0 R %d 0 R]/D<</BaseState/ON/OFF[%d 0 R]/Order[%d 0 R %d 0 R]>>>>", seen, unseen, unseen, seen, unseen)
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		content := fmt.Sprintf("/OC/Seen BDC %s EMC /OC/Unseen BDC q %d 0 0 %d 0 0 cm /J Do Q EMC", fill(w, h), w, h)
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", w, h), content, fmt.Sprintf("/XObject<</I %d 0 R/J %d 0 R>>/Properties<</Seen %d 0 R/Unseen %d 0 R>>",
			d.add(jpegImage(m)), d.add(jpegImage(s.hidden())), seen, unseen))
	})
	return d.bytes()
}

// appearance is a form that draws an image, by the resources that it brings.
func appearance(d *document, m *imaging.Image, w, h float64) int {
	return d.add(stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources<</XObject<</I %d 0 R>>>>", w, h, d.add(jpegImage(m))),
		fmt.Appendf(nil, "q %.2f 0 0 %.2f 0 0 cm /I Do Q", w, h)))
}

// form has pages of nothing but fields, whose appearances make up the pictures.
func form(s *set) []byte {
	d := newDocument()
	var fields []int
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		var here []int
		for i := range 4 {
			top, bottom := m.H*i/4, m.H*(i+1)/4
			look := appearance(d, part(m, top, bottom), float64(w), float64(bottom-top)/2)
			here = append(here, d.add(fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(field %d)/F 4/Rect[0 %.2f %d %.2f]/AP<</N %d 0 R>>>>",
				len(fields)+i, float64(m.H-bottom)/2, w, float64(m.H-top)/2, look)))
		}
		fields = append(fields, here...)
		d.page(w, h, "", 0, "/Annots["+references(here)+"]")
	})
	d.catalog = "/AcroForm<</Fields[" + references(fields) + "]>>"
	return d.bytes()
}

// stamp has pages whose pictures are marks that somebody put on them; a hidden one is not seen.
func stamp(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		mark := func(m *imaging.Image, flags int) int {
			return d.add(fmt.Sprintf("<</Type/Annot/Subtype/Stamp/F %d/Rect[0 0 %d %d]/AP<</N %d 0 R>>>>", flags, w, h, appearance(d, m, float64(w), float64(h))))
		}
		const print, hidden = 4, 2
		d.page(w, h, "", 0, "/Annots["+references([]int{mark(m, print), mark(s.hidden(), print|hidden)})+"]")
	})
	return d.bytes()
}

// nested has pictures eight forms deep, of which each turns what it draws.
func nested(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		inner := d.add(jpegImage(m))
		content := fill(w, h)
		for range 8 {
			inner = d.add(stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Matrix[-1 0 0 -1 %d %d]/Resources<</XObject<</I %d 0 R>>>>", w, h, w, h, inner), []byte(content)))
			content = "/I Do"
		}
		d.page(w, h, content, inner, "")
	})
	return d.bytes()
}

// seeThrough has pictures that darken a white page, through a mask that lets all through.
func seeThrough(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		mask := d.add(image(1, 1, "/ColorSpace/DeviceGray/BitsPerComponent 8", []byte{255}))
		pixels := d.add(image(m.W, m.H, fmt.Sprintf("/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/SMask %d 0 R", mask), imaging.EncodeJPEG(m, 90)))
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]/Group<</S/Transparency/CS/DeviceRGB>>", w, h), "/G gs "+fill(w, h),
			fmt.Sprintf("/XObject<</I %d 0 R>>/ExtGState<</G<</BM/Multiply/ca 0.95>>>>", pixels))
	})
	return d.bytes()
}

// strokes has no image: each run of ink is a rectangle, as drawing programs print.
func strokes(s *set) []byte {
	d := newDocument()
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		ink := m.Gray()
		content := bytes.NewBufferString("0.5 0 0 0.5 0 0 cm 0 g\n")
		for y := range ink.H {
			row := ink.Pix[y*ink.W : (y+1)*ink.W]
			for x := 0; x < ink.W; x++ {
				from := x
				for x < ink.W && row[x] < inkBelow {
					x++
				}
				if x > from {
					fmt.Fprintf(content, "%d %d %d 1 re\n", from, ink.H-1-y, x-from)
				}
			}
		}
		content.WriteString("f")
		d.page(w, h, content.String(), 0, "")
	})
	return d.bytes()
}

// many has 500 pages that share their images.
func many(s *set) []byte {
	d := newDocument()
	var images []int
	for _, m := range s.pictures {
		images = append(images, d.add(jpegImage(m)))
	}
	for n := range ManyPages {
		w, h := points(s.pictures[n%Pictures])
		d.page(w, h, fill(w, h), images[n%Pictures], "")
	}
	return d.bytes()
}

// changedLater has other pages at first, which an update at its end replaces.
func changedLater(s *set) []byte {
	before := scans(&set{s.pictures, []int{(s.shows[1] + 1) % Pictures, (s.shows[1] + 1) % Pictures}}, jpegImage)
	after := scans(s, jpegImage)
	out := bytes.NewBuffer(before.bytes())
	table := bytes.LastIndex(out.Bytes(), []byte("xref\n0"))
	var rows strings.Builder
	for i, object := range after.finish()[fontObject:] {
		n := fontObject + 1 + i
		fmt.Fprintf(&rows, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(out, "%d 0 obj\n%s\nendobj\n", n, object)
	}
	at := out.Len()
	fmt.Fprintf(out, "xref\n%d %d\n%strailer<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n",
		fontObject+1, len(after.objects)-fontObject, rows.String(), len(after.objects)+1, catalogObject, table, at)
	return out.Bytes()
}

// tree has pages deep in a tree, which inherit their size, turn and resources from it.
func tree(s *set) []byte {
	d := newDocument()
	var kids []int
	s.each(func(m *imaging.Image) {
		w, h := points(m)
		pageW, pageH, content := turnedBack(w, h, 90)
		node := len(d.objects) + 3
		body := d.add(stream("", []byte(content)))
		d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/Contents %d 0 R>>", node, body))
		inherited := fmt.Sprintf("/MediaBox[0 0 %d %d]/Rotate 90/Resources<</XObject<</I %d 0 R>>>>", pageW, pageH, node+10)
		for range 9 {
			d.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R%s>>", len(d.objects), len(d.objects)+2, inherited))
			inherited = ""
		}
		d.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>", len(d.objects), pagesObject))
		kids = append(kids, len(d.objects))
		d.add(jpegImage(m))
	})
	d.objects[pagesObject-1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", references(kids), len(kids))
	return d.bytes()
}

// wrongTable has ends of lines that a mail program made longer, so that no object lies where
// the table says.
func wrongTable(s *set) []byte {
	data := scans(s, jpegImage).bytes()
	return bytes.Replace(data, []byte("endobj\n"), []byte("endobj\r\n\r\n"), -1)
}

// withoutTable has neither a table nor a word of where it is.
func withoutTable(s *set) []byte {
	data := scans(s, jpegImage).bytes()
	table, trailer, start := bytes.LastIndex(data, []byte("xref\n0")), bytes.LastIndex(data, []byte("trailer")), bytes.LastIndex(data, []byte("startxref"))
	return append(data[:table:table], data[trailer:start]...)
}
