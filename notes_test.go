package exemplar_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// What was looked at in a file of several pictures is said in the answer.
func TestTheAnswerSaysWhichFrameWasRead(t *testing.T) {
	papertest.SkipLong(t)
	g := newGallery(t)
	document := synthdoc.Document{Kind: "form", Template: 100, Content: 100, Size: 800}
	registerOne(t, g, pictured("form", document))
	drawn := synthdoc.Draw(document)
	grays := make(color.Palette, 8)
	for i := range grays {
		grays[i] = color.Gray{Y: byte(255 * i / (len(grays) - 1))}
	}
	shown := image.NewPaletted(image.Rect(0, 0, drawn.W, drawn.H), grays)
	draw.Draw(shown, shown.Rect, drawn.ToImage(), image.Point{}, draw.Src)
	blank := image.NewPaletted(shown.Rect, grays)
	draw.Draw(blank, blank.Rect, image.White, image.Point{}, draw.Src)
	var data bytes.Buffer
	if err := gif.EncodeAll(&data, &gif.GIF{Image: []*image.Paletted{blank, shown}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	a := classifyWith(t, g, file(data.Bytes()), exemplar.ClassifyOptions{}).Answer()
	if a.Decision != exemplar.Match || a.Label != "form" {
		t.Fatalf("%s %s: %s", a.Decision, a.Label, a.Reason)
	}
	says := func(s string) bool { return strings.Contains(s, "frame 2 of 2") }
	if !slices.ContainsFunc(a.Notes, says) || !says(a.Reason) {
		t.Errorf("notes %q, reason %q", a.Notes, a.Reason)
	}
}
