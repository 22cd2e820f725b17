package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// sortingDisk sorts onto a disk that gets full, into one that cannot be written, and from a
// folder that vanishes. Each must say what is wrong, lose nothing and leave nothing half done.
func sortingDisk(l *lab, s *score) {
	moved, ok := l.filing(s, "sort --move", "--move")
	if !ok {
		return
	}
	l.vanishedInbox(s)
	mount := filepath.Join(l.folder, "small")
	if err := os.MkdirAll(mount, 0o700); err != nil {
		s.fault("%v", err)
		return
	}
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=2m"); err != nil {
		os.Stdout.WriteString("sortdisk: full and read-only disks are NOT TRIED, only root can mount them\n")
		return
	}
	defer func() { _ = syscall.Unmount(mount, 0) }()
	in, to := l.fresh("sort-in"), filepath.Join(mount, "sorted")
	if err := l.fillInbox(in); err != nil {
		s.fault("%v", err)
		return
	}
	filler := filepath.Join(mount, "filler")
	_ = os.WriteFile(filler, bytes.Repeat([]byte{1}, 1<<20), 0o600)
	args := []string{"sort", "--move", in, "--to", to, "--gallery", l.gallery}
	for range 2 { // a second try does no harm either
		r := s.note(l.run(args...))
		if r.code != 2 || !strings.Contains(r.err, "no space left") && !strings.Contains(r.err, "disk is full") {
			s.fault("the disk was not full, or that was not said: %s", r)
		}
	}
	if problem := moved.halfway(placed(to), nil, ""); problem != "" {
		s.lost++
		s.fault("a full disk: %s", problem)
	}
	l.fullWatch(s, in, to)
	if err := syscall.Mount("", mount, "", syscall.MS_REMOUNT, "size=64m"); err != nil {
		s.fault("%v", err)
		return
	}
	if r := s.note(l.run(args...)); r.code != 1 && r.code != 0 {
		s.fault("with room again: %s", r)
	}
	// What the watch on the full disk had taken is for a watch.
	l.watchToTheEnd(s, []string{"watch", in, "--to", to, "--gallery", l.gallery, "--every", "100ms"}, in)
	if problem := moved.end(placed(to)); problem != "" {
		s.lost++
		s.fault("after a full disk: %s", problem)
	}
	if err := syscall.Mount("", mount, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		s.fault("%v", err)
		return
	}
	if err := l.fillInbox(in); err != nil {
		s.fault("%v", err)
		return
	}
	for _, verb := range [][]string{args, {"watch", in, "--to", to, "--gallery", l.gallery}} {
		if r := s.note(l.run(verb...)); r.code != 2 || !strings.Contains(r.err, "read-only") && !strings.Contains(r.err, "cannot be written") {
			s.fault("a disk that cannot be written: %s", r)
		}
	}
}

// fullWatch watches while there is no room: it must say so, and go on.
func (l *lab) fullWatch(s *score, in, to string) {
	p, err := l.start(nil, "watch", in, "--to", to, "--gallery", l.gallery, "--every", "200ms")
	if err != nil {
		s.fault("%v", err)
		return
	}
	time.Sleep(3 * time.Second)
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	r := s.note(p.wait(patience))
	full := strings.Contains(r.err, "no space left") || strings.Contains(r.err, "disk is full")
	if !full || r.code != 0 && r.code != 2 { // 2: there is no room for its own start
		s.fault("a watch on a full disk: %s", r)
	}
}

// vanishedInbox takes the inbox away while it is sorted and watched.
func (l *lab) vanishedInbox(s *score) {
	for _, args := range [][]string{{"sort", "--move"}, {"watch", "--every", "100ms"}} {
		in, to, away := l.fresh("sort-in"), l.fresh("sort-out"), l.fresh("sort-away")
		if err := l.fillInbox(in); err != nil {
			s.fault("%v", err)
			return
		}
		before := len(placed(in))
		p, err := l.start(nil, append(args, in, "--to", to, "--gallery", l.gallery)...)
		if err != nil {
			s.fault("%v", err)
			return
		}
		time.Sleep(time.Second)
		if err := os.Rename(in, away); err != nil {
			s.fault("%v", err)
		}
		if args[0] == "watch" {
			time.Sleep(time.Second)
			_ = p.cmd.Process.Signal(syscall.SIGTERM)
		}
		r := s.note(p.wait(patience))
		if !strings.Contains(r.err, "no such file") {
			s.fault("a folder that is gone: %s", r)
		}
		left := len(placed(away))
		for name := range placed(filepath.Join(away, ".exemplar-work")) {
			if name != "lock" {
				left++
			}
		}
		if left == before {
			s.fault("nothing was sorted before the folder went: %s", r)
		}
	}
}
