package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"exemplar"
	"exemplar/internal/service"
	"exemplar/internal/service/db"
)

// RestoreOptions say how a backup is put back.
type RestoreOptions struct {
	Replace bool // what the folder holds
}

// Restore makes a folder of a service from a backup. All of it is checked before the
// folder gets its name; then it takes the place of what was there, in one step where the
// system can. Nobody may be serving the folder.
func Restore(ctx context.Context, from, to string, opts RestoreOptions) (Manifest, error) {
	m, err := Read(from)
	if err != nil {
		return m, err
	}
	if err := m.restore(ctx, from, to, opts); err != nil {
		return m, fmt.Errorf("restore %q: %w", from, err)
	}
	return m, nil
}

func (m Manifest) restore(ctx context.Context, from, to string, opts RestoreOptions) error {
	empty, err := isEmpty(to)
	if err != nil {
		return err
	}
	if !empty && !opts.Replace {
		return fmt.Errorf("%q holds something: name an empty folder, or give --replace to replace what it holds", to)
	}
	p, err := newPlace(ctx, to)
	if err != nil {
		return err
	}
	defer p.close()
	if err := room(p.made, m.Bytes()); err != nil {
		return err
	}
	for _, f := range m.Files {
		if err := f.copy(ctx, from, p.made); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err := m.check(ctx, p.made); err != nil {
		return err
	}
	if err := p.keepOwner(); err != nil {
		return err
	}
	if empty {
		return p.settle()
	}
	lock, err := db.TakeLock(ctx, filepath.Join(p.final, "serve.lock"))
	if errors.Is(err, db.ErrLocked) {
		return fmt.Errorf("a process serves %q: end it first", to)
	}
	if err != nil {
		return err
	}
	release := func() { lock.Release() }
	if runtime.GOOS == "windows" { // a folder with open files cannot be moved there
		release()
		release = func() {}
	}
	defer func() { release() }()
	return p.replace()
}

// check compares what the files of a folder hold with what the manifest says.
func (m Manifest) check(ctx context.Context, folder string) error {
	var found Contents
	var problems []string
	err := visit(ctx, folder, exemplar.DefaultModel(), func(s *service.Service) (err error) {
		found, problems, err = look(ctx, s)
		return err
	})
	if err != nil {
		return err
	}
	if found.Pictures = m.Contents.Pictures; found != m.Contents {
		return fmt.Errorf("it holds %+v, and its manifest says %+v", found, m.Contents)
	}
	if len(problems) > 0 && len(m.Problems) == 0 {
		return fmt.Errorf("it was sound when it was made, and is not now: %s", strings.Join(problems, "; "))
	}
	return nil
}

// copy copies a file of a backup, which must have its hash.
func (f File) copy(ctx context.Context, from, to string) (err error) {
	in, err := os.Open(filepath.Join(from, filepath.FromSlash(f.Name)))
	if err != nil {
		return err
	}
	defer in.Close()
	path := filepath.Join(to, filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), reader{ctx, io.LimitReader(in, f.Bytes+1)})
	if err != nil {
		return err
	}
	if n != f.Bytes || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return errors.New("it is not what was written: the backup is damaged, take another one")
	}
	return out.Sync()
}
