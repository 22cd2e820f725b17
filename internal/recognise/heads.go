package recognise

import (
	"image"
	"slices"
	"sync"

	"exemplar/internal/changedetect"
	"exemplar/internal/condition"
	"exemplar/internal/decide"
	"exemplar/internal/emblem"
	"exemplar/internal/imaging"
	"exemplar/internal/scoremodel"
)

// Who issued a paper, and what it is, stands in its head: a logo, a name, a headline, lines of
// an address. Where a photo shows other print in place of one of them, it is of another
// issuer, or another paper of the same one, however much of the rest agrees.

const (
	// lineShare of a page, from the top, is where lines of its head end. By eye.
	lineShare = 0.35
	// mostLines of a reference are looked at, of each kind, those with most ink.
	mostLines = 10
	// leastOther cells of another form in one place of the head make it worth a look. By eye:
	// of another issuer the photos show 5 and more, most other copies less than 2.
	leastOther = 3
	// darkGround is up to how bright, as a share of the paper, the ground of light print is.
	darkGround = 0.75
	// The rest was chosen on 300 captures of other copies of the odd families of
	// kinds_identity, kinds_invoices and kinds_forms, and on drawn look-alikes of seed 1
	// (`go run ./bench/kinds lookalikes`). Print of leastPrint cells is replaced where the photo
	// shows another form in a share of it, and correlates less than a bound. More is asked of
	// what is less surely form by the reference alone; what may be an entry there is left out.
	leastPrint                      = 6
	mayBeOther, mostlyOf, plainlyOf = 0.2, 0.4, 0.5
	mayBeEntry, entryAlone          = 0.5, 0.05
	formAlone, sureForm             = 0.1, 0.45
	looksOther, plainlyOther        = 0.85, 0.8
	surelyMoved                     = 0.9
	// Two names in small letters correlate by looksOther and a little more: print that surely is form is
	// another, too, where surelyReplaced of it seems another form, and it agrees by nameGap less than
	// what agrees best of the head. By eye, on papers drawn apart (officePaper in the tests).
	surelyReplaced = 0.8
	// A logo and a name that stand in one line look much like another dark square before another
	// name at a quarter of their size. Print of wideCells and more is another already if it agrees
	// by nameGap less than what agrees best of the head, where that is wellShown.
	// On notes and cards holograms and wear look so, too.
	wideCells, nameGap, wellShown = 40, 0.06, 0.9
	// someHead cells of the head must seem another form, mostHead and plainlyOf where the reference
	// alone hardly tells that it is form. A smaller share than mayBeOther would cost three of 360
	// photos of other copies and of the very copy.
	someHead, mostHead, nameAlone = 6, 12, 0.3
	// Letters run together in a photo that is blurred by blurredFrom and more, and the same ones
	// correlate as little as 0.7: only what correlates less than blurredOther is other there. By
	// eye, on photos of the very copy (drawn documents of templates 700 to 849).
	blurredFrom, blurredOther = 0.2, 0.6
	// Where the head lies elsewhere with its emblems, wide print that is surely form is another if it
	// correlates no more than movedOther anywhere: two emblems may look alike, two names do not. By eye.
	movedOther = 0.65
)

// isMoved says that what seems to be other print in the head may be the issuer's all the same: its
// emblems are seen, and the head lies elsewhere with them.
func isMoved(form *scoremodel.Form) bool { return form.Moved && hasItsEmblems(form) }

// hasItsEmblems says that the emblems of the head are seen: what differs beside them must be
// plain, or it is the number or the date of another copy.
func hasItsEmblems(form *scoremodel.Form) bool {
	return form.Emblems > 0 && form.Emblem >= decide.SameEmblem
}

// hasOtherHead says that the head in the photo is another one than the reference's.
func (f *Found) hasOtherHead(r *Reference, form *scoremodel.Form, kinds *changedetect.Map) bool {
	holder := r.zone() > 0 // lines of the head are a holder's
	return form.HeadCluster >= leastOther && !form.Strip && !holder && f.showsOtherHead(r, kinds, form)
}

// showsOtherHead says that the photo shows other print in place of print of the reference's
// head that is the same on every copy. On what is no plain paper, wear and holograms look like
// other print: there all must be plain, as it must be beside the reference's emblems.
func (f *Found) showsOtherHead(r *Reference, kinds *changedetect.Map, form *scoremodel.Form) bool {
	laid, sought := f.laidEmblems()
	print := f.itself.head()
	form.Address = !form.Unsteady && f.showsAddress(print)
	h := head{f, kinds, form, laid, sought, sync.OnceValue(func() float64 { return bestOf(laid, slices.Clone(print)) })}
	return slices.ContainsFunc(print, func(e emblem.Emblem) bool { return h.isOther(r, e) })
}

// head is what the photo shows of the print of a reference's head.
type head struct {
	*Found
	kinds  *changedetect.Map
	form   *scoremodel.Form
	laid   emblem.Laid
	sought seek
	best   func() float64 // correlation of the print that is shown best
}

// isOther says that other print stands in place of some of the head.
func (h *head) isOther(r *Reference, e emblem.Emblem) bool {
	if h.isCutOff(e.Box) {
		return false
	}
	seen := h.kinds.Print(e.Box, h.rectified.Visible)
	if seen.Cells < leastPrint || seen.OtherForm < mayBeOther || seen.Contents > mayBeEntry {
		return false
	}
	wide, surely := seen.Cells >= wideCells && !h.form.Unsteady, seen.OtherForm >= surelyReplaced && !h.form.Unsteady
	correlation, _ := h.laid.Seen(&e)
	if correlation > 1-nameGap || correlation >= looksOther && !wide && !surely {
		return false
	}
	alone := h.itself.kinds().Print(e.Box, h.rectified.Visible)
	less := correlation <= h.best()-nameGap
	otherName := wide && less && h.best() >= wellShown && isOtherName(seen, alone, h.form.HeadCluster)
	replaced := correlation < looksOther && isReplaced(seen, alone, correlation, h.form.Unsteady || hasItsEmblems(h.form)) || surely && less && isSurelyForm(alone)
	if replaced && h.form.Address && !wide && !slices.Contains(h.itself.emblems(), e) {
		replaced = false // the recipient's
	}
	if !otherName && !replaced {
		return false
	}
	elsewhere, _ := h.sought(&e)
	if isMoved(h.form) && !h.putBack && (!wide || alone.Form < sureForm || max(correlation, elsewhere) > movedOther) {
		return false
	}
	otherName = otherName && elsewhere <= h.best()-nameGap
	replaced = replaced && elsewhere < surelyMoved
	return (otherName || replaced) && h.photo.shows(r, h.Found, e.Box, correlation) && (replaced || !h.photo.hides(r, h.Found, e.Box))
}

// isSurelyForm says that print is form by the reference alone, without entries.
func isSurelyForm(alone changedetect.Print) bool {
	return alone.Form >= sureForm && alone.Contents <= entryAlone
}

const (
	// headlineShare of a page, from the top, is where its headline ends. By eye.
	headlineShare = 0.4
	// otherHeadline is what a headline correlates less than with another one: by 0.49 to 0.78 on drawn
	// invoices and bills, where the same one has 0.97 and more, and 0.77 in blurred scans.
	otherHeadline = 0.75
)

// showsOtherHeadline says that a picture without glare, as a reference is, shows other print in place
// of a headline of a page: an invoice and a delivery note of one company are two kinds, though nothing
// else of their forms differs. On a till's receipt all moves, and on a card a name may be as large.
func (f *Found) showsOtherHeadline(r *Reference) bool {
	if !r.plain() || r.isStrip(f.seenKinds()) {
		return false
	}
	laid, _ := f.laidEmblems()
	return lacksHeadline(f.rectified.Reference, laid, func(box image.Rectangle) bool {
		return !f.isCutOff(box) && f.seenKinds().Print(box, f.rectified.Visible).Cells >= leastPrint
	})
}

// lacksHeadline says that a photo shows a headline of a reference nowhere, of those that can be judged.
func lacksHeadline(ref *imaging.Gray, laid emblem.Laid, judged func(image.Rectangle) bool) bool {
	return slices.ContainsFunc(emblem.Headlines(ref, int(headlineShare*float64(ref.H))), func(e emblem.Emblem) bool {
		if !judged(e.Box) {
			return false
		}
		if inPlace, _ := laid.Seen(&e); inPlace >= otherHeadline {
			return false
		}
		elsewhere, _ := laid.Sought(&e)
		return elsewhere < otherHeadline
	})
}

// isOtherName says of wide print of the head, such as a logo with a name, that the network sees
// another form in its place, and other print in the head, cells of it.
func isOtherName(seen, alone changedetect.Print, cells float64) bool {
	if seen.Contents > filledPlace || alone.Contents > entryAlone {
		return false
	}
	return cells >= someHead && alone.Form >= nameAlone || cells >= mostHead && alone.Form >= formAlone && seen.OtherForm >= plainlyOf
}

// hides says that something lies on print of a reference, in pixels as it is compared, or that the
// photo is too small to show it.
func (p *Photo) hides(r *Reference, f *Found, print image.Rectangle) bool {
	hidden, small := p.hidden(r, f)
	return small || slices.ContainsFunc(hidden, print.Overlaps)
}

// shows says that print of a reference, in pixels as it is compared, can be judged in the photo:
// there is no glare on it, and it correlates less than blur alone explains.
func (p *Photo) shows(r *Reference, f *Found, print image.Rectangle, correlation float64) bool {
	if p.glares(r, f, print) {
		return false
	}
	_, seen := p.Conditions(r, f)
	blurred := seen.State.Of(condition.Blurred) >= blurredFrom
	return !blurred || correlation < blurredOther
}

// glares says that glare lies on a place of a reference, in pixels as it is compared. Another
// emblem may look like a stain or a hand, and never like glare.
func (p *Photo) glares(r *Reference, f *Found, place image.Rectangle) bool {
	hidden, small := p.hiddenBy(r, f, condition.Glare)
	return small || slices.ContainsFunc(hidden, place.Overlaps)
}

const (
	// letterheadShare of the cells of a page have print where it is a letterhead, at most, and
	// nothing but head and foot: drawn ones have 0.06 to 0.12, forms 0.4 and more. By eye.
	letterheadShare = 0.3
)

// writtenBeside is how much is written where the reference is blank: see
// [scoremodel.Form.Beside].
func (f *Found) writtenBeside(kinds *changedetect.Map) float64 {
	print := 0
	for _, judged := range kinds.Judged {
		if judged {
			print++
		}
	}
	if print == 0 || float64(print) > letterheadShare*float64(len(kinds.Judged)) {
		return 0
	}
	return float64(writtenIn(f)) / float64(print)
}

// isReplaced says of print of the head that the photo shows other print in its place, by what
// the network sees, and what it says of the reference alone.
func isReplaced(seen, alone changedetect.Print, correlation float64, doubtful bool) bool {
	plainly := seen.OtherForm >= plainlyOf
	different := correlation < plainlyOther
	switch {
	case alone.Contents > entryAlone:
		return false
	case doubtful:
		return alone.Form >= sureForm && plainly && different
	case alone.Form >= sureForm:
		return plainly || different
	}
	return alone.Form >= formAlone && seen.OtherForm >= mostlyOf
}

// headPrint is the large print and the lines of the head of a reference, light ones on a dark
// ground too, by its emblems.
func headPrint(ref *imaging.Gray, emblems []emblem.Emblem) []emblem.Emblem {
	above := int(lineShare * float64(ref.H))
	lines := emblem.Lines(ref, above)
	large := slices.DeleteFunc(slices.Clone(emblems), func(e emblem.Emblem) bool {
		inLine := func(l emblem.Emblem) bool { return e.Box.In(l.Box) } // the number of an invoice, in its headline
		return float64(e.Box.Min.Y) >= emblemShare*float64(ref.H) || slices.ContainsFunc(lines, inLine)
	})
	light := slices.DeleteFunc(emblem.Lines(negative(ref), above), onPaper(ref))
	var all []emblem.Emblem
	for _, some := range [][]emblem.Emblem{large, lines, light} {
		all = append(all, some[:min(len(some), mostLines)]...)
	}
	return all
}

// onPaper says of light print that it is the paper between dark print.
func onPaper(ref *imaging.Gray) func(emblem.Emblem) bool {
	level, _ := brightTwentieth(ref)
	bright := darkGround * float64(level)
	return func(e emblem.Emblem) bool {
		sum := 0
		for y := e.Box.Min.Y; y < e.Box.Max.Y; y++ {
			for _, v := range ref.Pix[y*ref.W+e.Box.Min.X : y*ref.W+e.Box.Max.X] {
				sum += int(v)
			}
		}
		return float64(sum) > bright*float64(e.Box.Dx()*e.Box.Dy())
	}
}

func negative(g *imaging.Gray) *imaging.Gray {
	n := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i, v := range g.Pix {
		n.Pix[i] = 255 - v
	}
	return n
}

// ofItself is what a network says of a reference that is laid on itself.
func ofItself(ref *imaging.Gray, network *changedetect.Detector) *changedetect.Map {
	half := &imaging.Gray{W: ref.W, H: ref.H, Pix: make([]byte, len(ref.Pix))}
	for i, v := range ref.Pix {
		half.Pix[i] = v / 2
	}
	return network.Detect(ref, half)
}
