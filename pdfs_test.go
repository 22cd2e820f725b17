package exemplar_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/papertest/drawnpdf"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

// TestPDFsOfAllKinds: a page of each is answered as the picture that it shows, and as pdftoppm of
// Poppler draws it. (TestFilesShowTheirPictures of drawnpdf sees all pages.)
func TestPDFsOfAllKinds(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	papertest.SkipLong(t)
	g, pictures, want := officeGallery(t)
	peer := pdftoppm(t)
	var compared atomic.Int32
	t.Cleanup(func() {
		t.Logf("%d pages compared with pdftoppm", compared.Load())
		if peer != "" && compared.Load() < 30 {
			t.Error("they are too few")
		}
	})
	for i, f := range drawnpdf.Files(pictures) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			pages := pagesTried(i, f)
			ours := answersTo(t, g, exemplar.FromBytes(f.Data), f.Password, pages)
			for n, page := range pages {
				if ours[n] != want[f.Shows[page-1]] {
					t.Errorf("page %d: %s, want %s", page, ours[n], want[f.Shows[page-1]])
				}
				if peer == "" {
					continue
				}
				if theirs := answersTo(t, g, exemplar.FromFile(peerPage(t, peer, f, page)), "", []int{1})[0]; theirs != ours[n] {
					t.Errorf("page %d: %s, as pdftoppm draws it %s", page, ours[n], theirs)
				}
				compared.Add(1)
			}
		})
	}
}

// officeGallery is a gallery of all but the last of some pictures of print, with what is to be
// answered to each of them.
func officeGallery(t *testing.T) (g *exemplar.Gallery, pictures []*imaging.Image, want []string) {
	t.Helper()
	g = open(t, filepath.Join(t.TempDir(), "g.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	stranger := synthdoc.Document{Kind: "certificate", Template: 31, Content: 31}
	for i, d := range []synthdoc.Document{synthdoc.Examples()[4].Document, synthdoc.Examples()[6].Document, synthdoc.Examples()[7].Document, stranger} {
		d.Size = 700
		pictures = append(pictures, synthdoc.Draw(d))
		want = append(want, fmt.Sprintf("%s %s", exemplar.Match, d.Kind))
		if i < 3 {
			registerOne(t, g, pictured(d.Kind, d))
		}
	}
	want[3] = fmt.Sprintf("%s ", exemplar.Unknown)
	return g, pictures, want
}

// pagesTried are the numbers of the pages of the i-th file that are tried: its first or its last,
// or some of many.
func pagesTried(i int, f drawnpdf.File) []int {
	n := len(f.Shows)
	if n > 4 {
		return []int{1, n/2 + 1, n}
	}
	return []int{1 + i%n}
}

func answersTo(t *testing.T, g *exemplar.Gallery, p exemplar.Picture, password string, numbers []int) (answers []string) {
	t.Helper()
	for _, n := range numbers {
		for page := range exemplar.Pages(t.Context(), p, exemplar.PageOptions{Only: n, Passwords: []string{"wrong", password}}) {
			result, err := g.Classify(t.Context(), page, exemplar.ClassifyOptions{})
			if err != nil {
				t.Fatal(err)
			}
			a := result.Answer()
			answers = append(answers, fmt.Sprintf("%s %s", a.Decision, a.Label))
		}
	}
	if len(answers) != len(numbers) {
		t.Fatalf("%d answers to %d pages", len(answers), len(numbers))
	}
	return answers
}

// pdftoppm is where that program is, or empty. CI wants it.
func pdftoppm(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("pdftoppm")
	if err != nil && os.Getenv("EXEMPLAR_REQUIRE_POPPLER") != "" {
		t.Error("pdftoppm is not there: install poppler-utils")
	}
	if err != nil {
		t.Log("NOT COMPARED with pdftoppm, which is not there: install poppler-utils")
	}
	return path
}

// peerPage is a page as pdftoppm draws it, at the size at which we do.
func peerPage(t *testing.T, program string, f drawnpdf.File, page int) string {
	t.Helper()
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in.pdf"), filepath.Join(folder, "out")
	if err := os.WriteFile(in, f.Data, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-singlefile", "-cropbox", "-scale-to", fmt.Sprint(recognise.PhotoSide), "-f", fmt.Sprint(page), "-l", fmt.Sprint(page)}
	if f.Password != "" {
		args = append(args, "-upw", f.Password)
	}
	if text, err := exec.CommandContext(t.Context(), program, slices.Concat(args, []string{in, out})...).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm, page %d: %v: %s", page, err, text)
	}
	return out + ".ppm"
}
