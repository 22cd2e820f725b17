package intake

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// TestCut: pages that were cut out are the pictures that they were in their file.
func TestCut(t *testing.T) {
	t.Run("TIFF", func(t *testing.T) {
		checkCut(t, papertest.TIFF(numbered(1), numbered(2), numbered(3), numbered(4)), patient)
	})
	t.Run("PDF", func(t *testing.T) {
		drawsPDF(t)
		checkCut(t, papertest.PDF(marked(4), ""), patient)
	})
	t.Run("encrypted PDF", func(t *testing.T) {
		drawsPDF(t)
		open := patient
		open.Passwords = []string{"secret"}
		checkCut(t, papertest.EncryptedPDF(marked(4), "secret"), open)
	})
}

// marked are pages with a rectangle each, at a place of its own.
func marked(n int) []papertest.PDFPage {
	pages := make([]papertest.PDFPage, n)
	for i := range pages {
		pages[i] = papertest.PDFPage{W: 100, H: 200, Content: fmt.Sprintf("0 0 1 rg %d 20 10 100 re f", 10+20*i)}
	}
	pages[2].Entries = "/Rotate 90"
	return pages
}

func checkCut(t *testing.T, file []byte, options Options) {
	t.Helper()
	cut, err := Cut(t.Context(), file, []int{2, 3}, options)
	if err != nil {
		t.Fatal(err)
	}
	want := pictures(t, file, options)[1:3]
	got := pictures(t, cut, Options{Side: options.Side, PageTime: options.PageTime})
	if len(got) != 2 || !bytes.Equal(got[0].Pix, want[0].Pix) || !bytes.Equal(got[1].Pix, want[1].Pix) {
		t.Errorf("%d pages, or other ones", len(got))
	}
}

func pictures(t *testing.T, file []byte, options Options) (all []*imaging.Image) {
	t.Helper()
	for page := range Pages(t.Context(), file, options) {
		if page.Err != nil {
			t.Fatal(page.Err)
		}
		if !bytes.Equal(page.Source, file) {
			t.Error("the source of a page is its file")
		}
		all = append(all, page.Picture)
	}
	return all
}

// TestCutKeepsWhatWasFilledIn, and nothing of the pages that stay behind.
func TestCutKeepsWhatWasFilledIn(t *testing.T) {
	drawsPDF(t)
	field := papertest.FirstExtra(2)
	form := papertest.PDF([]papertest.PDFPage{
		{W: 100, H: 100, Content: "% the secret of page one"},
		{W: 100, H: 100, Entries: fmt.Sprintf("/Annots[%d 0 R]", field)}},
		fmt.Sprintf("/AcroForm<</Fields[%d 0 R]/NeedAppearances true/DA(/F 60 Tf 0 g)/DR<</Font<</F 3 0 R>>>>>>", field),
		"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(MM)/DA(/F 60 Tf 0 g)/Rect[10 10 90 90]/F 4/P 7 0 R>>")
	cut, err := Cut(t.Context(), form, []int{2}, patient)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(cut, []byte("secret of page one")) {
		t.Error("the file has what was on another page")
	}
	dark := 0
	for _, v := range pictures(t, cut, patient)[0].Gray().Pix {
		if v < 100 {
			dark++
		}
	}
	if dark < 500 {
		t.Errorf("the contents of the form are lost: %d dark pixels", dark)
	}
}

func TestCutRefusesAnOrdinaryPicture(t *testing.T) {
	if _, err := Cut(t.Context(), imaging.EncodePNG(filled()), []int{1}, patient); err == nil {
		t.Error("a PNG has no pages")
	}
}

func filled() *imaging.Image { return imaging.NewImage(40, 40) }

// TestCutOfNoPage is an error: a file that is refused as a whole has no page.
func TestCutOfNoPage(t *testing.T) {
	if _, err := Cut(t.Context(), papertest.TIFF(numbered(1), numbered(2)), []int{0}, patient); !errors.Is(err, errNoPages) {
		t.Error(err)
	}
}
