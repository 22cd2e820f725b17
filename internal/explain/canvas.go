package explain

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// canvas is a picture that is drawn on: shapes with soft edges, and text.
type canvas struct {
	*image.RGBA
	shape vector.Rasterizer
}

func newCanvas(w, h int, ground color.Color) *canvas {
	c := &canvas{RGBA: image.NewRGBA(image.Rect(0, 0, w, h))}
	draw.Draw(c, c.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	return c
}

// put copies a picture to (x, y).
func (c *canvas) put(m *imaging.Image, x, y int) {
	draw.Draw(c, image.Rect(x, y, x+m.W, y+m.H), m.ToImage(), image.Point{}, draw.Src)
}

// within returns the part of the canvas that a frame shows, with the canvas's
// coordinates.
func (c *canvas) within(frame image.Rectangle) *canvas {
	return &canvas{RGBA: c.SubImage(frame).(*image.RGBA)}
}

// fill paints a polygon.
func (c *canvas) fill(ink color.Color, corners ...planar.Point) {
	// The rasteriser's picture begins at its own (0, 0) and is as small as can be.
	lo, hi := corners[0], corners[0]
	for _, p := range corners {
		lo = planar.Point{X: min(lo.X, p.X), Y: min(lo.Y, p.Y)}
		hi = planar.Point{X: max(hi.X, p.X), Y: max(hi.Y, p.Y)}
	}
	frame := image.Rect(int(math.Floor(lo.X)), int(math.Floor(lo.Y)), int(math.Ceil(hi.X)), int(math.Ceil(hi.Y)))
	frame = frame.Intersect(c.Bounds())
	if frame.Empty() {
		return
	}
	c.shape.Reset(frame.Dx(), frame.Dy())
	at := func(p planar.Point) (x, y float32) {
		return float32(p.X) - float32(frame.Min.X), float32(p.Y) - float32(frame.Min.Y)
	}
	c.shape.MoveTo(at(corners[0]))
	for _, p := range corners[1:] {
		c.shape.LineTo(at(p))
	}
	c.shape.ClosePath()
	c.shape.Draw(c, frame, image.NewUniform(ink), image.Point{})
}

// line draws from a to b.
func (c *canvas) line(ink color.Color, a, b planar.Point, width float64) {
	length := math.Hypot(b.X-a.X, b.Y-a.Y)
	if length < 1e-6 {
		return
	}
	nx, ny := (a.Y-b.Y)/length*width/2, (b.X-a.X)/length*width/2
	c.fill(ink, planar.Point{X: a.X + nx, Y: a.Y + ny}, planar.Point{X: b.X + nx, Y: b.Y + ny},
		planar.Point{X: b.X - nx, Y: b.Y - ny}, planar.Point{X: a.X - nx, Y: a.Y - ny})
}

// outline draws the sides of a polygon, and its corners round.
func (c *canvas) outline(ink color.Color, width float64, corners ...planar.Point) {
	for i, p := range corners {
		c.line(ink, p, corners[(i+1)%len(corners)], width)
		c.dot(ink, p, width/2)
	}
}

// dot draws a disc.
func (c *canvas) dot(ink color.Color, at planar.Point, radius float64) {
	const sides = 20
	rim := make([]planar.Point, sides)
	for i := range rim {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / sides)
		rim[i] = planar.Point{X: at.X + radius*cos, Y: at.Y + radius*sin}
	}
	c.fill(ink, rim...)
}

// box fills a rectangle with rounded corners.
func (c *canvas) box(ink color.Color, x, y, w, h, radius float64) {
	const steps = 6
	var rim []planar.Point
	for corner, center := range [4]planar.Point{
		{X: x + w - radius, Y: y + h - radius}, {X: x + radius, Y: y + h - radius},
		{X: x + radius, Y: y + radius}, {X: x + w - radius, Y: y + radius},
	} {
		for i := range steps + 1 {
			sin, cos := math.Sincos((float64(corner) + float64(i)/steps) * math.Pi / 2)
			rim = append(rim, planar.Point{X: center.X + radius*cos, Y: center.Y + radius*sin})
		}
	}
	c.fill(ink, rim...)
}

// typeface is a font at a size in pixels of the em. It may be used by several
// goroutines: a face keeps glyphs, so each takes one for itself.
type typeface struct{ faces sync.Pool }

func newTypeface(ttf []byte, size float64) *typeface {
	return &typeface{sync.Pool{New: func() any {
		parsed, err := opentype.Parse(ttf)
		if err != nil {
			panic("explain: parse built-in font: " + err.Error())
		}
		face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			panic("explain: size built-in font: " + err.Error())
		}
		return face
	}}}
}

var (
	smallType  = newTypeface(goregular.TTF, 15)
	badgeType  = newTypeface(gobold.TTF, 15)
	bodyType   = newTypeface(goregular.TTF, 19)
	strongType = newTypeface(gobold.TTF, 19)
	figureType = newTypeface(gobold.TTF, 26)
	titleType  = newTypeface(gobold.TTF, 30)
)

// text sets a line with its baseline at (x, y) and returns where it ends.
func (c *canvas) text(ink color.Color, of *typeface, x, y float64, s string) float64 {
	face := of.faces.Get().(font.Face)
	defer of.faces.Put(face)
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: face, Dot: fixed.Point26_6{X: toFixed(x), Y: toFixed(y)}}
	d.DrawString(s)
	return float64(d.Dot.X) / 64
}

func toFixed(v float64) fixed.Int26_6 { return fixed.Int26_6(math.Round(v * 64)) }

func widthOf(of *typeface, s string) float64 {
	face := of.faces.Get().(font.Face)
	defer of.faces.Put(face)
	return float64(font.MeasureString(face, s)) / 64
}

// wrap breaks a sentence into lines no wider than room, but for longer words.
func wrap(of *typeface, s string, room float64) (lines []string) {
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
func shorten(of *typeface, s string, room float64) string {
	if widthOf(of, s) <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && widthOf(of, "…"+string(runes)) > room {
		runes = runes[1:]
	}
	return "…" + string(runes)
}
