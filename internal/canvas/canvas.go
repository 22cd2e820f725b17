// Package canvas draws on pictures: antialiased shapes made of lines and curves, in
// one colour or a gradient, and text in the Go fonts. Package synthdoc draws
// documents with it, package explain what a decision rests on.
//
//	c := canvas.New(640, 400, 2) // pixels, and pixels per unit
//	c.Disc(100, 100, 40, canvas.Solid(canvas.Black))
//	c.Text(20, 180, "Hello", canvas.Style{Face: canvas.Bold, Size: 14, Ink: canvas.Solid(canvas.Black)})
//
// The same calls give the same pixels on every machine. A canvas is used by one
// goroutine at a time.
package canvas

import (
	"image"
	"image/draw"
	"slices"

	"golang.org/x/image/vector"

	"exemplar/internal/imaging"
	"exemplar/internal/reuse"
)

// Canvas draws antialiased shapes on an image. Coordinates are units of the
// layout; scale is pixels per unit, so one layout serves every size.
type Canvas struct {
	Image *imaging.Image
	Scale float32
	Muted bool // draw nothing: a layout then runs only to list its fields
	clip  image.Rectangle
	ras   vector.Rasterizer
	mask  []byte
}

// New returns a black canvas.
func New(widthPx, heightPx int, scale float32) *Canvas {
	return &Canvas{Image: imaging.NewImage(widthPx, heightPx), Scale: scale, clip: image.Rect(0, 0, widthPx, heightPx)}
}

// Clipped returns a canvas of the same picture, with the same coordinates, that
// leaves out what lies outside of some pixels.
func (c *Canvas) Clipped(to image.Rectangle) *Canvas {
	return &Canvas{Image: c.Image, Scale: c.Scale, Muted: c.Muted, clip: c.clip.Intersect(to)}
}

// Fill fills p (nonzero winding) after transforming it by m.
func (c *Canvas) Fill(p *Path, m Affine, k Ink) {
	if c.Muted || len(p.Ops) == 0 || k.alpha <= 0 {
		return
	}
	m = m.scaled(c.Scale)
	box := p.bounds(m).Intersect(c.clip)
	if !box.Empty() {
		c.composite(c.cover(p, m, box), box, k)
	}
}

// cover returns how much of each pixel in box lies inside the transformed
// path, 0..255. It is valid until the next call.
func (c *Canvas) cover(p *Path, m Affine, box image.Rectangle) []byte {
	w, h := box.Dx(), box.Dy()
	c.ras.Reset(w, h)
	c.ras.DrawOp = draw.Src // the mask is overwritten, not blended into
	p.feed(&c.ras, m.shifted(-float32(box.Min.X), -float32(box.Min.Y)))
	c.mask = reuse.Slice(c.mask, w*h)
	mask := &image.Alpha{Pix: c.mask, Stride: w, Rect: image.Rect(0, 0, w, h)}
	c.ras.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask.Pix
}

// Within draws, and restores the pixels outside of p afterwards.
func (c *Canvas) Within(p *Path, paint func()) {
	if c.Muted {
		paint()
		return
	}
	before := slices.Clone(c.Image.Pix)
	paint()
	box := image.Rect(0, 0, c.Image.W, c.Image.H)
	for i, cover := range c.cover(p, Identity.scaled(c.Scale), box) {
		if cover == 255 {
			continue
		}
		for k := 3 * i; k < 3*i+3; k++ {
			c.Image.Pix[k] = byte((int(before[k])*(255-int(cover)) + int(c.Image.Pix[k])*int(cover) + 127) / 255)
		}
	}
}

// composite blends the ink into the picture with the mask as opacity.
func (c *Canvas) composite(mask []byte, box image.Rectangle, k Ink) {
	w := box.Dx()
	alpha := uint32(k.alpha*256 + 0.5)
	shades := k.shades()
	from, step := k.along(float32(box.Min.X)/c.Scale, 0), k.along(1/c.Scale, 0)-k.along(0, 0)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		row := mask[(y-box.Min.Y)*w:][:w]
		out := c.Image.Pix[3*(y*c.Image.W+box.Min.X):][:3*w]
		down := k.along(0, float32(y)/c.Scale) - k.along(0, 0)
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
func (k Ink) shades() (shades [numShades][3]byte) {
	shades[0] = k.C.Bytes()
	if k.gradient {
		for i := range shades {
			shades[i] = k.C.Toward(k.c2, float32(i)/(numShades-1)).Bytes()
		}
	}
	return shades
}

// along returns the position of a point along the gradient: 0 at from, 1 at to.
func (k Ink) along(x, y float32) float32 {
	dx, dy := k.to.X-k.from.X, k.to.Y-k.from.Y
	return ((x-k.from.X)*dx + (y-k.from.Y)*dy) / (dx*dx + dy*dy + 1e-9)
}

// Bytes returns the colour as 8 bits per channel.
func (c RGB) Bytes() [3]byte {
	to := func(v float32) byte { return byte(max(0, min(255, v*255+0.5))) }
	return [3]byte{to(c.R), to(c.G), to(c.B)}
}

// Rect fills an upright rectangle.
func (c *Canvas) Rect(x, y, w, h float32, k Ink) {
	c.Fill(new(Path).Rect(x, y, w, h), Identity, k)
}

// RoundRect fills a rectangle with rounded corners.
func (c *Canvas) RoundRect(x, y, w, h, r float32, k Ink) {
	c.Fill(new(Path).RoundRect(x, y, w, h, r), Identity, k)
}

// Frame outlines a rectangle with lines of the given width.
func (c *Canvas) Frame(x, y, w, h, width float32, k Ink) {
	c.Stroke(new(Path).Rect(x, y, w, h), Identity, width, k)
}

// Line draws a straight line.
func (c *Canvas) Line(x0, y0, x1, y1, width float32, k Ink) {
	p := new(Path)
	p.MoveTo(x0, y0)
	p.LineTo(x1, y1)
	c.Stroke(p, Identity, width, k)
}

// Dashes draws a broken line.
func (c *Canvas) Dashes(x0, y0, x1, y1, width, dash, gap float32, k Ink) {
	length := Hypot(x1-x0, y1-y0)
	ux, uy := (x1-x0)/length, (y1-y0)/length
	p := new(Path)
	for at := float32(0); at < length; at += dash + gap {
		end := min(at+dash, length)
		p.MoveTo(x0+ux*at, y0+uy*at)
		p.LineTo(x0+ux*end, y0+uy*end)
	}
	c.Stroke(p, Identity, width, k)
}

// Disc fills a circle.
func (c *Canvas) Disc(x, y, r float32, k Ink) { c.Fill(new(Path).Ellipse(x, y, r, r), Identity, k) }

// Ring outlines a circle.
func (c *Canvas) Ring(x, y, r, width float32, k Ink) {
	c.Stroke(new(Path).Ellipse(x, y, r, r), Identity, width, k)
}

// Stroke draws the outline of p.
func (c *Canvas) Stroke(p *Path, m Affine, width float32, k Ink) {
	if c.Muted {
		return
	}
	// A line thinner than a pixel is drawn about one pixel wide and paler, so that it does
	// not vanish in a small picture.
	if px := width * c.Scale; px < 0.8 {
		k.alpha *= max(px/0.8, 0.25)
		width = 0.8 / c.Scale
	}
	c.Fill(p.outline(m, width, 0.25/c.Scale), Identity, k)
}
