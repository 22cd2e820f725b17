package geometry

// Gray is an 8-bit grey picture, row-major, tight: len(Pix) = W*H.
type Gray struct {
	W, H int
	Pix  []byte
}
