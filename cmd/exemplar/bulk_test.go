package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// bulkLines reads the answers in a file, and requires that no page is there twice.
func bulkLines(t *testing.T, path string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		var l bulkLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		key := fmt.Sprintf("%s %d %d", l.Path, l.Part, l.Nth)
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// A run that was cut off anywhere is ended by the next one, and every page is there once.
func TestBulkGoesOn(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.blots("in", 4)
	page := &imaging.Gray{W: 60, H: 60, Pix: []byte(strings.Repeat("  ~~~", 720))}
	s.write("in/three.tif", papertest.TIFF(page, page, page))
	s.write("in/scan.jpg", scanned(examples()[3], 0))
	list := s.write("in/list.csv", []byte("id,path\n1,0000.png\n2,three.tif\n3,0001.png\n4,scan.jpg\n5,0002.png\n6,0003.png\n7,0001.png\n"))
	out := filepath.Join(s.folder, "out.jsonl")
	_, said := s.inGallery(0, "bulk", "--manifest", list, "--out", out)
	if !strings.Contains(said, "6 files (8 pages) recognised: 1 match, ") {
		t.Errorf("said %q", said)
	}
	whole, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := bulkLines(t, out)
	if len(lines) != 8 {
		t.Errorf("%d lines: %s", len(lines), whole)
	}
	if _, said := s.inGallery(0, "bulk", "--manifest", list, "--out", out); !strings.Contains(said, "0 files (0 pages) recognised; 6 files done before") {
		t.Errorf("again: said %q", said)
	}
	for i := range 5 {
		if err := os.WriteFile(out, whole[:len(whole)*i/5+i], 0o600); err != nil {
			t.Fatal(err)
		}
		s.inGallery(0, "bulk", "--manifest", list, "--out", out)
		if again := bulkLines(t, out); !slices.Equal(again, lines) {
			t.Errorf("cut off after %d bytes: %q", len(whole)*i/5+i, again)
		}
	}
}

// A run that is killed goes on, too.
func TestBulkIsKilled(t *testing.T) {
	const files = 100
	s := newSession(t)
	s.registered()
	var list strings.Builder
	folder := s.blots("in", files)
	for n := range files {
		fmt.Fprintf(&list, "%04d.png\n", n)
	}
	s.write("in/list", []byte(list.String()))
	out := filepath.Join(s.folder, "out.jsonl")
	args := []string{"bulk", "--manifest", filepath.Join(folder, "list"), "--out", out}
	p := s.command(args...).start()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if info, err := os.Stat(out); err == nil && info.Size() > 0 {
			break
		}
	}
	p.Process.Kill()
	p.ends()
	if _, said := s.inGallery(0, args...); !strings.Contains(said, "done before") {
		t.Errorf("said %q", said)
	}
	if lines := bulkLines(t, out); len(lines) != files {
		t.Errorf("%d lines of %d files", len(lines), files)
	}
}

// One bad file stops no other, and the exit code tells of it.
func TestBulkWithBadFiles(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.blots("in", 1)
	s.write("in/bad.jpg", []byte("no picture"))
	list := s.write("in/list.jsonl", []byte("{\"path\": \"missing.png\"}\n\"bad.jpg\"\n\"..\"\n\"0000.png\"\n"))
	out, _ := s.inGallery(exitPartly, "bulk", "--manifest", list, "-q")
	if strings.Count(out, "\n") != 4 || strings.Count(out, `"refused"`) != 3 || strings.Count(out, `"unknown"`) != 1 || !strings.Contains(out, "no such file") {
		t.Errorf("said %s", out)
	}
	latin := s.write("in/latin.txt", []byte("a\xe9.png\n0000.png\n"))
	out, _ = s.inGallery(exitPartly, "bulk", "--manifest", latin, "-q")
	if strings.Count(out, "\n") != 2 || strings.Count(out, `"refused"`) != 1 || !strings.Contains(out, "line 1 of the list") || !strings.Contains(out, `"path":"0000.png"`) {
		t.Errorf("a path that is no text: said %s", out)
	}
	for _, c := range []struct{ out, want string }{
		{s.write("notes.txt", []byte("my notes")), "something else"},
		{s.write("notes2.txt", []byte("my notes\nmore\n")), "something else"},
		{s.write("mixed.jsonl", []byte("{\"path\":\"a\",\"last\":true}\nnotes\n{\"path\":\"b\",\"last\":true}\n")), "line 2 is no answer"},
	} {
		before, _ := os.ReadFile(c.out)
		if _, said := s.inGallery(exitFailed, "bulk", "--manifest", list, "--out", c.out); !strings.Contains(said, c.want) {
			t.Errorf("%s: said %q", c.out, said)
		}
		if after, _ := os.ReadFile(c.out); string(after) != string(before) {
			t.Errorf("%s was changed: %q", c.out, after)
		}
	}
}

// The parts of a list have all its files, and none in common.
func TestBulkInParts(t *testing.T) {
	s := newSession(t)
	s.registered()
	s.blots("in", 9)
	list := s.write("in/list", []byte("0000.png\n0001.png\n0002.png\n0003.png\n0004.png\n0005.png\n0006.png\n0007.png\n0008.png\n"))
	to := filepath.Join(s.folder, "out")
	for i := range 3 {
		s.inGallery(0, "bulk", "--manifest", list, "--out", to+"/", "--shard", fmt.Sprintf("%d/3", i))
	}
	seen := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(to, "results-?-of-3.jsonl"))
	for _, file := range files {
		for _, line := range bulkLines(t, file) {
			seen[line] = true
		}
	}
	if len(files) != 3 || len(seen) != 9 {
		t.Errorf("%v have %d answers", files, len(seen))
	}
}

func TestShardOf(t *testing.T) {
	for _, c := range []struct{ flag, env, want string }{
		{"", "", "0/1"},
		{"2/3", "JOB_COMPLETION_INDEX=1", "2/3"},
		{"/4", "JOB_COMPLETION_INDEX=1", "1/4 by JOB_COMPLETION_INDEX"},
		{"", "SLURM_ARRAY_TASK_ID=9 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_STEP=2", "2/4 by SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT"},
		{"", "AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=2", "0/2 by AWS_BATCH_JOB_ARRAY_INDEX and AWS_BATCH_JOB_ARRAY_SIZE"},
		{"", "JOB_COMPLETION_INDEX=1", "give --shard /N"},
		{"/4", "", "no scheduler says"},
		{"4/4", "", "numbered from 0 to 3"},
		{"/2", "JOB_COMPLETION_INDEX=2", "numbered from 0 to 1"},
		{"-1/4", "", "numbered from 0"},
		{"3", "", "want I/N"},
		{"0/0", "", "want I/N"},
		{"a/2", "", `"a" is no number`},
		{"", "AWS_BATCH_JOB_ARRAY_INDEX=x", "want a whole number"},
	} {
		vars := map[string]string{}
		for _, v := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(v, "=")
			vars[name] = value
		}
		part, err := shardOf(c.flag, func(name string) string { return vars[name] })
		said := part.String()
		if part.source != "" {
			said += " by " + part.source
		}
		if err != nil {
			said = err.Error()
		}
		if said != c.want && (err == nil || !strings.Contains(said, c.want)) {
			t.Errorf("--shard %q with %s: %s, want %s", c.flag, c.env, said, c.want)
		}
	}
}
