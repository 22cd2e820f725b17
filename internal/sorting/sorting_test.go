package sorting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/intake"
	"exemplar/internal/papertest"
	"exemplar/internal/sorting/journal"
)

// A page for tests is a picture of one grey, by which the recognition of these tests knows it.
var tones = map[byte]Answer{
	10:  {Decision: Match, Label: "form"},
	20:  {Decision: Match, Label: "card/front"},
	30:  {Decision: Unknown, Reason: "nothing like it"},
	40:  {Decision: "ambiguous", Reason: "two fit"},
	50:  {Decision: Match, Label: "_unknown"},
	255: {Decision: Blank, Reason: "it is blank"},
}

func tone(v byte) *imaging.Gray {
	return &imaging.Gray{W: 40, H: 40, Pix: bytes.Repeat([]byte{v}, 1600)}
}

func tiff(tones ...byte) []byte {
	var pages []*imaging.Gray
	for _, v := range tones {
		pages = append(pages, tone(v))
	}
	return papertest.TIFF(pages...)
}

// pagesOf is a recognition that knows the tones.
func pagesOf(ctx context.Context, path string) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		data, err := os.ReadFile(path)
		if err != nil {
			yield(Page{Classify: answerWith(Answer{Decision: Refused, Reason: err.Error()})})
			return
		}
		for p := range intake.Pages(ctx, data, intake.Options{}) {
			page := Page{Member: p.Member, File: p.Source, Classify: answerWith(toneOf(p))}
			if p.Paged {
				page.Number, page.Of = p.Number, p.Of
			}
			if !yield(page) {
				return
			}
		}
	}
}

func answerWith(a Answer) func(context.Context) ([]Answer, error) {
	return func(ctx context.Context) ([]Answer, error) { return []Answer{a}, ctx.Err() }
}

func toneOf(p intake.Page) Answer {
	picture, err := p.Picture, p.Err
	if err == nil && picture == nil {
		picture, _, err = imaging.Decode(p.File, imaging.DefaultLimits)
	}
	if err != nil {
		return Answer{Decision: Refused, Reason: err.Error()}
	}
	return tones[picture.Pix[0]]
}

// sources are all files of a folder, in the order of their names.
func sources(t testing.TB, folder string) (all []Source) {
	t.Helper()
	for _, name := range list(t, folder) {
		all = append(all, Source{Path: filepath.Join(folder, name), Name: name})
	}
	return all
}

// list are the files of a folder and those below it, without the journal.
func list(t testing.TB, folder string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == workFolder {
			return fs.SkipDir
		}
		if !d.IsDir() {
			rel, _ := filepath.Rel(folder, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// write puts files into a folder, each whole at once: a watch may look there meanwhile.
func write(t testing.TB, folder string, files map[string][]byte) {
	t.Helper()
	whole := filepath.Join(t.TempDir(), "whole")
	for name, data := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(whole, data, 0o644), os.Rename(whole, path)); err != nil {
			t.Fatal(err)
		}
	}
}

// sort sorts a folder, and returns what became of its files.
func sort(t testing.TB, in string, options Options) (filed []Filed, batch []journal.File) {
	t.Helper()
	options.Pages = pagesOf
	options.Filed = func(f Filed) error { filed = append(filed, f); return nil }
	s, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(t.Context(), slices.Values(sources(t, in))); err != nil {
		t.Fatal(err)
	}
	for f, err := range s.Batch() {
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, *f)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	return filed, batch
}

// inbox is one of everything, and the places of its pages.
func inbox(t testing.TB) (files map[string][]byte, places []string) {
	return map[string][]byte{
			"a.tif":        tiff(10),
			"sub/a.tif":    tiff(20),
			"whole.tif":    tiff(10, 255, 10),
			"mixed.tif":    tiff(255, 10, 10, 255, 30, 30, 20),
			"unknown.tif":  tiff(30),
			"both.tif":     tiff(40),
			"blank.tif":    tiff(255),
			"broken.tif":   tiff(10)[:30],
			"named.tif":    tiff(50),
			"letters.zip":  papertest.ZIP(map[string][]byte{"x/1.tif": tiff(20), "x/2.tif": tiff(10, 30), "y.tif": tiff(30)[:20]}),
			"same/one.tif": tiff(10),
		}, []string{
			"__unknown/named.tif",
			"_failed/blank.tif", "_failed/blank.tif.txt", "_failed/broken.tif", "_failed/broken.tif.txt",
			"_failed/letters-y.tif", "_failed/letters-y.tif.txt",
			"_unknown/both.tif", "_unknown/letters-x-2-p2.tif", "_unknown/mixed-p5-p6.tif", "_unknown/unknown.tif",
			"card/front/a.tif", "card/front/letters-x-1.tif", "card/front/mixed-p7.tif",
			"form/a.tif", "form/letters-x-2-p1.tif", "form/mixed-p1-p4.tif", "form/one.tif", "form/whole.tif",
		}
}

func TestSort(t *testing.T) {
	for _, mode := range []Mode{Copy, Move, Link} {
		in, to := t.TempDir(), filepath.Join(t.TempDir(), "new")
		files, places := inbox(t)
		write(t, in, files)
		dry, _ := sort(t, in, Options{To: to, Mode: mode, DryRun: true})
		if _, err := os.Stat(to); err == nil {
			t.Fatal("a dry run has made the folder")
		}
		filed, batch := sort(t, in, Options{To: to, Mode: mode})
		left := slices.Sorted(maps.Keys(files))
		if mode == Move {
			places = slices.Sorted(slices.Values(append([]string{"_originals/letters.zip", "_originals/mixed.tif"}, places...)))
			left = nil
		}
		if got := list(t, to); !slices.Equal(got, places) {
			t.Errorf("mode %d: there are\n%s\nwant\n%s", mode, strings.Join(got, "\n"), strings.Join(places, "\n"))
		}
		if got := list(t, in); !slices.Equal(got, left) {
			t.Errorf("mode %d: left are %q, want %q", mode, got, left)
		}
		for i := range filed {
			if fmt.Sprint(Targets(&dry[i].File)) != fmt.Sprint(Targets(&filed[i].File)) {
				t.Errorf("the dry run has %v, the real one %v", Targets(&dry[i].File), Targets(&filed[i].File))
			}
		}
		checkPages(t, batch, 22)
		checkContent(t, to, map[string][]byte{"form/whole.tif": files["whole.tif"], "_failed/broken.tif": files["broken.tif"]})
		for name, want := range map[string][]byte{"form/mixed-p1-p4.tif": {255, 10, 10, 255}, "_unknown/mixed-p5-p6.tif": {30, 30}} {
			checkTones(t, filepath.Join(to, name), want)
		}
		if mode != Move {
			again, batch := sort(t, in, Options{To: to, Mode: mode})
			if !slices.Equal(list(t, to), places) || len(batch) != 0 {
				t.Errorf("mode %d: a second run has changed something", mode)
			}
			for _, f := range again {
				if !f.Before {
					t.Errorf("%s was sorted again", f.Name)
				}
			}
		}
	}
}

// checkPages makes sure that every page has one outcome, and every outcome a file.
func checkPages(t *testing.T, batch []journal.File, want int) {
	t.Helper()
	seen := map[string]bool{}
	for _, f := range batch {
		for _, p := range f.Pages {
			key := fmt.Sprint(f.Path, p.Number, p.Document)
			if seen[key] || p.Output < 0 || p.Output >= len(f.Outputs) || !f.Done {
				t.Errorf("%s: page %+v of %d outputs", f.Path, p, len(f.Outputs))
			}
			seen[key] = true
		}
	}
	if len(seen) != want {
		t.Errorf("%d pages have an outcome, want %d", len(seen), want)
	}
}

func checkContent(t *testing.T, folder string, want map[string][]byte) {
	t.Helper()
	for name, data := range want {
		if got, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(name))); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s is another file: %v", name, err)
		}
	}
}

// checkTones makes sure that a file has certain pages.
func checkTones(t *testing.T, path string, want []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	var got []byte
	for p := range intake.Pages(t.Context(), data, intake.Options{}) {
		picture := p.Picture
		if picture == nil {
			picture, _, _ = imaging.Decode(p.File, imaging.DefaultLimits)
		}
		got = append(got, picture.Pix[0])
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has the pages %d, want %d", path, got, want)
	}
}

// TestNothingIsOverwritten: another file of a name gets a number, the same one is done.
func TestNothingIsOverwritten(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, to, map[string][]byte{"form/a.tif": []byte("somebody's"), "form/A (2).TIF": []byte("somebody else's")})
	write(t, in, map[string][]byte{"a.tif": tiff(10), "x/a.tif": tiff(10), "y/a.tif": tiff(10, 10)})
	dry, _ := sort(t, in, Options{To: to, Mode: Move, DryRun: true})
	done, _ := sort(t, in, Options{To: to, Mode: Move})
	for i := range done {
		if !slices.Equal(Targets(&dry[i].File), Targets(&done[i].File)) {
			t.Errorf("the dry run has %q, the real one %q", Targets(&dry[i].File), Targets(&done[i].File))
		}
	}
	if got := list(t, in); len(got) != 0 {
		t.Errorf("left are %q", got)
	}
	got := list(t, filepath.Join(to, "form"))
	if want := []string{"A (2).TIF", "a (3).tif", "a (4).tif", "a.tif"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	checkContent(t, to, map[string][]byte{"form/a.tif": []byte("somebody's"), "form/A (2).TIF": []byte("somebody else's"), "form/a (3).tif": tiff(10)})
}

// TestNamesThatOtherSystemsTakeForOne get numbers: the result may lie on a share. Composed and
// decomposed letters, and capitals, tell no files apart on macOS and Windows.
func TestNamesThatOtherSystemsTakeForOne(t *testing.T) {
	const composed, decomposed = "caf\u00e9.tif", "cafe\u0301.tif"
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{"1/" + composed: tiff(10), "2/" + decomposed: tiff(10, 10), "3/CAFE\u0301.TIF": tiff(10, 10, 10),
		"4/CAF\u00c9.tif": tiff(10), // the content of the first
		"5/Here.tif":      tiff(10, 10),
		"6.zip":           papertest.ZIP(map[string][]byte{"a/" + composed: tiff(10), "a/" + decomposed: tiff(10, 10)})})
	write(t, to, map[string][]byte{"form/HERE.tif": tiff(10)})
	dry, _ := sort(t, in, Options{To: to, DryRun: true})
	done, _ := sort(t, in, Options{To: to})
	var got []string
	for i := range done {
		if !slices.Equal(Targets(&dry[i].File), Targets(&done[i].File)) {
			t.Errorf("the dry run has %q, the real one %q", Targets(&dry[i].File), Targets(&done[i].File))
		}
		got = append(got, Targets(&done[i].File)...)
	}
	want := []string{"form/" + composed, "form/cafe\u0301 (2).tif", "form/CAFE\u0301 (3).TIF", "form/" + composed, "form/Here (2).tif",
		"form/6-a-cafe\u0301.tif", "form/6-a-caf\u00e9 (2).tif"}
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("%+q, want %+q", got, want)
	}
	seen := map[string]string{}
	for _, name := range list(t, to) {
		if other, ok := seen[spelt(name)]; ok {
			t.Errorf("%+q and %+q are one file elsewhere", name, other)
		}
		seen[spelt(name)] = name
	}
	for i := range done {
		for _, out := range done[i].Outputs {
			if _, err := os.Stat(filepath.Join(to, out.Target)); err != nil {
				t.Errorf("the journal names %+q: %v", out.Target, err)
			}
		}
	}
}

// TestSortingAgain what was unknown, in its own folder: what is known now moves, the rest stays.
func TestSortingAgain(t *testing.T) {
	to := t.TempDir()
	write(t, to, map[string][]byte{"_unknown/a.tif": tiff(30), "_unknown/b.tif": tiff(10)})
	filed, _ := sort(t, filepath.Join(to, "_unknown"), Options{To: to, Mode: Move})
	if got, want := list(t, to), []string{"_unknown/a.tif", "form/b.tif"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q: %+v", got, want, filed)
	}
}

func TestLeftFiles(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{"a.tif": tiff(10), "gone.tif": tiff(10), "z.tif": tiff(10)})
	list := sources(t, in)
	os.Remove(filepath.Join(in, "gone.tif"))
	var filed []Filed
	s, err := Open(Options{To: to, Pages: pagesOf, Filed: func(f Filed) error { filed = append(filed, f); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(t.Context(), slices.Values(append(list, list...))); err != nil {
		t.Fatal(err)
	}
	if len(filed) != 3 || filed[0].Err != nil || !errors.Is(filed[1].Err, fs.ErrNotExist) || filed[2].Err != nil {
		t.Errorf("%+v", filed)
	}
	if _, err := Open(Options{To: to}); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("a second one in the same folder: %v", err)
	}
}

// TestAChangedSourceIsLeft, whenever it changes.
func TestAChangedSourceIsLeft(t *testing.T) {
	for _, mode := range []Mode{Copy, Move, Link} {
		in, to := t.TempDir(), t.TempDir()
		write(t, in, map[string][]byte{"a.tif": tiff(10)})
		var filed []Filed
		s, err := Open(Options{To: to, Mode: mode, Filed: func(f Filed) error { filed = append(filed, f); return nil },
			Pages: func(ctx context.Context, path string) iter.Seq[Page] {
				return func(yield func(Page) bool) {
					yield(Page{Classify: func(context.Context) ([]Answer, error) {
						err := os.WriteFile(path, tiff(20, 20), 0o644)
						return []Answer{tones[10]}, errors.Join(err, os.Chtimes(path, time.Now(), time.Unix(1, 0)))
					}})
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context(), slices.Values(sources(t, in))); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if len(filed) != 1 || !errors.Is(filed[0].Err, errChanged) {
			t.Errorf("%+v", filed)
		}
		if got := list(t, to); len(got) != 0 {
			t.Errorf("there are %q", got)
		}
		checkContent(t, in, map[string][]byte{"a.tif": tiff(20, 20)})
		if left, _ := os.ReadDir(filepath.Join(to, workFolder, "staged")); len(left) != 0 {
			t.Errorf("unfinished files are left: %v", left)
		}
	}
}

// TestPagesThatCannotBeCutOut stay together, where somebody looks after them; what was cut out
// before is no rubbish then.
func TestPagesThatCannotBeCutOut(t *testing.T) {
	in, to := t.TempDir(), t.TempDir()
	write(t, in, map[string][]byte{"a.tif": tiff(10, 20), "b.zip": papertest.ZIP(map[string][]byte{"x.tif": tiff(10, 20), "x.tif ": tiff(10, 30)})})
	options := Options{To: to, Mode: Move}
	options.Pages = func(ctx context.Context, path string) iter.Seq[Page] {
		return func(yield func(Page) bool) {
			for p := range pagesOf(ctx, path) {
				if p.Number == 2 && p.Member != "x.tif (2)" {
					p.File = []byte("no TIFF")
				}
				if !yield(p) {
					return
				}
			}
		}
	}
	s, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(t.Context(), slices.Values(sources(t, in))); err != nil {
		t.Fatal(err)
	}
	want := []string{"_failed/a.tif", "_failed/a.tif.txt", "_failed/b-x.tif", "_failed/b-x.tif.txt", "_originals/b.zip"}
	got := list(t, to)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s is not there: %q", name, got)
		}
	}
	checkContent(t, to, map[string][]byte{"_failed/a.tif": tiff(10, 20), "_failed/b-x.tif": tiff(10, 20)})
	if slices.ContainsFunc(got, func(name string) bool { return strings.HasPrefix(name, "form/a") }) {
		t.Errorf("a page of what is filed whole is filed by itself: %q", got)
	}
	why, _ := os.ReadFile(filepath.Join(to, "_failed/a.tif.txt"))
	if !strings.Contains(string(why), "page 1: ") || !strings.Contains(string(why), "match, card/front") {
		t.Errorf("%s", why)
	}
	if left, _ := os.ReadDir(filepath.Join(to, workFolder, "staged")); len(left) != 0 {
		t.Errorf("unfinished files are left: %v", left)
	}
}

// TestReadOnlyTarget says so, before anything is read.
func TestReadOnlyTarget(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, filepath.Dir(file), map[string][]byte{"file": nil})
	if _, err := Open(Options{To: filepath.Join(file, "to")}); err == nil || !strings.Contains(err.Error(), "nothing can be sorted into") {
		t.Errorf("%v", err)
	}
}

// slowly is a recognition that does something before each page.
func slowly(pages func(context.Context, string) iter.Seq[Page], before func()) func(context.Context, string) iter.Seq[Page] {
	return func(ctx context.Context, path string) iter.Seq[Page] {
		return func(yield func(Page) bool) {
			for p := range pages(ctx, path) {
				before()
				if !yield(p) {
					return
				}
			}
		}
	}
}
