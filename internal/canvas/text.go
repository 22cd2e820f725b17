package canvas

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/gofont/gosmallcaps"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Face is a typeface: outlines per rune, in ems, y down.
type Face struct {
	once   sync.Once
	data   []byte
	glyphs map[rune]*Glyph
}

// Glyph is the outline of a letter, in ems from the pen, and how far the pen moves.
type Glyph struct {
	outline Path
	Advance float32
}

var (
	Regular    = &Face{data: goregular.TTF}
	Medium     = &Face{data: gomedium.TTF}
	Bold       = &Face{data: gobold.TTF}
	Italic     = &Face{data: goitalic.TTF}
	BoldItalic = &Face{data: gobolditalic.TTF}
	Mono       = &Face{data: gomono.TTF}
	MonoBold   = &Face{data: gomonobold.TTF}
	SmallCaps  = &Face{data: gosmallcaps.TTF}
)

// alphabet holds the ranges of runes that documents use: Latin with accents,
// Greek, Cyrillic, and a few signs.
var alphabet = [][2]rune{{' ', '~'}, {0xa0, 0x17f}, {0x386, 0x3ce}, {0x400, 0x45f}, {0x2010, 0x2026}, {0x20ac, 0x20ac}, {0x2116, 0x2116}}

// Glyph returns r's outline, or the question mark's.
func (f *Face) Glyph(r rune) *Glyph {
	f.once.Do(f.load)
	g, ok := f.glyphs[r]
	if !ok {
		g = f.glyphs['?']
	}
	return g
}

// load reads the outlines of the alphabet once per process.
func (f *Face) load() {
	parsed, err := sfnt.Parse(f.data)
	if err != nil {
		panic(fmt.Sprintf("canvas: parse built-in font: %v", err))
	}
	f.glyphs = map[rune]*Glyph{}
	var buf sfnt.Buffer
	for _, span := range alphabet {
		for r := span[0]; r <= span[1]; r++ {
			if g, ok := loadGlyph(parsed, &buf, r); ok {
				f.glyphs[r] = &g
			}
		}
	}
}

func loadGlyph(f *sfnt.Font, buf *sfnt.Buffer, r rune) (Glyph, bool) {
	em := fixed.Int26_6(f.UnitsPerEm())
	index, err := f.GlyphIndex(buf, r)
	if err != nil || index == 0 {
		return Glyph{}, false
	}
	segments, err := f.LoadGlyph(buf, index, em, nil)
	if err != nil {
		return Glyph{}, false
	}
	advance, err := f.GlyphAdvance(buf, index, em, font.HintingNone)
	if err != nil {
		return Glyph{}, false
	}
	g := Glyph{Advance: float32(advance) / float32(em)}
	for _, s := range segments {
		op, n := byte('M'), 1
		switch s.Op {
		case sfnt.SegmentOpLineTo:
			op = 'L'
		case sfnt.SegmentOpQuadTo:
			op, n = 'Q', 2
		case sfnt.SegmentOpCubeTo:
			op, n = 'C', 3
		}
		g.outline.Ops = append(g.outline.Ops, op)
		for _, p := range s.Args[:n] {
			g.outline.Pts = append(g.outline.Pts, Point{float32(p.X) / float32(em), float32(p.Y) / float32(em)})
		}
	}
	return g, true
}

// Align says which part of a line is at the given position.
type Align int

const (
	Left Align = iota
	Center
	Right
)

// Style is the typographic style of a line of text.
type Style struct {
	Face  *Face
	Size  float32 // of the em, in units
	Wide  float32 // horizontal scale, 0 means 1
	Track float32 // extra space between letters, in ems
	Slant float32 // shear, 0.2 is an oblique
	Align Align
	Ink   Ink
}

// Width is the horizontal scale.
func (st Style) Width() float32 {
	if st.Wide == 0 {
		return 1
	}
	return st.Wide
}

// Measure returns the length of a line in units.
func (st Style) Measure(s string) float32 {
	var w float32
	for _, r := range s {
		w += st.Face.Glyph(r).Advance + st.Track
	}
	return w * st.Size * st.Width()
}

// Fit narrows the style until s is no longer than room.
func (st Style) Fit(s string, room float32) Style {
	if w := st.Measure(s); w > room {
		shrink := room / w
		if shrink < 0.8 { // narrow letters first, then smaller ones
			st.Size *= shrink / 0.8
			shrink = 0.8
		}
		st.Wide = st.Width() * shrink
	}
	return st
}

// Text sets a line with its baseline at (x, y).
func (c *Canvas) Text(x, y float32, s string, st Style) { c.TextOn(at(x, y), s, st) }

// TextOn sets a line whose baseline starts at m's origin.
func (c *Canvas) TextOn(m Affine, s string, st Style) {
	if c.Muted {
		return
	}
	var pen float32
	switch st.Align {
	case Center:
		pen = -st.Measure(s) / 2
	case Right:
		pen = -st.Measure(s)
	}
	line := new(Path)
	for _, r := range s {
		g := st.Face.Glyph(r)
		line.AddGlyph(g, Affine{st.Size * st.Width(), -st.Slant * st.Size, pen, 0, st.Size, 0}.Then(m))
		pen += (g.Advance + st.Track) * st.Size * st.Width()
	}
	c.Fill(line, Identity, st.Ink)
}

// AddGlyph adds a letter, mapped by m.
func (p *Path) AddGlyph(g *Glyph, m Affine) {
	p.Ops = append(p.Ops, g.outline.Ops...)
	for _, q := range g.outline.Pts {
		p.Pts = append(p.Pts, m.Apply(q))
	}
}

// ArcText sets a line along a circle, centred at the top of it; a negative
// radius sets it along the bottom, upright.
func (c *Canvas) ArcText(x, y, radius float32, s string, st Style) {
	angle := -st.Measure(s) / radius / 2
	line := new(Path)
	for _, r := range s {
		g := st.Face.Glyph(r)
		half := g.Advance * st.Size * st.Width() / 2
		angle += half / radius
		place := Turned(angle, x+radius*Sin(angle), y-radius*Cos(angle))
		line.AddGlyph(g, Affine{st.Size * st.Width(), 0, -half, 0, st.Size, 0}.Then(place))
		angle += (half + st.Track*st.Size*st.Width()) / radius
	}
	c.Fill(line, Identity, st.Ink)
}

// Paragraph sets words in lines of the given width and returns the baseline
// after the last one. Justified text spreads the words of full lines.
func (c *Canvas) Paragraph(x, y, width, leading float32, words []string, st Style, justified bool) float32 {
	space := st.Measure(" ")
	for len(words) > 0 {
		n, used := 0, float32(0)
		for n < len(words) {
			w := st.Measure(words[n])
			if n > 0 && used+space+w > width {
				break
			}
			if n > 0 {
				used += space
			}
			used += w
			n++
		}
		gap := space
		if justified && n < len(words) && n > 1 {
			gap += (width - used) / float32(n-1)
		}
		c.words(x, y, width, used, gap, words[:n], st)
		words = words[n:]
		y += leading
	}
	return y
}

// words sets one line of a paragraph as one shape.
func (c *Canvas) words(x, y, width, used, gap float32, words []string, st Style) {
	if c.Muted {
		return
	}
	switch st.Align {
	case Center:
		x += (width - used) / 2
	case Right:
		x += width - used
	}
	line := new(Path)
	scale := st.Size * st.Width()
	for _, w := range words {
		for _, r := range w {
			g := st.Face.Glyph(r)
			line.AddGlyph(g, Affine{scale, -st.Slant * st.Size, x, 0, st.Size, y})
			x += (g.Advance + st.Track) * scale
		}
		x += gap
	}
	c.Fill(line, Identity, st.Ink)
}
