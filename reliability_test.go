package exemplar_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReliabilityNamesTests holds the tests that docs/reliability.md names to
// those there are: a promise whose test is gone is none.
func TestReliabilityNamesTests(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "reliability.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for line := range strings.Lines(string(page)) {
		folder := "."
		for _, word := range regexp.MustCompile("`[a-z]+/[a-z/]+`|root|\\b(Test|Fuzz)\\w+").FindAllString(line, -1) {
			switch {
			case word == "root":
				folder = "."
			case word[0] == '`':
				folder = strings.Trim(word, "`")
			default:
				named++
				if !hasTest(t, folder, word) {
					t.Errorf("%s has no %s, which docs/reliability.md relies on", folder, word)
				}
			}
		}
	}
	if named < 50 {
		t.Errorf("only %d tests are named", named)
	}
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}

// mayKnowTheNetwork names what each package of ours may do with package net and those
// below it: hear requests, or call others.
var mayKnowTheNetwork = map[string]string{
	"cmd/exemplar":            "hear", // serve
	"internal/server":         "hear",
	"internal/server/web":     "hear",
	"internal/server/openid":  "call", // where people log in, if the settings name it
	"internal/store/postgres": "call", // the server that was named, within a time
	"internal/service/db":     "call", // as well
	"internal/pictures":       "call", // the bucket of kept pictures, if one is named
	"internal/sdnotify":       "call", // the socket that systemd names
	"internal/probe":          "call", // the server that doctor is told to ask
	"internal/pgtest":         "call", // the server that a test started
	"internal/papertest":      "hear", // at an address for the server of a test
	"bench/serve":             "call", // the service that it measures
}

// calls are the names by which a program reaches others.
var calls = regexp.MustCompile(`\b(http\.(Get|Post|PostForm|Head|Client|DefaultClient|NewRequest\w*|Transport|DefaultTransport)|net\.(Dial\w*|Resolver|DefaultResolver|Lookup\w*))\b`)

// TestNothingConnects holds the program to what it promises about documents: it
// calls nobody but the database of a gallery that was named, systemd, the bucket of
// kept pictures, and the server that doctor is told to ask, and only serve can be called. (The parser of flags knows addresses, and so has package net.
// The parser of mail brings a package that sends it, of which nothing is linked. The
// runtime of WebAssembly can listen and look up names, but only for who sets up its
// sockets.)
func TestNothingConnects(t *testing.T) {
	self, err := os.Executable() // which holds the names of all functions that were linked
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	has := func(pkg, method string) bool {
		return bytes.Contains(program, []byte(strings.Join([]string{pkg, method}, ".")))
	}
	if !has("compress/flate", "(*compressor)") {
		t.Error("the names of functions are not found")
	}
	if has("net/smtp", "(*Client)") {
		t.Error("the program can send mail")
	}
	for pkg, imports := range packageImports(t) {
		for path, file := range imports {
			if strings.HasSuffix(path, "wazero/experimental/sock") {
				t.Errorf("%s: %q imports %s", file, pkg, path)
			}
			if path == "net/url" || path != "net" && !strings.HasPrefix(path, "net/") {
				continue
			}
			may, known := mayKnowTheNetwork[pkg]
			if !known {
				t.Errorf("%s: %q imports %s: say in mayKnowTheNetwork why", file, pkg, path)
			}
			if may != "call" {
				callsNobody(t, pkg)
			}
		}
	}
}

// callsNobody searches all files of a package, as packageImports names one for each import.
func callsNobody(t *testing.T, pkg string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if call := calls.Find(text); call != nil {
			t.Errorf("%s has %s", file, call)
		}
	}
}
