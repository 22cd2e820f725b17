package sorting

import (
	"context"
	"errors"
	"fmt"
	"math"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
	"exemplar/internal/planar"
)

const (
	// cropSide is the longer side in pixels at which a page is drawn, or a picture decoded at
	// least, to be cut out of: a scanner's bed of A4 at 400 dots per inch has 4,677.
	cropSide = 5000
	// cropQuality is that of the JPEG.
	cropQuality = 95
	// leastCrop is the shorter side in pixels below which nothing can be read.
	leastCrop = 16
)

// drawn is the picture that was cut out of last: there may be several documents on it.
type drawn struct {
	page    int // place in opened.pages, from 1
	picture *imaging.Image
	side    int // the longer side of the picture in which documents were found
}

// crop returns a document of a page, cut out and upright, as a JPEG.
func (w *work) crop(ctx context.Context, d document) ([]byte, error) {
	i := d.pages[0]
	page := w.opened.pages[i]
	if w.drawn.page != i+1 {
		picture, side, err := w.picture(ctx, page)
		if err != nil {
			return nil, err
		}
		w.drawn = drawn{i + 1, picture, side}
	}
	return cutOut(w.drawn.picture, page.answers[d.crop-1].Quad, w.drawn.side)
}

// picture reads a page at the size that it is cut out of, and returns the longer side of the
// picture in which documents were found.
func (w *work) picture(ctx context.Context, page answered) (picture *imaging.Image, side int, err error) {
	data, limits := page.File, imaging.DefaultLimits
	if data == nil {
		read, release, err := imaging.ReadFile(w.opened.File.Source, limits)
		if err != nil {
			return nil, 0, err
		}
		defer release()
		data = read
	}
	opening := w.sorter.Opening
	opening.Side, opening.Only = cropSide, max(page.Number, 1)
	p := intake.First(ctx, data, opening)
	picture, info, err := p.Picture, p.Info, p.Err
	if err == nil && picture == nil {
		picture, info, err = imaging.DecodeAtLeast(p.File, cropSide, limits)
	}
	side = max(info.W, info.H)
	if info.Format == "pdf" {
		side = intake.DefaultSide
	}
	return picture, side, err
}

// cutOut maps a quad of a picture to a rectangle. The quad is in pixels of the picture at a
// longer side of side pixels.
func cutOut(picture *imaging.Image, quad *[4][2]float64, side int) ([]byte, error) {
	scale := float64(max(picture.W, picture.H)) / float64(side)
	var from [4]planar.Point
	for i, corner := range quad {
		from[i] = planar.Pt((corner[0]+0.5)*scale-0.5, (corner[1]+0.5)*scale-0.5)
	}
	length := func(a, b int) float64 { return math.Hypot(from[a].X-from[b].X, from[a].Y-from[b].Y) }
	w, h := max(length(0, 1), length(3, 2)), max(length(1, 2), length(0, 3))
	most := 2 * float64(max(picture.W, picture.H)) // a quad may lie outside
	if !(w >= leastCrop && h >= leastCrop && w <= most && h <= most) {
		return nil, fmt.Errorf("the document has %.0f x %.0f pixels, which cannot be cut out", w, h)
	}
	to := planar.Rectangle(-0.5, -0.5, math.Round(w)-0.5, math.Round(h)-0.5)
	m, ok := planar.FourPoints(&to, &from)
	if !ok {
		return nil, errors.New("the corners of the document lie on a line")
	}
	return imaging.EncodeJPEG(imaging.Warp(picture, m, int(math.Round(w)), int(math.Round(h))), cropQuality), nil
}
