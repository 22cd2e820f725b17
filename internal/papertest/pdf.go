package papertest

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"fmt"
	"strings"
)

// PDFPage is a page of a PDF for tests.
type PDFPage struct {
	W, H    int    // in points
	Entries string // of the page's dictionary, such as /Rotate 90
	Content string // operators; /F is a font, /I the image
	Image   string // dictionary entries and data of an image, by [JPEGImage] or others
}

// JPEGImage is an image of a PDF that is a JPEG, gray or in colours.
func JPEGImage(w, h int, space string, jpeg []byte) string {
	return StreamImage(w, h, fmt.Sprintf("/ColorSpace/%s/BitsPerComponent 8/Filter/DCTDecode", space), jpeg)
}

// StreamImage is an image of a PDF with the entries of its dictionary.
func StreamImage(w, h int, entries string, data []byte) string {
	return stream(fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d%s", w, h, entries), data)
}

// ScanPage is a page that a picture fills, as scanners make it.
func ScanPage(w, h int, image string) PDFPage {
	return PDFPage{W: w, H: h, Content: fmt.Sprintf("q %d 0 0 %d 0 0 cm /I Do Q", w, h), Image: image}
}

func stream(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", entries, len(data), data)
}

// PDF writes a PDF of pages. The catalog gets more entries, such as a form, whose objects
// extra are numbered from [FirstExtra] on.
func PDF(pages []PDFPage, catalog string, extra ...string) []byte {
	return writePDF(pdfObjects(pages, catalog, extra), "")
}

// FirstExtra is the number of the first extra object of a PDF with some pages.
func FirstExtra(pages int) int { return 4 + 3*pages }

func pdfObjects(pages []PDFPage, catalog string, extra []string) []string {
	var kids strings.Builder
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>", "",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	for _, p := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		image := p.Image
		if image == "" {
			image = "null"
		}
		objects = append(objects,
			fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</Font<</F 3 0 R>>/XObject<</I %d 0 R>>>>/Contents %d 0 R%s>>", p.W, p.H, n+1, n+2, p.Entries),
			image, stream("", []byte(p.Content)))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), len(pages))
	return append(objects, extra...)
}

func writePDF(objects []string, trailer string) []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.7\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = out.Len()
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, table)
	return out.Bytes()
}

// EncryptedPDF is [PDF] encrypted with RC4 of 40 bits (ISO 32000-1, 7.6.3, revision 2). Only
// streams are encrypted, so there must be no strings.
func EncryptedPDF(pages []PDFPage, password string) []byte {
	const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"
	const id, permissions = "0123456789abcdef", "\xFC\xFF\xFF\xFF" // -4
	padded := []byte((password + padding)[:32])
	owner := md5.Sum(padded)
	o := rc4Of(owner[:5], padded)
	sum := md5.Sum([]byte(string(padded) + string(o) + permissions + id))
	key := sum[:5]
	u := rc4Of(key, []byte(padding))
	objects := pdfObjects(pages, "", nil)
	for i, object := range objects {
		head, rest, isStream := strings.Cut(object, "stream\n")
		if !isStream {
			continue
		}
		data := strings.TrimSuffix(rest, "\nendstream")
		n := i + 1
		objectKey := md5.Sum(append(append([]byte(nil), key...), byte(n), byte(n>>8), byte(n>>16), 0, 0))
		objects[i] = head + "stream\n" + string(rc4Of(objectKey[:10], []byte(data))) + "\nendstream"
	}
	return writePDF(objects, fmt.Sprintf("/ID[<%x><%x>]/Encrypt<</Filter/Standard/V 1/R 2/O<%x>/U<%x>/P -4>>", id, id, o, u))
}

func rc4Of(key, data []byte) []byte {
	cipher, err := rc4.NewCipher(key)
	if err != nil {
		panic(err) // the key has 5 or 10 bytes
	}
	out := make([]byte, len(data))
	cipher.XORKeyStream(out, data)
	return out
}
