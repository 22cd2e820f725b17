package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/fileio"
	"exemplar/internal/manifest"
	"exemplar/internal/service/db"
)

// allowedFolder is a folder of this machine that the operator lets be read. What is opened
// in it cannot lie outside, wherever links lead.
type allowedFolder struct {
	name string
	root *os.Root
}

// openFolders opens the folders that may be read.
func openFolders(names []string) (open []allowedFolder, err error) {
	for _, name := range names {
		full, err := filepath.Abs(name)
		if err != nil {
			return open, err
		}
		root, err := os.OpenRoot(full)
		if err != nil {
			return open, allowedFault(name, "from which files are to be read", err)
		}
		open = append(open, allowedFolder{full, root})
	}
	return open, nil
}

// allowedFault says of a folder that the operator names what is wrong with it, and what to do.
func allowedFault(name, role string, err error) error {
	info, statErr := os.Stat(name)
	switch {
	case statErr == nil && !info.IsDir():
		return fmt.Errorf("%q, %s, is a file: name a folder", name, role)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %q, %s, is not there: make it first, or connect its drive", name, role)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the folder %q, %s, may not be read: let this user read it", name, role)
	}
	return fmt.Errorf("the folder %q, %s: %w", name, role, withoutPath(err))
}

// Folders are the folders of this machine from which files may be read.
func (s *Service) Folders() []string {
	names := []string{}
	for _, f := range s.folders {
		names = append(names, f.name)
	}
	return names
}

// allowed finds the folder that a path lies in, and its name there.
func (s *Service) allowed(path string) (*os.Root, string, error) {
	clean := filepath.Clean(path)
	for _, f := range s.folders {
		rel, err := filepath.Rel(f.name, clean)
		if err == nil && filepath.IsAbs(clean) && filepath.IsLocal(rel) {
			return f.root, rel, nil
		}
	}
	if len(s.folders) == 0 {
		return nil, "", unfit("this server may read no folder: start it with --folder FOLDER to let jobs read from there")
	}
	return nil, "", unfit("%q is in no folder that this server may read (%s): move it there, or start the server with --folder", path, strings.Join(s.Folders(), ", "))
}

// checkPlace returns an error if a folder or a list cannot be read.
func (s *Service) checkPlace(kind, place string) error {
	root, rel, err := s.allowed(place)
	if err != nil {
		return fault(Invalid, "%v", err)
	}
	info, err := root.Stat(rel)
	switch {
	case err != nil:
		return fault(Invalid, "%q cannot be read: %v", place, withoutPath(err))
	case kind == JobFolder && !info.IsDir():
		return fault(Invalid, "%q is a file: name its folder, or a list as manifest", place)
	case kind == JobManifest && !info.Mode().IsRegular():
		return fault(Invalid, "%q is no file: name a list of paths, or a folder as folder", place)
	}
	return nil
}

// reaches reports whether this node may read what a job is about. Another one may.
func (s *Service) reaches(job db.Job) bool {
	if job.Kind == JobUpload {
		return true
	}
	_, _, err := s.allowed(job.Place)
	return err == nil
}

// withoutPath is [fileio.WithoutPath], and says what to do about a link that leads out.
func withoutPath(err error) error {
	err = fileio.WithoutPath(err)
	if err != nil && err.Error() == "path escapes from parent" { // of os.Root, which has no name for it
		return errors.New("a link leads out of the folders that this server may read: put the file itself there")
	}
	return err
}

// jobFileBytes bounds a file of a job, as one that is sent by itself.
const jobFileBytes = 64 << 20

// mostJobFiles bounds the files of a job (by eye: a week of two cores).
const mostJobFiles = 10_000_000

// readJobFile reads a file of a job. An [unfitError] says that it has failed.
func (s *Service) readJobFile(ctx context.Context, job db.Job, path string) ([]byte, error) {
	if job.Kind == JobUpload {
		data, err := s.db.Read().Upload(ctx, job.ID, path)
		if errors.Is(err, db.ErrNone) {
			return nil, unfit("it is not kept here: send it again")
		}
		return data, err
	}
	if bad := manifest.BadNamed(path); bad != nil { // which is tried again
		return nil, unfit("%s", bad.Reason())
	}
	root, rel, err := s.allowed(path)
	if err != nil {
		return nil, err
	}
	info, err := root.Stat(rel)
	if err == nil && !info.Mode().IsRegular() {
		return nil, unfit("it is no file: name a picture")
	}
	var file *os.File
	if err == nil {
		file, err = root.Open(rel)
	}
	if err != nil {
		return nil, unfit("it cannot be read: %v", withoutPath(err))
	}
	defer file.Close()
	data, err := fileio.ReadOpen(file, jobFileBytes)
	if err != nil {
		return nil, unfit("it cannot be read: %v", err)
	}
	return data, nil
}

// foundFile is a file of a job that is being listed.
type foundFile struct {
	path   string
	reason string // why it is none
	passed bool   // it shows no document, by its name
}

// listFiles lists the files of a job. Who begins anew adds those that are missing.
func (s *Service) listFiles(ctx context.Context, job db.Job) error {
	var found []foundFile
	var passed int64
	for f, err := range s.filesOf(ctx, job) {
		switch {
		case err != nil:
			return s.failListing(ctx, job, err)
		case f.passed:
			passed++
			continue
		}
		found = append(found, f)
		if len(found) == s.jobs.chunkFiles {
			if err := s.persist(ctx, func() error { return s.addFiles(ctx, job.ID, found) }); err != nil {
				return s.failListing(ctx, job, err)
			}
			found = nil
			s.wakeJobs()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.persist(ctx, func() error {
		if err := s.addFiles(ctx, job.ID, found); err != nil {
			return err
		}
		return s.endListing(ctx, job.ID, passed)
	})
	s.wakeJobs()
	return err
}

// failListing ends a job whose files cannot be listed.
func (s *Service) failListing(ctx context.Context, job db.Job, reason error) error {
	var cannot *unfitError
	if !errors.As(reason, &cannot) {
		return reason
	}
	return errors.Join(errStopped, s.db.Write(ctx, func(tx *db.Tx) error {
		now, _, err := s.holds(ctx, tx, job.ID, 0)
		if err != nil {
			return err
		}
		return s.failJob(ctx, tx, now, cannot.Error())
	}))
}

// addFiles adds files to a job that is being listed, as a chunk.
func (s *Service) addFiles(ctx context.Context, id string, found []foundFile) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		job, _, err := s.holds(ctx, tx, id, 0)
		if err != nil {
			return err
		}
		if err := s.addChunk(ctx, tx, &job, found); err != nil {
			return err
		}
		return tx.SetJob(ctx, job)
	})
}

// addChunk adds files to a job, as a chunk, but those that it has.
func (s *Service) addChunk(ctx context.Context, tx *db.Tx, job *db.Job, found []foundFile) error {
	last, err := tx.LastChunk(ctx, job.ID)
	if err != nil {
		return err
	}
	paths := make([]string, len(found))
	for i, f := range found {
		paths[i] = f.path
	}
	has, err := tx.JobPaths(ctx, job.ID, paths)
	if err != nil {
		return err
	}
	wait := false
	var rows []db.JobFile
	for _, f := range found {
		if has[f.path] {
			continue
		}
		has[f.path] = true
		if job.Files++; job.Files > mostJobFiles {
			return unfit("there are more than %d files: make several jobs of them", mostJobFiles)
		}
		row := db.JobFile{Job: job.ID, Path: f.path, Number: job.Files, Chunk: last + 1, State: db.Waiting, Reason: f.reason}
		if f.reason != "" {
			row.State = db.Failed
			job.Failed++
		}
		rows = append(rows, row)
		wait = wait || f.reason == ""
	}
	if err := tx.AddJobFiles(ctx, rows); err != nil {
		return err
	}
	if !wait {
		return nil
	}
	return tx.AddChunk(ctx, db.Chunk{Job: job.ID, Number: last + 1, State: db.Waiting})
}

func (s *Service) endListing(ctx context.Context, id string, passed int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		job, _, err := s.holds(ctx, tx, id, 0)
		if err != nil {
			return err
		}
		job.Listed, job.Passed = true, passed
		return tx.SetJob(ctx, job)
	})
}

// filesOf yields the files of a job. An error is the last thing yielded.
func (s *Service) filesOf(ctx context.Context, job db.Job) iter.Seq2[foundFile, error] {
	return func(yield func(foundFile, error) bool) {
		root, rel, err := s.allowed(job.Place)
		if err != nil {
			yield(foundFile{}, err)
			return
		}
		if job.Kind == JobManifest {
			s.filesOfManifest(ctx, root, rel, job.Place, yield)
			return
		}
		filesOfFolder(ctx, root, rel, job.Place, yield)
	}
}

// filesOfFolder yields the files in a folder and in those below it, in the order of their
// names.
func filesOfFolder(ctx context.Context, root *os.Root, rel, place string, yield func(foundFile, error) bool) {
	err := fs.WalkDir(root.FS(), filepath.ToSlash(rel), func(name string, d fs.DirEntry, err error) error {
		path := filepath.Join(place, relativeTo(filepath.ToSlash(rel), name))
		isHidden := strings.HasPrefix(entryName(d), ".") && name != filepath.ToSlash(rel)
		more := true
		switch {
		case ctx.Err() != nil:
			return fs.SkipAll
		case err != nil && name == filepath.ToSlash(rel):
			return unfit("%q cannot be read: %v", place, withoutPath(err))
		case err != nil:
			more = yield(foundFile{path: path, reason: fmt.Sprintf("it cannot be read: %v", withoutPath(err))}, nil)
		case isHidden && d.IsDir():
			return fs.SkipDir
		case d.IsDir():
		case isHidden || !d.Type().IsRegular() || !dataset.MayShow(name):
			more = yield(foundFile{passed: true}, nil)
		default:
			more = yield(foundFile{path: path}, nil)
		}
		if !more {
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		yield(foundFile{}, err)
	}
}

func entryName(d fs.DirEntry) string {
	if d == nil {
		return ""
	}
	return d.Name()
}

// relativeTo is the part of a slash-separated name below a folder.
func relativeTo(folder, name string) string {
	if folder == "." {
		return filepath.FromSlash(name)
	}
	return filepath.FromSlash(strings.TrimPrefix(strings.TrimPrefix(name, folder), "/"))
}

// filesOfManifest yields the files of a list.
func (s *Service) filesOfManifest(ctx context.Context, root *os.Root, rel, place string, yield func(foundFile, error) bool) {
	file, err := root.Open(rel)
	if err != nil {
		yield(foundFile{}, unfit("%q cannot be read: %v", place, withoutPath(err)))
		return
	}
	defer file.Close()
	for path, err := range manifest.Paths(io.Reader(file), manifest.KindOf(place)) {
		var bad *manifest.BadPath
		if errors.As(err, &bad) {
			if ctx.Err() != nil || !yield(foundFile{path: bad.Name(), reason: bad.Reason()}, nil) {
				return
			}
			continue
		}
		if err != nil {
			yield(foundFile{}, unfit("the list %q cannot be read: %v", place, err))
			return
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(place), path)
		}
		f := foundFile{path: filepath.Clean(path)}
		if _, _, err := s.allowed(f.path); err != nil {
			f.reason = err.Error()
		}
		if ctx.Err() != nil || !yield(f, nil) {
			return
		}
	}
}
