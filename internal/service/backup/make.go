package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"exemplar"
	"exemplar/internal/fileio"
	"exemplar/internal/service"
	"exemplar/internal/sqlitecopy"
)

// Make copies a service, which others may be serving, to a new folder. The copy is as the
// service was at one moment, and was read through. What is wrong with the service itself
// is a problem of the manifest, and no error.
func Make(ctx context.Context, s *service.Service, to string) (m Manifest, err error) {
	if empty, err := isEmpty(to); err != nil || !empty {
		return m, errors.Join(err, fmt.Errorf("%q is there already: name a new folder", to))
	}
	p, err := newPlace(ctx, to)
	if err != nil {
		return m, fmt.Errorf("make a backup: %w", err)
	}
	defer p.close()
	m = Manifest{Format: format, Version: formatVersion, Of: s.Place(), Files: []File{}}
	if err := m.fill(ctx, s, p.made); err != nil {
		return m, fmt.Errorf("make a backup: %w", err)
	}
	if err := m.write(p.made); err != nil {
		return m, fmt.Errorf("make a backup: %w", err)
	}
	if err := p.settle(); err != nil {
		return m, fmt.Errorf("make a backup: %w", err)
	}
	return m, nil
}

// fill copies everything, reads it through and lists it.
func (m *Manifest) fill(ctx context.Context, s *service.Service, folder string) error {
	if err := m.copyDatabases(ctx, s, folder); err != nil {
		return err
	}
	err := visit(ctx, folder, s.Model(), func(copied *service.Service) (err error) {
		if m.Contents, m.Problems, err = look(ctx, copied); err != nil {
			return err
		}
		return m.copyPictures(ctx, s, copied)
	})
	if err != nil {
		return err
	}
	m.Files, err = list(ctx, folder)
	return err
}

// copyDatabases copies all databases as they are at one moment.
func (m *Manifest) copyDatabases(ctx context.Context, s *service.Service, folder string) error {
	held := map[string]*sqlitecopy.Held{}
	var broken []string // galleries that SQLite cannot read: their bytes are copied, the others are sound
	defer func() {
		for _, h := range held {
			h.Release()
		}
	}()
	err := s.Still(ctx, func(files []string) error {
		m.Made = time.Now().UTC()
		for _, name := range files {
			h, err := sqlitecopy.Hold(ctx, filepath.Join(s.Place(), filepath.FromSlash(name)))
			switch {
			case err == nil:
				held[name] = h
			case filepath.Ext(name) == galleryExtension && ctx.Err() == nil:
				broken = append(broken, name)
			default:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var needed int64
	for _, name := range append(sorted(held), broken...) {
		needed += size(filepath.Join(s.Place(), filepath.FromSlash(name)))
	}
	if err := room(folder, needed); err != nil {
		return err
	}
	for _, name := range sorted(held) {
		to := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := held[name].Copy(ctx, to); err != nil {
			return err
		}
		if err := os.Chmod(to, 0o600); err != nil { // whatever the umask
			return err
		}
	}
	for _, name := range broken {
		if err := copyBytes(ctx, filepath.Join(s.Place(), filepath.FromSlash(name)), filepath.Join(folder, filepath.FromSlash(name))); err != nil {
			return err
		}
	}
	return nil
}

// copyBytes copies a file as it lies there.
func copyBytes(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return fileio.Write(to, fileio.Private, func(out io.Writer) error {
		_, err := io.Copy(out, reader{ctx, in})
		return err
	})
}

func sorted[T any](m map[string]T) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// visit opens the service in a folder for do, and leaves nothing there.
func visit(ctx context.Context, folder string, model *exemplar.Model, do func(*service.Service) error) (err error) {
	s, err := service.Open(ctx, service.Options{Dir: folder, Model: model, Visit: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(), removeExtra(folder)) }()
	return do(s)
}

// look reads the databases of a service through, counts what they hold, and says what is
// wrong.
func look(ctx context.Context, s *service.Service) (c Contents, problems []string, err error) {
	audit, err := s.VerifyAudit(ctx, "")
	if err != nil {
		return c, nil, err
	}
	c.Decisions, c.AuditRows, c.AuditHead = audit.Decisions, audit.Rows, audit.Head
	if !audit.Sound {
		problems = append(problems, "audit: "+audit.Problem)
	}
	files, err := s.Files(ctx)
	if err != nil {
		return c, nil, err
	}
	for _, name := range files {
		found, n, err := lookAt(ctx, filepath.Join(s.Place(), filepath.FromSlash(name)), s.Model())
		if err != nil {
			return c, nil, err
		}
		c.References += n
		if filepath.Ext(name) == galleryExtension {
			c.Collections++
		}
		for _, problem := range found {
			problems = append(problems, name+": "+problem)
		}
	}
	return c, problems, nil
}

const galleryExtension = ".gallery"

// lookAt reads one database through; of a gallery it counts the references.
func lookAt(ctx context.Context, path string, model *exemplar.Model) (problems []string, references int, err error) {
	if filepath.Ext(path) != galleryExtension {
		problems, err = sqlitecopy.Check(ctx, path)
		return problems, 0, err
	}
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadOnly, Model: model})
	if err != nil {
		if ctx.Err() == nil { // so damaged that nobody can open it: so is what was copied
			return []string{err.Error()}, 0, nil
		}
		return nil, 0, err
	}
	defer g.Close()
	if problems, err = g.Check(ctx); err != nil {
		return nil, 0, err
	}
	stats, err := g.Stats(ctx)
	return problems, stats.References, err
}

// removeExtra removes what SQLite makes beside the files that it opens.
func removeExtra(folder string) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && (strings.HasSuffix(path, "-wal") || strings.HasSuffix(path, "-shm") || strings.HasSuffix(path, "-reserve")) {
			err = os.Remove(path)
		}
		return err
	})
}

// list lists the files of a folder with their hashes.
func list(ctx context.Context, folder string) (files []File, err error) {
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		n, err := io.Copy(sum, reader{ctx, f})
		files = append(files, File{filepath.ToSlash(name), n, hex.EncodeToString(sum.Sum(nil))})
		return err
	})
	return files, err
}

// reader gives up when its context ends.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}
