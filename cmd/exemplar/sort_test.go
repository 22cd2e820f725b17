package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"exemplar"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/service"
	"exemplar/internal/sorting"
	"exemplar/internal/sorting/journal"
	"exemplar/internal/synthdoc"
)

// placed are the files below a folder but for hidden ones.
func placed(t *testing.T, folder string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(folder, path)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSort sorts one of everything into a folder in it, and tells what became of each.
func TestSort(t *testing.T) {
	s := newSession(t)
	s.registered()
	label := synthdoc.Examples()[2].Label
	s.write("inbox/a.jpg", documentFiles()[label])
	s.write("inbox/stranger.jpg", scanned(synthdoc.Stranger(), 0))
	s.write("inbox/broken.png", []byte("\x89PNG\r\n\x1a\nbroken"))
	s.write("inbox/words.eml", []byte("From: a@example.org\r\nTo: b@example.org\r\n\r\nhello\r\n"))
	s.write("inbox/letter.docx", []byte("words"))
	inbox := filepath.Join(s.folder, "inbox")
	to, table, lines := filepath.Join(inbox, "sorted"), filepath.Join(s.folder, "batch.csv"), filepath.Join(s.folder, "batch.jsonl")
	dry, _ := s.inGallery(exitPartly, "sort", inbox, "--to", to, "--dry-run")
	if _, err := os.Stat(to); err == nil {
		t.Error("a dry run has made the folder")
	}
	out, errOut := s.inGallery(exitPartly, "sort", inbox, "--to", to, "--csv", table, "--jsonl", lines)
	if strings.ReplaceAll(dry, "would be sorted", "sorted") != out {
		t.Errorf("the dry run says\n%s\nthe real one\n%s", dry, out)
	}
	want := []string{"_empty/words.eml", "_failed/broken.png", "_failed/broken.png.txt", "_unknown/stranger.jpg", label + "/a.jpg"}
	slices.Sort(want)
	if got := placed(t, to); !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
	if !strings.Contains(out, "4 files (4 pages) sorted: 1 document of 1 label, 1 unknown, 1 failed, 1 without a picture") || !strings.Contains(errOut, "1 DOCX") {
		t.Errorf("%s%s", out, errOut)
	}
	file, err := os.Open(table)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) != 5 || rows[1][7] != label+"/a.jpg" {
		t.Errorf("%q, %v", rows, err)
	}
	text, _ := os.ReadFile(lines)
	if n := bytes.Count(text, []byte("\n")); n != 4 || !bytes.Contains(text, []byte(`"decision":"empty"`)) {
		t.Errorf("%s", text)
	}
	if out, _ := s.inGallery(0, "sort", inbox, "--to", to); !strings.Contains(out, "nothing new to sort; 4 files done before") {
		t.Error(out)
	}
}

// TestSortMovesPages of a PDF to their labels, and keeps it.
func TestSortMovesPages(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	s := newSession(t)
	s.registered()
	labels := []string{synthdoc.Examples()[2].Label, synthdoc.Examples()[3].Label}
	var pages []papertest.PDFPage
	for _, label := range labels {
		m, _, err := imaging.Decode(documentFiles()[label], imaging.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, papertest.ScanPage(m.W/2, m.H/2, papertest.JPEGImage(m.W, m.H, "DeviceRGB", documentFiles()[label])), papertest.PDFPage{W: 100, H: 100})
	}
	s.write("inbox/scan.pdf", papertest.PDF(pages, ""))
	to := filepath.Join(s.folder, "sorted")
	out, _ := s.inGallery(0, "sort", "--move", filepath.Join(s.folder, "inbox"), "--to", to)
	want := []string{"_originals/scan.pdf", labels[0] + "/scan-p1-p2.pdf", labels[1] + "/scan-p3-p4.pdf"}
	slices.Sort(want)
	if got := placed(t, to); !slices.Equal(got, want) || len(placed(t, filepath.Join(s.folder, "inbox"))) > 0 {
		t.Errorf("there are %q, want %q:\n%s", got, want, out)
	}
	if !strings.Contains(out, "scan.pdf, pages 3-4  ->  ") {
		t.Error(out)
	}
	for i, label := range labels {
		part := filepath.Join(to, label, fmt.Sprintf("scan-p%d-p%d.pdf", 2*i+1, 2*i+2))
		if out, _ := s.inGallery(exitPartly, "classify", part); !strings.Contains(out, label) || strings.Count(out, "\n") != 2 {
			t.Error(out)
		}
	}
}

// TestSortNumbersPagesAlone: what has no pages has no number of one, in the lines and in the
// tables, as with classify.
func TestSortNumbersPagesAlone(t *testing.T) {
	if papertest.UnderRace {
		t.Skip("PDFs are not drawn under the race detector")
	}
	s := newSession(t)
	s.registered()
	scan := documentFiles()[synthdoc.Examples()[2].Label]
	pdf := papertest.PDF([]papertest.PDFPage{{W: 100, H: 100}}, "")
	packed := papertest.ZIP(map[string][]byte{"scan.jpg": scan, "letter.pdf": pdf})
	s.write("inbox/letters.zip", packed)
	s.write("inbox/cut.zip", packed[:len(packed)-30])
	s.write("inbox/cut.pdf", pdf[:20])
	s.write("inbox/cut.tif", []byte("II*\x00\x08\x00\x00\x00"))
	inbox, to, table, lines := filepath.Join(s.folder, "inbox"), filepath.Join(s.folder, "sorted"), filepath.Join(s.folder, "batch.csv"), filepath.Join(s.folder, "batch.jsonl")
	out, _ := s.inGallery(exitPartly, "sort", inbox, "--to", to, "--csv", table, "--jsonl", lines)
	for _, line := range strings.Split(out, "\n") {
		if strings.Contains(line, ", page ") && !strings.Contains(line, "letter.pdf, page 1") {
			t.Error(line)
		}
	}
	if !strings.Contains(out, "letters.zip/letter.pdf, page 1") {
		t.Error(out)
	}
	text, _ := os.ReadFile(table)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(byteOrderMark)))).ReadAll()
	if err != nil || len(rows) < 6 {
		t.Fatalf("%q, %v", rows, err)
	}
	for _, row := range rows[1:] {
		if isPDF := row[1] == "letter.pdf"; (row[2] == "1") != isPDF || (row[2] == "") == isPDF {
			t.Errorf("the row has the page %q: %q", row[2], row)
		}
	}
	text, _ = os.ReadFile(lines)
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(`"page"`)) != bytes.Contains(line, []byte(`"member":"letter.pdf"`)) {
			t.Errorf("%s", line)
		}
	}
}

// TestSortMovesNothingFromElsewhere: a link in the inbox leads to a folder of others, whose files
// stay; a link that leads to the inbox itself does no harm.
func TestSortMovesNothingFromElsewhere(t *testing.T) {
	s := newSession(t)
	s.registered()
	scan := documentFiles()[synthdoc.Examples()[3].Label]
	archive := s.write("archive/kept.jpg", scan)
	inbox := filepath.Dir(s.write("inbox/scan.jpg", scan))
	to := filepath.Join(s.folder, "sorted")
	for name, target := range map[string]string{"archive": filepath.Dir(archive), "loop": inbox} {
		if err := os.Symlink(target, filepath.Join(inbox, name)); err != nil {
			t.Skip("no links:", err)
		}
	}
	_, errOut := s.inGallery(0, "sort", "--move", inbox, "--to", to)
	if _, err := os.Stat(archive); err != nil || len(placed(t, to)) != 1 || !strings.Contains(errOut, "1 "+behindLinks) {
		t.Errorf("%v; there are %q; %s", err, placed(t, to), errOut)
	}
	_, errOut = s.inGallery(0, "sort", "--move", inbox, "--to", to)
	if !strings.Contains(errOut, "1 "+behindLinks) {
		t.Error(errOut)
	}
	s.inGallery(0, "sort", "--move", filepath.Join(inbox, "archive"), "--to", to) // named itself
	if _, err := os.Stat(archive); err == nil {
		t.Error("a folder that was named was not moved")
	}
}

// TestSortCopiesNothingFromOutside: who may put links into an inbox must not have other files of the
// machine copied, whatever they are. A link to another file of the inbox is as good as the file.
func TestSortCopiesNothingFromOutside(t *testing.T) {
	s := newSession(t)
	s.registered()
	scan := documentFiles()[synthdoc.Examples()[3].Label]
	inbox, to := filepath.Dir(s.write("inbox/scan.jpg", scan)), filepath.Join(s.folder, "sorted")
	secret := s.write("private/secret.txt", []byte("secret"))
	s.write("private/letter.jpg", scan)
	for name, target := range map[string]string{"link.jpg": secret, "sub": filepath.Dir(secret), "own.jpg": "scan.jpg"} {
		if err := os.Symlink(target, filepath.Join(inbox, name)); err != nil {
			t.Skip("no links:", err)
		}
	}
	_, errOut := s.inGallery(0, "sort", inbox, "--to", to)
	if got := placed(t, to); len(got) != 2 || !strings.Contains(errOut, "2 "+outsideLinks) {
		t.Errorf("there are %q; %s", got, errOut)
	}
}

// TestSortMovesLinkedFilesOnce: a link to a file in the inbox would lead nowhere when that is moved,
// whichever comes first. One that leads elsewhere is left.
func TestSortMovesLinkedFilesOnce(t *testing.T) {
	s := newSession(t)
	s.registered()
	scan := documentFiles()[synthdoc.Examples()[3].Label]
	s.write("inbox/m.jpg", scan)
	s.write("inbox/sub/n.jpg", documentFiles()[synthdoc.Examples()[2].Label])
	inbox, to, other := filepath.Join(s.folder, "inbox"), filepath.Join(s.folder, "sorted"), s.write("elsewhere.jpg", scan)
	for name, target := range map[string]string{"a.jpg": "m.jpg", "z.jpg": "m.jpg", "zz.jpg": "z.jpg", "y.jpg": filepath.Join(inbox, "sub", "n.jpg"), "e.jpg": other} {
		if err := os.Symlink(target, filepath.Join(inbox, name)); err != nil {
			t.Skip("no links:", err)
		}
	}
	out, errOut := s.inGallery(0, "sort", "--dry-run", "--move", inbox, "--to", to)
	if !strings.Contains(errOut, "4 "+besideLinks) || !strings.Contains(errOut, "1 "+outsideLinks) || !strings.HasPrefix(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:], "2 files") {
		t.Errorf("%s%s", out, errOut)
	}
	matches, _ := filepath.Glob(filepath.Join(inbox, "*.jpg"))
	s.inGallery(0, append([]string{"sort", "--move", "--dry-run", "--to", to}, matches...)...) // as a shell names them
	s.inGallery(0, "sort", "--move", inbox, "--to", to)
	if got := placed(t, to); len(got) != 2 {
		t.Errorf("there are %q", got)
	}
	for range 2 { // the links lead nowhere now
		if out, errOut := s.inGallery(0, "sort", "--move", inbox, "--to", to); !strings.HasPrefix(out, "nothing new to sort") || !strings.Contains(errOut, "4 "+besideLinks) {
			t.Errorf("%s%s", out, errOut)
		}
	}
	nowhere := filepath.Join(inbox, "nowhere.jpg") // which is a fault: what is there was not sorted
	if err := os.Symlink(filepath.Join(s.folder, "missing.jpg"), nowhere); err != nil {
		t.Fatal(err)
	}
	if _, errOut := s.inGallery(exitFailed, "sort", "--move", inbox, "--to", to); !strings.Contains(errOut, "nowhere.jpg") {
		t.Error(errOut)
	}
	if _, err := os.Stat(other); err != nil {
		t.Error(err)
	}
}

// TestSortFinishesAKilledRun, whatever there is to sort now, and takes nothing for missing that
// the finishing takes away.
func TestSortFinishesAKilledRun(t *testing.T) {
	s := newSession(t)
	s.registered()
	for name, test := range map[string]struct {
		isThere bool // the source of what was decided
		code    int
		path    string
	}{
		"nothing":         {false, 0, "inbox"},
		"not yet moved":   {true, 0, "inbox"},
		"a name is gone":  {false, exitFailed, "inbox/a.jpg"},
		"a pattern is so": {false, exitFailed, "inbox/*.jpg"},
	} {
		inbox, to := filepath.Join(s.folder, name, "inbox"), filepath.Join(s.folder, name, "sorted")
		source := s.write(name+"/inbox/a.jpg", []byte("picture"))
		s.write(name+"/sorted/.exemplar-sort/staged/s1", []byte("picture"))
		info, err := os.Stat(source)
		if err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(filepath.Join(to, ".exemplar-sort", "journal.db"))
		if err != nil {
			t.Fatal(err)
		}
		batch, err := j.Begin(time.Now())
		hash := sha256.Sum256([]byte("picture"))
		err = errors.Join(err, j.Decide(batch, &journal.File{Path: source, Source: source, Hash: hash, Size: info.Size(), Modified: info.ModTime(), Removed: true,
			Outputs: []journal.Output{{Staged: "s1", Target: "card/a.jpg", Hash: hash}},
			Pages:   []journal.Page{{Number: 1, Decision: sorting.Match, Label: "card"}}}), j.Close())
		if err != nil {
			t.Fatal(err)
		}
		if !test.isThere {
			os.Remove(source)
		}
		table := filepath.Join(s.folder, name, "batch.csv")
		out, errOut := s.inGallery(test.code, "sort", "--move", filepath.Join(s.folder, name, filepath.FromSlash(test.path)), "--to", to, "--csv", table)
		if got := placed(t, to); !slices.Equal(got, []string{"card/a.jpg"}) || len(placed(t, inbox)) > 0 {
			t.Errorf("%s: there are %q, left %q; %s%s", name, got, placed(t, inbox), out, errOut)
		}
		if text, _ := os.ReadFile(table); test.code == 0 && (bytes.Count(text, []byte("\n")) != 2 || !bytes.Contains(text, []byte("card/a.jpg"))) {
			t.Errorf("%s: the table has %s", name, text)
		}
	}
}

// TestSortOfNothing is no fault: a nightly batch runs on quiet days, too. What is not there at all
// is one.
func TestSortOfNothing(t *testing.T) {
	s := newSession(t)
	s.registered()
	inbox := filepath.Dir(s.write("inbox/notes.txt", []byte("x")))
	to, table := filepath.Join(inbox, "sorted"), filepath.Join(s.folder, "batch.csv")
	out, _ := s.inGallery(0, "sort", "--move", inbox, "--to", to, "--csv", table)
	if text, err := os.ReadFile(table); out != "nothing new to sort\n" || err != nil || bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("%q; %q, %v", out, text, err)
	}
	s.write("inbox/scan.jpg", documentFiles()[synthdoc.Examples()[3].Label])
	s.inGallery(0, "sort", "--move", inbox, "--to", to)
	for _, only := range []string{"*", "*.pdf"} { // all that is left is sorted
		if out, _ := s.inGallery(0, "sort", "--move", inbox, "--to", to, "--only", only); out != "nothing new to sort\n" {
			t.Errorf("--only %s: %q", only, out)
		}
	}
}

// A run is taken back, and what it says is what it did.
func TestSortUndo(t *testing.T) {
	s := newSession(t)
	s.registered()
	scan := s.write("in/scan.jpg", scanned(examples()[3], 0))
	to := filepath.Join(s.folder, "sorted")
	s.inGallery(0, "sort", "--move", filepath.Dir(scan), "--to", to)
	if _, err := os.Stat(scan); err == nil {
		t.Fatal("it was not moved")
	}
	s.run(exitFailed, "sort", "--undo", scan, "--to", to)
	s.run(exitFailed, "sort", "--undo", "--move", "--to", to)
	out, _ := s.run(0, "sort", "--undo", "--to", to)
	if want := "put back " + scan + "\ntaken back: 1 file put back, 1 file of the result removed\n"; out != want {
		t.Errorf("said %q, want %q", out, want)
	}
	if _, err := os.Stat(scan); err != nil {
		t.Error(err)
	}
	if _, errOut := s.run(exitFailed, "sort", "--undo", "--to", to); !strings.Contains(errOut, "could be taken back") {
		t.Errorf("once more: said %q", errOut)
	}
	s.inGallery(0, "sort", scan, "--to", to)
	if err := os.Remove(scan); err != nil {
		t.Fatal(err)
	}
	if out, errOut := s.run(exitPartly, "sort", "--undo", "--to", to); !strings.Contains(errOut, "what was made of it is kept") || !strings.Contains(out, "1 file left in place") {
		t.Errorf("without the original: said %q, %q", out, errOut)
	}
}

// TestPlacesStandBelowEachOther: the column of names has room for pages and for documents on them.
func TestPlacesStandBelowEachOther(t *testing.T) {
	for _, test := range []struct {
		crop  bool
		name  string
		pages []journal.Page
	}{
		{false, "scan.pdf", []journal.Page{{Page: 1}, {Page: 2}}},
		{true, "bed.jpg", []journal.Page{{Document: 2}}},
		{true, "scan.pdf", []journal.Page{{Page: 1, Document: 1}}},
		{true, "long.pdf", []journal.Page{{Page: 1}, {Page: 2}}},
	} {
		if is, room := len(pagesName(test.name, test.pages)), widestName([]input{{name: test.name}}, test.crop); is != room && !(test.crop && is < room) {
			t.Errorf("%s has %d columns, and room for %d", pagesName(test.name, test.pages), is, room)
		}
	}
}

// TestSortCrops documents out of one picture, upright, numbered from top to bottom.
func TestSortCrops(t *testing.T) {
	s := newSession(t)
	s.registered()
	bed := imaging.NewImage(1200, 1700)
	for i := range bed.Pix {
		bed.Pix[i] = 250
	}
	var labels []string
	for i, e := range synthdoc.Examples()[3:5] {
		labels = append(labels, e.Label)
		m := synthdoc.Draw(e.Document)
		lay(bed, m, papertest.Placed(m.W, m.H, []float64{93, 4}[i], 700/float64(max(m.W, m.H)), 600, []float64{1250, 400}[i], 0))
	}
	s.write("bed.jpg", imaging.EncodeJPEG(bed, 92))
	to := filepath.Join(s.folder, "sorted")
	out, _ := s.inGallery(0, "sort", "--crop", filepath.Join(s.folder, "bed.jpg"), "--to", to)
	want := []string{labels[0] + "/bed-2.jpg", labels[1] + "/bed-1.jpg"}
	slices.Sort(want)
	if got := placed(t, to); !slices.Equal(got, want) {
		t.Fatalf("there are %q, want %q:\n%s", got, want, out)
	}
	g, err := exemplar.Open(s.gallery, exemplar.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	for _, name := range want {
		result, err := g.Classify(t.Context(), exemplar.FromFile(filepath.Join(to, name)), exemplar.ClassifyOptions{})
		a := result.Answer()
		if err != nil || a.Label != filepath.ToSlash(filepath.Dir(name)) || a.Rotation != 0 {
			t.Errorf("%s is %+v, %v", name, a, err)
		}
		data, _ := os.ReadFile(filepath.Join(to, name))
		m, _, err := imaging.Decode(data, imaging.DefaultLimits)
		if err != nil || a.Geometry == nil {
			t.Fatalf("%s: %v", name, err)
		}
		const near = 8 // pixels: what alignment is off at the edge, at about 700
		for i, corner := range planar.Rectangle(0, 0, float64(m.W), float64(m.H)) {
			if dx, dy := corner.X-a.Geometry.Quad[i][0], corner.Y-a.Geometry.Quad[i][1]; dx*dx+dy*dy > near*near {
				t.Errorf("%s: corner %d of the document is %.0f, %.0f off the picture's", name, i, dx, dy)
			}
		}
	}
}

// lay lays a picture on another.
func lay(bed, m *imaging.Image, at planar.Homography) {
	back, _ := at.Inverse()
	for y := range bed.H {
		for x := range bed.W {
			if p := back.Apply(planar.Pt(float64(x), float64(y))); p.X >= 0 && p.Y >= 0 && p.X < float64(m.W-1) && p.Y < float64(m.H-1) {
				copy(bed.Pix[3*(y*bed.W+x):][:3], m.Pix[3*(int(p.Y+0.5)*m.W+int(p.X+0.5)):])
			}
		}
	}
}

func TestSortRefuses(t *testing.T) {
	s := newSession(t)
	s.registered()
	inbox := filepath.Dir(s.write("inbox/a.jpg", []byte("x")))
	for want, args := range map[string][]string{
		"name another, also one in it": {"sort", inbox, "--to", inbox + "/../inbox"},
		"standard input":               {"sort", "-", "--to", "x"},
		"no such file":                 {"sort", filepath.Join(s.folder, "nope"), "--to", filepath.Join(s.folder, "x")},
		"is a file: name a folder":     {"sort", inbox, "--to", filepath.Join(inbox, "a.jpg")},
		"would overwrite one of":       {"sort", inbox, "--to", filepath.Join(s.folder, "x"), "--csv", filepath.Join(inbox, "a.jpg")},
		"--to is missing":              {"sort", inbox},
		"want at least 100ms":          {"watch", inbox, "--to", "x", "--every", "1ms"},
		"is no folder":                 {"watch", filepath.Join(inbox, "a.jpg"), "--to", "x"},
	} {
		if _, errOut := s.inGallery(exitFailed, args...); !strings.Contains(errOut, want) {
			t.Errorf("%q: %s", args, errOut)
		}
	}
}

// TestFiledAnswersNameEveryDecision: what recognition decides has a place.
func TestFiledAnswersNameEveryDecision(t *testing.T) {
	for a, want := range map[*exemplar.Answer]string{
		{Decision: exemplar.Match}: sorting.Match, {Decision: exemplar.Unknown}: sorting.Unknown,
		{Decision: exemplar.Refused}: sorting.Refused, {Decision: exemplar.Refused, Blank: true}: sorting.Blank,
	} {
		if got := service.SortingAnswer(*a).Decision; got != want {
			t.Errorf("%+v is %s, want %s", a, got, want)
		}
	}
}

// TestCommandsOfTheDocs have the flags and the arguments that the verbs take.
func TestCommandsOfTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/intake.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile("exemplar (sort|watch) [^`\n>]*").FindAllString(string(text), -1)
	if len(lines) < 6 {
		t.Fatalf("there are %d commands in docs/intake.md", len(lines))
	}
	for _, line := range lines {
		args := strings.Fields(line)[1:]
		cmd, rest, err := newRoot(io.Discard, io.Discard).Find(args)
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if err != nil || !cmd.Flags().Changed("to") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestSortCountsOpenSubLabels: what is filed as far as the label above is counted, and the table
// says why.
func TestSortCountsOpenSubLabels(t *testing.T) {
	s := newSession(t)
	invoice := func(template uint64) []byte {
		return imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "invoice", Template: template, Content: template, Size: 900}))
	}
	s.write("hartmann.png", invoice(4))
	s.write("inbox/brandt.png", invoice(5))
	s.inGallery(0, "register", "-q", "--label", "invoice/hartmann", filepath.Join(s.folder, "hartmann.png"))
	table := filepath.Join(s.folder, "batch.csv")
	out, _ := s.inGallery(0, "sort", filepath.Join(s.folder, "inbox"), "--to", filepath.Join(s.folder, "sorted"), "--csv", table)
	if !strings.Contains(out, "invoice/brandt.png") || !strings.Contains(out, "; 1 with the sub-label open: only as far as invoice/\n") {
		t.Error(out)
	}
	if rows, _ := os.ReadFile(table); !bytes.Contains(rows, []byte("the sub-label stays open")) {
		t.Errorf("%s", rows)
	}
}
