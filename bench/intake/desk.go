package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// desk is a gallery of drawn documents, and scans of them and of strangers.
type desk struct {
	gallery *exemplar.Gallery
	folder  string
	scans   []*imaging.Image // sheets of A4 at 150 dots per inch
}

// sheets is the number of scans, of which every fourth shows a stranger.
const sheets = 12

func newDesk(ctx context.Context) (d *desk, err error) {
	d = &desk{}
	if d.folder, err = os.MkdirTemp("", "exemplar-intake-*"); err != nil {
		return nil, err
	}
	d.gallery, err = exemplar.Open(filepath.Join(d.folder, "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		return nil, err
	}
	kinds := []string{"invoice", "form", "letter", "certificate", "statement", "bill"}
	var items []exemplar.Item
	for i := range sheets {
		document := synthdoc.Document{Kind: kinds[i%len(kinds)], Template: uint64(40 + i), Content: uint64(40 + i), Size: 1600}
		picture := synthdoc.Draw(document)
		if i%4 != 3 {
			items = append(items, exemplar.Item{Label: fmt.Sprintf("%s-%d", document.Kind, i), Picture: exemplar.FromBytes(imaging.EncodeJPEG(picture, 90))})
		}
		d.scans = append(d.scans, scanned(picture, uint64(i)))
	}
	registered, err := d.gallery.Register(ctx, items, exemplar.RegisterOptions{})
	for _, r := range registered {
		if err == nil && r.Outcome != exemplar.Registered {
			err = fmt.Errorf("%s: %s", r.Label, r.Reason)
		}
	}
	return d, err
}

func (d *desk) close() {
	d.gallery.Close()
	os.RemoveAll(d.folder)
}

// scanned lays a document on a sheet of A4 at 150 dots per inch, with the noise of a scanner.
func scanned(document *imaging.Image, seed uint64) *imaging.Image {
	const w, h, margin = 1240, 1754, 30
	random := rand.New(rand.NewPCG(seed, 1))
	sheet := imaging.NewImage(w, h)
	for i := range sheet.Pix {
		sheet.Pix[i] = 250
	}
	small := imaging.ResizeArea(document, w-2*margin, min(h-2*margin, document.H*(w-2*margin)/document.W))
	for y := range small.H {
		copy(sheet.Pix[3*((y+margin)*w+margin):], small.Pix[3*y*small.W:3*(y+1)*small.W])
	}
	for i := 0; i < len(sheet.Pix); i += 3 {
		noise := random.IntN(7) - 3
		for c := range 3 {
			sheet.Pix[i+c] = byte(min(255, max(0, int(sheet.Pix[i+c])+noise)))
		}
	}
	return sheet
}

// pdfOf is a PDF of some pages, each a scan with an image of its own.
func (d *desk) pdfOf(pages int) []byte {
	var list []papertest.PDFPage
	var files []string
	for _, m := range d.scans {
		files = append(files, papertest.JPEGImage(m.W, m.H, "DeviceRGB", imaging.EncodeJPEG(m, scanQuality)))
	}
	for n := range pages {
		list = append(list, papertest.ScanPage(595, 842, files[n%len(files)]))
	}
	return papertest.PDF(list, "")
}

// scanQuality is that of scanners' JPEGs, by eye.
const scanQuality = 80
