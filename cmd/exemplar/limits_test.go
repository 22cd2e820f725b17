package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/papertest"
)

// TestHugeFiles: of any file that a user names, no more is read than the limit of its
// kind.
func TestHugeFiles(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	documents := s.documents()
	huge := filepath.Join(s.folder, "huge")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 4<<40); err != nil {
		t.Skip("no sparse files:", err)
	}
	npy := filepath.Join(s.folder, "x.npy")
	for name, args := range map[string][]string{
		"model":              {"classify", "--model", huge, documents},
		"model to embed":     {"embed", "--model", huge, "--npy", npy, documents},
		"model to judge":     {"eval", "--model", huge, documents},
		"model to look at":   {"doctor", "--model", huge},
		"model to calibrate": {"calibrate", "--model", huge, documents, "--out", filepath.Join(s.folder, "x.safetensors")},
		"scores":             {"eval", "--scores", huge},
		"vectors":            {"eval", "--vectors", "x=" + huge, documents},
		"recipe":             {"train", huge},
		"recipe to teach":    {"teach", huge},
		"picture":            {"embed", "--npy", npy, huge},
	} {
		t.Run(name, func(t *testing.T) {
			code := exitFailed
			if name == "picture" {
				code = exitPartly
			}
			if out, errOut := s.run(code, args...); !strings.Contains(out+errOut, "limit") && name != "scores" {
				t.Errorf("said %q", out+errOut)
			}
		})
	}
}
