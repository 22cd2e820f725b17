package geometry

import "exemplar/internal/imaging"

// Compared returns a picture as the comparison sees a reference that shows it:
// at that size, slightly blurred.
func Compared(g *imaging.Gray, w, h int) *imaging.Gray { return resizeArea(g, w, h).Soften() }
