package web_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

var figures = flag.String("figures", "", "draw the pictures of docs/page.md into this `folder`")

// TestFigures draws the pictures of docs/page.md: what a mail room sees that has
// registered the drawn documents of the demo.
//
//	go test ./internal/server/web -run Figures -figures ../../../docs/figures
func TestFigures(t *testing.T) {
	if *figures == "" {
		t.Skip("-figures names no folder")
	}
	folder := folderOf(t)
	p := newTab(t, folder)
	p.mailRoom()
	p.open("/c/mailroom/recognise")
	p.upload(p.file("licence.jpg", shot(example("driving-licence", 1), 5)))
	p.sees("Recognised")
	p.await("the marks", `document.querySelector("svg.marks polygon")`)
	p.keep("page-recognise")
	p.open("/c/mailroom/inbox")
	p.press(" ", "l", " ", "l")
	p.sees("2 selected")
	p.keep("page-inbox")
	p.open("/c/mailroom/register")
	p.upload(p.file("3rd-edition.png", imaging.EncodePNG(synthdoc.Draw(synthdoc.Stranger().Document))))
	p.focus("input[name=label]")
	p.write("id-card/front/3rd-edition")
	p.sees("It has relatives")
	p.press("\x1b")
	p.keep("page-relatives")
	p.open("/c/mailroom/labels?label=id-card/front")
	p.keep("page-labels")
	p.open("/c/mailroom/jobs")
	p.press("n")
	p.sees("Files on the server")
	p.press("\r")
	p.sees("2 of 3 files done, 1 failed")
	p.sees("1 page was not recognised")
	value[any](p, `document.querySelector("h1").textContent = "/mnt/scans/today", null`) // the folder of a test has no name to show
	p.keep("page-job")
	p.scheme("dark")
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(1.5)))
	p.open("/c/mailroom/recognise")
	p.upload(p.file("card.jpg", shot(example("id-card/front/1st-edition", 3), 5)))
	p.sees("Recognised")
	p.keep("page-phone")
}

// mailRoom registers the documents of the demo, and has photos recognised: of other
// copies, and of kinds that nobody registered.
func (p *tab) mailRoom() {
	p.Helper()
	p.collection()
	for _, e := range synthdoc.Examples() {
		file := service.File{Name: filepath.Base(e.Label) + ".png", Data: imaging.EncodePNG(synthdoc.Draw(e.Document))}
		if _, err := p.service.Register(context.Background(), admin, "mailroom", service.Registering{Label: e.Label, Files: []service.File{file}}); err != nil {
			p.Fatal(err)
		}
		p.classified(filepath.Base(e.Label)+".jpg", shot(example(e.Label, 2), 4))
	}
	for kind, n := range map[string]uint64{"bank-card": 5, "letter": 3, "certificate": 2} {
		for i := range n {
			p.classified(fmt.Sprintf("%s-%d.jpg", kind, i+1), shot(synthdoc.Document{Kind: kind, Template: 3, Content: i, Size: 900}, 20+i))
		}
	}
}

// example is another copy of a document of the demo.
func example(label string, content uint64) synthdoc.Document {
	for _, e := range synthdoc.Examples() {
		if e.Label == label {
			e.Document.Content = content
			return e.Document
		}
	}
	panic("no example " + label)
}

func shot(d synthdoc.Document, seed uint64) []byte {
	return imaging.EncodeJPEG(capturesim.Scene(synthdoc.Draw(d), nil, capturesim.Plain(), seed).Image, 88)
}

// keep writes what is seen as a small JPEG.
func (p *tab) keep(name string) {
	p.Helper()
	p.await("all pictures", `!document.querySelector("[aria-busy]") && [...document.images].every((i) => i.complete || i.getBoundingClientRect().top > innerHeight)`)
	value[any](p, `document.activeElement?.blur(), null`)
	data, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.Fatal(err)
	}
	var seen image.Image
	if seen, err = png.Decode(bytes.NewReader(data)); err != nil {
		p.Fatal(err)
	}
	var small bytes.Buffer
	if err := jpeg.Encode(&small, seen, &jpeg.Options{Quality: 82}); err != nil {
		p.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*figures, name+".jpg"), small.Bytes(), 0o644); err != nil {
		p.Fatal(err)
	}
}
