package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/papertest"
)

func TestHelpFitsEightyColumns(t *testing.T) {
	s := newSession(t)
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		out, _ := s.run(0, args...)
		for _, line := range strings.Split(out, "\n") {
			if columns(line) > helpColumns {
				t.Errorf("%s: %d columns: %s", strings.Join(args, " "), columns(line), line)
			}
		}
		if !strings.Contains(out, "Usage:") {
			t.Errorf("%s: no usage", strings.Join(args, " "))
		}
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
	}
	visit(newRoot(io.Discard, io.Discard))
}

// An item of a list goes on under its words, and does not break in mid-sentence.
func TestHelpFillsLists(t *testing.T) {
	text := "Measure:\n- one\n- a photo, and as classify does it, which also finds\n  the document\n- the rest\n\nThe end.\n  an example\n  another"
	want := "Measure:\n- one\n- a photo, and as classify\n  does it, which also finds\n  the document\n- the rest\n\nThe end.\n  an example\n  another"
	if got := fill(text, 27); got != want {
		t.Errorf("filled\n%s\nwant\n%s", got, want)
	}
}

// The help of a command names no flag of ours that the command does not show.
func TestHelpNamesNoHiddenFlag(t *testing.T) {
	s := newSession(t)
	for _, verb := range []string{"backup", "restore"} {
		if out, _ := s.run(0, verb, "--help"); strings.Contains(out, "--store") {
			t.Errorf("%s speaks of --store, which it does not have:\n%s", verb, out)
		}
	}
}

// A label that has references already is merged into only if that is asked for.
func TestRenamingAsksBeforeItMerges(t *testing.T) {
	s := newSession(t)
	s.registered()
	from, to := examples()[2].Label, examples()[3].Label
	_, errOut := s.inGallery(exitFailed, "gallery", "rename", from, to)
	if !strings.Contains(errOut, to+" already has 1 reference") || !strings.Contains(errOut, "--merge") {
		t.Errorf("said %q", errOut)
	}
	if out, _ := s.inGallery(0, "gallery", "list"); !strings.Contains(out, from) {
		t.Errorf("it was renamed: %s", out)
	}
	if out, _ := s.inGallery(0, "gallery", "rename", from, from+"/new"); out != "renamed 1 reference\n" {
		t.Errorf("below itself: said %q", out)
	}
	s.inGallery(0, "gallery", "rename", from+"/new", from)
	if out, _ := s.inGallery(0, "gallery", "rename", "--merge", from, to); out != "renamed 1 reference, merged with 1 reference of "+to+"\n" {
		t.Errorf("said %q", out)
	}
	s.inGallery(exitFailed, "gallery", "rename", "nowhere", to)
}

// A label that gets what lies above others merges with none of them: that is asked for, too, since it
// cannot be taken back, but nothing is said to be merged.
func TestRenamingSaysThatNothingMerged(t *testing.T) {
	s := newSession(t)
	s.registered()
	from, to := examples()[2].Label, examples()[3].Label
	s.inGallery(0, "gallery", "rename", to, to+"/old")
	if _, errOut := s.inGallery(exitFailed, "gallery", "rename", from, to); !strings.Contains(errOut, "nothing is merged with them") || !strings.Contains(errOut, "--merge") {
		t.Errorf("above another: said %q", errOut)
	}
	const nothing = "renamed 1 reference; nothing was merged: what %s had already, 1 reference, has other labels\n"
	if out, _ := s.inGallery(0, "gallery", "rename", "--merge", from, to); out != fmt.Sprintf(nothing, to) {
		t.Errorf("above another: said %q", out)
	}
	s.inGallery(0, "gallery", "rename", to+"/old", "old")
	s.inGallery(0, "gallery", "rename", "old", "old/new")
	if out, _ := s.inGallery(0, "gallery", "rename", "--merge", "old", to); out != fmt.Sprintf(nothing, to) {
		t.Errorf("below another: said %q", out)
	}
}

func TestMistypedCommandsAndFlags(t *testing.T) {
	s := newSession(t)
	for _, c := range []struct{ line, want string }{
		{"recognise x", "did you mean classify?"},
		{"clasify x", "did you mean classify?"},
		{"enroll x", "did you mean register?"},
		{"clasify --json x", "did you mean classify?"},
		{"gallery lst", "did you mean list?"},
		{"gallery delete x", "did you mean remove?"},
		{"gallery frobnicate", "see exemplar gallery --help"},
		{"gallery frobnicate --json", "see exemplar gallery --help"},
		{"frobnicate", "see exemplar --help"},
		{"help clasify", "did you mean classify?"},
		{"help gallery lst", "did you mean list?"},
		{"classify", "0 arguments given: want exemplar classify PATH...; see"},
		{"gallery rename x", "1 argument given: want exemplar gallery rename LABEL NEW-LABEL; see"},
		{"doctor x", "1 argument given: want exemplar doctor; see"},
		{"classify --jsn x", "--json"},
		{"classify --galery g x", "did you mean --gallery?"},
		{"register --lable x y", "did you mean --label"},
		{"classify --frobnicate x", "see exemplar classify --help"},
		{"classify -j -1 x", "--jobs"},
		{"classify -j 0 x", "from 1 to"},
		{"classify -j 1000000 x", "from 1 to"},
		{"classify -q -v x", "--quiet"},
		{"classify --fpir 0 x", "--fpir"},
		{"classify --fpir 1 x", "--fpir"},
		{"classify --fpir -1 x", "--fpir"},
		{"classify --fpir NaN x", "--fpir"},
		{"classify --fpir many x", "--fpir"},
		{"classify --geometry far x", "--geometry"},
		{"classify --page two x", `--page "two": want a whole number; see exemplar classify --help`},
		{"classify -j many x", `--jobs "many": want a whole number; see`},
		{"classify --json=perhaps x", `--json "perhaps": want true or false; see`},
		{"completion ksh", "did you mean bash"},
		{"register --label", "--label has no value: give --label LABEL; see exemplar register --help"},
		{"register -l", "--label has no value: give --label LABEL; see exemplar register --help"},
		{"classify -j", "--jobs has no value: give --jobs N; see"},
		{"classify -z x", "there is no flag -z: see exemplar classify --help"},
		{"classify -exact x", "there is no flag -e (of -exact): did you mean --exact?"},
		{"classify ---exact x", `"---exact" is no flag: the name of one comes after two dashes, or one letter after one; see exemplar classify --help`},
		{"classify -j 99999999999999999999 x", `--jobs "99999999999999999999": want a number that is nearer to 0; see`},
		{"classify --fpir many x", `--fpir "many": want a share between 0 and 1, such as 0.01; see exemplar classify --help`},
		{"classify --geometry far x", `--geometry "far": want `},
		{"watch in --to out --every soon", `--every "soon": want a time such as 10s or 5m; see exemplar watch --help`},
		{`draw out --kind a"b`, `want words separated by commas`},
		{"sort x", "--to is missing: give --to FOLDER; see exemplar sort --help"},
		{"embed x", "--npy is missing: give --npy FILE; see exemplar embed --help"},
		{"sort x --to y --move --link", "--link and --move cannot be given together: give one of them; see exemplar sort --help"},
		{"register --label a --labels-from name x", "--label and --labels-from cannot be given together"},
	} {
		if _, errOut := s.run(exitFailed, strings.Fields(c.line)...); !strings.Contains(errOut, c.want) {
			t.Errorf("%s: said %q, want %q in it", c.line, errOut, c.want)
		}
	}
}

// An argument without anything in it, as a shell variable without a value leaves it, is told so by
// every command; a note may be empty, and so may what is in the command of a teacher.
func TestEmptyArguments(t *testing.T) {
	s := newSession(t)
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		check := cmd.Args
		if cmd.HasSubCommands() || cmd.Name() == "help" || strings.Contains(cmd.Use, "LABEL") {
			return
		}
		for _, args := range [][]string{{""}, {"x", ""}} {
			if err := check(cmd, args); err != nil && strings.Contains(err.Error(), "given: want") {
				continue // it takes another number of them
			}
			line := append(strings.Fields(cmd.CommandPath())[1:], args...)
			if _, errOut := s.run(exitFailed, append(line, emptyNeeds[cmd.Name()]...)...); !strings.Contains(errOut, "is empty (a shell variable without a value?): want "+cmd.CommandPath()) {
				t.Errorf("%q: said %q", line, errOut)
			}
		}
	}
	visit(newRoot(io.Discard, io.Discard))
	for _, line := range [][]string{
		{"sort", "x", "--to", ""}, {"watch", "x", "--to", ""}, {"classify", "x", "--explain", ""}, {"bulk", "--manifest", ""}, {"serve", "--folder", ""},
		{"register", "x", "--label", ""}, {"register", "x", "-l", ""}, {"register", "x", "--only="}, {"register", "x", "--contents", ""}, {"classify", "x", "--gallery", ""}, {"classify", "x", "--model", ""},
		{"serve", "--listen", ""}, {"serve", "--data", ""}, {"serve", "--store", ""}, {"serve", "--pictures", ""}, {"serve", "--pprof", ""}, {"serve", "--watch", "x", "--watch", ""},
		{"key", "create", "x", "--collection", ""}, {"key", "create", "x", "--role", ""}, {"draw", "x", "--kind", ""}, {"draw", "x", "--kind", "form,"}, {"doctor", "--server", ""}, {"bulk", "--manifest", "x", "--shard", ""},
		{"eval", "x", "--vectors", ""},
	} {
		if _, errOut := s.run(exitFailed, line...); !strings.Contains(errOut, " is empty (a shell variable without a value?): want --") {
			t.Errorf("%q: said %q", line, errOut)
		}
	}
	if _, errOut := s.run(exitFailed, "teach", "none.toml", "--", "sh", "-c", ""); strings.Contains(errOut, "is empty") {
		t.Errorf("a teacher's command: said %q", errOut)
	}
	if _, errOut := s.run(exitFailed, "eval", "none", "--model", ""); strings.Contains(errOut, "is empty") { // which is the one inside
		t.Errorf("the model inside: said %q", errOut)
	}
	s.registered()
	s.inGallery(0, "gallery", "note", examples()[2].Label, "")
	s.inGallery(0, "register", "--label", "other", "--note", "", s.write("other.jpg", documentFiles()[examples()[2].Label]))
}

// emptyNeeds are the flags that commands need.
var emptyNeeds = map[string][]string{"sort": {"--to", "y"}, "watch": {"--to", "y"}, "embed": {"--npy", "y"}, "calibrate": {"--out", "y"}}

func TestEnvironment(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	documents := s.documents()
	t.Setenv("EXEMPLAR_GALLERY", s.gallery)
	s.run(0, "register", documents)
	if out, _ := s.run(0, "gallery", "list"); strings.Count(out, "\n") != 3 {
		t.Errorf("list said %q", out)
	}
	other := filepath.Join(s.folder, "other.db")
	if _, errOut := s.run(exitFailed, "gallery", "list", "--gallery", other); !strings.Contains(errOut, "other.db") {
		t.Errorf("the flag does not come first: %q", errOut)
	}
	t.Setenv("EXEMPLAR_FPIR", "0")
	if _, errOut := s.run(exitFailed, "classify", documents); !strings.Contains(errOut, "EXEMPLAR_FPIR") {
		t.Errorf("said %q", errOut)
	}
	t.Setenv("EXEMPLAR_FPIR", "0.1")
	t.Setenv("EXEMPLAR_MODEL", filepath.Join(s.folder, "nowhere.safetensors"))
	if _, errOut := s.run(exitFailed, "classify", documents); !strings.Contains(errOut, "nowhere.safetensors") {
		t.Errorf("said %q", errOut)
	}
	t.Setenv("EXEMPLAR_MODEL", "")
	s.run(0, "classify", documents)
}

func TestCompletion(t *testing.T) {
	s := newSession(t)
	s.registered()
	t.Setenv("EXEMPLAR_GALLERY", s.gallery)
	label := examples()[3].Label
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"gallery", "show", label[:2]}, label},
		{[]string{"gallery", "remove", label, ""}, label},
		{[]string{"gallery", "rename", ""}, label},
		{[]string{"register", "--label", label[:1]}, label},
		{[]string{"classify", "--geometry", ""}, "verify"},
		{[]string{"draw", "--kind", ""}, "ticket"},
		{[]string{"register", "--labels-from", ""}, "name"},
		{[]string{"cla"}, "classify"},
	} {
		if out, _ := s.run(0, append([]string{"__complete"}, c.args...)...); !strings.Contains(out, c.want+"\n") && !strings.Contains(out, c.want+"\t") {
			t.Errorf("%q completes to %q, want %q in it", c.args, out, c.want)
		}
	}
	t.Setenv("EXEMPLAR_GALLERY", filepath.Join(s.folder, "nowhere.db"))
	s.run(0, "__complete", "gallery", "show", "")
}

// A label serves as an id if it has one reference.
func TestLabelsForIDs(t *testing.T) {
	s := newSession(t)
	s.registered()
	example, other := examples()[3], examples()[4]
	if out, _ := s.inGallery(0, "gallery", "show", example.Label); !strings.Contains(out, example.Label) {
		t.Errorf("show said %q", out)
	}
	s.inGallery(0, "gallery", "note", example.Label, "seen")
	out, _ := s.inGallery(0, "gallery", "show", "--json", example.Label)
	if r := jsonLines[exemplar.Reference](t, out)[0]; r.Note != "seen" {
		t.Errorf("note %q", r.Note)
	}
	picture := filepath.Join(s.folder, "p.jpg")
	s.inGallery(0, "gallery", "show", "--picture", picture, example.Label)
	if info, err := os.Stat(picture); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("picture: %v %v", info, err)
	}
	s.inGallery(0, "gallery", "rivals", example.Label)
	s.inGallery(0, "register", "--label", example.Label, s.write("second.jpg", scanned(example, 0)))
	if _, errOut := s.inGallery(exitFailed, "gallery", "remove", example.Label); !strings.Contains(errOut, "2 references: name one by its ID") {
		t.Errorf("said %q", errOut)
	}
	if out, _ := s.inGallery(0, "gallery", "remove", other.Label); !strings.Contains(out, "removed 1 reference") {
		t.Errorf("said %q", out)
	}
	for _, verb := range []string{"show", "rivals", "remove"} {
		if _, errOut := s.inGallery(exitFailed, "gallery", verb, "nowhere"); !strings.Contains(errOut, "nowhere") || !strings.Contains(errOut, "gallery list") {
			t.Errorf("%s said %q", verb, errOut)
		}
	}
	if _, errOut := s.inGallery(exitFailed, "gallery", "show", strings.Split(other.Label+"/", "/")[0]); errOut == "" {
		t.Error("nothing was said")
	}
}

// Without a terminal only --yes removes the references of a label.
func TestRemovingALabelNeedsAYes(t *testing.T) {
	s := newSession(t)
	s.registered()
	label := examples()[3].Label
	p := s.command("gallery", "remove", "--label", label).start()
	if code := p.ends(); code != exitFailed || !strings.Contains(p.err.String(), "--yes") || !strings.Contains(p.err.String(), label) {
		t.Errorf("exit code %d, said %q", code, p.err.String())
	}
	if out, _ := s.inGallery(0, "gallery", "list", label); !strings.Contains(out, label) {
		t.Errorf("it was removed: %q", out)
	}
	if out, _ := s.inGallery(0, "gallery", "remove", "--yes", "--label", label); out != "removed 1 reference\n" {
		t.Errorf("said %q", out)
	}
	s.inGallery(exitFailed, "gallery", "remove", "--yes", "--label", label)
}

// The program says what it was built from.
func TestVersionSaysTheCommit(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	s := newSession(t)
	program := filepath.Join(s.folder, "exemplar")
	if out, err := exec.Command("go", "build", "-buildvcs=true", "-o", program, ".").CombinedOutput(); err != nil {
		t.Skipf("no commit here: %v\n%s", err, out)
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	commit := ""
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			commit = setting.Value
		}
	}
	if len(commit) < 12 {
		t.Skip("go build finds no repository here")
	}
	for _, verb := range []string{"--version", "version", "doctor"} {
		cmd := exec.Command(program, verb)
		cmd.Env = append(os.Environ(), "EXEMPLAR_GALLERY="+filepath.Join(s.folder, "none.db")) // which doctor looks for
		out, err := cmd.Output()
		if err != nil || !strings.Contains(string(out), version+"+"+commit[:12]) {
			t.Errorf("%s said %q, want commit %s (%v)", verb, out, commit, err)
		}
	}
}
