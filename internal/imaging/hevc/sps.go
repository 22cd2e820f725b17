package hevc

// maxSide is the longest side of a picture in samples. Level 6.2, the highest, has 16,888.
const maxSide = 1 << 15

// sps is a sequence parameter set (7.3.2.2), as far as still pictures need it.
type sps struct {
	chroma         int // chroma_format_idc: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4
	separate       bool
	shiftX, shiftY uint
	w, h           int    // in samples of luma
	crop           [4]int // left, right, top, bottom, in samples of luma
	depth          [3]int // bits of the samples of each component
	log2PocLSB     int

	log2MinCB, log2CTB   uint
	log2MinTB, log2MaxTB uint
	maxDepthIntra        int

	scaling *scalingLists // nil: flat
	sao     bool
	pcm     struct {
		enabled, unfiltered bool
		depth               [3]int
		log2Min, log2Max    uint
	}
	refPicSets        []int // number of pictures in each
	longTerm          bool
	longTermPics      int
	temporalMVP       bool
	strongSmoothing   bool
	smoothingDisabled bool
	colour            Colour

	ctbW, ctbH int
}

// components is the number of planes.
func (s *sps) components() int {
	if s.chroma == 0 {
		return 1
	}
	return 3
}

func readSPS(payload []byte) (id int, _ *sps, _ error) {
	r := &bitReader{data: payload}
	s := &sps{}
	r.skip(4)
	subLayers := int(r.bits(3))
	r.skip(1)
	readProfile(r, subLayers)
	id = r.upTo(15)
	s.readFormat(r)
	if r.over {
		return 0, nil, corrupt("the sequence header is cut off or holds what cannot be")
	}
	s.log2PocLSB = 4 + r.upTo(12)
	first := subLayers
	if r.flag() {
		first = 0
	}
	for range subLayers - first + 1 {
		r.ue()
		r.ue()
		r.ue()
	}
	s.readSizes(r)
	s.readTools(r, subLayers)
	if r.over {
		return 0, nil, corrupt("the sequence header is cut off or holds what cannot be")
	}
	if err := s.readExtensions(r); err != nil {
		return 0, nil, err
	}
	return id, s, s.check()
}

// readProfile skips profile_tier_level (7.3.3).
func readProfile(r *bitReader, subLayers int) {
	const profileBits, levelBits = 88, 8
	r.skip(profileBits + levelBits)
	var profiles, levels [8]bool
	for i := range subLayers {
		profiles[i], levels[i] = r.flag(), r.flag()
	}
	if subLayers > 0 {
		r.skip(2 * (8 - subLayers))
	}
	for i := range subLayers {
		if profiles[i] {
			r.skip(profileBits)
		}
		if levels[i] {
			r.skip(levelBits)
		}
	}
}

// readFormat reads the kind and the size of the samples.
func (s *sps) readFormat(r *bitReader) {
	s.chroma = r.upTo(3)
	if s.chroma == 3 {
		s.separate = r.flag()
	}
	if s.chroma == 1 || s.chroma == 2 {
		s.shiftX = 1
	}
	if s.chroma == 1 {
		s.shiftY = 1
	}
	s.w, s.h = r.upTo(maxSide), r.upTo(maxSide)
	if r.flag() {
		for i := range s.crop {
			s.crop[i] = r.upTo(maxSide) << [4]uint{s.shiftX, s.shiftX, s.shiftY, s.shiftY}[i]
		}
	}
	s.depth[0] = 8 + r.upTo(8)
	s.depth[1] = 8 + r.upTo(8)
	s.depth[2] = s.depth[1]
}

// readSizes reads the sizes of blocks.
func (s *sps) readSizes(r *bitReader) {
	s.log2MinCB = 3 + uint(r.upTo(3))
	s.log2CTB = s.log2MinCB + uint(r.upTo(3))
	s.log2MinTB = 2 + uint(r.upTo(3))
	s.log2MaxTB = s.log2MinTB + uint(r.upTo(3))
	r.upTo(4) // depth of inter pictures
	s.maxDepthIntra = r.upTo(4)
	size := 1 << s.log2CTB
	s.ctbW, s.ctbH = (s.w+size-1)/size, (s.h+size-1)/size
}

// readTools reads which tools the pictures use, up to the extensions.
func (s *sps) readTools(r *bitReader, subLayers int) {
	if r.flag() {
		s.scaling = defaultScaling()
		if r.flag() {
			s.scaling = readScaling(r)
		}
	}
	r.skip(1) // asymmetric partitions of inter pictures
	s.sao = r.flag()
	if s.pcm.enabled = r.flag(); s.pcm.enabled {
		s.pcm.depth[0] = 1 + int(r.bits(4))
		s.pcm.depth[1] = 1 + int(r.bits(4))
		s.pcm.depth[2] = s.pcm.depth[1]
		s.pcm.log2Min = 3 + uint(r.upTo(2))
		s.pcm.log2Max = s.pcm.log2Min + uint(r.upTo(2))
		s.pcm.unfiltered = r.flag()
	}
	sets := r.upTo(64)
	for i := range sets {
		s.refPicSets = append(s.refPicSets, readRefPicSet(r, i, sets, s.refPicSets))
	}
	if s.longTerm = r.flag(); s.longTerm {
		s.longTermPics = r.upTo(32)
		r.skip(s.longTermPics * (s.log2PocLSB + 1))
	}
	s.temporalMVP = r.flag()
	s.strongSmoothing = r.flag()
	if r.flag() {
		s.readVUI(r, subLayers)
	}
}

// readRefPicSet skips st_ref_pic_set (7.3.7) number index of count, and returns how many
// pictures it has.
func readRefPicSet(r *bitReader, index, count int, before []int) int {
	if index > 0 && r.flag() {
		delta := 1
		if index == count {
			delta += r.upTo(index - 1)
		}
		r.skip(1)
		r.ue()
		n := 0
		for range before[index-delta] + 1 {
			if used := r.flag(); used || r.flag() {
				n++
			}
		}
		return n
	}
	n := r.upTo(16) + r.upTo(16)
	for range n {
		r.ue()
		r.skip(1)
	}
	return n
}

// readVUI reads vui_parameters (E.2.1).
func (s *sps) readVUI(r *bitReader, subLayers int) {
	const extended = 255
	if r.flag() && r.bits(8) == extended {
		r.skip(32)
	}
	if r.flag() {
		r.skip(1)
	}
	if r.flag() {
		r.skip(3)
		s.colour = Colour{Known: true, FullRange: r.flag(), Primaries: 2, Transfer: 2, Matrix: 2}
		if r.flag() {
			s.colour.Primaries, s.colour.Transfer, s.colour.Matrix = int(r.bits(8)), int(r.bits(8)), int(r.bits(8))
		}
	}
	if r.flag() {
		r.ue()
		r.ue()
	}
	r.skip(3)
	if r.flag() { // a default window to show, which no one applies
		for range 4 {
			r.ue()
		}
	}
	if r.flag() {
		r.skip(64)
		if r.flag() {
			r.ue()
		}
		if r.flag() {
			skipHRD(r, subLayers)
		}
	}
	if r.flag() {
		r.skip(3)
		for range 5 {
			r.ue()
		}
	}
}

// skipHRD skips hrd_parameters (E.2.2).
func skipHRD(r *bitReader, subLayers int) {
	nal, vcl, subPictures := r.flag(), r.flag(), false
	if nal || vcl {
		if subPictures = r.flag(); subPictures {
			r.skip(8 + 5 + 1 + 5)
		}
		r.skip(4 + 4)
		if subPictures {
			r.skip(4)
		}
		r.skip(5 + 5 + 5)
	}
	for range subLayers + 1 {
		fixed, lowDelay, count := r.flag(), false, 1
		if !fixed {
			fixed = r.flag()
		}
		if fixed {
			r.ue()
		} else {
			lowDelay = r.flag()
		}
		if !lowDelay {
			count += r.upTo(31)
		}
		for _, present := range [2]bool{nal, vcl} {
			if present {
				skipRates(r, count, subPictures)
			}
		}
	}
}

// skipRates skips sub_layer_hrd_parameters (E.2.3).
func skipRates(r *bitReader, count int, subPictures bool) {
	for range count {
		r.ue()
		r.ue()
		if subPictures {
			r.ue()
			r.ue()
		}
		r.skip(1)
	}
}

// readExtensions reads the flags of the range extensions (7.3.2.2.2), and refuses the tools
// that are not decoded.
func (s *sps) readExtensions(r *bitReader) error {
	if !r.flag() {
		return nil
	}
	ranges, _, _, screen := r.flag(), r.flag(), r.flag(), r.flag()
	r.skip(4)
	if ranges {
		tools := r.bits(9)
		const smoothingDisabled, highPrecisionOffsets = 1 << 3, 1 << 2 // the latter is of inter pictures
		s.smoothingDisabled = tools&smoothingDisabled != 0
		if tools&^(smoothingDisabled|highPrecisionOffsets) != 0 {
			return unsupported("its pictures use tools of the range extensions (%#x)", tools)
		}
	}
	if screen {
		return unsupported("its pictures use the tools for screen contents")
	}
	return nil
}

// check returns an error if sizes do not fit together (7.4.3.2).
func (s *sps) check() error {
	minCB := 1 << s.log2MinCB
	switch {
	case s.separate:
		return unsupported("its colour planes are coded apart")
	case max(s.depth[0], s.depth[1]) > 12:
		return unsupported("its samples have %d bits", max(s.depth[0], s.depth[1]))
	case s.w == 0 || s.h == 0 || s.w%minCB != 0 || s.h%minCB != 0:
		return corrupt("the sequence header claims %d x %d samples in blocks of %d", s.w, s.h, minCB)
	case s.crop[0]+s.crop[1] >= s.w || s.crop[2]+s.crop[3] >= s.h:
		return corrupt("the sequence header crops everything")
	case s.log2CTB < 4 || s.log2CTB > 6 || s.log2MinTB >= s.log2MinCB || s.log2MaxTB > min(s.log2CTB, 5):
		return corrupt("the sequence header claims blocks of sizes that cannot be")
	case s.maxDepthIntra > int(s.log2CTB-s.log2MinTB):
		return corrupt("the sequence header claims a depth of %d", s.maxDepthIntra)
	case s.pcm.enabled && (s.pcm.log2Max > min(s.log2CTB, 5) || s.pcm.depth[0] > s.depth[0] || s.pcm.depth[1] > s.depth[1]):
		return corrupt("the sequence header claims raw samples that cannot be")
	}
	return nil
}
