package web_test

import (
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

// inboxOf makes an inbox: photos of cards of a kind that nobody registered, and one of
// another.
func inboxOf(t *testing.T) *tab {
	t.Helper()
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	for i, name := range []string{"member-1.jpg", "member-2.jpg", "member-3.jpg"} {
		if a := p.classified(name, photo("membership", uint64(3+i), 4)); a.Status != "open" {
			t.Fatalf("%s is %s", name, a.Decision)
		}
	}
	p.classified("certificate.jpg", photo("certificate", 3, 9))
	p.open("/c/mailroom/inbox")
	p.sees("4 answers wait")
	return p
}

// TestLongNamesLeavePicturesWhole: a picture of the inbox fits its tile, whatever the name
// of its file.
func TestLongNamesLeavePicturesWhole(t *testing.T) {
	p := newTab(t)
	p.collection("ticket")
	p.classified(strings.Repeat("long-name-of-a-scanner-", 8)+".jpg", photo("certificate", 3, 9))
	p.open("/c/mailroom/inbox")
	p.await("the picture", `document.querySelector(".tile img")`)
	if over := value[float64](p, `document.querySelector(".tile img").getBoundingClientRect().right - document.querySelector(".tile").getBoundingClientRect().right`); over > 0 {
		t.Errorf("the picture is %v pixels wider than its tile", over)
	}
}

// TestInboxByKeys: without a mouse, a group becomes a new kind, with the effect shown
// before; the others of it are recognised; and all of it is undone.
func TestInboxByKeys(t *testing.T) {
	p := inboxOf(t)
	p.sees("3 pictures")
	p.press("n")
	p.sees("Register a new kind")
	p.write("card/membership")
	p.sees("Would change")
	p.click("Contents and note")
	p.click("Contents vary Every copy of the form is this kind: a card, an invoice.")
	p.focus("dialog input[name=label]")
	p.press("\r")
	p.sees("Registered as card / membership")
	p.sees("1 answer waits")
	if list, err := p.service.References(t.Context(), "mailroom", "card/membership", "", 10); err != nil || list.References[0].Contents != exemplar.ContentsVary {
		t.Errorf("registered: %+v, %v", list.References, err)
	}
	p.press("u")
	p.sees("Undone.")
	p.sees("4 answers wait")
}

// TestRelativesAreSaidBefore: who is about to register another copy of a kind under a name of
// its own is told, sees the difference drawn, and takes the label that is there.
func TestRelativesAreSaidBefore(t *testing.T) {
	p := newTab(t)
	p.collection("form")
	p.open("/c/mailroom/register")
	p.upload(p.file("other-form.png", imaging.EncodePNG(document("form", 7))))
	p.sees("It has relatives that differ in what is filled in alone")
	p.click("See where they differ")
	p.await("the drawing", `document.querySelector("img.drawing")?.naturalWidth > 0`)
	if c, err := p.service.Collection(t.Context(), "mailroom"); err != nil || c.References != 1 {
		t.Errorf("it was registered: %+v, %v", c, err)
	}
	p.click("Use this label")
	p.sees("No other kind looks like it")
	p.click("Register 1 example")
	p.sees("Registered")
	p.sees("1 example is done")
	p.open("/c/mailroom/labels?label=card/form")
	p.sees("2 references")
}

// TestInboxSelection: some of a group are selected, set aside and taken back; a digit
// chooses a label.
func TestInboxSelection(t *testing.T) {
	p := inboxOf(t)
	p.press(" ", "l", " ")
	p.sees("2 selected")
	p.press("i")
	p.sees("2 pictures were set aside")
	p.sees("2 answers wait")
	p.click("Undo")
	p.sees("4 answers wait")
	p.press("j")
	p.await("the second group", `document.querySelector("main h2").innerText === "1 picture"`)
	p.press("k", "1")
	p.sees("3 pictures are card / ")
	p.sees("1 answer waits")
	p.press("g", "c")
	p.sees("What people did here")
	p.click("Undo")
	p.await("both changes undone", `[...document.querySelectorAll("td .chip")].filter((e) => e.innerText === "Undone").length === 2`)
	p.press("g", "i")
	p.sees("4 answers wait")
}

// TestNotThis: a wrong answer is refused; what looks like it is unknown from then on; and
// that is undone, too.
func TestNotThis(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	decision := p.classified("licence.jpg", photo("driving-licence", 3, 4))
	other := p.classified("same.jpg", photo("driving-licence", 3, 5))
	p.open("/c/mailroom/decisions/" + decision.DecisionID)
	p.click("Not this")
	p.sees("Noted: this is not card / driving-licence.")
	p.sees("Said not to be it")
	if again := p.classified("again.jpg", photo("driving-licence", 3, 4)); again.Decision != "unknown" {
		t.Errorf("the picture that is not it is %s (%s), as is %s", again.Decision, again.Reason, other.Decision)
	}
	p.press("u")
	p.sees("Undone.")
	p.await("the answer as it was", `!document.body.innerText.includes("Said not to be it")`)
	p.click("That is right")
	p.sees("Confirmed")
}

// TestRegisterFromAnswer: something unknown becomes a kind where it was seen.
func TestRegisterFromAnswer(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/recognise")
	p.upload(p.file("member.jpg", photo("membership", 3, 4)))
	p.sees("Unknown")
	p.click("Register it")
	p.focus("dialog input[name=label]")
	p.write("card/membership")
	p.sees("No other kind looks like it") // before anything is done
	p.sees("of its print is taken for contents")
	p.click("Register")
	p.sees("Registered as card / membership")
	p.upload(p.file("other.jpg", photo("membership", 4, 4)))
	p.await("the other copy", `document.querySelector("main [role=status]").innerText.startsWith("other.jpg: Recognised, card / membership")`)
	p.open("/c/mailroom/labels?label=card/membership")
	p.sees("1 reference")
}

// TestLabels: a label is renamed, and a reference moved and removed, each with the way back.
func TestLabels(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	p.open("/c/mailroom/labels?label=card/ticket")
	p.click("Rename or move")
	p.focus("dialog input[name=label]")
	p.write("event/ticket")
	p.click("Rename")
	p.sees("1 reference moved to event / ticket")
	p.press("u")
	p.sees("Undone.")
	p.open("/c/mailroom/labels?label=card/ticket")
	value[any](p, `document.querySelector("main .stack .tile").click()`)
	p.sees("The registered picture")
	p.click("Form and contents")
	p.await("the drawing", `document.querySelector("main .pair img")?.src.includes("contents.png") && document.querySelector("main .pair img").naturalWidth > 0`)
	p.click("Contents are fixed Only the same copy is: a poster, one particular page.")
	p.click("Save")
	p.sees("Saved.")
	p.click("Remove")
	p.sees("Remove this reference?")
	p.click("Remove")
	p.sees("Removed a reference")
	p.await("its label", `location.pathname === "/c/mailroom/labels"`)
	p.press("u")
	p.await("its page again", `document.querySelector("main form")?.elements.contents?.value === "fixed"`)
}

// TestEveryKeyOfTheInbox: what is nearly recognised is settled by one key, whichever it is, and
// taken back by one.
func TestEveryKeyOfTheInbox(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	for i := range uint64(2) {
		strict := service.ClassifyOptions{FPIR: 1e-12} // so that it is not recognised
		file := service.File{Name: "ticket.jpg", Data: photo("ticket", 3+i, 4)}
		if a, err := p.service.Classify(t.Context(), admin, "mailroom", file, strict); err != nil || a.Answers[0].Status != "open" {
			t.Fatalf("%+v, %v", a, err)
		}
	}
	waiting := `document.querySelector("main p")?.innerText.startsWith("2 answers wait, in 1 group")`
	p.open("/c/mailroom/inbox")
	p.await("the suggestion", waiting+` && document.body.innerText.includes("Comes nearest to card / ticket")`)
	undone := func() {
		p.Helper()
		p.press("u")
		p.await("the inbox as it was", waiting)
	}
	p.press("l")
	p.await("the second picture", `document.querySelectorAll(".tile")[1].matches(".here")`)
	p.press("h", "a")
	p.sees("2 selected")
	p.press("a", " ")
	p.sees("1 selected")
	p.press("x")
	p.sees("Noted: this is not card / ticket.")
	p.sees("1 answer waits")
	undone()
	p.press("\r")
	p.sees("2 pictures are card / ticket.")
	p.sees("Nothing waits")
	undone()
	p.press("c")
	p.sees("What are they?")
	p.write("card/driving-licence")
	p.press("\r")
	p.sees("2 pictures are card / driving-licence.")
	p.sees("Nothing waits")
	undone()
	p.press("i")
	p.sees("2 pictures were set aside.")
	p.sees("Nothing waits")
	undone()
	p.press("r")
	p.sees("No answer has changed.")
	p.press("?")
	p.sees("Choose a label")
	p.press("\x1b")
	p.await("the help to be closed", `!document.querySelector("dialog")`)
	p.press("o")
	p.sees("All decisions")
}

// TestNewestInboxIsShown: who takes a thing back before the page has asked for the inbox anew sees
// the inbox as it is, also if the older answer comes last, and its keys do not wait for that.
func TestNewestInboxIsShown(t *testing.T) {
	p := inboxOf(t)
	value[any](p, `(() => {
		const real = window.fetch;
		let first = true;
		window.late = false;
		window.fetch = async (...asked) => {
			const held = first && String(asked[0].url ?? asked[0]).split("?")[0].endsWith("/inbox");
			if (held) first = false;
			const answer = await real(...asked);
			if (held) { await new Promise((done) => { window.release = done; }); setTimeout(() => { window.late = true; }, 200); }
			return answer;
		};
	})(), null`)
	p.press("i")
	p.sees("3 pictures were set aside.")
	p.press("u")
	p.sees("Undone.")
	p.await("the newer answer", `!document.querySelector("view-inbox").settling`)
	p.sees("4 answers wait")
	p.press("i")
	p.sees("1 answer waits")
	p.await("the older answer to be there", "window.release")
	value[any](p, "window.release(), null")
	p.await("the older answer", "window.late")
	p.sees("1 answer waits")
}

// TestDifferencesAreDrawn: the page of a reference shows what looks like it, and where the two
// differ.
func TestDifferencesAreDrawn(t *testing.T) {
	p := newTab(t)
	p.collection("banknote")
	sibling := synthdoc.Siblings(synthdoc.Document{Kind: "banknote", Template: 12, Content: 12, Size: 640})["edition"]
	done, err := p.service.Register(t.Context(), admin, "mailroom", service.Registering{Label: "note/second", Files: []service.File{{Name: "second.png", Data: imaging.EncodePNG(synthdoc.Draw(sibling))}}})
	if err != nil || len(done.Results[0].Rivals) != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	p.open("/c/mailroom/references/" + done.Results[0].ID)
	p.click("See where they differ")
	p.await("the drawing", `document.querySelector("img.drawing")?.naturalWidth > 0`)
}
