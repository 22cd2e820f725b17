package kernel

// dotGeneric is the portable dot product, in four chains.
func dotGeneric(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += v * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// dotBlockGeneric computes out[i] = probe · refs[i].
func dotBlockGeneric(out, probe, refs []float32) {
	for i := range out {
		out[i] = dotGeneric(probe, refs[i*len(probe):][:len(probe)])
	}
}

// dotBlockInt8Generic computes out[i] = probe · refs[i].
func dotBlockInt8Generic(out []int32, probe, refs []int8) {
	for i := range out {
		a, b := probe, refs[i*len(probe):][:len(probe)]
		var s0, s1, s2, s3 int32
		for len(a) >= 4 && len(b) >= 4 {
			s0 += int32(a[0]) * int32(b[0])
			s1 += int32(a[1]) * int32(b[1])
			s2 += int32(a[2]) * int32(b[2])
			s3 += int32(a[3]) * int32(b[3])
			a, b = a[4:], b[4:]
		}
		for j, v := range a {
			s0 += int32(v) * int32(b[j])
		}
		out[i] = s0 + s1 + s2 + s3
	}
}
