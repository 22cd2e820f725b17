package features

import (
	"slices"
	"sync"

	"exemplar/internal/imaging"
)

// Feature is a point of a picture that can be found again in another view of it.
type Feature struct {
	X, Y  float32 // pixels of the picture it was found in; (0, 0) is the centre of the first pixel
	Scale float32 // sigma of the blob, in the same pixels
	Angle float32 // radians, [0, 2 pi), clockwise on screen
	Dark  bool    // a dark blob on lighter ground; dark and light features do not match each other
}

// Features are the features of one picture: first the light ones, then the dark ones,
// both in order of strength.
type Features struct {
	W, H        int // of the picture
	Points      []Feature
	Descriptors []byte // 128 for each point, each at most 127
	light       int    // number of light features
}

// Light is the number of light features, which come first.
func (f *Features) Light() int { return f.light }

// Where returns the features for which keep is true.
func (f *Features) Where(keep func(*Feature) bool) *Features {
	kept := &Features{W: f.W, H: f.H}
	for i := range f.Points {
		if !keep(&f.Points[i]) {
			continue
		}
		kept.Points = append(kept.Points, f.Points[i])
		kept.Descriptors = append(kept.Descriptors, f.Descriptors[i*DescriptorBytes:(i+1)*DescriptorBytes]...)
		if i < f.light {
			kept.light++
		}
	}
	return kept
}

// Options say how many features to look for.
type Options struct {
	Max  int // largest number of features
	Grid int // cells per axis over which the features are distributed
}

// extractor holds the memory of one extraction, for reuse.
type extractor struct {
	space   scaleSpace
	extrema []extremum
	turned  []oriented

	patch     patch
	gradients polar
	hist      histogram
}

var extractors = sync.Pool{New: func() any { return new(extractor) }}

// Extract finds the features of a picture. A picture with a side under 16 pixels, or of
// one even grey, has none.
func Extract(g *imaging.Gray, o Options) *Features {
	x := extractors.Get().(*extractor)
	defer extractors.Put(x)
	x.space.input.load(g)
	x.space.build()
	x.extrema = x.space.detect(x.extrema[:0])
	kept := selectUniform(x.extrema, g.W, g.H, o.Grid, o.Max*3/4) // some have two directions
	return x.describe(g, kept, o.Max)
}

// describe makes up to limit features of the extrema, strongest first: one for each
// dominant gradient direction, of which an extremum has one or two.
func (x *extractor) describe(g *imaging.Gray, kept []extremum, limit int) *Features {
	turned := x.turned[:0]
	for _, e := range kept {
		angles, n := x.orientations(e)
		for _, angle := range angles[:n] {
			if len(turned) < limit {
				turned = append(turned, oriented{e, angle})
			}
		}
	}
	x.turned = turned
	slices.SortStableFunc(turned, lightFirst)
	f := &Features{W: g.W, H: g.H}
	f.Points = make([]Feature, 0, len(turned))
	f.Descriptors = make([]byte, len(turned)*DescriptorBytes)
	for i, o := range turned {
		x.describeOne(f, o.extremum, o.angle, f.Descriptors[i*DescriptorBytes:][:DescriptorBytes])
	}
	return f
}

// oriented is an extremum with one of its directions.
type oriented struct {
	extremum
	angle float32
}

func lightFirst(a, b oriented) int {
	switch {
	case a.response < 0 && b.response > 0: // light blobs have negative differences
		return -1
	case a.response > 0 && b.response < 0:
		return 1
	}
	return 0
}

// describeOne appends the feature of an extremum with the given direction.
func (x *extractor) describeOne(f *Features, e extremum, angle float32, descriptor []byte) {
	sigma := layerSigma(float64(e.layer))
	x.space.samplePatch(&x.patch, e, angle, binSigmas*patchBins/patchSide*sigma)
	x.gradients.fill(&x.patch)
	x.hist.pool(&x.gradients)
	quantise(descriptor, &x.hist)

	// Octaves keep every second pixel, so pixel centres coincide: no half-pixel shift.
	scale := float32(int(1) << e.octave)
	f.Points = append(f.Points, Feature{
		X: e.x * scale, Y: e.y * scale,
		Scale: scale * float32(sigma),
		Angle: angle,
		Dark:  e.response > 0,
	})
	if e.response <= 0 {
		f.light++
	}
}
