package alignment

import (
	"math"

	"exemplar/internal/planar"
)

// deformation is how the paper is bent: a quadratic field, and a lattice of what the
// blocks around say beyond it. Paper curls at its edges as no quadratic does.
type deformation struct {
	quadraticField
	bent          bool    // the quadratic began with what features say
	columns, rows int     // nodes of a lattice over the picture, beyond its edges too
	stepX, stepY  float64 // pixels from node to node
	nodes         [][2]float32
}

const (
	// All of these are by eye.
	nearBlocks = 2   // blocks to each side that say where a block should lie
	nearSigma  = 1.3 // blocks
	nearSteps  = 3
	nearWidth  = 1.5  // pixels: blocks further from the consensus count little
	nearRest   = 0.01 // weight of staying on the field, where little is near
	slopeRest  = 0.05 // weight of a level consensus
)

// deviations are the displacements of blocks from a field.
type deviations struct {
	blocks        []Block
	columns, rows int
	index         []int // of the block in a column and row, or -1
	from          [][2]float32
}

func newDeviations(blocks []Block, f *quadraticField) *deviations {
	d := &deviations{blocks: blocks, columns: int(f.w) / blockSide, rows: int(f.h) / blockSide}
	d.index = make([]int, d.columns*d.rows)
	for i := range d.index {
		d.index[i] = -1
	}
	d.from = make([][2]float32, len(blocks))
	for i := range blocks {
		if b := &blocks[i]; b.comparable && b.Correlation > looseCorrelation {
			fx, fy := f.atBlock(b)
			d.from[i] = [2]float32{b.DX - fx, b.DY - fy}
			d.index[b.Y/blockSide*d.columns+b.X/blockSide] = i
		}
	}
	return d
}

// neighbour is a block near a point.
type neighbour struct {
	x, y             float32 // from the point, in blocks
	dx, dy           float32 // its deviation
	weightX, weightY float32 // how much it counts, before it is seen to be off
}

// consensus returns the deviation at (x, y), in blocks, on which the blocks about it
// agree, block skip left out. It is a robust local linear regression.
func (d *deviations) consensus(x, y float32, skip int) (dx, dy float32) {
	var room [(2*nearBlocks + 1) * (2*nearBlocks + 1)]neighbour
	near := d.near(room[:0], x, y, skip)
	width := float32(4)
	for range nearSteps {
		var u, v localPlane
		for i := range near {
			n := &near[i]
			u.add(n.x, n.y, n.dx, n.weightX*falloff(n.dx-dx, width))
			v.add(n.x, n.y, n.dy, n.weightY*falloff(n.dy-dy, width))
		}
		dx, dy = u.top(), v.top()
		width = max(nearWidth, width/2)
	}
	return dx, dy
}

// near appends to found the blocks about (x, y) without block skip.
func (d *deviations) near(found []neighbour, x, y float32, skip int) []neighbour {
	left, right := max(0, int(x+0.5)-nearBlocks), min(d.columns-1, int(x+0.5)+nearBlocks)
	for j := max(0, int(y+0.5)-nearBlocks); j <= min(d.rows-1, int(y+0.5)+nearBlocks); j++ {
		py := float32(j) - y
		nearY := nearness(py)
		for i := left; i <= right; i++ {
			k := d.index[j*d.columns+i]
			if k < 0 || k == skip {
				continue
			}
			b, from, px := &d.blocks[k], d.from[k], float32(i)-x
			near := nearness(px) * nearY
			found = append(found, neighbour{px, py, from[0], from[1], near * b.sharpX, near * b.sharpY})
		}
	}
	return found
}

// nearness is the weight of a block at a distance along one side, in blocks and
// halves of them.
func nearness(distance float32) float32 { return nearnesses[int(max(distance, -distance)*2+0.5)] }

var nearnesses = func() (table [2*nearBlocks + 2]float32) {
	for i := range table {
		d := float64(i) / 2
		table[i] = float32(math.Exp(-d * d / (2 * nearSigma * nearSigma)))
	}
	return table
}()

// localPlane is the weighted regression of values on a + b x + c y.
type localPlane struct {
	w, x, y, xx, xy, yy, v, vx, vy float32
}

func (p *localPlane) add(x, y, value, weight float32) {
	p.w += weight
	wx, wy, wv := weight*x, weight*y, weight*value
	p.x, p.y, p.v = p.x+wx, p.y+wy, p.v+wv
	p.xx, p.xy, p.yy = p.xx+wx*x, p.xy+wx*y, p.yy+wy*y
	p.vx, p.vy = p.vx+wv*x, p.vy+wv*y
}

// top is the plane's height at the origin.
func (p *localPlane) top() float32 {
	w, xx, yy := p.w+nearRest, p.xx+slopeRest, p.yy+slopeRest
	c0, c1, c2 := xx*yy-p.xy*p.xy, p.xy*p.y-p.x*yy, p.x*p.xy-xx*p.y
	return (p.v*c0 + p.vx*c1 + p.vy*c2) / (w*c0 + p.x*c1 + p.y*c2)
}

// refined returns the deformation that the blocks of a w x h picture show, which were seen
// through b. b may be nil.
func (b *deformation) refined(blocks []Block, w, h int) *deformation {
	blocks = b.compose(blocks)
	next := &deformation{
		columns: w/blockSide + 2, rows: h/blockSide + 2,
		stepX: blockSide, stepY: blockSide,
	}
	if b != nil && b.bent {
		next.bent, next.quadraticField = true, b.quadraticField
		next.quadraticField.fit(blocks)
	} else {
		next.quadraticField = fitQuadraticField(blocks, w, h)
	}
	b = next
	d := newDeviations(blocks, &b.quadraticField)
	b.nodes = make([][2]float32, b.columns*b.rows)
	for j := range b.rows {
		for i := range b.columns {
			// Node i lies on the left edge of block i.
			x, y := d.consensus(float32(i)-0.5, float32(j)-0.5, -1)
			b.nodes[j*b.columns+i] = [2]float32{x, y}
		}
	}
	return b
}

// compose adds b to the displacements of blocks that were seen through it, and
// returns the blocks: then they are displacements from the map alone. b may be nil.
func (b *deformation) compose(blocks []Block) []Block {
	if b == nil {
		return blocks
	}
	for i := range blocks {
		if k := &blocks[i]; k.comparable {
			x, y := k.center()
			dx, dy := b.at(x+float64(k.DX), y+float64(k.DY))
			k.DX, k.DY = k.DX+float32(dx), k.DY+float32(dy)
		}
	}
	return blocks
}

// resize makes b the deformation of the same picture at another size. b may be nil.
func (b *deformation) resize(w, h int) {
	if b == nil {
		return
	}
	kx, ky := float32(float64(w)/b.w), float32(float64(h)/b.h)
	b.stepX, b.stepY = b.stepX*float64(kx), b.stepY*float64(ky)
	b.quadraticField.resize(w, h)
	for i := range b.nodes {
		b.nodes[i][0] *= kx
		b.nodes[i][1] *= ky
	}
}

// at is the displacement at a point of the picture, in its pixels: that of the
// quadratic, and that of the lattice between its nodes.
func (b *deformation) at(x, y float64) (dx, dy float64) {
	dx, dy = b.quadraticField.at(x, y)
	i, u := nodeBefore(x, b.stepX, b.columns)
	j, v := nodeBefore(y, b.stepY, b.rows)
	cx, cy := b.lattice(i, j, u, v)
	return dx + cx, dy + cy
}

// nodeBefore returns the node of the lattice that lies before a point, and how far
// the point is on the way to the next node.
func nodeBefore(at, step float64, nodes int) (i int, share float32) {
	u := min(max((at+0.5)/step, 0), float64(nodes)-1.001)
	i = int(u)
	return i, float32(u - float64(i))
}

// lattice is the displacement of the lattice alone, behind node (i, j).
func (b *deformation) lattice(i, j int, u, v float32) (dx, dy float64) {
	top, bottom := b.nodes[j*b.columns+i:][:2], b.nodes[(j+1)*b.columns+i:][:2]
	tx, ty := top[0][0]+u*(top[1][0]-top[0][0]), top[0][1]+u*(top[1][1]-top[0][1])
	bx, by := bottom[0][0]+u*(bottom[1][0]-bottom[0][0]), bottom[0][1]+u*(bottom[1][1]-bottom[0][1])
	return float64(tx + v*(bx-tx)), float64(ty + v*(by-ty))
}

// deformationRaster maps the points of a raster through a deformation, row by row.
// What depends on the column alone is worked out once. It says the same as at, to the
// bit.
type deformationRaster struct {
	deformation *deformation // may be nil
	columns     []deformationColumn
	points      []planar.Point
}

type deformationColumn struct {
	x      float64
	u, uu  float64 // the position from -1 to 1, and its square
	dx, dy float64 // the quadratic up to its second term
	node   int
	share  float32
}

// newDeformationRaster prepares n columns from first on.
func newDeformationRaster(b *deformation, first, step float64, n int) deformationRaster {
	r := deformationRaster{deformation: b, columns: make([]deformationColumn, n), points: make([]planar.Point, n)}
	for i := range r.columns {
		c := &r.columns[i]
		c.x = first + float64(i)*step
		if b != nil {
			c.u = 2*c.x/b.w - 1
			c.uu = c.u * c.u
			c.dx, c.dy = b.x[0]+b.x[1]*c.u, b.y[0]+b.y[1]*c.u
			c.node, c.share = nodeBefore(c.x, b.stepX, b.columns)
		}
	}
	return r
}

// row returns where the points of a row lie once the paper is flat. They hold until
// the next call.
func (r *deformationRaster) row(y float64) []planar.Point {
	b := r.deformation
	if b == nil {
		for i := range r.columns {
			r.points[i] = planar.Pt(r.columns[i].x, y)
		}
		return r.points
	}
	v := 2*y/b.h - 1
	vx, vy, vvx, vvy := b.x[2]*v, b.y[2]*v, b.x[5]*(v*v), b.y[5]*(v*v)
	j, share := nodeBefore(y, b.stepY, b.rows)
	for i := range r.columns {
		c := &r.columns[i]
		uv := c.u * v
		dx := c.dx + vx + b.x[3]*c.uu + b.x[4]*uv + vvx
		dy := c.dy + vy + b.y[3]*c.uu + b.y[4]*uv + vvy
		cx, cy := b.lattice(c.node, j, c.share, share)
		r.points[i] = planar.Pt(c.x+(dx+cx), y+(dy+cy))
	}
	return r.points
}
