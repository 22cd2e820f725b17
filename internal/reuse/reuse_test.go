package reuse

import "testing"

func TestSliceReusesWhatIsLargeEnough(t *testing.T) {
	memory := make([]int, 2, 5)
	for _, n := range []int{0, 2, 5} {
		if got := Slice(memory, n); len(got) != n || cap(got) != 5 || &got[:1][0] != &memory[0] {
			t.Errorf("%d elements: length %d, capacity %d, or other memory", n, len(got), cap(got))
		}
	}
	if got := Slice(memory, 6); len(got) != 6 || &got[0] == &memory[0] {
		t.Errorf("6 elements in memory for 5: length %d", len(got))
	}
	if allocations := testing.AllocsPerRun(10, func() { memory = Slice(memory, 5) }); allocations != 0 {
		t.Errorf("%g allocations where there is room", allocations)
	}
}
