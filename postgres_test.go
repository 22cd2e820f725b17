package exemplar_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/papertest"
	"exemplar/internal/pgtest"
)

// Two nodes with one database: what is registered on one is recognised on the other.
// While the database is away they answer from memory and say so, and nothing can be
// registered.
func TestTwoNodesOfOneDatabase(t *testing.T) {
	if testing.Short() && !papertest.UnderRace { // the detector has much to see here
		t.Skip("starts a database")
	}
	ctx := context.Background()
	server := pgtest.Start(t)
	name := server.Database(t) + "&collection=forms"
	one := open(t, name+"&application_name=one", exemplar.Options{Mode: exemplar.ReadWrite})
	two := open(t, name+"&application_name=two", exemplar.Options{Mode: exemplar.ReadWriteExisting})
	if a := classifyWith(t, two, file(drawn("form")), exemplar.ClassifyOptions{}).Answer(); a.Decision != exemplar.Unknown {
		t.Errorf("an empty gallery: %s", a.Decision)
	}
	register(t, one, exemplar.Item{Label: "form", Picture: file(drawn("form"))})
	start := time.Now()
	if a := classifyWith(t, two, file(drawn("form")), exemplar.ClassifyOptions{}).Answer(); a.Decision != exemplar.Match || a.Label != "form" || len(a.Notes) > 0 {
		t.Errorf("the other node: %s %s, notes %q", a.Decision, a.Label, a.Notes)
	}
	t.Logf("recognised on the other node %v after it was registered, in one call", time.Since(start).Round(time.Millisecond))
	register(t, one, exemplar.Item{Label: "ticket", Picture: file(drawn("ticket"))})

	server.Stop(t)
	says := func(a exemplar.Answer) bool {
		return slices.ContainsFunc(a.Notes, func(n string) bool { return strings.Contains(n, "database cannot be reached") }) && strings.Contains(a.Reason, "cannot be reached")
	}
	result := classifyWith(t, two, file(drawn("form")), exemplar.ClassifyOptions{Explain: true})
	if a := result.Answer(); a.Decision != exemplar.Match || a.Label != "form" || !says(a) {
		t.Errorf("from memory: %s %s, notes %q, reason %q", a.Decision, a.Label, a.Notes, a.Reason)
	}
	// The other node has never compared the ticket, and does not even know of it.
	if a := classifyWith(t, two, file(drawn("ticket")), exemplar.ClassifyOptions{}).Answer(); a.Decision != exemplar.Unknown || !says(a) {
		t.Errorf("what is not in memory: %s %s, %q", a.Decision, a.Label, a.Reason)
	}
	// The first one knows of both, and has compared neither.
	if _, err := one.Register(ctx, []exemplar.Item{{Label: "bill", Picture: file(drawn("bill"))}}, exemplar.RegisterOptions{}); !errors.Is(err, exemplar.ErrUnavailable) {
		t.Errorf("registered: %v", err)
	}

	server.Continue(t)
	deadline := time.Now().Add(2 * time.Minute)
	for {
		a := classifyWith(t, two, file(drawn("ticket")), exemplar.ClassifyOptions{}).Answer()
		if a.Decision == exemplar.Match && a.Label == "ticket" && len(a.Notes) == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("when the database is back: %s %s, %q", a.Decision, a.Label, a.Reason)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// A gallery that is followed knows changes before anybody asks, in a file too.
func TestFollow(t *testing.T) {
	g := newGallery(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- g.Follow(ctx) }()
	register(t, g, exemplar.Item{Label: "form", Picture: file(drawn("form"))})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
