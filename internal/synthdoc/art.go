package synthdoc

import (
	"math"

	"exemplar/internal/canvas"
)

// art is a picture that is drawn in a frame with four colours: sky, middle, dark, and a
// light one for contrast.
type art struct {
	*sheet
	x, y, w, h float32
	c          [4]canvas.RGB
	g          rng
}

func (f art) sky() {
	f.Rect(f.x, f.y, f.w, f.h, canvas.Blend(f.c[0], f.c[1], canvas.Point{X: f.x, Y: f.y}, canvas.Point{X: f.x, Y: f.y + f.h}))
}

// landscape draws a sun and ridges; nearer ridges are darker.
func (f art) landscape() {
	f.sky()
	f.Disc(f.x+f.w*f.g.between(0.2, 0.8), f.y+f.h*f.g.between(0.2, 0.45), min(f.w, f.h)*f.g.between(0.06, 0.16), canvas.Solid(f.c[3]))
	ridges := f.g.upTo(3, 5)
	for i := range ridges {
		t := float32(i+1) / float32(ridges)
		f.ridge(f.h*(0.35+0.5*t), f.h*0.2*(1.2-t*0.6), f.c[1].Toward(f.c[2], t))
	}
}

// ridge fills everything below a jagged line.
func (f art) ridge(base, swing float32, c canvas.RGB) {
	p := new(canvas.Path)
	p.MoveTo(f.x, f.y+f.h)
	a, b, d := f.g.between(1, 3), f.g.between(4, 9), f.g.between(0, 6)
	const steps = 48
	for i := range steps + 1 {
		t := float32(i) / steps
		up := swing * (0.6*canvas.Sin(a*2*math.Pi*t+d) + 0.25*canvas.Sin(b*2*math.Pi*t+2*d) + 0.25*f.g.Float32())
		p.LineTo(f.x+f.w*t, f.y+max(0, min(f.h, base-up)))
	}
	p.LineTo(f.x+f.w, f.y+f.h)
	p.Close()
	f.Fill(p, canvas.Identity, canvas.Solid(c))
}

// town draws houses with lit windows in two rows.
func (f art) town() {
	f.sky()
	for row := range 2 {
		c := f.c[1].Toward(f.c[2], 0.4+0.6*float32(row))
		for at := float32(0); at < f.w; {
			w := min(f.w*f.g.between(0.07, 0.18), f.w-at)
			h := f.h * f.g.between(0.25, 0.7) * (1 - 0.3*float32(row))
			f.house(f.x+at, f.y+f.h-h, w, h, c)
			at += w
		}
	}
}

func (f art) house(x, y, w, h float32, c canvas.RGB) {
	f.Rect(x, y, w, h, canvas.Solid(c))
	if f.g.chance(0.3) && y-w*0.4 > f.y {
		f.Fill(new(canvas.Path).Polygon(canvas.Point{X: x, Y: y}, canvas.Point{X: x + w/2, Y: y - w*0.4}, canvas.Point{X: x + w, Y: y}), canvas.Identity, canvas.Solid(c.Toward(canvas.Black, 0.2)))
	}
	columns := f.g.upTo(2, 4)
	step := w / (float32(columns) + 0.5)
	lit := new(canvas.Path)
	for wy := y + step*0.5; wy < y+h-step; wy += step * 1.25 {
		for i := range columns {
			if f.g.chance(0.6) {
				lit.Rect(x+step*(float32(i)+0.5), wy, step*0.5, step*0.7)
			}
		}
	}
	f.Fill(lit, canvas.Identity, canvas.Solid(f.c[3]))
}

// shapes tiles the frame with squares, discs and quarter discs.
func (f art) shapes() {
	f.Rect(f.x, f.y, f.w, f.h, canvas.Solid(f.c[0]))
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
	f.Rect(f.x, f.y, f.w, f.h, canvas.Solid(f.c[0]))
	n := f.g.upTo(8, 20)
	cx, cy := f.w*f.g.between(0.3, 0.7), f.h*f.g.between(0.3, 0.8)
	for i := range n {
		from, to := float32(2*i)*math.Pi/float32(n), float32(2*i+1)*math.Pi/float32(n)
		ray := new(canvas.Path).Polygon(canvas.Point{X: f.x + cx, Y: f.y + cy}, f.edge(cx, cy, from), f.edge(cx, cy, (from+to)/2), f.edge(cx, cy, to))
		f.Fill(ray, canvas.Identity, canvas.Solid(f.c[1]))
	}
	r := min(f.w, f.h) * f.g.between(0.14, 0.28)
	r = min(r, cx, cy, f.w-cx, f.h-cy)
	f.Disc(f.x+cx, f.y+cy, r, canvas.Solid(f.c[2]))
	f.Fill(new(canvas.Path).Star(f.x+cx, f.y+cy, r*0.8, r*f.g.between(0.3, 0.6), f.g.upTo(5, 12), 0), canvas.Identity, canvas.Solid(f.c[3]))
}

// edge returns where a ray from (cx, cy) meets the frame.
func (f art) edge(cx, cy, angle float32) canvas.Point {
	dx, dy := canvas.Cos(angle), canvas.Sin(angle)
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
	return canvas.Point{X: f.x + cx + dx*t, Y: f.y + cy + dy*t}
}

// waves draws bands of swell and a sail.
func (f art) waves() {
	f.sky()
	n := f.g.upTo(4, 8)
	horizon := f.h * f.g.between(0.35, 0.6)
	sx, size := f.x+f.w*f.g.between(0.25, 0.75), min(f.w, f.h)*0.3
	sy := f.y + horizon + size*0.1
	f.Fill(new(canvas.Path).Polygon(canvas.Point{X: sx, Y: sy - size}, canvas.Point{X: sx, Y: sy}, canvas.Point{X: sx + size*0.5, Y: sy}), canvas.Identity, canvas.Solid(f.c[3]))
	f.Fill(new(canvas.Path).Polygon(canvas.Point{X: sx - size*0.05, Y: sy - size*0.9}, canvas.Point{X: sx - size*0.05, Y: sy}, canvas.Point{X: sx - size*0.4, Y: sy}), canvas.Identity, canvas.Solid(canvas.White))
	for i := range n {
		t := float32(i) / float32(n-1)
		p := new(canvas.Path)
		swing, turn, count := f.h*0.03, f.g.between(0, 6), f.g.between(2, 6)
		p.MoveTo(f.x, f.y+f.h)
		for k := range 41 {
			u := float32(k) / 40
			p.LineTo(f.x+f.w*u, f.y+min(f.h, horizon+(f.h-horizon)*t*0.9+swing*canvas.Sin(2*math.Pi*count*u+turn)))
		}
		p.LineTo(f.x+f.w, f.y+f.h)
		p.Close()
		f.Fill(p, canvas.Identity, canvas.Solid(f.c[1].Toward(f.c[2], t)))
	}
}

// garden draws stems with leaves and flowers.
func (f art) garden() {
	f.Rect(f.x, f.y, f.w, f.h, canvas.Blend(f.c[0].Toward(canvas.White, 0.3), f.c[0], canvas.Point{X: f.x, Y: f.y}, canvas.Point{X: f.x, Y: f.y + f.h}))
	n := f.g.upTo(3, 7)
	for i := range n {
		x := f.x + f.w*(float32(i)+f.g.between(0.3, 0.7))/float32(n)
		top := f.y + f.h*f.g.between(0.2, 0.5)
		f.flower(x, top, f.h*f.g.between(0.05, 0.1), f.w/float32(n))
	}
}

func (f art) flower(x, top, r, room float32) {
	f.Line(x, top, x, f.y+f.h, r*0.18, canvas.Solid(f.c[2]))
	for y := top + r*2; y < f.y+f.h-r; y += r * 1.6 {
		for _, side := range []float32{-1, 1} {
			leaf := new(canvas.Path)
			leaf.MoveTo(x, y)
			leaf.QuadTo(x+side*room*0.15, y-r*1.1, x+side*room*0.36, y-r*0.5)
			leaf.QuadTo(x+side*room*0.2, y+r*0.3, x, y)
			f.Fill(leaf, canvas.Identity, canvas.Solid(f.c[2].Toward(f.c[1], f.g.Float32()*0.5)))
		}
	}
	petals := f.g.upTo(5, 9)
	color := f.c[pick(f.g, 1, 3)]
	for i := range petals {
		m := canvas.Turned(float32(i)*2*math.Pi/float32(petals), x, top)
		f.Fill(new(canvas.Path).Ellipse(0, -r*0.8, r*0.34, r*0.7), m, canvas.Solid(color))
	}
	f.Disc(x, top, r*0.4, canvas.Solid(f.c[2].Toward(f.c[3], 0.4)))
}
