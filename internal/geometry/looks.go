package geometry

// Count is how many features the reference can be found by.
func (r *Reference) Count() int { return len(r.features.Points) }

// Count is how many features the first look finds in the photo.
func (p *Probe) Count() int { return len(p.features().Points) }
