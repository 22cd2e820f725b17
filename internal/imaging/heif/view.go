package heif

import "math"

// view is how a picture is shown: a part of it, mirrored from left to right or not, and then
// turned clockwise by quarters.
type view struct {
	x, y, w, h int // the part, as stored
	mirrored   bool
	turns      int
}

// orientation returns EXIF's number for the mirror and the turns.
func (v view) orientation() int {
	if v.mirrored {
		return [4]int{2, 7, 4, 5}[v.turns]
	}
	return [4]int{1, 6, 3, 8}[v.turns]
}

// apply adds the transformations among an item's properties, in their order (ISO/IEC 23008-12,
// 6.5.9, 6.5.10 and 6.5.12).
func (m *meta) apply(v view, it *item) (view, error) {
	for _, n := range it.uses {
		if n >= len(m.properties) {
			continue
		}
		body := m.properties[n].body
		switch m.properties[n].kind {
		case "irot":
			if len(body) > 0 {
				v.turns = (v.turns - int(body[0]&3)) & 3 // anticlockwise
			}
		case "imir":
			if len(body) > 0 {
				v.mirrored, v.turns = !v.mirrored, -v.turns&3
				if body[0]&1 == 0 { // top and bottom
					v.turns = (v.turns + 2) & 3
				}
			}
		case "clap":
			var err error
			if v, err = v.cropped(body); err != nil {
				return view{}, err
			}
		}
	}
	return v, nil
}

// cropped applies a clean aperture (ISO/IEC 14496-12, 12.1.4) to what is shown.
func (v view) cropped(body []byte) (view, error) {
	r := &reader{b: body}
	fraction := func() float64 {
		n, d := int32(r.uint(4)), int32(r.uint(4))
		return float64(n) / float64(d)
	}
	width, height, right, down := fraction(), fraction(), fraction(), fraction()
	shownW, shownH := v.w, v.h
	if v.turns&1 == 1 {
		shownW, shownH = shownH, shownW
	}
	w, h := math.Round(width), math.Round(height)
	x := math.Floor(right + float64(shownW-1)/2 - (width-1)/2)
	y := math.Floor(down + float64(shownH-1)/2 - (height-1)/2)
	if r.over || !(w >= 1 && h >= 1 && x >= 0 && y >= 0 && x+w <= float64(shownW) && y+h <= float64(shownH)) {
		return view{}, corrupt("it is cropped to what is not in it")
	}
	cx, cy, cw, ch := int(x), int(y), int(w), int(h)
	for range v.turns { // undo a turn
		cx, cy, cw, ch = cy, shownW-cx-cw, ch, cw
		shownW, shownH = shownH, shownW
	}
	if v.mirrored {
		cx = shownW - cx - cw
	}
	v.x, v.y, v.w, v.h = v.x+cx, v.y+cy, cw, ch
	return v, nil
}
