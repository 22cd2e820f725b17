package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A teacher by a bundle goes where the recipe looks for it, and the recipe then trains.
func TestTeachThenTrain(t *testing.T) {
	s := newSession(t)
	images := s.documents()
	recipe := s.write("mine.toml", []byte(fmt.Sprintf("out = %q\nsteps = 1\n[data]\npaths = [%q]\nforms = 1\n[batch]\nimages = 2\nforms = 1\nreplicas = 1\n"+
		"[distill]\nweight = 1\nkind = \"cosine\"\nteacher = \"teacher.safetensors\"\n", filepath.Join(s.folder, "run"), images)))
	if _, errOut := s.run(exitFailed, "train", recipe); !strings.Contains(errOut, "exemplar teach") {
		t.Errorf("without its teacher, train said %q", errOut)
	}
	out, _ := s.run(0, "teach", recipe, "--model", "../../internal/embed/default.safetensors")
	if want := filepath.Join(s.folder, "teacher.safetensors") + ": 1 form of 3 images, 256 values each, by exemplar"; !strings.HasPrefix(out, want) {
		t.Errorf("said %q, want %q", out, want)
	}
	s.run(0, "train", recipe)
}

func TestTeachSaysWhatToDo(t *testing.T) {
	s := newSession(t)
	recipe := s.write("mine.toml", []byte(fmt.Sprintf("[data]\npaths = [%q]\n[contrast]\nweight = 1\n", s.documents())))
	out := filepath.Join(s.folder, "teacher.safetensors")
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no place", []string{recipe, "--model", "x"}, "--out FILE"},
		{"no teacher", []string{recipe, "-o", out}, "--model FILE"},
		{"two teachers", []string{recipe, "-o", out, "--model", "x", "--", "y"}, "want one teacher"},
		{"two recipes", []string{recipe, recipe, "-o", out}, "want one"},
		{"no bundle", []string{recipe, "-o", out, "--model", recipe}, "mine.toml"},
		{"no command", []string{recipe, "-o", out, "--", "no-such-program"}, "cannot be started"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, errOut := s.run(exitFailed, append([]string{"teach"}, c.args...)...); !strings.Contains(errOut, c.want) {
				t.Errorf("said %q, want %q in it", errOut, c.want)
			}
		})
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a file was left all the same")
	}
}
