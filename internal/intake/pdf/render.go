package pdf

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdfiumerrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// mostMemory is how many bytes PDFium may take. The picture of a page of A4 at 600 dots per
// inch in colour has 105 MB.
const mostMemory = 512 << 20

// engine is PDFium, compiled.
type engine struct {
	pool  pdfium.Pool
	bytes atomic.Int64 // of all instances
	// refused says that PDFium asked for more than mostMemory. It may try with less after that.
	refused atomic.Bool
}

// held is how many bytes PDFium has taken.
func (e *engine) held() int64 { return e.bytes.Load() }

// newEngine compiles PDFium, or takes it from the cache in a folder.
func newEngine(folder string) (*engine, error) {
	config := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling) // memory.go has the limit
	if folder != "" {
		if cache, err := wazero.NewCompilationCacheWithDir(folder); err == nil {
			config = config.WithCompilationCache(cache)
		} // else it is compiled anew
	}
	e := &engine{}
	var err error
	e.pool, err = webassembly.Init(webassembly.Config{
		Context: experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(e.allocate)),
		MinIdle: 1, MaxIdle: 1, MaxTotal: 1, Stdout: io.Discard, Stderr: io.Discard, RuntimeConfig: config,
		FSConfig: wazero.NewFSConfig(), // without any: nil would give it the whole file system
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// rendering is a document open in an instance of its own, so that nothing of one document is
// left for the next.
type rendering struct {
	instance pdfium.Pdfium
	document references.FPDF_DOCUMENT
	form     references.FPDF_FORMHANDLE // empty where there is none
	pages    int

	heldFirst int64 // what PDFium had taken when the first page was drawn; 0 before
}

// open opens a document with the first password that fits.
func (e *engine) open(data []byte, passwords []string) (*rendering, error) {
	instance, err := e.pool.GetInstance(time.Minute)
	if err != nil {
		return nil, err
	}
	r := &rendering{instance: instance}
	for _, password := range append([]string{""}, passwords...) {
		err = r.load(data, password)
		if !errors.Is(err, pdfiumerrors.ErrPassword) {
			break
		}
	}
	if err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *rendering) load(data []byte, password string) error {
	request := &requests.OpenDocument{FileReader: bytes.NewReader(data), FileReaderSize: int64(len(data))}
	if password != "" {
		request.Password = &password
	}
	opened, err := r.instance.OpenDocument(request)
	if err != nil {
		return err
	}
	r.document = opened.Document
	count, err := r.instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: r.document})
	if err != nil {
		return err
	}
	r.pages = count.PageCount
	form, err := r.instance.FPDFDOC_InitFormFillEnvironment(&requests.FPDFDOC_InitFormFillEnvironment{Document: r.document, FormFillInfo: noInteraction})
	if err == nil {
		r.form = form.FormHandle
	}
	if isTrap(err) {
		return err
	}
	return nil // without a form the rest can be drawn
}

func (r *rendering) close() { _ = r.instance.Close() }

// page draws page index, white where nothing is, with its annotations and the contents of its
// form. The longer side of the result has side pixels.
func (r *rendering) page(index, side int) (w, h int, pix []byte, err error) {
	size, err := r.instance.FPDF_GetPageSizeByIndexF(&requests.FPDF_GetPageSizeByIndexF{Document: r.document, Index: index})
	if err != nil {
		return 0, 0, nil, err
	}
	w, h = fit(float64(size.Size.Width), float64(size.Size.Height), side)
	loaded, err := r.instance.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: r.document, Index: index})
	if err != nil {
		return 0, 0, nil, err
	}
	defer r.instance.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	page := requests.Page{ByReference: &loaded.Page}
	bitmap, err := r.instance.FPDFBitmap_Create(&requests.FPDFBitmap_Create{Width: w, Height: h})
	if err != nil {
		return 0, 0, nil, err
	}
	defer r.instance.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: bitmap.Bitmap})
	if err := r.draw(page, bitmap.Bitmap, w, h); err != nil {
		return 0, 0, nil, err
	}
	view, err := r.instance.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap.Bitmap})
	if err != nil || len(view.Buffer) < 4*w*h {
		return 0, 0, nil, errors.Join(err, errors.New("the picture of the page is missing"))
	}
	return w, h, withoutAlpha(view.Buffer[:4*w*h]), nil
}

func (r *rendering) draw(page requests.Page, bitmap references.FPDF_BITMAP, w, h int) error {
	const white, flags = 0xFFFFFFFF, enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_REVERSE_BYTE_ORDER
	_, err := r.instance.FPDFBitmap_FillRect(&requests.FPDFBitmap_FillRect{Bitmap: bitmap, Width: w, Height: h, Color: white})
	if err != nil {
		return err
	}
	_, err = r.instance.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{Bitmap: bitmap, Page: page, SizeX: w, SizeY: h, Flags: flags})
	if err != nil || r.form == "" {
		return err
	}
	_, err = r.instance.FPDF_FFLDraw(&requests.FPDF_FFLDraw{FormHandle: r.form, Bitmap: bitmap, Page: page, SizeX: w, SizeY: h, Flags: flags})
	return err
}

// fit scales a size in points to pixels, the longer side to side.
func fit(width, height float64, side int) (w, h int) {
	longer := max(width, height)
	if !(min(width, height) > 0) || math.IsInf(longer, 0) {
		return side, side
	}
	pixels := func(points float64) int { return max(1, int(math.Round(points/longer*float64(side)))) }
	return pixels(width), pixels(height)
}

// withoutAlpha copies RGBX to RGB.
func withoutAlpha(rgbx []byte) []byte {
	rgb := make([]byte, 0, len(rgbx)/4*3)
	for i := 0; i+4 <= len(rgbx); i += 4 {
		rgb = append(rgb, rgbx[i], rgbx[i+1], rgbx[i+2])
	}
	return rgb
}

// isTrap says whether PDFium ended in the middle of a call, so that its memory may be in any
// state.
func isTrap(err error) bool { return err != nil && strings.Contains(err.Error(), "wasm error") }

// faultOf tells the kinds of errors apart that people can do something about.
func faultOf(err error) fault {
	switch {
	case errors.Is(err, pdfiumerrors.ErrPassword):
		return faultPassword
	case errors.Is(err, pdfiumerrors.ErrFormat), errors.Is(err, pdfiumerrors.ErrFile), errors.Is(err, pdfiumerrors.ErrPage):
		return faultDamaged
	}
	return faultOther
}

// noInteraction is what a form asks of the program that shows it: nothing happens.
var noInteraction = structs.FPDF_FORMFILLINFO{
	FFI_Invalidate:         func(references.FPDF_PAGE, float64, float64, float64, float64) {},
	FFI_SetCursor:          func(enums.FXCT) {},
	FFI_SetTimer:           func(int, func(int)) int { return 0 },
	FFI_KillTimer:          func(int) {},
	FFI_GetLocalTime:       func() structs.FPDF_SYSTEMTIME { return structs.FPDF_SYSTEMTIME{} },
	FFI_GetPage:            func(references.FPDF_DOCUMENT, int) *references.FPDF_PAGE { return nil },
	FFI_GetRotation:        func(references.FPDF_PAGE) enums.FPDF_PAGE_ROTATION { return 0 },
	FFI_ExecuteNamedAction: func(string) {},
}
