package web_test

import (
	"context"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

// invoiceOf is the scan of an invoice of a company; each template is one.
func invoiceOf(template uint64) []byte {
	return imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "invoice", Template: template, Content: template, Size: 900}))
}

// TestOpenSubLabel: an invoice of a company that nobody registered is not said to be recognised;
// it waits in the inbox as an invoice, and is registered below that.
func TestOpenSubLabel(t *testing.T) {
	p := newTab(t)
	p.collection("ticket")
	ctx := context.Background()
	if _, err := p.service.Register(ctx, admin, "mailroom", service.Registering{Label: "invoice/hartmann", Files: []service.File{{Name: "hartmann.png", Data: invoiceOf(4)}}}); err != nil {
		t.Fatal(err)
	}
	answered := p.classified("brandt.png", invoiceOf(5))
	if answered.Label != "invoice" || len(answered.Open) != 1 || answered.Status != service.StatusOpen {
		t.Fatalf("the answer: %+v", answered)
	}
	p.open("/c/mailroom/decisions/" + answered.DecisionID)
	p.sees("Sub-label open")
	p.sees("that it is invoice")
	for _, wrong := range []string{"Recognised", "That is right", "Another copy of the same kind"} {
		if value[bool](p, `document.querySelector("main").innerText.includes(`+quote(wrong)+`)`) {
			t.Errorf("the page says %q", wrong)
		}
	}
	if len(answered.Geometry.OtherForm) > 0 {
		p.await("the frames", `document.querySelector("svg.marks polygon.form")`)
	}
	p.open("/c/mailroom/inbox")
	p.sees("1 answer waits")
	p.sees("It is invoice, ")
	p.press("n")
	p.sees("Register a new kind")
	p.await("the label above", `document.querySelector("dialog input[name=label]")?.value === "invoice / "`)
	p.write("brandt")
	p.press("\r")
	p.sees("Nothing waits")
	if d, err := p.service.Decision(ctx, "mailroom", answered.DecisionID); err != nil || d.Label != "invoice/brandt" {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestLabelAtFault: a label that cannot be is said to be wrong, in one sentence, and not the picture.
func TestLabelAtFault(t *testing.T) {
	p := inboxOf(t)
	p.press("n")
	p.sees("Register a new kind")
	p.write("?")
	p.sees(`The label "?" cannot be: part "?" holds one of`)
	for _, wrong := range []string{"cannot be a reference", "Would change", "not a label"} {
		if value[bool](p, `document.querySelector("dialog").innerText.includes(`+quote(wrong)+`)`) {
			t.Errorf("the page says %q", wrong)
		}
	}
}

// TestPagesKeepTheirNumber: where the name of a file is cut, the page of it is still seen.
func TestPagesKeepTheirNumber(t *testing.T) {
	p := newTab(t)
	p.collection("ticket")
	p.open("/c/mailroom/inbox")
	shown := value[[2]float64](p, `(async () => {
		const { sourceName } = await import("/assets/js/labels.js");
		const name = sourceName("a-name-that-is-much-too-long-for-its-place.pdf", 6), box = document.createElement("div");
		box.style.width = "9rem";
		box.append(name);
		document.querySelector("main").append(box);
		return [box.getBoundingClientRect().right, name.querySelector(".end").getBoundingClientRect().right];
	})()`)
	if shown[1] == 0 || shown[1] > shown[0] {
		t.Errorf("the box ends at %v, the page's number at %v", shown[0], shown[1])
	}
}
