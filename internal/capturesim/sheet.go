package capturesim

import "exemplar/internal/imaging"

// ContactSheet arranges pictures in reading order in a grid of square cells with a side
// of cell pixels. Each picture is fitted into its cell and centred.
func ContactSheet(pictures []*imaging.Image, columns, cell int) *imaging.Image {
	const gap = 4
	rows := (len(pictures) + columns - 1) / columns
	sheet := imaging.NewImage(columns*(cell+gap)+gap, rows*(cell+gap)+gap)
	for i := range sheet.Pix {
		sheet.Pix[i] = 0x60
	}
	for i, m := range pictures {
		m = imaging.FitWithin(m, cell)
		x := gap + i%columns*(cell+gap) + (cell-m.W)/2
		y := gap + i/columns*(cell+gap) + (cell-m.H)/2
		for row := range m.H {
			copy(sheet.Pix[3*((y+row)*sheet.W+x):], m.Pix[3*m.W*row:3*m.W*(row+1)])
		}
	}
	return sheet
}

// Preview shows what a training run will see: a row for every picture, with the clean
// input and n captures of it.
func (c *Capture) Preview(pictures []*imaging.Image, n, size int, seed uint64) *imaging.Image {
	var cells []*imaging.Image
	for i, m := range pictures {
		cells = append(cells, imaging.ResizeArea(m, size, size))
		src := NewSource(m)
		for k := range n {
			view := imaging.NewImage(size, size)
			c.ViewOf(view.Pix, size, src, 0, seed+uint64(i*n+k))
			cells = append(cells, view)
		}
	}
	return ContactSheet(cells, n+1, size)
}
