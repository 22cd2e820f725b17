package cellnet

import (
	"slices"
	"strings"
	"testing"

	"exemplar/internal/kernel"
)

var small = []Layer{
	{Name: "a", Size: 3, Stride: 1, Pad: 1, Out: 4, Act: kernel.ReLU},
	{Name: "b", From: "a", Size: 3, Stride: 2, Pad: 1, Out: 6, Act: kernel.ReLU},
	{Name: "u", From: "b", Size: 1, Stride: 1, Out: 4},
	{Name: "o", From: "a", Plus: []string{"u"}, Size: 1, Stride: 1, Out: 2},
}

func said(n *Network) []float32 {
	var p Pass
	p.In.Resize(7, 5, 3)
	for i := range p.In.V {
		p.In.V[i] = float32(i%11)/11 - 0.4
	}
	n.Forward(&p)
	return slices.Clone(p.Logits())
}

func TestAFileSaysWhatItsNetworkSays(t *testing.T) {
	n := New(3, small)
	n.Init(1)
	data, err := n.Encode(map[string]string{"made by": "a test"})
	if err != nil {
		t.Fatal(err)
	}
	read, err := Load(3, small, data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := read.Encode(map[string]string{"made by": "a test"})
	if err != nil || !slices.Equal(data, again) {
		t.Error("the second file is another", err)
	}
	want, got := said(n), said(read)
	if len(got) != 7*5*2 {
		t.Fatalf("%d answers for 35 cells", len(got))
	}
	for i := range got {
		if d := got[i] - want[i]; max(d, -d) > 0.02 { // half precision
			t.Fatalf("answer %d is %v, before it was written %v", i, got[i], want[i])
		}
	}
	if !slices.Equal(said(n.Replica()), want) {
		t.Error("a replica says something else")
	}
	if _, err := Load(4, small, data); err == nil || !strings.Contains(err.Error(), `"a.weight"`) {
		t.Errorf("a file for three channels is read for four: %v", err)
	}
}

func TestATableThatNamesNoLayerPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a layer that follows none")
		}
	}()
	New(3, []Layer{{Name: "b", From: "a", Size: 1, Stride: 1, Out: 1}})
}
