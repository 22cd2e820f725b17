package geometry

// Evidence is what speaks for a probe showing a reference.
type Evidence struct {
	Located bool
	Fit
}

// Verify looks for the reference in the probe.
func Verify(p *Probe, r *Reference) Evidence {
	fit, ok := locate(r.features, p.features)
	return Evidence{Located: ok, Fit: fit}
}
