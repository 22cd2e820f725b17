package sorting

import (
	"fmt"
	"strings"
	"testing"
)

// TestDocuments: a letter is a page. F and C match, u is unknown, b blank, x refused; a stroke
// ends a member.
func TestDocuments(t *testing.T) {
	letters := map[rune]Answer{
		'F': {Decision: Match, Label: "form"}, 'C': {Decision: Match, Label: "card"}, 'u': {Decision: Unknown}, 'b': {Decision: Blank}, 'x': {Decision: Refused},
		'D': {Decision: Match, Label: "card", Quad: &[4][2]float64{}},
	}
	for _, test := range []struct {
		pages   string
		options Options
		want    string
	}{
		{"F", Options{}, "form:F!"},
		{"FF", Options{}, "form:FF!"},
		{"FF", Options{Split: true}, "form:F form:F"},
		{"FuFu", Options{}, "form:F _unknown:u form:F _unknown:u"},
		{"FuFu", Options{Follow: true}, "form:FuFu!"},
		{"FuFu", Options{Follow: true, Split: true}, "form:Fu form:Fu"},
		{"uFu", Options{Follow: true}, "_unknown:u form:Fu"},
		{"FxF", Options{Follow: true}, "form:F _failed:x form:F"},
		{"xu", Options{Follow: true}, "_failed:x _unknown:u"},
		{"FbF", Options{}, "form:FbF!"},
		{"FbF", Options{Split: true}, "form:Fb form:F"},
		{"bbFbCb", Options{}, "form:bbFb card:Cb"},
		{"bb", Options{}, "_failed:bb!"},
		{"uu", Options{Split: true}, "_unknown:uu!"},
		{"F/F/uC", Options{}, "form:F! form:F! _unknown:u card:C"},
		{"FDu", Options{Follow: true}, "form:F card:Du"},
		{"FDu", Options{Follow: true, Crop: true}, "form:F card:D1 _unknown:u"},
		{"D", Options{}, "card:D!"},
	} {
		var pages []answered
		member := ""
		for _, c := range test.pages {
			if c == '/' {
				member += "m"
				continue
			}
			pages = append(pages, answered{Page{Member: member, Number: len(pages) + 1}, []Answer{letters[c]}})
		}
		text := strings.ReplaceAll(test.pages, "/", "")
		var got []string
		for _, d := range documents(pages, test.options) {
			s := d.folder + ":"
			for _, i := range d.pages {
				s += text[i : i+1]
			}
			if d.crop > 0 {
				s += fmt.Sprint(d.shown)
			}
			if d.whole {
				s += "!"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s %+v: %s, want %s", test.pages, test.options, s, test.want)
		}
	}
}

func TestNames(t *testing.T) {
	page := func(member string, number, of int) answered {
		return answered{Page: Page{Member: member, Number: number, Of: of}}
	}
	for _, test := range []struct {
		file string
		d    document
		page answered
		want string
	}{
		{"a.jpg", document{whole: true}, page("", 0, 0), "a.jpg"},
		{"a.pdf", document{whole: true}, page("", 3, 9), "a.pdf"},
		{"a.pdf", document{}, page("", 3, 9), "a-p3.pdf"},
		{"a.jpg", document{crop: 1, shown: 2}, page("", 0, 0), "a-2.jpg"},
		{"a.PNG", document{crop: 1, shown: 1}, page("", 1, 1), "a-1.jpg"},
		{"a.pdf", document{crop: 2, shown: 1}, page("", 3, 9), "a-p3-1.jpg"},
		{"m.eml", document{whole: true}, page("x/b.png", 1, 1), "m-x-b.png"},
		{"m.eml", document{}, page("x/b.pdf", 2, 3), "m-x-b-p2.pdf"},
		{"m.tar.gz", document{whole: true}, page("b", 1, 1), "m-b"},
		{"m.pdf.gz", document{}, page("", 2, 3), "m-p2.pdf"},
		{"m.zip", document{whole: true}, page(`a\b:c?.pdf`, 1, 1), "m-a_b_c_.pdf"},
	} {
		test.d.pages = []int{0}
		if got := nameOf(test.file, test.d, []answered{test.page}); got != test.want {
			t.Errorf("%s %+v: %s, want %s", test.file, test.d, got, test.want)
		}
	}
	for in, want := range map[string]string{"": "file-", "..": "file-", "con.pdf": "file-con.pdf", " a. ": "a", "a\u202eb": "a_b", "\xff.pdf": "_.pdf"} {
		if got := safe(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if got := safe(strings.Repeat("ü", 300) + ".pdf"); len(got) > stemBytes+4 || !strings.HasSuffix(got, "ü.pdf") {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"form": "form", "_failed/x": "__failed/x", "a/_b": "a/_b"} {
		if got := labelFolder(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"new/1700000000.M1.host": "1700000000.eml", "cur/1700000000.M1.host:2,S": "1700000000.eml", "cur/12.pdf": "12.pdf"} {
		if got := ownName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	if a, b := knownAs("/m/new/1700000000.M1.host"), knownAs("/m/cur/1700000000.M1.host:2,S"); a != b {
		t.Errorf("%q, %q", a, b)
	}
}
