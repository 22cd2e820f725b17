package pdf

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// CacheFolder is where the compiled module is kept between runs of the program, about 22 MB.
// It is empty if the user has no folder for caches: then every child compiles the module
// anew, which takes seconds.
func CacheFolder() string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "exemplar", "pdf")
}

// Warm draws a page, and with it fills the cache.
func Warm(ctx context.Context) error {
	const page = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 8 8]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
	doc, err := Open(ctx, []byte(page), Options{PageTime: time.Minute})
	if err != nil {
		return err
	}
	defer doc.Close()
	_, err = doc.Page(ctx, 0, 8)
	return err
}

// IsWarm says whether the cache holds a compiled module, if perhaps of another version.
func IsWarm() bool {
	entries, err := os.ReadDir(CacheFolder())
	return err == nil && len(entries) > 0
}
