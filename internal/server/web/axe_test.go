package web_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"exemplar/internal/service"
)

// axe is the source of axe-core (npm package axe-core, MPL-2.0), which is used by this test
// alone and not kept in the repository: EXEMPLAR_AXE names the file.
func axe(t *testing.T) string {
	t.Helper()
	name := os.Getenv("EXEMPLAR_AXE")
	if name == "" && os.Getenv("EXEMPLAR_REQUIRE_BROWSER") != "1" {
		t.Skip("EXEMPLAR_AXE names no axe.min.js (npm pack axe-core): accessibility is not tested")
	}
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func (v violation) String() string {
	return fmt.Sprintf("%s (%s): %s %q", v.ID, v.Impact, v.Help, v.Where)
}

// violation is one rule of WCAG that a view breaks.
type violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

const runAxe = `axe.run(document, { resultTypes: ["violations"], ...rules }).then((r) => r.violations.map((v) => ({ id: v.id, impact: v.impact, help: v.help, where: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + ": " + (n.any[0]?.message ?? "")) })))`

// TestAccessible: axe finds nothing in any view; in the dark, no text that is hard to read.
func TestAccessible(t *testing.T) {
	source := axe(t)
	folder := folderOf(t)
	p := newTab(t, folder)
	p.collection("driving-licence", "ticket")
	job, err := p.service.StartJob(t.Context(), admin, "mailroom", service.NewJob{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	decision := p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.classified("stranger.jpg", photo("invoice", 3, 4))
	paths := append(views, "/c/mailroom/decisions/"+decision.DecisionID, "/c/mailroom/references/"+decision.Candidates[0].Reference, "/c/mailroom/jobs/"+job.ID)
	p.open("/c/mailroom/labels?label=card/ticket")
	for _, path := range paths {
		p.scheme("light")
		p.goTo(path)
		found := p.violations(source, `{}`)
		p.scheme("dark")
		found = append(found, p.violations(source, `{ runOnly: ["color-contrast"] }`)...)
		for _, v := range found {
			p.Errorf("%s: %s", path, v)
		}
	}
	p.press("?")
	p.sees("Everywhere")
	for _, v := range p.violations(source, `{}`) {
		p.Errorf("help: %s", v)
	}
	if _, err := p.service.CreateKey(context.Background(), admin, service.NewKey{Name: "Ada", Role: service.Admin}); err != nil {
		t.Fatal(err)
	}
	p.open("/")
	p.sees("This service asks for a key")
	for _, v := range p.violations(source, `{}`) {
		p.Errorf("sign in: %s", v)
	}
	value[any](p, `document.querySelector("main form").append(document.createElement("button")), null`)
	if len(p.violations(source, `{}`)) == 0 {
		t.Error("a button without a name was not found: the test sees nothing")
	}
}

func (p *tab) scheme(name string) {
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// violations runs axe on what is seen.
func (p *tab) violations(source, rules string) []violation {
	p.Helper()
	if !value[bool](p, `"axe" in window`) {
		value[any](p, source+"; null")
	}
	return value[[]violation](p, `(() => { const rules = `+rules+`; return `+runAxe+`; })()`)
}
