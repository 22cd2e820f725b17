package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
)

// fullDisk works on a disk of a few megabytes until it is full. What is registered must
// stay, and removing must free space.
func fullDisk(l *lab, s *score) {
	mount := filepath.Join(l.folder, "small")
	if err := os.MkdirAll(mount, 0o700); err != nil {
		s.fault("%v", err)
		return
	}
	if err := syscall.Mount("tmpfs", mount, "tmpfs", 0, "size=3m"); err != nil {
		os.Stdout.WriteString("disk: NOT TRIED, only root can mount a small one\n")
		return
	}
	defer func() { _ = syscall.Unmount(mount, 0) }()
	gallery := filepath.Join(mount, "g.db")
	base, err := os.ReadFile(l.gallery)
	if err != nil {
		s.fault("%v", err)
		return
	}
	if err := os.WriteFile(gallery, base, 0o600); err != nil {
		s.fault("%v", err)
		return
	}
	if r := s.note(l.run("register", l.more, "--gallery", gallery)); r.code == 0 {
		s.fault("the disk was not full: %s", r)
	}
	filler := filepath.Join(mount, "filler")
	_ = os.WriteFile(filler, bytes.Repeat([]byte{1}, 4<<20), 0o600) // takes the rest of the disk
	s.check(l, gallery, holdsBase)
	why := filepath.Join(mount, "why.png")
	photos, _ := filepath.Glob(filepath.Join(l.photos, "*", "*", "photo*"))
	if r := s.note(l.run("classify", "--explain", why, "--gallery", l.gallery, photos[0])); r.code == 0 {
		s.fault("a picture was drawn onto a full disk: %s", r)
	}
	if _, err := os.Stat(why); err == nil {
		s.fault("half a picture was left")
	}
	label := l.firstLabel()
	if r := s.note(l.run("gallery", "remove", "--yes", "--label", label, "--gallery", gallery)); r.code != 0 {
		s.fault("removing on a full disk: %s", r)
	}
	s.check(l, gallery, func(l *lab, now map[string]reference) string {
		for _, r := range now {
			if r.Label == label {
				return "what was removed is there"
			}
		}
		return oneOrOther(label, "")(l, now)
	})
}

func (s *score) check(l *lab, gallery string, valid func(*lab, map[string]reference) string) {
	if r := s.note(l.run("gallery", "check", "--gallery", gallery)); r.code != 0 {
		s.lost++
		s.fault("%s%s", r, r.out)
		return
	}
	now, err := l.list(gallery)
	if err != nil {
		s.lost++
		s.fault("%v", err)
		return
	}
	if problem := valid(l, now); problem != "" {
		s.lost++
		s.fault("%s", problem)
	}
}
