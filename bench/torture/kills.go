//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// write is a call that changes a gallery, with the rule that must hold after a kill.
type write struct {
	name string
	args func(gallery string) []string
	// valid says what is wrong with the references after a kill.
	valid func(l *lab, now map[string]reference) string
}

func writes(l *lab) []write {
	label := l.firstLabel()
	export := filepath.Join(l.folder, "kill.zip")
	other := filepath.Join(l.folder, "other.zip")
	_ = l.run("gallery", "export", other, "--gallery", l.gallery)
	return []write{
		{"register", func(g string) []string { return []string{"register", l.more, "--gallery", g} }, holdsBase},
		{"replace", func(g string) []string {
			return []string{"register", "--replace", "--label", label, l.more, "--gallery", g}
		}, replacedWhole(label)},
		{"remove", func(g string) []string {
			return []string{"gallery", "remove", "--yes", "--label", label, "--gallery", g}
		}, oneOrOther(label, "")},
		{"rename", func(g string) []string { return []string{"gallery", "rename", label, "renamed/x", "--gallery", g} }, oneOrOther(label, "renamed/x")},
		{"compact", func(g string) []string { return []string{"gallery", "compact", "--gallery", g} }, holdsExactlyBase},
		{"repair", func(g string) []string { return []string{"gallery", "repair", "--gallery", g} }, holdsExactlyBase},
		{"import", func(g string) []string { return []string{"gallery", "import", other, "--gallery", g} }, holdsExactlyBase},
		{"export", func(g string) []string { return []string{"gallery", "export", export, "--gallery", g} }, holdsExactlyBase},
	}
}

// kills kills each writing call at random moments. Old references must stay, new ones may
// be there or not, and the gallery must be sound.
func kills(l *lab, s *score) {
	all := writes(l)
	usual := map[string]time.Duration{}
	for i := range s.times {
		w := all[i%len(all)]
		if usual[w.name] == 0 {
			r := l.run(w.args(l.copyGallery("kill.db"))...)
			if r.code != 0 {
				s.fault("without a kill: %s", r)
			}
			usual[w.name] = r.took
		}
		gallery := l.copyGallery("kill.db")
		export := filepath.Join(l.folder, "kill.zip")
		os.Remove(export)
		p, err := l.start(nil, w.args(gallery)...)
		if err != nil {
			s.fault("%v", err)
			return
		}
		after := time.Duration(s.rng.Float64() * 1.1 * float64(usual[w.name]))
		time.Sleep(after)
		_ = p.cmd.Process.Kill()
		<-p.done
		s.tried++
		if problem := l.afterKill(gallery, export, w); problem != "" {
			s.lost++
			s.fault("%s killed after %v: %s", w.name, after.Round(time.Millisecond), problem)
		}
	}
}

func (l *lab) afterKill(gallery, export string, w write) string {
	if r := l.run("gallery", "check", "--gallery", gallery); r.code != 0 {
		return r.String() + r.out
	}
	now, err := l.list(gallery)
	if err != nil {
		return err.Error()
	}
	if problem := w.valid(l, now); problem != "" {
		return problem
	}
	if _, err := os.Stat(export); err == nil {
		fresh := filepath.Join(l.folder, "fresh.db")
		defer os.Remove(fresh)
		if r := l.run("gallery", "import", export, "--gallery", fresh); r.code != 0 {
			return "an export that is not whole: " + r.String()
		}
	}
	return ""
}

func (l *lab) firstLabel() string {
	first := ""
	for _, r := range l.base {
		if first == "" || r.Label < first {
			first = r.Label
		}
	}
	return first
}

func holdsBase(l *lab, now map[string]reference) string {
	for id, r := range l.base {
		if now[id] != r {
			return fmt.Sprintf("%v became %v", r, now[id])
		}
	}
	return ""
}

func holdsExactlyBase(l *lab, now map[string]reference) string {
	if len(now) != len(l.base) {
		return fmt.Sprintf("%d references, not %d", len(now), len(l.base))
	}
	return holdsBase(l, now)
}

// oneOrOther requires that a label is as before, or entirely as intended.
func oneOrOther(label, becomes string) func(*lab, map[string]reference) string {
	return func(l *lab, now map[string]reference) string {
		for id, r := range l.base {
			is, there := now[id]
			switch {
			case r.Label != label && is != r:
				return fmt.Sprintf("%v became %v", r, is)
			case r.Label == label && becomes == "" && there && is != r:
				return fmt.Sprintf("%v became %v", r, is)
			case r.Label == label && becomes != "" && is.Label != label && is.Label != becomes:
				return fmt.Sprintf("%v became %v", r, is)
			}
		}
		return ""
	}
}

// replacedWhole requires that a label has all its old references, or all its new ones.
func replacedWhole(label string) func(*lab, map[string]reference) string {
	return func(l *lab, now map[string]reference) string {
		old, fresh := 0, 0
		for id, r := range now {
			if _, was := l.base[id]; was && r.Label == label {
				old++
			} else if r.Label == label {
				fresh++
			}
		}
		had := 0
		for id, r := range l.base {
			if r.Label == label {
				had++
			} else if now[id] != r {
				return fmt.Sprintf("%v became %v", r, now[id])
			}
		}
		if !(old == had && fresh == 0) && !(old == 0 && fresh == moreDocuments) {
			return fmt.Sprintf("of %d old references %d, of %d new ones %d", had, old, moreDocuments, fresh)
		}
		return ""
	}
}
