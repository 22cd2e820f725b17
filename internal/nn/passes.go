package nn

// The functions of this file are operations of training that take too little time to be
// worth a kernel.

// addRows adds the sum of x's rows to sum.
func addRows(sum, x []float32, rows int) {
	c := len(sum)
	for i := range rows {
		addScaled(sum, x[i*c:][:c], 1)
	}
}

// sumProducts sets sum to the sums of a·b over the rows.
func sumProducts(sum, a, b []float32) {
	c := len(sum)
	clear(sum)
	for ; len(a) > 0; a, b = a[c:], b[c:] {
		x, y := a[:c], b[:c]
		for i, v := range x {
			sum[i] += v * y[i]
		}
	}
}

// scaleAndAdd computes x = x·scale + weight·add, row by row.
func scaleAndAdd(x, scale, add []float32, weight float32) {
	c := len(scale)
	add = add[:c]
	for ; len(x) > 0; x = x[c:] {
		row := x[:c]
		for i, s := range scale {
			row[i] = row[i]*s + weight*add[i]
		}
	}
}

// addScaled computes y += s·x.
func addScaled(y, x []float32, s float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += s * v
	}
}
