package synthdoc

import (
	"math"

	"exemplar/internal/canvas"
)

// guilloche draws a family of wavy lines through a band, as on banknotes and
// identity cards.
func (s *sheet) guilloche(x, y, w, h float32, lines int, k canvas.Ink, g rng) {
	waves, slow := g.between(2, 6), g.between(0.5, 2)
	swing, turn := h*g.between(0.1, 0.25), g.between(0, 6)
	step := max(w/220, 1.5/s.Scale)
	p := new(canvas.Path)
	for i := range lines {
		phase := float32(i) / float32(lines)
		mid := y + h*(0.25+0.5*phase)
		for px := float32(0); px <= w; px += step {
			t := px / w
			py := mid + swing*canvas.Sin(2*math.Pi*(waves*t+phase*0.9)+turn)*canvas.Cos(2*math.Pi*slow*t+phase*2)
			if px == 0 {
				p.MoveTo(x, py)
			} else {
				p.LineTo(x+px, py)
			}
		}
	}
	s.Stroke(p, canvas.Identity, 0.9, k)
}

// rosette draws a spirograph figure of radius r.
func (s *sheet) rosette(x, y, r float32, k canvas.Ink, g rng) {
	lobes, inner := float32(g.upTo(5, 14)), g.between(0.15, 0.45)
	rings := g.upTo(4, 8)
	p := new(canvas.Path)
	for ring := range rings {
		shrink := 1 - 0.1*float32(ring)
		const steps = 220
		for i := range steps + 1 {
			a := float32(i) * 2 * math.Pi / steps
			d := r * shrink * (1 - inner + inner*canvas.Sin(lobes*a+float32(ring)*0.7))
			if i == 0 {
				p.MoveTo(x+d*canvas.Cos(a), y+d*canvas.Sin(a))
			} else {
				p.LineTo(x+d*canvas.Cos(a), y+d*canvas.Sin(a))
			}
		}
	}
	s.Stroke(p, canvas.Identity, 1, k)
}

// hatch fills a rectangle with parallel thin lines.
func (s *sheet) hatch(x, y, w, h, gap, angle float32, k canvas.Ink) {
	p := new(canvas.Path)
	reach := canvas.Hypot(w, h) / 2
	m := canvas.Turned(angle, x+w/2, y+h/2)
	for d := -reach; d < reach; d += gap {
		a, b, ok := clipLine(m.Apply(canvas.Point{X: -reach, Y: d}), m.Apply(canvas.Point{X: reach, Y: d}), x, y, w, h)
		if ok {
			p.MoveTo(a.X, a.Y)
			p.LineTo(b.X, b.Y)
		}
	}
	s.Stroke(p, canvas.Identity, gap*0.18, k)
}

// clipLine cuts the segment a-b to a rectangle (Liang and Barsky).
func clipLine(a, b canvas.Point, x, y, w, h float32) (canvas.Point, canvas.Point, bool) {
	from, to := float32(0), float32(1)
	dx, dy := b.X-a.X, b.Y-a.Y
	for _, side := range [][2]float32{{-dx, a.X - x}, {dx, x + w - a.X}, {-dy, a.Y - y}, {dy, y + h - a.Y}} {
		switch p, q := side[0], side[1]; {
		case p == 0 && q < 0:
			return a, b, false
		case p < 0:
			from = max(from, q/p)
		case p > 0:
			to = min(to, q/p)
		}
	}
	return canvas.Point{X: a.X + dx*from, Y: a.Y + dy*from}, canvas.Point{X: a.X + dx*to, Y: a.Y + dy*to}, from < to
}

// barcode draws upright bars with the digits below.
func (s *sheet) barcode(x, y, w, h float32, code string, c canvas.RGB, g rng) {
	st := canvas.Style{Face: canvas.Mono, Size: h * 0.2, Align: canvas.Center, Ink: canvas.Solid(c)}
	bars := new(canvas.Path)
	module := w / 95
	for at := float32(0); at < w-module; {
		width := module * float32(g.upTo(1, 3))
		bars.Rect(x+at, y, min(width, w-at), h*0.78)
		at += width + module*float32(g.upTo(1, 3))
	}
	s.Fill(bars, canvas.Identity, canvas.Solid(c))
	s.Text(x+w/2, y+h*0.98, code, st.Fit(code, w))
}

// matrixCode draws a square code with three finder marks.
func (s *sheet) matrixCode(x, y, d float32, c canvas.RGB, g rng) {
	const n = 25
	m := d / n
	p := new(canvas.Path)
	for j := range n {
		for i := range n {
			corner := (i < 8 && j < 8) || (i >= n-8 && j < 8) || (i < 8 && j >= n-8)
			if g.chance(0.48) && !corner {
				p.Rect(x+float32(i)*m, y+float32(j)*m, m*1.02, m*1.02)
			}
		}
	}
	for _, o := range [][2]float32{{0, 0}, {n - 7, 0}, {0, n - 7}} {
		fx, fy := x+o[0]*m, y+o[1]*m
		p.Rect(fx, fy, 7*m, m).Rect(fx, fy+6*m, 7*m, m).Rect(fx, fy+m, m, 5*m).Rect(fx+6*m, fy+m, m, 5*m).Rect(fx+2*m, fy+2*m, 3*m, 3*m)
	}
	s.Fill(p, canvas.Identity, canvas.Solid(c))
}

// chip draws the contacts of a chip card.
func (s *sheet) chip(x, y, w float32) {
	h := w * 0.78
	gold, line := canvas.RGB{R: 0.86, G: 0.73, B: 0.42}, canvas.Tinted(canvas.RGB{R: 0.35, G: 0.27, B: 0.1}, 0.8)
	s.RoundRect(x, y, w, h, w*0.14, canvas.Blend(gold.Toward(canvas.White, 0.45), gold.Toward(canvas.Black, 0.15), canvas.Point{X: x, Y: y}, canvas.Point{X: x + w, Y: y + h}))
	s.Stroke(new(canvas.Path).RoundRect(x+w*0.32, y+h*0.25, w*0.36, h*0.5, w*0.08), canvas.Identity, w*0.02, line)
	for _, t := range []float32{0.33, 0.66} {
		s.Line(x, y+h*t, x+w*0.32, y+h*t, w*0.02, line)
		s.Line(x+w*0.68, y+h*t, x+w, y+h*t, w*0.02, line)
	}
	s.Line(x+w/2, y, x+w/2, y+h*0.25, w*0.02, line)
	s.Line(x+w/2, y+h*0.75, x+w/2, y+h, w*0.02, line)
	s.Stroke(new(canvas.Path).RoundRect(x, y, w, h, w*0.14), canvas.Identity, w*0.015, line)
}

// signature writes an illegible name, about w wide, on the baseline y.
func (s *sheet) signature(x, y, w float32, c canvas.RGB, g rng) {
	p := new(canvas.Path)
	h, lean := w*g.between(0.12, 0.22), w*g.between(0, 0.08)
	// Capital: one tall loop.
	p.MoveTo(x+lean, y-h*0.6)
	p.CubeTo(x-w*0.08, y-h*2.2, x+w*0.2+lean, y-h*2.4, x+w*0.08, y+h*0.3)
	p.CubeTo(x, y+h*0.9, x-w*0.08, y-h*0.1, x+w*0.14, y-h*0.3)
	px, n := x+w*0.14, g.upTo(3, 8)
	step := (w - w*0.14) / float32(n)
	for range n {
		up, down := h*g.between(0.2, 0.9), h*g.between(-0.1, 0.15)
		switch g.IntN(5) {
		case 0: // ascender with a loop
			p.CubeTo(px+step*0.9+lean, y-h*2.1, px+step*0.1+lean, y-h*2.3, px+step*0.4, y+down)
		case 1: // descender
			p.CubeTo(px+step*0.6, y-up, px+step*0.5, y+h*1.3, px+step*0.1, y+h*0.9)
		default:
			p.CubeTo(px+step*0.2+lean*0.3, y-up*1.5, px+step*0.6+lean*0.3, y-up*1.4, px+step*0.55, y+down)
		}
		px += step
		p.QuadTo(px-step*0.2, y+h*g.between(0, 0.3), px, y-h*g.between(0.1, 0.4))
	}
	if g.chance(0.6) { // a flourish underneath
		p.CubeTo(px+w*0.1, y-h, px+w*0.1, y+h, px-w*g.between(0.5, 0.9), y+h*g.between(0.5, 0.9))
	}
	s.Stroke(p, canvas.Identity, w*g.between(0.01, 0.018), canvas.Solid(c))
}

// penColor returns a colour of handwriting.
func penColor(g rng) canvas.RGB {
	return pick(g, canvas.RGB{R: 0.1, G: 0.16, B: 0.5}, canvas.RGB{R: 0.12, G: 0.2, B: 0.62}, canvas.RGB{R: 0.1, G: 0.1, B: 0.14}, canvas.RGB{R: 0.05, G: 0.1, B: 0.35})
}

// portrait draws a head and shoulders in a frame; g decides the person.
func (s *sheet) portrait(x, y, w, h float32, grey bool, g rng) {
	tone := func(c canvas.RGB) canvas.RGB {
		if grey {
			l := c.Luma()
			return canvas.RGB{R: l, G: l, B: l}
		}
		return c
	}
	back := tone(canvas.HSL(g.Float32(), 0.15, g.between(0.72, 0.9)))
	skin := tone(canvas.HSL(g.between(0.055, 0.085), g.between(0.3, 0.5), g.between(0.32, 0.78)))
	hair := tone(canvas.HSL(g.between(0.02, 0.12), g.between(0.1, 0.6), g.between(0.06, 0.45)))
	cloth := tone(canvas.HSL(g.Float32(), g.between(0.1, 0.6), g.between(0.15, 0.6)))
	s.Rect(x, y, w, h, canvas.Blend(back.Toward(canvas.White, 0.3), back.Toward(canvas.Black, 0.12), canvas.Point{X: x, Y: y}, canvas.Point{X: x + w, Y: y + h}))
	f := face2D{s, x + w*g.between(0.48, 0.52), y + h*0.42, w * g.between(0.2, 0.245), h * g.between(0.22, 0.26)}
	long := g.chance(0.45)
	if long {
		f.longHair(hair, g)
	}
	f.shoulders(x, y, w, h, cloth, skin, g)
	f.head(skin, g)
	f.features(skin, hair, !long, g)
	if !long || g.chance(0.7) {
		f.shortHair(hair, g)
	}
}

// face2D is a face centred at (cx, cy) with half axes rx, ry.
type face2D struct {
	*sheet
	cx, cy, rx, ry float32
}

func (f face2D) longHair(c canvas.RGB, g rng) {
	drop := f.ry * g.between(1.1, 1.9)
	f.RoundRect(f.cx-f.rx*1.25, f.cy-f.ry*1.15, f.rx*2.5, f.ry*1.15+drop, f.rx*1.1, canvas.Solid(c))
}

func (f face2D) shoulders(x, y, w, h float32, cloth, skin canvas.RGB, g rng) {
	neck := f.cy + f.ry*0.75
	f.Rect(f.cx-f.rx*0.42, neck, f.rx*0.84, f.ry*0.7, canvas.Solid(skin.Toward(canvas.Black, 0.14)))
	top := f.cy + f.ry*1.25
	p := new(canvas.Path)
	p.MoveTo(x, y+h)
	p.LineTo(x, y+h*0.93)
	p.CubeTo(x+w*0.05, top+h*0.08, f.cx-f.rx*0.8, top+h*0.03, f.cx-f.rx*0.5, top-h*0.01)
	p.QuadTo(f.cx, top+h*g.between(0.06, 0.2), f.cx+f.rx*0.5, top-h*0.01)
	p.CubeTo(f.cx+f.rx*0.8, top+h*0.03, x+w*0.95, top+h*0.08, x+w, y+h*0.93)
	p.LineTo(x+w, y+h)
	p.Close()
	f.Fill(p, canvas.Identity, canvas.Blend(cloth.Toward(canvas.White, 0.12), cloth.Toward(canvas.Black, 0.25), canvas.Point{X: x, Y: top}, canvas.Point{X: x + w*0.6, Y: y + h}))
}

func (f face2D) head(skin canvas.RGB, g rng) {
	jaw := g.between(0.62, 0.85)
	p := new(canvas.Path)
	p.MoveTo(f.cx-f.rx, f.cy-f.ry*0.2)
	p.CubeTo(f.cx-f.rx, f.cy-f.ry*1.2, f.cx+f.rx, f.cy-f.ry*1.2, f.cx+f.rx, f.cy-f.ry*0.2)
	p.CubeTo(f.cx+f.rx, f.cy+f.ry*jaw, f.cx+f.rx*0.4, f.cy+f.ry, f.cx, f.cy+f.ry)
	p.CubeTo(f.cx-f.rx*0.4, f.cy+f.ry, f.cx-f.rx, f.cy+f.ry*jaw, f.cx-f.rx, f.cy-f.ry*0.2)
	p.Close()
	for _, side := range []float32{-1, 1} {
		f.Fill(new(canvas.Path).Ellipse(f.cx+side*f.rx, f.cy, f.rx*0.14, f.ry*0.2), canvas.Identity, canvas.Solid(skin.Toward(canvas.Black, 0.1)))
	}
	f.Fill(p, canvas.Identity, canvas.Blend(skin.Toward(canvas.White, 0.14), skin.Toward(canvas.Black, 0.16), canvas.Point{X: f.cx - f.rx, Y: f.cy - f.ry}, canvas.Point{X: f.cx + f.rx, Y: f.cy + f.ry*0.7}))
}

func (f face2D) features(skin, hair canvas.RGB, mayHaveBeard bool, g rng) {
	eye, level := f.rx*g.between(0.36, 0.44), f.cy-f.ry*0.08
	iris := canvas.HSL(g.between(0.05, 0.6), 0.4, 0.25)
	if skin.R == skin.B {
		iris = canvas.RGB{R: 0.2, G: 0.2, B: 0.2}
	}
	for _, side := range []float32{-1, 1} {
		ex := f.cx + side*eye
		f.Fill(new(canvas.Path).Ellipse(ex, level, f.rx*0.17, f.ry*0.065), canvas.Identity, canvas.Tinted(canvas.White, 0.9))
		f.Disc(ex, level, f.ry*0.058, canvas.Solid(iris))
		f.Line(ex-f.rx*0.2, level-f.ry*0.2, ex+f.rx*0.2, level-f.ry*(0.2+0.03*side), f.ry*0.055, canvas.Solid(hair.Toward(canvas.Black, 0.3)))
	}
	shade := canvas.Solid(skin.Toward(canvas.Black, 0.28))
	nose := new(canvas.Path)
	nose.MoveTo(f.cx+f.rx*0.05, level+f.ry*0.1)
	nose.QuadTo(f.cx+f.rx*0.2, f.cy+f.ry*0.32, f.cx-f.rx*0.08, f.cy+f.ry*0.34)
	f.Stroke(nose, canvas.Identity, f.rx*0.05, shade)
	mouth := new(canvas.Path)
	mouth.MoveTo(f.cx-f.rx*0.32, f.cy+f.ry*0.56)
	mouth.QuadTo(f.cx, f.cy+f.ry*g.between(0.58, 0.68), f.cx+f.rx*0.32, f.cy+f.ry*0.56)
	f.Stroke(mouth, canvas.Identity, f.ry*0.06, canvas.Solid(skin.Toward(canvas.HSL(0.99, 0.6, 0.3), 0.5)))
	if g.chance(0.2) {
		for _, side := range []float32{-1, 1} {
			f.Ring(f.cx+side*eye, level, f.rx*0.28, f.rx*0.045, canvas.Solid(canvas.Black))
		}
		f.Line(f.cx-eye*0.4, level, f.cx+eye*0.4, level, f.rx*0.045, canvas.Solid(canvas.Black))
	}
	if g.chance(0.25) && mayHaveBeard {
		beard := new(canvas.Path)
		beard.MoveTo(f.cx-f.rx*0.9, f.cy+f.ry*0.35)
		beard.CubeTo(f.cx-f.rx*0.8, f.cy+f.ry*1.2, f.cx+f.rx*0.8, f.cy+f.ry*1.2, f.cx+f.rx*0.9, f.cy+f.ry*0.35)
		beard.QuadTo(f.cx, f.cy+f.ry*0.95, f.cx-f.rx*0.9, f.cy+f.ry*0.35)
		f.Fill(beard, canvas.Identity, canvas.Tinted(hair, 0.85))
	}
}

func (f face2D) shortHair(c canvas.RGB, g rng) {
	part, fringe := g.between(-0.6, 0.6), g.between(0.35, 0.62)
	p := new(canvas.Path)
	p.MoveTo(f.cx-f.rx*1.06, f.cy-f.ry*0.05)
	p.CubeTo(f.cx-f.rx*1.25, f.cy-f.ry*1.35, f.cx+f.rx*1.25, f.cy-f.ry*1.35, f.cx+f.rx*1.06, f.cy-f.ry*0.05)
	p.QuadTo(f.cx+f.rx*0.95, f.cy-f.ry*fringe, f.cx+f.rx*part, f.cy-f.ry*(fringe+0.1))
	p.QuadTo(f.cx-f.rx*0.9, f.cy-f.ry*fringe*0.9, f.cx-f.rx*1.06, f.cy-f.ry*0.05)
	p.Close()
	f.Fill(p, canvas.Identity, canvas.Blend(c.Toward(canvas.White, 0.15), c.Toward(canvas.Black, 0.2), canvas.Point{X: f.cx - f.rx, Y: f.cy - f.ry}, canvas.Point{X: f.cx + f.rx, Y: f.cy}))
}
