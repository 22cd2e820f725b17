package hevc

// scalingLists are the lists of factors (7.4.5), for blocks of 4, 8, 16 and 32 samples. Of the
// six of a size the first three are those of the components of intra pictures.
type scalingLists [4][6]scalingList

// intraList is the default list of blocks of 8 samples and more (table 7-6), in diagonal order.
var intraList = [64]uint8{
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 17, 16, 17, 16, 17, 18,
	17, 18, 18, 17, 18, 21, 19, 20, 21, 20, 19, 21, 24, 22, 22, 24,
	24, 22, 22, 24, 25, 25, 27, 30, 27, 25, 25, 29, 31, 35, 35, 31,
	29, 36, 41, 44, 41, 36, 47, 54, 54, 47, 65, 70, 65, 88, 88, 115,
}

// scalingList is a list as the stream has it, with the factor of the mean.
type scalingList struct {
	coefs [64]uint8
	dc    uint8
}

func defaultList(size int) scalingList {
	l := scalingList{coefs: intraList, dc: 16}
	if size == 0 {
		for i := range l.coefs {
			l.coefs[i] = 16
		}
	}
	return l
}

func defaultScaling() *scalingLists {
	lists := &scalingLists{}
	for size := range lists {
		for i := range lists[size] {
			lists[size][i] = defaultList(size)
		}
	}
	return lists
}

// readScaling reads scaling_list_data (7.3.4).
func readScaling(r *bitReader) *scalingLists {
	lists := &scalingLists{}
	for size := range lists {
		step := 1
		if size == 3 {
			step = 3
		}
		for i := 0; i < 6; i += step {
			l := &lists[size][i]
			if r.flag() {
				l.read(r, size)
				continue
			}
			back := step * r.upTo(i/step)
			if *l = defaultList(size); back > 0 {
				*l = lists[size][i-back]
			}
		}
	}
	lists[3][1], lists[3][2] = lists[2][1], lists[2][2] // of chroma in 4:4:4
	return lists
}

// read reads the differences of one list.
func (l *scalingList) read(r *bitReader, size int) {
	next := int32(8)
	if size > 1 {
		next = r.se() + 8
		l.dc = uint8(next)
	}
	for i := range min(64, 1<<(4+2*size)) {
		next += r.se()
		l.coefs[i] = uint8(next)
	}
}

// factors are the factors of all coefficients of blocks of 4, 8, 16 and 32 samples of each
// component, row by row.
type factors [4][3][]uint8

// expanded returns the factors (equations 7-42 to 7-50).
func (lists *scalingLists) expanded() *factors {
	f := &factors{}
	for size := range lists {
		n, side, order := 4<<size, min(8, 4<<size), diagonal8[:]
		if size == 0 {
			order = diagonal4[:]
		}
		rank := make([]int, side*side)
		for i, at := range order {
			rank[int(at.y)*side+int(at.x)] = i
		}
		for c := range 3 {
			l := &lists[size][c]
			f[size][c] = make([]uint8, n*n)
			for y := range n {
				for x := range n {
					f[size][c][y*n+x] = l.coefs[rank[y*side/n*side+x*side/n]]
				}
			}
			if size > 1 {
				f[size][c][0] = l.dc
			}
		}
	}
	return f
}
