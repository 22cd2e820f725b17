package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"exemplar"
	"exemplar/internal/dataset"
	"exemplar/internal/fileio"
	"exemplar/internal/service/db"
	"exemplar/internal/sorting"
)

// The pace of watched folders (by eye).
const (
	watchEvery    = 5 * time.Second  // between two looks into a folder; for so long a file must rest
	watchAgain    = 10 * time.Second // until what has failed is tried again
	lookForWatch  = 2 * time.Second  // until a node learns what another one was told
	mostWatchFile = 256 << 20        // bytes of a file, which is in memory
)

// wakeWatches has this node look at once which folders it is to watch.
func (s *Service) wakeWatches() {
	select {
	case s.watchWake <- struct{}{}:
	default:
	}
}

// runWatches watches the folders that this node may, until ctx ends.
func (s *Service) runWatches(ctx context.Context) {
	tick := time.NewTicker(lookForWatch)
	defer tick.Stop()
	var all sync.WaitGroup
	defer all.Wait()
	running := map[string]context.CancelFunc{}
	for ctx.Err() == nil {
		rows, err := s.db.Read().Watches(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, db.ErrUnavailable) {
			s.log.Error("look for watched folders", "error", err)
		}
		if err == nil {
			wanted := map[string]bool{}
			for _, row := range rows {
				if row.Paused || s.watchable(row.Folder) != nil {
					continue
				}
				wanted[row.ID] = true
				if running[row.ID] == nil {
					one, stop := context.WithCancel(ctx)
					running[row.ID] = stop
					all.Go(func() { s.watchFolder(one, row) })
				}
			}
			for id, stop := range running {
				if !wanted[id] {
					stop()
					delete(running, id)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-s.watchWake:
		}
	}
	for _, stop := range running {
		stop()
	}
}

// watchFolder watches a folder until ctx ends, and tries again what has failed.
func (s *Service) watchFolder(ctx context.Context, row db.Watch) {
	for ctx.Err() == nil {
		err := s.watchOnce(ctx, row)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !s.watchedByAnother(ctx, row) {
			s.log.Warn("watch a folder", "folder", row.Folder, "error", err)
			s.noteWatch(ctx, row.ID, func(p *watchState) { p.Reason = err.Error() })
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchAgain):
		}
	}
}

// watchedByAnother reports whether a node that is there watches a folder: then it is no
// fault that this one cannot.
func (s *Service) watchedByAnother(ctx context.Context, row db.Watch) bool {
	now, err := s.db.Read().Watch(ctx, row.ID)
	if err != nil || now.Node == "" || now.Node == s.node {
		return false
	}
	nodes, err := s.db.Read().Nodes(ctx)
	return err == nil && isThere(nodes, now.Node)
}

func (s *Service) watchOnce(ctx context.Context, row db.Watch) error {
	var options WatchOptions
	if err := json.Unmarshal([]byte(row.Options), &options); err != nil {
		return err
	}
	if err := s.checkWatch(NewWatch{Folder: row.Folder, To: row.Target}); err != nil {
		return err
	}
	inbox := sorting.Inbox{Folder: row.Folder, Every: s.watchEvery, MayShow: dataset.MayShow}
	inbox.Left = func(name string) {
		s.log.Info("a file in a watched folder is left, because it shows no document by its name", "folder", row.Folder, "file", name)
	}
	inbox.Say = func(err error) {
		s.log.Warn("watch a folder", "folder", row.Folder, "error", err)
		s.noteWatch(ctx, row.ID, func(p *watchState) { p.Reason = err.Error() })
	}
	inbox.Well = func() { s.noteWatch(ctx, row.ID, func(p *watchState) { p.Reason = "" }) }
	sorter, err := sorting.Open(sorting.Options{
		To: row.Target, Mode: sorting.Move, Follow: options.Follow, Split: options.Split, Crop: options.Crop,
		Pages: func(ctx context.Context, path string) iter.Seq[sorting.Page] {
			return s.watchedPages(ctx, row, options, inbox.Name(path), path)
		},
		Filed: func(f sorting.Filed) error {
			s.noteWatch(context.WithoutCancel(ctx), row.ID, func(p *watchState) { p.filed(f); delete(p.InHand, f.Name) })
			return nil
		},
	})
	if err != nil {
		return err
	}
	defer sorter.Close()
	s.noteWatch(ctx, row.ID, func(p *watchState) { p.Reason = "" })
	if err := sorter.Watch(ctx, inbox); err != nil {
		return err
	}
	return sorter.Finish()
}

// noteWatch changes what is told of a watch, and that this node has it.
func (s *Service) noteWatch(ctx context.Context, id string, change func(p *watchState)) {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		row, err := tx.Watch(ctx, id)
		if err != nil {
			return orGone(err)
		}
		var p watchState
		if err := json.Unmarshal([]byte(row.Progress), &p); err != nil {
			return err
		}
		change(&p)
		progress, err := json.Marshal(p)
		if err != nil {
			return err
		}
		row.Node, row.Progress = s.node, string(progress)
		return tx.SetWatch(ctx, row)
	})
	if err != nil && ctx.Err() == nil {
		s.log.Error("note the state of a watched folder", "error", err)
	}
}

// filed notes what became of a file.
func (p *WatchProgress) filed(f sorting.Filed) {
	now := time.Now().UTC().Truncate(time.Second)
	failed := func(reason string) {
		p.Failed++
		p.Failures = append([]WatchFailure{{f.Name, reason, now}}, p.Failures[:min(len(p.Failures), keptFailures-1)]...)
	}
	p.Reason, p.LastFile, p.LastTo, p.LastAt = "", f.Name, "", &now
	if f.Err != nil {
		failed(f.Err.Error())
		return
	}
	p.Files++
	unknown, unused := false, ""
	for _, page := range f.Pages {
		target := f.Outputs[page.Output].Target
		switch folder, _, _ := strings.Cut(target, "/"); folder {
		case sorting.UnknownFolder:
			unknown = true
		case sorting.FailedFolder:
			unused = page.Reason
		}
		p.LastTo = target
	}
	if unknown {
		p.Unknown++
	}
	if unused != "" {
		failed(unused)
	}
}

// watchedPages yields the pages of a file that came into a watched folder.
func (s *Service) watchedPages(ctx context.Context, row db.Watch, options WatchOptions, name, path string) iter.Seq[sorting.Page] {
	return func(yield func(sorting.Page) bool) {
		data, modified, err := readWatched(path)
		if err != nil {
			refused := []sorting.Answer{{Decision: sorting.Refused, Reason: err.Error()}}
			yield(sorting.Page{Classify: func(context.Context) ([]sorting.Answer, error) { return refused, nil }})
			return
		}
		file := inHand{hashOf(data), modified.UnixNano(), newID()}
		var again bool
		s.noteWatch(ctx, row.ID, func(p *watchState) { file.Since, again = p.begin(name, file) })
		part := 0
		for p := range exemplar.Pages(ctx, exemplar.FromBytes(data), exemplar.PageOptions{}) {
			from, page := p.Origin(), numberedPage{part, p}
			part++
			classify := func(ctx context.Context) (answers []sorting.Answer, err error) {
				if again {
					answers, err = s.keptAnswers(ctx, row.Collection, file.Hash, page.part, file.Since)
				}
				if len(answers) > 0 || err != nil {
					return answers, err
				}
				answers, err = s.answerWatched(ctx, row, options, File{Name: name, Data: data}, page)
				if from.Empty && len(answers) > 0 {
					answers[0].Decision = sorting.Empty
				}
				return answers, err
			}
			if !yield(sorting.Page{Member: from.Member, Number: from.Number, Of: from.Of, File: from.File, Classify: classify}) {
				return
			}
		}
	}
}

// readWatched reads a file, which is no longer than memory should hold, and says when it was
// changed.
func readWatched(path string) (data []byte, modified time.Time, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, modified, withoutPath(err)
	}
	data, err = fileio.ReadFile(path, mostWatchFile)
	if errors.Is(err, fileio.ErrTooLarge) {
		return nil, modified, fmt.Errorf("the file is larger than %d MB: split it", mostWatchFile>>20)
	}
	return data, info.ModTime(), withoutPath(err)
}

// answerWatched classifies a page when a core is free for it, and keeps the answer as a
// decision.
func (s *Service) answerWatched(ctx context.Context, row db.Watch, options WatchOptions, file File, page numberedPage) (answers []sorting.Answer, err error) {
	if err := s.work.places.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.work.places.Release(1)
	defer func() {
		if broken := recover(); broken != nil {
			s.log.Error("panic", "folder", row.Folder, "path", file.Name, "fault", broken)
			answers, err = []sorting.Answer{{Decision: sorting.Refused, Reason: "something went wrong inside; the log has the details"}}, nil
		}
	}()
	collection, err := s.db.Read().Collection(ctx, row.Collection)
	if err != nil {
		return nil, orNoCollection(err, row.Collection)
	}
	g, err := s.gallery(ctx, row.Collection)
	if err != nil {
		return nil, err
	}
	opts := ClassifyOptions{FPIR: collection.FPIR, All: options.Crop}
	result, err := g.Classify(ctx, page.Picture, exemplar.ClassifyOptions{FPIR: opts.FPIR, All: opts.All})
	if err != nil {
		return nil, explained(err)
	}
	by := Actor{Name: "folder " + filepath.Base(row.Folder), Role: Classifier}
	if _, err := s.keep(ctx, by, collection, file, opts, []pageAnswers{{page.part, s.likenessOf(page.Picture, result), result}}); err != nil {
		return nil, err
	}
	for _, a := range result.Answers {
		answers = append(answers, SortingAnswer(a))
	}
	return answers, nil
}

// SortingAnswer is an answer as sorting wants it.
func SortingAnswer(a exemplar.Answer) sorting.Answer {
	to := sorting.Answer{Decision: string(a.Decision), Label: a.Label, Confidence: a.Confidence, Reason: a.Reason, Open: len(a.Open) > 0}
	if a.Blank {
		to.Decision = sorting.Blank
	}
	if a.Geometry != nil {
		to.Quad = &a.Geometry.Quad
	}
	return to
}
