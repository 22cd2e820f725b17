package synthdoc

import "math"

// guilloche draws a family of wavy lines through a band, as on banknotes and
// identity cards.
func (s *sheet) guilloche(x, y, w, h float32, lines int, k ink, g rng) {
	waves, slow := g.between(2, 6), g.between(0.5, 2)
	swing, turn := h*g.between(0.1, 0.25), g.between(0, 6)
	step := max(w/220, 1.5/s.scale)
	p := new(path)
	for i := range lines {
		phase := float32(i) / float32(lines)
		mid := y + h*(0.25+0.5*phase)
		for px := float32(0); px <= w; px += step {
			t := px / w
			py := mid + swing*sin(2*math.Pi*(waves*t+phase*0.9)+turn)*cos(2*math.Pi*slow*t+phase*2)
			if px == 0 {
				p.moveTo(x, py)
			} else {
				p.lineTo(x+px, py)
			}
		}
	}
	s.stroke(p, identity, 0.9, k)
}

// rosette draws a spirograph figure of radius r.
func (s *sheet) rosette(x, y, r float32, k ink, g rng) {
	lobes, inner := float32(g.upTo(5, 14)), g.between(0.15, 0.45)
	rings := g.upTo(4, 8)
	p := new(path)
	for ring := range rings {
		shrink := 1 - 0.1*float32(ring)
		const steps = 220
		for i := range steps + 1 {
			a := float32(i) * 2 * math.Pi / steps
			d := r * shrink * (1 - inner + inner*sin(lobes*a+float32(ring)*0.7))
			if i == 0 {
				p.moveTo(x+d*cos(a), y+d*sin(a))
			} else {
				p.lineTo(x+d*cos(a), y+d*sin(a))
			}
		}
	}
	s.stroke(p, identity, 1, k)
}

// hatch fills a rectangle with parallel thin lines.
func (s *sheet) hatch(x, y, w, h, gap, angle float32, k ink) {
	p := new(path)
	reach := hypot(w, h) / 2
	m := turned(angle, x+w/2, y+h/2)
	for d := -reach; d < reach; d += gap {
		a, b, ok := clipLine(m.apply(point{-reach, d}), m.apply(point{reach, d}), x, y, w, h)
		if ok {
			p.moveTo(a.x, a.y)
			p.lineTo(b.x, b.y)
		}
	}
	s.stroke(p, identity, gap*0.18, k)
}

// clipLine cuts the segment a-b to a rectangle (Liang and Barsky).
func clipLine(a, b point, x, y, w, h float32) (point, point, bool) {
	from, to := float32(0), float32(1)
	dx, dy := b.x-a.x, b.y-a.y
	for _, side := range [][2]float32{{-dx, a.x - x}, {dx, x + w - a.x}, {-dy, a.y - y}, {dy, y + h - a.y}} {
		switch p, q := side[0], side[1]; {
		case p == 0 && q < 0:
			return a, b, false
		case p < 0:
			from = max(from, q/p)
		case p > 0:
			to = min(to, q/p)
		}
	}
	return point{a.x + dx*from, a.y + dy*from}, point{a.x + dx*to, a.y + dy*to}, from < to
}

// barcode draws upright bars with the digits below.
func (s *sheet) barcode(x, y, w, h float32, code string, c rgb, g rng) {
	st := style{face: mono, size: h * 0.2, align: center, ink: solid(c)}
	bars := new(path)
	module := w / 95
	for at := float32(0); at < w-module; {
		width := module * float32(g.upTo(1, 3))
		bars.rect(x+at, y, min(width, w-at), h*0.78)
		at += width + module*float32(g.upTo(1, 3))
	}
	s.fill(bars, identity, solid(c))
	s.text(x+w/2, y+h*0.98, code, st.fit(code, w))
}

// matrixCode draws a square code with three finder marks.
func (s *sheet) matrixCode(x, y, d float32, c rgb, g rng) {
	const n = 25
	m := d / n
	p := new(path)
	for j := range n {
		for i := range n {
			corner := (i < 8 && j < 8) || (i >= n-8 && j < 8) || (i < 8 && j >= n-8)
			if g.chance(0.48) && !corner {
				p.rect(x+float32(i)*m, y+float32(j)*m, m*1.02, m*1.02)
			}
		}
	}
	for _, o := range [][2]float32{{0, 0}, {n - 7, 0}, {0, n - 7}} {
		fx, fy := x+o[0]*m, y+o[1]*m
		p.rect(fx, fy, 7*m, m).rect(fx, fy+6*m, 7*m, m).rect(fx, fy+m, m, 5*m).rect(fx+6*m, fy+m, m, 5*m).rect(fx+2*m, fy+2*m, 3*m, 3*m)
	}
	s.fill(p, identity, solid(c))
}

// chip draws the contacts of a chip card.
func (s *sheet) chip(x, y, w float32) {
	h := w * 0.78
	gold, line := rgb{0.86, 0.73, 0.42}, tinted(rgb{0.35, 0.27, 0.1}, 0.8)
	s.roundRect(x, y, w, h, w*0.14, blend(gold.toward(white, 0.45), gold.toward(black, 0.15), point{x, y}, point{x + w, y + h}))
	s.stroke(new(path).roundRect(x+w*0.32, y+h*0.25, w*0.36, h*0.5, w*0.08), identity, w*0.02, line)
	for _, t := range []float32{0.33, 0.66} {
		s.line(x, y+h*t, x+w*0.32, y+h*t, w*0.02, line)
		s.line(x+w*0.68, y+h*t, x+w, y+h*t, w*0.02, line)
	}
	s.line(x+w/2, y, x+w/2, y+h*0.25, w*0.02, line)
	s.line(x+w/2, y+h*0.75, x+w/2, y+h, w*0.02, line)
	s.stroke(new(path).roundRect(x, y, w, h, w*0.14), identity, w*0.015, line)
}

// signature writes an illegible name, about w wide, on the baseline y.
func (s *sheet) signature(x, y, w float32, c rgb, g rng) {
	p := new(path)
	h, lean := w*g.between(0.12, 0.22), w*g.between(0, 0.08)
	// Capital: one tall loop.
	p.moveTo(x+lean, y-h*0.6)
	p.cubeTo(x-w*0.08, y-h*2.2, x+w*0.2+lean, y-h*2.4, x+w*0.08, y+h*0.3)
	p.cubeTo(x, y+h*0.9, x-w*0.08, y-h*0.1, x+w*0.14, y-h*0.3)
	px, n := x+w*0.14, g.upTo(3, 8)
	step := (w - w*0.14) / float32(n)
	for range n {
		up, down := h*g.between(0.2, 0.9), h*g.between(-0.1, 0.15)
		switch g.IntN(5) {
		case 0: // ascender with a loop
			p.cubeTo(px+step*0.9+lean, y-h*2.1, px+step*0.1+lean, y-h*2.3, px+step*0.4, y+down)
		case 1: // descender
			p.cubeTo(px+step*0.6, y-up, px+step*0.5, y+h*1.3, px+step*0.1, y+h*0.9)
		default:
			p.cubeTo(px+step*0.2+lean*0.3, y-up*1.5, px+step*0.6+lean*0.3, y-up*1.4, px+step*0.55, y+down)
		}
		px += step
		p.quadTo(px-step*0.2, y+h*g.between(0, 0.3), px, y-h*g.between(0.1, 0.4))
	}
	if g.chance(0.6) { // a flourish underneath
		p.cubeTo(px+w*0.1, y-h, px+w*0.1, y+h, px-w*g.between(0.5, 0.9), y+h*g.between(0.5, 0.9))
	}
	s.stroke(p, identity, w*g.between(0.01, 0.018), solid(c))
}

// pen colours of what is written by hand.
func penColor(g rng) rgb {
	return pick(g, rgb{0.1, 0.16, 0.5}, rgb{0.12, 0.2, 0.62}, rgb{0.1, 0.1, 0.14}, rgb{0.05, 0.1, 0.35})
}

// portrait draws a head and shoulders in a frame. Who it is comes from g.
func (s *sheet) portrait(x, y, w, h float32, grey bool, g rng) {
	tone := func(c rgb) rgb {
		if grey {
			l := c.luma()
			return rgb{l, l, l}
		}
		return c
	}
	back := tone(hsl(g.Float32(), 0.15, g.between(0.72, 0.9)))
	skin := tone(hsl(g.between(0.055, 0.085), g.between(0.3, 0.5), g.between(0.32, 0.78)))
	hair := tone(hsl(g.between(0.02, 0.12), g.between(0.1, 0.6), g.between(0.06, 0.45)))
	cloth := tone(hsl(g.Float32(), g.between(0.1, 0.6), g.between(0.15, 0.6)))
	s.rect(x, y, w, h, blend(back.toward(white, 0.3), back.toward(black, 0.12), point{x, y}, point{x + w, y + h}))
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

func (f face2D) longHair(c rgb, g rng) {
	drop := f.ry * g.between(1.1, 1.9)
	f.roundRect(f.cx-f.rx*1.25, f.cy-f.ry*1.15, f.rx*2.5, f.ry*1.15+drop, f.rx*1.1, solid(c))
}

func (f face2D) shoulders(x, y, w, h float32, cloth, skin rgb, g rng) {
	neck := f.cy + f.ry*0.75
	f.rect(f.cx-f.rx*0.42, neck, f.rx*0.84, f.ry*0.7, solid(skin.toward(black, 0.14)))
	top := f.cy + f.ry*1.25
	p := new(path)
	p.moveTo(x, y+h)
	p.lineTo(x, y+h*0.93)
	p.cubeTo(x+w*0.05, top+h*0.08, f.cx-f.rx*0.8, top+h*0.03, f.cx-f.rx*0.5, top-h*0.01)
	p.quadTo(f.cx, top+h*g.between(0.06, 0.2), f.cx+f.rx*0.5, top-h*0.01)
	p.cubeTo(f.cx+f.rx*0.8, top+h*0.03, x+w*0.95, top+h*0.08, x+w, y+h*0.93)
	p.lineTo(x+w, y+h)
	p.close()
	f.fill(p, identity, blend(cloth.toward(white, 0.12), cloth.toward(black, 0.25), point{x, top}, point{x + w*0.6, y + h}))
}

func (f face2D) head(skin rgb, g rng) {
	jaw := g.between(0.62, 0.85)
	p := new(path)
	p.moveTo(f.cx-f.rx, f.cy-f.ry*0.2)
	p.cubeTo(f.cx-f.rx, f.cy-f.ry*1.2, f.cx+f.rx, f.cy-f.ry*1.2, f.cx+f.rx, f.cy-f.ry*0.2)
	p.cubeTo(f.cx+f.rx, f.cy+f.ry*jaw, f.cx+f.rx*0.4, f.cy+f.ry, f.cx, f.cy+f.ry)
	p.cubeTo(f.cx-f.rx*0.4, f.cy+f.ry, f.cx-f.rx, f.cy+f.ry*jaw, f.cx-f.rx, f.cy-f.ry*0.2)
	p.close()
	for _, side := range []float32{-1, 1} {
		f.fill(new(path).ellipse(f.cx+side*f.rx, f.cy, f.rx*0.14, f.ry*0.2), identity, solid(skin.toward(black, 0.1)))
	}
	f.fill(p, identity, blend(skin.toward(white, 0.14), skin.toward(black, 0.16), point{f.cx - f.rx, f.cy - f.ry}, point{f.cx + f.rx, f.cy + f.ry*0.7}))
}

func (f face2D) features(skin, hair rgb, mayHaveBeard bool, g rng) {
	eye, level := f.rx*g.between(0.36, 0.44), f.cy-f.ry*0.08
	iris := hsl(g.between(0.05, 0.6), 0.4, 0.25)
	if skin.r == skin.b {
		iris = rgb{0.2, 0.2, 0.2}
	}
	for _, side := range []float32{-1, 1} {
		ex := f.cx + side*eye
		f.fill(new(path).ellipse(ex, level, f.rx*0.17, f.ry*0.065), identity, tinted(white, 0.9))
		f.disc(ex, level, f.ry*0.058, solid(iris))
		f.line(ex-f.rx*0.2, level-f.ry*0.2, ex+f.rx*0.2, level-f.ry*(0.2+0.03*side), f.ry*0.055, solid(hair.toward(black, 0.3)))
	}
	shade := solid(skin.toward(black, 0.28))
	nose := new(path)
	nose.moveTo(f.cx+f.rx*0.05, level+f.ry*0.1)
	nose.quadTo(f.cx+f.rx*0.2, f.cy+f.ry*0.32, f.cx-f.rx*0.08, f.cy+f.ry*0.34)
	f.stroke(nose, identity, f.rx*0.05, shade)
	mouth := new(path)
	mouth.moveTo(f.cx-f.rx*0.32, f.cy+f.ry*0.56)
	mouth.quadTo(f.cx, f.cy+f.ry*g.between(0.58, 0.68), f.cx+f.rx*0.32, f.cy+f.ry*0.56)
	f.stroke(mouth, identity, f.ry*0.06, solid(skin.toward(hsl(0.99, 0.6, 0.3), 0.5)))
	if g.chance(0.2) {
		for _, side := range []float32{-1, 1} {
			f.ring(f.cx+side*eye, level, f.rx*0.28, f.rx*0.045, solid(black))
		}
		f.line(f.cx-eye*0.4, level, f.cx+eye*0.4, level, f.rx*0.045, solid(black))
	}
	if g.chance(0.25) && mayHaveBeard {
		beard := new(path)
		beard.moveTo(f.cx-f.rx*0.9, f.cy+f.ry*0.35)
		beard.cubeTo(f.cx-f.rx*0.8, f.cy+f.ry*1.2, f.cx+f.rx*0.8, f.cy+f.ry*1.2, f.cx+f.rx*0.9, f.cy+f.ry*0.35)
		beard.quadTo(f.cx, f.cy+f.ry*0.95, f.cx-f.rx*0.9, f.cy+f.ry*0.35)
		f.fill(beard, identity, tinted(hair, 0.85))
	}
}

func (f face2D) shortHair(c rgb, g rng) {
	part, fringe := g.between(-0.6, 0.6), g.between(0.35, 0.62)
	p := new(path)
	p.moveTo(f.cx-f.rx*1.06, f.cy-f.ry*0.05)
	p.cubeTo(f.cx-f.rx*1.25, f.cy-f.ry*1.35, f.cx+f.rx*1.25, f.cy-f.ry*1.35, f.cx+f.rx*1.06, f.cy-f.ry*0.05)
	p.quadTo(f.cx+f.rx*0.95, f.cy-f.ry*fringe, f.cx+f.rx*part, f.cy-f.ry*(fringe+0.1))
	p.quadTo(f.cx-f.rx*0.9, f.cy-f.ry*fringe*0.9, f.cx-f.rx*1.06, f.cy-f.ry*0.05)
	p.close()
	f.fill(p, identity, blend(c.toward(white, 0.15), c.toward(black, 0.2), point{f.cx - f.rx, f.cy - f.ry}, point{f.cx + f.rx, f.cy}))
}
