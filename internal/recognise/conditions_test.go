package recognise

import (
	"fmt"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/condition"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// Photos of sound documents, of the registered copy and of others, in a room's light
// with shadows: nothing is said to be upon them or wrong with their paper.
func TestSoundDocumentsGetNoWord(t *testing.T) {
	papertest.SkipLong(t)
	view := capturesim.Everyday()
	view.Fingers, view.Glare, view.Outside, view.Blur = 0, 0, 0, 0
	documents := []synthdoc.Document{
		{Kind: "driving-licence", Template: 91004, Content: 91004, Size: 800},
		{Kind: "invoice", Template: 91008, Content: 91008, Size: 800},
		{Kind: "banknote", Template: 91001, Content: 91001, Size: 800},
	}
	known := len(documents) // on which words were seen once
	for _, e := range synthdoc.Examples() {
		documents = append(documents, e.Document)
	}
	for i, d := range documents {
		reference := NewReference(defaultModel().Embedder, synthdoc.Draw(d)).Reference
		contents := []uint64{d.Content, d.Content + 777}
		if i >= known {
			contents = contents[i%2:][:1]
		}
		for _, content := range contents {
			d.Content = content
			t.Run(fmt.Sprint(d.Kind, d.Template, content), func(t *testing.T) {
				photo := NewPhoto(defaultModel().Embedder, capturesim.Scene(synthdoc.Draw(d), nil, view, 3*d.Template+1).Image)
				found := photo.Verify(reference)
				if !found.Located {
					t.Skip("not found")
				}
				conditions, _ := photo.Conditions(reference, &found)
				for _, c := range conditions {
					switch c.Kind {
					case condition.Torn, condition.Stained, condition.Covered, condition.Screen:
						if c.Sure {
							t.Errorf("said to be %s, %.1f %% of it", c.Kind, 100*c.Share)
						}
					}
				}
			})
		}
	}
}
