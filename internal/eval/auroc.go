package eval

import "slices"

// AUROC is the chance that one of yes is higher than one of no, ties half; 0.5 if
// there are none of either. It sorts both.
func AUROC(yes, no []float32) float64 {
	if len(yes) == 0 || len(no) == 0 {
		return 0.5
	}
	slices.Sort(yes)
	slices.Sort(no)
	below, upTo, wins := 0, 0, 0.0
	for _, v := range yes {
		for below < len(no) && no[below] < v {
			below++
		}
		for upTo = max(upTo, below); upTo < len(no) && no[upTo] <= v; {
			upTo++
		}
		wins += float64(below) + float64(upTo-below)/2
	}
	return wins / float64(len(yes)) / float64(len(no))
}
