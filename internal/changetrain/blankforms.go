package changetrain

import (
	"math/rand/v2"
	"strings"

	"exemplar/internal/canvas"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// BlankFormKinds are n drawn forms of ruled lines, boxes, combs, check boxes and empty tables
// between print. Copies that are filled in are laid on the form, which is mostly blank, and on
// another edition of it.
func BlankFormKinds(n int, seed uint64) []KindSource {
	sources := make([]KindSource, n)
	for i := range sources {
		sources[i] = func() (Kind, error) {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			design := r.Uint64()
			own, other := drawBlankForm(design, 0), drawBlankForm(design, r.Uint64())
			k := Kind{Name: "blank form"}
			for range blankCopies {
				k.Captures = append(k.Captures, KindCapture{Document: own.filled(r, 0.15), Against: []Against{
					{Reference: own.filled(r, blankReference), InPlace: true, Empty: own.picture},
					{Reference: other.filled(r, blankReference), InPlace: true, OtherKind: true, Empty: other.picture, Form: [2]*imaging.Image{other.picture, own.picture}},
				}})
			}
			return k, nil
		}
	}
	return sources
}

const (
	blankCopies = 2
	// blankReference is the share of references that nobody has filled in.
	blankReference = 0.65
	// editionPart is the chance that an edition has another block in a place.
	editionPart = 0.3
)

// formDrawer draws a form from the top of the page on.
type formDrawer struct {
	*canvas.Canvas
	r          *rand.Rand // of what is drawn now
	text, head canvas.Style
	ink        canvas.Ink
	letters    string // words are made of
	left, wide float32
	y, bottom  float32
	fields     []synthdoc.Field
}

// drawBlankForm draws a design; an edition that is not 0 has some blocks of its own.
func drawBlankForm(design, edition uint64) blankForm {
	r := rand.New(rand.NewPCG(design, 0))
	w, h := 1000, 1414
	if r.IntN(4) == 0 {
		w, h = h, w
	}
	scale := 0.6 + 0.4*r.Float32() // of the pixels of a page
	c := canvas.New(int(scale*float32(w)), int(scale*float32(h)), scale)
	paper, ink := byte(238+r.IntN(18)), canvas.RGB{R: 0.3 * r.Float32(), G: 0.3 * r.Float32(), B: 0.3 * r.Float32()}
	for i := range c.Image.Pix {
		c.Image.Pix[i] = paper
	}
	d := &formDrawer{Canvas: c, ink: canvas.Solid(ink), left: 40 + 70*r.Float32(), bottom: float32(h) - 60}
	d.wide = float32(w) - 2*d.left
	d.text = canvas.Style{Face: oneFace(r, canvas.Regular, canvas.Regular, canvas.Medium, canvas.Mono), Size: 13 + 8*r.Float32(), Wide: 0.75 + 0.25*r.Float32(), Ink: d.ink}
	d.head = canvas.Style{Face: oneFace(r, canvas.Bold, canvas.Bold, canvas.SmallCaps, canvas.Medium), Size: d.text.Size * (1.1 + 0.8*r.Float32()), Ink: d.ink}
	d.letters = []string{"aeiourstlnmdpcbgk", "aeiourstlnmdpcbgk", "аеиорстлнмдпвкя", "αεοιρστλνμδπκ"}[r.IntN(4)]
	d.y = 40 + 40*r.Float32()
	blocks := []func(){d.paragraph, d.paragraph, d.entries, d.entries, d.boxes, d.boxes, d.table, d.table, d.checks, d.rules, d.comb, d.items}
	usual := 1 + r.IntN(len(blocks)) // some forms have few sorts of blocks
	r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	for part := uint64(1); d.y < d.bottom-120; part++ {
		d.r = rand.New(rand.NewPCG(design, part))
		if own := rand.New(rand.NewPCG(edition, part)); edition != 0 && own.Float64() < editionPart {
			d.r = own
		}
		if part == 1 || d.r.IntN(3) == 0 {
			d.title()
		}
		blocks[d.r.IntN(usual)]()
		d.y += 8 + 26*d.r.Float32()
	}
	d.r = r
	d.signatures()
	return blankForm{c.Image, d.fields}
}

func oneFace(r *rand.Rand, faces ...*canvas.Face) *canvas.Face { return faces[r.IntN(len(faces))] }

// between is a number from a to b.
func (d *formDrawer) between(a, b float32) float32 { return a + (b-a)*d.r.Float32() }

// words are n words that nobody knows.
func (d *formDrawer) words(n int) string {
	letters, words := []rune(d.letters), make([]string, n)
	for i := range words {
		word := make([]rune, 2+d.r.IntN(9))
		for j := range word {
			word[j] = letters[d.r.IntN(len(letters))]
		}
		words[i] = string(word)
	}
	if d.r.IntN(2) == 0 {
		words[0] = strings.ToUpper(words[0][:len(string([]rune(words[0])[:1]))]) + words[0][len(string([]rune(words[0])[:1])):]
	}
	return strings.Join(words, " ")
}

// field notes a place for contents on a baseline.
func (d *formDrawer) field(kind string, x, y, w, h float32) {
	s := d.Scale
	page := d.Image
	right, bottom := min(s*(x+w), float32(page.W)), min(s*(y+h), float32(page.H))
	d.fields = append(d.fields, synthdoc.Field{Kind: kind, Box: [4]float32{s * x, s * y, right, bottom}})
}

func (d *formDrawer) rule(x, y, w float32) {
	if d.r.IntN(4) == 0 {
		d.Dashes(x, y, x+w, y, 1.6, 3, 3, d.ink)
		return
	}
	d.Line(x, y, x+w, y, d.between(1, 2.2), d.ink)
}

func (d *formDrawer) title() {
	st := d.head
	line, x := d.words(1+d.r.IntN(5)), d.left
	if d.r.IntN(2) == 0 {
		st.Align, x = canvas.Center, d.left+d.wide/2
	}
	d.y += st.Size * 1.3
	d.Text(x, d.y, line, st.Fit(line, d.wide))
	d.y += st.Size * 0.6
}

// paragraph is running text with gaps to write in.
func (d *formDrawer) paragraph() {
	gaps, leading, space := d.between(0, 0.25), d.text.Size*d.between(1.2, 1.7), d.text.Measure(" ")
	x := d.left + 40
	d.y += leading
	for range 8 + d.r.IntN(60) {
		word, gap := d.words(1), d.r.Float32() < gaps
		w := d.text.Measure(word)
		if gap {
			w = d.between(20, 260)
		}
		if x+w > d.left+d.wide {
			x = d.left
			if d.y += leading; d.y > d.bottom-60 {
				break
			}
		}
		if gap {
			d.Line(x, d.y+2, x+w, d.y+2, 1.4, d.ink)
			d.field("text", x, d.y-d.text.Size*1.1, w, d.text.Size*1.3)
		} else {
			d.Text(x, d.y, word, d.text)
		}
		x += w + space
	}
}

// entries are captions, each with a rule to write on, and sometimes what is meant below it.
func (d *formDrawer) entries() {
	step, aligned, explained := d.text.Size*d.between(1.5, 2.6), d.r.IntN(2) == 0, d.r.IntN(3) == 0
	column := d.wide * d.between(0.12, 0.4)
	for range 1 + d.r.IntN(7) {
		if d.y += step; d.y > d.bottom-80 {
			return
		}
		caption := d.words(1 + d.r.IntN(3))
		room := column
		if !aligned {
			room = d.text.Measure(caption) + 10
		}
		d.Text(d.left, d.y, caption, d.text.Fit(caption, room-6))
		if d.r.IntN(6) == 0 {
			continue
		}
		w := (d.wide - room) * d.between(0.4, 1)
		d.rule(d.left+room, d.y+3, w)
		d.field("text", d.left+room, d.y-d.text.Size*1.2, w, d.text.Size*1.4)
		if explained {
			small := d.text
			small.Size, small.Align = d.text.Size*0.65, canvas.Center
			d.Text(d.left+room+w/2, d.y+4+small.Size, d.words(2+d.r.IntN(4)), small)
			d.y += small.Size * 0.7
		}
	}
}

// boxes are a row of frames with captions in or beside them.
func (d *formDrawer) boxes() {
	caption := d.text
	caption.Size *= d.between(0.6, 0.9)
	filled, width := d.r.IntN(4) == 0, d.between(1, 2.4)
	for range 1 + d.r.IntN(4) {
		n, x, h := 1+d.r.IntN(5), d.left, d.between(2.2, 3.4)*d.text.Size
		if d.y+h > d.bottom-70 {
			return
		}
		for i := range n {
			w := (d.left + d.wide - x) / float32(n-i)
			if i < n-1 {
				w *= d.between(0.6, 1.4)
			}
			if filled {
				d.Rect(x+2, d.y+2, w-4, h-4, canvas.Tinted(canvas.RGB{R: 0.3, G: 0.4, B: 0.6}, 0.2))
			} else {
				d.Frame(x, d.y, w, h, width, d.ink)
			}
			if d.r.IntN(5) > 0 {
				line := d.words(1 + d.r.IntN(3))
				d.Text(x+5, d.y+caption.Size*1.05, line, caption.Fit(line, w-10))
			}
			d.field("text", x+4, d.y+caption.Size*1.1, w-8, h-caption.Size*1.1)
			x += w
		}
		d.y += h + float32(d.r.IntN(2))*4
	}
}

// table is a head, of one or two rows and sometimes one of numbers, above empty rows.
func (d *formDrawer) table() {
	columns, rows, high := 2+d.r.IntN(13), 1+d.r.IntN(14), d.text.Size*d.between(1.2, 2.2)
	edges := []float32{d.left}
	weights, sum := make([]float32, columns), float32(0)
	for i := range weights {
		weights[i] = d.between(0.4, 1.4)
		sum += weights[i]
	}
	for _, w := range weights {
		edges = append(edges, edges[len(edges)-1]+d.wide*w/sum)
	}
	lines := 1 + d.r.IntN(3)
	head, top := d.text, d.y
	head.Size *= d.between(0.6, 0.95)
	headHigh := head.Size * (1.25*float32(lines) + 0.5)
	if d.r.IntN(3) == 0 {
		d.Rect(d.left, top, d.wide, headHigh, canvas.Tinted(canvas.RGB{R: 0.2, G: 0.2, B: 0.3}, 0.25))
	}
	for i := range columns {
		for line := range lines {
			text := d.words(1)
			st := head.Fit(text, edges[i+1]-edges[i]-6)
			st.Align = canvas.Center
			d.Text((edges[i]+edges[i+1])/2, top+head.Size*1.25*(float32(line)+1), text, st)
		}
	}
	d.y += headHigh
	width := d.between(1, 2)
	d.Line(d.left, top, d.left+d.wide, top, width, d.ink)
	numbered, ruled := d.r.IntN(4) == 0, d.r.IntN(5) > 0
	for row := 0; row < rows && d.y+high < d.bottom-70; row++ {
		d.Line(d.left, d.y, d.left+d.wide, d.y, width, d.ink)
		for i := range columns {
			if w := edges[i+1] - edges[i]; row > 0 || !numbered {
				d.field("text", edges[i]+3, d.y+2, w-6, high-4)
			} else {
				d.Text(edges[i]+w/2, d.y+high*0.7, string(rune('1'+i%9)), head)
			}
		}
		d.y += high
	}
	d.Line(d.left, d.y, d.left+d.wide, d.y, width, d.ink)
	for _, x := range edges {
		if ruled {
			d.Line(x, top, x, d.y, width, d.ink)
		}
	}
}

// checks are boxes to tick beside what they mean.
func (d *formDrawer) checks() {
	columns, side, round := 1+d.r.IntN(4), d.text.Size*d.between(0.8, 1.2), d.r.IntN(5) == 0
	step := max(side, d.text.Size) * d.between(1.3, 1.9)
	w := d.wide / float32(columns)
	for range 1 + d.r.IntN(5) {
		if d.y+step > d.bottom-70 {
			return
		}
		for i := range columns {
			x := d.left + w*float32(i)
			if round {
				d.Ring(x+side/2, d.y+side/2, side/2, 1.4, d.ink)
			} else {
				d.Frame(x, d.y, side, side, 1.4, d.ink)
			}
			d.field("check", x, d.y, side, side)
			text := d.words(1 + d.r.IntN(4))
			d.Text(x+side*1.5, d.y+side*0.9, text, d.text.Fit(text, w-side*2))
		}
		d.y += step
	}
}

// rules are lines for a longer answer.
func (d *formDrawer) rules() {
	step := d.text.Size * d.between(1.4, 2.4)
	for range 2 + d.r.IntN(6) {
		if d.y += step; d.y > d.bottom-70 {
			return
		}
		d.rule(d.left, d.y, d.wide)
		d.field("text", d.left, d.y-step, d.wide, step)
	}
}

// comb is a caption and a cell for each letter.
func (d *formDrawer) comb() {
	side, framed := d.text.Size*d.between(1.2, 1.8), d.r.IntN(2) == 0
	for range 1 + d.r.IntN(4) {
		if d.y+side > d.bottom-70 {
			return
		}
		caption := d.words(1 + d.r.IntN(2))
		d.Text(d.left, d.y+side*0.75, caption, d.text.Fit(caption, d.wide*0.25))
		from := d.left + d.wide*0.27
		n := min(6+d.r.IntN(24), int((d.left+d.wide-from)/side))
		for i := range n + 1 {
			x := from + side*float32(i)
			if framed {
				d.Line(x, d.y, x, d.y+side, 1.3, d.ink)
			} else {
				d.Line(x, d.y+side*0.6, x, d.y+side, 1.3, d.ink)
			}
		}
		d.Line(from, d.y+side, from+side*float32(n), d.y+side, 1.3, d.ink)
		if framed {
			d.Line(from, d.y, from+side*float32(n), d.y, 1.3, d.ink)
		}
		d.field("text", from, d.y, side*float32(n), side)
		last := &d.fields[len(d.fields)-1]
		last.Comb, last.Max = true, n
		d.y += side * d.between(1.2, 1.7)
	}
}

// items are a list, some of it to be completed.
func (d *formDrawer) items() {
	mark := []string{"- ", "• ", "1) ", "a. "}[d.r.IntN(4)]
	for range 2 + d.r.IntN(6) {
		if d.y += d.text.Size * 1.5; d.y > d.bottom-70 {
			return
		}
		line := mark + d.words(1+d.r.IntN(8))
		x := d.left + 45
		d.Text(x, d.y, line, d.text.Fit(line, d.wide-45))
		if from := x + d.text.Measure(line) + 8; d.r.IntN(2) == 0 && from < d.left+d.wide-80 {
			w := (d.left + d.wide - from) * d.between(0.3, 1)
			d.rule(from, d.y+3, w)
			d.field("text", from, d.y-d.text.Size*1.1, w, d.text.Size*1.3)
		}
	}
}

// signatures are one or two lines at the foot.
func (d *formDrawer) signatures() {
	n := 1 + d.r.IntN(2)
	y := max(d.y+20, d.bottom-60)
	for i := range n {
		x := d.left + d.wide*0.5*float32(i)
		line := d.words(1)
		d.Text(x, y, line, d.text)
		from := x + d.text.Measure(line) + 8
		d.rule(from, y+3, d.wide*0.25)
		d.field("signature", from, y-25, d.wide*0.25, 30)
	}
}
