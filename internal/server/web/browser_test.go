package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/server"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

// browser is one Chromium for all tests of the page: to start it takes a second.
var browser = sync.OnceValues(func() (context.Context, error) {
	started.Store(true)
	name := findBrowser()
	if name == "" {
		return nil, fmt.Errorf("there is no Chromium on the PATH (Debian: apt-get install chromium)")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(name),
		chromedp.Flag("use-fake-device-for-media-stream", true), // a camera that shows a moving drawing
		chromedp.Flag("use-fake-ui-for-media-stream", true),     // and is allowed without a question
		chromedp.Flag("force-prefers-reduced-motion", true),     // what turns while it waits is drawn without end
		chromedp.WSURLReadTimeout(patience),
	}
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	ctx, _ := chromedp.NewContext(context.Background(), chromedp.WithAllocatorOptions(options...))
	return ctx, chromedp.Do(ctx)
})

var started atomic.Bool // the browser

func findBrowser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func TestMain(m *testing.M) {
	code := m.Run()
	if started.Load() {
		if ctx, err := browser(); err == nil {
			_ = chromedp.Cancel(ctx) // closes Chromium
		}
	}
	os.Exit(code)
}

// tab is a tab of the browser on a service. No other test that runs has its cookies and memory.
type tab struct {
	*testing.T
	ctx     context.Context
	url     string
	service *service.Service
	gate    *gate
	allow   []string // parts of console messages that are no faults
}

// newTab opens a tab on a new service, which ends with the test. Without a browser the
// test is skipped, but not where it is required. The service may read the folders, and watch those below them.
func newTab(t *testing.T, folders ...string) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is not started in short tests")
	}
	t.Parallel()
	s, err := service.Open(context.Background(), service.Options{Dir: t.TempDir(), Folders: folders, Watch: folders, Looks: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	before := &gate{next: server.New(server.Options{Service: s, Version: "test"})}
	running := httptest.NewServer(before)
	t.Cleanup(func() { running.Close(); s.Close() })
	p := tabOn(t, running.URL)
	p.service, p.gate = s, before
	return p
}

// tabOn opens a tab on a server.
func tabOn(t *testing.T, url string) *tab {
	t.Helper()
	parent, err := browser()
	if err != nil && os.Getenv("EXEMPLAR_REQUIRE_BROWSER") != "1" {
		t.Skipf("the page is not tested: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	kept := takeTab(parent)
	if err := chromedp.Do(kept, chromedp.EmulateViewport(1280, 860)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(kept, 3*patience)
	p := &tab{T: t, ctx: ctx, url: url}
	watched := p.watch()
	t.Cleanup(func() {
		if t.Failed() {
			p.picture(t.Name())
		}
		stop()
		<-watched // nothing is told of a test that has ended
		if t.Failed() || leave(kept, url) != nil {
			_ = chromedp.Cancel(kept) // closes it
			return
		}
		tabs.Lock()
		defer tabs.Unlock()
		tabs.free = append(tabs.free, kept)
	})
	return p
}

// tabs are those that no test is in, with nothing left of the last one: to make another takes
// longer than many a test.
var tabs struct {
	sync.Mutex
	free []context.Context
}

func takeTab(parent context.Context) context.Context {
	tabs.Lock()
	defer tabs.Unlock()
	if n := len(tabs.free); n > 0 {
		ctx := tabs.free[n-1]
		tabs.free = tabs.free[:n-1]
		return ctx
	}
	ctx, _ := chromedp.NewContext(parent, chromedp.WithNewBrowserContext()) // ends with the browser
	return ctx
}

// leave makes a tab forget a service and all that was done in it.
func leave(tab context.Context, url string) error {
	ctx, stop := context.WithTimeout(tab, patience)
	defer stop()
	return chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, cookies := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
		_, kept := cdp.Call(ctx, t, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: url, StorageTypes: "all"})
		_, media := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme"}, {Name: "prefers-reduced-motion"}}})
		return errors.Join(cookies, kept, media)
	}))
}

// watch makes every exception, and every violation of the policy, a fault of the test, until
// the tab is closed.
func (p *tab) watch() (ended chan struct{}) {
	messages, ended := chromedp.Console(p.ctx), make(chan struct{})
	go func() {
		defer close(ended)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == chromedp.ConsoleError && !p.allowed(m.Text) {
				p.Errorf("console: %s", m)
			}
		}
	}()
	return ended
}

func (p *tab) allowed(text string) bool {
	for _, part := range append(p.allow, "Failed to load resource") { // the page says itself what was refused
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// picture keeps what a failed test saw, if a folder is named.
func (p *tab) picture(name string) {
	folder := os.Getenv("EXEMPLAR_SCREENSHOTS")
	if folder == "" {
		return
	}
	if png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, "/", "-")+".png"), png, 0o600)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// open goes to an address of the page, and waits until a view is there.
func (p *tab) open(path string) {
	p.Helper()
	p.do(chromedp.Navigate(p.url + path))
	p.await("the view of "+path, loaded)
}

// loaded is JavaScript: a view is there.
const loaded = `document.querySelector("main h1") && !document.querySelector("[aria-busy]")`

// goTo goes to another address of the page as its links do, without loading it anew, which takes
// ten times as long.
func (p *tab) goTo(path string) {
	p.Helper()
	value[any](p, `import("/assets/js/state.js").then(({ go }) => { window.left = document.querySelector("main").firstChild; go(`+quote(path)+`); return null; })`)
	p.await("the view of "+path, `document.querySelector("main").firstChild !== window.left && `+loaded)
}

// value is what JavaScript comes to.
func value[T any](p *tab, js string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s: %v", js, err)
	}
	return v
}

// patience is how long something may take to be seen: much longer than it takes, on a machine
// that does ten other things, too.
const patience = 2 * time.Minute

// await waits until JavaScript is true. (The library's own waiting makes code of a text,
// which the policy of the page forbids.)
func (p *tab) await(what, js string) {
	p.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Boolean("+js+")"))
		if ok {
			return
		}
		if time.Now().After(end) || p.ctx.Err() != nil {
			seen, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText`))
			p.Fatalf("%s did not come (%v); seen: %.2000s", what, err, seen)
		}
	}
}

// sees waits for a text.
func (p *tab) sees(text string) {
	p.Helper()
	p.await(fmt.Sprintf("%q", text), `document.body.innerText.includes(`+quote(text)+`)`)
}

func quote(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

// visible is JavaScript that finds the element with a text or a name among those that
// can be pressed, in the dialog if one is open.
func visible(text string) string {
	return `[...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button, a, summary, label, [role=option]")].find((e) => e.checkVisibility() && ((e.querySelector("span")?.innerText ?? "").trim() === ` + quote(text) + ` || e.innerText.trim() === ` + quote(text) + ` || e.getAttribute("aria-label") === ` + quote(text) + `))`
}

// click presses the mouse on what has a text or a name, when it lies still and nothing is
// upon it: pictures that come, and messages that go, move what is below them. Who misses it
// because it moved after all presses again.
func (p *tab) click(text string) {
	p.Helper()
	for {
		at := p.find(text)
		p.do(chromedp.MouseClickXY(at[0], at[1]))
		missed, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`window.hit === false`))
		if err != nil || !missed { // where the press led to another page there is no answer
			return
		}
	}
}

// find is where to press on what has a text or a name.
func (p *tab) find(text string) (at [2]float64) {
	p.Helper()
	p.await(fmt.Sprintf("what says %q", text), visible(text))
	return value[[2]float64](p, `new Promise((found) => { let before = ""; const look = () => {
		const e = `+visible(text)+`;
		e?.scrollIntoView({ block: "center" });
		const r = e?.getBoundingClientRect(), at = r && [r.x + r.width / 2, r.y + r.height / 2], now = String(at);
		if (e && now === before && e.contains(document.elementFromPoint(...at))) {
			window.hit = false;
			document.addEventListener("click", ({ target }) => { window.hit ||= Boolean(`+visible(text)+`?.contains(target)); }, { capture: true, once: true });
			return found(at);
		}
		before = now;
		setTimeout(look, 30);
	}; look(); })`)
}

// focus puts the cursor into a field by its selector, in the dialog if one is open.
func (p *tab) focus(selector string) {
	p.Helper()
	p.await(selector, `(document.querySelector("dialog[open]") ?? document).querySelector(`+quote(selector)+`)`)
	value[any](p, `(() => { const e = (document.querySelector("dialog[open]") ?? document).querySelector(`+quote(selector)+`); e.focus(); e.select?.(); })()`)
}

// write writes a text where the cursor is, as a person does.
func (p *tab) write(text string) {
	p.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.Fatal(err)
	}
}

// press presses keys, one after the other: characters, or \r for Enter. (A key that the
// page takes must not be written into the field that it opens: that holds only for keys
// which the browser itself makes characters of.)
func (p *tab) press(keys ...string) {
	p.Helper()
	at := time.Now()
	for _, key := range keys {
		p.pressAt(at, key)
	}
}

// pressAt presses a key at a time, whenever the browser comes to hear of it.
func (p *tab) pressAt(at time.Time, key string) {
	p.Helper()
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key, WindowsVirtualKeyCode: int64(strings.ToUpper(key)[0]), Timestamp: input.TimeSinceEpoch(float64(at.UnixMicro()) / 1e6)}
	if key == "\r" {
		down.Key, down.Code = "Enter", "Enter"
	}
	up := down
	up.Type, up.Text = input.DispatchKeyEventTypeKeyUp, ""
	for _, event := range []input.DispatchKeyEventParams{down, up} {
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, event); err != nil {
			p.Fatal(err)
		}
	}
}

// upload chooses files in the page's own field for them.
func (p *tab) upload(files ...string) {
	p.Helper()
	p.await("the field for files", `document.querySelector("main input[type=file]")`)
	field, err := chromedp.Call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: `document.querySelector("main input[type=file]")`})
	if err != nil {
		p.Fatal(err)
	}
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, ObjectID: field.Result.ObjectID})
		return err
	}))
}

// drawings keeps what is drawn: it takes longer than to recognise it.
var drawings sync.Map

func document(kind string, content uint64) *imaging.Image {
	return synthdoc.Draw(synthdoc.Document{Kind: kind, Template: 12, Content: content, Size: 640})
}

// scan is the file of a drawn document, photo that of a photo of a copy.
func scan(kind string) []byte {
	return once(kind, func() []byte { return imaging.EncodePNG(document(kind, 12)) })
}

func photo(kind string, content, seed uint64) []byte {
	return once(fmt.Sprint(kind, content, seed), func() []byte {
		return imaging.EncodeJPEG(capturesim.Scene(document(kind, content), nil, capturesim.Plain(), seed).Image, 85)
	})
}

func once(name string, draw func() []byte) []byte {
	kept, there := drawings.Load(name)
	if !there {
		kept, _ = drawings.LoadOrStore(name, draw())
	}
	return kept.([]byte)
}

// file writes a file with a name, and returns its path.
func (p *tab) file(name string, data []byte) string {
	p.Helper()
	path := filepath.Join(p.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		p.Fatal(err)
	}
	return path
}

// admin is who tests prepare a service as.
var admin = service.Actor{Name: "local", Role: service.Admin}

// collection makes a collection with registered kinds.
func (p *tab) collection(kinds ...string) {
	p.Helper()
	ctx := context.Background()
	if _, err := p.service.CreateCollection(ctx, admin, service.NewCollection{Name: "mailroom", Title: "Mail room", KeepPictures: service.KeepAll}); err != nil {
		p.Fatal(err)
	}
	for _, kind := range kinds {
		done, err := p.service.Register(ctx, admin, "mailroom", service.Registering{Label: "card/" + kind, Files: []service.File{{Name: kind + ".png", Data: scan(kind)}}})
		if err != nil || done.Registered != 1 {
			p.Fatal(err, done)
		}
	}
}

// classified has a photo recognised without the page.
func (p *tab) classified(name string, data []byte) service.Answered {
	p.Helper()
	done, err := p.service.Classify(context.Background(), admin, "mailroom", service.File{Name: name, Data: data}, service.ClassifyOptions{})
	if err != nil {
		p.Fatal(err)
	}
	return done.Answers[0]
}
