package synthdoc

import "math"

// art is a picture that is drawn in a frame with four colours: sky, middle, dark, and a
// light one for contrast.
type art struct {
	*sheet
	x, y, w, h float32
	c          [4]rgb
	g          rng
}

func (f art) sky() {
	f.rect(f.x, f.y, f.w, f.h, blend(f.c[0], f.c[1], point{f.x, f.y}, point{f.x, f.y + f.h}))
}

// landscape draws a sun and ridges; nearer ridges are darker.
func (f art) landscape() {
	f.sky()
	f.disc(f.x+f.w*f.g.between(0.2, 0.8), f.y+f.h*f.g.between(0.2, 0.45), min(f.w, f.h)*f.g.between(0.06, 0.16), solid(f.c[3]))
	ridges := f.g.upTo(3, 5)
	for i := range ridges {
		t := float32(i+1) / float32(ridges)
		f.ridge(f.h*(0.35+0.5*t), f.h*0.2*(1.2-t*0.6), f.c[1].toward(f.c[2], t))
	}
}

// ridge fills everything below a jagged line.
func (f art) ridge(base, swing float32, c rgb) {
	p := new(path)
	p.moveTo(f.x, f.y+f.h)
	a, b, d := f.g.between(1, 3), f.g.between(4, 9), f.g.between(0, 6)
	const steps = 48
	for i := range steps + 1 {
		t := float32(i) / steps
		up := swing * (0.6*sin(a*2*math.Pi*t+d) + 0.25*sin(b*2*math.Pi*t+2*d) + 0.25*f.g.Float32())
		p.lineTo(f.x+f.w*t, f.y+max(0, min(f.h, base-up)))
	}
	p.lineTo(f.x+f.w, f.y+f.h)
	p.close()
	f.fill(p, identity, solid(c))
}

// town draws houses with lit windows in two rows.
func (f art) town() {
	f.sky()
	for row := range 2 {
		c := f.c[1].toward(f.c[2], 0.4+0.6*float32(row))
		for at := float32(0); at < f.w; {
			w := min(f.w*f.g.between(0.07, 0.18), f.w-at)
			h := f.h * f.g.between(0.25, 0.7) * (1 - 0.3*float32(row))
			f.house(f.x+at, f.y+f.h-h, w, h, c)
			at += w
		}
	}
}

func (f art) house(x, y, w, h float32, c rgb) {
	f.rect(x, y, w, h, solid(c))
	if f.g.chance(0.3) && y-w*0.4 > f.y {
		f.fill(new(path).polygon(point{x, y}, point{x + w/2, y - w*0.4}, point{x + w, y}), identity, solid(c.toward(black, 0.2)))
	}
	columns := f.g.upTo(2, 4)
	step := w / (float32(columns) + 0.5)
	lit := new(path)
	for wy := y + step*0.5; wy < y+h-step; wy += step * 1.25 {
		for i := range columns {
			if f.g.chance(0.6) {
				lit.rect(x+step*(float32(i)+0.5), wy, step*0.5, step*0.7)
			}
		}
	}
	f.fill(lit, identity, solid(f.c[3]))
}

// shapes tiles the frame with squares, discs and quarter discs.
func (f art) shapes() {
	f.rect(f.x, f.y, f.w, f.h, solid(f.c[0]))
	columns := f.g.upTo(3, 7)
	d := f.w / float32(columns)
	for y := float32(0); y+d <= f.h+1; y += d {
		for i := range columns {
			f.tile(f.x+float32(i)*d, f.y+y, d, f.c[f.g.IntN(4)], f.g)
		}
	}
}

// sunburst draws rays around a disc.
func (f art) sunburst() {
	f.rect(f.x, f.y, f.w, f.h, solid(f.c[0]))
	n := f.g.upTo(8, 20)
	cx, cy := f.w*f.g.between(0.3, 0.7), f.h*f.g.between(0.3, 0.8)
	for i := range n {
		from, to := float32(2*i)*math.Pi/float32(n), float32(2*i+1)*math.Pi/float32(n)
		ray := new(path).polygon(point{f.x + cx, f.y + cy}, f.edge(cx, cy, from), f.edge(cx, cy, (from+to)/2), f.edge(cx, cy, to))
		f.fill(ray, identity, solid(f.c[1]))
	}
	r := min(f.w, f.h) * f.g.between(0.14, 0.28)
	r = min(r, cx, cy, f.w-cx, f.h-cy)
	f.disc(f.x+cx, f.y+cy, r, solid(f.c[2]))
	f.fill(new(path).star(f.x+cx, f.y+cy, r*0.8, r*f.g.between(0.3, 0.6), f.g.upTo(5, 12), 0), identity, solid(f.c[3]))
}

// edge returns where a ray from (cx, cy) meets the frame.
func (f art) edge(cx, cy, angle float32) point {
	dx, dy := cos(angle), sin(angle)
	t := float32(1e9)
	if dx > 1e-6 {
		t = min(t, (f.w-cx)/dx)
	} else if dx < -1e-6 {
		t = min(t, -cx/dx)
	}
	if dy > 1e-6 {
		t = min(t, (f.h-cy)/dy)
	} else if dy < -1e-6 {
		t = min(t, -cy/dy)
	}
	return point{f.x + cx + dx*t, f.y + cy + dy*t}
}

// waves draws bands of swell and a sail.
func (f art) waves() {
	f.sky()
	n := f.g.upTo(4, 8)
	horizon := f.h * f.g.between(0.35, 0.6)
	sx, size := f.x+f.w*f.g.between(0.25, 0.75), min(f.w, f.h)*0.3
	sy := f.y + horizon + size*0.1
	f.fill(new(path).polygon(point{sx, sy - size}, point{sx, sy}, point{sx + size*0.5, sy}), identity, solid(f.c[3]))
	f.fill(new(path).polygon(point{sx - size*0.05, sy - size*0.9}, point{sx - size*0.05, sy}, point{sx - size*0.4, sy}), identity, solid(white))
	for i := range n {
		t := float32(i) / float32(n-1)
		p := new(path)
		swing, turn, count := f.h*0.03, f.g.between(0, 6), f.g.between(2, 6)
		p.moveTo(f.x, f.y+f.h)
		for k := range 41 {
			u := float32(k) / 40
			p.lineTo(f.x+f.w*u, f.y+min(f.h, horizon+(f.h-horizon)*t*0.9+swing*sin(2*math.Pi*count*u+turn)))
		}
		p.lineTo(f.x+f.w, f.y+f.h)
		p.close()
		f.fill(p, identity, solid(f.c[1].toward(f.c[2], t)))
	}
}

// garden draws stems with leaves and flowers.
func (f art) garden() {
	f.rect(f.x, f.y, f.w, f.h, blend(f.c[0].toward(white, 0.3), f.c[0], point{f.x, f.y}, point{f.x, f.y + f.h}))
	n := f.g.upTo(3, 7)
	for i := range n {
		x := f.x + f.w*(float32(i)+f.g.between(0.3, 0.7))/float32(n)
		top := f.y + f.h*f.g.between(0.2, 0.5)
		f.flower(x, top, f.h*f.g.between(0.05, 0.1), f.w/float32(n))
	}
}

func (f art) flower(x, top, r, room float32) {
	f.line(x, top, x, f.y+f.h, r*0.18, solid(f.c[2]))
	for y := top + r*2; y < f.y+f.h-r; y += r * 1.6 {
		for _, side := range []float32{-1, 1} {
			leaf := new(path)
			leaf.moveTo(x, y)
			leaf.quadTo(x+side*room*0.15, y-r*1.1, x+side*room*0.36, y-r*0.5)
			leaf.quadTo(x+side*room*0.2, y+r*0.3, x, y)
			f.fill(leaf, identity, solid(f.c[2].toward(f.c[1], f.g.Float32()*0.5)))
		}
	}
	petals := f.g.upTo(5, 9)
	color := f.c[pick(f.g, 1, 3)]
	for i := range petals {
		m := turned(float32(i)*2*math.Pi/float32(petals), x, top)
		f.fill(new(path).ellipse(0, -r*0.8, r*0.34, r*0.7), m, solid(color))
	}
	f.disc(x, top, r*0.4, solid(f.c[2].toward(f.c[3], 0.4)))
}
