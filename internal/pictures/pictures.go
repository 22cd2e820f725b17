// Package pictures keeps files outside of a database: in a folder, or in a bucket that
// speaks the protocol of S3.
//
//	place, err := pictures.Open("dir:/srv/pictures")
//	err = place.Put(ctx, "mailroom/ab/abcdef", data)
//
// A file appears whole or not at all, under a name that is used once. What is not here: who
// may go when, which the tables of package service say.
//
// The client of S3 is our own, because minio-go would make the program 1.7 MB larger for
// three requests.
package pictures

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Errors of places.
var (
	ErrNone    = errors.New("there is no such file")
	ErrAway    = errors.New("cannot be reached")           // now: later it may
	ErrRefused = errors.New("does not let this server in") // until somebody changes something
)

// Place keeps files. It is safe for concurrent use, also by several processes. Its errors
// name it.
type Place interface {
	// Put stores a file; one of the name is replaced.
	Put(ctx context.Context, name string, data []byte) error

	// Get returns a file of at most limit bytes; [ErrNone] says that there is none.
	Get(ctx context.Context, name string, limit int64) ([]byte, error)

	// Remove removes a file; one that is not there is removed already.
	Remove(ctx context.Context, name string) error

	// String is the place as a user names it, without secrets.
	String() string
}

const (
	folderPrefix = "dir:"
	bucketPrefix = "s3://"
)

// Open returns the place with a name: dir:PATH, or s3://BUCKET/PREFIX. It does not look
// whether the place is there.
func Open(name string) (Place, error) {
	if path, ok := strings.CutPrefix(name, folderPrefix); ok && path != "" {
		path, err := filepath.Abs(path)
		return Folder{path}, err
	}
	if strings.HasPrefix(name, bucketPrefix) {
		return openBucket(name)
	}
	return nil, fmt.Errorf("pictures are kept at dir:PATH or s3://BUCKET/PREFIX, not at %q", name)
}

// names are those that files may have: words of letters, digits, dots, dashes and underscores,
// between slashes.
var names = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// checkName refuses other names before they become a path.
func checkName(name string) error {
	if len(name) > 500 || !names.MatchString(name) {
		return fmt.Errorf("%q is no name of a kept file", name)
	}
	return nil
}
