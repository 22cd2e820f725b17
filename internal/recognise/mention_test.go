package recognise

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/synthdoc"
)

// engineWith registers drawn documents under labels of their own.
func engineWith(t *testing.T, documents map[string]synthdoc.Document) (*Engine, map[string]*imaging.Image) {
	t.Helper()
	g := openEngine(t, filepath.Join(t.TempDir(), "g.db"))
	pictures := map[string]*imaging.Image{}
	var entries []store.Entry
	for label, d := range documents {
		pictures[label] = drawn(d)
		entries = append(entries, drawnEntry(label, d))
	}
	if _, err := g.store.Put(context.Background(), entries...); err != nil {
		t.Fatal(err)
	}
	return g, pictures
}

// A single answer is the first that All gives, and says how many more there are if
// and only if there are: what lies in the picture is what All answers with.
func TestASingleAnswerMentionsTheOthers(t *testing.T) {
	papertest.SkipLong(t)
	card := synthdoc.Document{Kind: "id-card", Template: 3, Content: 3, Size: 700}
	siblings := synthdoc.Siblings(card)
	ticket := synthdoc.Document{Kind: "ticket", Template: 4, Content: 4, Size: 700}
	g, pictures := engineWith(t, map[string]synthdoc.Document{
		"card/first": card, "card/second": siblings["edition"], "ticket": ticket,
		"form": {Kind: "form", Template: 5, Content: 5, Size: 700},
	})
	stranger := drawn(siblings["design"])
	small := func(m *imaging.Image) *imaging.Image { return shrunk(m, 460) }
	first, second, form := small(pictures["card/first"]), small(pictures["card/second"]), small(pictures["form"])
	tickets := small(pictures["ticket"])
	for _, c := range []struct {
		name  string
		shown []*imaging.Image
		want  int
	}{
		{"alone", []*imaging.Image{first}, 1},
		{"two copies", []*imaging.Image{tickets, tickets}, 2},
		{"two editions", []*imaging.Image{first, second}, 2},
		{"two copies of an edition", []*imaging.Image{second, second}, 2},
		{"two kinds", []*imaging.Image{tickets, form}, 2},
		{"beside a stranger", []*imaging.Image{tickets, small(stranger)}, 1},
	} {
		table := grey(1000, 760)
		for i, m := range c.shown {
			paste(table, m, 20+490*i, 20+50*i)
		}
		one := recognised(t, g, table, Options{}).Findings[0]
		all := recognised(t, g, table, Options{All: true}).Findings
		if len(all) != c.want {
			t.Errorf("%s: %d answers", c.name, len(all))
		}
		if one.Decision.Outcome != all[0].Decision.Outcome || one.Decision.Label != all[0].Decision.Label || !slices.Equal(one.Decision.Open, all[0].Decision.Open) {
			t.Errorf("%s: %s %q alone, %s %q as the first of all", c.name, one.Decision.Outcome, one.Decision.Label, all[0].Decision.Outcome, all[0].Decision.Label)
		}
		says := fmt.Sprintf("%d documents", len(all))
		if mentioned := strings.Contains(one.Decision.Summary, says+" here (--all)") &&
			strings.Contains(one.Decision.Reason, says+" lie in the picture, also") &&
			strings.Contains(one.Decision.Reason, "--all answers with every one"); mentioned != (len(all) > 1) {
			t.Errorf("%s: %d answers, and %q, %q", c.name, len(all), one.Decision.Summary, one.Decision.Reason)
		}
		for i := range all {
			if strings.Contains(all[i].Decision.Reason, "--all") {
				t.Errorf("%s: asked for all: %q", c.name, all[i].Decision.Reason)
			}
			if c.name == "beside a stranger" && all[i].Decision.Label != "ticket" {
				t.Errorf("%s: %q", c.name, all[i].Decision.Label)
			}
		}
	}
}

// One document that fills the picture is one, whatever look-alikes are registered.
func TestOneDocumentIsOneAnswer(t *testing.T) {
	papertest.SkipLong(t)
	documents := map[string]synthdoc.Document{}
	card := synthdoc.Document{Kind: "bank-card", Template: 3, Content: 3, Size: 700}
	documents["card/original"] = card
	for name, sibling := range synthdoc.Siblings(card) {
		documents["card/"+name] = sibling
	}
	g, pictures := engineWith(t, documents)
	phone := capturesim.Everyday()
	phone.Width, phone.Height = 640, 480
	for seed := range uint64(3) {
		for _, label := range []string{"card/original", "card/contents"} {
			photo := capturesim.Scene(pictures[label], nil, phone, seed).Image
			one := recognised(t, g, photo, Options{}).Findings[0]
			all := recognised(t, g, photo, Options{All: true}).Findings
			if len(all) != 1 || all[0].Decision.Label != one.Decision.Label || strings.Contains(one.Decision.Reason, "--all") {
				t.Errorf("%s, seed %d: %q alone (%s), %d answers, the first %q", label, seed, one.Decision.Label, one.Decision.Reason, len(all), all[0].Decision.Label)
			}
		}
	}
}
