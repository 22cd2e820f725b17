package geometry

// Evidence is what speaks for a probe showing a reference.
type Evidence struct {
	Located bool
	Fit
	Comparison
}

// Verify looks for the reference in the probe.
func Verify(p *Probe, r *Reference) Evidence {
	fit, ok := locate(r.features, p.features)
	e := Evidence{Located: ok, Fit: fit}
	if ok {
		fromCompare := resizing(r.templates.w, r.templates.h, r.features.W, r.features.H)
		toPhoto := resizing(p.features.W, p.features.H, p.w, p.h)
		m := fit.H.Multiply(&fromCompare)
		m = toPhoto.Multiply(&m)
		e.Comparison = compare(p.photo, r.templates, &m)
	}
	return e
}

// resizing maps pixels of a picture to those of the same picture at another
// size: edges meet edges.
func resizing(fromW, fromH, toW, toH int) Homography {
	sx, sy := float64(toW)/float64(fromW), float64(toH)/float64(fromH)
	return Homography{sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2, 0, 0, 1}
}
