package synthdoc

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

// face is a typeface: outlines per rune, in ems, y down.
type face struct {
	once   sync.Once
	data   []byte
	glyphs map[rune]*glyph
}

type glyph struct {
	outline path
	advance float32
}

var (
	regular    = &face{data: goregular.TTF}
	medium     = &face{data: gomedium.TTF}
	bold       = &face{data: gobold.TTF}
	italic     = &face{data: goitalic.TTF}
	boldItalic = &face{data: gobolditalic.TTF}
	mono       = &face{data: gomono.TTF}
	monoBold   = &face{data: gomonobold.TTF}
	smallCaps  = &face{data: gosmallcaps.TTF}
)

// alphabet holds the ranges of runes that documents use: Latin with accents,
// Greek, Cyrillic, and a few signs.
var alphabet = [][2]rune{{' ', '~'}, {0xa0, 0x17f}, {0x386, 0x3ce}, {0x400, 0x45f}, {0x2010, 0x2026}, {0x20ac, 0x20ac}, {0x2116, 0x2116}}

// glyph returns r's outline, or the question mark's.
func (f *face) glyph(r rune) *glyph {
	f.once.Do(f.load)
	g, ok := f.glyphs[r]
	if !ok {
		g = f.glyphs['?']
	}
	return g
}

// load reads the outlines of the alphabet once per process.
func (f *face) load() {
	parsed, err := sfnt.Parse(f.data)
	if err != nil {
		panic(fmt.Sprintf("synthdoc: parse built-in font: %v", err))
	}
	f.glyphs = map[rune]*glyph{}
	var buf sfnt.Buffer
	for _, span := range alphabet {
		for r := span[0]; r <= span[1]; r++ {
			if g, ok := loadGlyph(parsed, &buf, r); ok {
				f.glyphs[r] = &g
			}
		}
	}
}

func loadGlyph(f *sfnt.Font, buf *sfnt.Buffer, r rune) (glyph, bool) {
	em := fixed.Int26_6(f.UnitsPerEm())
	index, err := f.GlyphIndex(buf, r)
	if err != nil || index == 0 {
		return glyph{}, false
	}
	segments, err := f.LoadGlyph(buf, index, em, nil)
	if err != nil {
		return glyph{}, false
	}
	advance, err := f.GlyphAdvance(buf, index, em, font.HintingNone)
	if err != nil {
		return glyph{}, false
	}
	g := glyph{advance: float32(advance) / float32(em)}
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
		g.outline.ops = append(g.outline.ops, op)
		for _, p := range s.Args[:n] {
			g.outline.pts = append(g.outline.pts, point{float32(p.X) / float32(em), float32(p.Y) / float32(em)})
		}
	}
	return g, true
}

// align says which part of a line is at the given position.
type align int

const (
	left align = iota
	center
	right
)

// style is the typographic style of a line of text.
type style struct {
	face  *face
	size  float32 // of the em, in units
	wide  float32 // horizontal scale, 0 means 1
	track float32 // extra space between letters, in ems
	slant float32 // shear, 0.2 is an oblique
	align align
	ink   ink
}

func (st style) width() float32 {
	if st.wide == 0 {
		return 1
	}
	return st.wide
}

// measure returns the length of a line in units.
func (st style) measure(s string) float32 {
	var w float32
	for _, r := range s {
		w += st.face.glyph(r).advance + st.track
	}
	return w * st.size * st.width()
}

// fit narrows the style until s is no longer than room.
func (st style) fit(s string, room float32) style {
	if w := st.measure(s); w > room {
		shrink := room / w
		if shrink < 0.8 { // narrow letters first, then smaller ones
			st.size *= shrink / 0.8
			shrink = 0.8
		}
		st.wide = st.width() * shrink
	}
	return st
}

// text sets a line with its baseline at (x, y).
func (c *canvas) text(x, y float32, s string, st style) { c.textOn(at(x, y), s, st) }

// textOn sets a line whose baseline starts at m's origin.
func (c *canvas) textOn(m affine, s string, st style) {
	if c.muted {
		return
	}
	var pen float32
	switch st.align {
	case center:
		pen = -st.measure(s) / 2
	case right:
		pen = -st.measure(s)
	}
	line := new(path)
	for _, r := range s {
		g := st.face.glyph(r)
		line.addGlyph(g, affine{st.size * st.width(), -st.slant * st.size, pen, 0, st.size, 0}.then(m))
		pen += (g.advance + st.track) * st.size * st.width()
	}
	c.fill(line, identity, st.ink)
}

func (p *path) addGlyph(g *glyph, m affine) {
	p.ops = append(p.ops, g.outline.ops...)
	for _, q := range g.outline.pts {
		p.pts = append(p.pts, m.apply(q))
	}
}

// arcText sets a line along a circle, centred at the top of it; a negative
// radius sets it along the bottom, upright.
func (c *canvas) arcText(x, y, radius float32, s string, st style) {
	angle := -st.measure(s) / radius / 2
	line := new(path)
	for _, r := range s {
		g := st.face.glyph(r)
		half := g.advance * st.size * st.width() / 2
		angle += half / radius
		place := turned(angle, x+radius*sin(angle), y-radius*cos(angle))
		line.addGlyph(g, affine{st.size * st.width(), 0, -half, 0, st.size, 0}.then(place))
		angle += (half + st.track*st.size*st.width()) / radius
	}
	c.fill(line, identity, st.ink)
}

// hand writes a line by hand: position, size and angle vary from letter to letter.
func (c *canvas) hand(x, y float32, s string, st style, r rng) {
	if c.muted {
		return
	}
	pen := float32(0)
	slope := r.between(-0.02, 0.01)
	line := new(path)
	for _, letter := range s {
		g := st.face.glyph(letter)
		size := st.size * r.between(0.92, 1.08)
		place := turned(r.between(-0.06, 0.06), x+pen, y+slope*pen+r.between(-0.04, 0.04)*st.size)
		line.addGlyph(g, affine{size * st.width(), -st.slant * size, 0, 0, size, 0}.then(place))
		pen += (g.advance*r.between(0.93, 1.04) + st.track) * st.size * st.width()
	}
	c.fill(line, identity, st.ink)
}

// paragraph sets words in lines of the given width and returns the baseline
// after the last one. Justified text spreads the words of full lines.
func (c *canvas) paragraph(x, y, width, leading float32, words []string, st style, justified bool) float32 {
	space := st.measure(" ")
	for len(words) > 0 {
		n, used := 0, float32(0)
		for n < len(words) {
			w := st.measure(words[n])
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
func (c *canvas) words(x, y, width, used, gap float32, words []string, st style) {
	if c.muted {
		return
	}
	switch st.align {
	case center:
		x += (width - used) / 2
	case right:
		x += width - used
	}
	line := new(path)
	scale := st.size * st.width()
	for _, w := range words {
		for _, r := range w {
			g := st.face.glyph(r)
			line.addGlyph(g, affine{scale, -st.slant * st.size, x, 0, st.size, y})
			x += (g.advance + st.track) * scale
		}
		x += gap
	}
	c.fill(line, identity, st.ink)
}
