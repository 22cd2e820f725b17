package store

// Position says up to which change a reader has followed a store. The zero value
// stands for the beginning.
type Position struct {
	Gallery string // id of the gallery
	Model   string // fingerprint of its model
	Seq     int64  // number of the last change that the reader knows
}

// Change is what became of one reference, or of all.
type Change struct {
	Reset    bool   // forget every reference: the next changes list them all; the other fields are empty
	ID       string // of the reference
	Label    Label  // empty where it is gone
	Contents Contents
	Vectors  []float32 // (Rotations,dim), valid until the visitor returns; nil if it is gone or cannot be used
	Damage   *Damage   // why it cannot be used; nil where Vectors is nil: it is gone
}
