package imaging

import "fmt"

const (
	// minSide is the fewest pixels on the shorter side of which anything can
	// be made: a network for 160 pixels would see five of them as one.
	minSide = 32
	// maxAspect is how many times as long as wide a picture may be: beyond, the
	// shorter side of what is looked at, some 1,000 pixels long, is below minSide.
	maxAspect = 32
	// A picture is judged at inspectSide pixels, in blocks of inspectBlock:
	// scaling down removes the noise of sensors and of compression, and the
	// light changes little within a block.
	inspectSide, inspectBlock = 256, 8
	// blankSpread is the most that the samples of a block differ in a blank
	// picture. A sheet of white paper photographed with noise of 5 levels and a
	// shadow of 30 across it stays below; print 25 levels darker than its
	// paper, a quarter of it ink, is above.
	blankSpread = 5
)

// Inspect says in words why a picture is of no use as a reference, or returns
// the empty string. It refuses only the hopeless: what is too small, what is a
// strip, and what is one colour all over but for shading. Pale text and empty
// forms pass.
func Inspect(m *Image) (problem string) {
	if m.W > 0 && m.H > 0 && max(m.W, m.H) > maxAspect*max(minSide, min(m.W, m.H)) {
		return fmt.Sprintf("it is %d times as long as it is wide, at most %d will do: cut it into pieces",
			max(m.W, m.H)/min(m.W, m.H), maxAspect)
	}
	if min(m.W, m.H) < minSide {
		return fmt.Sprintf("it has %d x %d pixels, at least %d on each side are needed", m.W, m.H, minSide)
	}
	if isBlank(m) {
		return "it is blank: one colour all over"
	}
	return ""
}

// isBlank tells whether a picture is one colour all over but for shading.
func isBlank(m *Image) bool {
	small := FitWithin(m, inspectSide)
	// Blocks overlap by half, so that no edge hides between them.
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
