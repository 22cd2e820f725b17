package explain

import (
	"image"
	"image/color"
	"math"
	"strings"

	"exemplar/internal/canvas"
	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// sheet is a picture that is drawn on, in pixels.
type sheet struct{ *canvas.Canvas }

func newSheet(w, h int, ground color.NRGBA) *sheet {
	s := &sheet{canvas.New(w, h, 1)}
	s.Rect(0, 0, float32(w), float32(h), inkOf(ground))
	return s
}

func inkOf(c color.NRGBA) canvas.Ink {
	return canvas.Tinted(canvas.RGB{R: float32(c.R) / 255, G: float32(c.G) / 255, B: float32(c.B) / 255}, float32(c.A)/255)
}

// put copies a picture to (x, y), where there must be room for it.
func (s *sheet) put(m *imaging.Image, x, y int) {
	for row := range m.H {
		copy(s.Image.Pix[3*((y+row)*s.Image.W+x):], m.Pix[3*row*m.W:][:3*m.W])
	}
}

// within returns the part of the sheet that a frame shows, with the sheet's
// coordinates.
func (s *sheet) within(frame image.Rectangle) *sheet { return &sheet{s.Clipped(frame)} }

// fill paints a polygon.
func (s *sheet) fill(ink color.NRGBA, corners ...planar.Point) {
	points := make([]canvas.Point, len(corners))
	for i, p := range corners {
		points[i] = canvas.Point{X: float32(p.X), Y: float32(p.Y)}
	}
	s.Fill(new(canvas.Path).Polygon(points...), canvas.Identity, inkOf(ink))
}

// line draws from a to b.
func (s *sheet) line(ink color.NRGBA, a, b planar.Point, width float64) {
	if math.Hypot(b.X-a.X, b.Y-a.Y) < 1e-6 {
		return
	}
	s.Line(float32(a.X), float32(a.Y), float32(b.X), float32(b.Y), float32(width), inkOf(ink))
}

// outline draws the sides of a polygon, and its corners round.
func (s *sheet) outline(ink color.NRGBA, width float64, corners ...planar.Point) {
	for i, p := range corners {
		s.line(ink, p, corners[(i+1)%len(corners)], width)
		s.dot(ink, p, width/2)
	}
}

// dot draws a disc.
func (s *sheet) dot(ink color.NRGBA, at planar.Point, radius float64) {
	s.Disc(float32(at.X), float32(at.Y), float32(radius), inkOf(ink))
}

// box fills a rectangle with rounded corners.
func (s *sheet) box(ink color.NRGBA, x, y, w, h, radius float64) {
	s.RoundRect(float32(x), float32(y), float32(w), float32(h), float32(radius), inkOf(ink))
}

var (
	smallType  = canvas.Style{Face: canvas.Regular, Size: 15}
	badgeType  = canvas.Style{Face: canvas.Bold, Size: 15}
	bodyType   = canvas.Style{Face: canvas.Regular, Size: 19}
	strongType = canvas.Style{Face: canvas.Bold, Size: 19}
	figureType = canvas.Style{Face: canvas.Bold, Size: 26}
	titleType  = canvas.Style{Face: canvas.Bold, Size: 30}
)

// text sets a line with its baseline at (x, y) and returns where it ends.
func (s *sheet) text(ink color.NRGBA, of canvas.Style, x, y float64, line string) float64 {
	of.Ink = inkOf(ink)
	s.Text(float32(x), float32(y), line, of)
	return x + widthOf(of, line)
}

func widthOf(of canvas.Style, s string) float64 { return float64(of.Measure(s)) }

// wrap breaks a sentence into lines no wider than room, but for longer words.
func wrap(of canvas.Style, s string, room float64) (lines []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case widthOf(of, line+" "+word) <= room:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// shorten cuts the front of s off until it fits: the end of a label says most.
func shorten(of canvas.Style, s string, room float64) string {
	if widthOf(of, s) <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && widthOf(of, "…"+string(runes)) > room {
		runes = runes[1:]
	}
	return "…" + string(runes)
}
