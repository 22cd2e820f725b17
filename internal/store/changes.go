package store

// Position says how far somebody has followed the changes of a store. The zero
// value stands for the beginning.
type Position struct {
	Gallery string // id of the gallery
	Model   string // fingerprint of its model
	Seq     int64  // number of the last change that was seen
}

// Change is what became of one reference, or of all.
type Change struct {
	Reset   bool      // what was known is void: all there is follows; the rest is empty
	ID      string    // of the reference
	Label   Label     // empty where it is gone
	Vectors []float32 // (Rotations,dim), the visitor's to keep; nil: it is gone, or cannot be used
	Damage  *Damage   // why it cannot be used; nil: it is gone
}
