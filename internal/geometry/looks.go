package geometry

// Count is how many features the sketch can be found by.
func (s *Sketch) Count() int { return len(s.features.Points) }

// Count is how many features the first look finds in the photo.
func (p *Probe) Count() int { return len(p.features().Points) }
