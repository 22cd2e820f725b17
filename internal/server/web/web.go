// Package web is the page of the service: what a clerk sees in a browser. It holds
// files alone (static/: one document, one style sheet, plain ES modules), which are
// embedded and served as they stand. Nothing is built, nothing comes from elsewhere,
// and the page knows the service by its public API only.
//
// Every address that names no file gets the document: the page reads from the address
// what to show, so that every view can be linked to.
package web

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// ContentSecurityPolicy is what a browser lets the page do: run its own modules and
// talk to its own server. No text becomes code, not even by a mistake of ours: there is
// no inline script or style, and Trusted Types refuse every assignment of HTML.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// assets is the folder of the files in addresses.
const assets = "/assets/"

//go:embed static
var embedded embed.FS

// file is one embedded file as it is sent.
type file struct {
	content []byte
	kind    string // media type
	etag    string
}

// Handler serves the page. It answers GET and HEAD alone.
func Handler() http.Handler {
	files := mustRead(embedded, "static")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the page is only read", http.StatusMethodNotAllowed)
			return
		}
		name, isAsset := strings.CutPrefix(r.URL.Path, assets)
		if !isAsset {
			name = "index.html"
		}
		f, known := files[name]
		if !known {
			http.NotFound(w, r)
			return
		}
		f.serve(w, r)
	})
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", ContentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	header.Set("Cache-Control", "no-cache") // asked for again, and answered by 304: a new program shows its own page at once
	header.Set("ETag", f.etag)
	header.Set("Content-Type", f.kind)
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", fmt.Sprint(len(f.content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(f.content) // whoever hung up gets nothing
	}
}

// mediaTypes are said here, because the tables of systems differ.
var mediaTypes = map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".webmanifest": "application/manifest+json"}

// mustRead reads all files below root by their path there. What is embedded can be read:
// anything else is a mistake of the program.
func mustRead(from fs.FS, root string) map[string]file {
	files := map[string]file{}
	err := fs.WalkDir(from, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		kind := mediaTypes[path.Ext(name)]
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(name))
		}
		files[strings.TrimPrefix(name, root+"/")] = file{content: content, kind: kind, etag: fmt.Sprintf(`"%x"`, sha256.Sum256(content))}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	return files
}
