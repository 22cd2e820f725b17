package recognise

import (
	"image"
	"slices"

	"exemplar/internal/changedetect"
	"exemplar/internal/condition"
	"exemplar/internal/emblem"
	"exemplar/internal/scoremodel"
)

// An emblem on the pattern of a note, beside the title of a ticket or in pale colours is no
// print that stands alone. It is looked for square by square instead: where the network sees
// another form in place of one, the picture of it at a quarter of its size, in which small
// print is grey stripes, is compared with the photo's.

// All was chosen on 278 captures of other copies (odd families of kinds_*, banknotes_scene and
// bookpages_scene, and a sixth of those of dvd_scene), for none of which [Found.showsOtherPlace]
// holds, and on drawn look-alikes of seed 1 (bench/kinds).
const (
	// placeSide is the side of a square, in cells: about an emblem. It lies placeMargin cells
	// from the edges of the page.
	placeSide, placeMargin = 5, 1
	// placePrint of its cells must have print, of which otherPlace must seem another form, and
	// filledPlace contents, at most, and entryAlone of the reference alone.
	placePrint, otherPlace, filledPlace = 2. / 3, 0.35, 0.1
	// A place has as much contrast as placeContrast, in grey levels: small print has less. The
	// photo's must be from leastPlace to mostPlace times what it is where the two agree: less
	// is glare, or a shadow.
	placeContrast, leastPlace, mostPlace = 22, 0.7, 2.2
	// A place differs if it correlates by placeGap less than a quarter of the places within
	// aroundReach cells do, and is shown nowhere else: movedPlace. Most of the places within
	// besideReach cells must correlate by besidePlace, or a hand or a curl of the paper may lie
	// there, and by placeDoubt in proportion as the network is less sure of another form.
	placeGap, movedPlace, besidePlace, placeDoubt = 0.2, 0.8, 0.45, 0.3
	besideReach, aroundReach                      = 8, 20
	// faintPlace is the contrast of what is compared at all, and agreesAt the correlation from
	// which on a place tells the photo's contrast. Places about another are aroundStep cells
	// apart, and fewestAround are needed.
	faintPlace, agreesAt     = 6, 0.8
	aroundStep, fewestAround = 3, 8
	// onePlace of all other form must lie in one place on upright plain paper: where form has
	// moved, as on invoices and receipts, much that is the reference's own seems another. By eye.
	onePlace = 0.5
	// mostPlaces of the head, and of the rest, are looked at, those that seem most another
	// form. enoughPlaces must be other: an emblem fills more than one square, whose neighbours
	// share most of their cells.
	mostPlaces, enoughPlaces = 16, 2
)

// places compares squares of cells of a reference with the photo.
type places struct {
	*Found
	kinds  *changedetect.Map
	prints []changedetect.Print // of each square
	coarse emblem.Coarse
	around map[image.Point]emblem.Agreement // by the upper left cell
}

// square is a place, and what the network says of its print.
type square struct {
	image.Rectangle // cells
	changedetect.Print
}

// showsOtherPlace says that the photo shows other print in place of large print of the form,
// while the print about it agrees.
func (f *Found) showsOtherPlace(r *Reference, form *scoremodel.Form, kinds *changedetect.Map) bool {
	if form.Cluster < otherPlace*placePrint*placeSide*placeSide { // no square has enough
		return false
	}
	if r.h > r.w && !form.Unsteady && form.Cluster < onePlace*form.Other {
		return false
	}
	ref := f.rectified.Reference
	p := places{f, kinds, kinds.Squares(placeSide, f.rectified.Visible), emblem.LayCoarsely(ref, f.rectified.Photo), map[image.Point]emblem.Agreement{}}
	below := int(lineShare * float64(kinds.H))
	suspects := append(p.suspects(placeMargin, below), p.suspects(below, kinds.H)...)
	suspects = slices.DeleteFunc(suspects, func(s square) bool { return p.reachesIn(s) || !p.differs(s) })
	if len(suspects) < enoughPlaces {
		return false
	}
	alone, above := f.itself.kinds(), f.Evidence.Above(f.photo.probe, f.rowsAbove())
	others := 0
	for _, s := range suspects {
		if f.photo.hides(r, f, pixels(s.Rectangle)) {
			continue
		}
		own := alone.Print(pixels(s.Rectangle), f.rectified.Visible)
		if own.Contents <= entryAlone && p.coarse.Anywhere(pixels(s.Rectangle), above) < movedPlace {
			if others++; others == enoughPlaces {
				return true
			}
		}
	}
	return false
}

// suspects are the squares between two rows of cells in which the network sees most of another
// form, most first.
func (p *places) suspects(from, to int) []square {
	var found []square
	for y := from; y < to && y+placeSide+placeMargin <= p.kinds.H; y++ {
		for x := placeMargin; x+placeSide+placeMargin <= p.kinds.W; x++ {
			s := p.at(image.Pt(x, y))
			if s.OtherForm < otherPlace || s.Contents > filledPlace || !p.isSeen(s) {
				continue
			}
			found = append(found, s)
			for i := len(found) - 1; i > 0 && found[i-1].OtherForm < s.OtherForm; i-- {
				found[i-1], found[i] = found[i], found[i-1]
			}
			found = found[:min(len(found), mostPlaces)]
		}
	}
	return found
}

// at is the square from a cell on.
func (p *places) at(corner image.Point) square {
	return square{image.Rectangle{corner, corner.Add(image.Pt(placeSide, placeSide))}, p.prints[corner.Y*(p.kinds.W-placeSide+1)+corner.X]}
}

// isSeen says that a square has print enough, and is seen as a whole.
func (p *places) isSeen(s square) bool {
	for y := s.Min.Y; y < s.Max.Y; y++ {
		if slices.Contains(p.rectified.Visible[y*p.kinds.W+s.Min.X:y*p.kinds.W+s.Max.X], false) {
			return false
		}
	}
	return float64(s.Cells) >= placePrint*placeSide*placeSide
}

func pixels(cells image.Rectangle) image.Rectangle {
	return image.Rectangle{cells.Min.Mul(changedetect.Cell), cells.Max.Mul(changedetect.Cell)}
}

// differs says that the photo shows other print in a square, and the reference's around it.
func (p *places) differs(s square) bool {
	here := p.coarse.At(pixels(s.Rectangle))
	if here.Own < placeContrast || here.Correlation > 1-placeGap {
		return false
	}
	beside, _ := p.about(s.Min, besideReach)
	around, contrasts := p.about(s.Min, aroundReach)
	if len(around) < fewestAround || len(contrasts) == 0 {
		return false
	}
	nearby := 1.0 // on blank paper
	if len(beside) > 0 {
		nearby = beside[len(beside)/4]
	}
	contrast := here.Its / here.Own / contrasts[len(contrasts)/2]
	return here.Correlation <= around[len(around)*3/4]-placeGap && nearby >= besidePlace && s.OtherForm*nearby >= placeDoubt &&
		contrast >= leastPlace && contrast <= mostPlace
}

// about is how the squares about one correlate with the photo, and how many times as much
// contrast it has where they agree: both sorted.
func (p *places) about(corner image.Point, reach int) (correlations, contrasts []float64) {
	for y := 0; y+placeSide <= p.kinds.H; y += aroundStep {
		for x := 0; x+placeSide <= p.kinds.W; x += aroundStep {
			if away := max(x-corner.X, corner.X-x, y-corner.Y, corner.Y-y); away < placeSide || away > reach {
				continue
			}
			a := p.agreement(image.Pt(x, y))
			if a.Own < faintPlace {
				continue
			}
			correlations = append(correlations, a.Correlation)
			if a.Correlation > agreesAt {
				contrasts = append(contrasts, a.Its/a.Own)
			}
		}
	}
	slices.Sort(correlations)
	slices.Sort(contrasts)
	return correlations, contrasts
}

// agreement is how the square from a cell on agrees; 0 where it has little print.
func (p *places) agreement(corner image.Point) emblem.Agreement {
	a, known := p.around[corner]
	if !known {
		if s := p.at(corner); p.isSeen(s) {
			a = p.coarse.At(pixels(s.Rectangle))
		}
		p.around[corner] = a
	}
	return a
}

// hides are the conditions in which print is not seen.
var hides = []condition.Kind{condition.Glare, condition.Covered, condition.CutOff, condition.Torn}

// hidden are the places of a reference, in pixels as it is compared, that the photo does not show: glare lies there, or a
// hand, or a piece is missing. small says that it is too small to show print at all.
func (p *Photo) hidden(r *Reference, f *Found) (places []image.Rectangle, small bool) {
	return p.hiddenBy(r, f, hides...)
}

func (p *Photo) hiddenBy(r *Reference, f *Found, kinds ...condition.Kind) (places []image.Rectangle, small bool) {
	all, _ := p.Conditions(r, f)
	w, h := r.Size()
	sx, sy := float64(f.rectified.Reference.W)/float64(w), float64(f.rectified.Reference.H)/float64(h)
	for _, c := range all {
		small = small || c.Sure && c.Kind == condition.TooSmall
		if !c.Sure || !slices.Contains(kinds, c.Kind) {
			continue
		}
		for _, place := range c.Where {
			from, to := place.Reference[0], place.Reference[2]
			places = append(places, image.Rect(int(from.X*sx), int(from.Y*sy), int(to.X*sx), int(to.Y*sy)))
		}
	}
	return places, small
}

// reachesIn says that what lies in a square reaches in from an edge of the page, as a hand does.
func (p *places) reachesIn(s square) bool {
	k := p.kinds
	seen := make([]bool, k.W*k.H)
	var todo []image.Point
	visit := func(x, y int) {
		if i := y*k.W + x; !seen[i] && k.Judged[i] && k.Logit[i] > 0 {
			seen[i] = true
			todo = append(todo, image.Pt(x, y))
		}
	}
	for y := s.Min.Y; y < s.Max.Y; y++ {
		for x := s.Min.X; x < s.Max.X; x++ {
			visit(x, y)
		}
	}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at.X == 0 || at.Y == 0 || at.X == k.W-1 || at.Y == k.H-1 {
			return true
		}
		for y := at.Y - 1; y <= at.Y+1; y++ {
			for x := at.X - 1; x <= at.X+1; x++ {
				visit(x, y)
			}
		}
	}
	return false
}
