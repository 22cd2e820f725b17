package exemplar_test

import (
	"bytes"
	"os"
	"os/exec"
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

// TestNothingConnects holds the program to what it promises about documents:
// nothing in it speaks a protocol, and no code of ours knows the network. (The
// parser of flags knows addresses, and so has package net. The parser of mail brings a
// package that sends it, of which nothing is linked. The runtime of WebAssembly can listen
// and look up names, but only for who sets up its sockets.)
func TestNothingConnects(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./cmd/exemplar").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		switch pkg := strings.TrimSpace(line); pkg {
		case "net/http", "net/rpc":
			t.Errorf("the program has %s", pkg)
		}
	}
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
	if has("net/smtp", "(*Client)") || has("crypto/tls", "(*Conn)") {
		t.Error("the program can send mail or speak TLS")
	}
	for pkg, imports := range packageImports(t) {
		for path, file := range imports {
			if path != "net/url" && (path == "net" || strings.HasPrefix(path, "net/")) || strings.HasSuffix(path, "wazero/experimental/sock") {
				t.Errorf("%s: %q imports %s", file, pkg, path)
			}
		}
	}
}
