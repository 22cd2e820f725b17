package label

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	deep := strings.TrimSuffix(strings.Repeat("a/", MaxDepth), "/")
	cases := []struct {
		name, in, want string // want empty: refused
	}{
		{"path", "id-card/front/2nd-edition", "id-card/front/2nd-edition"},
		{"one part", "passport", "passport"},
		{"composed and decomposed are one", "caf\u0065\u0301", "caf\u00e9"},
		{"inner space", "driving licence/back", "driving licence/back"},
		{"other scripts", "身分證/正面", "身分證/正面"},
		{"joiner that spells", "می\u200cخواهم", "می\u200cخواهم"},
		{"deepest", deep, deep},
		{"empty", "", ""},
		{"empty part", "a//b", ""},
		{"leading slash", "/a", ""},
		{"trailing slash", "a/", ""},
		{"dot", "a/./b", ""},
		{"dot dot", "../a", ""},
		{"leading space", "a/ b", ""},
		{"trailing ideographic space", "a\u3000", ""},
		{"newline", "a\nb", ""},
		{"escape", "a\x1b[31m", ""},
		{"directional override", "a\u202egpj.exe", ""},
		{"not UTF-8", "a\xff", ""},
		{"inner dots", "form 2.1/v1..2, second", "form 2.1/v1..2, second"},
		{"a word that begins like a device", "console/nullify/com10/lpt/auxiliary.txt", "console/nullify/com10/lpt/auxiliary.txt"},
		{"backslash", `a\b`, ""},
		{"backslashes that climb", `..\evil`, ""},
		{"network path", `\\host\share`, ""},
		{"drive letter", "C:evil", ""},
		{"drive letter below", "a/c:", ""},
		{"leading dot", ".hidden", ""},
		{"trailing dot", "a./b", ""},
		{"three dots", "...", ""},
		{"device", "CON", ""},
		{"device with an ending", "a/nul.txt", ""},
		{"device with a space and endings", "Aux .tar.gz", ""},
		{"numbered device", "lpt1", ""},
		{"device of a raised number", "COM\u00b2.png", ""},
		{"console", "conin$", ""},
		{"clock", "CLOCK$", ""},
		{"device with a colon", "NUL:", ""},
		{"star", "a*b", ""},
		{"question mark", "a?b", ""},
		{"less", "a<b", ""},
		{"more", "a>b", ""},
		{"pipe", "a|b", ""},
		{"quote", `a"b`, ""},
		{"colon", "ab:c", ""},
		{"bell", "a\a", ""},
		{"isolate", "a\u2066b", ""},
		{"zero width space", "a\u200bb", ""},
		{"tab at the end", "a\t", ""},
		{"too deep", deep + "/a", ""},
		{"part too long", strings.Repeat("a", MaxPartBytes+1), ""},
		{"too long", strings.Repeat(strings.Repeat("a", 99)+"/", 6) + "a", ""},
		{"too long once composed", strings.Repeat("\u0958", 60) + "/" + strings.Repeat("\u0958", 60) + "/" + strings.Repeat("\u0958", 40), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse(c.in)
			if string(got) != c.want || (err == nil) != (c.want != "") {
				t.Errorf("Parse(%q) = %q, %v, want %q", c.in, got, err, c.want)
			}
			if err != nil && !errors.Is(err, ErrLabel) {
				t.Errorf("%v is not ErrLabel", err)
			}
		})
	}
}

// Labels of older galleries that Parse refuses now can still be found and renamed.
func TestParseStored(t *testing.T) {
	for _, s := range []string{"CON", "C:evil", "a*b", "form: second", `..\evil`, ".hidden", "a./b", "id-card/front"} {
		if got, err := ParseStored(s); err != nil || string(got) != s {
			t.Errorf("ParseStored(%q) = %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "..", "a//b", "a\nb", "a\u202eb", " a"} {
		if got, err := ParseStored(s); !errors.Is(err, ErrLabel) {
			t.Errorf("ParseStored(%q) = %q, %v", s, got, err)
		}
	}
}

func TestLabelTree(t *testing.T) {
	const leaf = Label("id/front/2nd")
	if got := leaf.Ancestors(); len(got) != 2 || got[0] != "id/front" || got[1] != "id" {
		t.Errorf("Ancestors = %q", got)
	}
	contains := []struct {
		a, b Label
		want bool
	}{
		{"id", "id/front", true}, {"id", "id", true}, {"id", "id-card", false},
		{"id/front", "id", false}, {"", "id", false}, {"id", "", false},
	}
	for _, c := range contains {
		if got := c.a.Contains(c.b); got != c.want {
			t.Errorf("%q.Contains(%q) = %v", c.a, c.b, got)
		}
	}
	common := []struct{ a, b, want Label }{
		{"id/front/1st", "id/front/2nd", "id/front"},
		{"id/front", "id/front/2nd", "id/front"},
		{"id/front", "id/fronts", "id"},
		{"id", "passport", ""},
		{"id/x", "id/x", "id/x"},
	}
	for _, c := range common {
		if ab, ba := CommonAncestor(c.a, c.b), CommonAncestor(c.b, c.a); ab != c.want || ba != c.want {
			t.Errorf("CommonAncestor(%q, %q) = %q, swapped %q, want %q", c.a, c.b, ab, ba, c.want)
		}
	}
}

// drawLabel draws labels from a small tree, so that they meet.
func drawLabel(t *rapid.T, name string) Label {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 1, 4).Draw(t, name)
	return Label(strings.Join(parts, "/"))
}

func TestCommonAncestorIsDeepest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLabel(t, "a"), drawLabel(t, "b")
		common := CommonAncestor(a, b)
		if common != "" && !(common.Contains(a) && common.Contains(b)) {
			t.Fatalf("%q does not contain %q and %q", common, a, b)
		}
		for _, up := range append(a.Ancestors(), a) {
			if up.Contains(b) && !up.Contains(common) {
				t.Fatalf("%q contains both %q and %q, and is deeper than %q", up, a, b, common)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a/b", "", "e\u0301", "a/../b", "\xff", "a\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(string(l)); err != nil || again != l {
			t.Errorf("%q parsed to %q, which parses to %q, %v", s, l, again, err)
		}
		if len(l) > MaxBytes || !utf8.ValidString(string(l)) || strings.ContainsAny(string(l), "\x00\n\r\x1b\\") {
			t.Errorf("accepted %q", l)
		}
		if !l.Contains(l) || (l.Parent() != "" && !l.Parent().Contains(l)) {
			t.Errorf("%q lies not under itself or its parent", l)
		}
	})
}
