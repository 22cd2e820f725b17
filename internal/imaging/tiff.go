package imaging

import (
	"fmt"
	"math"

	"exemplar/internal/imaging/shrink"
	"exemplar/internal/imaging/tiff"
)

func openTIFF(data []byte) (opened, error) {
	file, err := tiff.Open(data)
	if err != nil {
		return opened{}, err
	}
	return series{"page", len(file.Pages), func(index int) (opened, error) { return tiffPage(file.Pages[index]), nil }}.at(0, 0, false), nil
}

// LacksPages reports whether a file is a TIFF that ends before pages that it announces.
func LacksPages(data []byte) bool {
	file, err := tiff.Open(data)
	return err == nil && file.LacksPages
}

func tiffPage(page *tiff.Page) opened {
	w, h := page.Squared()
	o := opened{w: w, h: h, orientation: page.Orientation}
	o.cost = func(scale int) int64 {
		cost := page.Cost(innerScale(page, scale))
		if w != page.W || h != page.H {
			cost += shrink.Cost(w, h, scale)
		}
		return cost
	}
	o.pixels = func(scale int) (*Image, []string, error) {
		pw, ph, pix, missing, err := page.Decode(innerScale(page, scale))
		if err != nil {
			return nil, nil, err
		}
		m := &Image{W: pw, H: ph, Pix: pix}
		if w, h := (w+scale-1)/scale, (h+scale-1)/scale; w != pw || h != ph {
			m = ResizeArea(m, w, h)
		}
		return m, missingPart(missing), nil
	}
	return o
}

// innerScale returns the scale at which to decode a page for a picture at the given scale.
// It is smaller if pixels are not square: the page is then stretched, and must be decoded
// with enough detail.
func innerScale(page *tiff.Page, scale int) int {
	w, h := page.Squared()
	for inner := scale; ; inner /= 2 {
		if inner == 1 || page.W/inner >= w/scale && page.H/inner >= h/scale {
			return inner
		}
	}
}

// missingPart is the note that a share of the picture is missing anywhere in it.
func missingPart(share float64) []string {
	if share <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("cut off or damaged: %.0f %% of the picture is missing", math.Ceil(100*share))}
}
