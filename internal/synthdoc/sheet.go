package synthdoc

import (
	"slices"
	"strconv"
	"strings"

	"exemplar/internal/canvas"
	"exemplar/internal/splitmix"
)

// sheet is a document that is being drawn: a canvas, the style of the design, and the
// random streams of what is printed (design) and what is filled in (value).
type sheet struct {
	*canvas.Canvas
	theme
	doc     Document
	w, h    float32  // size in units
	changed string   // the field that gets another value, see Document.Changed
	fields  []string // names of the fields drawn so far
	sum     float32  // of the amounts printed so far
}

// theme is the style that all parts of a design share.
type theme struct {
	lang                *language
	paper               canvas.RGB
	dark, accent, light canvas.RGB // text, bands, tints
	second              canvas.RGB
	heading, body       *canvas.Face
	headingWide         float32
	bodyWide            float32
	dateStyle           int
}

// editionKeys are the parts of a design that differ between editions. The first two are
// conspicuous. Every layout draws all of them.
var editionKeys = []string{"band", "logo", "note", "shift", "year"}

// design returns the stream of one part of the printed design.
func (s *sheet) design(key string) rng {
	if s.doc.Edition > 0 && slices.Contains(editionKeys, key) {
		if seed := s.doc.Template + uint64(s.doc.Edition)*0x9e3779b97f4a7c15; editionChanges(seed, key) {
			return stream(seed, s.family()+key)
		}
	}
	if s.doc.Issuer > 0 {
		if seed := issuerSeed(s.doc.Template, s.doc.Issuer); issuerChanges(seed, key) {
			return stream(seed, s.family()+key)
		}
	}
	return stream(s.doc.Template, s.family()+key)
}

// issuerSeed is what the paper of another issuer is drawn by.
func issuerSeed(template uint64, issuer int) uint64 {
	return template - uint64(issuer)*0x9e3779b97f4a7c15
}

// issuerKeys are the parts of a design that identify the issuer.
var issuerKeys = []string{"firm", "authority", "phone", "street", "house", "account", "bank", "club", "country", "scheme"}

// issuerChanges says whether another issuer's paper differs in a part: always in name and
// address, usually in the emblem, sometimes in colour and small print.
func issuerChanges(seed uint64, key string) bool {
	r := stream(seed, "issuer")
	logo, band, note := r.chance(0.6), r.chance(0.3), r.chance(0.3)
	return slices.Contains(issuerKeys, key) || key == "logo" && logo || key == "band" && band || key == "note" && note
}

// editionChanges says whether an edition differs in a part: always in the year, in the
// colour or the emblem, and in one further part.
func editionChanges(seed uint64, key string) bool {
	r := stream(seed, "edition")
	first := r.IntN(2)
	second := (first + 1 + r.IntN(3)) % 4
	return key == "year" || key == editionKeys[first] || key == editionKeys[second]
}

// family is the kind whose design is used: both sides of a card have the same.
func (s *sheet) family() string { return strings.TrimSuffix(s.doc.Kind, "-back") }

// trait returns the stream of a part of the contents that is not text: whose face, which
// boxes are ticked, how many lines there are.
func (s *sheet) trait(name string) rng { return stream(s.doc.Content, name) }

// value returns the stream of a field's text. It does not depend on the kind, so that the
// same person holds the card, the licence and the ticket.
func (s *sheet) value(field string) rng {
	if !slices.Contains(s.fields, field) {
		s.fields = append(s.fields, field)
	}
	if field == s.changed {
		return stream(s.doc.Content^uint64(s.doc.Changed)<<32, "changed "+field)
	}
	return stream(s.doc.Content, field)
}

// shift returns the displacement, at most most, of the part that editions move.
func (s *sheet) shift(most float32) float32 { return s.design("shift").between(-most, most) }

// year returns the year printed somewhere small.
func (s *sheet) year() string { return strconv.Itoa(s.design("year").upTo(1994, 2026)) }

// term returns a printed word in the design's language.
func (s *sheet) term(i int) string { return s.lang.terms[i] }

// faces are the pairs of typefaces for heading and body.
var faces = [][2]*canvas.Face{
	{canvas.Bold, canvas.Regular}, {canvas.Bold, canvas.Regular}, {canvas.Medium, canvas.Regular}, {canvas.SmallCaps, canvas.Regular},
	{canvas.BoldItalic, canvas.Italic}, {canvas.MonoBold, canvas.Mono}, {canvas.Bold, canvas.Mono}, {canvas.Medium, canvas.Medium},
}

func newTheme(s *sheet) theme {
	r := stream(s.doc.Template, s.family()+"look")
	hue := r.Float32()
	other := hue + pick(r, float32(0.08), 0.33, 0.5, 0.58, 0.92)
	if other > 1 {
		other--
	}
	pair := pick(r, faces...)
	l := theme{
		lang:        &languages[0],
		paper:       canvas.White.Toward(canvas.HSL(r.Float32(), 0.5, 0.8), r.between(0, 0.22)),
		dark:        canvas.Black.Toward(canvas.HSL(hue, 0.7, 0.25), r.between(0, 0.8)),
		accent:      canvas.HSL(hue, r.between(0.4, 0.9), r.between(0.28, 0.5)),
		second:      canvas.HSL(other, r.between(0.4, 0.9), r.between(0.35, 0.6)),
		light:       canvas.HSL(hue, r.between(0.3, 0.7), r.between(0.85, 0.94)),
		heading:     pair[0],
		body:        pair[1],
		headingWide: r.between(0.78, 1.12),
		bodyWide:    r.between(0.8, 1.02),
		dateStyle:   r.IntN(4),
	}
	if r.chance(0.65) {
		l.lang = &languages[r.IntN(len(languages))]
	}
	return l
}

// head and text styles in the design's faces.
func (s *sheet) headStyle(size float32, c canvas.RGB) canvas.Style {
	return canvas.Style{Face: s.heading, Size: size, Wide: s.headingWide, Ink: canvas.Solid(c)}
}

func (s *sheet) bodyStyle(size float32, c canvas.RGB) canvas.Style {
	return canvas.Style{Face: s.body, Size: size, Wide: s.bodyWide, Ink: canvas.Solid(c)}
}

// ground covers the sheet with one colour.
func (s *sheet) ground(c canvas.RGB) {
	b := c.Bytes()
	for i := 0; i < len(s.Image.Pix); i += 3 {
		copy(s.Image.Pix[i:i+3], b[:])
	}
}

// grain adds the faint noise of paper and print.
func (s *sheet) grain() {
	state := splitmix.Hash(s.doc.Template) | 1
	for i := range s.Image.Pix {
		if i%10 == 0 {
			state ^= state << 13
			state ^= state >> 7
			state ^= state << 17
		}
		noise := int(state>>(6*(i%10))&3) + int(state>>(6*(i%10)+2)&3) - 3
		v := int(s.Image.Pix[i]) + noise
		s.Image.Pix[i] = byte(max(0, min(255, v)))
	}
}
