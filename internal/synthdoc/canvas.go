package synthdoc

import (
	"image"
	"image/draw"
	"slices"

	"golang.org/x/image/vector"

	"exemplar/internal/imaging"
	"exemplar/internal/reuse"
)

// canvas draws antialiased shapes on an image. Coordinates are units of the
// layout; scale is pixels per unit, so one layout serves every size.
type canvas struct {
	img   *imaging.Image
	scale float32
	muted bool // draw nothing: a layout then runs only to list its fields
	ras   vector.Rasterizer
	mask  []byte
}

func newCanvas(widthPx, heightPx int, scale float32) *canvas {
	return &canvas{img: imaging.NewImage(widthPx, heightPx), scale: scale}
}

// fill fills p (nonzero winding) after transforming it by m.
func (c *canvas) fill(p *path, m affine, k ink) {
	if c.muted || len(p.ops) == 0 || k.alpha <= 0 {
		return
	}
	m = m.scaled(c.scale)
	box := p.bounds(m).Intersect(image.Rect(0, 0, c.img.W, c.img.H))
	if !box.Empty() {
		c.composite(c.cover(p, m, box), box, k)
	}
}

// cover returns how much of each pixel in box lies inside the transformed
// path, 0..255. It is valid until the next call.
func (c *canvas) cover(p *path, m affine, box image.Rectangle) []byte {
	w, h := box.Dx(), box.Dy()
	c.ras.Reset(w, h)
	c.ras.DrawOp = draw.Src // the mask is overwritten, not blended into
	p.feed(&c.ras, m.shifted(-float32(box.Min.X), -float32(box.Min.Y)))
	c.mask = reuse.Slice(c.mask, w*h)
	mask := &image.Alpha{Pix: c.mask, Stride: w, Rect: image.Rect(0, 0, w, h)}
	c.ras.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask.Pix
}

// within draws, and restores the pixels outside of p afterwards.
func (c *canvas) within(p *path, paint func()) {
	if c.muted {
		paint()
		return
	}
	before := slices.Clone(c.img.Pix)
	paint()
	box := image.Rect(0, 0, c.img.W, c.img.H)
	for i, cover := range c.cover(p, identity.scaled(c.scale), box) {
		if cover == 255 {
			continue
		}
		for k := 3 * i; k < 3*i+3; k++ {
			c.img.Pix[k] = byte((int(before[k])*(255-int(cover)) + int(c.img.Pix[k])*int(cover) + 127) / 255)
		}
	}
}

// composite blends the ink into the picture with the mask as opacity.
func (c *canvas) composite(mask []byte, box image.Rectangle, k ink) {
	w := box.Dx()
	alpha := uint32(k.alpha*256 + 0.5)
	shades := k.shades()
	from, step := k.along(float32(box.Min.X)/c.scale, 0), k.along(1/c.scale, 0)-k.along(0, 0)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := mask[(y-box.Min.Y)*w:][:w]
		out := c.img.Pix[3*(y*c.img.W+box.Min.X):][:3*w]
		down := k.along(0, float32(y)/c.scale) - k.along(0, 0)
		for x, cover := range row {
			if cover == 0 {
				continue
			}
			color := &shades[0]
			if k.gradient {
				color = &shades[int(max(0, min(1, from+down+step*float32(x)))*(numShades-1)+0.5)]
			}
			o := out[3*x : 3*x+3 : 3*x+3]
			a := (uint32(cover) + uint32(cover)>>7) * alpha // 0..65536
			if a == 1<<16 {
				o[0], o[1], o[2] = color[0], color[1], color[2]
				continue
			}
			o[0] = byte((uint32(o[0])*(1<<16-a) + uint32(color[0])*a + 1<<15) >> 16)
			o[1] = byte((uint32(o[1])*(1<<16-a) + uint32(color[1])*a + 1<<15) >> 16)
			o[2] = byte((uint32(o[2])*(1<<16-a) + uint32(color[2])*a + 1<<15) >> 16)
		}
	}
}

// numShades is the number of colours of a gradient. Two colours differ by at most 255 in
// a channel, so more would not be finer.
const numShades = 256

// shades returns the colours of a gradient. An ink of one colour has only the first.
func (k ink) shades() (shades [numShades][3]byte) {
	shades[0] = k.c.bytes()
	if k.gradient {
		for i := range shades {
			shades[i] = k.c.toward(k.c2, float32(i)/(numShades-1)).bytes()
		}
	}
	return shades
}

// along returns the position of a point along the gradient: 0 at from, 1 at to.
func (k ink) along(x, y float32) float32 {
	dx, dy := k.to.x-k.from.x, k.to.y-k.from.y
	return ((x-k.from.x)*dx + (y-k.from.y)*dy) / (dx*dx + dy*dy + 1e-9)
}

func (c rgb) bytes() [3]byte {
	to := func(v float32) byte { return byte(max(0, min(255, v*255+0.5))) }
	return [3]byte{to(c.r), to(c.g), to(c.b)}
}

// rect fills an upright rectangle.
func (c *canvas) rect(x, y, w, h float32, k ink) {
	c.fill(new(path).rect(x, y, w, h), identity, k)
}

// roundRect fills a rectangle with rounded corners.
func (c *canvas) roundRect(x, y, w, h, r float32, k ink) {
	c.fill(new(path).roundRect(x, y, w, h, r), identity, k)
}

// frame outlines a rectangle with lines of the given width.
func (c *canvas) frame(x, y, w, h, width float32, k ink) {
	c.stroke(new(path).rect(x, y, w, h), identity, width, k)
}

// line draws a straight line.
func (c *canvas) line(x0, y0, x1, y1, width float32, k ink) {
	p := new(path)
	p.moveTo(x0, y0)
	p.lineTo(x1, y1)
	c.stroke(p, identity, width, k)
}

// dashes draws a broken line.
func (c *canvas) dashes(x0, y0, x1, y1, width, dash, gap float32, k ink) {
	length := hypot(x1-x0, y1-y0)
	ux, uy := (x1-x0)/length, (y1-y0)/length
	p := new(path)
	for at := float32(0); at < length; at += dash + gap {
		end := min(at+dash, length)
		p.moveTo(x0+ux*at, y0+uy*at)
		p.lineTo(x0+ux*end, y0+uy*end)
	}
	c.stroke(p, identity, width, k)
}

// disc fills a circle.
func (c *canvas) disc(x, y, r float32, k ink) { c.fill(new(path).ellipse(x, y, r, r), identity, k) }

// ring outlines a circle.
func (c *canvas) ring(x, y, r, width float32, k ink) {
	c.stroke(new(path).ellipse(x, y, r, r), identity, width, k)
}

// stroke draws the outline of p.
func (c *canvas) stroke(p *path, m affine, width float32, k ink) {
	if c.muted {
		return
	}
	// A line thinner than a pixel is drawn about one pixel wide and paler, so that it does
	// not vanish in a small picture.
	if px := width * c.scale; px < 0.8 {
		k.alpha *= max(px/0.8, 0.25)
		width = 0.8 / c.scale
	}
	c.fill(p.outline(m, width, 0.25/c.scale), identity, k)
}
