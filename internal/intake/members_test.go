package intake

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"exemplar/internal/imaging"
)

// file is one in an archive that a test packs.
type file struct {
	name string
	data []byte
}

func zipOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, NonUTF8: true})
		if err != nil {
			t.Fatal(err)
		}
		part.Write(f.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.data)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		w.Write(f.data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// answered opens a file, and returns the names of the members with pictures, and the faults.
func answered(t testing.TB, data []byte, options Options) (members []string, faults []string) {
	t.Helper()
	started := time.Now()
	for p := range Pages(t.Context(), data, options) {
		switch {
		case p.Err != nil:
			faults = append(faults, p.Member+": "+p.Err.Error())
		case p.File == nil && p.Picture == nil:
			t.Errorf("%s is neither a picture nor a fault", p.Member)
		default:
			members = append(members, p.Member)
		}
	}
	if took := time.Since(started); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	return members, faults
}

// expect compares what was answered with what should be; of every fault a part is given.
func expect(t *testing.T, name string, data []byte, options Options, members []string, faults ...string) {
	t.Helper()
	gotMembers, gotFaults := answered(t, data, options)
	ok := slices.Equal(gotMembers, members) && len(gotFaults) == len(faults)
	for i := range faults {
		ok = ok && strings.Contains(gotFaults[i], faults[i])
	}
	if !ok {
		t.Errorf("%s: %.500q, faults %.1500q\nwant %.500q, %.500q", name, gotMembers, gotFaults, members, faults)
	}
}

var (
	heic = []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	text = []byte("hello, world\n")
)

func TestArchives(t *testing.T) {
	files := []file{
		{"b.png", drawn(1)}, {"a/2.png", drawn(2)}, {"notes.txt", text}, {"a/1.png", drawn(3)}, {"iphone", heic}, {"empty.doc", nil},
		{"__MACOSX/a/._1.png", drawn(4)}, {".DS_Store", text}, {"a/.hidden.png", drawn(5)}, {"x/Thumbs.db", text}, {"@eaDir/b.png", drawn(6)},
		{"login.jpg", []byte("<!DOCTYPE html><html>")}, {"old.rar", []byte("Rar!\x1a\x07")}, {"no ending", drawn(7)}, {"folder/", nil},
	}
	want := []string{"a/1.png", "a/2.png", "b.png", "iphone", "login.jpg", "no ending", "old.rar"}
	expect(t, "ZIP", zipOf(t, files...), Options{}, want)
	expect(t, "tar", tarOf(t, files[:len(files)-1]...), Options{}, want)
	expect(t, "tar.gz", gzipOf(tarOf(t, files[:len(files)-1]...)), Options{}, want)
	expect(t, "gzip", gzipOf(drawn(1)), Options{}, []string{""})
	for page := range Pages(t.Context(), zipOf(t, file{"iphone", heic}), Options{}) {
		if _, _, err := imaging.Decode(page.File, imaging.DefaultLimits); err == nil || !strings.Contains(err.Error(), "HEIC") {
			t.Errorf("what cannot be read is not named: %v", err)
		}
	}
}

func TestContainersInContainers(t *testing.T) {
	inner := zipOf(t, file{"1.png", drawn(1)}, file{"2.png", drawn(2)})
	outer := zipOf(t, file{"letters.zip", inner}, file{"more.tgz", gzipOf(tarOf(t, file{"3.png", drawn(3)}))}, file{"words.zip", zipOf(t, file{"a.txt", text})})
	expect(t, "nested", outer, Options{}, []string{"letters.zip/1.png", "letters.zip/2.png", "more.tgz/3.png"})

	deep := drawn(1)
	for range 50 {
		deep = zipOf(t, file{"in.zip", deep}, file{"z.png", drawn(2)})
	}
	expect(t, "50 deep", deep, Options{}, []string{"in.zip/in.zip/in.zip/z.png", "in.zip/in.zip/z.png", "in.zip/z.png", "z.png"}, "deep in each other")
	for range 50 {
		deep = gzipOf(deep)
	}
	expect(t, "50 wrappers", deep, Options{}, nil, "deep in each other")
}

func TestNothingIsSaid(t *testing.T) {
	for name, data := range map[string][]byte{"ZIP": zipOf(t, file{"a.txt", text}, file{"b.txt", text}), "tar": tarOf(t, file{"a.txt", text}, file{"b.txt", text})} {
		expect(t, name, data, Options{}, nil, "there is no picture in the "+name+" archive (2 text)")
	}
	expect(t, "empty", zipOf(t), Options{}, nil, "there is no picture")
	expect(t, "nested", zipOf(t, file{"in.zip", zipOf(t)}), Options{}, nil, "1 without pictures")
	expect(t, "empty gzip", gzipOf(nil), Options{}, nil, "empty")
}

func TestDocumentsThatAreArchivesAreNamed(t *testing.T) {
	docx := zipOf(t, file{"[Content_Types].xml", text}, file{"word/document.xml", text}, file{"word/media/1.png", drawn(1)})
	expect(t, "alone", docx, Options{}, []string{""}) // imaging says what it is
	expect(t, "in an archive", zipOf(t, file{"letter.docx", docx}), Options{}, []string{"letter.docx"})
}

func TestNamesThatLeadOut(t *testing.T) {
	for name, want := range map[string]string{
		"../../etc/passwd.png": "etc/passwd.png", "/etc/a.png": "etc/a.png", `C:\Users\me\scan.png`: "Users/me/scan.png", `..\..\a.png`: "a.png",
		"a/./b//c.png": "a/b/c.png", "..": noName, "": noName, "/": noName, "a\nb\x1b[31m.png": "a_b_[31m.png", "gnp.\u202Egpj.png": "gnp._gpj.png",
		"\xff\xfe.png": "_.png", "... /x.png": "x.png", strings.Repeat("d/", 300) + "x.png": strings.Repeat("d/", 125) + "x.png",
		"Rechnung Müller.pdf": "Rechnung Müller.pdf", strings.Repeat("é", 200) + ".png": strings.Repeat("é", 125) + ".png",
	} {
		if got := safeName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	hostile := []file{{"../../a.png", drawn(1)}, {"/a.png", drawn(2)}, {`..\a.png`, drawn(3)}, {"a (2).png", drawn(4)}}
	members, faults := answered(t, zipOf(t, hostile...), Options{})
	slices.Sort(members)
	if len(slices.Compact(members)) != 4 || len(faults) > 0 {
		t.Errorf("%q %q: every member needs a name of its own", members, faults)
	}
	expect(t, "MS-DOS's alphabet", zipOf(t, file{"M\x81ller.png", drawn(1)}), Options{}, []string{"Müller.png"})
}

func FuzzSafeName(f *testing.F) {
	for _, name := range []string{"a/b.png", `..\x`, "/../.", "C:/x", "\u202E", "\xff", " . /a", strings.Repeat("x", 500)} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := safeName(name)
		if !fs.ValidPath(got) || path.IsAbs(got) || strings.ContainsAny(got, `\`) || len(got) > nameBytes || got == "." {
			t.Errorf("%q became %q", name, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%q became %q, which cannot be printed", name, got)
		}
		if again := safeName(got); again != got {
			t.Errorf("%q became %q, and that %q", name, got, again)
		}
	})
}

func TestEncryptedMembersAreNamed(t *testing.T) {
	data := zipOf(t, file{"a.png", drawn(1)}, file{"b.png", drawn(2)})
	second := bytes.LastIndex(data, []byte("PK\x01\x02")) // the header of b in the directory
	data[second+8] |= 1
	expect(t, "encrypted", data, Options{}, []string{"a.png"}, "b.png: it is encrypted")
	data[second+8], data[second+10] = 0, 12
	expect(t, "bzip2", data, Options{}, []string{"a.png"}, "b.png: it is packed by a method that is not read (number 12)")
}

func TestWhatIsSoundOfABrokenArchiveIsAnswered(t *testing.T) {
	files := []file{{"a.png", drawn(1)}, {"b.png", drawn(2)}, {"c.png", drawn(3)}}
	both := []string{"a.png", "b.png"}
	zipped, packed := zipOf(t, files...), tarOf(t, files...)
	third := bytes.LastIndex(zipped, []byte(zipHeader))
	expect(t, "ZIP without directory", zipped[:bytes.Index(zipped, []byte("PK\x01\x02"))], Options{}, []string{"a.png", "b.png", "c.png"}, "end of the ZIP archive is missing")
	expect(t, "cut ZIP", zipped[:third+60], Options{}, both, "c.png: it is damaged or cut off", "end of the ZIP archive is missing")
	cutTar := bytes.LastIndex(packed, drawn(3)[:8]) + 100
	expect(t, "cut tar", packed[:cutTar], Options{}, both, "c.png: it is cut off", "files are missing")
	wrapped := gzipOf(packed)
	if members, faults := answered(t, wrapped[:len(wrapped)*9/10], Options{}); len(members) == 0 || len(faults) == 0 {
		t.Errorf("cut tar.gz: %q %q", members, faults)
	}
	at := bytes.Index(zipped, []byte("b.png")) + 40
	zipped[at] ^= 0x55
	if members, faults := answered(t, zipped, Options{}); !slices.Equal(members, []string{"a.png", "c.png"}) || len(faults) != 1 {
		t.Errorf("damaged member: %q %q", members, faults)
	}
	for cut := range 200 { // anywhere
		answered(t, wrapped[:cut*len(wrapped)/200], Options{})
		answered(t, zipped[:cut*len(zipped)/200], Options{})
		answered(t, packed[:cut*len(packed)/200], Options{})
	}
}

func TestManyMembers(t *testing.T) {
	if testing.Short() {
		t.Skip("packs 30,000 files")
	}
	page := drawn(1)
	files := make([]file, mostMembers+5)
	for i := range files {
		files[i] = file{fmt.Sprintf("%05d.txt", i), text}
	}
	files[mostMembers-1].data = page
	files[mostMembers].data = page
	archive := zipOf(t, files...)
	expect(t, "more than are looked at", archive, Options{}, []string{"09999.txt"}, "of 10005 files in the ZIP archive only the first 10000")
	expect(t, "tar", tarOf(t, files...), Options{}, []string{"09999.txt"}, "only the first 10000")
	for i := range files {
		files[i].data = page
	}
	members, faults := answered(t, zipOf(t, files...), Options{})
	if len(members) != DefaultPages || len(faults) != 1 || !strings.Contains(faults[0], "first 2000 pages") {
		t.Errorf("%d members, %q", len(members), faults)
	}
}

// TestADirectoryWithoutEnd: no memory is taken for as many entries as an archive may name.
func TestADirectoryWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("packs 250,000 files")
	}
	const entries = 250_000
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for range entries {
		w.CreateHeader(&zip.FileHeader{Name: "a"})
	}
	w.Close()
	expect(t, "directory", b.Bytes(), Options{}, nil, "far more than 10000 files")
}

// TestBombs: archives that unpack to more than there is memory.
func TestBombs(t *testing.T) {
	size := 32 << 20
	if testing.Short() {
		size = 4 << 20
	}
	white := append(drawn(1), make([]byte, size)...) // begins as a picture
	bomb := zipOf(t, file{"a.png", white}, file{"b.png", white}, file{"c.png", drawn(2)})
	small := Options{Unpacked: int64(size) * 3 / 2}
	expect(t, "total", bomb, small, []string{"a.png"}, "are packed into the file")
	one := Options{Limits: imaging.Limits{Bytes: 1 << 20}}
	expect(t, "each", bomb, one, []string{"c.png"}, "a.png: over a limit", "b.png: over a limit")
	expect(t, "gzip", gzipOf(white), one, nil, "are packed into the gzip")
	// Members inside of each other's bytes: every entry of the directory is the same one.
	directory := bytes.Index(bomb, []byte("PK\x01\x02"))
	entry := bomb[directory : directory+46+len("a.png")]
	var same []byte
	for range 5000 {
		same = append(same, entry...)
	}
	end := slices.Clone(bomb[len(bomb)-22:])
	end[8], end[9], end[10], end[11] = 5000&0xFF, 5000>>8, 5000&0xFF, 5000>>8
	end[12], end[13], end[14] = byte(len(same)), byte(len(same)>>8), byte(len(same)>>16)
	overlapping := append(append(slices.Clone(bomb[:directory]), same...), end...)
	members, faults := answered(t, overlapping, small)
	if len(members) != 1 || len(faults) != 1 || !strings.Contains(faults[0], "are packed into the file") {
		t.Errorf("overlapping: %q, %q", members, faults)
	}
	nested := bomb
	for range 3 {
		nested = zipOf(t, file{"1.zip", nested}, file{"2.zip", nested}, file{"3.zip", nested}, file{"4.zip", nested})
	}
	if _, faults := answered(t, nested, small); len(faults) == 0 || !strings.Contains(faults[len(faults)-1], "are packed into the file") {
		t.Errorf("nested: %q", faults)
	}
}

// TestAClaimIsNotBelieved: 10 GB are claimed, and hardly any memory is taken.
func TestAClaimIsNotBelieved(t *testing.T) {
	data := zipOf(t, file{"a.png", drawn(1)}, file{"b.png", drawn(2)})
	second := bytes.LastIndex(data, []byte("PK\x01\x02"))
	copy(data[second+24:], "\xFE\xFF\xFF\xFF") // 4 GB
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range zipFiles(archive, int64(len(data))) {
		if f.claim > mostPacked*int64(len(data)) {
			t.Errorf("%s: a claim of %d bytes is believed", f.name, f.claim)
		}
	}
	expect(t, "ZIP", data, Options{}, []string{"a.png"}, "b.png: it is damaged")

	tarred := tarOf(t, file{"a.png", drawn(1)}, file{"b.png", drawn(2)})
	at := bytes.LastIndex(tarred, []byte("b.png"))
	header := tarred[at : at+512]
	copy(header[124:], "77777777777\x00") // 8 GB
	copy(header[148:], "        ")
	sum := 0
	for _, c := range header {
		sum += int(c)
	}
	copy(header[148:], fmt.Sprintf("%06o\x00 ", sum))
	expect(t, "tar", tarred, Options{}, []string{"a.png"}, "b.png: it is cut off", "files are missing")
}

func TestNoiseInArchives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, whole := range [][]byte{zipOf(t, file{"a.png", drawn(1)}, file{"b.png", drawn(2)}), tarOf(t, file{"a.png", drawn(1)}), gzipOf(drawn(1))} {
		for range 300 {
			noisy := slices.Clone(whole)
			for range 1 + rng.IntN(8) {
				noisy[rng.IntN(len(noisy))] = byte(rng.Uint32())
			}
			answered(t, noisy, Options{Unpacked: 1 << 20})
		}
	}
}

func TestLimitsAreErrLimit(t *testing.T) {
	for page := range Pages(t.Context(), zipOf(t, file{"a.png", append(drawn(1), make([]byte, 2<<20)...)}), Options{Limits: imaging.Limits{Bytes: 1 << 20}}) {
		if !errors.Is(page.Err, ErrLimit) {
			t.Errorf("%v", page.Err)
		}
	}
}
