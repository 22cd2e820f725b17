// Package web is the page of exemplar serve, as files inside the program.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed all:site
var files embed.FS

// Handler serves the page. An address without an extension is one of the page's own,
// and gets its first file.
func Handler() http.Handler {
	site, err := fs.Sub(files, "site")
	if err != nil {
		panic(err) // the folder is embedded
	}
	serve := http.FileServerFS(site)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := fs.Stat(site, strings.TrimPrefix(path.Clean(r.URL.Path), "/")); err != nil && path.Ext(r.URL.Path) == "" {
			http.ServeFileFS(w, r, site, "index.html")
			return
		}
		serve.ServeHTTP(w, r)
	})
}
