package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"exemplar"
	"exemplar/internal/papertest"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"café 名刺.jpg":           "café 名刺.jpg",
		"a\x1b[31mb":            `a\x1b[31mb`,
		"line\nline\r\t":        `line\nline\r\t`,
		"gpj.\u202etxt":         `gpj.\u202etxt`,
		"\u2066x\u2069":         `\u2066x\u2069`,
		"c1 \u009b31m":          `c1 \u009b31m`,
		"bad \xff\xfe utf":      `bad \xff\xfe utf`,
		"क्\u200dष":             "क्\u200dष", // with a joiner
		"\u2028":                `\u2028`,
		"tag \U000e0041":        `tag \U000e0041`,
		`back\slash`:            `back\slash`,
		"replacement \ufffd ok": "replacement \ufffd ok",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("a\x1b[31m\n\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		got := plain(text)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unsafe) {
			t.Errorf("plain(%q) = %q", text, got)
		}
		var out bytes.Buffer
		if err := sayJSON(&out, []string{text}); err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSuffix(out.String(), "\n")
		var back []string
		if err := json.Unmarshal([]byte(line), &back); err != nil || strings.ContainsFunc(line, unsafe) {
			t.Fatalf("%q: %v", line, err)
		}
		if utf8.ValidString(text) && back[0] != text {
			t.Errorf("%q came back as %q", text, back[0])
		}
		if short := shorten(got, 20); columns(short) > 20 {
			t.Errorf("shorten(%q) = %q", got, short)
		}
	})
}

func TestShortenKeepsBothEnds(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short.jpg", 12, "short.jpg"},
		{"/home/somebody/pictures/2026/scan_0001.jpg", 20, "/home/so...._0001.jpg"[:8] + "..." + "_0001.jpg"},
		{"名刺名刺名刺名刺名刺.jpg", 12, "名刺...刺.jpg"[:6] + "...刺.jpg"[:0] + "..." + ".jpg"},
	} {
		got := shorten(c.in, c.limit)
		if columns(got) > c.limit || c.in != got && (!strings.Contains(got, "...") || got[:4] != c.in[:4] || !strings.HasSuffix(got, ".jpg")) {
			t.Errorf("shorten(%q, %d) = %q", c.in, c.limit, got)
		}
	}
}

// hostile is a name and a note that nobody wants to see raw.
const hostile = "a\x1b[31m\n\u202egpj\u009b2J.jpg"

// Names, notes, sources and errors reach the terminal escaped, and JSON stays JSON.
func TestHostileTextIsPlain(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	example := examples()[3]
	good := s.write("in/label/"+hostile, scanned(example, 0))
	bad := s.write("in/label/b"+hostile, []byte("no picture"))
	invalid := s.write("in/label/\xff\xfe.jpg", []byte("no picture"))
	odd := s.write("in/label/note.p\x1bdf", nil)
	missing := filepath.Join(s.folder, "missing"+hostile)
	var said []string
	in := func(code int, args ...string) string {
		t.Helper()
		out, errOut := s.inGallery(code, args...)
		for _, text := range []string{strings.TrimPrefix(out, byteOrderMark), errOut} {
			if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), unsafe) || !utf8.ValidString(text) {
				t.Errorf("%q printed %q", args, text)
			}
		}
		said = append(said, out+errOut)
		return out
	}
	in(exitPartly, "register", "--note", hostile, filepath.Join(s.folder, "in"), missing)
	in(exitPartly, "register", "--json", filepath.Join(s.folder, "in"), missing)
	in(exitPartly, "register", "--label", hostile, good)
	in(exitPartly, "classify", good, bad, invalid, odd, missing)
	in(exitPartly, "classify", "-v", good, bad, invalid, missing)
	in(exitPartly, "classify", "--csv", good, bad, invalid, missing)
	in(exitFailed, "classify", missing)
	in(exitFailed, "classify", missing+"*")
	in(0, "gallery", "list")
	in(0, "gallery", "list", "-v")
	in(0, "gallery", "show", "label")
	in(exitFailed, "gallery", "show", hostile)
	in(exitFailed, "gallery", "list", hostile)
	in(exitFailed, "gallery", "rename", "label", hostile)
	in(exitFailed, "gallery", hostile)
	in(exitFailed, "--"+hostile)
	in(exitFailed, hostile)
	in(exitFailed, "classify", "--fpir", hostile, good)
	t.Setenv("EXEMPLAR_GALLERY", s.gallery)
	if all := strings.Join(said, ""); !strings.Contains(all, `\x1b[31m\n\u202egpj\u009b2J`) {
		t.Error("the name is not written out")
	}

	answers := jsonLines[struct{ Path, Decision string }](t, in(exitPartly, "classify", "--json", good, bad, invalid, missing))
	if len(answers) != 4 || answers[0].Path != good || answers[1].Path != bad || answers[3].Path != missing {
		t.Errorf("answers %+v", answers)
	}
	references := jsonLines[exemplar.Reference](t, in(0, "gallery", "list", "--json"))
	if len(references) != 1 || references[0].Source != good || references[0].Note != hostile {
		t.Errorf("references %+v", references)
	}
}

// Output that cannot be written is an error, whatever the command.
func TestFullOutputIsAnError(t *testing.T) {
	papertest.SkipUnderRace(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full:", err)
	}
	defer full.Close()
	s := newSession(t)
	documents := s.documents()
	s.inGallery(0, "register", documents)
	exported := filepath.Join(s.folder, "all.zip")
	s.inGallery(0, "gallery", "export", exported)
	recipe := s.write("mine.toml", []byte("out = "+strconv.Quote(filepath.Join(s.folder, "run"))+"\nsteps = 1\n[data]\npaths = [\"documents\"]\nforms = 1\n[batch]\nimages = 2\nforms = 1\nreplicas = 1\n[contrast]\nweight = 1\n"))
	scan := filepath.Join(documents, examples()[3].Label, "scan.jpg")
	set := filepath.Join(s.folder, "set")
	s.run(0, "draw", set, "--count", "3", "--photos", "1", "--size", "200")
	list := s.write("list.txt", []byte(scan+"\n"))
	at := func(name string) string { return filepath.Join(s.folder, name) }
	tried := map[string]bool{
		"calibrate": true, "bench": true, // they need minutes to have anything to say
		"serve": true, "key revoke": true, // they say nothing there
		"audit replay": true, // it needs a decision that was served
	}
	for _, c := range []struct {
		args []string
		slow bool
	}{
		{args: []string{"demo"}, slow: true},
		{args: []string{"register", documents}},
		{args: []string{"register", "--json", documents}},
		{args: []string{"classify", scan}},
		{args: []string{"classify", "-v", scan}},
		{args: []string{"classify", "--csv", scan}},
		{args: []string{"classify", "--json", scan}},
		{args: []string{"classify", "--explain", "/dev/full", scan}},
		{args: []string{"sort", scan, "--to", at("sorted")}},
		{args: []string{"sort", scan, "--to", at("sorted"), "--csv", "/dev/full"}},
		{args: []string{"sort", scan, "--to", at("sorted"), "--jsonl", "/dev/full", "--dry-run"}},
		{args: []string{"watch", documents, "--to", at("watched")}},
		{args: []string{"bulk", "--manifest", list}},
		{args: []string{"bulk", "--manifest", list, "--out", "/dev/full"}},
		{args: []string{"gallery"}},
		{args: []string{"gallery", "list"}},
		{args: []string{"gallery", "list", "--json"}},
		{args: []string{"gallery", "show", examples()[3].Label}},
		{args: []string{"gallery", "show", "--picture", "/dev/full", examples()[3].Label}},
		{args: []string{"gallery", "rename", examples()[3].Label, "renamed"}},
		{args: []string{"gallery", "rivals", "renamed"}},
		{args: []string{"gallery", "note", "renamed", "text"}},
		{args: []string{"gallery", "contents", "renamed", "vary"}},
		{args: []string{"gallery", "export", at("again.zip")}},
		{args: []string{"gallery", "import", exported}},
		{args: []string{"gallery", "reembed"}},
		{args: []string{"gallery", "check"}},
		{args: []string{"gallery", "check", "--json"}},
		{args: []string{"gallery", "repair"}},
		{args: []string{"gallery", "compact"}},
		{args: []string{"gallery", "remove", "renamed"}},
		{args: []string{"eval", set}},
		{args: []string{"eval", "--json", set}},
		{args: []string{"eval", "--html", "/dev/full", set}},
		{args: []string{"eval", "--csv", "/dev/full", set}},
		{args: []string{"draw", at("drawn"), "--count", "1", "--size", "200"}},
		{args: []string{"train", recipe}, slow: true},
		{args: []string{"train", recipe, "--preview", "/dev/full"}},
		{args: []string{"teach", recipe, "--out", at("t.safetensors"), "--model", "../../internal/embed/default.safetensors"}, slow: true},
		{args: []string{"pack", at("packed"), documents}},
		{args: []string{"embed", "--npy", at("x.npy"), documents}},
		{args: []string{"embed", "--npy", "/dev/full", documents}},
		{args: []string{"export", at("x.onnx")}},
		{args: []string{"export", "/dev/full"}},
		{args: []string{"key", "create", "--data", at("service"), "Anna"}},
		{args: []string{"key", "list", "--data", at("service")}},
		{args: []string{"key", "list", "--json", "--data", at("service")}},
		{args: []string{"audit", "verify", "--data", at("service")}},
		{args: []string{"backup", "--data", at("service"), at("backup")}},
		{args: []string{"restore", "--data", at("restored"), at("backup")}},
		{args: []string{"doctor"}},
		{args: []string{"version"}},
		{args: []string{"--version"}},
		{args: []string{"--help"}},
		{args: []string{"help", "classify"}},
		{args: []string{"completion", "bash"}},
		{args: []string{"completion", "zsh"}},
		{args: []string{"completion", "fish"}},
		{args: []string{"completion", "powershell"}},
	} {
		tried[c.args[0]], tried[strings.Join(c.args[:min(2, len(c.args))], " ")] = true, true
		if c.slow && testing.Short() {
			continue
		}
		t.Run(strings.ReplaceAll(strings.Join(c.args, " "), s.folder, ""), func(t *testing.T) {
			args := c.args
			if cmd, _, err := newRoot(io.Discard, io.Discard).Find(args); err == nil && cmd.Flags().Lookup("gallery") != nil {
				args = append(args, "--gallery", s.gallery)
			}
			var errOut bytes.Buffer
			code := run(t.Context(), args, full, &errOut)
			silent := len(c.args) > 1 && c.args[0]+" "+c.args[1] == "gallery export"
			switch {
			case silent: // nothing to say
				if code != 0 {
					t.Errorf("exit code %d: %s", code, errOut.String())
				}
			case code != exitFailed || !strings.Contains(errOut.String(), "no space left"):
				t.Errorf("exit code %d, said %q", code, errOut.String())
			}
		})
	}
	for _, cmd := range newRoot(io.Discard, io.Discard).Commands() {
		if !tried[cmd.Name()] {
			t.Errorf("%s was not tried", cmd.Name())
		}
		for _, sub := range cmd.Commands() {
			if name := cmd.Name() + " " + sub.Name(); !tried[name] {
				t.Errorf("%s was not tried", name)
			}
		}
	}
}

func TestOutputKeepsTheFirstError(t *testing.T) {
	first := errors.New("first")
	o := &output{w: failing{first}}
	o.Write([]byte("a"))
	o.w = failing{errors.New("second")}
	if _, err := o.Write([]byte("b")); !errors.Is(err, first) {
		t.Errorf("error %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
