package hevc

// pps is a picture parameter set (7.3.2.3).
type pps struct {
	spsID                  int
	dependentSlices        bool
	outputFlagPresent      bool
	extraSliceBits         int
	signHiding             bool
	initQP                 int
	transformSkip          bool
	log2MaxTransformSkip   uint
	deltaQP                bool
	deltaQPDepth           uint
	chromaQP               [3]int // offsets; that of luma is 0
	sliceChromaQP          bool
	bypass                 bool // transquant_bypass_enabled_flag
	tiles                  bool
	wavefront              bool // entropy_coding_sync_enabled_flag
	columns, rows          []int
	uniform                bool
	filterAcrossTiles      bool
	filterAcrossSlices     bool
	deblockOverride        bool
	deblockDisabled        bool
	betaOffset, tcOffset   int
	scaling                *scalingLists // nil: the sequence's
	headerExtension        bool
	saoShiftLuma, saoShift uint
}

func readPPS(payload []byte) (id int, _ *pps, _ error) {
	r := &bitReader{data: payload}
	p := &pps{filterAcrossTiles: true, log2MaxTransformSkip: 2}
	id = r.upTo(63)
	p.spsID = r.upTo(15)
	p.dependentSlices = r.flag()
	p.outputFlagPresent = r.flag()
	p.extraSliceBits = int(r.bits(3))
	p.signHiding = r.flag()
	r.skip(1) // cabac_init_present_flag, of inter pictures
	r.ue()
	r.ue()
	p.initQP = 26 + r.within(26+24)
	r.skip(1) // constrained_intra_pred_flag: all of an intra picture is intra
	p.transformSkip = r.flag()
	if p.deltaQP = r.flag(); p.deltaQP {
		p.deltaQPDepth = uint(r.upTo(3))
	}
	p.chromaQP = [3]int{0, r.within(12), r.within(12)}
	p.sliceChromaQP = r.flag()
	r.skip(2) // weighted prediction
	p.bypass = r.flag()
	p.tiles = r.flag()
	p.wavefront = r.flag()
	if p.tiles {
		p.readTiles(r)
	}
	p.filterAcrossSlices = r.flag()
	if r.flag() {
		p.deblockOverride = r.flag()
		if p.deblockDisabled = r.flag(); !p.deblockDisabled {
			p.betaOffset, p.tcOffset = 2*r.within(6), 2*r.within(6)
		}
	}
	if r.flag() {
		p.scaling = readScaling(r)
	}
	r.skip(1) // lists_modification_present_flag
	r.ue()
	p.headerExtension = r.flag()
	err := p.readExtensions(r)
	if r.over {
		return 0, nil, corrupt("the picture header is cut off or holds what cannot be")
	}
	return id, p, err
}

// readTiles reads the sizes of tiles in coding tree blocks, except for the last one.
func (p *pps) readTiles(r *bitReader) {
	const mostColumns, mostRows = 20, 22 // level 6.2, table A.8
	columns, rows := 1+r.upTo(mostColumns-1), 1+r.upTo(mostRows-1)
	p.columns, p.rows = make([]int, columns), make([]int, rows)
	if p.uniform = r.flag(); !p.uniform {
		for i := range columns - 1 {
			p.columns[i] = 1 + r.upTo(maxSide)
		}
		for i := range rows - 1 {
			p.rows[i] = 1 + r.upTo(maxSide)
		}
	}
	p.filterAcrossTiles = r.flag()
}

// readExtensions reads the range extensions (7.3.2.3.2), and refuses tools that are not
// decoded.
func (p *pps) readExtensions(r *bitReader) error {
	if !r.flag() {
		return nil
	}
	ranges := r.flag()
	r.skip(7)
	if !ranges {
		return nil
	}
	if p.transformSkip {
		p.log2MaxTransformSkip = 2 + uint(r.upTo(3))
	}
	if r.flag() {
		return unsupported("its pictures predict chroma from luma")
	}
	if r.flag() {
		return unsupported("its pictures have lists of chroma offsets")
	}
	p.saoShiftLuma, p.saoShift = uint(r.upTo(6)), uint(r.upTo(6))
	return nil
}

// layout is the order of the coding tree blocks of a picture (6.5.1, 6.5.2).
type layout struct {
	toScan  []int // rank of each block in the order of decoding
	toBlock []int // its inverse
	tile    []int // number of the tile of each block
	first   []bool
	// minTB is the rank of each block of minTB samples, row by row.
	minTB       []int32
	minTBStride int
}

func newLayout(s *sps, p *pps) (*layout, error) {
	columns, err := edges(p.columns, p.uniform, s.ctbW)
	if err != nil {
		return nil, err
	}
	rows, err := edges(p.rows, p.uniform, s.ctbH)
	if err != nil {
		return nil, err
	}
	n := s.ctbW * s.ctbH
	l := &layout{toScan: make([]int, n), toBlock: make([]int, 0, n), tile: make([]int, n), first: make([]bool, n)}
	for j := range len(rows) - 1 {
		for i := range len(columns) - 1 {
			l.first[rows[j]*s.ctbW+columns[i]] = true
			for y := rows[j]; y < rows[j+1]; y++ {
				for x := columns[i]; x < columns[i+1]; x++ {
					at := y*s.ctbW + x
					l.toScan[at], l.tile[at] = len(l.toBlock), j*(len(columns)-1)+i
					l.toBlock = append(l.toBlock, at)
				}
			}
		}
	}
	l.rankMinTB(s)
	return l, nil
}

// edges returns where the tiles of one direction begin, and where the last one ends (6-3, 6-4).
func edges(sizes []int, uniform bool, total int) ([]int, error) {
	n := max(1, len(sizes))
	out := make([]int, n+1)
	out[n] = total
	for i := 1; i < n; i++ {
		if out[i] = out[i-1] + sizes[i-1]; uniform {
			out[i] = i * total / n
		}
	}
	for i := range n {
		if out[i] >= out[i+1] {
			return nil, corrupt("the picture header claims %d tiles in %d blocks", n, total)
		}
	}
	return out, nil
}

// rankMinTB fills minTB: z order within a coding tree block (6.5.2, equation 6-10).
func (l *layout) rankMinTB(s *sps) {
	shift := s.log2CTB - s.log2MinTB
	l.minTBStride = s.ctbW << shift
	l.minTB = make([]int32, l.minTBStride*(s.ctbH<<shift))
	for y := range s.ctbH << shift {
		for x := range l.minTBStride {
			rank := int32(l.toScan[(y>>shift)*s.ctbW+x>>shift]) << (2 * shift)
			for i := range shift {
				rank |= int32(x>>i&1)<<(2*i) | int32(y>>i&1)<<(2*i+1)
			}
			l.minTB[y*l.minTBStride+x] = rank
		}
	}
}
