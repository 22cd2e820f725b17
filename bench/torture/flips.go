//go:build unix

package main

import (
	"encoding/json"
	"os"
	"strings"
)

// flips flips one bit of a gallery's file at a time. The check must find it, or it must
// change no answer. Every photo must be answered in any case.
func flips(l *lab, s *score) {
	for range s.times {
		path := l.copyGallery("flip.db")
		data, err := os.ReadFile(path)
		if err != nil {
			s.fault("%v", err)
			return
		}
		at, bit := s.rng.IntN(len(data)), byte(1)<<s.rng.IntN(8)
		data[at] ^= bit
		if err := os.WriteFile(path, data, 0o600); err != nil {
			s.fault("%v", err)
			return
		}
		check := s.note(l.run("gallery", "check", "--gallery", path))
		answers := l.run("classify", "--json", "--only", "photo*", "--gallery", path, l.photos)
		if answers.hung {
			s.hung++
			s.fault("bit %d of byte %d of %d flipped: classify hangs", bit, at, len(data))
		}
		found := check.code != 0 || strings.Contains(check.out, "damaged")
		if !found && decisions(answers.out) != decisions(l.answers) {
			s.lost++
			s.fault("bit %d of byte %d of %d flipped: the check finds nothing, and answers differ", bit, at, len(data))
		}
		if found && wrongLabels(answers.out, l.answers) {
			s.lost++
			s.fault("bit %d of byte %d of %d flipped: a wrong label", bit, at, len(data))
		}
	}
}

type decided struct{ Path, Decision, Label string }

// decisions returns the answers without their figures.
func decisions(lines string) string {
	var b strings.Builder
	for _, d := range parseAnswers(lines) {
		b.WriteString(d.Path + " " + d.Decision + " " + d.Label + "\n")
	}
	return b.String()
}

// wrongLabels reports whether a photo got a label that the sound gallery does not give.
func wrongLabels(lines, whole string) bool {
	right := map[string]string{}
	for _, d := range parseAnswers(whole) {
		right[d.Path] = d.Label
	}
	for _, d := range parseAnswers(lines) {
		if d.Decision == "match" && right[d.Path] != d.Label {
			return true
		}
	}
	return false
}

func parseAnswers(lines string) (all []decided) {
	for line := range strings.Lines(lines) {
		var d decided
		if json.Unmarshal([]byte(line), &d) == nil && d.Path != "" {
			all = append(all, d)
		}
	}
	return all
}
