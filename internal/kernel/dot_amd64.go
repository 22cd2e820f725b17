//go:build !purego

package kernel

func dot(a, b []float32) float32 {
	var out [1]float32
	dotBlock(out[:], a, b)
	return out[0]
}

func dotBlock(out, probe, refs []float32) {
	dim, lanes := len(probe), lanesOf(active)
	steps := dim / lanes
	if active == generic || steps == 0 {
		dotBlockGeneric(out, probe, refs)
		return
	}
	if active == avx512 {
		dotFloatAVX512(&out[0], &probe[0], &refs[0], len(out), dim, steps)
	} else {
		dotFloatAVX2(&out[0], &probe[0], &refs[0], len(out), dim, steps)
	}
	if rest := steps * lanes; rest < dim {
		for i := range out {
			out[i] += dotGeneric(probe[rest:], refs[i*dim+rest:][:dim-rest])
		}
	}
}

func dotBlockInt8(out []int32, probe, refs []int8) {
	switch dim := len(probe); {
	case active == avx512 && dim >= 64:
		dotBlockInt8AVX512(out, probe, refs)
	case active != generic && dim >= 16:
		steps := dim / 16
		dotInt8AVX2(&out[0], &probe[0], &refs[0], len(out), dim, steps)
		addDotInt8Rest(out, probe, refs, steps*16)
	default:
		dotBlockInt8Generic(out, probe, refs)
	}
}

func dotBlockInt8AVX512(out []int32, probe, refs []int8) {
	dim := len(probe)
	steps := dim / 64
	dotInt8AVX512(&out[0], &probe[0], &refs[0], len(out), dim, steps)
	var sum int32
	for _, v := range probe[:steps*64] {
		sum += int32(v)
	}
	for i := range out {
		out[i] -= 128 * sum
	}
	addDotInt8Rest(out, probe, refs, steps*64)
}

// addDotInt8Rest adds the products of the elements from first on.
func addDotInt8Rest(out []int32, probe, refs []int8, first int) {
	if first == len(probe) {
		return
	}
	for i := range out {
		ref := refs[i*len(probe)+first:]
		for j, v := range probe[first:] {
			out[i] += int32(v) * int32(ref[j])
		}
	}
}
