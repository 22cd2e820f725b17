//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// crowd runs four writers and four readers on one gallery, for a second per count. Each
// writer registers and removes labels of its own, and at the end must find exactly what
// it left. Each reader must get right answers throughout.
func crowd(l *lab, s *score) {
	gallery := l.copyGallery("crowd.db")
	until := time.Now().Add(time.Duration(s.times) * time.Second)
	pictures, _ := filepath.Glob(filepath.Join(l.more, "*", "*", "*_ref.png"))
	var lock sync.Mutex // of s
	var group sync.WaitGroup
	kept := make([]map[string]bool, 4)
	for i := range 4 {
		kept[i] = map[string]bool{}
		rng := rand.New(rand.NewPCG(s.rng.Uint64(), 0))
		group.Go(func() {
			for round := 0; time.Now().Before(until); round++ {
				label := fmt.Sprintf("writer-%d/%d", i, rng.IntN(5))
				args := []string{"register", "--label", label, pictures[rng.IntN(len(pictures))], "--gallery", gallery}
				if kept[i][label] && rng.IntN(2) == 0 {
					args = []string{"gallery", "remove", "--yes", "--label", label, "--gallery", gallery}
				}
				r := l.run(args...)
				lock.Lock()
				lingers := r.code == 1 && strings.Contains(r.String(), "still in the file") // others are reading
				if s.note(r); r.code != 0 && !lingers {
					s.fault("%s", r)
				} else {
					kept[i][label] = args[0] == "register"
				}
				lock.Unlock()
			}
		})
		group.Go(func() {
			for time.Now().Before(until) {
				answers, err := l.classify(gallery)
				lock.Lock()
				s.tried++
				if err != nil {
					s.fault("%v", err)
				} else if wrongLabels(answers, l.answers) {
					s.fault("a reader got a wrong label")
				}
				lock.Unlock()
			}
		})
	}
	group.Wait()
	now, err := l.list(gallery)
	if err != nil {
		s.fault("%v", err)
		return
	}
	labels := map[string]bool{}
	for _, r := range now {
		labels[r.Label] = true
	}
	for i, own := range kept {
		for label, there := range own {
			if labels[label] != there {
				s.lost++
				s.fault("writer %d: %s is there: %v, not %v", i, label, labels[label], there)
			}
		}
	}
	if r := l.run("gallery", "check", "--gallery", gallery); r.code != 0 {
		s.fault("%s%s", r, r.out)
	}
	if problem := holdsBase(l, now); problem != "" {
		s.lost++
		s.fault("%s", problem)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(gallery + suffix)
	}
}
