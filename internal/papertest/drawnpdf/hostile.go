package drawnpdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"exemplar/internal/papertest"
)

// Hostile are small PDFs that take a program's time or memory, or lead it round in circles.
// What is right for them is an end: with pages or without.
func Hostile() []File {
	var out []File
	for _, h := range hostile {
		out = append(out, File{Name: h.name, Data: h.write()})
	}
	return out
}

// sheet is the side of a hostile page, in points.
const sheet = 600

var hostile = []struct {
	name  string
	write func() []byte
}{
	{"900 megapixels, 20 times", func() []byte {
		const side = 30_000
		return onePage(strings.Repeat("/I Do ", 20), squeezedImage(side, side))
	}},
	{"an image of 10^9 rows", func() []byte {
		return onePage("/I Do", image(1, 1_000_000_000, "/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode", flate(make([]byte, 100))))
	}},
	{"a fax of 60,000 x 60,000", func() []byte {
		return onePage("/I Do", image(60_000, 60_000, "/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 60000/Rows 60000>>", bytes.Repeat([]byte{0xFF}, 8000)))
	}},
	{"a JBIG2 of 60,000 x 60,000", func() []byte {
		page := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 60_000), 60_000)
		segment := append([]byte{0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19}, append(page, make([]byte, 11)...)...)
		return onePage("/I Do", image(60_000, 60_000, "/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/JBIG2Decode", segment))
	}},
	{"a gigabyte of operators", func() []byte {
		d := newDocument()
		body := d.add(stream("/Filter[/FlateDecode/FlateDecode]", squeezed("0 0 9 9 re f\n", 1<<30)))
		d.pages = append(d.pages, d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R>>", pagesObject, sheet, sheet, body)))
		return d.bytes()
	}},
	{"forms in forms, 10 million times", func() []byte { return formsInForms(7, 10) }},
	{"a form that draws itself", func() []byte {
		d := newDocument()
		self := len(d.objects) + 1
		d.add(stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I %d 0 R>>>>", self), []byte("/I Do /I Do")))
		d.page(sheet, sheet, "/I Do", self, "")
		return d.bytes()
	}},
	{"a pattern of itself", func() []byte {
		d := newDocument()
		self := len(d.objects) + 1
		d.add(stream(fmt.Sprintf("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 1/YStep 1/Resources<</Pattern<</P %d 0 R>>>>", self),
			[]byte("/Pattern cs /P scn 0 0 9 9 re f")))
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", sheet, sheet), "/Pattern cs /P scn 0 0 600 600 re f", fmt.Sprintf("/Pattern<</P %d 0 R>>", self))
		return d.bytes()
	}},
	{"a tiny pattern over a large page", func() []byte {
		d := newDocument()
		tile := d.add(stream("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>", []byte("0 0 1 1 re f")))
		d.pageWith("/MediaBox[0 0 14400 14400]", "/Pattern cs /P scn 0 0 14400 14400 re f", fmt.Sprintf("/Pattern<</P %d 0 R>>", tile))
		return d.bytes()
	}},
	{"a mask of itself", func() []byte {
		d := newDocument()
		group := len(d.objects) + 1
		state := fmt.Sprintf("/ExtGState<</G<</SMask<</S/Luminosity/G %d 0 R>>>>>>", group)
		d.add(stream("/Type/XObject/Subtype/Form/BBox[0 0 600 600]/Group<</S/Transparency/CS/DeviceGray>>/Resources<<"+state+">>", []byte("/G gs 0 0 600 600 re f")))
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", sheet, sheet), "/G gs 0 0 600 600 re f", state)
		return d.bytes()
	}},
	{"a letter that writes itself", func() []byte {
		d := newDocument()
		font := len(d.objects) + 2
		letter := d.add(stream("", []byte("100 0 0 0 100 100 d1 BT /F 1 Tf (a) Tj ET")))
		d.add(fmt.Sprintf("<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a %d 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1]/Resources<</Font<</F %d 0 R>>>>>>", letter, font))
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", sheet, sheet), "BT /F 9 Tf (aaaa) Tj ET", fmt.Sprintf("/Font<</F %d 0 R>>", font))
		return d.bytes()
	}},
	{"a million strokes that cross", func() []byte {
		var path strings.Builder
		path.WriteString("0 0 m\n")
		for i := range 300_000 {
			fmt.Fprintf(&path, "%d %d l\n", i*7919%sheet, i*104729%sheet)
		}
		return onePage(path.String()+"f*", "")
	}},
	{"a shading of functions of functions", func() []byte {
		d := newDocument()
		f := d.add("<</FunctionType 2/Domain[0 1]/C0[0 0 0]/C1[1 1 1]/N 1>>")
		for range 200 {
			f = d.add(fmt.Sprintf("<</FunctionType 3/Domain[0 1]/Functions[%d 0 R %d 0 R]/Bounds[0.5]/Encode[0 1 0 1]>>", f, f))
		}
		d.pageWith(fmt.Sprintf("/MediaBox[0 0 %d %d]", sheet, sheet), "/S sh", fmt.Sprintf("/Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 600]/Function %d 0 R>>>>", f))
		return d.bytes()
	}},
	{"a tree of pages in a circle", func() []byte {
		d := newDocument()
		d.page(sheet, sheet, "0 0 9 9 re f", 0, "")
		d.objects[pagesObject-1] = fmt.Sprintf("<</Type/Pages/Kids[%d 0 R %d 0 R %d 0 R]/Count 2000000000/Parent %d 0 R>>", pagesObject, d.pages[0], pagesObject, pagesObject)
		return d.bytes()
	}},
	{"a tree of pages 100,000 deep", func() []byte {
		d := newDocument()
		const levels = 100_000
		for i := range levels {
			d.add(fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1/Parent %d 0 R>>", fontObject+2+i, max(pagesObject, fontObject+i)))
		}
		d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]>>", len(d.objects)))
		d.objects[pagesObject-1] = fmt.Sprintf("<</Type/Pages/Kids[%d 0 R]/Count 1>>", fontObject+1)
		return d.bytes()
	}},
	{"two billion pages that are not there", func() []byte {
		d := newDocument()
		d.objects[pagesObject-1] = "<</Type/Pages/Kids[]/Count 2147483647>>"
		return d.bytes()
	}},
	{"100,000 pages", func() []byte {
		d := newDocument()
		d.page(sheet, sheet, "0 0 9 9 re f", 0, "")
		for range 99_999 {
			d.pages = append(d.pages, d.pages[0])
		}
		return d.bytes()
	}},
	{"a table before itself", func() []byte {
		data := onePage("0 0 9 9 re f", "")
		table := bytes.LastIndex(data, []byte("xref\n0"))
		return bytes.Replace(data, []byte("trailer<<"), fmt.Appendf(nil, "trailer<</Prev %d/XRefStm %d", table, table), 1)
	}},
	{"an object that is itself", func() []byte {
		d := newDocument()
		self := len(d.objects) + 1
		d.add(fmt.Sprintf("%d 0 R", self))
		d.pageWith(fmt.Sprintf("/MediaBox %d 0 R/Rotate %d 0 R/CropBox[%d 0 R 0 9 9]", self, self, self), "0 0 9 9 re f", fmt.Sprintf("/XObject %d 0 R", self))
		return d.bytes()
	}},
	{"a stream whose length is its own", func() []byte {
		d := newDocument()
		self := len(d.objects) + 1
		d.add(fmt.Sprintf("<</Length %d 0 R/Filter/FlateDecode>>stream\nx\nendstream", self))
		d.pages = append(d.pages, d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]/Contents %d 0 R>>", pagesObject, self)))
		return d.bytes()
	}},
	{"a million brackets", func() []byte {
		d := newDocument()
		d.add(strings.Repeat("[", 1_000_000))
		d.page(sheet, sheet, strings.Repeat("<<", 500_000), 0, "")
		return d.bytes()
	}},
	{"a million saved states", func() []byte { return onePage(strings.Repeat("q ", 1_000_000)+"0 0 9 9 re f", "") }},
	{"50,000 marks", func() []byte {
		d := newDocument()
		mark := d.add("<</Type/Annot/Subtype/Square/Rect[10 10 590 590]/C[0 0 1]/IC[0 0 1]/F 4>>")
		d.page(sheet, sheet, "", 0, "/Annots["+strings.Repeat(fmt.Sprintf("%d 0 R ", mark), 50_000)+"]")
		return d.bytes()
	}},
	{"100 filters", func() []byte {
		d := newDocument()
		data := []byte("0 0 9 9 re f")
		for range 100 {
			data = flate(data)
		}
		body := d.add(stream("/Filter["+strings.Repeat("/FlateDecode", 100)+"]", data))
		d.pages = append(d.pages, d.add(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]/Contents %d 0 R>>", pagesObject, body)))
		return d.bytes()
	}},
	{"a page without height", func() []byte {
		d := newDocument()
		d.page(sheet, 0, "0 0 9 9 re f", 0, "")
		d.page(1_000_000_000, 1, "0 0 9 9 re f", 0, "/UserUnit 1000000")
		return d.bytes()
	}},
}

func onePage(content, img string) []byte {
	d := newDocument()
	n := 0
	if img != "" {
		n = d.add(img)
	}
	d.page(sheet, sheet, fmt.Sprintf("q %d 0 0 %d 0 0 cm %s Q", sheet, sheet, content), n, "")
	return d.bytes()
}

// formsInForms draws a rectangle times^levels times.
func formsInForms(levels, times int) []byte {
	d := newDocument()
	inner := d.add(stream("/Type/XObject/Subtype/Form/BBox[0 0 600 600]", []byte("0 0 500 500 re f")))
	for range levels {
		inner = d.add(stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 600 600]/Resources<</XObject<</I %d 0 R>>>>", inner), []byte(strings.Repeat("/I Do ", times))))
	}
	d.page(sheet, sheet, "/I Do", inner, "")
	return d.bytes()
}

// squeezed is a text of some bytes, repeated and compressed twice.
func squeezed(text string, size int) []byte {
	block := []byte(strings.Repeat(text, 1+(1<<20)/len(text)))
	return flate(papertest.Repeated(block, (size+len(block)-1)/len(block)))
}

func squeezedImage(w, h int) string {
	return image(w, h, "/ColorSpace/DeviceGray/BitsPerComponent 8/Filter[/FlateDecode/FlateDecode]", squeezed("U", w*h))
}
