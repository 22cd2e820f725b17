package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
)

// patient is for what ought to be drawn, also on a busy machine.
var patient = Options{PageTime: 30 * time.Second}

// TestMain keeps the compiled module where users have it, so that tests need not compile it,
// and runs none where the race detector makes compiling a matter of minutes.
func TestMain(m *testing.M) {
	if papertest.UnderRace {
		fmt.Println("PDFs are not drawn under the race detector")
		return
	}
	os.Exit(m.Run())
}

// draw draws the pages of a document.
func draw(t *testing.T, data []byte, options Options) []*imaging.Image {
	t.Helper()
	doc, err := Open(t.Context(), data, options)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	var pages []*imaging.Image
	for i := range doc.Pages() {
		m, err := doc.Page(t.Context(), i, 200)
		if err != nil {
			t.Fatalf("page %d: %v", i+1, err)
		}
		pages = append(pages, m)
	}
	return pages
}

// at is the colour of a pixel, as a name.
func at(m *imaging.Image, x, y int) string {
	p := m.Pix[3*(y*m.W+x):]
	switch r, g, b := p[0], p[1], p[2]; {
	case r > 240 && g > 240 && b > 240:
		return "white"
	case r < 15 && g < 15 && b < 15:
		return "black"
	case r > 200 && g < 50 && b < 50:
		return "red"
	case r < 50 && g > 100 && b < 50:
		return "green"
	case r < 50 && g < 50 && b > 200:
		return "blue"
	default:
		return fmt.Sprintf("%d,%d,%d", r, g, b)
	}
}

const redCorner = "1 0 0 rg 0 100 50 100 re f" // the upper left quarter of 100 x 200 points

func TestPagesAreDrawnAsViewersShowThem(t *testing.T) {
	type look struct {
		x, y int
		want string
	}
	gray := bytes.Repeat([]byte{0}, 64*64)
	scan := papertest.JPEGImage(64, 64, "DeviceRGB", imaging.EncodeJPEG(filled(64, 64, 0, 128, 0), 95))
	for name, test := range map[string]struct {
		page  papertest.PDFPage
		w, h  int
		looks []look
	}{
		"as it is": {papertest.PDFPage{W: 100, H: 200, Content: redCorner}, 100, 200, []look{{25, 25, "red"}, {75, 25, "white"}, {25, 175, "white"}}},
		"turned":   {papertest.PDFPage{W: 100, H: 200, Content: redCorner, Entries: "/Rotate 90"}, 200, 100, []look{{175, 25, "red"}, {175, 75, "white"}, {25, 25, "white"}}},
		"upside":   {papertest.PDFPage{W: 100, H: 200, Content: redCorner, Entries: "/Rotate 180"}, 100, 200, []look{{75, 175, "red"}, {25, 25, "white"}}},
		"cropped":  {papertest.PDFPage{W: 100, H: 200, Content: redCorner, Entries: "/CropBox[0 100 50 200]"}, 100, 200, []look{{5, 5, "red"}, {95, 195, "red"}}},
		"a unit":   {papertest.PDFPage{W: 100, H: 200, Content: redCorner, Entries: "/UserUnit 10"}, 100, 200, []look{{25, 25, "red"}}},
		"huge":     {papertest.PDFPage{W: 14400, H: 14400, Content: "0 0 14400 14400 re f"}, 200, 200, []look{{100, 100, "black"}}},
		"tiny":     {papertest.PDFPage{W: 1, H: 1, Content: "1 0 0 rg 0 0 1 1 re f"}, 200, 200, []look{{100, 100, "red"}}},
		"empty":    {papertest.PDFPage{W: 100, H: 100}, 200, 200, []look{{100, 100, "white"}}},
		"a JPEG":   {papertest.ScanPage(100, 100, scan), 200, 200, []look{{100, 100, "green"}}},
		"gray":     {papertest.ScanPage(100, 100, papertest.StreamImage(64, 64, "/ColorSpace/DeviceGray/BitsPerComponent 8", gray)), 200, 200, []look{{100, 100, "black"}}},
		"fax":      {papertest.ScanPage(192, 100, papertest.StreamImage(192, 100, "/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 192/Rows 100>>", barByFax(100))), 200, 104, []look{{20, 50, "white"}, {100, 50, "black"}, {180, 50, "white"}}},
		"a mark":   {papertest.PDFPage{W: 100, H: 100, Entries: "/Annots[<</Type/Annot/Subtype/Square/Rect[10 10 90 90]/C[0 0 1]/IC[0 0 1]/F 4>>]"}, 200, 200, []look{{100, 100, "blue"}, {5, 5, "white"}}},
		"see-through": {papertest.PDFPage{W: 100, H: 100, Content: "/G gs 1 0 0 rg 0 0 100 100 re f", Entries: "/Resources<</ExtGState<</G<</ca 0.5/BM/Multiply>>>>>>/Group<</S/Transparency/CS/DeviceRGB>>"},
			200, 200, []look{{100, 100, "255,128,128"}}},
	} {
		t.Run(name, func(t *testing.T) {
			m := draw(t, papertest.PDF([]papertest.PDFPage{test.page}, ""), patient)[0]
			if m.W != test.w || m.H != test.h {
				t.Fatalf("%d x %d pixels, want %d x %d", m.W, m.H, test.w, test.h)
			}
			for _, l := range test.looks {
				if got := at(m, l.x, l.y); got != l.want && !near(got, l.want) {
					t.Errorf("%s at %d, %d, want %s", got, l.x, l.y, l.want)
				}
			}
		})
	}
}

// near says whether two colours differ by a level or two.
func near(a, b string) bool {
	var x, y [3]int
	n, _ := fmt.Sscanf(a, "%d,%d,%d", &x[0], &x[1], &x[2])
	k, _ := fmt.Sscanf(b, "%d,%d,%d", &y[0], &y[1], &y[2])
	for i := range x {
		n -= (x[i] - y[i]) * (x[i] - y[i]) / 4
	}
	return n == 3 && k == 3
}

func filled(w, h int, r, g, b byte) *imaging.Image {
	m := imaging.NewImage(w, h)
	for i := 0; i < len(m.Pix); i += 3 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2] = r, g, b
	}
	return m
}

// barByFax codes 192 columns, of which the middle third is black, by Group 4 (ITU-T T.6).
func barByFax(rows int) []byte {
	bits := "001" + "11011" + "00110101" + "0000001111" + "0000110111" + "1" // horizontal: 64 white, 64 black; then as above
	bits += strings.Repeat("111", rows-1)                                    // as above, three times
	var out []byte
	for len(bits)%8 != 0 {
		bits += "0"
	}
	for i := 0; i < len(bits); i += 8 {
		var b byte
		for _, bit := range bits[i : i+8] {
			b = b<<1 | byte(bit-'0')
		}
		out = append(out, b)
	}
	return out
}

// TestFormsAreDrawnWithTheirContents: what was filled in is what tells filled forms apart.
func TestFormsAreDrawnWithTheirContents(t *testing.T) {
	field := papertest.FirstExtra(1)
	form := func(contents string, entries string) []byte {
		return papertest.PDF([]papertest.PDFPage{{W: 100, H: 100, Entries: fmt.Sprintf("/Annots[%d 0 R]", field)}},
			fmt.Sprintf("/AcroForm<</Fields[%d 0 R]/NeedAppearances true/DA(/F 60 Tf 0 g)/DR<</Font<</F 3 0 R>>>>>>", field),
			fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(%s)/DA(/F 60 Tf 0 g)/Rect[10 10 90 90]/F 4/P 4 0 R%s>>", contents, entries),
			"<</Type/XObject/Subtype/Form/BBox[0 0 80 80]/Length 24>>stream\n0 g 0 0 80 80 re f       \nendstream")
	}
	dark := func(m *imaging.Image) (n int) {
		for _, v := range m.Gray().Pix {
			if v < 100 {
				n++
			}
		}
		return n
	}
	if n := dark(draw(t, form("", ""), patient)[0]); n > 0 {
		t.Errorf("an empty field has %d dark pixels", n)
	}
	if n := dark(draw(t, form("MM", ""), patient)[0]); n < 500 {
		t.Errorf("contents without an appearance: %d dark pixels", n)
	}
	drawn := form("MM", fmt.Sprintf("/AP<</N %d 0 R>>", field+1))
	if n := dark(draw(t, drawn, patient)[0]); n < 500 {
		t.Errorf("contents with an appearance: %d dark pixels", n)
	}
}

func TestEncryptedPDFsNeedTheirPassword(t *testing.T) {
	data := papertest.EncryptedPDF([]papertest.PDFPage{{W: 100, H: 200, Content: redCorner}}, "secret")
	if _, err := Open(t.Context(), data, patient); !errors.Is(err, ErrPassword) || !strings.Contains(err.Error(), "--password-file") {
		t.Error(err)
	}
	wrong := patient
	wrong.Passwords = []string{"wrong"}
	if _, err := Open(t.Context(), data, wrong); !errors.Is(err, ErrPassword) || !strings.Contains(err.Error(), "none of the passwords") {
		t.Error(err)
	}
	right := patient
	right.Passwords = []string{"wrong", "secret"}
	if got := at(draw(t, data, right)[0], 25, 25); got != "red" {
		t.Error(got)
	}
}

func TestDamagedPDFs(t *testing.T) {
	whole := papertest.PDF([]papertest.PDFPage{{W: 100, H: 200, Content: redCorner}, {W: 100, H: 200}}, "")
	for name, data := range map[string][]byte{"garbage": []byte("%PDF-1.4\n" + strings.Repeat("garbage ", 100)), "a head": whole[:20], "nothing": nil} {
		if _, err := Open(t.Context(), data, patient); !errors.Is(err, imaging.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	at0 := bytes.LastIndex(whole, []byte("xref\n0"))
	lost := append(bytes.Clone(whole[:at0]), whole[bytes.Index(whole, []byte("trailer")):]...)
	if got := at(draw(t, lost, patient)[0], 25, 25); got != "red" {
		t.Errorf("without its table: %s", got)
	}
	noPage := bytes.Replace(whole, []byte("7 0 obj\n<</Type/Page/"), []byte("7 0 obj\n<</Type/Nope/"), 1)
	doc, err := Open(t.Context(), noPage, patient)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if m, err := doc.Page(t.Context(), 0, 200); err != nil || at(m, 25, 25) != "red" {
		t.Errorf("the page before a damaged one: %v", err)
	}
	if _, err := doc.Page(t.Context(), 99, 200); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("a page that is not there: %v", err)
	}
	if m, err := doc.Page(t.Context(), 0, 200); err != nil || at(m, 25, 25) != "red" {
		t.Errorf("the page after a damaged one: %v", err)
	}
}

// bomb is a PDF whose page takes hours: 20 times a picture of 900 megapixels, in 2 KB.
func bomb() papertest.PDFPage {
	const side = 30_000
	var twice bytes.Buffer
	w := zlib.NewWriter(&twice)
	w.Write(papertest.Repeated(bytes.Repeat([]byte{0x55}, 100*side), side/100))
	w.Close()
	return papertest.PDFPage{W: 600, H: 600, Content: "q 600 0 0 600 0 0 cm " + strings.Repeat("/I Do ", 20) + "Q",
		Image: papertest.StreamImage(side, side, "/ColorSpace/DeviceGray/BitsPerComponent 8/Filter[/FlateDecode/FlateDecode]", twice.Bytes())}
}

// deep is a PDF whose page draws a rectangle ten million times: forms in forms.
func deep() []byte {
	const levels = 7
	var forms []string
	first := papertest.FirstExtra(1)
	for i := range levels {
		forms = append(forms, fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 600 600]/Resources<</XObject<</I %d 0 R>>>>/Length 60>>stream\n%s\nendstream",
			first+i+1, strings.Repeat("/I Do ", 10)))
	}
	forms = append(forms, "<</Type/XObject/Subtype/Form/BBox[0 0 600 600]/Length 18>>stream\n0 0 500 500 re f  \nendstream")
	page := papertest.PDFPage{W: 600, H: 600, Content: "/I Do", Entries: fmt.Sprintf("/Resources<</XObject<</I %d 0 R>>>>", first)}
	return papertest.PDF([]papertest.PDFPage{page}, "", forms...)
}

// TestABombTakesItsTimeAndNoMore: the pages beside it are drawn, and the process lives on.
func TestABombTakesItsTimeAndNoMore(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	fine, bad := papertest.PDFPage{W: 100, H: 200, Content: redCorner}, bomb()
	doc, err := Open(t.Context(), papertest.PDF([]papertest.PDFPage{fine, bad, fine, bad, bad, fine}, ""), Options{PageTime: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	var got []string
	for i := range doc.Pages() {
		switch m, err := doc.Page(t.Context(), i, 200); {
		case errors.Is(err, ErrTime):
			got = append(got, "time")
		case err != nil:
			got = append(got, err.Error())
		default:
			got = append(got, at(m, 25, 25))
		}
	}
	if got := strings.Join(got, " "); !strings.HasPrefix(got, "red time red time") || !strings.HasSuffix(got, "time time") {
		t.Error(got) // after twice the time of a page nothing more is drawn
	}
}

// TestWhatTakesMinutesIsCutOut like any page: nothing of it is drawn for that.
func TestWhatTakesMinutesIsCutOut(t *testing.T) {
	doc, err := Open(t.Context(), deep(), patient)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	for i := range doc.Pages() {
		begin := time.Now()
		file, err := doc.Cut(t.Context(), []int{i})
		if err != nil || !Is(file) || time.Since(begin) > time.Minute {
			t.Errorf("page %d: %d bytes after %v, %v", i+1, len(file), time.Since(begin), err)
		}
	}
	if _, err := doc.Cut(t.Context(), []int{7}); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("a page that is not there: %v", err)
	}
}

// TestAChildThatIsLostTakesOnePageWithIt: the next page is drawn by another one.
func TestAChildThatIsLostTakesOnePageWithIt(t *testing.T) {
	doc, err := Open(t.Context(), papertest.PDF([]papertest.PDFPage{{W: 100, H: 200, Content: redCorner}}, ""), patient)
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	doc.child.cmd.Process.Kill()
	if _, err := doc.Page(t.Context(), 0, 200); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("%v", err)
	}
	if m, err := doc.Page(t.Context(), 0, 200); err != nil || at(m, 25, 25) != "red" {
		t.Errorf("%v", err)
	}
}

// TestAChildEndsWithTheProgram also while it draws: its input is closed when the program is
// killed.
func TestAChildEndsWithTheProgram(t *testing.T) {
	doc, err := Open(t.Context(), papertest.PDF([]papertest.PDFPage{bomb()}, ""), Options{PageTime: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	child := doc.child
	go func() {
		time.Sleep(time.Second) // it draws for minutes
		child.in.Close()
	}()
	begin := time.Now()
	if _, err := doc.Page(t.Context(), 0, 200); !errors.Is(err, imaging.ErrCorrupt) {
		t.Errorf("the page was drawn to its end: %v", err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it lived on for %v", took)
	}
}

// TestARemovedProgramDrawsOn: programs are replaced while they run.
func TestARemovedProgramDrawsOn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a name for a file that was removed")
	}
	const variable = "EXEMPLAR_TEST_REMOVED"
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv(variable) != "" {
		if err := os.Remove(self); err != nil {
			t.Fatal(err)
		}
		draw(t, papertest.PDF([]papertest.PDFPage{{W: 100, H: 100}}, ""), patient)
		return
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(other, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), other, "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheVariableAloneMakesNoChild: a stranger may have set it.
func TestTheVariableAloneMakesNoChild(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^$")
	cmd.Env = append(os.Environ(), workerVariable+"="+CacheFolder())
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v: %q", err, out)
	}
}

func TestAnEndedContextEndsThePage(t *testing.T) {
	doc, err := Open(t.Context(), deep(), Options{PageTime: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := doc.Page(ctx, 0, 200); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// TestEveryDocumentBeginsAnew: the same bytes give the same pixels, whatever was drawn before.
func TestEveryDocumentBeginsAnew(t *testing.T) {
	text := papertest.PDF([]papertest.PDFPage{{W: 100, H: 100, Content: "BT /F 20 Tf 10 40 Td (Exemplar) Tj ET"}}, "")
	first := draw(t, text, patient)[0]
	draw(t, papertest.PDF([]papertest.PDFPage{{W: 100, H: 200, Content: redCorner}}, ""), patient)
	if again := draw(t, text, patient)[0]; !bytes.Equal(first.Pix, again.Pix) {
		t.Error("the same page is another picture")
	}
}

func TestIs(t *testing.T) {
	for text, want := range map[string]bool{"%PDF-1.4": true, "\xEF\xBB\xBF%PDF-2.0": true, "%PDF": false, strings.Repeat(" ", 1100) + "%PDF-1.4": false, "": false} {
		if Is([]byte(text)) != want {
			t.Errorf("%.20q", text)
		}
	}
}

// FuzzReceive: what a child says harms nobody, whatever it is.
func FuzzReceive(f *testing.F) {
	var message bytes.Buffer
	send(&message, reply{Pages: 3}, []byte("pixels"))
	f.Add(message.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		var answer reply
		body, err := receive(bytes.NewReader(data), &answer, 1<<10)
		if err == nil && len(body) > 1<<10 {
			t.Error(len(body))
		}
	})
}

// TestSlow: who waits for the library to be translated is told, once; nobody is where the cache
// has it, however slow the machine is.
func TestSlow(t *testing.T) {
	for _, cached := range []bool{false, true} {
		t.Run(fmt.Sprint("cached ", cached), func(t *testing.T) { testSlow(t, cached) })
	}
}

func testSlow(t *testing.T, cached bool) {
	isCached = func() bool { return cached }
	t.Cleanup(func() { isCached = IsWarm })
	var told atomic.Int32
	WhenSlow(func() { told.Add(1) })
	slowStart = time.Nanosecond
	t.Cleanup(func() {
		slow.Store(nil)
		slowStart = 2 * time.Second
	})
	for range 2 {
		children.Lock()
		idle := slices.Clone(children.idle)
		children.Unlock()
		for _, c := range idle { // so that a new one is started
			c.retire()
		}
		children.first.Lock()
		children.warm = told.Load() > 0
		children.first.Unlock()
		draw(t, papertest.PDF([]papertest.PDFPage{{W: 100, H: 200, Content: redCorner}}, ""), patient)
	}
	if want := map[bool]int32{false: 1}[cached]; told.Load() != want {
		t.Errorf("told %d times", told.Load())
	}
}
