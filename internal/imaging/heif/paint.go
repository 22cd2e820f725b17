package heif

import (
	"errors"

	"exemplar/internal/imaging/hevc"
	"exemplar/internal/imaging/shrink"
)

// painter decodes the parts of a picture onto a canvas.
type painter struct {
	file    *File
	builder *shrink.Builder
	alpha   []byte // the opacity of the picture as stored, before its view; nil: opaque
	decoder *hevc.Decoder
	params  *hevc.Params // of the decoder
}

// sink takes a row of pixels, whose first is at (x, y).
type sink func(x, y int, rgb []byte)

// paint paints the main picture. It returns the share that is missing, and why.
func (p *painter) paint(s *source) (missing float64, err error) {
	v := s.view
	put := func(x, y int, rgb []byte) {
		if p.alpha != nil {
			p.blend(s, x, y, rgb)
		}
		p.builder.Span(x-v.x, y-v.y, 1, rgb)
	}
	if s.kind == overlay {
		missing, err = p.overlay(s, put)
	} else {
		missing, err = p.pixels(s, put)
	}
	return missing, err
}

// pixels decodes a coded picture or a grid, before its view.
func (p *painter) pixels(s *source, put sink) (missing float64, err error) {
	if s.kind == coded {
		return p.coded(s, put)
	}
	lost, total := 0.0, 0.0
	var first error
	for _, part := range s.parts {
		v := part.source.view
		share, err := p.pixels(part.source, func(x, y int, rgb []byte) {
			if x, y = x-v.x, y-v.y; y >= 0 && y < v.h && x < v.w {
				if x < 0 {
					rgb = rgb[min(len(rgb), -3*x):]
					x = 0
				}
				rgb = rgb[:min(len(rgb), 3*min(v.w-x, s.w-part.x-x))]
				if part.y+y < s.h {
					put(part.x+x, part.y+y, rgb)
				}
			}
		})
		if errors.Is(err, hevc.ErrUnsupported) || errors.Is(err, ErrUnsupported) {
			return 1, err
		}
		if first == nil {
			first = err
		}
		area := float64(v.w) * float64(v.h)
		lost, total = lost+share*area, total+area
	}
	return lost / total, first
}

// coded decodes a coded picture.
func (p *painter) coded(s *source, put sink) (missing float64, err error) {
	units, err := s.units()
	if err != nil {
		return 1, err
	}
	if p.params != s.params {
		p.decoder, p.params = hevc.NewDecoder(s.params), s.params
	}
	pic, missing, err := p.decoder.Decode(units)
	if pic == nil {
		return 1, err
	}
	if pic.W != s.w || pic.H != s.h {
		return 1, corrupt("a picture of %d x %d pixels is said to have %d x %d", pic.W, pic.H, s.w, s.h)
	}
	c := newConverter(pic, s.nclx)
	row := make([]byte, 3*pic.W)
	for y := range pic.H {
		c.row(row, 0, y)
		put(0, y, row)
	}
	return missing, err
}

// overlay paints the parts of an overlay over each other.
func (p *painter) overlay(s *source, put sink) (missing float64, err error) {
	canvas := make([]byte, 3*s.w*s.h)
	for i := range canvas {
		canvas[i] = s.fill[i%3]
	}
	lost, total := 0.0, 0.0
	for _, part := range s.parts {
		v := part.source.view
		share, partErr := p.pixels(part.source, func(x, y int, rgb []byte) {
			x, y = x-v.x, y-v.y
			if y < 0 || y >= v.h || part.y+y < 0 || part.y+y >= s.h {
				return
			}
			for ; len(rgb) >= 3 && x < v.w; x, rgb = x+1, rgb[3:] {
				if at := part.x + x; x >= 0 && at >= 0 && at < s.w {
					copy(canvas[3*((part.y+y)*s.w+at):][:3], rgb)
				}
			}
		})
		if err == nil {
			err = partErr
		}
		area := float64(v.w) * float64(v.h)
		lost, total = lost+share*area, total+area
	}
	for y := range s.h {
		put(0, y, canvas[3*y*s.w:][:3*s.w])
	}
	return lost / total, err
}

// readAlpha decodes the opacity. If it cannot be read, the picture is opaque.
func (p *painter) readAlpha() {
	a := p.file.alpha
	alpha := make([]byte, a.w*a.h)
	missing, _ := p.pixels(a, func(x, y int, rgb []byte) {
		line := alpha[y*a.w:][:a.w]
		for i := 0; x+i < a.w && 3*i < len(rgb); i++ {
			line[x+i] = rgb[3*i]
		}
	})
	if missing == 0 {
		p.alpha = alpha
	}
}

// blend blends a row of pixels with white.
func (p *painter) blend(s *source, x, y int, rgb []byte) {
	a := p.file.alpha
	line := p.alpha[y*a.h/s.h*a.w:][:a.w]
	for i := 0; 3*i+2 < len(rgb); i++ {
		opacity := line[(x+i)*a.w/s.w]
		if opacity == 255 {
			continue
		}
		px := rgb[3*i : 3*i+3 : 3*i+3]
		for c, v := range px {
			if p.file.premul {
				px[c] = byte(min(int(v)+255-int(opacity), 255))
			} else {
				px[c] = shrink.OverWhite(v, opacity)
			}
		}
	}
}
