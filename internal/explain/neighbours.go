package explain

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
	"exemplar/internal/recognise"
)

// Neighbours draws where two references differ. The two stand side by side, the
// second laid on the first, so that equal parts lie at equal height. The regions that
// differ are framed and numbered, all else is pale, and each region is shown once
// more, enlarged. The second must have been found in the first.
func Neighbours(o *recognise.AlignedPair, first, second string) *imaging.Image {
	return neighbours(o, [2]string{first, second}, title(o), first+" "+Difference(o, second))
}

func neighbours(o *recognise.AlignedPair, labels [2]string, title, says string) *imaging.Image {
	picture := o.On.Picture()
	left := fitPanel(picture)
	width := max(minWidth, 2*margin+2*left.W+between)
	room := float64(width - 2*margin)
	details := layOutDetails(o, room)
	words := layOutNeighbours(o, title, says, room)
	bottom := top + left.H + margin
	out := newSheet(width, bottom+details.height+words.height+margin, paper)

	first := image.Rect(0, 0, left.W, left.H).Add(image.Pt((width-2*left.W-between)/2, top))
	second := first.Add(image.Pt(left.W+between, 0))
	right := layPart(o, image.Rect(0, 0, picture.W, picture.H), left.W, left.H)
	panels := []panel{{first, picture.W, picture.H}, {second, picture.W, picture.H}}
	for i, panel := range panels {
		out.put([]*imaging.Image{left, right}[i], panel.frame.Min.X, panel.frame.Min.Y)
		out.heading(panel, labels[i])
		out.regions(o, panel)
		edges := boxOf(panel.frame)
		out.outline(rule, 1, edges[:]...)
	}
	out.badges(o, panels)
	details.draw(out, margin, float64(bottom))
	words.draw(out, margin, float64(bottom+details.height))
	return out.Image
}

// layPart returns the second picture as it lies on a part of the first, scaled to w x
// h; paper where the second ends.
func layPart(o *recognise.AlignedPair, part image.Rectangle, w, h int) *imaging.Image {
	back, ok := o.Found.H.Inverse()
	if !ok {
		return imaging.NewImage(w, h)
	}
	// From the panel to the first picture, and on to the second.
	sx, sy := float64(part.Dx())/float64(w), float64(part.Dy())/float64(h)
	toFirst := planar.Homography{
		sx, 0, (sx-1)/2 + float64(part.Min.X), 0, sy, (sy-1)/2 + float64(part.Min.Y), 0, 0, 1,
	}
	fw, fh := o.Reference.Size()
	second := imaging.Resize(o.Picture, fw, fh)
	toSecond := back.Multiply(&toFirst)
	out := imaging.Warp(second, toSecond, w, h)
	for y := range h {
		for x := range w {
			q := toSecond.Apply(planar.Point{X: float64(x), Y: float64(y)})
			if q.X < -0.5 || q.Y < -0.5 || q.X > float64(fw)-0.5 || q.Y > float64(fh)-0.5 {
				copy(out.Pix[3*(y*w+x):], []byte{paper.R, paper.G, paper.B})
			}
		}
	}
	return out
}

// shadeOf is the colour of a region in which two references differ: that of contents or
// of form, whichever is more of what differs there.
func shadeOf(o *recognise.AlignedPair, region image.Rectangle) color.NRGBA {
	if o.Print == nil {
		return red
	}
	switch contents, form := o.Print.Differing(region); {
	case contents+form == 0: // the second shows nothing there
		return faint
	case contents > form:
		return amber
	}
	return red
}

const (
	paleness = 0.6
	badge    = 13 // radius of a number's disc
)

// regions makes all of a panel pale but the regions, and frames these.
func (c *sheet) regions(o *recognise.AlignedPair, on panel) {
	regions := o.Regions
	if len(regions) == 0 {
		return
	}
	frames := on.framesOf(regions)
	c.fade(on.frame, frames)
	part := c.within(on.frame)
	for i, f := range frames {
		part.frame(shadeOf(o, regions[i]), boxOf(f))
	}
}

// framesOf are regions of a panel's picture, where the panel shows them.
func (p *panel) framesOf(regions []image.Rectangle) []image.Rectangle {
	frames := make([]image.Rectangle, len(regions))
	for i, r := range regions {
		a := p.at(planar.Point{X: float64(r.Min.X) - 0.5, Y: float64(r.Min.Y) - 0.5})
		b := p.at(planar.Point{X: float64(r.Max.X) - 0.5, Y: float64(r.Max.Y) - 0.5})
		frames[i] = image.Rect(int(a.X), int(a.Y), int(b.X+0.5), int(b.Y+0.5)).Intersect(p.frame)
	}
	return frames
}

// fade makes a part of the picture pale, except for some rectangles.
func (c *sheet) fade(part image.Rectangle, except []image.Rectangle) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if slices.ContainsFunc(except, image.Pt(x, y).In) {
				continue
			}
			p := c.Image.Pix[3*(y*c.Image.W+x):][:3]
			grey := (2*int(p[0]) + 5*int(p[1]) + int(p[2])) / 8
			for k, to := range [3]uint8{paper.R, paper.G, paper.B} {
				half := (float64(p[k]) + float64(grey)) / 2
				p[k] = uint8(half + paleness*(float64(to)-half))
			}
		}
	}
}

// badges numbers the regions, at the same place in each panel, where the discs hide least.
func (c *sheet) badges(o *recognise.AlignedPair, panels []panel) {
	frames := panels[0].framesOf(o.Regions)
	var places []image.Point
	for _, f := range frames { // all, before the first is drawn
		places = append(places, c.badgePlace(f, frames, places, panels))
	}
	for i, at := range places {
		for _, p := range panels {
			moved := at.Add(p.frame.Min).Sub(panels[0].frame.Min)
			c.badge(i+1, shadeOf(o, o.Regions[i]), planar.Point{X: float64(moved.X), Y: float64(moved.Y)})
		}
	}
}

// badgePlace is the place along the outside of a frame where a disc hides least, from the upper
// left corner on.
func (c *sheet) badgePlace(f image.Rectangle, frames []image.Rectangle, taken []image.Point, panels []panel) image.Point {
	const away, step = badge + 3, badge
	var places []image.Point
	for y := f.Min.Y; y <= f.Max.Y; y += step {
		places = append(places, image.Pt(f.Min.X-away, y))
	}
	for x := f.Min.X; x <= f.Max.X; x += step {
		places = append(places, image.Pt(x, f.Min.Y-away))
	}
	for y := f.Min.Y; y <= f.Max.Y; y += step {
		places = append(places, image.Pt(f.Max.X+away, y))
	}
	for x := f.Min.X; x <= f.Max.X; x += step {
		places = append(places, image.Pt(x, f.Max.Y+away))
	}
	best, least := image.Pt(f.Min.X+badge, f.Min.Y+badge), math.MaxInt
	for _, at := range places {
		if cost := c.hidden(at, frames, taken, panels); cost < least {
			best, least = at, cost
		}
	}
	return best
}

// hidden says how much a disc would hide: print, as pixels that differ from their neighbours,
// what is framed, and other discs. [math.MaxInt]: there is no room.
func (c *sheet) hidden(at image.Point, frames []image.Rectangle, taken []image.Point, panels []panel) (cost int) {
	const framed, contrast, disc = 3, 24, 10_000
	for _, other := range taken {
		if d := at.Sub(other); d.X*d.X+d.Y*d.Y < 4*(badge+1)*(badge+1) {
			cost += disc
		}
	}
	const radius = badge + 1
	for dy := -radius; dy <= radius; dy++ {
		for dx := -radius; dx <= radius; dx++ {
			if dx*dx+dy*dy > radius*radius {
				continue
			}
			q := at.Add(image.Pt(dx, dy))
			if slices.ContainsFunc(frames, func(f image.Rectangle) bool { return q.In(f) }) {
				cost += framed
			}
			for _, p := range panels {
				on := q.Add(p.frame.Min).Sub(panels[0].frame.Min)
				if on.X < 0 || on.Y < 0 || on.X+1 >= c.Image.W || on.Y+1 >= c.Image.H {
					return math.MaxInt
				}
				here := c.Image.Pix[3*(on.Y*c.Image.W+on.X):]
				if below := here[3*c.Image.W:]; max(apart(here[1], here[4]), apart(here[1], below[1])) > contrast {
					cost++
				}
			}
		}
	}
	return cost
}

func apart(a, b byte) int { return max(int(a), int(b)) - min(int(a), int(b)) }

// badge is a number on a disc.
func (c *sheet) badge(n int, shade color.NRGBA, at planar.Point) {
	s := fmt.Sprint(n)
	c.dot(white, at, badge+1.5)
	c.dot(shade, at, badge)
	c.text(white, badgeType, at.X-widthOf(badgeType, s)/2, at.Y+5.5, s)
}

// detail is a region enlarged, of both pictures.
type detail struct {
	number int
	shade  color.NRGBA
	pair   [2]*imaging.Image
	x, y   float64 // of its upper left corner, in the strip
}

// detailStrip shows the regions that are small in the panels.
type detailStrip struct {
	details []detail
	rest    []string // lines about the other regions
	height  int
}

const (
	detailHeight, detailWidth = 150, 420 // at most, of each picture
	detailZoom                = 4        // at most
	detailGain                = 1.4      // at least, over the panel
	detailGap                 = 8
	maxDetails                = 8
)

// layOutDetails enlarges the regions and puts them in rows.
func layOutDetails(o *recognise.AlignedPair, room float64) *detailStrip {
	s, picture := &detailStrip{}, o.On.Picture()
	var large, more []int
	panel := fitPanel(picture)
	scale := float64(panel.W) / float64(picture.W)
	all := image.Rect(0, 0, picture.W, picture.H)
	for i, region := range o.Regions {
		part := region.Inset(-3).Intersect(all)
		zoom := min(detailZoom, detailWidth/float64(part.Dx()), detailHeight/float64(part.Dy()))
		if zoom < detailGain*scale {
			large = append(large, i+1)
			continue
		}
		if len(s.details) == maxDetails {
			more = append(more, i+1)
			continue
		}
		w, h := int(zoom*float64(part.Dx())), int(zoom*float64(part.Dy()))
		first := picture.Crop(part.Min.X, part.Min.Y, part.Dx(), part.Dy())
		s.details = append(s.details, detail{number: i + 1, shade: shadeOf(o, region), pair: [2]*imaging.Image{imaging.Resize(first, w, h), layPart(o, part, w, h)}})
	}
	s.rest = wrap(smallType, notEnlarged(large, more), min(room, longestLine))
	s.flow(room)
	return s
}

// notEnlarged says which regions are not shown once more, and why.
func notEnlarged(large, more []int) string {
	var parts []string
	if len(large) > 0 {
		parts = append(parts, "large enough above: "+numbers(large))
	}
	if len(more) > 0 {
		parts = append(parts, "no room here: "+numbers(more))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Not enlarged: " + strings.Join(parts, "; ")
}

// numbers lists numbers that grow: "6-7, 12".
func numbers(all []int) string {
	var parts []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		part := fmt.Sprint(all[i])
		if j > i {
			part += fmt.Sprintf("-%d", all[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// flow sets the details from left to right, in rows as wide as the room.
func (s *detailStrip) flow(room float64) {
	x, y, high := 0.0, 0.0, 0
	for i := range s.details {
		d := &s.details[i]
		w := float64(2*d.pair[0].W) + detailGap + 2*badge + 10
		if x > 0 && x+w > room {
			x, y, high = 0, y+float64(high)+20, 0
		}
		d.x, d.y = x, y
		x += w + 36
		high = max(high, d.pair[0].H)
	}
	if len(s.details) == 0 {
		s.rest = nil // nothing is shown once more
		return
	}
	s.height = int(y) + high + lineHeight*len(s.rest) + margin
}

func (s *detailStrip) draw(c *sheet, x, y float64) {
	for _, d := range s.details {
		at := image.Pt(int(x+d.x+2*badge+10), int(y+d.y))
		c.badge(d.number, d.shade, planar.Point{X: x + d.x + badge, Y: y + d.y + badge})
		for _, m := range d.pair {
			c.put(m, at.X, at.Y)
			edges := planar.Rectangle(float64(at.X), float64(at.Y), float64(at.X+m.W), float64(at.Y+m.H))
			c.outline(rule, 1, edges[:]...)
			at.X += m.W + detailGap
		}
	}
	for i, line := range s.rest {
		c.text(faint, smallType, x, y+float64(s.height-margin-lineHeight*(len(s.rest)-1-i)), line)
	}
}

// neighbourCaption is the text below.
type neighbourCaption struct {
	title   string
	says    []string
	figures [][2]string
	placed  []place // of the figures
	rows    int     // of the figures
	height  int
}

func layOutNeighbours(o *recognise.AlignedPair, title, says string, room float64) *neighbourCaption {
	w := &neighbourCaption{title: shorten(titleType, title, room), says: wrap(bodyType, says, min(room, longestLine))}
	agree := o.Agreeing()
	w.figures = [][2]string{
		{fmt.Sprintf("%d of %d", agree, o.Found.Comparable), "parts agree"},
		{fmt.Sprintf("%.1f %%", 100*o.Area), "of the picture differs"},
		{fmt.Sprint(o.Found.Inliers), "points agree"},
		{fmt.Sprintf("%.3f", o.Found.ForDecision.Cosine), "similarity"},
	}
	w.placed, w.rows = flow(figureWidths(w.figures), figureGap, room)
	w.height = titleHeight + lineHeight*len(w.says) + figureHeight*w.rows + legendHeight
	return w
}

func (w *neighbourCaption) draw(c *sheet, x, y float64) {
	c.text(ink, titleType, x, y+28, w.title)
	y += titleHeight
	for _, line := range w.says {
		y += lineHeight
		c.text(ink, bodyType, x, y-4, line)
	}
	c.numbers(w.figures, w.placed, x, y)
	const side = 18
	y += float64(figureHeight*w.rows + legendHeight/2)
	for _, entry := range []struct {
		shade   color.NRGBA
		meaning string
	}{{amber, "contents that differ"}, {red, "form that differs"}, {faint, "cannot be told"}} {
		box := planar.Rectangle(x, y, x+side*1.5, y+side)
		c.frame(entry.shade, box)
		x = c.text(faint, smallType, x+side*1.5+8, y+14, entry.meaning) + 28
	}
}
