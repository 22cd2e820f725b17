//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// inboxPages is the number of pages that fillInbox makes.
const inboxPages = 12 + 12 + 4*6 + 3 + 2

// fillInbox fills a folder with photos, strangers, PDFs whose pages go to several places, an
// archive and two broken files.
func (l *lab) fillInbox(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	photos, _ := filepath.Glob(filepath.Join(l.photos, "*", "*", "photo*"))
	strangers, _ := filepath.Glob(filepath.Join(l.more, "*", "*", "*_ref.png"))
	references, _ := filepath.Glob(filepath.Join(l.documents, "*", "*", "*_ref.png"))
	files := map[string][]byte{"broken.jpg": []byte("\xFF\xD8\xFFbroken"), "broken.pdf": []byte("%PDF-1.4\nbroken")}
	read := func(path string) []byte {
		data, err := os.ReadFile(path)
		if err != nil {
			panic(err) // what this program drew itself
		}
		return data
	}
	for i := range 12 {
		files[fmt.Sprintf("photo%02d.jpg", i)] = read(photos[i%len(photos)])
		files[fmt.Sprintf("stranger%02d.png", i)] = read(strangers[i])
	}
	for i := range 4 {
		var pages []papertest.PDFPage
		for j := range 6 {
			path := references[(i+j/2)%len(references)]
			if j == 3 {
				path = strangers[i]
			}
			m, _, err := imaging.Decode(read(path), imaging.DefaultLimits)
			if err != nil {
				return err
			}
			pages = append(pages, papertest.ScanPage(m.W/2, m.H/2, papertest.JPEGImage(m.W, m.H, "DeviceRGB", imaging.EncodeJPEG(m, 85))))
		}
		files[fmt.Sprintf("scan%d.pdf", i)] = papertest.PDF(pages, "")
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for i := range 3 {
		w, err := z.Create(fmt.Sprintf("scans/%d.jpg", i))
		if err != nil {
			return err
		}
		w.Write(files[fmt.Sprintf("photo%02d.jpg", i)])
	}
	if err := z.Close(); err != nil {
		return err
	}
	files["letters.zip"] = archive.Bytes()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// placed are the files in a folder, with their contents as hashes, but for hidden ones.
func placed(folder string) map[string][32]byte {
	found := map[string][32]byte{}
	_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if !d.IsDir() {
			data, _ := os.ReadFile(path)
			rel, _ := filepath.Rel(folder, path)
			found[rel] = sha256.Sum256(data)
		}
		return nil
	})
	return found
}

// filing is a way to sort an inbox, and what it comes to without a kill.
type filing struct {
	name  string
	flags []string
	whole map[string][32]byte
	took  time.Duration
}

func (l *lab) filing(s *score, name string, flags ...string) (filing, bool) {
	f := filing{name: name, flags: flags}
	in, to := l.fresh("sort-in"), l.fresh("sort-out")
	if err := l.fillInbox(in); err != nil {
		s.fault("%v", err)
		return f, false
	}
	r := s.note(l.run(append([]string{"sort", in, "--to", to, "--gallery", l.gallery}, flags...)...))
	if r.code != 1 { // the broken files
		s.fault("without a kill: %s", r)
		return f, false
	}
	f.whole, f.took = placed(to), r.took
	for name := range f.whole {
		if strings.HasSuffix(name, ".txt") { // it has the name of the inbox in it
			f.whole[name] = [32]byte{}
		}
	}
	return f, true
}

// fresh is an empty folder that is not there yet.
func (l *lab) fresh(name string) string {
	path := filepath.Join(l.folder, name)
	os.RemoveAll(path)
	return path
}

// sortingKills kills sort and watch at random moments, and starts them again, until everything
// is sorted. Every page must have one outcome and one place; no file may be lost, or be half
// there at any time.
func sortingKills(l *lab, s *score) {
	copied, ok := l.filing(s, "sort")
	moved, ok2 := l.filing(s, "sort --move", "--move")
	if !ok || !ok2 {
		return
	}
	watched := moved
	watched.name = "watch"
	for i, f := range []filing{copied, moved, watched} {
		l.killFiling(s, f, (s.times+i)/3)
	}
}

func (l *lab) killFiling(s *score, f filing, kills int) {
	in, to := l.fresh("sort-in"), l.fresh("sort-out")
	if err := l.fillInbox(in); err != nil {
		s.fault("%v", err)
		return
	}
	originals := placed(in)
	table := filepath.Join(l.folder, "sort.jsonl")
	args := append([]string{"sort", in, "--to", to, "--gallery", l.gallery, "--jsonl", table}, f.flags...)
	if f.name == "watch" {
		args = []string{"watch", in, "--to", to, "--gallery", l.gallery, "--every", "100ms"}
	}
	ended := false // before it could be killed
	for n := 0; n < kills && !ended; n++ {
		p, err := l.start(nil, args...)
		if err != nil {
			s.fault("%v", err)
			return
		}
		// So short that it is not done before the last kill; half a start is about 50 ms.
		after := 50*time.Millisecond + time.Duration(s.rng.Float64()*3*float64(f.took)/float64(kills))
		select {
		case <-p.done:
			ended = true
		case <-time.After(after):
		}
		_ = p.cmd.Process.Kill()
		<-p.done
		s.tried++
		if problem := f.halfway(placed(to), originals, in); problem != "" {
			s.lost++
			s.fault("%s, kill %d after %v: %s", f.name, n+1, after.Round(time.Millisecond), problem)
		}
	}
	if f.name == "watch" {
		l.watchToTheEnd(s, args, in)
	} else if ended {
		fmt.Printf("  %s was done before its last kill\n", f.name)
	} else if r := s.note(l.run(args...)); r.code != 1 && r.code != 0 { // 0: the broken ones were done before
		s.fault("after the kills: %s", r)
	}
	if problem := f.end(placed(to)); problem != "" {
		s.lost++
		s.fault("%s: %s", f.name, problem)
	}
	if f.name != "watch" {
		if problem := outcomes(table); problem != "" {
			s.lost++
			s.fault("%s: %s", f.name, problem)
		}
	}
}

// halfway says what is wrong with the result while not all is sorted.
func (f filing) halfway(now, originals map[string][32]byte, in string) string {
	for name, hash := range now {
		if want, known := f.whole[name]; !known || want != hash && !strings.HasSuffix(name, ".txt") {
			return fmt.Sprintf("%s is there, or is another file than it should be", name)
		}
	}
	if f.name == "sort" { // which takes nothing away
		if left := placed(in); !maps.Equal(left, originals) {
			return "the inbox is another"
		}
	}
	return ""
}

// end says what is wrong with the result at the end.
func (f filing) end(now map[string][32]byte) string {
	for _, name := range slices.Sorted(maps.Keys(f.whole)) {
		if _, there := now[name]; !there {
			return name + " is lost"
		}
	}
	if len(now) != len(f.whole) {
		return fmt.Sprintf("there are %d files, not %d", len(now), len(f.whole))
	}
	return f.halfway(now, nil, "")
}

// outcomes says what is wrong with the table of a batch.
func outcomes(table string) string {
	text, err := os.ReadFile(table)
	if err != nil {
		return err.Error()
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		var row struct {
			Path, Member, To string
			Page             int
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return err.Error()
		}
		key := fmt.Sprint(row.Path, row.Member, row.Page)
		if seen[key] || row.To == "" {
			return "twice, or without a place: " + line
		}
		seen[key] = true
	}
	if len(seen) != inboxPages {
		return fmt.Sprintf("the table has %d pages, not %d", len(seen), inboxPages)
	}
	return ""
}

// watchToTheEnd watches until nothing is left in the inbox, and ends the watch.
func (l *lab) watchToTheEnd(s *score, args []string, in string) {
	p, err := l.start(nil, args...)
	if err != nil {
		s.fault("%v", err)
		return
	}
	for range int(patience / (50 * time.Millisecond)) {
		time.Sleep(50 * time.Millisecond)
		claimed, _ := filepath.Glob(filepath.Join(in, ".exemplar-work", "*", "*"))
		if len(placed(in)) == 0 && len(claimed) == 0 {
			break
		}
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if r := s.note(p.wait(patience)); r.code != 0 {
		s.fault("the watch ends badly: %s", r)
	}
}
