package pdf

import (
	"context"
	"errors"
	"fmt"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"exemplar/internal/imaging"
)

// Cut returns some pages, from 0, as a PDF of their own, with their annotations and what was
// filled into their forms. Nothing of the other pages is in it, and it is not encrypted.
func (d *Document) Cut(ctx context.Context, pages []int) ([]byte, error) {
	if d.child == nil {
		if err := d.open(ctx); err != nil {
			return nil, err
		}
	}
	answer, file, err := d.child.ask(ctx, request{Cut: pages}, nil, d.options.PageTime)
	if err != nil || answer.Last {
		d.child.giveBack(true)
		d.child = nil
	}
	switch {
	case errors.Is(err, errTime):
		return nil, fmt.Errorf("%w: the pages are not cut out after %s", ErrTime, d.options.PageTime)
	case err != nil && !errors.Is(err, errEnded):
		return nil, err
	case err != nil || answer.Fault != "" || !Is(file):
		return nil, fmt.Errorf("%w: the pages of the PDF cannot be cut out", imaging.ErrCorrupt)
	}
	return file, nil
}

// formSide is a size at which drawing is cheap, in pixels.
const formSide = 64

// cut copies pages into a new document and writes it.
func (r *rendering) cut(pages []int) ([]byte, error) {
	made, err := r.instance.FPDF_CreateNewDocument(&requests.FPDF_CreateNewDocument{})
	if err != nil {
		return nil, err
	}
	defer r.instance.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: made.Document})
	form, err := r.instance.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: r.document})
	if err != nil {
		return nil, err
	}
	isForm := form.FormType != enums.FPDF_FORMTYPE_NONE
	if isForm { // otherwise nothing is drawn or read: a page may take minutes
		if err := r.fillForms(pages); err != nil {
			return nil, err
		}
	}
	if _, err := r.instance.FPDF_ImportPagesByIndex(&requests.FPDF_ImportPagesByIndex{
		Source: r.document, Destination: made.Document, PageIndices: pages}); err != nil {
		return nil, err
	}
	if isForm {
		for i := range pages {
			if err := r.fixForms(made.Document, i); err != nil {
				return nil, err
			}
		}
	}
	saved, err := r.instance.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: made.Document})
	if err != nil {
		return nil, err
	}
	if saved.FileBytes == nil {
		return nil, errors.New("nothing was written")
	}
	return *saved.FileBytes, nil
}

// fillForms makes the print of the fields on pages that have none yet, by drawing them.
func (r *rendering) fillForms(pages []int) error {
	for _, page := range pages {
		if _, _, _, err := r.page(page, formSide); isTrap(err) {
			return err
		}
	}
	return nil
}

// fixForms makes what was filled into the form of a page part of its print: the fields stay
// behind with the document.
func (r *rendering) fixForms(document references.FPDF_DOCUMENT, index int) error {
	loaded, err := r.instance.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: document, Index: index})
	if err != nil {
		return err
	}
	defer r.instance.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	_, err = r.instance.FPDFPage_Flatten(&requests.FPDFPage_Flatten{Page: requests.Page{ByReference: &loaded.Page}, Usage: requests.FPDFPage_FlattenUsageNormalDisplay})
	if isTrap(err) {
		return err
	}
	return nil // what cannot be made part of the print stays as it is
}
