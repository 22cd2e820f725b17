package web_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"exemplar/internal/server/web"
	"exemplar/internal/service"
)

// TestFirstRun is the way of somebody who has never seen the page: from nothing to the
// first answer.
func TestFirstRun(t *testing.T) {
	p := newTab(t)
	p.open("/")
	p.sees("Welcome")
	p.focus("input[name=title]")
	p.write("Mail room")
	p.click("Make the collection")
	p.sees("Three steps to the first answer")
	p.click("Register examples")
	p.sees("Drop examples here")
	p.upload(p.file("driving-licence.png", scan("driving-licence")), p.file("notes.png", []byte("no picture")))
	p.sees("No other kind looks like it") // what is told of the examples moves what is below them
	p.sees("It cannot be a reference")
	p.click("Register 2 examples")
	p.sees("Registered")
	p.sees("Refused:") // one bad file does not stop the others
	p.press("g", "r")
	p.sees("Drop documents here")
	p.upload(p.file("photo.jpg", photo("driving-licence", 3, 4)))
	p.sees("driving-licence")
	p.sees("Recognised")
	p.sees("The reference")
	p.await("the marks", `document.querySelector("svg.marks polygon.document")`)
	if id := value[string](p, `new URLSearchParams(location.search).get("decision")`); id == "" {
		t.Error("the address does not name the answer")
	}
	p.do(chromedp.Reload())
	p.sees("The picture is not kept") // the address shows the answer again, and by default only pictures of the inbox are kept
}

// TestSeveralFiles: the good ones are answered whatever the others are.
func TestSeveralFiles(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	p.open("/c/mailroom/recognise")
	p.upload(p.file("one.jpg", photo("driving-licence", 3, 4)), p.file("broken.jpg", []byte("\xff\xd8\xff broken")), p.file("letter.txt", []byte("hello")), p.file("two.jpg", photo("ticket", 4, 4)))
	p.sees("2 recognised")
	p.sees("2 not usable")
	p.press("j")
	p.await("the second answer", `document.querySelector("article .what").innerText === "Not usable"`)
	p.press("j", "j")
	p.await("the last answer", `document.querySelector("article .what").innerText.includes("ticket")`)
}

// hostile is a text that would act if it were taken for HTML.
const hostile = `<img src=x onerror=window.hurt=1>`

// TestTextIsText: labels and names of files are shown as they are.
func TestTextIsText(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	name := `"><script>window.hurt=1</script>` + hostile + `.jpg`
	answered := p.classified(name, photo("driving-licence", 3, 4))
	p.open("/c/mailroom/inbox")
	for _, path := range []string{"/c/mailroom/decisions", "/c/mailroom/decisions/" + answered.DecisionID, "/c/mailroom/labels?label=" + strings.ReplaceAll(hostile, " ", "%20"), "/c/%3Cimg%20src=x%20onerror=window.hurt=1%3E/inbox"} {
		p.goTo(path)
		p.sees("<img src=x onerror=window.hurt=1>")
		if value[bool](p, `"hurt" in window || document.querySelector("main img[onerror], main script") !== null`) {
			t.Errorf("%s: a text became code", path)
		}
	}
	if policy := value[string](p, `fetch(location.href).then((r) => r.headers.get("Content-Security-Policy"))`); policy != web.ContentSecurityPolicy {
		t.Errorf("the server sends the page with another policy: %s", policy)
	}
}

// given is JavaScript that makes a DataTransfer with a photo in it, as the browser does
// when a file is pasted or dropped.
const given = `(async () => {
	const id = (await (await fetch("/api/v1/collections/mailroom/decisions")).json()).decisions[0].id;
	const photo = await (await fetch("/api/v1/collections/mailroom/decisions/" + id + "/picture")).blob();
	const data = new DataTransfer();
	data.items.add(new File([photo], %s, { type: "image/jpeg" }));
	return data;
})()`

// TestPasteAndDrop: a file that is pasted or dropped anywhere on the view is taken.
func TestPasteAndDrop(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.open("/c/mailroom/recognise")
	value[any](p, fmt.Sprintf(given, `"pasted.jpg"`)+`.then((data) => { document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); })`)
	p.sees("pasted.jpg")
	p.sees("Recognised")
	value[any](p, fmt.Sprintf(given, `"dropped.jpg"`)+`.then((data) => { document.querySelector("main").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); })`)
	p.sees("dropped.jpg")
	p.sees("Recognised")
}

// TestCamera takes a photo by the browser's own camera, which shows no document.
func TestCamera(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/recognise")
	p.click("Photograph")
	p.await("the camera", `document.querySelector("dialog video")?.videoWidth > 0 && !`+visible("Take the photo")+`.disabled`)
	p.click("Take the photo")
	p.sees("Unknown")
	p.await("the camera to end", `!document.querySelector("video")`)
}

// views are the addresses of all views that need no id.
var views = []string{"/c/mailroom/recognise", "/c/mailroom/register", "/c/mailroom/inbox", "/c/mailroom/changes", "/c/mailroom/labels", "/c/mailroom/labels?label=card", "/c/mailroom/decisions", "/c/mailroom/insights", "/c/mailroom/jobs", "/collections", "/keys", "/audit", "/system", "/api"}

// TestPhone: nothing is wider than a phone.
func TestPhone(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	answered := p.classified("a-name-that-is-much-longer-than-a-phone-is-wide-and-has-no-place-to-break.jpg", photo("driving-licence", 3, 4))
	p.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2)))
	p.open("/c/mailroom/decisions/" + answered.DecisionID)
	for _, path := range append(views, "/c/mailroom/decisions/"+answered.DecisionID) {
		p.goTo(path)
		if wide := value[float64](p, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %v px wide on a phone of 360: %s", path, wide, value[string](p, `[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > 361).map((e) => e.tagName + "." + e.className).slice(0, 12).join(" ")`))
		}
	}
	p.click("More")
	p.click("Collections")
	p.sees("New collection")
}

// TestKeysAndRoles: the first key is an admin's and keeps its maker signed in; a key of
// another role sees and may do less.
func TestKeysAndRoles(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	decision := p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.open("/keys")
	p.click("New key")
	p.focus("input[name=name]")
	p.write("Ada")
	p.click("Make the key")
	p.sees("it is shown this once")
	p.click("Done")
	p.await("the list", `document.querySelector("main table")`) // in place of what was there, with its button
	p.click("New key")
	p.focus("input[name=name]")
	p.write("scanner")
	p.click("Make the key")
	p.sees("it is shown this once")
	key := value[string](p, `document.querySelector("dialog input").value`)
	p.click("Done")
	p.sees("scanner")
	p.click("Sign out")
	p.sees("This service asks for a key")

	value[any](p, `window.here = true; const a = document.createElement("a"); a.href = "/oidc/login"; document.querySelector("main form").append(a); a.click()`)
	p.await("the log-in of a provider to be left to the server", `!("here" in window)`)
	p.open("/")
	p.focus("input[name=key]")
	p.write("exk_abcdefgh_wrong")
	p.press("\r")
	p.sees("This key is not known")
	p.focus("input[name=key]")
	p.write(key)
	p.press("\r")
	p.sees("Drop documents here")
	for _, hidden := range []string{"Inbox", "Keys", "Audit"} {
		if value[bool](p, `Boolean(`+visible(hidden)+`)`) {
			t.Errorf("a key of role classify is shown %s", hidden)
		}
	}
	p.open("/c/mailroom/decisions/" + decision.DecisionID)
	p.sees("Recognised")
	if value[bool](p, `Boolean(`+visible("That is right")+`)`) {
		t.Error("a key of role classify may confirm")
	}
	p.do(chromedp.Navigate(p.url + "/keys"))
	p.sees("Your key does not allow this")
}

// TestAudit: what was done is there, and its chain is whole.
func TestAudit(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.open("/audit")
	p.sees("Registered card/driving-licence")
	p.click("Details")
	p.sees("gallery_version")
	p.click("Verify the chain")
	p.sees("The chain is whole: 3 rows")
	value[any](p, `(() => { const e = document.querySelector("select[name=what]"); e.value = "references"; e.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	p.await("one row", `document.querySelectorAll("tbody tr").length === 1 && location.search === "?what=references"`)
	p.goTo("/system")
	p.sees("Files of jobs that wait")
	p.goTo("/c/mailroom/insights")
	p.sees("Of the last 1 answer none lay between two kinds")
	p.click("90 days")
	p.sees("in the last 90 days")
}

// TestCallsCanBeRepeated: what was done is shown as a command that does the same.
func TestCallsCanBeRepeated(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl")
	}
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/recognise")
	name := "it's $(a) photo.jpg"
	file := p.file(name, photo("driving-licence", 3, 4))
	p.upload(file)
	p.sees("Recognised")
	p.click("API")
	p.sees("curl")
	command := exec.Command("sh", "-c", value[string](p, `[...document.querySelectorAll("pre")].find((e) => e.innerText.includes("classify")).innerText`))
	command.Dir = filepath.Dir(file)
	out, err := command.Output()
	if err != nil || !strings.Contains(string(out), `"label":"card/driving-licence"`) {
		t.Errorf("%s: %v: %s", command, err, out)
	}
}

// TestWordsStayWhole: where there is little room, tables and lists go on below, or are moved sideways;
// no word of them is broken into letters.
func TestWordsStayWhole(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence", "ticket")
	p.classified("licence.jpg", photo("driving-licence", 3, 4))
	if _, err := p.service.Register(t.Context(), admin, "mailroom", service.Registering{Label: "card/public transport of the city and its suburbs/monthly ticket for pensioners", Files: []service.File{{Name: "ticket.png", Data: scan("ticket")}}}); err != nil {
		t.Fatal(err)
	}
	p.classified("ticket.jpg", photo("ticket", 3, 4)) // lies between two labels
	p.open("/c/mailroom/labels")
	for _, width := range []int64{360, 1000} {
		p.do(chromedp.EmulateViewport(width, 800))
		for _, path := range []string{"/c/mailroom/decisions", "/c/mailroom/changes", "/c/mailroom/insights", "/audit", "/keys", "/collections"} {
			p.goTo(path)
			broken := value[string](p, `(() => {
				const found = [], texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
				for (let text = texts.nextNode(); text; text = texts.nextNode()) {
					if (!text.parentElement.checkVisibility() || text.parentElement.closest(".wrap, .mono, .unseen, .cut")) continue;
					for (const word of text.data.matchAll(/[A-Za-z]{2,12}/g)) {
						const range = document.createRange();
						range.setStart(text, word.index);
						range.setEnd(text, word.index + word[0].length);
						if (range.getClientRects().length > 1) found.push(word[0]);
					}
				}
				return found.join(" ");
			})()`)
			if broken != "" {
				t.Errorf("%s, %d pixels wide, breaks %s", path, width, broken)
			}
		}
	}
}
