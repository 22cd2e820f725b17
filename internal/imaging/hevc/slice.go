package hevc

import "math/bits"

// Kinds of NAL units (table 7-1).
const (
	firstIRAP, lastIRAP  = 16, 23 // pictures that need no other
	idrWithRADL, idrOnly = 19, 20
	nalVPS, nalSPS       = 32, 33
	nalPPS               = 34
	lastVCL              = 31
)

// slice is the header of a slice segment (7.3.6.1).
type slice struct {
	first, dependent bool
	pps              *pps
	sps              *sps
	start            int // the block at which the segment begins
	address          int // the block at which its slice begins
	saoLuma, saoC    bool
	qp               int
	chromaQP         [3]int // offsets of the slice
	deblockDisabled  bool
	beta, tc         int
	filterAcross     bool
	data             []byte
}

// readSlice reads the header of a slice segment. before is that of the segment before it, of
// which dependent segments take most.
func (p *Params) readSlice(kind int, payload []byte, before *slice) (*slice, error) {
	r := &bitReader{data: payload}
	first := r.flag()
	r.skip(1) // no_output_of_prior_pics_flag
	id := r.upTo(63)
	pic := p.pps[id]
	if pic == nil || p.sps[pic.spsID] == nil {
		return nil, corrupt("a slice refers to a header that is not there")
	}
	seq := p.sps[pic.spsID]
	s := &slice{first: first, pps: pic, sps: seq}
	if !first {
		if pic.dependentSlices {
			s.dependent = r.flag()
		}
		blocks := seq.ctbW * seq.ctbH
		if s.start = int(r.bits(bits.Len(uint(blocks - 1)))); s.start >= blocks {
			return nil, corrupt("a slice begins at block %d of %d", s.start, blocks)
		}
	}
	if s.dependent {
		if before == nil || before.pps != pic {
			return nil, corrupt("a slice depends on one that is not there")
		}
		start := s.start
		*s = *before
		s.first, s.dependent, s.start = false, true, start
	} else if err := s.readOwn(r, kind); err != nil {
		return nil, err
	}
	if pic.tiles || pic.wavefront {
		if entries := r.upTo(1 << 14); entries > 0 { // the data tells where they are
			r.skip(entries * (1 + r.upTo(31)))
		}
	}
	if pic.headerExtension {
		r.skip(8 * r.upTo(256))
	}
	r.skip(1)
	r.skip(-r.pos & 7)
	if r.over {
		return nil, ErrTruncated
	}
	s.data = payload[r.pos/8:]
	return s, nil
}

// readOwn reads what dependent segments do not have.
func (s *slice) readOwn(r *bitReader, kind int) error {
	const intraSlice = 2
	seq, pic := s.sps, s.pps
	s.address = s.start
	r.skip(pic.extraSliceBits)
	if kind := r.ue(); r.over {
		return ErrTruncated
	} else if kind != intraSlice {
		return unsupported("its picture is predicted from others, as in a video")
	}
	if pic.outputFlagPresent {
		r.skip(1)
	}
	if kind != idrWithRADL && kind != idrOnly {
		s.skipReferences(r)
	}
	if seq.sao {
		s.saoLuma = r.flag()
		s.saoC = seq.chroma != 0 && r.flag()
	}
	s.qp = pic.initQP + r.within(100)
	if s.qp < -6*(seq.depth[0]-8) || s.qp > 51 {
		return corrupt("a slice has the quantiser %d", s.qp)
	}
	s.chromaQP = pic.chromaQP
	if pic.sliceChromaQP {
		for c := 1; c < 3; c++ {
			s.chromaQP[c] += r.within(12)
		}
	}
	s.deblockDisabled, s.beta, s.tc = pic.deblockDisabled, pic.betaOffset, pic.tcOffset
	if pic.deblockOverride && r.flag() {
		if s.deblockDisabled = r.flag(); !s.deblockDisabled {
			s.beta, s.tc = 2*r.within(6), 2*r.within(6)
		}
	}
	s.filterAcross = pic.filterAcrossSlices
	if pic.filterAcrossSlices && (s.saoLuma || s.saoC || !s.deblockDisabled) {
		s.filterAcross = r.flag()
	}
	return nil
}

// skipReferences skips the sets of reference pictures, which an intra picture does not use.
func (s *slice) skipReferences(r *bitReader) {
	seq := s.sps
	r.skip(seq.log2PocLSB)
	sets := len(seq.refPicSets)
	if !r.flag() {
		readRefPicSet(r, sets, sets, seq.refPicSets)
	} else if sets > 1 {
		r.skip(bits.Len(uint(sets - 1)))
	}
	if seq.longTerm {
		fromSPS := 0
		if seq.longTermPics > 0 {
			fromSPS = r.upTo(seq.longTermPics)
		}
		own := r.upTo(32)
		for i := range fromSPS + own {
			switch {
			case i >= fromSPS:
				r.skip(seq.log2PocLSB + 1)
			case seq.longTermPics > 1:
				r.skip(bits.Len(uint(seq.longTermPics - 1)))
			}
			if r.flag() {
				r.ue()
			}
		}
	}
	if seq.temporalMVP {
		r.skip(1)
	}
}
