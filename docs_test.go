package exemplar_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readmeWords is how long the README may be: what is longer belongs in docs.
const readmeWords = 700

func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(string(text))); n > readmeWords {
		t.Errorf("README.md has %d words, at most %d", n, readmeWords)
	}
}

var links = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

func TestLinksOfDocsLead(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	formats, err := filepath.Glob("docs/formats/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.Concat(pages, formats, []string{"README.md"}) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range links.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), filepath.FromSlash(link[1]))); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// The Go code of docs/go.md compiles.
func TestGoCodeOfDocsCompiles(t *testing.T) {
	text, err := os.ReadFile("docs/go.md")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(text), "```go\n")
	code, _, found := strings.Cut(code, "```\n")
	if !found {
		t.Fatal("docs/go.md has no code")
	}
	compile(t, code+"\nvar _ = recognise\n")
}

// So does that of the package's documentation.
func TestGoCodeOfPackageDocCompiles(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var code []string
	for line := range strings.Lines(string(text)) {
		if line, isCode := strings.CutPrefix(line, "//\t"); isCode && strings.TrimSpace(line) != "..." {
			code = append(code, line)
		}
	}
	if len(code) < 4 {
		t.Fatal("doc.go has no code")
	}
	compile(t, "import (\n\"context\"\n\"fmt\"\n\"io\"\n\n\"exemplar\"\n)\n\n"+
		"func _(ctx context.Context, card []byte, photo io.Reader) {\n"+strings.Join(code, "")+"\n_ = err\n}\n")
}

// compile compiles the code of a package, but for its clause, that uses this one.
func compile(t *testing.T, code string) {
	t.Helper()
	folder := t.TempDir()
	source, overlay := filepath.Join(folder, "docs.go"), filepath.Join(folder, "overlay.json")
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "docs", "docs.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{source: "package docs\n\n" + code, overlay: string(replace)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-overlay", overlay, "./docs").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
