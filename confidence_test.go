package exemplar_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// As many answers are right as their confidence says, pictures being strangers:
// another kind, or another design of it; or other copies of what is registered.
func TestConfidenceIsCalibrated(t *testing.T) {
	papertest.SkipLong(t)
	const documents = 12
	g := newGallery(t)
	kinds := synthdoc.Kinds()
	phone := capturesim.Everyday()
	var pictures []exemplar.Picture
	var truth []string
	var items []exemplar.Item
	for i := range uint64(documents) {
		d := synthdoc.Document{Kind: kinds[i%uint64(len(kinds))], Template: 500 + i, Content: 500 + i, Size: 700}
		label := fmt.Sprint(d.Kind, "-", i)
		items = append(items, pictured(label, d))
		strangers := []synthdoc.Document{
			{Kind: d.Kind, Template: 9000 + i, Content: 9000 + i, Size: 700},
			synthdoc.Siblings(d)["contents"], synthdoc.Siblings(d)["design"],
		}
		other := ""
		if i%3 == 1 && d.Kind != "cover" && d.Kind != "label" && d.Kind != "page" { // there all print makes the kind
			other = label
		}
		for j, shown := range []synthdoc.Document{d, strangers[i%3]} {
			photo := capturesim.Scene(synthdoc.Draw(shown), nil, phone, 2*i+uint64(j)).Image
			pictures = append(pictures, exemplar.FromBytes(imaging.EncodeJPEG(photo, 85)))
			truth = append(truth, []string{label, other}[j])
		}
	}
	register(t, g, items...)
	type bin struct{ n, right, said float64 }
	var low, high, all bin
	i := 0
	for r, err := range g.ClassifyBatch(context.Background(), slices.Values(pictures), exemplar.ClassifyOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		a := r.Answer()
		right := float64(count(a.Label == truth[i] && a.Decision != exemplar.Ambiguous))
		for _, b := range []*bin{&all, map[bool]*bin{false: &low, true: &high}[a.Confidence >= 0.9]} {
			b.n, b.right, b.said = b.n+1, b.right+right, b.said+a.Confidence
		}
		i++
	}
	for name, b := range map[string]bin{"all": all, "below 0.9": low, "from 0.9 on": high} {
		said, right := b.said/b.n, b.right/b.n
		t.Logf("%s: %.0f answers, %.3f are right and %.3f was said", name, b.n, right, said)
		if allowed := 0.1 + 2*math.Sqrt(0.25/b.n); math.Abs(right-said) > allowed {
			t.Errorf("%s: %.3f are right, %.3f was said", name, right, said)
		}
	}
}
