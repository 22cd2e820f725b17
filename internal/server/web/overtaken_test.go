package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"exemplar/internal/service"
)

// gate keeps answers of a service back, so that later ones overtake them, and counts what is asked.
type gate struct {
	next http.Handler

	mu    sync.Mutex
	held  map[string]*kept // by method and end of the path: the next such answer is
	asked map[string]int   // by method and path
}

// kept is an answer that is kept back.
type kept struct{ there, letGo chan struct{} }

// hold has the next answer to a request made at once, and kept back until it is let go.
func (g *gate) hold(request string) (letGo func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := &kept{make(chan struct{}), make(chan struct{})}
	if g.held == nil {
		g.held = map[string]*kept{}
	}
	g.held[request] = k
	return sync.OnceFunc(func() { close(k.letGo) })
}

// holds is hold, and then a wait until the answer is there: what does makes the page ask.
func (p *tab) holds(request string, does func()) (letGo func()) {
	p.Helper()
	letGo = p.gate.hold(request)
	p.gate.mu.Lock()
	k := p.gate.held[request]
	p.gate.mu.Unlock()
	does()
	select {
	case <-k.there:
	case <-time.After(patience):
		p.Fatalf("%s was not asked", request)
	}
	return letGo
}

func (g *gate) count(request string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for of, times := range g.asked {
		if strings.HasSuffix(of, request) {
			n += times
		}
	}
	return n
}

func (g *gate) take(r *http.Request) *kept {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.asked == nil {
		g.asked = map[string]int{}
	}
	g.asked[r.Method+" "+r.URL.Path]++
	for request, k := range g.held {
		if method, end, _ := strings.Cut(request, " "); r.Method == method && strings.HasSuffix(r.URL.Path, end) {
			delete(g.held, request)
			return k
		}
	}
	return nil
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k := g.take(r)
	if k == nil {
		g.next.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	g.next.ServeHTTP(answer, r)
	close(k.there)
	select {
	case <-k.letGo:
	case <-r.Context().Done():
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// settled waits until what was let go has come, and had its effect.
func (p *tab) settled() {
	p.Helper()
	value[any](p, `new Promise((done) => setTimeout(() => done(null), 400))`)
}

// TestLastViewIsShown: who goes on before a view has come sees the last one that was asked for.
func TestLastViewIsShown(t *testing.T) {
	p := newTab(t)
	p.collection("ticket")
	p.open("/c/mailroom/labels")
	p.sees("1 label with 1 reference")
	letGo := p.holds("GET /assets/js/views/insights.js", func() { p.click("Insights") })
	p.click("Decisions")
	p.sees("No decisions yet")
	letGo()
	p.await("the module", `customElements.get("view-insights")`)
	p.settled()
	if at := value[string](p, `document.querySelector("main").firstChild.localName + " at " + location.pathname`); at != "view-decisions at /c/mailroom/decisions" {
		t.Errorf("seen: %s", at)
	}
}

// TestBonesOfAnOlderLoad: what was loaded last stays, while an older load goes on.
func TestBonesOfAnOlderLoad(t *testing.T) {
	p := newTab(t)
	p.collection("ticket")
	p.open("/c/mailroom/jobs")
	seen := value[string](p, `(async () => {
		const view = document.querySelector("view-jobs"), place = document.createElement("div");
		view.append(place);
		view.load(() => new Promise(() => {}), place);
		await view.load(async () => "the newest", place);
		await new Promise((done) => setTimeout(done, 400));
		return place.innerText + place.querySelectorAll(".skeleton").length;
	})()`)
	if seen != "the newest0" {
		t.Errorf("seen: %q", seen)
	}
}

// TestKeysTwiceInTheInbox: a key that is pressed twice, or held down, settles one group, once.
func TestKeysTwiceInTheInbox(t *testing.T) {
	p := inboxOf(t)
	letGo := p.gate.hold("POST /inbox/resolve")
	p.press("i", "i")
	value[any](p, `document.dispatchEvent(new KeyboardEvent("keydown", { key: "i", repeat: true, bubbles: true })), null`)
	letGo()
	p.sees("1 answer waits")
	value[any](p, `document.dispatchEvent(new KeyboardEvent("keydown", { key: "i", repeat: true, bubbles: true })), null`)
	p.settled()
	if n := p.gate.count("POST /api/v1/collections/mailroom/inbox/resolve"); n != 1 {
		t.Errorf("settled %d times", n)
	}
}

// TestPlaceWhileTheInboxIsAsked: who goes on to another group while the inbox is asked for anew stays there.
func TestPlaceWhileTheInboxIsAsked(t *testing.T) {
	p := inboxOf(t)
	letGo := p.holds("GET /inbox", func() { p.press("r") })
	p.press("j")
	p.await("the other group", `document.querySelector(".group[aria-current=true]").innerText.includes("1 picture")`)
	letGo()
	p.sees("No answer has changed")
	if text := value[string](p, `document.querySelector(".group[aria-current=true]").innerText`); !strings.Contains(text, "1 picture") {
		t.Errorf("the open group: %s", text)
	}
}

// TestPressedTwice: a button or a key that is pressed twice opens one dialog, and sends once.
func TestPressedTwice(t *testing.T) {
	p := newTab(t, t.TempDir())
	p.collection("driving-licence")
	p.open("/c/mailroom/jobs")
	p.sees("No jobs yet")
	p.holds("GET /job-folders", func() { p.press("n", "n") })()
	p.sees("Files on the server")
	p.settled()
	if n := value[int](p, `document.querySelectorAll("dialog").length`); n != 1 {
		t.Errorf("%d dialogs", n)
	}
	answered := p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.open("/c/mailroom/decisions/" + answered.DecisionID)
	p.sees("That is right")
	value[any](p, `(() => { const b = [...document.querySelectorAll("button")].find((b) => b.innerText.includes("That is right")); b.click(); b.click(); })(), null`)
	p.sees("Confirmed.")
	if n := p.gate.count("/confirm"); n != 1 {
		t.Errorf("confirmed %d times", n)
	}
}

// TestOlderLookAtAWatch: a look that was under way when a watched folder was paused does not show it as before.
func TestOlderLookAtAWatch(t *testing.T) {
	root := t.TempDir()
	p := newTab(t, root)
	often, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `const every = setInterval; window.setInterval = (does, ms) => every(does, ms / 20)`})
	if err != nil {
		t.Fatal(err) // the looks of the page are 3 s apart
	}
	t.Cleanup(func() {
		if _, err := chromedp.Call(p.ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(often)); err != nil {
			t.Error(err)
		}
	})
	p.collection("ticket")
	if err := os.Mkdir(filepath.Join(root, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := p.service.AddWatch(t.Context(), admin, "mailroom", service.NewWatch{Folder: filepath.Join(root, "in"), To: filepath.Join(root, "out")}); err != nil {
		t.Fatal(err)
	}
	p.open("/c/mailroom/jobs")
	p.sees("Watching")
	for looks := p.gate.count("/watches"); p.gate.count("/watches") < looks+2; { // also where nothing has changed
		if p.settled(); p.ctx.Err() != nil {
			t.Fatal("nothing looks any more")
		}
	}
	letGo := p.holds("GET /watches", func() {})
	p.click("Pause")
	p.sees("Paused")
	value[any](p, `new MutationObserver(() => { window.older ||= document.body.innerText.includes("Watching"); }).observe(document.body, { subtree: true, childList: true }), null`)
	letGo()
	p.settled()
	if value[bool](p, `Boolean(window.older)`) {
		t.Error("the older answer is shown")
	}
}

// TestAdviceOfALabelThatIsGone: what a picture resembles is not told of a label that was taken out again.
func TestAdviceOfALabelThatIsGone(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/register")
	letGo := p.holds("POST /references", func() { p.upload(p.file("membership.png", scan("membership"))) })
	p.focus("main input[name=label]")
	p.write(" ")
	letGo()
	p.settled()
	if text := value[string](p, `document.querySelector(".advice").innerText`); text != "" {
		t.Errorf("told of no label: %s", text)
	}
}

// TestStoredAnswerComesLate: an answer of before that comes late does not take the place of that of a new file.
func TestStoredAnswerComesLate(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	before := p.classified("before.jpg", photo("driving-licence", 3, 4))
	letGo := p.holds("GET /decisions/"+before.DecisionID, func() { p.do(chromedp.Navigate(p.url + "/c/mailroom/recognise?decision=" + before.DecisionID)) })
	value[any](p, `document.querySelector("view-recognise").take([new File([Uint8Array.from([1, 2, 3])], "now.jpg")]), null`)
	p.sees("Not usable")
	letGo()
	p.settled()
	if value[bool](p, `document.body.innerText.includes("before.jpg")`) {
		t.Error("the older answer took its place")
	}
}

// TestFilesAtATime: however often files are dropped, two are sent at a time.
func TestFilesAtATime(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/recognise")
	value[any](p, `(() => { const view = document.querySelector("view-recognise"); view.classify = () => new Promise(() => {});
		for (let i = 0; i < 5; i++) view.take([new File(["x"], i + ".jpg"), new File(["y"], i + "b.jpg")]); })(), null`)
	if n := value[int](p, `document.querySelector("view-recognise").items.filter((i) => i.state === "working").length`); n != 2 {
		t.Errorf("%d at a time", n)
	}
}

// TestNumbersOfTheCollectionThatWasLeft: numbers that come late stay with their own collection.
func TestNumbersOfTheCollectionThatWasLeft(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	if _, err := p.service.CreateCollection(t.Context(), admin, service.NewCollection{Name: "archive", Title: "Archive"}); err != nil {
		t.Fatal(err)
	}
	p.open("/c/mailroom/recognise")
	p.holds("GET /collections/mailroom", func() {
		value[any](p, `import("/assets/js/state.js").then(({ state }) => { window.state = state; state.refreshCounts().then(() => { window.came = true; }); state.open("archive"); return null; })`)
	})()
	p.await("the numbers", "window.came")
	if names := value[string](p, `state.collections.map((c) => c.name).sort().join()`); names != "archive,mailroom" {
		t.Errorf("the collections: %s", names)
	}
}

// TestKeysWaitForABusyPage: two keys that were pressed together belong together, whenever the page comes to them,
// and two that were not do not.
func TestKeysWaitForABusyPage(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	p.open("/c/mailroom/labels")
	pressed := time.Now()
	p.pressAt(pressed, "g")
	value[any](p, `(() => { for (const end = performance.now() + 1600; performance.now() < end;); })(), null`)
	p.pressAt(pressed.Add(200*time.Millisecond), "d")
	p.sees("No decisions yet")
	pressed = time.Now()
	p.pressAt(pressed, "g")
	p.pressAt(pressed.Add(2*time.Second), "l")
	p.settled()
	if at := value[string](p, `location.pathname`); at != "/c/mailroom/decisions" {
		t.Errorf("two keys two seconds apart lead to %s", at)
	}
}

// TestFirstExamplesAreSeen: who goes from registering the first examples to recognising need not load the page anew,
// even before their number has come.
func TestFirstExamplesAreSeen(t *testing.T) {
	p := newTab(t)
	p.collection()
	p.open("/c/mailroom/register")
	p.upload(p.file("driving-licence.png", scan("driving-licence")))
	p.sees("No other kind looks like it")
	letGo := p.holds("GET /collections/mailroom", func() { p.click("Register 1 example") })
	p.press("g", "r")
	p.sees("Three steps to the first answer")
	letGo()
	p.sees("Drop documents here")
}

// TestUndoneAtOnce: what is taken back before its own effect has come is shown as it is, and who is led on is led back.
func TestUndoneAtOnce(t *testing.T) {
	p := newTab(t)
	p.collection("driving-licence")
	answered := p.classified("licence.jpg", photo("driving-licence", 3, 4))
	p.open("/c/mailroom/decisions/" + answered.DecisionID)
	letGo := p.holds("GET /decisions/"+answered.DecisionID, func() { p.click("That is right") })
	p.sees("Confirmed.")
	value[any](p, `document.querySelector("article section").dataset.before = "", null`)
	p.press("u")
	p.await("the newer answer", `!document.querySelector("[data-before]")`)
	letGo()
	p.settled()
	if !value[bool](p, `Boolean(`+visible("That is right")+`)`) {
		t.Error("the answer is shown as confirmed")
	}
	reference := "/c/mailroom/references/" + answered.Candidates[0].Reference
	p.goTo(reference)
	p.click("Remove")
	p.sees("Remove this reference?")
	letGo = p.holds("GET /collections/mailroom", func() { p.click("Remove") })
	p.settled()
	if value[bool](p, `document.body.innerText.includes("Removed a reference")`) {
		t.Error("it is told before the page has gone on: who undoes it then is led away after all")
	}
	letGo()
	p.sees("Removed a reference")
	p.press("u")
	p.await("its page", `location.pathname === `+quote(reference)+` && document.querySelector("main form")`)
}
