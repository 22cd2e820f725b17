package imaging

import "fmt"

const (
	// minSide is the least shorter side, in pixels, of a usable picture: a network for 160
	// pixels would enlarge it fivefold.
	minSide = 32
	// maxAspect is the largest aspect ratio. Beyond it the shorter side of a picture, reduced
	// to about 1,000 pixels, is below minSide.
	maxAspect = 32
	// A picture is examined at inspectSide pixels, in blocks of inspectBlock pixels. Scaling
	// down removes the noise of sensors and of compression, and the light changes little
	// within a block.
	inspectSide, inspectBlock = 256, 8
	// blankSpread is the largest difference, in levels, of samples in a block of a blank
	// picture. White paper photographed with noise of 5 levels and a shadow of 30 levels
	// across it stays below. Print that is 25 levels darker than its paper and covers a
	// quarter of it is above.
	blankSpread = 5
)

// Blank is what [Inspect] says of a picture that shows nothing.
const Blank = "it is blank: one colour all over"

// Inspect says in words why a picture is useless as a reference, or returns the empty
// string. It refuses pictures that are too small, narrow strips, and pictures of one colour
// up to shading. Pale text and empty forms pass.
func Inspect(m *Image) (problem string) {
	if m.W > 0 && m.H > 0 && max(m.W, m.H) > maxAspect*max(minSide, min(m.W, m.H)) {
		return fmt.Sprintf("it is %d times as long as it is wide, at most %d will do: cut it into pieces",
			max(m.W, m.H)/min(m.W, m.H), maxAspect)
	}
	if min(m.W, m.H) < minSide {
		return fmt.Sprintf("it has %d x %d pixels, at least %d on each side are needed", m.W, m.H, minSide)
	}
	if isBlank(m) {
		return Blank
	}
	return ""
}

// isBlank says whether a picture has one colour up to shading.
func isBlank(m *Image) bool {
	small := FitWithin(m, inspectSide)
	// Blocks overlap by half, so that an edge between two blocks is inside a third.
	for y := 0; y < small.H; y += inspectBlock / 2 {
		for x := 0; x < small.W; x += inspectBlock / 2 {
			if small.Crop(x, y, inspectBlock, inspectBlock).spread() > blankSpread {
				return false
			}
		}
	}
	return true
}

// spread returns the largest difference between samples of one channel.
func (m *Image) spread() int {
	low, high := [3]byte{255, 255, 255}, [3]byte{}
	for i := 0; i < len(m.Pix); i += 3 {
		for c, v := range m.Pix[i : i+3] {
			low[c], high[c] = min(low[c], v), max(high[c], v)
		}
	}
	widest := 0
	for c := range low {
		widest = max(widest, int(high[c])-int(low[c]))
	}
	return widest
}
