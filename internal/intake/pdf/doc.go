// Package pdf draws the pages of PDF files, by PDFium, compiled to WebAssembly
// (github.com/klippa-app/go-pdfium), which runs in wazero: no cgo, and no files, network or
// memory of the program within its reach.
//
//	doc, err := pdf.Open(ctx, data, pdf.Options{})
//	defer doc.Close()
//	for i := range doc.Pages() {
//		picture, err := doc.Page(ctx, i, 1024)
//	}
//
// PDFium runs in child processes: the program starts itself anew, and the child does nothing
// else (worker.go). A goroutine in WebAssembly cannot be interrupted, and holds up the garbage
// collector and with it the whole process: a page that would take an hour takes a child that
// ends when the time of the page is over. Interruptible code takes three times as long.
//
// The path of a page: document.go asks for it, pool.go keeps children for the next document,
// wire.go has the messages, worker.go answers in the child, render.go draws there. cache.go
// says where the compiled module is kept.
package pdf

import (
	"bytes"
	"fmt"

	"exemplar/internal/imaging"
)

// Is says whether a file is a PDF by its beginning. Up to a kilobyte may come before the PDF
// (ISO 32000-1, annex H.3, note 13).
func Is(head []byte) bool {
	return bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-"))
}

// errHollow says that a file has nothing of a PDF but the name.
var errHollow = fmt.Errorf("%w: the PDF cannot be opened: copy or send it again, or print it anew as a PDF", imaging.ErrCorrupt)

// CheckHead returns the error of [Open] for a PDF that has no object where it begins, by its
// first [imaging.HeadBytes] or the whole of it: so that it is not read, and nobody looks for
// pages in what may be a quarter of a gigabyte of something else.
func CheckHead(head []byte) error {
	if len(head) >= imaging.HeadBytes && !bytes.Contains(head[:imaging.HeadBytes], []byte("obj")) {
		return errHollow
	}
	return nil
}
