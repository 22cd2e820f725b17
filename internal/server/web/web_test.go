package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// ask sends a request to the page.
func ask(t *testing.T, method, target string, header http.Header) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, target, nil)
	for name, values := range header {
		request.Header[name] = values
	}
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func TestAddressesOfViewsGetTheDocument(t *testing.T) {
	for _, target := range []string{"/", "/c/mailroom/inbox", "/c/a%2Fb/references/01J", "/keys", "/c/x/decisions?label=a/b.pdf"} {
		answer := ask(t, http.MethodGet, target, nil)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: status %d, %s", target, answer.StatusCode, answer.Header.Get("Content-Type"))
		}
	}
}

func TestAssetsHaveTheirTypeAndAreNotSentTwice(t *testing.T) {
	for target, kind := range map[string]string{"/assets/js/main.js": "text/javascript; charset=utf-8", "/assets/app.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml"} {
		first := ask(t, http.MethodGet, target, nil)
		if first.StatusCode != http.StatusOK || first.Header.Get("Content-Type") != kind {
			t.Errorf("%s: status %d, %s", target, first.StatusCode, first.Header.Get("Content-Type"))
		}
		again := ask(t, http.MethodGet, target, http.Header{"If-None-Match": {first.Header.Get("ETag")}})
		if again.StatusCode != http.StatusNotModified || again.ContentLength > 0 {
			t.Errorf("%s: asked again, status %d with %d bytes", target, again.StatusCode, again.ContentLength)
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	for _, target := range []string{"/assets/", "/assets/none.js", "/assets/../web.go", "/assets/js"} {
		if answer := ask(t, http.MethodGet, target, nil); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", target, answer.StatusCode)
		}
	}
	if answer := ask(t, http.MethodPost, "/", nil); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST /: status %d", answer.StatusCode)
	}
}

// TestThePolicyHoldsForTheDocument: what the policy forbids would silently not work.
func TestThePolicyHoldsForTheDocument(t *testing.T) {
	answer := ask(t, http.MethodGet, "/", nil)
	policy := answer.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %q", want)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy allows what is unsafe: %s", policy)
	}
}

// forbidden are ways by which a text could become code, or something could come from
// elsewhere.
var forbidden = map[string]*regexp.Regexp{
	"HTML made of text":         regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\(|new Function`),
	"an inline style or script": regexp.MustCompile(`<style|style="|\son[a-z]+="|<script>|javascript:`),
	"something from elsewhere":  regexp.MustCompile(`(?i)(?:src|href|from|import|url)\W{1,3}(?:https?:)?//[a-z]`),
}

func TestNoTextBecomesCode(t *testing.T) {
	err := fs.WalkDir(embedded, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(embedded, name)
		if err != nil {
			return err
		}
		for what, pattern := range forbidden {
			if at := pattern.Find(content); at != nil {
				t.Errorf("%s holds %s: %s", name, what, at)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestModulesAreThere: an import of a file that is missing is seen in a browser only.
func TestModulesAreThere(t *testing.T) {
	files := mustRead(embedded, "static")
	imported := regexp.MustCompile(`from "(\.[^"]+)"|import\("?(\.[^"]+)"?\)`)
	for name, f := range files {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, match := range imported.FindAllStringSubmatch(string(f.content), -1) {
			if target := path.Join(path.Dir(name), match[1]); match[1] != "" && files[target].content == nil {
				t.Errorf("%s imports %s, which is not there", name, match[1])
			}
		}
	}
	for _, view := range regexp.MustCompile(`module: "([a-z]+)"`).FindAllStringSubmatch(string(files["js/main.js"].content), -1) {
		if files["js/views/"+view[1]+".js"].content == nil {
			t.Errorf("main.js names the view %q, which has no module", view[1])
		}
	}
}
