package alignment

import (
	"math"
	"sync"

	"exemplar/internal/imaging"
	"exemplar/internal/planar"
)

// photo is a probe made ready to be resampled: halved again and again. A level is
// made when it is first looked at.
type photo struct {
	levels []func() *photoLevel
}

// minHalved is the shorter side, in pixels, below which a photo is not halved.
const minHalved = 64

func newPhoto(g *imaging.Gray) *photo {
	p := &photo{}
	picture := func() *imaging.Gray { return g }
	for w, h := g.W, g.H; ; w, h = w/2, h/2 {
		larger := picture
		p.levels = append(p.levels, sync.OnceValue(func() *photoLevel { return newPhotoLevel(larger().Soften()) }))
		if min(w, h) < minHalved {
			return p
		}
		picture = sync.OnceValue(func() *imaging.Gray { return resizeArea(larger(), w/2, h/2) })
	}
}

// levelFor chooses the level of the photo whose pixels are about as large as
// those of the reference.
func (p *photo) levelFor(h *planar.Homography, w, height int) (level int, down float64) {
	ux, uy, vx, vy := h.Jacobian(planar.Pt(float64(w)/2, float64(height)/2))
	scale := math.Sqrt(math.Abs(ux*vy - uy*vx))
	down = 1
	for scale > 1.5 && level+1 < len(p.levels) {
		level++
		down *= 2
		scale /= 2
	}
	return level, down
}

// photoLevel is a picture laid out to be sampled between its pixels. Each pixel is
// followed by the one below it (in the last row by itself), so that the four pixels
// about a point are four bytes that follow each other.
type photoLevel struct {
	w, h int
	pix  []byte
}

func newPhotoLevel(g *imaging.Gray) *photoLevel {
	l := &photoLevel{w: g.W, h: g.H, pix: make([]byte, 2*len(g.Pix), photoLevelSize(g.W, g.H))}
	for y := range g.H {
		row, below := g.Pix[y*g.W:][:g.W], g.Pix[min(y+1, g.H-1)*g.W:][:g.W]
		to := l.pix[2*y*g.W:][:2*g.W]
		for x, v := range row {
			two := to[2*x:][:2]
			two[0], two[1] = v, below[x]
		}
	}
	return l
}

// photoLevelSize is the memory that a level takes: the vector kernels read up to three
// rows and 64 bytes past its end.
func photoLevelSize(w, h int) int { return 2*w*(h+3) + 64 }
