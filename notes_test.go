package exemplar_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/png"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// What was looked at in a file of several pictures is said in the answer.
func TestTheAnswerSaysWhichFrameWasRead(t *testing.T) {
	papertest.SkipUnderRace(t)
	g := newGallery(t)
	document := synthdoc.Document{Kind: "form", Template: 100, Content: 100, Size: 800}
	registerOne(t, g, pictured("form", document))
	drawn := synthdoc.Draw(document)
	shown := image.NewPaletted(image.Rect(0, 0, drawn.W, drawn.H), palette.Plan9)
	whole, err := png.Decode(bytes.NewReader(imaging.EncodePNG(drawn)))
	if err != nil {
		t.Fatal(err)
	}
	draw.Draw(shown, shown.Rect, whole, image.Point{}, draw.Src)
	blank := image.NewPaletted(shown.Rect, palette.Plan9)
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
