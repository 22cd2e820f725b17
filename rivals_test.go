package exemplar_test

import (
	"context"
	"fmt"
	"testing"

	"exemplar"
	"exemplar/internal/draw"
	"exemplar/internal/imaging"
)

// BenchmarkRegister registers one more picture in a gallery of 100: one of its
// own kind, and the second edition of a document whose first edition and other
// siblings are there.
func BenchmarkRegister(b *testing.B) {
	g, err := exemplar.Open(b.TempDir()+"/g.db", exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	item := func(label string, d draw.Document) exemplar.Item {
		return exemplar.Item{Label: label, Source: label, Data: imaging.EncodePNG(draw.Draw(d))}
	}
	var items []exemplar.Item
	kinds := draw.Kinds()
	for i := range 96 {
		d := draw.Document{Kind: kinds[i%len(kinds)], Template: uint64(i), Content: uint64(i), Size: 800}
		items = append(items, item(fmt.Sprintf("%s/%d", d.Kind, i), d))
	}
	card := draw.Document{Kind: "id-card", Template: 1000, Content: 1000, Size: 800}
	siblings := draw.Siblings(card)
	for _, name := range []string{"contents", "line", "design"} {
		items = append(items, item("card/"+name, siblings[name]))
	}
	items = append(items, item("card/first", card))
	if _, err := g.Register(context.Background(), items, exemplar.RegisterOptions{}); err != nil {
		b.Fatal(err)
	}
	for name, d := range map[string]draw.Document{
		"alone":  {Kind: "form", Template: 2000, Content: 2000, Size: 800},
		"rivals": siblings["edition"],
	} {
		b.Run(name, func(b *testing.B) {
			again := []exemplar.Item{item("new", d)}
			for b.Loop() {
				results, err := g.Register(context.Background(), again, exemplar.RegisterOptions{Replace: true})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(results[0].Rivals)), "rivals")
			}
		})
	}
}
